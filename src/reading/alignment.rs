//! Two or three readings side by side, by key.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::{Inventory, Manifest, Observation, ReadError, Reading};
use crate::model::{Aside, Field, Identity, Item, Key, Kind, Value};

/// What the readings say of one key.
#[derive(Debug, Clone, Copy)]
pub struct Row<'a> {
    /// What the source claims.
    pub manifest: Option<&'a Item>,
    /// What the archive holds.
    pub inventory: Option<&'a Item>,
    /// What the restored copy shows.
    pub observation: Option<&'a Item>,
}

impl<'a> Row<'a> {
    /// The item of the first side that has it: manifest, archive, copy.
    pub fn any(&self) -> Option<&'a Item> {
        self.manifest.or(self.inventory).or(self.observation)
    }

    /// Why the row is not compared, by the word of the first side that says so.
    pub fn aside(&self) -> Option<Aside> {
        [self.manifest, self.inventory, self.observation].into_iter().flatten().find_map(|item| item.aside)
    }
}

/// One of the three readings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The source's claim.
    Manifest,
    /// What the archive holds.
    Inventory,
    /// What the restored copy shows.
    Observation,
}

impl Side {
    /// All, in the order in which content flows.
    pub const ALL: [Self; 3] = [Self::Manifest, Self::Inventory, Self::Observation];
}

/// The readings of one drill, aligned. Checks see only this.
#[derive(Debug)]
pub struct Alignment<'a> {
    /// How items were matched.
    pub identity: Identity,
    manifest: &'a Manifest,
    inventory: &'a Inventory,
    observation: Option<&'a Observation>,
    rows: BTreeMap<Kind, Vec<Row<'a>>>,
    ids: [Ids; 3],
    restricted: HashSet<Key>,
    titles: HashMap<Key, &'a Item>,
}

impl<'a> Alignment<'a> {
    /// Aligns the readings by the identity that the archive's kind allows.
    ///
    /// # Errors
    /// A reading that could not be read to its end.
    pub fn new(
        manifest: &'a Manifest,
        inventory: &'a Inventory,
        observation: Option<&'a Observation>,
    ) -> Result<Self, ReadError> {
        let identity = inventory.identity();
        let mut rows: BTreeMap<Kind, BTreeMap<Key, Row<'a>>> = BTreeMap::new();
        let sides = [Some(&manifest.reading), Some(&inventory.reading), observation.map(|side| &side.reading)];
        let mut ids = [Ids::default(), Ids::default(), Ids::default()];
        for ((side, reading), ids) in Side::ALL.into_iter().zip(sides).zip(&mut ids) {
            let Some(reading) = reading else { continue };
            *ids = Ids::of(reading, identity)?;
            for kind in Kind::ALL {
                let set = rows.entry(kind).or_default();
                for item in reading.items(kind) {
                    let item = item?;
                    let empty = Row { manifest: None, inventory: None, observation: None };
                    let row = set.entry(ids.key(&item.key)).or_insert(empty);
                    match side {
                        Side::Manifest => row.manifest = Some(item),
                        Side::Inventory => row.inventory = Some(item),
                        Side::Observation => row.observation = Some(item),
                    }
                }
            }
        }
        let rows = rows.into_iter().map(|(kind, set)| (kind, set.into_values().collect())).collect();
        let mut alignment = Self {
            identity,
            manifest,
            inventory,
            observation,
            rows,
            ids,
            restricted: HashSet::new(),
            titles: HashMap::new(),
        };
        alignment.index(sides.into_iter().flatten())?;
        Ok(alignment)
    }

    /// A value in the form in which it is compared: keys of content by the identity that was used to match.
    pub fn comparable(&self, side: Side, value: &Value) -> Value {
        let [manifest, inventory, observation] = &self.ids;
        let ids = match side {
            Side::Manifest => manifest,
            Side::Inventory => inventory,
            Side::Observation => observation,
        };
        match value {
            Value::Key(key) => Value::Key(ids.key(key)),
            other => other.clone(),
        }
    }

