//! Named values on content: those that Confluence keeps itself, and those that apps store over REST (docs/confluence.md, C23).

use std::sync::Arc;

use super::classes::ContentClass;
use super::content::{absent_or, absent_or_number, text_fields};
use super::load::{Taken, id, put};
use super::spaces;
use super::tables::{Content, Status, Tables, Text};
use super::work::Mapping;
use crate::model::{Aside, Field, Kind, Value, body_digest};
use crate::package::Object;
use crate::reading::{Found, FoundValue, Holder};

const OWN: &str = "ContentProperty";
const OF_APPS: &str = "CustomContentEntityObject";

/// The content that is a property, by the end of its module key.
const STORAGE: &str = "confluence-content-property-storage:content-property";

/// Properties that change without any edit.
const RESTLESS: [&str; 8] = [
    "share-id",
    "sync-rev",
    "sync-rev-source",
    "collabService",
    "ncs-step-version",
    "ncs-step-version-source",
    "macroNames",
    "macro-create-events-published-for-version",
];

/// Properties that say how the file of an attachment is kept.
const STORED: [&str; 5] =
    ["MINOR_EDIT", "FILESTORE_ID", "COLLECTION_NAME_TYPE", "FILE_IN_MEDIA", "DOCUMENT_ARTIFACT_IN_MEDIA"];

/// Most apps whose content is counted apart.
const APPS: usize = 100;

/// One property that is no part of an item.
#[derive(Debug)]
pub(super) struct Property {
    name: Arc<str>,
    sort: &'static str,
    value: Text,
    pub owner: Option<u64>,
}

/// Takes a property that is no part of an item.
pub(super) fn take(tables: &mut Tables, own: u64, object: Object<'_>) -> Taken {
    let name = object.text("name").unwrap_or_default();
    let why = if RESTLESS.contains(&name) || name.starts_with("macro-count.") {
        Some("properties that change without any edit")
    } else {
        STORED.contains(&name).then_some("properties that say how a file is stored")
    };
    if let Some(why) = why {
        *tables.left_out.entry(why).or_default() += 1;
        return Taken::Ignored;
    }
    let values = [("text", "stringValue"), ("number", "longValue"), ("date", "dateValue")];
    let value = values.into_iter().find_map(|(sort, name)| Some((sort, object.filled(name)?)));
    let row = Property {
        name: tables.words.word(name),
        sort: value.map_or("text", |(sort, _)| sort),
        value: value.map(|(_, text)| body_digest(text)),
        owner: id(object, "content"),
    };
    put(&mut tables.more_properties, own, row)
}

/// Takes the module key of content of an app.
pub(super) fn take_module(tables: &mut Tables, own: u64, object: Object<'_>) {
    let key = object.filled("pluginModuleKey").unwrap_or("an app that it doesn't name");
    let module = tables.words.word(key.get(..200).unwrap_or(key));
    tables.modules.insert(own, module);
}

/// Maps the properties that Confluence keeps itself.
pub(super) fn map(mapping: &mut Mapping<'_>) {
    let tables = mapping.tables;
    for row in tables.more_properties.values() {
        let Some((id, owner)) = row.owner.and_then(|id| Some((id, tables.content.get(&id)?))) else {
            mapping.accounts.damaged(OWN);
            if row.owner.is_none() {
                mapping.damages.property_without_owner();
            }
            continue;
        };
        if let Some(what) = no_holder(owner) {
            mapping.leave_out(OWN, what);
            continue;
        }
        let mut fields = vec![(Field::Type, FoundValue::Value(Value::from(row.sort)))];
        fields.extend(super::content::digest_fields(row.value.as_ref()));
        let (holder, name) = (Holder::Content(id), vec!["property".to_owned(), row.name.to_string()]);
        mapping.push(OWN, Found { kind: Kind::Property, id: None, holder, name, aside: None, fields });
    }
}

/// Why properties of this content make no items, if they don't.
fn no_holder(owner: &Content) -> Option<&'static str> {
    if owner.class.is_no_page() {
        Some("properties of descriptions and of content of apps")
    } else if owner.original.is_some() && owner.status != Status::Draft {
        Some("properties of older versions")
    } else {
        None
    }
}

/// Whether an item is made of content of an app: it is the property of other content.
pub(super) fn is_property(tables: &Tables, id: u64, row: &Content) -> bool {
    row.class == ContentClass::Custom
        && row.original.is_none()
        && row.status != Status::Draft
        && tables.modules.get(&id).is_some_and(|module| module.ends_with(STORAGE))
}

/// Maps content of an app: a property, or something that is counted by the name of its app.
pub(super) fn of_app(mapping: &mut Mapping<'_>, id: u64, row: &Content) {
    let tables = mapping.tables;
    let module = tables.modules.get(&id).map(AsRef::as_ref).unwrap_or_default();
    if !is_property(tables, id, row) {
        let what = match module.ends_with(STORAGE) {
            true => "older or unpublished properties of apps".to_owned(),
            false => format!("pieces of content of {module}"),
        };
        let room = mapping.left_out.len() < APPS || mapping.left_out.contains_key(what.as_str());
        mapping.leave_out(OF_APPS, if room { what } else { "pieces of content of other apps".to_owned() });
        return;
    }
    let trashed = (row.status == Status::Deleted).then_some(Aside::Trashed);
    let (holder, aside) = match (row.container.map(|id| (id, tables.content.get(&id))), row.space) {
        (Some((_, None)), _) | (None, None) => {
            mapping.unplaced(OF_APPS, row.container.is_some());
            return;
        }
        (Some((_, Some(described))), _) if described.class == ContentClass::SpaceDescription => {
            of_space(mapping, described.space)
        }
        (Some((_, Some(owner))), _) if no_holder(owner).is_some() => {
            mapping.leave_out(OF_APPS, no_holder(owner).unwrap_or_default());
            return;
        }
        (Some((id, Some(_))), _) => (Holder::Content(id), None),
        (None, space) => of_space(mapping, space),
    };
    let mut fields = vec![
        (Field::Type, FoundValue::Value(Value::from("json"))),
        (Field::Number, absent_or_number(row.number)),
        (Field::Editor, absent_or(tables.name(&row.editor))),
        (Field::Edited, absent_or(row.edited.as_deref())),
    ];
    fields.extend(text_fields(tables.body(row)));
    let name = vec!["property".to_owned(), row.title.to_string()];
    let aside = trashed.or(aside);
    mapping.push(OF_APPS, Found { kind: Kind::Property, id: Some(id), holder, name, aside, fields });
}

fn of_space(mapping: &Mapping<'_>, id: Option<u64>) -> (Holder, Option<Aside>) {
    match id.and_then(|id| Some((id, mapping.tables.spaces.get(&id)?))) {
        Some((id, space)) => {
            (Holder::Key(spaces::key(space)), (!mapping.claimed.has(id)).then_some(Aside::ForeignSpace))
        }
        None => (Holder::Content(id.unwrap_or_default()), Some(Aside::Orphan)),
    }
}
