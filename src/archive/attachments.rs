//! Attachments and their older versions, with the bytes of their files (docs/confluence.md, C15).

use super::content::{absent_or, absent_or_number, authorship};
use super::files::FileRead;
use super::places::{Made, Places};
use super::spaces::status;
use super::tables::Content;
use crate::model::{Field, Kind, Value};
use crate::reading::FoundValue;

/// What an attachment or an older version of one shows.
pub(super) fn fields(
    places: &Places<'_>,
    row: &Content,
    made: &Made,
    file: Option<&FileRead>,
) -> Vec<(Field, FoundValue)> {
    let spine = &row.spine;
    let media_type = spine.media_type.map(|word| places.tables.words.text(word));
    let mut fields = vec![
        (Field::Number, absent_or_number(spine.number)),
        (Field::Note, absent_or(row.note.as_deref())),
        (Field::MediaType, absent_or(media_type)),
        (Field::Bytes, absent_or_number(file.map(|file| i64::try_from(file.bytes).unwrap_or(i64::MAX)))),
        (Field::Digest, absent_or(file.map(FileRead::digest).as_ref().map(|digest| digest.as_str()))),
    ];
    if made.kind == Kind::Version {
        fields.push((Field::Editor, absent_or(places.tables.name(spine.editor))));
        fields.push((Field::Edited, absent_or(spine.edited.text().as_deref())));
    } else {
        fields.push((Field::Title, absent_or(Some(&row.title))));
        fields.push((Field::Status, FoundValue::Value(Value::from(status(spine.status)))));
        fields.extend(authorship(places, spine));
    }
    fields
}
