//! What a space restore does beyond a site restore: it takes the spaces that the descriptor names, refuses keys that exist, gives new ids,
//! and matches users by name (docs/confluence.md, R6). It makes no accounts. Bodies are left as they are: user keys inside
//! them aren't rewritten.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::Ordering;

use super::assemble::Assembled;
use super::error::RestoreError;
use super::people::made_key;
use super::rows::Rows;
use crate::mock::jobs::Progress;
use crate::mock::store::{Content, Label, Space, Stored, Subject, Tables};
use crate::model::Descriptor;

/// Leaves the spaces that the descriptor names (all, where it names none), and refuses what Confluence refuses.
pub fn claim(
    mut rows: Rows,
    descriptor: &Descriptor,
    before: &Tables,
    refuse_foreign: bool,
    progress: &Progress,
) -> Result<Rows, RestoreError> {
    let named: Vec<&str> = ["spaceKey", "spaceKeys"]
        .iter()
        .filter_map(|name| descriptor.get(name))
        .flat_map(|keys| keys.split(','))
        .map(|key| key.trim().trim_matches(['[', ']', '"']))
        .filter(|key| !key.is_empty())
        .collect();
    let claims: BTreeSet<String> = named.iter().map(|key| key.to_lowercase()).collect();
    if !claims.is_empty() {
        let own = |space: &Space| claims.contains(&space.key.to_lowercase());
        if let (true, Some(foreign)) = (refuse_foreign, rows.spaces.values().find(|space| !own(space))) {
            return Err(RestoreError::ForeignSpace(foreign.key.clone()));
        }
        let all = rows.spaces.len();
        rows.spaces.retain(|_, space| own(space));
        let dropped = (all - rows.spaces.len()) as u64;
        progress.persisted.fetch_sub(dropped, Ordering::Relaxed);
        progress.skipped.fetch_add(dropped, Ordering::Relaxed);
        for key in named {
            if !rows.spaces.values().any(|space| space.key.eq_ignore_ascii_case(key)) {
                return Err(RestoreError::NoSpace(key.to_owned()));
            }
        }
    }
    if let Some(space) = rows.spaces.values().find(|space| before.space(&space.key).is_some()) {
        return Err(RestoreError::SpaceExists(space.key.clone()));
    }
    // Accounts, groups and templates of the site are not imported with a space.
    rows.accounts.clear();
    rows.groups.clear();
    rows.templates.retain(|_, template| template.space.is_some_and(|space| rows.spaces.contains_key(&space)));
    Ok(rows)
}

/// The tables as they were, with the restored spaces added under new ids, and what became of the old ones.
pub fn merge(before: &Stored, assembled: &Assembled, progress: &Progress) -> (Tables, Renumber) {
    let mut tables = Tables::clone(&before.tables);
    let restored = assembled.tables.clone();
    let users = users(&mut tables, restored.users, progress);
    let labels = labels(&mut tables, restored.labels, &users, progress);
    let spaces = numbers(&mut tables.next_id, restored.spaces.keys());
    let content = Numbers { old: assembled.ids(), first: tables.next_id };
    tables.next_id += content.old.len() as u64;
    let templates = numbers(&mut tables.next_id, restored.templates.keys().chain(&assembled.loose.old_templates));
    let others = before.files.kept.iter().map(|kept| kept.last() + 1).max().unwrap_or_default();
    let package = before.files.packages.len();
    let renumber = Renumber { package, users, labels, spaces, content, templates, others };
    for (id, mut space) in restored.spaces {
        if let Some(id) = renumber.spaces.get(&id) {
            space.id = *id;
            renumber.space(&mut space);
            tables.spaces.insert(*id, space);
        }
    }
    for (id, mut template) in restored.templates {
        if let Some(id) = renumber.templates.get(&id) {
            template.id = *id;
            template.space = template.space.and_then(|space| renumber.spaces.get(&space).copied());
            tables.templates.insert(*id, template);
        }
    }
    (tables, renumber)
}

/// New ids of content: one after the other, in the order of the old ones, so that the rows stay in order too.
pub struct Numbers {
    old: Vec<u64>,
    first: u64,
}

