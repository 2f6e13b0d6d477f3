//! Two or three readings side by side, by key.

mod hosts;
mod matching;

use std::sync::Arc;

use super::set::{Set, Walk};
use super::{Claim, Inventory, Manifest, Observation, ReadError, Reading, Row, Shown, Side};
use crate::model::{Identity, Key, Kind};
use crate::runs::Budget;
pub use hosts::Host;
use hosts::Hosts;

/// What the two sides that are held against each other are called in findings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Names {
    /// The side that says what should be there.
    pub claim: &'static str,
    /// The side that is judged by it.
    pub copy: &'static str,
}

impl Names {
    /// Those of a drill.
    pub const DRILL: Self = Self { claim: "manifest", copy: "restored copy" };
    /// Those of two readings of any origin.
    pub const COMPARISON: Self = Self { claim: "expected side", copy: "actual side" };
}

/// The readings of one drill, aligned. Checks see only this.
#[derive(Debug)]
pub struct Alignment<'a> {
    /// How items were matched.
    pub identity: Identity,
    /// What findings call the sides.
    pub names: Names,
    /// The copy is of a newer Confluence, which rewrites texts and keeps the old ones as versions.
    pub across_versions: bool,
    /// When the backup began, in digits of the source's wall clock, where the claim is the source's own and bound to no backup: what is
    /// dated later is no loss. A manifest that is bound says what this backup must hold.
    pub cut: Option<String>,
    manifest: &'a Manifest,
    inventory: &'a Inventory,
    observation: Option<&'a Observation>,
    /// The items of each side under the keys by which they are matched.
    sides: [Option<Arc<Set>>; 3],
    hosts: Hosts,
}

impl<'a> Alignment<'a> {
    /// Aligns the readings by the identity that the archive's kind allows.
    ///
    /// # Errors
    /// A reading that could not be read to its end, or could not be sorted anew.
    pub fn new(
        manifest: &'a Manifest,
        inventory: &'a Inventory,
        observation: Option<&'a Observation>,
    ) -> Result<Self, ReadError> {
        Self::within(&Budget::of_reading(), manifest, inventory, observation)
    }

    /// The same with a budget of its own for what is sorted anew, and another one as large for what is looked up.
    ///
    /// # Errors
    /// As for [`Alignment::new`].
    pub fn within(
        budget: &Budget,
        manifest: &'a Manifest,
        inventory: &'a Inventory,
        observation: Option<&'a Observation>,
    ) -> Result<Self, ReadError> {
        let identity = inventory.identity();
        let readings = [Some(&manifest.reading), Some(&inventory.reading), observation.map(|side| &side.reading)];
        let by_key = |reading: &Reading| match identity {
            Identity::Natural => Ok(reading.set.clone()),
            Identity::Id => matching::by_id(reading, budget).map(Arc::new),
        };
        let inventory_set = by_key(&inventory.reading)?;
        let manifest_set = if is_same(&manifest.reading, &inventory.reading) {
            inventory_set.clone()
        } else {
            by_key(&manifest.reading)?
        };
        let observation_set = observation.map(|side| by_key(&side.reading)).transpose()?;
        let sides = [Some(manifest_set), Some(inventory_set), observation_set];
        // Each is asked once, however many sides share it.
        let [manifest_reading, inventory_reading, observation_reading] = readings;
        let second = inventory_reading.filter(|_| !is_same(&manifest.reading, &inventory.reading));
        let different = [manifest_reading, second, observation_reading].into_iter().flatten();
        let hosts = Hosts::of(different.collect::<Vec<_>>().as_slice(), &budget.again())?;
        Ok(Self {
            identity,
            names: Names::DRILL,
            across_versions: false,
            cut: inventory.made.clone().filter(|_| manifest.claim == Claim::Source && manifest.bound_to.is_none()),
            manifest,
            inventory,
            observation,
            sides,
            hosts,
        })
    }

