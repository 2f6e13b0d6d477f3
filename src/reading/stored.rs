//! Items in the compact form in which they lie in sorted runs.

use std::borrow::Cow;
use std::ops::Deref;

use serde::{Deserialize, Serialize};

use super::{ReadError, order};
use crate::model::{Aside, Field, Item, Key, Kind, Named, Value};
use crate::runs;

/// A value. In manifests the form of a value says what it is, which a compact row can't.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum StoredValue<'a> {
    Flag(bool),
    Number(i64),
    #[serde(borrow)]
    Text(Cow<'a, str>),
    Key(Cow<'a, Key>),
    Named(Cow<'a, [Named]>),
}

impl<'a> From<&'a Value> for StoredValue<'a> {
    fn from(value: &'a Value) -> Self {
        match value {
            Value::Flag(flag) => Self::Flag(*flag),
            Value::Number(number) => Self::Number(*number),
            Value::Text(text) => Self::Text(Cow::Borrowed(text)),
            Value::Key(key) => Self::Key(Cow::Borrowed(key)),
            Value::Named(all) => Self::Named(Cow::Borrowed(all)),
        }
    }
}

impl From<StoredValue<'_>> for Value {
    fn from(value: StoredValue<'_>) -> Self {
        match value {
            StoredValue::Flag(flag) => Self::Flag(flag),
            StoredValue::Number(number) => Self::Number(number),
            StoredValue::Text(text) => Self::Text(text.into_owned()),
            StoredValue::Key(key) => Self::Key(key.into_owned()),
            StoredValue::Named(all) => Self::Named(all.into_owned()),
        }
    }
}

/// What content the keys of an item name, where items are matched by content id.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Links {
    /// Fronts of the item's own key that are content: number of segments and id, shortest first.
    pub fronts: Vec<(usize, u64)>,
    /// The same of the keys in its fields, the longest front of each.
    pub values: Vec<(Field, usize, u64)>,
}

/// An item without its kind, which stands in the key of the row.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Stored<'a> {
    id: Option<u64>,
    aside: Option<Aside>,
    #[serde(borrow)]
    fields: Vec<(Field, Option<StoredValue<'a>>)>,
    /// Its own key, where the row stands under another.
    key: Option<Cow<'a, Key>>,
    links: Cow<'a, Links>,
}

impl<'a> Stored<'a> {
    /// An item that stands under its own key.
    pub fn new(item: &'a Item) -> Self {
        let value = |value: &'a Option<Value>| value.as_ref().map(StoredValue::from);
        let fields = item.fields.iter().map(|(field, found)| (*field, value(found))).collect();
        Self { id: item.id, aside: item.aside, fields, key: None, links: Cow::Owned(Links::default()) }
    }

    /// One that stands under another key.
    pub fn elsewhere(item: &'a Item, links: &'a Links) -> Self {
        Self { key: Some(Cow::Borrowed(&item.key)), links: Cow::Borrowed(links), ..Self::new(item) }
    }

    /// The item again, by its kind and, where it stands under its own key, the bytes of that.
    pub fn shown(self, kind: Kind, under: &[u8]) -> Result<Shown, ReadError> {
        let key = match self.key {
            Some(key) => key.into_owned(),
            None => order::take(under).ok_or(runs::SpillError::Damaged)?,
        };
        let fields = self.fields.into_iter().map(|(field, value)| (field, value.map(Value::from))).collect();
        let item = Item { kind, key, id: self.id, aside: self.aside, fields };
        Ok(Shown { item, links: self.links.into_owned() })
    }
}

/// An item as one side of a comparison shows it, with what it takes to hold its keys against those of the other sides.
#[derive(Debug, Clone, PartialEq)]
pub struct Shown {
    item: Item,
    links: Links,
}

impl Deref for Shown {
    type Target = Item;

    fn deref(&self) -> &Item {
        &self.item
    }
}

impl Shown {
    /// The value of a field in the form in which it is compared: keys of content by the identity that was used to match.
    pub fn comparable(&self, field: Field) -> Option<Value> {
        match self.item.fields.get(&field)?.as_ref()? {
            Value::Key(key) => {
                let link = self.links.values.iter().find(|(of, ..)| *of == field);
                Some(Value::Key(matched(key, link.map(|(_, length, id)| (*length, *id)))))
            }
            other => Some(other.clone()),
        }
    }

    /// So many first segments of its key, in the form in which keys are compared.
    pub fn comparable_front(&self, length: usize) -> Key {
        let front = Key::new(self.item.key.segments().iter().take(length).cloned());
        matched(&front, self.links.fronts.iter().rev().find(|(content, _)| *content <= length).copied())
    }

    /// The item alone.
    pub fn into_item(self) -> Item {
        self.item
    }

    /// As one row.
    pub(super) fn stored(&self) -> Stored<'_> {
        Stored::elsewhere(&self.item, &self.links)
    }
}

/// The key by which an item is matched: with ids, the longest front of it that is content becomes `["content", id]`.
pub(super) fn matched(key: &Key, content: Option<(usize, u64)>) -> Key {
    match content {
        Some((length, id)) => {
            Key::new(["content".to_owned(), format!("{id:020}")]).with(key.segments().iter().skip(length).cloned())
        }
        None => key.clone(),
    }
}
