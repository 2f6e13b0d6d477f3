//! Gathers what a reader finds in any order, and resolves references when the reading is complete.

mod holders;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};

use super::stored::StoredValue;
use super::{Gathering, Header, ReadError, Reading};
use crate::model::{Aside, Field, Item, Key, Kind, Named, Value};
use crate::runs::{self, Budget, Filling, Runs, SpillError};
use holders::{Held, Holders};

/// What an item hangs on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Holder {
    /// Nothing: the name is the whole key.
    None,
    /// The item of this key.
    Key(Key),
    /// The content item of this id.
    Content(u64),
}

/// The value of a field, perhaps still a reference.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum FoundValue {
    /// There is none.
    Absent,
    /// A value.
    Value(Value),
    /// The key of the content item of this id; absent where there is no such item, or one that is not live.
    Content(u64),
    /// What a text refers to. Users get their keys from the names that the collector is told, content from its id.
    Named(Vec<Named>),
}

/// An item as a reader finds it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    /// What it is.
    pub kind: Kind,
    /// Its content id.
    pub id: Option<u64>,
    /// What it hangs on.
    pub holder: Holder,
    /// Its own segments of the key, behind the holder's.
    pub name: Vec<String>,
    /// Why it is not compared.
    pub aside: Option<Aside>,
    /// Its fields.
    pub fields: Vec<(Field, FoundValue)>,
}

/// What was found, in its compact form.
#[derive(Debug, Serialize, Deserialize)]
struct StoredFound<'a> {
    kind: Kind,
    id: Option<u64>,
    holder: Cow<'a, Holder>,
    name: Cow<'a, [String]>,
    aside: Option<Aside>,
    #[serde(borrow)]
    fields: Vec<(Field, StoredFoundValue<'a>)>,
}

#[derive(Debug, Serialize, Deserialize)]
enum StoredFoundValue<'a> {
    Absent,
    #[serde(borrow)]
    Value(StoredValue<'a>),
    Content(u64),
    Named(Cow<'a, [Named]>),
}

impl<'a> From<&'a FoundValue> for StoredFoundValue<'a> {
    fn from(found: &'a FoundValue) -> Self {
        match found {
            FoundValue::Absent => Self::Absent,
            FoundValue::Value(value) => Self::Value(value.into()),
            FoundValue::Content(id) => Self::Content(*id),
            FoundValue::Named(all) => Self::Named(Cow::Borrowed(all)),
        }
    }
}

/// Gathers found items and makes a [`Reading`] of them.
///
/// Content items (pages, blog posts, comments, attachments) are found by id as holders and by reference. A holder that nobody found puts
/// the item below `["orphan", id]` and sets it aside as [`Aside::Orphan`], and so does one that hangs on itself, or on more than a hundred others one above the
/// other; an item below one that is set aside is set aside too.
#[derive(Debug)]
pub struct Collector {
    budget: Budget,
    /// By what they hang on, so that the items of one holder come one after the other.
    found: Runs,
    /// What is found by id.
    held: Filling,
    number: u64,
    row: Vec<u8>,
    /// Users whom texts name by key, with their names where those are known.
    users: HashMap<String, Option<String>>,
}

impl Default for Collector {
    fn default() -> Self {
        Self::new(&Budget::of_reading())
    }
}

impl Collector {
    /// Nothing found yet. The reading gets as much memory again.
    pub fn new(budget: &Budget) -> Self {
        Self {
            budget: budget.clone(),
            found: Runs::walked(budget),
            held: Filling::new(budget),
            number: 0,
            row: Vec::new(),
            users: HashMap::new(),
        }
    }

    /// Takes in an item.
    pub fn push(&mut self, found: Found) {
        let Found { kind, id, holder, name, aside, fields } = &found;
        if let (true, Some(id)) = (kind.is_content() || *kind == Kind::Draft, id) {
            let (holder, name) = (Cow::Borrowed(holder), Cow::Borrowed(name.as_slice()));
            let held = Held { number: self.number, holder, name, aside: *aside, trashed: is_trashed(&found) };
            self.held.push(*id, &held);
        }
        for (field, value) in fields {
            if let (Field::NamedUsers, FoundValue::Named(all)) = (field, value) {
                for one in all.iter().filter(|one| one.key.is_none()) {
                    if !self.users.contains_key(&one.id) {
                        self.users.insert(one.id.clone(), None);
                    }
                }
            }
        }
        let above = match holder {
            Holder::Content(id) => *id,
            Holder::None | Holder::Key(_) => 0,
        };
        let stored = StoredFound {
            kind: *kind,
            id: *id,
            holder: Cow::Borrowed(holder),
            name: Cow::Borrowed(name),
            aside: *aside,
            fields: fields.iter().map(|(field, found)| (*field, found.into())).collect(),
        };
        self.row.clear();
        runs::write(&stored, &mut self.row);
        self.found.push(&(u128::from(above) << 64 | u128::from(self.number)).to_be_bytes(), &self.row);
        self.number += 1;
    }

    /// How many items were taken in.
    pub fn len(&self) -> u64 {
        self.number
    }

    /// Whether nothing was taken in.
    pub fn is_empty(&self) -> bool {
        self.number == 0
    }

    /// Keys of users whom texts name, with their names as far as they were told.
    pub fn users(&mut self) -> impl Iterator<Item = (&str, &mut Option<String>)> {
        self.users.iter_mut().map(|(key, name)| (key.as_str(), name))
    }

    /// Resolves all references and makes the reading.
    ///
    /// # Errors
    /// A disk that could not take what was found, or doesn't give it back.
    pub fn finish(self, header: Header) -> Result<Reading, ReadError> {
        let found = self.found.finish_apart()?;
        let mut holders = Holders::new(self.held.finish()?);
        let mut items = Gathering::new(&self.budget.again());
        let mut rows = found.rows();
        while let Some((key, row)) = rows.next()? {
            let number = key.last_chunk().copied().map(u64::from_be_bytes).ok_or(SpillError::Damaged)?;
            items.push_at(&item(number, runs::read(row)?, &mut holders, &self.users)?, number);
        }
        drop((rows, holders));
        drop(found);
        items.finish(header)
    }
}

/// The item of what was found.
fn item(
    number: u64,
    found: StoredFound<'_>,
    holders: &mut Holders,
    users: &HashMap<String, Option<String>>,
) -> Result<Item, ReadError> {
    let (key, aside) = holders.place(number, &found.holder, &found.name, found.aside)?;
    let mut fields = BTreeMap::new();
    for (field, value) in found.fields {
        let value = match value {
            StoredFoundValue::Absent => None,
            StoredFoundValue::Value(value) => Some(value.into()),
            StoredFoundValue::Content(id) => holders.live(id)?.map(Value::Key),
            StoredFoundValue::Named(all) => {
                let mut all = all.into_owned();
                for one in all.iter_mut().filter(|one| one.key.is_none()) {
                    one.key = if field == Field::NamedUsers {
                        users.get(&one.id).and_then(|name| Some(Key::new(["user", name.as_deref()?])))
                    } else {
                        one.id.parse().map_or(Ok(None), |id| holders.live(id))?
                    };
                }
                Some(Value::Named(all))
            }
        };
        fields.insert(field, value);
    }
    Ok(Item { kind: found.kind, key, id: found.id, aside, fields })
}

fn is_trashed(found: &Found) -> bool {
    found
        .fields
        .iter()
        .any(|(field, value)| *field == Field::Status && *value == FoundValue::Value(Value::from("trashed")))
}
