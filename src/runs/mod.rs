//! Rows of bytes under keys, sorted, in memory up to a budget and on disk beyond it.
//!
//! [`Runs`] takes rows in any order: an append to one arena, and an entry of the index. When all `Runs` that share a [`Budget`] hold more than it
//! allows, the one that is pushed to sorts its index and writes its rows as a run to an anonymous temporary file. [`Sorted`], which
//! [`Runs::finish`] gives, walks the rows in key order, runs and memory merged, and finds rows by key. A small archive never touches the disk.
//!
//! A run is a file of blocks of some kibibytes ([`Layout`]). What finds and proves them (place, length, checksum, first key, number of rows) stays in
//! memory: nobody else ever reads the file, and what it gives back is held against what was written. A disk that is full or can't be
//! read is an error ([`SpillError`]) and never a shorter answer.
//!
//! Must not know what the rows mean.

mod cache;
mod merge;
mod run;
mod sorted;
mod table;
#[cfg(test)]
mod tests;

use std::fs::File;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

pub use merge::{KeyAndRow, Rows};
pub use sorted::Sorted;
pub use table::{Beside, Filling, Numbered, Table, TableRows};
pub use table::{read, write};

use run::{Run, RunWriter, frame, put};

/// Bytes that all rows of an archive may take in memory together. With what else a process needs (the window and the blocks of the reader, the
/// directory of the zip, bitmaps of ids, names, blocks in the cache) it stays below 256 MiB: an inspection of 10 GB with 6,200,000 objects and 340,000 files takes 200.
const BUDGET: usize = 48 << 20;

/// Bytes that the rows of one reading may take in memory. A drill holds a handful of them at a time, and they are walked far more often than
/// looked into, which is as fast from the disk.
const READING: usize = 16 << 20;

/// The environment variable that sets another budget in bytes; the tests run everything through the disk by it.
const BUDGET_VARIABLE: &str = "REHEARSE_ROWS_IN_MEMORY";

/// The part of a budget below which nobody spills: small runs cost more than they free.
const SHARE: usize = 64;

/// How rows lie on disk.
#[derive(Debug, Clone, Copy)]
struct Layout {
    /// Bytes after which a block is closed.
    block: usize,
    /// Most runs that are merged on reading. More are merged into one first.
    runs: usize,
}

/// For rows that are looked up: small blocks, since most lookups read one for one row, and few runs, so that finding a row doesn't mean asking
/// dozens of them.
const LOOKED_UP: Layout = Layout { block: 4 << 10, runs: 16 };

/// For rows that are walked: blocks so large that what finds them hardly counts beside millions of rows.
const WALKED: Layout = Layout { block: 16 << 10, runs: 64 };

/// Why rows can't be kept or read again: the machine's failing, never the archive's.
#[derive(Debug, thiserror::Error)]
pub enum SpillError {
    /// The temporary file can't be made or written.
    #[error("write rows to a temporary file: {0}; make room, or set TMPDIR to a larger disk")]
    Write(std::io::Error),
    /// It can't be read.
    #[error("read rows back from a temporary file: {0}")]
    Read(std::io::Error),
    /// It doesn't give back what was written.
    #[error("read rows back from a temporary file: they are not what was written; the disk of TMPDIR is damaged")]
    Damaged,
}

/// Bytes that several [`Runs`] may hold in memory together. Cheap to clone; the clones share it.
#[derive(Debug, Clone)]
pub struct Budget {
    limit: usize,
    used: Arc<AtomicUsize>,
    /// Where the temporary files lie, if not where the system has such.
    folder: Option<Arc<Path>>,
}

impl Budget {
    /// So many bytes.
    pub fn new(limit: usize) -> Self {
        Self { limit, used: Arc::default(), folder: None }
    }

    /// What the rows of one reading may take.
    pub fn of_reading() -> Self {
        Self::or(READING)
    }

    /// So many bytes, unless the environment says otherwise.
    fn or(limit: usize) -> Self {
        let other = std::env::var(BUDGET_VARIABLE).ok().and_then(|text| text.parse().ok());
        Self::new(other.unwrap_or(limit))
    }

    /// As many bytes for other rows.
    #[must_use]
    pub fn again(&self) -> Self {
        Self { folder: self.folder.clone(), ..Self::new(self.limit) }
    }

    /// The same, with temporary files in this folder.
    #[must_use]
    pub fn beside(self, folder: &Path) -> Self {
        Self { folder: Some(folder.into()), ..self }
    }

    fn file(&self) -> Result<File, SpillError> {
        self.folder.as_deref().map_or_else(tempfile::tempfile, tempfile::tempfile_in).map_err(SpillError::Write)
    }

    fn take(&self, bytes: usize) -> bool {
        self.used.fetch_add(bytes, Ordering::Relaxed) + bytes > self.limit
    }

    fn give(&self, bytes: usize) {
        self.used.fetch_sub(bytes, Ordering::Relaxed);
    }
}

impl Default for Budget {
    fn default() -> Self {
        Self::or(BUDGET)
    }
}

/// Where a row stands in the arena, with the front of its key, by which most comparisons are decided.
#[derive(Debug, Clone, Copy)]
struct Slot {
    front: u64,
    at: u32,
}

/// The first eight bytes of a key as a number that orders like them.
fn front(key: &[u8]) -> u64 {
    let mut bytes = [0; 8];
    bytes.iter_mut().zip(key).for_each(|(to, from)| *to = *from);
    u64::from_be_bytes(bytes)
}

