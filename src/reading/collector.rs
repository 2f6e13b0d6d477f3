//! Gathers what a reader finds in any order, and resolves references when the reading is complete.

use std::collections::{BTreeMap, HashMap};

use super::{Header, Reading};
use crate::model::{Aside, Field, Item, Key, Kind, Value};

/// What an item hangs on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Holder {
    /// Nothing: the name is the whole key.
    None,
    /// The item of this key.
    Key(Key),
    /// The content item of this id.
    Content(u64),
}

/// The value of a field, perhaps still a reference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FoundValue {
    /// There is none.
    Absent,
    /// A value.
    Value(Value),
    /// The key of the content item of this id; absent where there is no such item, or one that is not live.
    Content(u64),
}

/// An item as a reader finds it.
#[derive(Debug, Clone)]
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

/// Gathers found items and makes a [`Reading`] of them.
///
/// Content items (pages, blog posts, comments, attachments) are found by id as holders and by reference. A holder that nobody found puts
/// the item below `["orphan", id]` and sets it aside as [`Aside::Orphan`]; an item below one that is set aside is set aside too.
#[derive(Debug, Default)]
pub struct Collector {
    found: Vec<Found>,
    content: HashMap<u64, usize>,
}

impl Collector {
    /// Takes in an item.
    pub fn push(&mut self, found: Found) {
        if let (true, Some(id)) = (found.kind.is_content() || found.kind == Kind::Draft, found.id) {
            self.content.insert(id, self.found.len());
        }
        self.found.push(found);
    }

    /// How many items were taken in.
    pub fn len(&self) -> usize {
        self.found.len()
    }

    /// Whether nothing was taken in.
    pub fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// Resolves all references and makes the reading.
    pub fn finish(self, header: Header) -> Reading {
        let mut resolved: Vec<Option<(Key, Option<Aside>)>> = vec![None; self.found.len()];
        for index in 0..self.found.len() {
            self.resolve(index, &mut resolved);
        }
        let live: HashMap<u64, &Key> = self
            .content
            .iter()
            .filter_map(|(id, index)| match resolved.get(*index) {
                Some(Some((key, None))) => Some((*id, key, self.found.get(*index)?)),
                _ => None,
            })
            .filter(|(_, _, found)| !is_trashed(found))
            .map(|(id, key, _)| (id, key))
            .collect();
        let items = self.found.iter().zip(&resolved).filter_map(|(found, place)| {
            let (key, aside) = place.as_ref()?;
            let fields: BTreeMap<Field, Option<Value>> =
                found.fields.iter().map(|(field, value)| (*field, settle(value, &live))).collect();
            Some(Item { kind: found.kind, key: key.clone(), id: found.id, aside: *aside, fields })
        });
        Reading::new(header, items.collect())
    }

    /// Works out key and aside of one item and, before it, of all that it hangs on: by a walk up and back down, so that deep or
    /// circular chains can't exhaust the stack.
    fn resolve(&self, index: usize, resolved: &mut [Option<(Key, Option<Aside>)>]) {
        let mut chain = vec![index];
        let mut above: Option<(Key, Option<Aside>)> = None;
        while let Some(found) = chain.last().and_then(|last| self.found.get(*last)) {
            match &found.holder {
                Holder::None => above = Some((Key::new(Vec::<String>::new()), None)),
                Holder::Key(key) => above = Some((key.clone(), None)),
                Holder::Content(id) => match self.content.get(id) {
                    Some(holder) if !chain.contains(holder) => match resolved.get(*holder).cloned().flatten() {
                        Some(place) => above = Some((place.0, self.inherited(*holder, place.1))),
                        None => {
                            chain.push(*holder);
                            continue;
                        }
                    },
                    _ => above = Some((Key::new(["orphan".to_owned(), id.to_string()]), Some(Aside::Orphan))),
                },
            }
            break;
        }
        while let (Some(last), Some((key, inherited))) = (chain.pop(), above.take()) {
            let Some(found) = self.found.get(last) else { break };
            let key = key.with(found.name.iter().cloned());
            let aside = found.aside.or(inherited);
            above = Some((key.clone(), self.inherited(last, aside)));
            if let Some(slot) = resolved.get_mut(last) {
                *slot = Some((key, aside));
            }
        }
    }

