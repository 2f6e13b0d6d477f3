//! What users say of themselves (docs/confluence.md, C24).

use super::content::{absent_or, absent_or_number, text_fields};
use super::load::who;
use super::tables::{Content, Tables};
use super::work::Mapping;
use crate::model::{Field, Kind};
use crate::package::Object;
use crate::reading::{Found, Holder};

const CLASS: &str = "PersonalInformation";

/// Takes whose profile this content is.
pub(super) fn take_owner(tables: &mut Tables, own: u64, object: Object<'_>) {
    let owner = who(tables, object, "user", "username");
    tables.profiles.insert(own, owner);
}

pub(super) fn map(mapping: &mut Mapping<'_>, id: u64, row: &Content) {
    let tables = mapping.tables;
    if row.original.is_some() {
        mapping.leave_out(CLASS, "older versions of profiles");
        return;
    }
    let owner = tables.profiles.get(&id).and_then(|owner| tables.name_or_key(owner));
    let mut fields = vec![
        (Field::Number, absent_or_number(row.number)),
        (Field::Created, absent_or(row.created.as_deref())),
        (Field::Editor, absent_or(tables.name(&row.editor))),
        (Field::Edited, absent_or(row.edited.as_deref())),
    ];
    fields.extend(text_fields(tables.body(row)));
    let name = vec!["profile".to_owned(), owner.unwrap_or_default().to_owned()];
    let found = Found { kind: Kind::Profile, id: Some(id), holder: Holder::None, name, aside: None, fields };
    mapping.push(CLASS, found);
}
