//! Spaces and their templates.

use super::content::{absent_or, body_type, digest_fields};
use super::tables::{Space, Status, Tables};
use super::work::Mapping;
use crate::model::{Aside, Field, Key, Kind, Value};
use crate::reading::{Found, FoundValue, Holder};

/// The key of a space's item.
pub(super) fn key(space: &Space) -> Key {
    Key::new(["space", &*space.key])
}

pub(super) fn map(mapping: &mut Mapping<'_>) {
    let tables = mapping.tables;
    for (id, space) in &tables.spaces {
        let description = description(tables, *id, space);
        let fields = vec![
            (Field::Title, absent_or(Some(&space.name))),
            (Field::Type, absent_or(space.kind.as_deref())),
            (Field::Status, FoundValue::Value(Value::from(if space.archived { "archived" } else { "current" }))),
            (Field::Homepage, space.home.map_or(FoundValue::Absent, FoundValue::Content)),
            (Field::Description, absent_or(description.as_deref())),
            (Field::Author, absent_or(tables.name(&space.author))),
            (Field::Created, absent_or(space.created.as_deref())),
        ];
        let aside = (!mapping.claimed.has(*id)).then_some(Aside::ForeignSpace);
        let name = vec!["space".to_owned(), space.key.to_string()];
        mapping.push("Space", Found { kind: Kind::Space, id: Some(*id), holder: Holder::None, name, aside, fields });
    }
    templates(mapping);
}

/// The digest of a space's description: of the one that it names, else of the live one that names the space.
fn description(tables: &Tables, id: u64, space: &Space) -> Option<String> {
    let named = space.description.and_then(|description| tables.content.get(&description));
    let row = named.or_else(|| {
        let mut all = tables.content.values();
        all.find(|row| {
            row.class == super::classes::ContentClass::SpaceDescription
                && row.space == Some(id)
                && row.original.is_none()
        })
    })?;
    tables.text(row).map(|(digest, _)| digest.to_string())
}

fn templates(mapping: &mut Mapping<'_>) {
    let tables = mapping.tables;
    for template in tables.templates.values() {
        if template.is_old {
            mapping.leave_out("PageTemplate", "older versions of templates");
            continue;
        }
        let (space, aside) = place(mapping, template.space);
        let mut fields = vec![
            (Field::Title, absent_or(Some(&template.name))),
            (Field::Description, absent_or(template.description.as_deref())),
        ];
        fields.extend(digest_fields(template.text.as_ref()));
        fields.push(body_type(template.written.filter(|_| template.text.is_some())));
        let (space, aside) = match template.space {
            None => (String::new(), None),
            Some(_) => (space, aside),
        };
        let name = vec!["template".to_owned(), space, template.name.to_string()];
        let found = Found { kind: Kind::Template, id: None, holder: Holder::None, name, aside, fields };
        mapping.push("PageTemplate", found);
    }
}

/// The key of the space of some content, and why the content is set aside by it.
pub(super) fn place(mapping: &Mapping<'_>, space: Option<u64>) -> (String, Option<Aside>) {
    match space.and_then(|id| Some((id, mapping.tables.spaces.get(&id)?))) {
        Some((id, space)) => (space.key.to_string(), (!mapping.claimed.has(id)).then_some(Aside::ForeignSpace)),
        None => (String::new(), Some(Aside::Orphan)),
    }
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