    /// The rows of a kind in key order: the union of the keys of all readings, asides included.
    pub fn rows(&self, kind: Kind) -> AlignedRows<'_> {
        let sides = self.sides.each_ref().map(|set| set.as_deref().map(|set| Ahead::of(set, kind)));
        AlignedRows { sides, begun: false }
    }

    /// How many rows of a kind have an item of this side. Fewer than the reading has items, where several have one id.
    pub fn number(&self, side: Side, kind: Kind) -> u64 {
        let [manifest, inventory, observation] = &self.sides;
        let set = match side {
            Side::Manifest => manifest,
            Side::Inventory => inventory,
            Side::Observation => observation,
        };
        set.as_ref().and_then(|set| set.keys.get(&kind)).copied().unwrap_or_default()
    }

    /// Whether an archive stands between the two other sides, so that a hop can be told.
    pub fn has_archive(&self) -> bool {
        !self.inventory.reading.header.coverage.is_empty()
    }

    /// The source's claim.
    pub fn manifest(&self) -> &'a Manifest {
        self.manifest
    }

    /// What the archive holds.
    pub fn inventory(&self) -> &'a Inventory {
        self.inventory
    }

    /// What the restored copy shows; `None` where it was not restored or not read.
    pub fn observation(&self) -> Option<&'a Observation> {
        self.observation
    }

    /// Whether a view restriction of any reading hides the content of this key, by itself or by a page above it.
    ///
    /// # Errors
    /// A disk that doesn't give back what was written.
    pub fn restricted(&self, key: &Key) -> Result<bool, ReadError> {
        self.hosts.restricted(key)
    }

    /// The keys of the page or blog post of this key and of the pages above it.
    ///
    /// # Errors
    /// A disk that doesn't give back what was written.
    pub fn chain(&self, key: &Key) -> Result<Vec<Key>, ReadError> {
        self.hosts.chain(key)
    }

    /// The titles from the outermost parent page down to this one.
    ///
    /// # Errors
    /// A disk that doesn't give back what was written.
    pub fn path(&self, host: &Host) -> Result<Vec<String>, ReadError> {
        self.hosts.path(host)
    }

    /// The page or blog post that the item of this key hangs on, or that it is itself.
    ///
    /// # Errors
    /// A disk that doesn't give back what was written.
    pub fn content(&self, key: &Key) -> Result<Option<Host>, ReadError> {
        self.hosts.content(key)
    }
}

/// Whether two readings share their items.
fn is_same(one: &Reading, other: &Reading) -> bool {
    Arc::ptr_eq(&one.set, &other.set)
}

/// The items of one side, one of them in advance.
#[derive(Debug)]
struct Ahead<'a> {
    walk: Walk<'a>,
    next: Option<(Vec<u8>, Shown)>,
}

impl<'a> Ahead<'a> {
    fn of(set: &'a Set, kind: Kind) -> Self {
        Self { walk: set.kind(kind), next: None }
    }

    fn look(&mut self) -> Result<(), ReadError> {
        self.next = self.walk.next().transpose()?;
        Ok(())
    }

    /// The item of this key, if it is the next one; of several the last.
    fn take(&mut self, key: &[u8]) -> Result<Option<Shown>, ReadError> {
        let mut taken = None;
        while let Some((_, item)) = self.next.take_if(|(next, _)| next.as_slice() == key) {
            taken = Some(item);
            self.look()?;
        }
        Ok(taken)
    }
}

/// The rows of one kind in key order. Behind an error there is nothing.
#[derive(Debug)]
pub struct AlignedRows<'a> {
    sides: [Option<Ahead<'a>>; 3],
    begun: bool,
}

impl AlignedRows<'_> {
    fn step(&mut self) -> Result<Option<Row>, ReadError> {
        if !self.begun {
            self.begun = true;
            self.sides.iter_mut().flatten().try_for_each(Ahead::look)?;
        }
        let keys = self.sides.iter().flatten().filter_map(|side| side.next.as_ref()).map(|(key, _)| key);
        let Some(key) = keys.min().cloned() else { return Ok(None) };
        let [manifest, inventory, observation] = &mut self.sides;
        let take = |side: &mut Option<Ahead<'_>>| side.as_mut().map_or(Ok(None), |side| side.take(&key));
        Ok(Some(Row { manifest: take(manifest)?, inventory: take(inventory)?, observation: take(observation)? }))
    }
}

impl Iterator for AlignedRows<'_> {
    type Item = Result<Row, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        let row = self.step();
        if row.is_err() {
            self.sides = [None, None, None];
        }
        row.transpose()
    }
}
