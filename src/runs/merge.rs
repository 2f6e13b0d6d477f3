//! Walks rows in key order: the runs and what is in memory, merged.

use std::cmp::Ordering;
use std::fs::File;

use super::run::{Run, frame};
use super::{Arena, SpillError, front};

/// A key, and the row under it.
pub type KeyAndRow<'a> = (&'a [u8], &'a [u8]);

/// Where a source's rows come from.
#[derive(Debug)]
enum From<'a> {
    Memory { arena: &'a Arena, next: usize },
    Run { run: &'a Run, file: &'a File, next_block: usize, block: Vec<u8>, next: usize },
}

/// A source at one of its rows.
#[derive(Debug)]
struct Source<'a> {
    from: From<'a>,
    /// Of the row at which it stands.
    front: u64,
    at: usize,
}

impl Source<'_> {
    /// Steps to the next row; false behind the last.
    fn step(&mut self) -> Result<bool, SpillError> {
        match &mut self.from {
            From::Memory { arena, next } => {
                let Some(slot) = arena.slots.get(*next) else { return Ok(false) };
                (self.front, self.at) = (slot.front, slot.at as usize);
                *next += 1;
            }
            From::Run { run, file, next_block, block, next } => {
                if *next == block.len() {
                    if *next_block == run.blocks() {
                        return Ok(false);
                    }
                    run.read(file, *next_block, block)?;
                    *next_block += 1;
                    *next = 0;
                }
                let row = frame(block, *next).ok_or(SpillError::Damaged)?;
                (self.front, self.at) = (front(row.key), *next);
                *next = row.end;
            }
        }
        Ok(true)
    }

    fn row(&self) -> KeyAndRow<'_> {
        let bytes = match &self.from {
            From::Memory { arena, .. } => &arena.bytes,
            From::Run { block, .. } => block,
        };
        frame(bytes, self.at).map_or((&[], &[]), |frame| (frame.key, frame.row))
    }

    fn compare(&self, other: &Self) -> Ordering {
        self.front.cmp(&other.front).then_with(|| self.row().0.cmp(other.row().0))
    }
}

/// The rows of a [`super::Sorted`] in key order; those of one key in the order in which they came.
#[derive(Debug)]
pub struct Rows<'a> {
    sources: Vec<Source<'a>>,
    /// Numbers of the sources that have rows left, by the row at which each stands; of equal ones the older source first.
    order: Vec<usize>,
    /// The key at which it begins.
    from: Vec<u8>,
    begun: bool,
}

impl<'a> Rows<'a> {
    pub(super) fn new(arena: &'a Arena, file: Option<&'a File>, runs: &'a [Run]) -> Self {
        Self::from(arena, file, runs, &[])
    }

    pub(super) fn from(arena: &'a Arena, file: Option<&'a File>, runs: &'a [Run], key: &[u8]) -> Self {
        let of_run = |run: &'a Run, file| {
            let next_block = run.block_before(key);
            From::Run { run, file, next_block, block: Vec::new(), next: 0 }
        };
        let on_disk = runs.iter().zip(std::iter::repeat(file)).filter_map(|(run, file)| Some(of_run(run, file?)));
        let next = if key.is_empty() { 0 } else { arena.slots.partition_point(|slot| arena.key(*slot) < key) };
        let all = on_disk.chain([From::Memory { arena, next }]);
        let sources = all.map(|from| Source { from, front: 0, at: 0 }).collect();
        Self { sources, order: Vec::new(), from: key.to_vec(), begun: false }
    }

    /// The row that [`Rows::next`] gave last; `None` before the first and behind the last.
    pub fn current(&self) -> Option<KeyAndRow<'_>> {
        self.order.first().and_then(|first| self.sources.get(*first)).map(Source::row)
    }

    /// The next row: its key and itself.
    ///
    /// # Errors
    /// A disk that doesn't give back what was written.
    #[expect(clippy::should_implement_trait, reason = "it lends the row out of the block that it stands in")]
    pub fn next(&mut self) -> Result<Option<KeyAndRow<'_>>, SpillError> {
        if self.begun {
            if let Some(first) = self.order.first().copied()
                && !self.step(first)?
            {
                self.order.remove(0);
            } else {
                self.sink();
            }
        } else {
            self.begin()?;
        }
        Ok(self.current())
    }

    fn begin(&mut self) -> Result<(), SpillError> {
        self.begun = true;
        for number in 0..self.sources.len() {
            if self.reach(number)? {
                self.order.insert(0, number);
                self.sink();
            }
        }
        Ok(())
    }

    /// Steps to the first row that isn't before where it begins.
    fn reach(&mut self, number: usize) -> Result<bool, SpillError> {
        let Some(source) = self.sources.get_mut(number) else { return Ok(false) };
        while source.step()? {
            if source.row().0 >= self.from.as_slice() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn step(&mut self, source: usize) -> Result<bool, SpillError> {
        self.sources.get_mut(source).map_or(Ok(false), Source::step)
    }

    /// Moves the first of the order to where it belongs.
    fn sink(&mut self) {
        let [first, rest @ ..] = self.order.as_slice() else { return };
        let Some(own) = self.sources.get(*first) else { return };
        let before = |other: &usize| {
            self.sources.get(*other).is_some_and(|source| source.compare(own).then(other.cmp(first)).is_lt())
        };
        // Most often it stays: runs of an archive hardly overlap.
        if rest.first().is_some_and(before) {
            let place = rest.partition_point(before);
            if let Some(part) = self.order.get_mut(..=place) {
                part.rotate_left(1);
            }
        }
    }
}
