//! Tasks of the table that Cloud puts beside the content. Data Center keeps its own in the data of an app, which is not read
//! (docs/confluence.md, C24).

use super::content::{absent_or, digest_fields};
use super::load::{Taken, digits, id, put, text, who};
use super::tables::{Status, Tables, Text, Who};
use super::work::Mapping;
use crate::model::{Field, Kind};
use crate::package::Object;
use crate::reading::{Found, Holder};

pub(super) const CLASS: &str = "InlineTask";

/// One row of the table.
#[derive(Debug)]
pub(super) struct Task {
    content: Option<u64>,
    /// Its number within its content.
    number: Box<str>,
    status: Option<&'static str>,
    text: Text,
    author: Who,
    assignee: Who,
    created: Option<Box<str>>,
    edited: Option<Box<str>>,
    due: Option<Box<str>>,
}

pub(super) fn take(tables: &mut Tables, own: u64, object: Object<'_>) -> Taken {
    // A time in a form that isn't known is kept as it is.
    let time = |name: &str| digits(object, name).or_else(|| object.filled(name).map(Box::from));
    let row = Task {
        content: id(object, "content"),
        number: object.text("taskId").unwrap_or_default().into(),
        status: match object.text("status") {
            Some("CHECKED") => Some("done"),
            Some("UNCHECKED") => Some("open"),
            _ => None,
        },
        text: text(object, "body"),
        author: who(tables, object, "creator", "creatorName"),
        assignee: who(tables, object, "assignee", "assigneeName"),
        created: time("creationDate"),
        edited: time("updateDate"),
        due: time("dueDate"),
    };
    put(&mut tables.tasks, own, row)
}

pub(super) fn map(mapping: &mut Mapping<'_>) {
    let tables = mapping.tables;
    for row in tables.tasks.values() {
        let Some((id, content)) = row.content.and_then(|id| Some((id, tables.content.get(&id)?))) else {
            mapping.unplaced(CLASS, row.content.is_some());
            continue;
        };
        if content.class.is_no_page() || content.original.is_some() && content.status != Status::Draft {
            mapping.leave_out(CLASS, "tasks of older versions and of content of apps");
            continue;
        }
        let mut fields = vec![
            (Field::Status, absent_or(row.status)),
            (Field::Author, absent_or(tables.name(&row.author))),
            (Field::Assignee, absent_or(tables.name(&row.assignee))),
            (Field::Created, absent_or(row.created.as_deref())),
            (Field::Edited, absent_or(row.edited.as_deref())),
            (Field::Due, absent_or(row.due.as_deref())),
        ];
        fields.extend(digest_fields(row.text.as_ref()));
        let (holder, name) = (Holder::Content(id), vec!["task".to_owned(), format!("{:0>6}", row.number)]);
        mapping.push(CLASS, Found { kind: Kind::Task, id: None, holder, name, aside: None, fields });
    }
}
