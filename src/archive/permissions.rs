//! Permissions of spaces, and restrictions of content.

use super::spaces;
use super::tables::{Permission, Restriction, Status, Tables};
use super::work::Mapping;
use crate::model::{Aside, Kind, SPACE_PERMISSIONS};
use crate::reading::{Found, Holder};
use crate::runs::{Budget, Runs, SpillError};

pub(super) fn map(mapping: &mut Mapping<'_>, budget: &Budget) -> Result<(), SpillError> {
    of_spaces_and_site(mapping, budget)?;
    let tables = mapping.places.tables;
    mapping.each(
        &tables.sets,
        |_| "ContentPermissionSet",
        |mapping, _, set| {
            match set.content.map(|id| tables.spine(id)).transpose()?.flatten() {
                Some(content) if content.original.is_some() && content.status != Status::Draft => {
                    mapping.leave_out("ContentPermissionSet", "restrictions of older versions");
                }
                Some(_) => mapping.accounts.mapped("ContentPermissionSet"),
                None => mapping.unplaced("ContentPermissionSet", set.content.is_some()),
            }
            Ok(())
        },
    )?;
    restrictions(mapping, budget)
}

/// Permissions or restrictions by the number of what they are of, each once: several rows may grant the same.
struct Grants(Runs);

impl Grants {
    fn push(&mut self, of: u64, words: [&str; 3]) {
        let [first, second, third] = words;
        // No word of XML holds a zero byte, so that different words can't look the same.
        self.0.push(
            &[&of.to_be_bytes(), first.as_bytes(), b"\0", second.as_bytes(), b"\0", third.as_bytes()].concat(),
            &[],
        );
    }

    fn each(self, mut each: impl FnMut(u64, Vec<String>) -> Result<(), SpillError>) -> Result<(), SpillError> {
        let (grants, mut last) = (self.0.finish()?, Vec::new());
        let mut rows = grants.rows();
        while let Some((key, _)) = rows.next()? {
            if let Some((of, words)) = key.split_first_chunk().filter(|_| last != key) {
                let words = words.splitn(3, |byte| *byte == 0).map(|word| String::from_utf8_lossy(word).into_owned());
                each(u64::from_be_bytes(*of), words.collect())?;
                last = key.to_vec();
            }
        }
        Ok(())
    }
}

/// In the place of a space, for permissions of the site. No space has this id: ids are signed numbers.
const SITE: u64 = u64::MAX;

fn of_spaces_and_site(mapping: &mut Mapping<'_>, budget: &Budget) -> Result<(), SpillError> {
    let tables = mapping.places.tables;
    let mut grants = Grants(Runs::new(budget));
    mapping.each(
        &tables.permissions,
        |_| "SpacePermission",
        |mapping, _, permission| {
            if permission.space.is_some_and(|space| !tables.spaces.contains_key(&space)) {
                mapping.unplaced("SpacePermission", true);
                return Ok(());
            }
            let (sort, name) = subject(tables, &permission);
            grants.push(permission.space.unwrap_or(SITE), [tables.words.text(permission.kind), sort, name]);
            mapping.accounts.mapped("SpacePermission");
            Ok(())
        },
    )?;
    grants.each(|id, words| {
        let (holder, aside) = match tables.spaces.get(&id) {
            // One of the site (docs/confluence.md, C17).
            None => (Holder::None, Some(Aside::SiteWide)),
            Some(space) => {
                let foreign = (!mapping.places.claimed.has(id)).then_some(Aside::ForeignSpace);
                let known = words.first().is_some_and(|kind| SPACE_PERMISSIONS.contains(&kind.as_str()));
                (Holder::Key(spaces::key(space)), foreign.or((!known).then_some(Aside::CloudOnly)))
            }
        };
        let name = std::iter::once("permission".to_owned()).chain(words).collect();
        mapping.item(Found { kind: Kind::Permission, id: None, holder, name, aside, fields: Vec::new() })
    })
}

fn subject<'a>(tables: &'a Tables, permission: &Permission) -> (&'static str, &'a str) {
    let word = |word| tables.words.text(word);
    match (permission.group.map(word), tables.name_or_key(permission.user), permission.all.map(word)) {
        (Some(group), ..) => ("group", group),
        (None, Some(user), _) => ("user", user),
        (None, None, None | Some("anonymous-users")) => ("anonymous", ""),
        (None, None, Some(_)) => ("all", ""),
    }
}

fn restrictions(mapping: &mut Mapping<'_>, budget: &Budget) -> Result<(), SpillError> {
    let tables = mapping.places.tables;
    let mut grants = Grants(Runs::new(budget));
    mapping.each(
        &tables.restrictions,
        |_| "ContentPermission",
        |mapping, _, restriction| restrict(mapping, &restriction, &mut grants),
    )?;
    grants.each(|id, words| {
        let name = std::iter::once("restriction".to_owned()).chain(words).collect();
        let holder = Holder::Content(id);
        let found = Found { kind: Kind::Restriction, id: None, holder, name, aside: None, fields: Vec::new() };
        mapping.item(found)
    })
}

fn restrict(mapping: &mut Mapping<'_>, restriction: &Restriction, grants: &mut Grants) -> Result<(), SpillError> {
    let tables = mapping.places.tables;
    let set = restriction.set.map(|set| tables.sets.get(set)).transpose()?.flatten();
    let id = set.and_then(|set| set.content);
    let content = id.map(|id| tables.spine(id)).transpose()?.flatten();
    let subject = match (restriction.group, tables.name_or_key(restriction.user)) {
        (Some(group), _) => Some(("group", tables.words.text(group))),
        (None, Some(user)) => Some(("user", user)),
        (None, None) => None,
    };
    let (Some(set), Some(id), Some(content), Some((sort, name))) = (set, id, content, subject) else {
        mapping.unplaced("ContentPermission", restriction.set.is_some() && subject.is_some());
        return Ok(());
    };
    let is_old = content.original.is_some() && content.status != Status::Draft;
    match restriction.edit.or(set.edit).filter(|_| content.class.is_mapped() && !is_old) {
        Some(edit) => {
            grants.push(id, [if edit { "update" } else { "read" }, sort, name]);
            mapping.accounts.mapped("ContentPermission");
        }
        None => {
            mapping.leave_out("ContentPermission", "restrictions of older versions, or of a form that is not known");
        }
    }
    Ok(())
}