    /// Why an item below this one is set aside.
    fn inherited(&self, holder: usize, aside: Option<Aside>) -> Option<Aside> {
        match aside {
            Some(Aside::Draft | Aside::OnDraft) => Some(Aside::OnDraft),
            Some(Aside::Trashed) => Some(Aside::OnTrashed),
            Some(other) => Some(other),
            None if self.found.get(holder).is_some_and(is_trashed) => Some(Aside::OnTrashed),
            None => None,
        }
    }
}

fn is_trashed(found: &Found) -> bool {
    found
        .fields
        .iter()
        .any(|(field, value)| *field == Field::Status && *value == FoundValue::Value(Value::from("trashed")))
}

fn settle(value: &FoundValue, live: &HashMap<u64, &Key>) -> Option<Value> {
    match value {
        FoundValue::Absent => None,
        FoundValue::Value(value) => Some(value.clone()),
        FoundValue::Content(id) => live.get(id).map(|key| Value::Key((*key).clone())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(kind: Kind, id: u64, holder: Holder, name: &[&str]) -> Found {
        let name = name.iter().map(|part| (*part).to_owned()).collect();
        Found { kind, id: Some(id), holder, name, aside: None, fields: Vec::new() }
    }

    fn header() -> Header {
        Header {
            origin: "test".into(),
            began: String::new(),
            ended: String::new(),
            product: None,
            scope: crate::model::Scope::Unknown,
            coverage: BTreeMap::new(),
            blind_spots: Vec::new(),
            texts: crate::model::BODY_DIGEST_RULES.into(),
        }
    }

    #[test]
    fn holders_are_found_in_any_order_and_circles_end() {
        let mut all = Collector::default();
        all.push(found(Kind::Attachment, 3, Holder::Content(2), &["attachment", "a.png"]));
        all.push(found(Kind::Comment, 2, Holder::Content(1), &["comment", "x"]));
        all.push(found(Kind::Page, 1, Holder::None, &["page", "S", "T"]));
        all.push(found(Kind::Comment, 8, Holder::Content(9), &["comment", "y"]));
        all.push(found(Kind::Comment, 9, Holder::Content(8), &["comment", "z"]));
        let reading = all.finish(header());
        let attachment = reading.items(Kind::Attachment).next().unwrap().unwrap();
        assert_eq!(attachment.key, Key::new(["page", "S", "T", "comment", "x", "attachment", "a.png"]));
        for comment in reading.items(Kind::Comment) {
            let comment = comment.unwrap();
            assert_eq!(comment.aside.is_none(), comment.id == Some(2));
        }
    }

    #[test]
    fn what_hangs_on_trashed_content_is_set_aside_and_no_parent() {
        let mut all = Collector::default();
        let mut page = found(Kind::Page, 1, Holder::None, &["page", "S", "T", "trashed"]);
        page.fields.push((Field::Status, FoundValue::Value("trashed".into())));
        all.push(page);
        let mut child = found(Kind::Page, 2, Holder::None, &["page", "S", "C"]);
        child.fields.push((Field::Parent, FoundValue::Content(1)));
        all.push(child);
        all.push(found(Kind::Comment, 3, Holder::Content(1), &["comment"]));
        let reading = all.finish(header());
        assert_eq!(reading.items(Kind::Comment).next().unwrap().unwrap().aside, Some(Aside::OnTrashed));
        let child = reading.items(Kind::Page).next().unwrap().unwrap();
        assert_eq!(child.get(Field::Parent), crate::model::Presence::Absent);
    }
}
