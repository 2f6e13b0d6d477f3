//! Joins the rows: bodies, properties, labels and restrictions to their content, in whichever direction the package names them, and drops
//! what has no place.

use std::collections::{BTreeSet, HashMap};
use std::sync::atomic::Ordering;

use super::FIRST_ID;
use super::people::made_key;
use super::rows::{Property, Rows};
use crate::mock::jobs::Progress;
use crate::mock::store::{Content, ContentKind, File, Inline, Restriction, Site, Subject};

/// What belongs to objects without a table.
pub struct Loose {
    /// Owners of properties, as the owners name them.
    pub owners: HashMap<u64, u64>,
    /// Older versions of templates.
    pub old_templates: BTreeSet<u64>,
}

/// A site of these rows, with the ids of the package, and what belongs to objects without a table.
pub fn assemble(mut rows: Rows, progress: &Progress) -> (Site, Loose) {
    versions(&mut rows);
    descriptions(&mut rows);
    drafts(&mut rows);
    bodies(&mut rows);
    properties(&mut rows);
    labels(&mut rows);
    restrictions(&mut rows);
    let dropped = drop_homeless(&mut rows);
    let mut of_site = BTreeSet::new();
    for (space, kind, subject) in std::mem::take(&mut rows.permissions) {
        match space.map(|space| rows.spaces.get_mut(&space)) {
            Some(Some(space)) => drop(space.permissions.insert((kind, subject))),
            Some(None) => {}
            None => drop(of_site.insert((kind, subject))),
        }
    }
    progress.persisted.fetch_sub(dropped, Ordering::Relaxed);
    progress.skipped.fetch_add(dropped, Ordering::Relaxed);
    let mut site = Site::default();
    site.permissions = of_site;
    people(&rows, &mut site);
    let last = rows.content.keys().chain(rows.spaces.keys()).chain(rows.templates.keys()).max().copied();
    site.next_id = last.map_or(FIRST_ID, |last| last.saturating_add(1).max(FIRST_ID));
    (site.spaces, site.content, site.labels, site.templates) = (rows.spaces, rows.content, rows.labels, rows.templates);
    site.users.extend(rows.users);
    (site, Loose { owners: rows.listed.properties, old_templates: rows.old_templates })
}

/// Older versions that only the live row's collection names.
fn versions(rows: &mut Rows) {
    for (version, live) in std::mem::take(&mut rows.listed.versions) {
        if version == live || rows.content.get(&live).is_none_or(|live| live.original.is_some()) {
            continue;
        }
        if let Some(row) = rows.content.get_mut(&version) {
            row.original.get_or_insert(live);
        }
    }
}

/// Descriptions that only name their space, and that their space doesn't name.
fn descriptions(rows: &mut Rows) {
    for row in rows.content.values() {
        if row.kind == ContentKind::SpaceDescription
            && row.original.is_none()
            && let Some(space) = row.space.and_then(|space| rows.spaces.get_mut(&space))
            && space.description.is_none_or(|named| !rows.content.contains_key(&named))
        {
            space.description = Some(row.id);
        }
    }
}

/// Old drafts name their space by its key.
fn drafts(rows: &mut Rows) {
    for (id, key) in std::mem::take(&mut rows.draft_spaces) {
        let space = rows.spaces.values().find(|space| space.key.eq_ignore_ascii_case(&key)).map(|space| space.id);
        if let Some(row) = rows.content.get_mut(&id) {
            row.space = row.space.or(space);
        }
    }
}

fn bodies(rows: &mut Rows) {
    let mut bodies: Vec<_> = std::mem::take(&mut rows.bodies).into_iter().collect();
    bodies.sort_by_key(|(id, _)| *id);
    for (id, body) in bodies {
        let owner = body.content.or_else(|| rows.listed.bodies.get(&id).copied());
        if let Some(row) = owner.and_then(|owner| rows.content.get_mut(&owner)) {
            row.body = body.span.or(row.body);
            row.body_type = body.kind;
        }
    }
}

fn properties(rows: &mut Rows) {
    for (id, property) in std::mem::take(&mut rows.properties) {
        let owner = property.content.or_else(|| rows.listed.properties.get(&id).copied());
        let Some(row) = owner.and_then(|owner| rows.content.get_mut(&owner)) else { continue };
        match row.kind {
            ContentKind::Comment => on_comment(row, property),
            ContentKind::Attachment => on_attachment(row, property),
            _ => {}
        }
    }
    // A state without any mark of an inline comment is that of a footer comment.
    for row in rows.content.values_mut() {
        row.inline = row.inline.take().filter(|inline| inline.marked || inline.marker.is_some());
    }
}

