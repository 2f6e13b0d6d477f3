//! What users say of themselves (docs/confluence.md, C24).

use super::content::{absent_or, absent_or_number, text_fields};
use super::tables::Spine;
use super::work::Mapping;
use crate::model::{Field, Kind};
use crate::reading::{Found, Holder};
use crate::runs::SpillError;

const CLASS: &str = "PersonalInformation";

pub(super) fn map(mapping: &mut Mapping<'_>, id: u64, row: &Spine) -> Result<(), SpillError> {
    let tables = mapping.places.tables;
    if row.original.is_some() {
        mapping.leave_out(CLASS, "older versions of profiles");
        return Ok(());
    }
    let owner = tables.name_or_key(row.whose);
    let mut fields = vec![
        (Field::Number, absent_or_number(row.number)),
        (Field::Created, absent_or(row.created.text().as_deref())),
        (Field::Editor, absent_or(tables.name(row.editor))),
        (Field::Edited, absent_or(row.edited.text().as_deref())),
    ];
    fields.extend(text_fields(row));
    let name = vec!["profile".to_owned(), owner.unwrap_or_default().to_owned()];
    let found = Found { kind: Kind::Profile, id: Some(id), holder: Holder::None, name, aside: None, fields };
    mapping.push(CLASS, found)
}