/// Rows in memory.
#[derive(Debug)]
struct Arena {
    bytes: Vec<u8>,
    slots: Vec<Slot>,
    /// Whether rows came in the order of their keys so far.
    ordered: bool,
    budget: Budget,
}

impl Arena {
    fn new(budget: &Budget) -> Self {
        Self { bytes: Vec::new(), slots: Vec::new(), ordered: true, budget: budget.clone() }
    }

    /// Bytes that a row takes beside its own.
    const OVERHEAD: usize = size_of::<Slot>();

    fn size(&self) -> usize {
        self.bytes.len() + self.slots.len() * Self::OVERHEAD
    }

    /// Takes in a row; true where the budget is exceeded.
    fn push(&mut self, key: &[u8], row: &[u8]) -> bool {
        let (front, at) = (front(key), self.bytes.len());
        if let Some(last) = self.slots.last().filter(|_| self.ordered) {
            self.ordered = last.front < front || (last.front == front && self.key(*last) <= key);
        }
        put(&mut self.bytes, key, row);
        self.slots.push(Slot { front, at: u32::try_from(at).unwrap_or(u32::MAX) });
        self.budget.take(self.bytes.len() - at + Self::OVERHEAD)
    }

    fn key(&self, slot: Slot) -> &[u8] {
        frame(&self.bytes, slot.at as usize).map_or(&[], |frame| frame.key)
    }

    /// Sorts the index: rows of one key stay in the order in which they came.
    fn sort(&mut self) {
        if !self.ordered {
            let mut slots = std::mem::take(&mut self.slots);
            slots.sort_unstable_by(|a, b| {
                let fronts = a.front.cmp(&b.front);
                fronts.then_with(|| self.key(*a).cmp(self.key(*b))).then(a.at.cmp(&b.at))
            });
            self.slots = slots;
            self.ordered = true;
        }
    }

    fn clear(&mut self) {
        self.budget.give(self.size());
        self.bytes = Vec::new();
        self.slots = Vec::new();
        self.ordered = true;
    }
}

impl Drop for Arena {
    fn drop(&mut self) {
        self.budget.give(self.size());
    }
}

/// Rows under keys, in any order. See the module.
pub struct Runs {
    layout: Layout,
    arena: Arena,
    file: Option<File>,
    runs: Vec<Run>,
    end: u64,
    /// Why rows could not be kept; told by [`Runs::finish`], and no more rows are taken in behind it.
    failed: Option<SpillError>,
}

impl std::fmt::Debug for Runs {
    /// Without the rows, which may be millions.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Runs").field("in_memory", &self.arena.slots.len()).finish_non_exhaustive()
    }
}

impl Runs {
    /// No rows yet; made for being looked up.
    pub fn new(budget: &Budget) -> Self {
        Self::laid_out(budget, LOOKED_UP)
    }

    /// No rows yet; made for being walked.
    pub fn walked(budget: &Budget) -> Self {
        Self::laid_out(budget, WALKED)
    }

    fn laid_out(budget: &Budget, layout: Layout) -> Self {
        Self { layout, arena: Arena::new(budget), file: None, runs: Vec::new(), end: 0, failed: None }
    }

    /// Takes in a row. Rows of one key stay in the order in which they came. That the disk is full is told by [`Runs::finish`], so that the many
    /// places that push need not.
    pub fn push(&mut self, key: &[u8], row: &[u8]) {
        if self.failed.is_some() {
            return;
        }
        let over = self.arena.push(key, row);
        let size = self.arena.size();
        // The places in the arena are numbers of 32 bits, whatever the budget.
        if (over && size >= self.arena.budget.limit / SHARE) || size > 1 << 30 {
            self.failed = self.spill().err();
        }
    }

    /// Writes what is in memory to disk, behind the last run where it continues that.
    fn spill(&mut self) -> Result<(), SpillError> {
        self.arena.sort();
        let file = match self.file.take() {
            Some(file) => file,
            None => self.arena.budget.file()?,
        };
        let first = self.arena.slots.first().map(|slot| self.arena.key(*slot)).unwrap_or_default();
        let continued = self.runs.pop_if(|run| run.last_key() <= first);
        let mut writer = RunWriter::new(&file, self.end, self.layout.block, continued);
        for slot in &self.arena.slots {
            let row = frame(&self.arena.bytes, slot.at as usize).ok_or(SpillError::Damaged)?;
            writer.push(row.key, row.row)?;
        }
        let (run, end) = writer.finish()?;
        self.runs.push(run);
        self.end = end;
        self.arena.clear();
        self.file = Some(file);
        Ok(())
    }

    /// The rows in key order.
    ///
    /// # Errors
    /// A disk that could not take all of them.
    pub fn finish(mut self) -> Result<Sorted, SpillError> {
        if let Some(error) = self.failed.take() {
            return Err(error);
        }
        self.arena.sort();
        let (layout, sorted) = (self.layout, Sorted::new(self.arena, self.file, self.runs));
        if sorted.runs.len() > layout.runs { sorted.merged(layout) } else { Ok(sorted) }
    }

    /// The same, for rows that stay for long: where some of them are on disk all go there, and none takes memory.
    ///
    /// # Errors
    /// A disk that could not take all of them.
    pub fn finish_apart(mut self) -> Result<Sorted, SpillError> {
        if self.failed.is_none() && self.file.is_some() && !self.arena.slots.is_empty() {
            self.spill()?;
        }
        self.finish()
    }
}
