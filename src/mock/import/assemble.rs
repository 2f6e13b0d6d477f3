//! Joins the rows: bodies, properties, labels and restrictions to their content, in whichever direction the package names them, and drops
//! what has no place.
//!
//! All pieces of a content lie side by side once they are sorted. They are walked twice: first for the fronts of all rows, which decide what has a
//! place, then for the rows themselves.

use std::collections::{BTreeSet, HashMap};
use std::sync::atomic::Ordering;

use super::FIRST_ID;
use super::error::RestoreError;
use super::people::made_key;
use super::rows::{Body, Front, Part, Piece, Property, Rows, Sort};
use crate::mock::jobs::Progress;
use crate::mock::store::{Content, ContentKind, File, Head, Inline, Restriction, Subject, Tables};
use crate::runs::{self, Sorted, SpillError};

/// What belongs to objects without a table.
pub struct Loose {
    /// Owners of properties, as the owners name them.
    pub owners: HashMap<u64, u64>,
    /// Older versions of templates.
    pub old_templates: BTreeSet<u64>,
}

/// What a package holds, joined, with the ids of the package.
pub struct Assembled {
    pub tables: Tables,
    /// The fronts of all content that has a place, by id.
    pub heads: Vec<Head>,
    pub loose: Loose,
    pieces: Sorted,
    restrictions: HashMap<u64, Vec<Restriction>>,
}

/// Joins the rows.
///
/// # Errors
/// The disk could not take them, or doesn't give them back.
pub fn assemble(mut rows: Rows, progress: &Progress) -> Result<Assembled, RestoreError> {
    place_parts(&mut rows)?;
    let pieces = rows.take_pieces().map_err(broken)?;
    let mut heads = heads(&pieces)?;
    descriptions(&mut rows, &heads);
    drafts(&mut rows, &mut heads);
    let dropped = drop_homeless(&rows, &mut heads);
    let restrictions = restrictions(&mut rows);
    let mut tables = Tables::default();
    for (space, kind, subject) in std::mem::take(&mut rows.permissions) {
        match space.map(|space| rows.spaces.get_mut(&space)) {
            Some(Some(space)) => drop(space.permissions.insert((kind, subject))),
            Some(None) => {}
            None => drop(tables.permissions.insert((kind, subject))),
        }
    }
    progress.persisted.fetch_sub(dropped, Ordering::Relaxed);
    progress.skipped.fetch_add(dropped, Ordering::Relaxed);
    people(&rows, &mut tables);
    let content = heads.last().map(|head| head.id);
    let last = rows.spaces.keys().chain(rows.templates.keys()).copied().chain(content).max();
    tables.next_id = last.map_or(FIRST_ID, |last| last.saturating_add(1).max(FIRST_ID));
    (tables.spaces, tables.labels, tables.templates) = (rows.spaces, rows.labels, rows.templates);
    tables.users.extend(rows.users);
    let loose = Loose { owners: rows.owners, old_templates: rows.old_templates };
    Ok(Assembled { tables, heads, loose, pieces, restrictions })
}

fn broken(error: SpillError) -> RestoreError {
    std::io::Error::other(error).into()
}

/// Gives the parts that don't name their content to the content that names them, or that they hint at.
fn place_parts(rows: &mut Rows) -> Result<(), RestoreError> {
    for sort in Sort::ALL {
        let parts = rows.take_parts(sort).map_err(broken)?;
        place_each(rows, &parts)?;
    }
    Ok(())
}

fn place_each(rows: &mut Rows, parts: &Sorted) -> Result<(), RestoreError> {
    let mut all = parts.rows();
    let mut at: Vec<u8> = Vec::new();
    let (mut owner, mut part) = (None, None);
    while let Some((key, row)) = all.next().map_err(broken)? {
        if key != at.as_slice() {
            place_part(rows, &at, owner.take(), part.take());
            at.clear();
            at.extend_from_slice(key);
        }
        match runs::read(row).map_err(broken)? {
            Part::Owner(content) => owner = Some(content),
            other => part = Some(other),
        }
    }
    place_part(rows, &at, owner, part);
    Ok(())
}

