//! Pages, blog posts, comments, their older versions, and drafts: which is which, see docs/confluence.md, C11.

use super::classes::ContentClass;
use super::spaces::{place, status};
use super::tables::{Body, Content, Status, Tables};
use super::work::Mapping;
use super::{profiles, properties};
use crate::model::{Aside, Digest, Field, Kind, Value};
use crate::reading::{Found, FoundValue, Holder};

/// A value, or absent where there is none or it is empty.
pub(super) fn absent_or(text: Option<&str>) -> FoundValue {
    text.filter(|text| !text.is_empty()).map_or(FoundValue::Absent, |text| FoundValue::Value(Value::from(text)))
}

/// A number, or absent.
pub(super) fn absent_or_number(number: Option<i64>) -> FoundValue {
    number.map_or(FoundValue::Absent, |number| FoundValue::Value(Value::Number(number)))
}

/// What it stands below; what names itself stands below nothing.
fn parent(id: u64, row: &Content) -> FoundValue {
    row.parent.filter(|parent| *parent != id).map_or(FoundValue::Absent, FoundValue::Content)
}

/// Digest and length of a body, and how it is written.
pub(super) fn text_fields(body: Option<&Body>) -> [(Field, FoundValue); 3] {
    let [digest, bytes] = digest_fields(body.and_then(|body| body.text.as_ref()));
    [digest, bytes, body_type(body.filter(|body| body.text.is_some()).and_then(|body| body.written))]
}

/// How a text is written (docs/confluence.md, C13).
pub(super) fn body_type(written: Option<i64>) -> (Field, FoundValue) {
    let word = written.map(|number| match number {
        0 => "wiki".to_owned(),
        1 => "raw".to_owned(),
        2 => "storage".to_owned(),
        other => other.to_string(),
    });
    (Field::BodyType, absent_or(word.as_deref()))
}

/// Digest and length of a text.
pub(super) fn digest_fields(text: Option<&(Digest, u64)>) -> [(Field, FoundValue); 2] {
    let bytes = text.map(|(_, bytes)| i64::try_from(*bytes).unwrap_or(i64::MAX));
    [(Field::Body, absent_or(text.map(|(digest, _)| digest.as_str()))), (Field::BodyBytes, absent_or_number(bytes))]
}

/// The segments of an older version's name.
pub(super) fn version_name(number: Option<i64>) -> Vec<String> {
    vec!["version".to_owned(), format!("{:06}", number.unwrap_or_default())]
}

pub(super) fn map(mapping: &mut Mapping<'_>) {
    let tables = mapping.tables;
    for (id, row) in &tables.content {
        match row.class {
            ContentClass::Attachment => {}
            ContentClass::SpaceDescription if row.original.is_none() => mapping.accounts.mapped(row.class.name()),
            ContentClass::SpaceDescription => mapping.leave_out(row.class.name(), "older descriptions of spaces"),
            ContentClass::Custom => properties::of_app(mapping, *id, row),
            ContentClass::PersonalInformation => profiles::map(mapping, *id, row),
            class if class.is_no_page() => mapping.accounts.ignored(class.name()),
            _ if row.status == Status::Draft => draft(mapping, *id, row),
            _ if row.original.is_some() => version(mapping, *id, row),
            ContentClass::Comment => comment(mapping, *id, row),
            class => page(mapping, *id, row, class),
        }
    }
    bodies(mapping);
}

fn page(mapping: &mut Mapping<'_>, id: u64, row: &Content, class: ContentClass) {
    let tables = mapping.tables;
    let (space, aside) = place(mapping, row.space);
    if row.space.is_none() {
        mapping.damages.page_without_space(id, row);
    }
    if row.body.is_none() && !row.folder {
        mapping.damages.without_body(id, row);
    }
    let mut fields = vec![
        (Field::Title, absent_or(Some(&row.title))),
        (Field::Space, absent_or(Some(&space))),
        (Field::Status, FoundValue::Value(Value::from(status(row.status)))),
    ];
    fields.extend(authorship(mapping, row));
    fields.push((Field::Number, absent_or_number(row.number)));
    fields.push((Field::Note, absent_or(row.note.as_deref())));
    fields.extend(text_fields(tables.body(row)));
    let (kind, mut name) = if class == ContentClass::BlogPost {
        let date = row.created.as_deref().and_then(|created| created.get(..10)).unwrap_or_default();
        (Kind::BlogPost, vec!["blog-post".to_owned(), space, date.to_owned(), row.title.to_string()])
    } else {
        fields.push((Field::Parent, parent(id, row)));
        fields.push((Field::Folder, FoundValue::Value(Value::Flag(row.folder))));
        (Kind::Page, vec!["page".to_owned(), space, row.title.to_string()])
    };
    if row.status == Status::Deleted {
        name.push("trashed".to_owned());
    }
    mapping.push(class.name(), Found { kind, id: Some(id), holder: Holder::None, name, aside, fields });
}

