//! Readings: content as one side shows it, as one sorted set a kind; their exchange file; their alignment by key.
//!
//! Three types of one shape, so that expected and actual can't be swapped: [`Manifest`], [`Inventory`], [`Observation`].
//! Must not know where a reading came from, nor what a check will say about it.

mod alignment;
mod collector;
mod file;
pub mod runs;
mod set;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use alignment::{Alignment, Row, Side};
pub use collector::{Collector, Found, FoundValue, Holder};
pub use file::{FORMAT, FileError, read_manifest, write_manifest};
pub use set::{ReadError, SortedSet};

pub use crate::model::Claim;
use crate::model::{Aside, Damage, Descriptor, Digest, Identity, Item, Kind, Ledger, Scope};

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
}

impl Header {
    /// Whether items of the kind were read.
    pub fn reads(&self, kind: Kind) -> bool {
        matches!(self.coverage.get(&kind), Some(Coverage::Read))
    }
}

/// Content as one side shows it.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// What it says of itself.
    pub header: Header,
    sets: BTreeMap<Kind, SortedSet>,
}

impl Reading {
    /// Makes a reading of items in any order.
    ///
    /// Items of one kind and key get `#2`, `#3`, … behind the key, those last that are set aside, then in order of their creation time,
    /// text digest and id.
    pub fn new(header: Header, items: Vec<Item>) -> Self {
        let mut sets: BTreeMap<Kind, Vec<Item>> = BTreeMap::new();
        for item in items {
            sets.entry(item.kind).or_default().push(item);
        }
        Self { header, sets: sets.into_iter().map(|(kind, items)| (kind, SortedSet::new(items))).collect() }
    }

    /// The items of a kind in key order.
    pub fn items(&self, kind: Kind) -> impl Iterator<Item = Result<&Item, ReadError>> {
        self.sets.get(&kind).into_iter().flat_map(SortedSet::iter)
    }

    /// How many items of a kind there are, asides included.
    pub fn number(&self, kind: Kind) -> u64 {
        self.sets.get(&kind).map_or(0, SortedSet::len)
    }

    /// Items of each kind that stand outside the comparison, by reason.
    pub fn asides(&self) -> Result<BTreeMap<(Kind, Aside), u64>, ReadError> {
        let mut counts = BTreeMap::new();
        for kind in Kind::ALL {
            for item in self.items(kind) {
                if let Some(aside) = item?.aside {
                    *counts.entry((kind, aside)).or_default() += 1;
                }
            }
        }
        Ok(counts)
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
    /// Whether all of it was read: false where the zip or its XML broke off.
    pub whole: bool,
}

impl Inventory {
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
