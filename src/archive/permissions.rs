//! Permissions of spaces, and restrictions of content.

use std::collections::BTreeSet;

use super::spaces;
use super::tables::{Permission, Status};
use super::work::Mapping;
use crate::model::{Aside, Kind};
use crate::reading::{Found, Holder};

/// The permissions of spaces that Data Center knows (docs/confluence.md, C17).
const KNOWN: [&str; 16] = [
    "VIEWSPACE",
    "EDITSPACE",
    "COMMENT",
    "CREATEATTACHMENT",
    "EDITBLOG",
    "REMOVEPAGE",
    "REMOVEBLOG",
    "REMOVECOMMENT",
    "REMOVEATTACHMENT",
    "REMOVEMAIL",
    "REMOVEOWNCONTENT",
    "SETPAGEPERMISSIONS",
    "SETSPACEPERMISSIONS",
    "EXPORTPAGE",
    "EXPORTSPACE",
    "ARCHIVEPAGE",
];

pub(super) fn map(mapping: &mut Mapping<'_>) {
    of_spaces_and_site(mapping);
    let tables = mapping.tables;
    for set in tables.sets.values() {
        match set.content.and_then(|id| tables.content.get(&id)) {
            Some(content) if content.original.is_some() && content.status != Status::Draft => {
                mapping.leave_out("ContentPermissionSet", "restrictions of older versions");
            }
            Some(_) => mapping.accounts.mapped("ContentPermissionSet"),
            None => mapping.unplaced("ContentPermissionSet", set.content.is_some()),
        }
    }
    restrictions(mapping);
}

fn of_spaces_and_site(mapping: &mut Mapping<'_>) {
    let tables = mapping.tables;
    let mut seen = BTreeSet::new();
    for permission in tables.permissions.values() {
        let (holder, aside) = match permission.space {
            // One of the site (docs/confluence.md, C17).
            None => (Holder::None, Some(Aside::SiteWide)),
            Some(id) => {
                let Some(space) = tables.spaces.get(&id) else {
                    mapping.unplaced("SpacePermission", true);
                    continue;
                };
                let foreign = (!mapping.claimed.has(id)).then_some(Aside::ForeignSpace);
                let unknown = (!KNOWN.contains(&&*permission.kind)).then_some(Aside::CloudOnly);
                (Holder::Key(spaces::key(space)), foreign.or(unknown))
            }
        };
        let (sort, name) = subject(mapping, permission);
        let name = ["permission", &permission.kind, sort, &name].map(str::to_owned).to_vec();
        if seen.insert((permission.space, name.clone())) {
            mapping.collector.push(Found { kind: Kind::Permission, id: None, holder, name, aside, fields: Vec::new() });
        }
        mapping.accounts.mapped("SpacePermission");
    }
}

fn subject(mapping: &Mapping<'_>, permission: &Permission) -> (&'static str, String) {
    let user = mapping.tables.name_or_key(&permission.user);
    match (permission.group.as_deref(), user, permission.all.as_deref()) {
        (Some(group), ..) => ("group", group.to_owned()),
        (None, Some(user), _) => ("user", user.to_owned()),
        (None, None, None | Some("anonymous-users")) => ("anonymous", String::new()),
        (None, None, Some(_)) => ("all", String::new()),
    }
}

fn restrictions(mapping: &mut Mapping<'_>) {
    let tables = mapping.tables;
    let mut seen = BTreeSet::new();
    for restriction in tables.restrictions.values() {
        let set = restriction.set.and_then(|set| tables.sets.get(&set));
        let content = set.and_then(|set| set.content).and_then(|id| Some((id, tables.content.get(&id)?)));
        let subject = match (restriction.group.as_deref(), tables.name_or_key(&restriction.user)) {
            (Some(group), _) => Some(("group", group)),
            (None, Some(user)) => Some(("user", user)),
            (None, None) => None,
        };
        let (Some(set), Some((id, content)), Some((sort, name))) = (set, content, subject) else {
            mapping.unplaced("ContentPermission", restriction.set.is_some() && subject.is_some());
            continue;
        };
        let edit = restriction.edit.or(set.edit);
        let is_old = content.original.is_some() && content.status != Status::Draft;
        let Some(edit) = edit.filter(|_| content.class.is_mapped() && !is_old) else {
            mapping.leave_out("ContentPermission", "restrictions of older versions, or of a form that is not known");
            continue;
        };
        let name = ["restriction", if edit { "update" } else { "read" }, sort, name].map(str::to_owned).to_vec();
        if seen.insert((id, name.clone())) {
            let holder = Holder::Content(id);
            mapping.collector.push(Found {
                kind: Kind::Restriction,
                id: None,
                holder,
                name,
                aside: None,
                fields: Vec::new(),
            });
        }
        mapping.accounts.mapped("ContentPermission");
    }
}