    /// The rows of a kind in key order: the union of the keys of all readings, asides included.
    pub fn rows(&self, kind: Kind) -> &[Row<'a>] {
        self.rows.get(&kind).map_or(&[], Vec::as_slice)
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

    /// Whether a view restriction of any reading hides this content, by itself or by a page above it.
    pub fn restricted(&self, item: &Item) -> bool {
        let mut current = self.content(item);
        for _ in 0..1_000 {
            let Some(item) = current else { return false };
            if self.restricted.contains(&item.key) {
                return true;
            }
            current = parent(item).and_then(|key| self.titles.get(&key).copied());
        }
        // A chain of parents without end can't be shown to be open.
        true
    }

    /// The titles from the outermost parent page down to this item.
    pub fn path(&self, item: &Item) -> Vec<String> {
        let mut titles = Vec::new();
        let mut current = Some(item);
        while let Some(item) = current.filter(|_| titles.len() < 100) {
            titles.push(
                item.text(Field::Title)
                    .map_or_else(|| item.key.segments().last().cloned().unwrap_or_default(), str::to_owned),
            );
            current = parent(item).and_then(|key| self.titles.get(&key).copied());
        }
        titles.reverse();
        titles
    }

    /// The page or blog post that an item hangs on, or the item itself.
    pub fn content(&self, item: &Item) -> Option<&'a Item> {
        let segments = item.key.segments();
        (1..=segments.len()).rev().find_map(|length| {
            let (front, _) = segments.split_at_checked(length)?;
            self.titles.get(&Key::new(front.iter().cloned())).copied()
        })
    }

    fn index(&mut self, sides: impl Iterator<Item = &'a Reading>) -> Result<(), ReadError> {
        for reading in sides {
            for item in reading.items(Kind::Restriction) {
                let segments = item?.key.segments();
                let at = segments.iter().rposition(|segment| segment == "restriction");
                if let Some((holder, rest)) = at.and_then(|at| segments.split_at_checked(at))
                    && rest.get(1).is_some_and(|operation| operation == "read")
                {
                    self.restricted.insert(Key::new(holder.iter().cloned()));
                }
            }
            for kind in [Kind::Page, Kind::BlogPost] {
                for item in reading.items(kind) {
                    let item = item?;
                    self.titles.entry(item.key.clone()).or_insert(item);
                }
            }
        }
        Ok(())
    }
}

fn parent(item: &Item) -> Option<Key> {
    match item.fields.get(&Field::Parent) {
        Some(Some(Value::Key(key))) => Some(key.clone()),
        _ => None,
    }
}

/// Content ids by natural key, to replace the front of a key by the id.
#[derive(Debug, Default)]
struct Ids {
    by_key: HashMap<Key, u64>,
}

impl Ids {
    fn of(reading: &Reading, identity: Identity) -> Result<Self, ReadError> {
        let mut by_key = HashMap::new();
        if identity == Identity::Id {
            for kind in Kind::ALL.into_iter().filter(|kind| kind.is_content()) {
                for item in reading.items(kind) {
                    let item = item?;
                    if let Some(id) = item.id {
                        by_key.insert(item.key.clone(), id);
                    }
                }
            }
        }
        Ok(Self { by_key })
    }

    /// The key by which the item is matched: with ids, the longest front of it that is content becomes `["content", id]`.
    fn key(&self, key: &Key) -> Key {
        if self.by_key.is_empty() {
            return key.clone();
        }
        let segments = key.segments();
        for length in (1..=segments.len()).rev() {
            let (front, rest) = segments.split_at(length);
            if let Some(id) = self.by_key.get(&Key::new(front.iter().cloned())) {
                return Key::new(["content".to_owned(), format!("{id:020}")]).with(rest.iter().cloned());
            }
        }
        key.clone()
    }
}