fn on_comment(row: &mut Content, property: Property) {
    let inline = row.inline.get_or_insert_with(Inline::default);
    let text = property.text.filter(|text| !text.is_empty());
    match property.name.as_str() {
        "inline-comment" => inline.marked = text.as_deref() == Some("true"),
        "inline-marker-ref" => inline.marker = text,
        "inline-original-selection" => inline.selection = text,
        "status" => inline.status = text,
        "status-lastmodifier" => inline.status_by = text,
        "status-lastmoddate" => inline.status_at = property.number.or_else(|| text.and_then(|text| text.parse().ok())),
        _ => {}
    }
}

fn on_attachment(row: &mut Content, property: Property) {
    let file = row.file.get_or_insert_with(File::default);
    match property.name.as_str() {
        "MEDIA_TYPE" => file.media_type = property.text.filter(|text| !text.is_empty()).or(file.media_type.take()),
        "FILESIZE" => file.size = property.number.and_then(|number| u64::try_from(number).ok()).or(file.size),
        "MINOR_EDIT" => row.minor = property.number == Some(1),
        _ => {}
    }
}

fn labels(rows: &mut Rows) {
    for (id, labelling) in std::mem::take(&mut rows.labellings) {
        let listed = rows.listed.labellings.get(&id).copied();
        let owner = labelling.content.or(listed).or(labelling.hint);
        let label = labelling.label.filter(|label| rows.labels.contains_key(label));
        if let (Some(label), Some(row)) = (label, owner.and_then(|owner| rows.content.get_mut(&owner)))
            && !row.labels.contains(&label)
        {
            row.labels.push(label);
        }
    }
}

fn restrictions(rows: &mut Rows) {
    for (id, (set, subject)) in std::mem::take(&mut rows.content_permissions) {
        let set_id = set.or_else(|| rows.listed.content_permissions.get(&id).copied());
        let Some(set_id) = set_id else { continue };
        let Some(set) = rows.permission_sets.get(&set_id) else { continue };
        let owner = set.content.or_else(|| rows.listed.permission_sets.get(&set_id).copied());
        let named = matches!(subject, Subject::User(_) | Subject::Group(_));
        if let (Some(operation), Some(row), true) =
            (set.operation, owner.and_then(|owner| rows.content.get_mut(&owner)), named)
        {
            row.restrictions.push(Restriction { operation, subject });
        }
    }
    for row in rows.content.values_mut() {
        row.restrictions.sort();
        row.restrictions.dedup();
    }
}

/// Drops live pages and blog posts without a space, comments and attachments without a holder, versions without a live row. Gives their
/// number.
fn drop_homeless(rows: &mut Rows) -> u64 {
    let homeless: BTreeSet<u64> = rows.content.values().filter(|row| !placed(rows, row, 0)).map(|row| row.id).collect();
    rows.content.retain(|id, _| !homeless.contains(id));
    homeless.len() as u64
}

fn placed(rows: &Rows, row: &Content, depth: usize) -> bool {
    let by = |id: Option<u64>| {
        id.and_then(|id| rows.content.get(&id)).is_some_and(|row| depth < 8 && placed(rows, row, depth + 1))
    };
    if row.original.is_some() {
        return by(row.original);
    }
    match row.kind {
        ContentKind::Page | ContentKind::BlogPost => row.space.is_some_and(|space| rows.spaces.contains_key(&space)),
        ContentKind::Comment | ContentKind::Attachment => by(row.container),
        ContentKind::SpaceDescription | ContentKind::Other => true,
    }
}

/// Accounts, groups and members; of two accounts with one name (in two directories) the one with the lower id stays.
fn people(rows: &Rows, site: &mut Site) {
    for account in rows.accounts.values() {
        site.accounts.entry(account.name.to_lowercase()).or_insert_with(|| account.clone());
    }
    for group in rows.groups.values() {
        site.groups.entry(group.clone()).or_default();
    }
    for (group, user) in &rows.memberships {
        let (Some(group), Some(user)) = (rows.groups.get(group), rows.accounts.get(user)) else { continue };
        site.groups.entry(group.clone()).or_default().insert(user.name.to_lowercase());
    }
    let known: BTreeSet<String> = rows.users.values().map(|name| name.to_lowercase()).collect();
    for (lower, account) in &site.accounts {
        if !known.contains(lower) {
            site.users.insert(made_key(&account.name), account.name.clone());
        }
    }
}
