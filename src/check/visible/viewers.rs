//! Whom the restrictions of a manifest let through, and as whom it is worth asking.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{Field, Key, Kind, Value, elements, sample};
use crate::reading::{Coverage, ReadError, Reading};

/// The group whose members see every page (docs/confluence.md, R31).
const SUPER_GROUP: &str = "confluence-administrators";

/// As how many people it is asked at most whom restrictions name, and as how many others.
const OF_EACH: usize = 3;

/// The view restrictions of a manifest, and the groups of those who look.
#[derive(Debug, Default)]
pub(super) struct Rules {
    /// Users and groups by the page that a restriction stands on.
    pub readers: BTreeMap<Key, Vec<Reader>>,
    /// Groups by lower-case name of the user.
    groups: BTreeMap<String, BTreeSet<String>>,
    /// Whether the claim says who is in which group.
    knows_groups: bool,
}

/// Whom a restriction names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Reader {
    /// A user by lower-case name.
    User(String),
    /// A group.
    Group(String),
}

impl Rules {
    pub fn is_empty(&self) -> bool {
        self.readers.is_empty()
    }

    /// Whether the restrictions of all of these pages let somebody through; `None` where that hangs on groups that nobody knows.
    pub fn let_through(&self, user: &str, chain: &[Key]) -> Option<bool> {
        let user = user.to_lowercase();
        let is_meant = |reader: &Reader| match reader {
            Reader::User(name) => *name == user,
            Reader::Group(group) => self.groups.get(&user).is_some_and(|groups| groups.contains(group)),
        };
        let shut: Vec<&Vec<Reader>> = chain
            .iter()
            .filter_map(|key| self.readers.get(key))
            .filter(|readers| !readers.iter().any(is_meant))
            .collect();
        let for_sure = |readers: &&Vec<Reader>| {
            self.knows_groups || readers.iter().all(|reader| matches!(reader, Reader::User(_)))
        };
        if shut.is_empty() {
            return Some(true);
        }
        shut.iter().any(for_sure).then_some(false)
    }

    /// Whether restrictions don't count for somebody.
    pub fn sees_all(&self, user: &str) -> bool {
        self.groups.get(&user.to_lowercase()).is_some_and(|groups| groups.contains(SUPER_GROUP))
    }
}

/// Takes the restrictions on viewing out of a claim, and the groups of these users.
pub(super) fn restrictions(claim: &Reading, users: &[String]) -> Result<Rules, ReadError> {
    let knows_groups = claim.header.coverage.get(&Kind::Membership) == Some(&Coverage::Read);
    let mut rules = Rules { knows_groups, ..Rules::default() };
    for item in claim.items(Kind::Restriction) {
        let item = item?;
        let words = elements(&item.key);
        let [.., holder, own] = words.as_slice() else { continue };
        let [operation, sort, name, ..] = own.arguments.as_slice() else { continue };
        if own.word != "restriction" || *operation != "read" {
            continue;
        }
        let reader = match *sort {
            "user" => Reader::User(name.to_lowercase()),
            _ => Reader::Group((*name).to_owned()),
        };
        let holder = Key::new(item.key.segments().iter().take(holder.end).cloned());
        rules.readers.entry(holder).or_default().push(reader);
    }
    let users: BTreeSet<String> = users.iter().map(|name| name.to_lowercase()).collect();
    for item in claim.items(Kind::Membership) {
        let item = item?;
        if let [_, group, _, user, ..] = item.key.segments()
            && users.contains(&user.to_lowercase())
        {
            rules.groups.entry(user.to_lowercase()).or_default().insert(group.clone());
        }
    }
    Ok(rules)
}

/// As whom it is worth asking who sees restricted pages: some whom restrictions name, and some others with an account. By lot, so that every drill asks as others.
///
/// # Errors
/// A reading that could not be read to its end.
pub fn chosen(claim: &Reading, seed: u64) -> Result<Vec<String>, ReadError> {
    let (mut named, mut others) = (Few::new(seed), Few::new(seed));
    for item in claim.items(Kind::Restriction) {
        let item = item?;
        if let Some(own) = elements(&item.key).last()
            && let ["read", "user", name, ..] = own.arguments.as_slice()
        {
            named.offer(name);
        }
    }
    for item in claim.items(Kind::User) {
        let item = item?;
        let is_active = !matches!(item.fields.get(&Field::Active), Some(Some(Value::Flag(false))));
        if let (true, None, [_, name, ..]) = (is_active, item.aside, item.key.segments()) {
            others.offer(name);
        }
    }
    let mut all: Vec<String> = named.0.into_values().chain(others.0.into_values()).collect();
    all.sort_unstable();
    all.dedup();
    Ok(all)
}

/// The first few of many names by lot.
struct Few(BTreeMap<u64, String>, u64);

impl Few {
    fn new(seed: u64) -> Self {
        Self(BTreeMap::new(), seed)
    }

    fn offer(&mut self, name: &str) {
        // What can't stand in a log-in by Basic is nobody to ask as.
        if name.is_empty() || name.contains([':', '=']) || name.chars().any(char::is_control) {
            return;
        }
        self.0.insert(sample::place(self.1, [name]), name.to_owned());
        if self.0.len() > OF_EACH {
            self.0.pop_last();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(title: &str) -> Key {
        Key::new(["page", "OPS", title])
    }

    #[test]
    fn every_restriction_on_the_way_must_let_somebody_through() {
        let mut rules = Rules::default();
        rules.readers.insert(key("above"), vec![Reader::Group("crew".into())]);
        rules.readers.insert(key("page"), vec![Reader::User("bob".into()), Reader::User("eve".into())]);
        rules.groups.insert("bob".into(), BTreeSet::from(["crew".to_owned()]));
        let chain = [key("page"), key("above"), key("top")];
        assert_eq!(rules.let_through("Bob", &chain), Some(true));
        // Whether eve is in the crew, nobody knows; ann isn't among those whom the page itself names.
        assert_eq!((rules.let_through("eve", &chain), rules.let_through("ann", &chain)), (None, Some(false)));
        rules.knows_groups = true;
        assert_eq!(rules.let_through("eve", &chain), Some(false));
        assert_eq!(rules.let_through("eve", &[key("page")]), Some(true));
        assert_eq!(rules.let_through("ann", &[key("top")]), Some(true));
    }
}
