//! Content as one request sees it: rows are read from the disk as they are asked for, and stay until the request is answered.

use std::sync::{Arc, Mutex, PoisonError};

use elsa::sync::FrozenMap;
use roaring::RoaringTreemap;

use super::{Content, Disk, Head, Heads, StoreError};

/// The rows that somebody sees.
pub struct ContentTable {
    heads: Arc<Heads>,
    disk: Arc<Disk>,
    /// Who doesn't see all sees these alone.
    visible: Option<Arc<RoaringTreemap>>,
    loaded: FrozenMap<u64, Box<Content>>,
    /// Why a row could not be read. Whatever was answered without it is worth nothing.
    failed: Mutex<Option<StoreError>>,
}

impl std::fmt::Debug for ContentTable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ContentTable").field("rows", &self.heads.all().len()).finish_non_exhaustive()
    }
}

impl ContentTable {
    /// All rows, or those that are visible.
    pub fn new(heads: Arc<Heads>, disk: Arc<Disk>, visible: Option<Arc<RoaringTreemap>>) -> Self {
        Self { heads, disk, visible, loaded: FrozenMap::new(), failed: Mutex::default() }
    }

    /// What stays in memory of all rows, whoever sees them.
    pub fn indexes(&self) -> &Heads {
        &self.heads
    }

    /// Whether a row is there for whoever asks.
    pub fn contains_key(&self, id: &u64) -> bool {
        self.head(*id).is_some()
    }

    /// The front of a row.
    pub fn head(&self, id: u64) -> Option<&Head> {
        self.heads.get(id).filter(|head| self.sees(head.id))
    }

    /// All fronts by id.
    pub fn heads(&self) -> impl Iterator<Item = &Head> {
        self.heads.all().iter().filter(|head| self.sees(head.id))
    }

    /// Whether this id is not hidden.
    pub fn sees(&self, id: u64) -> bool {
        self.visible.as_ref().is_none_or(|visible| visible.contains(id))
    }

    /// A row. One that can't be read counts as absent until [`Self::failure`] is asked, as it must be before anything is answered.
    pub fn get(&self, id: &u64) -> Option<&Content> {
        self.head(*id)?;
        if let Some(row) = self.loaded.get(id) {
            return Some(row);
        }
        let row = self.row(*id)?;
        Some(self.loaded.insert(*id, Box::new(row)))
    }

    /// A row that doesn't stay; for those who look at very many.
    pub fn row(&self, id: u64) -> Option<Content> {
        self.head(id)?;
        match self.disk.get(id) {
            Ok(Some(row)) => Some(row),
            Ok(None) => {
                self.fail(StoreError::Row(id));
                None
            }
            Err(error) => {
                self.fail(error);
                None
            }
        }
    }

    /// All rows by id, none of which stays.
    ///
    /// # Errors
    /// What the disk says, at once or in a row's place.
    pub fn walk(&self) -> Result<impl Iterator<Item = Result<Content, StoreError>> + '_, StoreError> {
        let seen = |row: &Result<Content, StoreError>| row.as_ref().map_or(true, |row| self.contains_key(&row.id));
        Ok(self.disk.walk()?.filter(seen))
    }

    fn fail(&self, error: StoreError) {
        self.failed.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
    }

    /// Why some row could not be read, if one could not.
    pub fn failure(&self) -> Option<String> {
        self.failed.lock().unwrap_or_else(PoisonError::into_inner).as_ref().map(ToString::to_string)
    }
}
