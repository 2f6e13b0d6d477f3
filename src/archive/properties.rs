//! Named values on content: those that Confluence keeps itself, and those that apps store over REST (docs/confluence.md, C23).

use serde::{Deserialize, Serialize};

use super::classes::ContentClass;
use super::content::{absent_or, absent_or_number, text_fields};
use super::loaded::Loaded;
use super::places::Places;
use super::rows::{Taken, digested, id, push};
use super::tables::{Owned, Spine, Status, Text, Word, Words};
use super::work::Mapping;
use crate::model::{Aside, Field, Kind, Value};
use crate::package::Object;
use crate::reading::{Found, FoundValue, Holder};
use crate::runs::SpillError;

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
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Property {
    name: Box<str>,
    /// Its place in [`SORTS`].
    sort: u8,
    value: Option<Text>,
    owner: Option<u64>,
}

impl Owned for Property {
    fn owner(&mut self) -> &mut Option<u64> {
        &mut self.owner
    }
}

/// What a value can be, and where it is written then.
const SORTS: [(&str, &str); 3] = [("text", "stringValue"), ("number", "longValue"), ("date", "dateValue")];

/// Takes a property that is no part of an item.
pub(super) fn take(tables: &mut Loaded, own: u64, object: Object<'_>) -> Taken {
    let name = object.text("name").unwrap_or_default();
    let why = if RESTLESS.contains(&name) || name.starts_with("macro-count.") {
        Some("properties that change without any edit")
    } else {
        STORED.contains(&name).then_some("properties that say how a file is stored")
    };
    if let Some(why) = why {
        *tables.left_out.entry(why.into()).or_default() += 1;
        return Taken::Ignored;
    }
    let value = (0..).zip(SORTS).find_map(|(sort, (_, name))| Some((sort, object.filled(name)?)));
    let row = Property {
        name: name.into(),
        sort: value.map_or(0, |(sort, _)| sort),
        value: digested(value.map(|(_, text)| text)),
        owner: id(object, "content"),
    };
    push(&mut tables.more_properties, own, &row)
}

/// The module key of content of an app.
pub(super) fn module(words: &mut Words, object: Object<'_>) -> Word {
    let key = object.filled("pluginModuleKey").unwrap_or("an app that it doesn't name");
    words.number(key.get(..200).unwrap_or(key))
}

/// Maps the properties that Confluence keeps itself.
pub(super) fn map(mapping: &mut Mapping<'_>) -> Result<(), SpillError> {
    let tables = mapping.places.tables;
    mapping.each(
        &tables.more_properties,
        |_| OWN,
        |mapping, _, row| {
            let owner = row.owner.map(|id| tables.spine(id)).transpose()?.flatten();
            let Some((id, owner)) = row.owner.zip(owner) else {
                mapping.accounts.damaged(OWN);
                if row.owner.is_none() {
                    mapping.damages.property_without_owner();
                }
                return Ok(());
            };
            if let Some(what) = no_holder(&owner) {
                mapping.leave_out(OWN, what);
                return Ok(());
            }
            let sort = SORTS.get(usize::from(row.sort)).map_or("text", |(sort, _)| sort);
            let mut fields = vec![(Field::Type, FoundValue::Value(Value::from(sort)))];
            fields.extend(super::content::digest_fields(row.value));
            let (holder, name) = (Holder::Content(id), vec!["property".to_owned(), row.name.to_string()]);
            mapping.push(OWN, Found { kind: Kind::Property, id: None, holder, name, aside: None, fields })
        },
    )
}

/// Why properties of this content make no items, if they don't.
fn no_holder(owner: &Spine) -> Option<&'static str> {
    if owner.class.is_no_page() {
        Some("properties of descriptions and of content of apps")
    } else if owner.original.is_some() && owner.status != Status::Draft {
        Some("properties of older versions")
    } else {
        None
    }
}

/// Whether an item is made of content of an app: it is the property of other content.
pub(super) fn is_property(words: &Words, row: &Spine) -> bool {
    row.class == ContentClass::Custom
        && row.original.is_none()
        && row.status != Status::Draft
        && row.module.is_some_and(|module| words.text(module).ends_with(STORAGE))
}

/// Maps content of an app: a property, or something that is counted by the name of its app.
pub(super) fn of_app(mapping: &mut Mapping<'_>, id: u64, row: &Spine) -> Result<(), SpillError> {
    let tables = mapping.places.tables;
    if !is_property(&tables.words, row) {
        let module = row.module.map_or("", |module| tables.words.text(module));
        let what = match module.ends_with(STORAGE) {
            true => "older or unpublished properties of apps".to_owned(),
            false => format!("pieces of content of {module}"),
        };
        let room = mapping.left_out.len() < APPS || mapping.left_out.contains_key(what.as_str());
        mapping.leave_out(OF_APPS, if room { what } else { "pieces of content of other apps".to_owned() });
        return Ok(());
    }
    let container = row.container.map(|id| tables.spine(id)).transpose()?;
    let (holder, aside) = match (row.container.zip(container), row.space) {
        (Some((_, None)), _) | (None, None) => {
            mapping.unplaced(OF_APPS, row.container.is_some());
            return Ok(());
        }
        (Some((_, Some(described))), _) if described.class == ContentClass::SpaceDescription => {
            of_space(mapping.places, described.space)
        }
        (Some((id, Some(owner))), _) => match no_holder(&owner) {
            Some(what) => {
                mapping.leave_out(OF_APPS, what);
                return Ok(());
            }
            None => (Holder::Content(id), None),
        },
        (None, space) => of_space(mapping.places, space),
    };
    let mut fields = vec![
        (Field::Type, FoundValue::Value(Value::from("json"))),
        (Field::Number, absent_or_number(row.number)),
        (Field::Editor, absent_or(tables.name(row.editor))),
        (Field::Edited, absent_or(row.edited.text().as_deref())),
    ];
    fields.extend(text_fields(row));
    let title = tables.content.get(id)?.map(|content| content.title.to_string());
    let name = vec!["property".to_owned(), title.unwrap_or_default()];
    let trashed = (row.status == Status::Deleted).then_some(Aside::Trashed);
    let aside = trashed.or(aside);
    mapping.push(OF_APPS, Found { kind: Kind::Property, id: Some(id), holder, name, aside, fields })
}

fn of_space(places: &Places<'_>, id: Option<u64>) -> (Holder, Option<Aside>) {
    match places.on_space(id) {
        Some((key, aside)) => (Holder::Key(key), aside),
        None => (Holder::Content(id.unwrap_or_default()), Some(Aside::Orphan)),
    }
}
