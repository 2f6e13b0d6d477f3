use std::collections::BTreeSet;

use super::{Kind, Sample};

/// What the checks of a drill will look at, so that no more is read from the restored copy.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Needs {
    /// The kinds of item.
    pub kinds: BTreeSet<Kind>,
    /// Whether attachments are downloaded and hashed; else only their records are read.
    pub attachment_bytes: bool,
    /// Which attachments those are, and which of their older versions; `None`: all.
    pub sample: Option<Sample>,
}

impl Needs {
    /// Items of these kinds, by their records.
    pub fn of(kinds: impl IntoIterator<Item = Kind>) -> Self {
        Self { kinds: kinds.into_iter().collect(), attachment_bytes: false, sample: None }
    }

    /// Everything that a reading can hold.
    pub fn everything() -> Self {
        Self { kinds: Kind::ALL.into_iter().collect(), attachment_bytes: true, sample: None }
    }

    /// The needs of both.
    #[must_use]
    pub fn and(mut self, other: &Self) -> Self {
        self.kinds.extend(other.kinds.iter().copied());
        // What one of them needs of all, both need of all.
        self.sample = match (self.attachment_bytes, other.attachment_bytes) {
            (true, true) => self.sample.filter(|sample| Some(*sample) == other.sample),
            (true, false) => self.sample,
            (false, _) => other.sample,
        };
        self.attachment_bytes |= other.attachment_bytes;
        self
    }

    /// Whether items of the kind are needed.
    pub fn has(&self, kind: Kind) -> bool {
        self.kinds.contains(&kind)
    }
}
