//! Attachments and their older versions, with the bytes of their files (docs/confluence.md, C15).

use super::classes::ContentClass;
use super::content::{absent_or, absent_or_number, authorship, draft, version_name};
use super::files::{Claims, Files};
use super::spaces::{self, status};
use super::tables::{Content, Status};
use super::work::Mapping;
use crate::model::{Aside, Field, Key, Kind, Value};
use crate::reading::{Found, FoundValue, Holder};

pub(super) fn map(mapping: &mut Mapping<'_>, claims: &Claims, files: &Files) {
    let tables = mapping.tables;
    for (id, row) in tables.content.iter().filter(|(_, row)| row.class == ContentClass::Attachment) {
        if row.status == Status::Draft {
            draft(mapping, *id, row);
            continue;
        }
        let live = row.original.map(|original| tables.live(original));
        if live.and_then(|live| tables.content.get(&live)).is_some_and(|live| live.number == row.number) {
            mapping.damages.version_clash(*id, row);
            mapping.leave_out("Attachment", "older attachments that share number and file with the newest");
            continue;
        }
        let file = claims.file(*id).and_then(|at| files.get(&at));
        let mut fields = vec![
            (Field::Number, absent_or_number(row.number)),
            (Field::Note, absent_or(row.note.as_deref())),
            (Field::MediaType, absent_or(row.media_type.as_deref())),
            (Field::Bytes, absent_or_number(file.map(|file| i64::try_from(file.bytes).unwrap_or(i64::MAX)))),
            (Field::Digest, absent_or(file.map(|file| file.digest.as_str()))),
        ];
        let found = match live {
            Some(live) => {
                fields.push((Field::Editor, absent_or(tables.name(&row.editor))));
                fields.push((Field::Edited, absent_or(row.edited.as_deref())));
                let (holder, name) = (Holder::Content(live), version_name(row.number));
                Found { kind: Kind::Version, id: Some(*id), holder, name, aside: None, fields }
            }
            None => {
                fields.push((Field::Title, absent_or(Some(&row.title))));
                fields.push((Field::Status, FoundValue::Value(Value::from(status(row.status)))));
                fields.extend(authorship(mapping, row));
                let (holder, no_page) = holder(mapping, row);
                let trashed = (row.status == Status::Deleted).then_some(Aside::Trashed);
                let name = vec!["attachment".to_owned(), row.title.to_string()];
                Found { kind: Kind::Attachment, id: Some(*id), holder, name, aside: trashed.or(no_page), fields }
            }
        };
        mapping.push("Attachment", found);
    }
}

/// What an attachment stands on, and whether REST doesn't list it there.
fn holder(mapping: &Mapping<'_>, row: &Content) -> (Holder, Option<Aside>) {
    let tables = mapping.tables;
    let id = row.container.unwrap_or_default();
    let Some(container) = tables.content.get(&id).filter(|container| container.class.is_no_page()) else {
        return (Holder::Content(id), None);
    };
    let space = container.space.and_then(|space| tables.spaces.get(&space));
    let key = match space.filter(|_| container.class == ContentClass::SpaceDescription) {
        Some(space) => spaces::key(space),
        None => Key::new(["no-page".to_owned(), id.to_string()]),
    };
    (Holder::Key(key), Some(Aside::NoPage))
}