impl Numbers {
    /// The new id of an old one.
    pub fn get(&self, old: u64) -> Option<u64> {
        Some(self.first + self.old.binary_search(&old).ok()? as u64)
    }

    /// All new ids.
    pub fn all(&self) -> std::ops::Range<u64> {
        self.first..self.first + self.old.len() as u64
    }
}

fn numbers<'a>(next: &mut u64, old: impl Iterator<Item = &'a u64>) -> BTreeMap<u64, u64> {
    let mut take = || {
        *next += 1;
        *next - 1
    };
    old.map(|id| (*id, take())).collect()
}

/// Keys of the package to keys of the site: the same name is the same user.
fn users(site: &mut Tables, restored: BTreeMap<String, String>, progress: &Progress) -> BTreeMap<String, String> {
    let mut map = BTreeMap::new();
    for (key, name) in restored {
        let known = site.user_key(&name).map(str::to_owned);
        let now = match known {
            Some(known) => {
                progress.reused.fetch_add(1, Ordering::Relaxed);
                known
            }
            None if site.users.contains_key(&key) => made_key(&name),
            None => key.clone(),
        };
        site.users.entry(now.clone()).or_insert(name);
        map.insert(key, now);
    }
    map
}

/// Numbers of labels of the package to those of the site: the same label of the same owner is one.
fn labels(
    site: &mut Tables,
    restored: BTreeMap<u64, Label>,
    users: &BTreeMap<String, String>,
    progress: &Progress,
) -> BTreeMap<u64, u64> {
    let known: BTreeMap<Label, u64> = site.labels.iter().map(|(id, label)| (label.clone(), *id)).collect();
    let mut map = BTreeMap::new();
    for (id, mut label) in restored {
        label.owner = label.owner.map(|key| users.get(&key).cloned().unwrap_or(key));
        let now = known.get(&label).copied();
        let now = if let Some(now) = now {
            progress.reused.fetch_add(1, Ordering::Relaxed);
            now
        } else {
            site.next_id += 1;
            site.labels.insert(site.next_id - 1, label);
            site.next_id - 1
        };
        map.insert(id, now);
    }
    map
}

/// What became of the ids of the package.
pub struct Renumber {
    package: usize,
    pub users: BTreeMap<String, String>,
    pub labels: BTreeMap<u64, u64>,
    pub spaces: BTreeMap<u64, u64>,
    pub content: Numbers,
    pub templates: BTreeMap<u64, u64>,
    /// What is added to the ids of objects without a table.
    pub others: u64,
}

impl Renumber {
    /// Gives a row the ids of the site.
    pub fn content(&self, row: &mut Content) {
        let id = |old: Option<u64>| old.and_then(|old| self.content.get(old));
        row.id = id(Some(row.id)).unwrap_or(row.id);
        row.original = id(row.original);
        row.parent = id(row.parent);
        row.container = id(row.container);
        row.space = row.space.and_then(|old| self.spaces.get(&old).copied());
        row.labels = row.labels.iter().filter_map(|label| self.labels.get(label).copied()).collect();
        self.user(&mut row.creator);
        self.user(&mut row.modifier);
        if let Some(inline) = &mut row.inline {
            self.user(&mut inline.status_by);
        }
        for restriction in &mut row.restrictions {
            self.subject(&mut restriction.subject);
        }
        if let Some(bytes) = row.file.as_mut().and_then(|file| file.bytes.as_mut()) {
            bytes.package = self.package;
        }
    }

    fn space(&self, space: &mut Space) {
        space.homepage = space.homepage.and_then(|old| self.content.get(old));
        space.description = space.description.and_then(|old| self.content.get(old));
        self.user(&mut space.creator);
        self.user(&mut space.modifier);
        let permissions = std::mem::take(&mut space.permissions);
        space.permissions = permissions
            .into_iter()
            .map(|(kind, mut subject)| {
                self.subject(&mut subject);
                (kind, subject)
            })
            .collect();
    }

    fn user(&self, key: &mut Option<String>) {
        if let Some(now) = key.as_ref().and_then(|key| self.users.get(key)) {
            *key = Some(now.clone());
        }
    }

    fn subject(&self, subject: &mut Subject) {
        if let Subject::User(key) = subject
            && let Some(now) = self.users.get(key)
        {
            *key = now.clone();
        }
    }
}
