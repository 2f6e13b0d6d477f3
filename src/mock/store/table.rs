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

    /// Reads these rows in one go, for those who will ask for all of them. A row that can't be read is left to be met by whoever asks for it.
    pub fn load(&self, ids: &[u64]) {
        let mut wanted: Vec<u64> = ids.iter().copied().filter(|id| self.contains_key(id)).collect();
        wanted.sort_unstable();
        let read = self.disk.many(
            &wanted,
            |one, other| self.heads.between(one, other),
            |row| {
                self.loaded.insert(row.id, Box::new(row));
            },
        );
        if let Err(error) = read {
            self.fail(error);
        }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mock::store::disk::pack;
    use crate::mock::store::{ContentKind, Pool, Status};

    fn row(id: u64) -> Content {
        Content {
            id,
            kind: ContentKind::Page,
            status: Status::Current,
            original: None,
            title: format!("Page {id}"),
            space: Some(1),
            parent: None,
            container: None,
            number: 1,
            creator: None,
            modifier: None,
            created: None,
            modified: None,
            message: None,
            position: None,
            minor: false,
            body: None,
            body_type: Some(2),
            file: None,
            inline: None,
            labels: Vec::new(),
            restrictions: Vec::new(),
        }
    }

    /// A table of these rows, of which one is not a row.
    fn table(folder: &tempfile::TempDir, ids: &[u64], damaged: Option<u64>, visible: Option<&[u64]>) -> ContentTable {
        let mut heads = Heads::default();
        let disk = Disk::make(Pool::new(folder.path().to_owned()).place("content"), |put| {
            for id in ids {
                let packed = pack(&row(*id))?;
                put(*id, if damaged == Some(*id) { &[0xff] } else { &packed })?;
                heads.push(&row(*id));
            }
            Ok::<(), StoreError>(())
        });
        heads.finish();
        let visible = visible.map(|ids| Arc::new(ids.iter().copied().collect()));
        ContentTable::new(Arc::new(heads), Arc::new(disk.unwrap()), visible)
    }

    #[test]
    fn rows_that_are_read_in_one_go_are_those_that_are_read_singly() {
        let folder = tempfile::tempdir().unwrap();
        // Neighbours, gaps that are passed over, and gaps that are skipped.
        let ids: Vec<u64> = (1..60).chain(100..103).chain(500..700).collect();
        let table = table(&folder, &ids, None, None);
        table.load(&[699, 2, 3, 5, 50, 101, 510, 77, 9]);
        let loaded: Vec<u64> = (0..1_000).filter(|id| table.loaded.get(id).is_some()).collect();
        assert_eq!(loaded, [2, 3, 5, 9, 50, 101, 510, 699]);
        assert!(
            ids.iter().all(|id| table.get(id).is_some_and(|row| row.id == *id && row.title == format!("Page {id}")))
        );
        assert_eq!(table.failure(), None);
    }

    #[test]
    fn what_is_hidden_is_not_read_ahead() {
        let folder = tempfile::tempdir().unwrap();
        let table = table(&folder, &[1, 2, 3], Some(2), Some(&[1, 3]));
        table.load(&[1, 2, 3]);
        assert!(table.get(&1).is_some() && table.get(&2).is_none() && table.get(&3).is_some());
        assert_eq!(table.failure(), None);
    }

    #[test]
    fn a_row_that_cannot_be_read_fails_the_whole_answer() {
        let folder = tempfile::tempdir().unwrap();
        let table = table(&folder, &[1, 2, 3], Some(2), None);
        table.load(&[1, 2, 3]);
        assert!(table.failure().is_some_and(|why| why.contains("content 2 is damaged")), "{:?}", table.failure());
    }
}
