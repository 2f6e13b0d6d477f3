//! The blocks that were looked into last.

use std::fs::File;

use super::SpillError;
use super::run::Run;

/// Blocks that are kept: with blocks of 4 KiB, 4 MiB for each set of rows in which anything is looked up.
const PLACES: usize = 1 << 10;

/// A block by its run and number. Each block has one place where it can stand, so that there is nothing to keep in order.
#[derive(Debug, Default)]
pub(super) struct Cache(Vec<Option<(usize, usize, Vec<u8>)>>);

impl Cache {
    /// The bytes of a block, read where they aren't here.
    pub fn block(&mut self, runs: &[Run], file: &File, run: usize, block: usize) -> Result<&[u8], SpillError> {
        if self.0.is_empty() {
            self.0.resize_with(PLACES, || None);
        }
        let place = self.0.get_mut((block.wrapping_mul(17) + run) % PLACES).ok_or(SpillError::Damaged)?;
        if place.as_ref().is_none_or(|(of, number, _)| (*of, *number) != (run, block)) {
            let mut bytes = place.take().map(|(_, _, bytes)| bytes).unwrap_or_default();
            runs.get(run).ok_or(SpillError::Damaged)?.read(file, block, &mut bytes)?;
            *place = Some((run, block, bytes));
        }
        Ok(place.as_ref().map_or(&[], |(_, _, bytes)| bytes.as_slice()))
    }
}
