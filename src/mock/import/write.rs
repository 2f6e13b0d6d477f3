//! Writes the rows of a restored site to its database, in the order of their ids, and gathers what stays in memory of them.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::assemble::Assembled;
use super::error::RestoreError;
use super::files::Locator;
use super::merge::Renumber;
use crate::mock::jobs::Job;
use crate::mock::state::AppState;
use crate::mock::store::disk::{Put, pack, unpack};
use crate::mock::store::{Content, ContentKind, Disk, Head, Heads, Status, StoreError, Stored};
use crate::mock::troubles::Trouble;
use crate::package::Package;

/// What writing looks at.
pub struct Writing<'a> {
    pub state: &'a AppState,
    pub job: &'a Job,
    pub before: &'a Stored,
    pub package: &'a Package,
    pub assembled: &'a Assembled,
    /// The space of the package that is left out on purpose; what hangs on its content stays and is never found.
    pub skipped: Option<u64>,
    pub missing: Option<Missing>,
    /// What became of the ids of the package; a site restore keeps them, and nothing of before.
    pub renumber: Option<&'a Renumber>,
}

impl From<StoreError> for RestoreError {
    fn from(error: StoreError) -> Self {
        Self::Io(error.into())
    }
}

impl Writing<'_> {
    /// Writes what was there, where it stays, and then what was restored, whose ids are higher.
    pub fn run(&self) -> Result<(Arc<Disk>, Arc<Heads>), RestoreError> {
        let mut heads = Heads::default();
        let open = self.state.troubles.has(&Trouble::RestrictionsNotApplied);
        let disk = Disk::make(self.state.home.pool.place("content"), |put| {
            if self.renumber.is_some() {
                self.keep(put, &mut heads, open)?;
            }
            let mut locator = Locator::new(self.package);
            self.assembled.each(|mut row| {
                if self.job.progress.cancel.load(Ordering::Relaxed) {
                    return Err(RestoreError::Cancelled);
                }
                if self.leaves_out(&Head::of(&row)) {
                    return Ok(());
                }
                locator.locate(&mut row);
                if let Some(renumber) = self.renumber {
                    renumber.content(&mut row);
                }
                if open {
                    row.restrictions.clear();
                }
                put(row.id, &pack(&row)?)?;
                heads.push(&row);
                Ok(())
            })
        })?;
        heads.finish();
        Ok((disk.into(), heads.into()))
    }

    /// Writes what was there before.
    fn keep(&self, put: Put<'_>, heads: &mut Heads, open: bool) -> Result<(), StoreError> {
        self.before.disk.packed(|id, packed| {
            let mut row: Content = unpack(id, packed)?;
            if self.missing == Some(Missing::Before(id)) {
                return Ok(());
            }
            if open && !row.restrictions.is_empty() {
                row.restrictions.clear();
                put(id, &pack(&row)?)?;
            } else {
                put(id, packed)?;
            }
            heads.push(&row);
            Ok(())
        })
    }

    /// Whether a row of the package is left out on purpose.
    pub fn leaves_out(&self, head: &Head) -> bool {
        self.missing == Some(Missing::Restored(head.id)) || (self.skipped.is_some() && head.space() == self.skipped)
    }
}

/// A page that is missing on purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Missing {
    /// One of the package, by its id there.
    Restored(u64),
    /// One that was there before.
    Before(u64),
}

impl Missing {
    /// The last live page, where the mock is told to lose one.
    pub fn of(state: &AppState, before: Option<&Stored>, assembled: &Assembled) -> Option<Self> {
        if !state.troubles.has(&Trouble::MissingContent) {
            return None;
        }
        let live = |head: &&Head| {
            head.kind == ContentKind::Page && head.status == Status::Current && head.original().is_none()
        };
        let last = |heads: &[Head]| heads.iter().rev().find(live).map(|head| head.id);
        let kept = || before.and_then(|before| last(before.heads.all())).map(Self::Before);
        last(&assembled.heads).map(Self::Restored).or_else(kept)
    }
}
