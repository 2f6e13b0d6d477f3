//! Readings: content as one side shows it, as one sorted set a kind; their exchange file; their alignment by key.
//!
//! However many items there are, they take bounded memory: they lie in sorted runs ([`crate::runs`]) and are walked one by one. So every walk can fail
//! with a [`ReadError`], and what is sorted, looked up or gathered here goes the same way.
//!
//! Three types of one shape, so that expected and actual can't be swapped: [`Manifest`], [`Inventory`], [`Observation`].
//! Must not know where a reading came from, nor what a check will say about it.

mod alignment;
mod collector;
mod file;
mod keyed;
mod order;
mod rekeyed;
mod renamed;
mod retitled;
mod rezone;
mod row;
mod set;
mod stored;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

pub use alignment::{AlignedRows, Alignment, Host, Names};
pub use collector::{Collector, Found, FoundValue, Holder};
pub use file::{FORMAT, FileError, read_manifest, write_manifest};
pub use keyed::{Keyed, KeyedFilling};
pub use rekeyed::keyed_by_texts;
pub use renamed::renamed;
pub use retitled::retitled;
pub use rezone::{on_the_clock_of, rezoned};
pub use row::{Regrouped, Regrouping, Row, Side};
pub use set::{Gathering, Items, ReadError};
pub use stored::Shown;

pub use crate::model::Claim;
use crate::model::{Aside, CaptureRecord, Damage, Descriptor, Digest, Identity, Item, Key, Kind, Ledger, Scope};
use set::Set;

/// What a side could show of a kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Coverage {
    /// All items, as far as the side's rights go.
    Read,
    /// None, for this reason.
    NotRead(String),
}

/// What a reading says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Header {
    /// Who or what was read, without credentials: a file name, an address.
    pub origin: String,
    /// When reading began, UTC.
    pub began: String,
    /// When reading ended, UTC.
    pub ended: String,
    /// Version of the product that was read, where it says so.
    pub product: Option<String>,
    /// What the side claims to hold.
    pub scope: Scope,
    /// Which kinds could be shown.
    pub coverage: BTreeMap<Kind, Coverage>,
    /// What else the side could not show, in words.
    pub blind_spots: Vec<String>,
    /// The rules of its text digests: [`crate::model::BODY_DIGEST_RULES`].
    pub texts: String,
    /// The rules of its normal forms of texts, [`crate::storage::NORMAL_RULES`]; missing where it has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub normal: Option<String>,
    /// How it was captured, where it is the manifest of a live source.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub capture: Option<CaptureRecord>,
}

impl Header {
    /// Whether items of the kind were read.
    pub fn reads(&self, kind: Kind) -> bool {
        matches!(self.coverage.get(&kind), Some(Coverage::Read))
    }
}

/// Content as one side shows it. Cheap to clone; the clones share the items.
#[derive(Debug, Clone)]
pub struct Reading {
    /// What it says of itself.
    pub header: Header,
    set: Arc<Set>,
}

impl Reading {
    /// Makes a reading of items in any order, as [`Gathering::finish`] does.
    ///
    /// # Errors
    /// A disk that could not take all items, or doesn't give them back.
    pub fn new(header: Header, items: impl IntoIterator<Item = Item>) -> Result<Self, ReadError> {
        let mut gathering = Gathering::default();
        items.into_iter().for_each(|item| gathering.push(&item));
        gathering.finish(header)
    }

    fn of(header: Header, set: Set) -> Self {
        Self { header, set: Arc::new(set) }
    }

    /// The items of a kind in key order.
    pub fn items(&self, kind: Kind) -> Items<'_> {
        Items(self.set.kind(kind))
    }

    /// The item of this kind and key.
    ///
    /// # Errors
    /// A disk that doesn't give back what was written.
    pub fn get(&self, kind: Kind, key: &Key) -> Result<Option<Item>, ReadError> {
        self.set.get(kind, key)
    }

    /// Takes its disk away: what was sorted there can't be read any more.
    #[cfg(test)]
    pub(crate) fn spoil(&self) {
        self.set.spoil();
    }

    /// How many items of a kind there are, asides included.
    pub fn number(&self, kind: Kind) -> u64 {
        self.set.numbers.get(&kind).copied().unwrap_or_default()
    }

    /// Items of each kind that stand outside the comparison, by reason.
    pub fn asides(&self) -> &BTreeMap<(Kind, Aside), u64> {
        &self.set.asides
    }
}

impl PartialEq for Reading {
    /// A reading that can't be read to its end equals none.
    fn eq(&self, other: &Self) -> bool {
        let same = |kind| {
            let (mut one, mut other) = (self.items(kind), other.items(kind));
            loop {
                match (one.next(), other.next()) {
                    (None, None) => return true,
                    (Some(Ok(one)), Some(Ok(other))) if one == other => {}
                    _ => return false,
                }
            }
        };
        self.header == other.header && Kind::ALL.into_iter().all(same)
    }
}

/// The source's claim.
#[derive(Debug, Clone, PartialEq)]
pub struct Manifest {
    /// The content.
    pub reading: Reading,
    /// Where the claim comes from.
    pub claim: Claim,
    /// The digest of the backup that it is bound to.
    pub bound_to: Option<Digest>,
}

impl Manifest {
    /// The manifest that the backup itself gives.
    pub fn from_backup(inventory: &Inventory, backup: &Digest) -> Self {
        Self { reading: inventory.reading.clone(), claim: Claim::Backup, bound_to: Some(backup.clone()) }
    }
}

/// What the archive holds.
#[derive(Debug, Clone, PartialEq)]
pub struct Inventory {
    /// The content.
    pub reading: Reading,
    /// What is wrong with it, sorted.
    pub damage: Vec<Damage>,
    /// How its objects were accounted for.
    pub ledger: Ledger,
    /// What it says of itself.
    pub descriptor: Descriptor,
    /// Which of Confluence's writers made it, in words.
    pub writer: String,
    /// When the export was begun, in digits of the server's wall clock, where it says so.
    pub made: Option<String>,
    /// Whether all of it was read: false where the zip or its XML broke off.
    pub whole: bool,
    /// Names of people by their account ids of Cloud, where those are others.
    pub accounts: BTreeMap<String, String>,
}

impl Inventory {
    /// Where there is no archive: nothing was read, and no hop can be told. Items are recognised as in an archive of this scope.
    ///
    /// # Errors
    /// As for [`Reading::new`].
    pub fn none(scope: Scope) -> Result<Self, ReadError> {
        let header = Header {
            origin: String::new(),
            began: String::new(),
            ended: String::new(),
            product: None,
            scope,
            coverage: BTreeMap::new(),
            blind_spots: Vec::new(),
            texts: String::new(),
            normal: None,
            capture: None,
        };
        Ok(Self {
            reading: Reading::new(header, [])?,
            damage: Vec::new(),
            ledger: Ledger::default(),
            descriptor: Descriptor::default(),
            writer: String::new(),
            made: None,
            whole: true,
            accounts: BTreeMap::new(),
        })
    }

    /// How items of this archive are recognised in a restored copy.
    pub fn identity(&self) -> Identity {
        match self.reading.header.scope {
            Scope::Site => Identity::Id,
            Scope::Spaces(_) | Scope::Unknown => Identity::Natural,
        }
    }
}

/// What the restored copy shows.
#[derive(Debug, Clone, PartialEq)]
pub struct Observation {
    /// The content.
    pub reading: Reading,
}