fn place_part(rows: &mut Rows, key: &[u8], owner: Option<u64>, part: Option<Part>) {
    let id = number(key);
    let (owner, piece) = match part {
        Some(Part::Body(body)) => (owner, Piece::Body(id, body)),
        Some(Part::Property(property)) => (owner, Piece::Property(id, property)),
        Some(Part::Labelling(label, hint)) => (owner.or(hint), Piece::Labelling(id, label)),
        Some(Part::Owner(_)) | None => return,
    };
    if let Some(owner) = owner {
        rows.piece(owner, &piece);
    }
}

/// The number that a key is.
fn number(key: &[u8]) -> u64 {
    key.try_into().map(u64::from_be_bytes).unwrap_or_default()
}

/// All that belongs to one content.
#[derive(Default)]
struct Pieces {
    row: Option<Box<Content>>,
    bodies: Vec<(u64, Body)>,
    properties: Vec<(u64, Property)>,
    labellings: Vec<(u64, u64)>,
}

impl Pieces {
    fn add(&mut self, piece: Piece) {
        match piece {
            Piece::Row(_, row) => self.row = Some(row),
            Piece::VersionOf(_) => {}
            Piece::Body(id, body) => self.bodies.push((id, body)),
            Piece::Property(id, property) => self.properties.push((id, property)),
            Piece::Labelling(id, label) => self.labellings.push((id, label)),
        }
    }
}

/// Walks the pieces, content by content.
fn grouped(pieces: &Sorted, mut each: impl FnMut(Pieces) -> Result<(), RestoreError>) -> Result<(), RestoreError> {
    let mut all = pieces.rows();
    let mut at: Vec<u8> = Vec::new();
    let mut group = Pieces::default();
    while let Some((key, row)) = all.next().map_err(broken)? {
        if key != at.as_slice() {
            each(std::mem::take(&mut group))?;
            at.clear();
            at.extend_from_slice(key);
        }
        group.add(runs::read(row).map_err(broken)?);
    }
    each(group)
}

/// The fronts of all rows. Older versions that only the live row's collection names are versions of it.
fn heads(pieces: &Sorted) -> Result<Vec<Head>, RestoreError> {
    let mut heads: Vec<Head> = Vec::new();
    let mut claims = Vec::new();
    let mut all = pieces.rows();
    while let Some((key, row)) = all.next().map_err(broken)? {
        match runs::read(row).map_err(broken)? {
            Front::Row(head) => {
                // Of several rows of one id the last is the one.
                heads.pop_if(|last| last.id == head.id);
                heads.push(head);
            }
            Front::VersionOf(live) => claims.push((number(key), live)),
            Front::Body | Front::Property | Front::Labelling => {}
        }
    }
    // Whether a live row is one is asked of what the rows themselves say.
    claims.retain(|(_, live)| find(&heads, *live).is_some_and(|live| live.original().is_none()));
    for (version, live) in claims {
        if let Some(head) = find_mut(&mut heads, version).filter(|head| head.original().is_none()) {
            head.set_original(live);
        }
    }
    Ok(heads)
}

fn find(heads: &[Head], id: u64) -> Option<&Head> {
    heads.get(heads.binary_search_by_key(&id, |head| head.id).ok()?)
}

fn find_mut(heads: &mut [Head], id: u64) -> Option<&mut Head> {
    let at = heads.binary_search_by_key(&id, |head| head.id).ok()?;
    heads.get_mut(at)
}

/// Descriptions that only name their space, and that their space doesn't name.
fn descriptions(rows: &mut Rows, heads: &[Head]) {
    let live = |head: &&Head| head.kind == ContentKind::SpaceDescription && head.original().is_none();
    for head in heads.iter().filter(live) {
        if let Some(space) = head.space().and_then(|space| rows.spaces.get_mut(&space))
            && space.description.is_none_or(|named| find(heads, named).is_none())
        {
            space.description = Some(head.id);
        }
    }
}

/// Old drafts name their space by its key.
fn drafts(rows: &mut Rows, heads: &mut [Head]) {
    for (id, key) in std::mem::take(&mut rows.draft_spaces) {
        let space = rows.spaces.values().find(|space| space.key.eq_ignore_ascii_case(&key)).map(|space| space.id);
        if let Some(head) = find_mut(heads, id) {
            head.set_space(head.space().or(space));
        }
    }
}

