//! Pages, blog posts, comments, their older versions, and drafts: which is which, see docs/confluence.md, C11.

use super::attachments;
use super::classes::ContentClass;
use super::files::{Claims, Files};
use super::form::Form;
use super::places::{Made, Places};
use super::spaces::status;
use super::tables::{Content, Spine, Status, Tables, Text};
use super::tally::Sink;
use super::work::Mapping;
use crate::model::{Field, Key, Kind, Named, Value};
use crate::reading::{Found, FoundValue, Holder};
use crate::runs::SpillError;
use crate::storage::By;

/// A value, or absent where there is none or it is empty.
pub(super) fn absent_or(text: Option<&str>) -> FoundValue {
    text.filter(|text| !text.is_empty()).map_or(FoundValue::Absent, |text| FoundValue::Value(Value::from(text)))
}

/// A number, or absent.
pub(super) fn absent_or_number(number: Option<i64>) -> FoundValue {
    number.map_or(FoundValue::Absent, |number| FoundValue::Value(Value::Number(number)))
}

/// What it stands below; what names itself stands below nothing.
fn parent(id: u64, row: &Spine) -> FoundValue {
    row.parent.filter(|parent| *parent != id).map_or(FoundValue::Absent, FoundValue::Content)
}

/// The number of storage format.
const STORAGE: i64 = 2;

/// The same for content that is compared: also what is said by the normal form.
fn all_text_fields(tables: &Tables, row: &Content) -> impl Iterator<Item = (Field, FoundValue)> + use<> {
    let spine = &row.spine;
    text_fields(spine).into_iter().chain(form_fields(tables, spine.text, &row.form, spine.written))
}

/// Digest and length of the body of some content, and how it is written.
pub(super) fn text_fields(row: &Spine) -> [(Field, FoundValue); 3] {
    let [digest, bytes] = digest_fields(row.text);
    [digest, bytes, body_type(row.written.filter(|_| row.text.is_some()))]
}

