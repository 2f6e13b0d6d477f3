//! Subjects of damage: what a content id stands for in the finished reading.

use std::collections::{BTreeSet, HashMap};

use super::classes::ContentClass;
use super::tables::Tables;
use crate::model::{Aside, Field, Item, Key, Kind, Subject, Value};
use crate::reading::Reading;

/// Most pages above one another that are looked at. Parents in a circle have no end.
const LONGEST: usize = 100;

/// Items by id and key, and which content a view restriction hides.
#[derive(Debug)]
pub(super) struct Places<'a> {
    by_id: HashMap<u64, &'a Item>,
    by_key: HashMap<&'a Key, &'a Item>,
    hidden: BTreeSet<Key>,
}

impl<'a> Places<'a> {
    pub fn new(reading: &'a Reading) -> Self {
        let mut places = Self { by_id: HashMap::new(), by_key: HashMap::new(), hidden: BTreeSet::new() };
        for kind in [Kind::Page, Kind::BlogPost, Kind::Comment, Kind::Attachment, Kind::Version, Kind::Draft] {
            for item in reading.items(kind).flatten() {
                if let Some(id) = item.id {
                    places.by_id.insert(id, item);
                }
                places.by_key.insert(&item.key, item);
            }
        }
        for item in reading.items(Kind::Restriction).flatten() {
            let segments = item.key.segments();
            let at = segments.iter().rposition(|segment| segment == "restriction");
            if let Some((holder, [_, operation, ..])) = at.and_then(|at| segments.split_at_checked(at))
                && operation == "read"
            {
                places.hidden.insert(Key::new(holder.iter().cloned()));
            }
        }
        places
    }

    /// Hides what stands on restricted content of which no item was made, because its object can't be read: nothing else tells of the
    /// restriction then.
    pub fn hide_below_lost(&mut self, tables: &Tables) {
        let views = tables.sets.values().filter(|set| set.edit != Some(true));
        let lost: BTreeSet<u64> =
            views.filter_map(|set| set.content).filter(|id| !self.by_id.contains_key(id)).collect();
        for (id, row) in &tables.content {
            let above = match row.class {
                ContentClass::Page => row.parent,
                _ => tables.container(*id),
            };
            let below_lost = [above, row.original].into_iter().flatten().any(|above| lost.contains(&above));
            if let Some(item) = self.by_id.get(id).filter(|_| below_lost) {
                self.hidden.insert(item.key.clone());
            }
        }
    }

    /// Why an item is set aside; `None` also where no item was made.
    pub fn aside(&self, id: u64) -> Option<Aside> {
        self.by_id.get(&id).and_then(|item| item.aside)
    }

    /// Whether an item was made of this content that is compared.
    pub fn is_live(&self, id: u64) -> bool {
        self.by_id.get(&id).is_some_and(|item| item.aside.is_none() && item.text(Field::Status) != Some("trashed"))
    }

    /// The subject of damage to this content.
    pub fn subject(&self, id: u64) -> Subject {
        let Some(item) = self.by_id.get(&id) else { return Subject { id: Some(id), ..Subject::default() } };
        let segments = item.key.segments();
        let space = match segments {
            [kind, space, ..] if !matches!(kind.as_str(), "orphan" | "draft" | "no-page") && !space.is_empty() => {
                Some(space.clone())
            }
            _ => None,
        };
        let (title, restricted) = self.path(item);
        Subject { kind: Some(item.kind), key: Some(item.key.clone()), id: Some(id), space, title, restricted }
    }

    /// The titles from the outermost page to the item, and whether a view restriction hides any of it.
    fn path(&self, item: &'a Item) -> (Vec<String>, bool) {
        let own = |item: &Item| {
            let title = item.text(Field::Title).map(str::to_owned);
            title.unwrap_or_else(|| item.key.segments().last().cloned().unwrap_or_default())
        };
        let (mut titles, mut hidden) = (vec![own(item)], self.is_hidden(&item.key));
        let mut current = self.page(item);
        for _ in 0..LONGEST {
            let Some(page) = current else {
                titles.reverse();
                return (titles, hidden);
            };
            if page.key != item.key {
                titles.push(own(page));
            }
            hidden |= self.is_hidden(&page.key);
            current = match page.fields.get(&Field::Parent) {
                Some(Some(Value::Key(parent))) => self.by_key.get(parent).copied(),
                _ => None,
            };
        }
        // A chain of parents without end can't be shown to be open.
        (titles, true)
    }

    fn is_hidden(&self, key: &Key) -> bool {
        self.hidden.contains(key)
    }

    /// The page or blog post that an item stands on, or the item itself.
    fn page(&self, item: &Item) -> Option<&'a Item> {
        let segments = item.key.segments();
        (1..=segments.len()).rev().find_map(|length| {
            let front = Key::new(segments.iter().take(length).cloned());
            self.by_key.get(&front).copied().filter(|found| matches!(found.kind, Kind::Page | Kind::BlogPost))
        })
    }
}
