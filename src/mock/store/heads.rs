//! What stays in memory of each row of content: what finds it, and what decides who sees it.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use serde::{Deserialize, Serialize};

use super::{Content, ContentKind, Operation, Restriction, Status};

/// The front of a row. An id of 0 stands for none.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Head {
    pub id: u64,
    original: u64,
    space: u64,
    parent: u64,
    container: u64,
    pub kind: ContentKind,
    pub status: Status,
}

impl Head {
    /// The front of this row.
    pub fn of(row: &Content) -> Self {
        Self {
            id: row.id,
            original: row.original.unwrap_or_default(),
            space: row.space.unwrap_or_default(),
            parent: row.parent.unwrap_or_default(),
            container: row.container.unwrap_or_default(),
            kind: row.kind,
            status: row.status,
        }
    }

    /// The live row whose older version it is.
    pub fn original(&self) -> Option<u64> {
        some(self.original)
    }

    /// Its own space.
    pub fn space(&self) -> Option<u64> {
        some(self.space)
    }

    /// Its parent page, or the comment that it answers.
    pub fn parent(&self) -> Option<u64> {
        some(self.parent)
    }

    /// What it hangs on.
    pub fn container(&self) -> Option<u64> {
        some(self.container)
    }

    /// Makes it a version of this row.
    pub fn set_original(&mut self, original: u64) {
        self.original = original;
    }

    /// Puts it into a space.
    pub fn set_space(&mut self, space: Option<u64>) {
        self.space = space.unwrap_or_default();
    }
}

fn some(id: u64) -> Option<u64> {
    (id != 0).then_some(id)
}

/// Pairs of an owner and what it owns, sorted.
type Pairs = Vec<(u64, u64)>;

/// The fronts of all rows, and the indexes over them.
#[derive(Debug, Clone, Default)]
pub struct Heads {
    /// By id.
    all: Vec<Head>,
    /// Live rows: space, kind, id.
    listed: Vec<(u64, ContentKind, u64)>,
    /// Live rows: kind, id.
    kinds: Vec<(ContentKind, u64)>,
    held: Pairs,
    versions: Pairs,
    below: Pairs,
    titles: Pairs,
    /// Restrictions of those that have any for reading.
    restricted: BTreeMap<u64, Vec<Restriction>>,
    /// Who began each draft.
    drafts: BTreeMap<u64, Option<String>>,
}

impl Heads {
    /// Takes in the next row; they come in rising order of their ids.
    pub fn push(&mut self, row: &Content) {
        self.all.push(Head::of(row));
        if row.restrictions.iter().any(|one| one.operation == Operation::Read) {
            self.restricted.insert(row.id, row.restrictions.clone());
        }
        if row.status == Status::Draft {
            self.drafts.insert(row.id, row.creator.clone());
        }
        if row.original.is_none() {
            self.titles.push((hash(&row.title), row.id));
        }
    }

    /// Makes the indexes, once all rows are in.
    pub fn finish(&mut self) {
        (self.listed, self.kinds) = (Vec::new(), Vec::new());
        (self.held, self.versions, self.below) = (Vec::new(), Vec::new(), Vec::new());
        for head in &self.all {
            if let Some(original) = head.original() {
                // The draft of a live page refers to it as a version does.
                if head.status != Status::Draft {
                    self.versions.push((original, head.id));
                }
                continue;
            }
            if let Some(space) = self.space_of(head, |_| true) {
                self.listed.push((space, head.kind, head.id));
            }
            self.kinds.push((head.kind, head.id));
            self.held.extend(head.container().map(|container| (container, head.id)));
            if let (ContentKind::Page, Some(parent)) = (head.kind, head.parent()) {
                self.below.push((parent, head.id));
            }
        }
        self.listed.sort_unstable();
        self.kinds.sort_unstable();
        for pairs in [&mut self.held, &mut self.versions, &mut self.below, &mut self.titles] {
            pairs.sort_unstable();
            pairs.shrink_to_fit();
        }
    }

    /// The front of a row.
    pub fn get(&self, id: u64) -> Option<&Head> {
        let at = self.all.binary_search_by_key(&id, |head| head.id).ok()?;
        self.all.get(at)
    }

    /// How many rows lie between those of two ids, the lower one first.
    pub fn between(&self, one: u64, other: u64) -> usize {
        let at = |id: u64| self.all.partition_point(|head| head.id < id);
        at(other).saturating_sub(at(one) + 1)
    }

    /// All fronts by id.
    pub fn all(&self) -> &[Head] {
        &self.all
    }

    /// The space of content: its own, or that of what holds it; `seen` says whose fronts may be looked at.
    pub fn space_of(&self, head: &Head, seen: impl Fn(u64) -> bool) -> Option<u64> {
        let mut head = head;
        // Comment on an attachment of a page is the deepest that Confluence has; the bound keeps a cycle from turning for ever.
        for _ in 0..8 {
            if head.space().is_some() && head.kind != ContentKind::Comment {
                return head.space();
            }
            let holder = head.container().or(head.original())?;
            head = self.get(holder).filter(|head| seen(head.id))?;
        }
        None
    }

    /// Ids of live rows of a kind, in one space or in all, behind this id.
    pub fn listed(
        &self,
        space: Option<u64>,
        kind: ContentKind,
        behind: Option<u64>,
    ) -> Box<dyn Iterator<Item = u64> + '_> {
        let from = behind.map_or(0, |id| id.saturating_add(1));
        match space {
            Some(space) => {
                let at = self.listed.partition_point(|entry| *entry < (space, kind, from));
                let rest = self.listed.get(at..).unwrap_or_default().iter();
                Box::new(rest.take_while(move |entry| (entry.0, entry.1) == (space, kind)).map(|entry| entry.2))
            }
            None => {
                let at = self.kinds.partition_point(|entry| *entry < (kind, from));
                let rest = self.kinds.get(at..).unwrap_or_default().iter();
                Box::new(rest.take_while(move |entry| entry.0 == kind).map(|entry| entry.1))
            }
        }
    }

    /// What hangs on a row, older versions apart.
    pub fn held(&self, id: u64) -> impl Iterator<Item = u64> + '_ {
        of(&self.held, id)
    }

    /// Older versions of a row.
    pub fn versions(&self, id: u64) -> impl Iterator<Item = u64> + '_ {
        of(&self.versions, id)
    }

    /// Pages directly below a page.
    pub fn below(&self, id: u64) -> impl Iterator<Item = u64> + '_ {
        of(&self.below, id)
    }

    /// Live rows that may have this title: those that have it are among them.
    pub fn titled(&self, title: &str) -> impl Iterator<Item = u64> + '_ {
        of(&self.titles, hash(title))
    }

    /// The restrictions of a row that has any for reading.
    pub fn restrictions(&self, id: u64) -> &[Restriction] {
        self.restricted.get(&id).map(Vec::as_slice).unwrap_or_default()
    }

    /// Whoever began a draft.
    pub fn drafter(&self, id: u64) -> Option<&str> {
        self.drafts.get(&id)?.as_deref()
    }
}

fn of(pairs: &Pairs, owner: u64) -> impl Iterator<Item = u64> + '_ {
    let at = pairs.partition_point(|pair| pair.0 < owner);
    pairs.get(at..).unwrap_or_default().iter().take_while(move |pair| pair.0 == owner).map(|pair| pair.1)
}

fn hash(title: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    title.hash(&mut hasher);
    hasher.finish()
}
