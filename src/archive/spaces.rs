//! Spaces and their templates.

use super::content::{absent_or, body_type, digest_fields, form_fields};
use super::tables::{Space, Status, Tables};
use super::work::Mapping;
use crate::model::{Aside, Field, Key, Kind, Value};
use crate::reading::{Found, FoundValue, Holder};
use crate::runs::SpillError;

/// The key of a space's item.
pub(super) fn key(space: &Space) -> Key {
    Key::new(["space", &*space.key])
}

/// The key of what an attachment stands on that is no page: its space, where it is the description of one.
pub(super) fn no_page(tables: &Tables, container: u64) -> Result<Key, SpillError> {
    let row = tables.spine(container)?.filter(|row| row.class == super::classes::ContentClass::SpaceDescription);
    let space = row.and_then(|row| row.space).and_then(|space| tables.spaces.get(&space));
    Ok(space.map_or_else(|| Key::new(["no-page".to_owned(), container.to_string()]), key))
}

pub(super) fn map(mapping: &mut Mapping<'_>) -> Result<(), SpillError> {
    let tables = mapping.places.tables;
    for (id, space) in &tables.spaces {
        let description = description(tables, *id, space)?;
        let fields = vec![
            (Field::Title, absent_or(Some(&space.name))),
            (Field::Type, absent_or(space.kind.map(|kind| tables.words.text(kind)))),
            (Field::Status, FoundValue::Value(Value::from(if space.archived { "archived" } else { "current" }))),
            (Field::Homepage, space.home.map_or(FoundValue::Absent, FoundValue::Content)),
            (Field::Description, absent_or(description.as_deref())),
            (Field::Author, absent_or(tables.name(space.author))),
            (Field::Created, absent_or(space.created.text().as_deref())),
        ];
        let aside = (!mapping.places.claimed.has(*id)).then_some(Aside::ForeignSpace);
        let name = vec!["space".to_owned(), space.key.to_string()];
        mapping.push("Space", Found { kind: Kind::Space, id: Some(*id), holder: Holder::None, name, aside, fields })?;
    }
    templates(mapping)
}

/// The digest of a space's description: of the one that it names, else of the live one that names the space.
fn description(tables: &Tables, id: u64, space: &Space) -> Result<Option<String>, SpillError> {
    let named = space.description.map(|description| tables.spine(description)).transpose()?.flatten();
    let row = match (named, tables.descriptions.get(&id)) {
        (None, Some(other)) => tables.spine(*other)?,
        (named, _) => named,
    };
    Ok(row.and_then(|row| row.text).map(|text| text.digest().to_string()))
}

fn templates(mapping: &mut Mapping<'_>) -> Result<(), SpillError> {
    let table = &mapping.places.tables.templates;
    mapping.each(
        table,
        |_| "PageTemplate",
        |mapping, _, template| {
            if template.is_old {
                mapping.leave_out("PageTemplate", "older versions of templates");
                return Ok(());
            }
            let (space, aside) = match template.space {
                None => ("", None),
                Some(_) => mapping.places.space(template.space),
            };
            let mut fields = vec![
                (Field::Title, absent_or(Some(&template.name))),
                (Field::Description, absent_or(template.description.as_deref())),
            ];
            fields.extend(digest_fields(template.text));
            fields.extend(form_fields(mapping.places.tables, template.text, &template.form, template.written));
            fields.push(body_type(template.written.filter(|_| template.text.is_some())));
            let name = vec!["template".to_owned(), space.to_owned(), template.name.into()];
            let found = Found { kind: Kind::Template, id: None, holder: Holder::None, name, aside, fields };
            mapping.push("PageTemplate", found)
        },
    )
}

/// The status word of content.
pub(super) const fn status(status: Status) -> &'static str {
    match status {
        Status::Current => "current",
        Status::Archived => "archived",
        Status::Deleted => "trashed",
        Status::Draft => "draft",
    }
}
