//! Rows that are all there: walked in key order, found by key.

use std::fs::File;
use std::sync::{Mutex, PoisonError};

use super::cache::Cache;
use super::merge::Rows;
use super::run::{Run, RunWriter, frame};
use super::{Arena, Layout, SpillError, front};

/// Rows in key order. See [`super::Runs`].
pub struct Sorted {
    arena: Arena,
    pub(super) file: Option<File>,
    pub(super) runs: Vec<Run>,
    cache: Mutex<Cache>,
}

impl std::fmt::Debug for Sorted {
    /// Without the rows, which may be millions.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sorted").field("rows", &self.len()).finish_non_exhaustive()
    }
}

impl Sorted {
    pub(super) fn new(arena: Arena, file: Option<File>, runs: Vec<Run>) -> Self {
        Self { arena, file, runs, cache: Mutex::default() }
    }

    /// The same as one run.
    pub(super) fn merged(self, layout: Layout) -> Result<Self, SpillError> {
        let file = self.arena.budget.file()?;
        let mut writer = RunWriter::new(&file, 0, layout.block, None);
        let mut rows = self.rows();
        while let Some((key, row)) = rows.next()? {
            writer.push(key, row)?;
        }
        let (run, _) = writer.finish()?;
        Ok(Self::new(Arena::new(&self.arena.budget), Some(file), vec![run]))
    }

    /// All rows in key order.
    pub fn rows(&self) -> Rows<'_> {
        Rows::new(&self.arena, self.file.as_ref(), &self.runs)
    }

    /// The rows of this key and of all keys behind it, in key order.
    pub fn rows_from(&self, key: &[u8]) -> Rows<'_> {
        Rows::from(&self.arena, self.file.as_ref(), &self.runs, key)
    }

    /// Takes the disk away, so that whatever lies there can't be read any more.
    #[cfg(test)]
    pub fn spoil(&self) {
        self.file.iter().for_each(|file| file.set_len(0).unwrap());
    }

    /// How many there are.
    pub fn len(&self) -> u64 {
        self.runs.iter().fold(self.arena.slots.len() as u64, |sum, run| sum + run.rows)
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What `read` makes of the row of this key; of several, of the one that came last.
    ///
    /// # Errors
    /// A disk that doesn't give back what was written.
    pub fn get<T>(&self, key: &[u8], read: impl FnOnce(&[u8]) -> T) -> Result<Option<T>, SpillError> {
        if let Some(row) = self.in_memory(key) {
            return Ok(Some(read(row)));
        }
        let Some(file) = &self.file else { return Ok(None) };
        for (number, run) in self.runs.iter().enumerate().rev() {
            let Some(block) = run.block_of(key).filter(|_| run.last_key() >= key) else { continue };
            // Nobody panics while holding the lock, and a block is whole or not there.
            let mut cache = self.cache.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(row) = last_of(cache.block(&self.runs, file, number, block)?, key) {
                return Ok(Some(read(row)));
            }
        }
        Ok(None)
    }

    fn in_memory(&self, key: &[u8]) -> Option<&[u8]> {
        let own = front(key);
        let behind = self
            .arena
            .slots
            .partition_point(|slot| slot.front < own || (slot.front == own && self.arena.key(*slot) <= key));
        let slot = behind.checked_sub(1).and_then(|last| self.arena.slots.get(last))?;
        let row = frame(&self.arena.bytes, slot.at as usize)?;
        (row.key == key).then_some(row.row)
    }
}

/// The last row of this key in a block.
fn last_of<'a>(block: &'a [u8], key: &[u8]) -> Option<&'a [u8]> {
    let (mut at, mut found) = (0, None);
    while let Some(row) = frame(block, at) {
        match row.key.cmp(key) {
            std::cmp::Ordering::Less => {}
            std::cmp::Ordering::Equal => found = Some(row.row),
            std::cmp::Ordering::Greater => break,
        }
        at = row.end;
    }
    found
}
