//! The pages and blog posts of all readings: what findings name, and whether everybody may see it.

use serde::{Deserialize, Serialize};

use crate::model::{Field, Item, Key, Kind, Value};
use crate::reading::{Keyed, KeyedFilling, ReadError, Reading, order};
use crate::runs::Budget;

/// Most parents one above the other that are looked at; those in a circle have no end.
const HIGHEST: usize = 1_000;

/// Most titles of a path.
const LONGEST: usize = 100;

/// A page or blog post, as far as it names and hides what hangs on it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Host {
    /// Its key.
    pub key: Key,
    /// Its content id.
    pub id: Option<u64>,
    title: Option<String>,
    parent: Option<Key>,
}

impl Host {
    fn of(item: Item) -> Self {
        let title = item.text(Field::Title).map(str::to_owned);
        let parent = match item.fields.get(&Field::Parent) {
            Some(Some(Value::Key(key))) => Some(key.clone()),
            _ => None,
        };
        Self { key: item.key, id: item.id, title, parent }
    }
}

/// See the module.
#[derive(Debug)]
pub(super) struct Hosts {
    by_key: Keyed<Host>,
    /// Keys of what a view restriction stands on.
    restricted: Keyed<()>,
}

impl Hosts {
    /// Of what several readings hold the first counts.
    pub fn of(readings: &[&Reading], budget: &Budget) -> Result<Self, ReadError> {
        let (mut by_key, mut restricted) = (KeyedFilling::new(budget), KeyedFilling::new(budget));
        // Of what is pushed under one key the last counts.
        for reading in readings.iter().rev() {
            for item in reading.items(Kind::Restriction) {
                if let Some(holder) = viewed(&item?.key) {
                    restricted.push(&holder, &());
                }
            }
            for kind in [Kind::BlogPost, Kind::Page] {
                let mut last: Option<Key> = None;
                for item in reading.items(kind) {
                    let host = Host::of(item?);
                    // Of several items of one key in a reading the first counts, as wherever one is asked for by its key.
                    if last.as_ref() != Some(&host.key) {
                        by_key.push(&host.key, &host);
                        last = Some(host.key);
                    }
                }
            }
        }
        Ok(Self { by_key: by_key.finish()?, restricted: restricted.finish()? })
    }

    /// The page or blog post of the longest front of a key.
    pub fn content(&self, key: &Key) -> Result<Option<Host>, ReadError> {
        let fronts: Vec<_> = order::fronts(key).collect();
        for (_, front) in fronts.into_iter().rev() {
            if let Some(host) = self.by_key.by_bytes(&front)? {
                return Ok(Some(host));
            }
        }
        Ok(None)
    }

    pub fn restricted(&self, key: &Key) -> Result<bool, ReadError> {
        let mut current = self.content(key)?;
        for _ in 0..HIGHEST {
            let Some(host) = current else { return Ok(false) };
            if self.restricted.get(&host.key)?.is_some() {
                return Ok(true);
            }
            current = self.above(&host)?;
        }
        // A chain of parents without end can't be shown to be open.
        Ok(true)
    }

    pub fn chain(&self, key: &Key) -> Result<Vec<Key>, ReadError> {
        let (mut keys, mut current) = (Vec::new(), self.content(key)?);
        while let Some(host) = current.filter(|_| keys.len() < HIGHEST) {
            current = self.above(&host)?;
            keys.push(host.key);
        }
        Ok(keys)
    }

    pub fn path(&self, host: &Host) -> Result<Vec<String>, ReadError> {
        let mut titles = Vec::new();
        let mut current = Some(host.clone());
        while let Some(host) = current.filter(|_| titles.len() < LONGEST) {
            current = self.above(&host)?;
            titles.push(host.title.unwrap_or_else(|| host.key.segments().last().cloned().unwrap_or_default()));
        }
        titles.reverse();
        Ok(titles)
    }

    fn above(&self, host: &Host) -> Result<Option<Host>, ReadError> {
        host.parent.as_ref().map_or(Ok(None), |key| self.by_key.get(key))
    }
}

/// What a view restriction of this key stands on; `None` for one that rules who may edit.
fn viewed(key: &Key) -> Option<Key> {
    let segments = key.segments();
    let at = segments.iter().rposition(|segment| segment == "restriction")?;
    let (holder, rest) = segments.split_at_checked(at)?;
    rest.get(1).is_some_and(|operation| operation == "read").then(|| Key::new(holder.iter().cloned()))
}