fn restrictions(rows: &mut Rows) -> HashMap<u64, Vec<Restriction>> {
    let mut restrictions: HashMap<u64, Vec<Restriction>> = HashMap::new();
    for (id, (set, subject)) in std::mem::take(&mut rows.content_permissions) {
        let set_id = set.or_else(|| rows.listed_permissions.get(&id).copied());
        let Some(set_id) = set_id else { continue };
        let Some(set) = rows.permission_sets.get(&set_id) else { continue };
        let owner = set.content.or_else(|| rows.listed_sets.get(&set_id).copied());
        let named = matches!(subject, Subject::User(_) | Subject::Group(_));
        if let (Some(operation), Some(owner), true) = (set.operation, owner, named) {
            restrictions.entry(owner).or_default().push(Restriction { operation, subject });
        }
    }
    for all in restrictions.values_mut() {
        all.sort();
        all.dedup();
    }
    restrictions
}

/// Drops live pages and blog posts without a space, comments and attachments without a holder, versions without a live row. Gives their
/// number.
fn drop_homeless(rows: &Rows, heads: &mut Vec<Head>) -> u64 {
    let homeless: BTreeSet<u64> =
        heads.iter().filter(|head| !placed(rows, heads, head, 0)).map(|head| head.id).collect();
    heads.retain(|head| !homeless.contains(&head.id));
    homeless.len() as u64
}

fn placed(rows: &Rows, heads: &[Head], head: &Head, depth: usize) -> bool {
    let by = |id: Option<u64>| {
        id.and_then(|id| find(heads, id)).is_some_and(|head| depth < 8 && placed(rows, heads, head, depth + 1))
    };
    if head.original().is_some() {
        return by(head.original());
    }
    match head.kind {
        ContentKind::Page | ContentKind::BlogPost => head.space().is_some_and(|space| rows.spaces.contains_key(&space)),
        ContentKind::Comment | ContentKind::Attachment => by(head.container()),
        ContentKind::SpaceDescription | ContentKind::Other | ContentKind::Property => true,
    }
}

impl Assembled {
    /// The rows that have a place, in rising order of their ids.
    ///
    /// # Errors
    /// What the disk says, or `each`.
    pub fn each(&self, mut each: impl FnMut(Content) -> Result<(), RestoreError>) -> Result<(), RestoreError> {
        grouped(&self.pieces, |group| match self.row(group) {
            Some(row) => each(row),
            None => Ok(()),
        })
    }

    /// The front of content that has a place.
    pub fn head(&self, id: u64) -> Option<&Head> {
        find(&self.heads, id)
    }

    /// The ids of all content that has a place, in rising order.
    pub fn ids(&self) -> Vec<u64> {
        self.heads.iter().map(|head| head.id).collect()
    }

    fn row(&self, mut group: Pieces) -> Option<Content> {
        let mut row = *group.row?;
        let head = find(&self.heads, row.id)?;
        (row.original, row.space) = (head.original(), head.space());
        group.bodies.sort_by_key(|(id, _)| *id);
        for (_, body) in group.bodies {
            row.body = body.span.or(row.body);
            row.body_type = body.kind;
        }
        group.properties.sort_by_key(|(id, _)| *id);
        for (_, property) in group.properties {
            match row.kind {
                ContentKind::Comment => on_comment(&mut row, property),
                ContentKind::Attachment => on_attachment(&mut row, property),
                _ => {}
            }
        }
        // A state without any mark of an inline comment is that of a footer comment.
        row.inline = row.inline.take().filter(|inline| inline.marked || inline.marker.is_some());
        group.labellings.sort_unstable();
        for (_, label) in group.labellings {
            if self.tables.labels.contains_key(&label) && !row.labels.contains(&label) {
                row.labels.push(label);
            }
        }
        row.restrictions = self.restrictions.get(&row.id).cloned().unwrap_or_default();
        Some(row)
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

/// Accounts, groups and members; of two accounts with one name (in two directories) the one with the lower id stays.
fn people(rows: &Rows, site: &mut Tables) {
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
