//! References from object to object: which ids there are, and which references lead nowhere.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use super::classes::ContentClass;
use crate::package::{Object, Value};

/// References of one class and property (with `[]` behind it: members of a collection) that lead nowhere.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Dangling {
    pub number: u64,
    /// Offsets of the first objects that hold them.
    pub first: Vec<u64>,
}

/// All ids by class, and the references that had no target yet when they were read.
#[derive(Debug, Default)]
pub(super) struct References {
    names: HashMap<String, u32>,
    ids: HashSet<(u32, u64)>,
    waiting: HashMap<(u32, u32, u32, u64), (u64, u64)>,
}

/// The class under which ids of all content are kept (docs/confluence.md, C10).
const CONTENT: &str = "ContentEntityObject";

impl References {
    /// Takes in an object; false where its class and id were there before.
    pub fn take(&mut self, object: Object<'_>) -> bool {
        let class = self.class(object.class());
        let fresh = object.id().is_none_or(|id| {
            let own = self.name(object.class());
            if own != class {
                self.ids.insert((class, number(id)));
            }
            self.ids.insert((own, number(id)))
        });
        for (property, value) in object.properties() {
            self.note(object, property, value);
        }
        for (property, members) in object.collections() {
            let property = format!("{property}[]");
            for member in members {
                self.note(object, &property, member);
            }
        }
        fresh
    }

    fn note(&mut self, object: Object<'_>, property: &str, value: Value<'_>) {
        let Some((target, id)) = value.as_reference() else { return };
        let target = self.class(target);
        let id = number(id);
        if self.ids.contains(&(target, id)) {
            return;
        }
        let key = (self.name(object.class()), self.name(property), target, id);
        self.waiting.entry(key).or_insert((0, object.offset())).0 += 1;
    }

    /// The references that lead nowhere, by class and property.
    pub fn dangling(&self) -> BTreeMap<(String, String), Dangling> {
        let names: HashMap<u32, &str> = self.names.iter().map(|(name, number)| (*number, name.as_str())).collect();
        let name = |number: &u32| names.get(number).copied().unwrap_or_default().to_owned();
        let mut found: BTreeMap<(String, String), Dangling> = BTreeMap::new();
        for ((class, property, target, id), (number, offset)) in &self.waiting {
            if !self.ids.contains(&(*target, *id)) {
                let one = found.entry((name(class), name(property))).or_default();
                one.number += number;
                one.first.push(*offset);
            }
        }
        for one in found.values_mut() {
            one.first.sort_unstable();
            one.first.dedup();
            one.first.truncate(5);
        }
        found
    }

    /// The class under which a reference is looked up: all content has one space of ids, and a reference may name any class of it.
    fn class(&mut self, class: &str) -> u32 {
        self.name(if ContentClass::of(class).is_some() { CONTENT } else { class })
    }

    fn name(&mut self, name: &str) -> u32 {
        if let Some(number) = self.names.get(name) {
            return *number;
        }
        let number = u32::try_from(self.names.len()).unwrap_or(u32::MAX);
        self.names.insert(name.to_owned(), number);
        number
    }
}

/// An id as a number; ids that are none, such as user keys, by a fixed hash.
fn number(id: &str) -> u64 {
    id.parse().unwrap_or_else(|_| {
        let mut hasher = DefaultHasher::new();
        id.hash(&mut hasher);
        hasher.finish() | 1 << 63
    })
}
