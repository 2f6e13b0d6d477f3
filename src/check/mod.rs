//! The checks: each examines the exhibits and says what it found. Pure, synchronous, total.
//!
//! Must not know where a reading came from, nor what the verdict will be.

use crate::model::{Backup, Needs, Outcome};
use crate::reading::Alignment;

/// All that a check may look at.
#[derive(Debug)]
pub struct Exhibits<'a> {
    /// The bytes that were drilled.
    pub backup: &'a Backup,
    /// The readings side by side; the archive's damage, ledger and descriptor are in its inventory.
    pub alignment: Alignment<'a>,
}

/// One check.
pub trait Check {
    /// Its name in scenarios and reports, in kebab-case.
    fn name(&self) -> &'static str;
    /// What must be read from the restored copy for it; nothing, where it looks at the archive alone.
    fn needs(&self) -> Needs;
    /// Examines.
    fn examine(&self, exhibits: &Exhibits<'_>) -> Outcome;
}
