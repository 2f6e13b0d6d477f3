//! Containers that only one side of the comparison has, so that what hangs on them is told once and not item by item.

use std::collections::BTreeMap;

use super::drift::made_since;
use super::near::{Near, NearFilling};
use super::rows::{State, state};
use crate::model::{Hop, Item, Key, Kind, count, elements};
use crate::reading::{Alignment, Keyed, KeyedFilling, ReadError, Row};
use crate::runs::Budget;

/// The kinds that others hang on, outermost first.
const HOLDERS: [Kind; 7] =
    [Kind::Space, Kind::Page, Kind::BlogPost, Kind::Comment, Kind::Attachment, Kind::User, Kind::Group];

/// Keys of containers that one side lacks: as many as there are, where a restore brought nothing back.
#[derive(Debug)]
pub(super) struct Lost {
    /// Claimed, and not in the restored copy.
    pub missing: Keyed<Kind>,
    /// In the restored copy, and not claimed.
    pub unexpected: Keyed<Kind>,
    /// Claimed, not in the restored copy, and made at the source after the backup began.
    pub since: Keyed<Kind>,
    /// What one side lacks and the other has by nearly the same title.
    pub near: Near,
}

impl Lost {
    /// Looks through all kinds that both sides of the comparison read.
    pub fn of(alignment: &Alignment<'_>) -> Result<Self, ReadError> {
        let budget = Budget::of_reading();
        let [mut missing, mut unexpected, mut since] = [(); 3].map(|()| KeyedFilling::new(&budget));
        let mut near = NearFilling::new(&budget);
        let both = |kind: &Kind| {
            let manifest = &alignment.manifest().reading.header;
            alignment.observation().is_some_and(|copy| copy.reading.header.reads(*kind)) && manifest.reads(*kind)
        };
        for kind in HOLDERS.into_iter().filter(both) {
            for row in alignment.rows(kind) {
                let row = row?;
                near.push(state(&row));
                match state(&row) {
                    State::Missing(item) if made_since(alignment, item)?.is_some() => since.push(&item.key, &kind),
                    State::Missing(item) => missing.push(&item.key, &kind),
                    State::Unexpected(item) => unexpected.push(&item.key, &kind),
                    _ => {}
                }
            }
        }
        Ok(Self {
            missing: missing.finish()?,
            unexpected: unexpected.finish()?,
            since: since.finish()?,
            near: near.finish()?,
        })
    }
}

/// The outermost container of an item that is among the given ones.
pub(super) fn holder(item: &Item, among: &Keyed<Kind>) -> Result<Option<(Key, Kind)>, ReadError> {
    if among.is_empty() {
        return Ok(None);
    }
    let elements = elements(&item.key);
    let mut candidates = Vec::new();
    if let Some(first) = elements.first() {
        if let ("page" | "blog-post" | "template", Some(space)) = (first.word, first.arguments.first()) {
            candidates.push(Key::new(["space", space]));
        }
        if let (Kind::Membership, Some(member)) =
            (item.kind, elements.get(1).and_then(|member| member.arguments.first()))
        {
            candidates.push(Key::new(["user", member]));
        }
    }
    let fronts = elements.iter().filter(|element| element.end < item.key.segments().len());
    candidates.extend(fronts.map(|element| Key::new(item.key.segments().iter().take(element.end).cloned())));
    for key in candidates {
        if let Some(kind) = among.get(&key)? {
            return Ok(Some((key, kind)));
        }
    }
    Ok(None)
}

/// Items that went (or came) with their containers.
#[derive(Debug, Default)]
pub(super) struct Cascade {
    items: BTreeMap<Kind, u64>,
    holders: BTreeMap<Kind, std::collections::BTreeSet<Key>>,
    in_archive: u64,
}

impl Cascade {
    /// Takes in one item and its container.
    pub fn push(&mut self, row: &Row, kind: Kind, (key, holder): (Key, Kind)) {
        *self.items.entry(kind).or_default() += 1;
        self.holders.entry(holder).or_default().insert(key);
        self.in_archive += u64::from(row.inventory.as_ref().is_some_and(|item| item.aside.is_none()));
    }

    /// How many items there are.
    pub fn number(&self) -> u64 {
        self.items.values().sum()
    }

    /// The kind of the outermost container.
    pub fn outermost(&self) -> Option<Kind> {
        self.holders.keys().next().copied()
    }

    /// `12 comments` and `3 pages`.
    pub fn words(&self) -> (String, String) {
        let items = self.items.iter().map(|(kind, number)| format!("{} {}", count(*number), kind.noun(*number)));
        let holders = self.holders.iter().map(|(kind, keys)| {
            let number = keys.len() as u64;
            format!("{} {}", count(number), kind.noun(number))
        });
        (items.collect::<Vec<_>>().join(" and "), holders.collect::<Vec<_>>().join(" and "))
    }

    /// Where they were lost.
    pub fn hop(&self) -> Hop {
        match self.in_archive {
            0 => Hop::Export,
            all if all == self.number() => Hop::Restore,
            _ => Hop::Unknown,
        }
    }
}