fn comment(mapping: &mut Mapping<'_>, id: u64, row: &Content) {
    let tables = mapping.tables;
    let text = tables.text(row);
    let mut fields = authorship(mapping, row);
    fields.push((Field::Number, absent_or_number(row.number)));
    fields.push((Field::Status, FoundValue::Value(Value::from(status(row.status)))));
    fields.push((Field::Parent, parent(id, row)));
    fields.extend(text_fields(tables.body(row)));
    fields.push((Field::Location, FoundValue::Value(Value::from(if row.inline { "inline" } else { "footer" }))));
    fields.push((Field::Marker, absent_or(row.marker.as_deref())));
    // Only what has a marker begins a discussion that can be resolved (docs/confluence.md, C14).
    let resolution = row.marker.as_ref().map(|_| row.resolution.as_deref().unwrap_or("open"));
    fields.push((Field::Resolution, absent_or(resolution)));
    let name = vec![
        "comment".to_owned(),
        tables.name(&row.author).unwrap_or_default().to_owned(),
        row.created.as_deref().unwrap_or_default().to_owned(),
        text.map(|(digest, _)| digest.to_string()).unwrap_or_default(),
    ];
    let holder = Holder::Content(tables.container(id).unwrap_or_default());
    let aside = (row.status == Status::Deleted).then_some(Aside::Trashed);
    mapping.push("Comment", Found { kind: Kind::Comment, id: Some(id), holder, name, aside, fields });
}

fn version(mapping: &mut Mapping<'_>, id: u64, row: &Content) {
    let tables = mapping.tables;
    let mut fields = vec![
        (Field::Number, absent_or_number(row.number)),
        (Field::Title, absent_or(Some(&row.title))),
        (Field::Editor, absent_or(tables.name(&row.editor))),
        (Field::Edited, absent_or(row.edited.as_deref())),
        (Field::Note, absent_or(row.note.as_deref())),
    ];
    fields.extend(text_fields(tables.body(row)));
    let holder = Holder::Content(tables.live(row.original.unwrap_or_default()));
    let name = version_name(row.number);
    mapping.push(row.class.name(), Found { kind: Kind::Version, id: Some(id), holder, name, aside: None, fields });
}

/// A draft, of whatever class. Confluence shows it to its author only, so that no more is kept of it than names it.
pub(super) fn draft(mapping: &mut Mapping<'_>, id: u64, row: &Content) {
    let tables = mapping.tables;
    let mut fields = vec![
        (Field::Title, absent_or(Some(&row.title))),
        (Field::Editor, absent_or(tables.name(&row.editor))),
        (Field::Edited, absent_or(row.edited.as_deref())),
    ];
    fields.extend(text_fields(tables.body(row)));
    let name = vec!["draft".to_owned(), id.to_string()];
    let found =
        Found { kind: Kind::Draft, id: Some(id), holder: Holder::None, name, aside: Some(Aside::Draft), fields };
    mapping.push(row.class.name(), found);
}

/// Who made and changed it, and when.
pub(super) fn authorship(mapping: &Mapping<'_>, row: &Content) -> Vec<(Field, FoundValue)> {
    let tables = mapping.tables;
    vec![
        (Field::Author, absent_or(tables.name(&row.author))),
        (Field::Created, absent_or(row.created.as_deref())),
        (Field::Editor, absent_or(tables.name(&row.editor))),
        (Field::Edited, absent_or(row.edited.as_deref())),
    ]
}

/// Whether an item, or part of one, is made of content.
fn makes_item(tables: &Tables, id: Option<u64>, row: &Content) -> bool {
    row.class.is_mapped()
        || row.class == ContentClass::PersonalInformation && row.original.is_none()
        || id.is_some_and(|id| properties::is_property(tables, id, row))
}

/// Accounts for the bodies: part of an item, of something of which no item is made, or of nothing.
fn bodies(mapping: &mut Mapping<'_>) {
    let tables = mapping.tables;
    for (id, body) in &tables.bodies {
        match body.owner.and_then(|owner| tables.content.get(&owner)) {
            Some(owner) if !makes_item(tables, body.owner, owner) => mapping.accounts.ignored("BodyContent"),
            Some(owner) if owner.body == Some(*id) => mapping.accounts.mapped("BodyContent"),
            Some(_) => {
                mapping.damages.second_body(body.offset);
                mapping.accounts.damaged("BodyContent");
            }
            None => {
                if body.owner.is_none() {
                    mapping.damages.body_without_owner(body.offset);
                }
                mapping.accounts.damaged("BodyContent");
            }
        }
    }
}
