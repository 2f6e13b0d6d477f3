//! References from object to object: which ids there are, and which references lead nowhere.
//!
//! Ids are kept as compressed sets. A reference whose target was there before is forgotten at once; the others are written down in a log, which goes
//! to disk when it is long, and looked at again when all ids are known.

use std::collections::{BTreeMap, HashMap};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use foldhash::HashSet;
use foldhash::fast::RandomState;
use roaring::RoaringTreemap;

use super::classes::ContentClass;
use crate::package::Object;
use crate::runs::{Budget, Filling, SpillError};

/// References of one class and property (with `[]` behind it: members of a collection) that lead nowhere.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Dangling {
    pub number: u64,
    /// Offsets of the first objects that hold them.
    pub first: Vec<u64>,
}

/// The references that lead nowhere, by class and property.
pub(super) type AllDangling = BTreeMap<(String, String), Dangling>;

/// Ids of one class.
#[derive(Debug, Default)]
struct Ids {
    numbers: RoaringTreemap,
    /// Hashes of ids that are no numbers, such as user keys, and numbers of which Confluence makes none.
    others: HashSet<u64>,
}

/// Numbers below this are kept in compressed sets. Ids of Confluence are numbers of a counter.
const COUNTED: u64 = 1 << 40;

impl Ids {
    /// False where it was there before.
    fn insert(&mut self, id: u64) -> bool {
        if id < COUNTED { self.numbers.insert(id) } else { self.others.insert(id) }
    }

    fn contains(&self, id: u64) -> bool {
        if id < COUNTED { self.numbers.contains(id) } else { self.others.contains(&id) }
    }
}

/// Whether an id is new.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fresh {
    Yes,
    /// Class and id were there before.
    No,
    /// Content of another class had the number before.
    OfAnotherClass,
}

/// A name and what it means for ids.
type NameNumber = u32;

/// A reference whose target was not there yet: class and property that hold it (an odd number: a collection), class and id of the target, offset.
type Waiting = (NameNumber, u32, NameNumber, u64, u64);

/// All ids by class, and the references that had no target yet when they were read.
#[derive(Debug)]
pub(super) struct References {
    numbers: HashMap<Box<str>, NameNumber, RandomState>,
    names: Vec<Name>,
    waiting: Filling,
    logged: u64,
}

#[derive(Debug)]
struct Name {
    text: Box<str>,
    is_content: bool,
    ids: Ids,
}

/// The number of the class under which ids of all content are kept (docs/confluence.md, C10).
const CONTENT: NameNumber = 0;

impl References {
    pub fn new(budget: &Budget) -> Self {
        let mut references =
            Self { numbers: HashMap::default(), names: Vec::new(), waiting: Filling::new(budget), logged: 0 };
        references.name("ContentEntityObject");
        references
    }

    /// Takes in an object.
    pub fn take(&mut self, object: Object<'_>) -> Fresh {
        let own = self.name(object.class());
        let fresh = object.id().map_or(Fresh::Yes, |id| {
            let id = number(id);
            let among_content = own == CONTENT || !self.is_content(own) || self.insert(CONTENT, id);
            match (self.insert(own, id), among_content) {
                (false, _) => Fresh::No,
                (true, false) => Fresh::OfAnotherClass,
                (true, true) => Fresh::Yes,
            }
        });
        for reference in object.references() {
            self.note(object, own, reference);
        }
        fresh
    }

    fn note(&mut self, object: Object<'_>, own: NameNumber, (listed, property, target, id): (bool, &str, &str, &str)) {
        let target = self.name(target);
        // A reference may name any class of content, and all content has one space of ids.
        let target = if self.is_content(target) { CONTENT } else { target };
        let id = number(id);
        if self.contains(target, id) {
            return;
        }
        let property = self.name(property) * 2 + u32::from(listed);
        let waiting: Waiting = (own, property, target, id, object.offset());
        self.waiting.push(self.logged, &waiting);
        self.logged += 1;
    }

    /// The references that lead nowhere, by class and property.
    pub fn dangling(self) -> Result<AllDangling, SpillError> {
        let Self { names, waiting, .. } = self;
        let name = |number: u32| names.get(number as usize).map_or("", |name| &*name.text);
        let mut found: BTreeMap<(u32, u32), Dangling> = BTreeMap::new();
        for waiting in waiting.finish::<Waiting>()?.rows() {
            let (_, (class, property, target, id, offset)) = waiting?;
            if names.get(target as usize).is_some_and(|name| name.ids.contains(id)) {
                continue;
            }
            let one = found.entry((class, property)).or_default();
            one.number += 1;
            if one.first.len() < 5 && one.first.last() != Some(&offset) {
                one.first.push(offset);
            }
        }
        let named = found.into_iter().map(|((class, property), dangling)| {
            let brackets = if property % 2 == 1 { "[]" } else { "" };
            ((name(class).to_owned(), format!("{}{brackets}", name(property / 2))), dangling)
        });
        Ok(named.collect())
    }

    fn name(&mut self, name: &str) -> NameNumber {
        if let Some(number) = self.numbers.get(name) {
            return *number;
        }
        let number = u32::try_from(self.names.len()).unwrap_or(u32::MAX);
        self.numbers.insert(name.into(), number);
        let is_content = number == CONTENT || ContentClass::of(name).is_some();
        self.names.push(Name { text: name.into(), is_content, ids: Ids::default() });
        number
    }

    fn is_content(&self, name: NameNumber) -> bool {
        self.names.get(name as usize).is_some_and(|name| name.is_content)
    }

    fn insert(&mut self, name: NameNumber, id: u64) -> bool {
        self.names.get_mut(name as usize).is_some_and(|name| name.ids.insert(id))
    }

    fn contains(&self, name: NameNumber, id: u64) -> bool {
        self.names.get(name as usize).is_some_and(|name| name.ids.contains(id))
    }
}

/// An id as a number; ids that are none, such as user keys, by a fixed hash.
fn number(id: &str) -> u64 {
    let hashed = || {
        let mut hasher = DefaultHasher::new();
        id.hash(&mut hasher);
        hasher.finish() | 1 << 63
    };
    // No number is that long, and user keys are.
    if id.len() > 20 && !id.starts_with(['0', '+']) { hashed() } else { id.parse().unwrap_or_else(|_| hashed()) }
}