/// What is said of a text by its normal form, where it is storage format (docs/confluence.md, C30).
pub(super) fn form_fields(
    tables: &Tables,
    text: Option<Text>,
    form: &Form,
    written: Option<i64>,
) -> Vec<(Field, FoundValue)> {
    const FIELDS: [Field; 3] = [Field::Normal, Field::NamedUsers, Field::NamedContent];
    let Some(text) = text else { return FIELDS.map(|field| (field, FoundValue::Absent)).into() };
    let Some(digest) = form.digest(text).filter(|_| written == Some(STORAGE)) else { return Vec::new() };
    let named = |users: bool| {
        let references = form.references.iter().filter(|one| users != (one.by == By::Content));
        let named = references.map(|one| {
            // An account id means the same everywhere, and is known by it (docs/confluence.md, C18).
            let name = || tables.people.get(&one.value).unwrap_or(&one.value);
            let key = (one.by == By::Account).then(|| Key::new(["user", name()]));
            Named { id: one.value.clone(), key }
        });
        let all: Vec<_> = named.collect();
        if all.is_empty() { FoundValue::Absent } else { FoundValue::Named(all) }
    };
    let [normal, users, content] = FIELDS;
    vec![(normal, absent_or(Some(digest.as_str()))), (users, named(true)), (content, named(false))]
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
pub(super) fn digest_fields(text: Option<Text>) -> [(Field, FoundValue); 2] {
    let bytes = text.map(|text| i64::try_from(text.bytes).unwrap_or(i64::MAX));
    let digest = text.map(|text| text.digest());
    [
        (Field::Body, absent_or(digest.as_ref().map(|digest| digest.as_str()))),
        (Field::BodyBytes, absent_or_number(bytes)),
    ]
}

/// The segments of an older version's name.
fn version_name(number: Option<i64>) -> Vec<String> {
    Key::of_version(number.unwrap_or_default()).into()
}

/// The item's own segments of its key.
pub(super) fn name(places: &Places<'_>, id: u64, row: &Content, made: &Made) -> Vec<String> {
    let (spine, title) = (&row.spine, row.title.to_string());
    match made.kind {
        Kind::Draft => vec!["draft".to_owned(), id.to_string()],
        Kind::Version => version_name(spine.number),
        Kind::Attachment => vec!["attachment".to_owned(), title],
        Kind::Comment => vec![
            "comment".to_owned(),
            places.tables.name(spine.author).unwrap_or_default().to_owned(),
            spine.created.text().unwrap_or_default(),
            // In the form that a restore doesn't change, so that it is found again. It need not be storage format for that.
            spine
                .text
                .map(|text| row.form.digest(text).unwrap_or_else(|| text.digest()).to_string())
                .unwrap_or_default(),
        ],
        kind => {
            let space = places.space(spine.space).0.to_owned();
            let mut name = if kind == Kind::BlogPost {
                let date = spine.created.text().unwrap_or_default();
                vec!["blog-post".to_owned(), space, date.get(..10).unwrap_or_default().to_owned(), title]
            } else {
                vec!["page".to_owned(), space, title]
            };
            name.extend((spine.status == Status::Deleted).then(|| "trashed".to_owned()));
            name
        }
    }
}

/// Makes an item of all content of which one is made, where items are wanted. All content is accounted for where it is judged.
pub(super) fn map(mapping: &mut Mapping<'_>, claims: &Claims, files: &Files) -> Result<(), SpillError> {
    let places = mapping.places;
    let Sink::Items(collector) = &mut mapping.sink else { return Ok(()) };
    for row in places.tables.content.rows() {
        let (id, row) = row?;
        let Some(made) = places.made(&row.spine)? else { continue };
        let fields = match made.kind {
            Kind::Draft => draft(places, &row),
            Kind::Comment => comment(places, id, &row),
            _ if row.spine.class == ContentClass::Attachment => {
                let file = claims.file(id).and_then(|at| files.get(at));
                attachments::fields(places, &row, &made, file)
            }
            Kind::Version => version(places, &row),
            kind => page(places, id, &row, kind),
        };
        let holder = match (made.holder, row.spine.container) {
            (Some(holder), _) => Holder::Content(holder),
            (None, Some(container)) if made.kind == Kind::Attachment => {
                Holder::Key(super::spaces::no_page(places.tables, container)?)
            }
            (None, _) => Holder::None,
        };
        let name = name(places, id, &row, &made);
        collector.push(Found { kind: made.kind, id: Some(id), holder, name, aside: made.aside, fields });
    }
    Ok(())
}

fn page(places: &Places<'_>, id: u64, row: &Content, kind: Kind) -> Vec<(Field, FoundValue)> {
    let spine = &row.spine;
    let mut fields = vec![
        (Field::Title, absent_or(Some(&row.title))),
        (Field::Space, absent_or(Some(places.space(spine.space).0))),
        (Field::Status, FoundValue::Value(Value::from(status(spine.status)))),
    ];
    fields.extend(authorship(places, spine));
    fields.push((Field::Number, absent_or_number(spine.number)));
    fields.push((Field::Note, absent_or(row.note.as_deref())));
    fields.extend(all_text_fields(places.tables, row));
    if kind == Kind::Page {
        fields.push((Field::Parent, parent(id, spine)));
        fields.push((Field::Folder, FoundValue::Value(Value::Flag(spine.folder))));
    }
    fields
}

fn comment(places: &Places<'_>, id: u64, row: &Content) -> Vec<(Field, FoundValue)> {
    let spine = &row.spine;
    let mut fields = authorship(places, spine);
    fields.push((Field::Number, absent_or_number(spine.number)));
    fields.push((Field::Status, FoundValue::Value(Value::from(status(spine.status)))));
    fields.push((Field::Parent, parent(id, spine)));
    fields.extend(all_text_fields(places.tables, row));
    fields.push((Field::Location, FoundValue::Value(Value::from(if spine.inline { "inline" } else { "footer" }))));
    fields.push((Field::Marker, absent_or(row.marker.as_deref())));
    // Only what has a marker begins a discussion that can be resolved (docs/confluence.md, C14).
    let resolution = row.marker.as_ref().map(|_| row.resolution.as_deref().unwrap_or("open"));
    fields.push((Field::Resolution, absent_or(resolution)));
    fields
}

fn version(places: &Places<'_>, row: &Content) -> Vec<(Field, FoundValue)> {
    let mut fields =
        vec![(Field::Number, absent_or_number(row.spine.number)), (Field::Note, absent_or(row.note.as_deref()))];
    fields.extend(draft(places, row));
    fields
}

/// A draft, of whatever class. Confluence shows it to its author only, so that no more is kept of it than names it.
fn draft(places: &Places<'_>, row: &Content) -> Vec<(Field, FoundValue)> {
    let spine = &row.spine;
    let mut fields = vec![
        (Field::Title, absent_or(Some(&row.title))),
        (Field::Editor, absent_or(places.tables.name(spine.editor))),
        (Field::Edited, absent_or(spine.edited.text().as_deref())),
    ];
    fields.extend(all_text_fields(places.tables, row));
    fields
}

/// Who made and changed it, and when.
pub(super) fn authorship(places: &Places<'_>, row: &Spine) -> Vec<(Field, FoundValue)> {
    vec![
        (Field::Author, absent_or(places.tables.name(row.author))),
        (Field::Created, absent_or(row.created.text().as_deref())),
        (Field::Editor, absent_or(places.tables.name(row.editor))),
        (Field::Edited, absent_or(row.edited.text().as_deref())),
    ]
}
