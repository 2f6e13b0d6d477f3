//! Tasks of the table that Cloud puts beside the content. Data Center keeps its own in the data of an app, which is not read
//! (docs/confluence.md, C24).

use serde::{Deserialize, Serialize};

use super::content::{absent_or, digest_fields};
use super::loaded::Loaded;
use super::rows::{Taken, digested, id, push, who};
use super::tables::{Status, Text, Who};
use super::work::Mapping;
use crate::model::{Field, Kind, wall_clock};
use crate::package::Object;
use crate::reading::{Found, Holder};
use crate::runs::SpillError;

pub(super) const CLASS: &str = "InlineTask";

/// One row of the table.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Task {
    content: Option<u64>,
    /// Its number within its content.
    number: Box<str>,
    done: Option<bool>,
    text: Option<Text>,
    author: Who,
    assignee: Who,
    created: Option<Box<str>>,
    edited: Option<Box<str>>,
    due: Option<Box<str>>,
}

pub(super) fn take(tables: &mut Loaded, own: u64, object: Object<'_>) -> Taken {
    // A time in a form that isn't known is kept as it is.
    let time =
        |name: &str| Some(object.filled(name).and_then(wall_clock).map_or(object.filled(name)?.into(), Box::from));
    let row = Task {
        content: id(object, "content"),
        number: object.text("taskId").unwrap_or_default().into(),
        done: match object.text("status") {
            Some("CHECKED") => Some(true),
            Some("UNCHECKED") => Some(false),
            _ => None,
        },
        text: digested(object.text("body")),
        author: who(&mut tables.words, object, "creator", "creatorName"),
        assignee: who(&mut tables.words, object, "assignee", "assigneeName"),
        created: time("creationDate"),
        edited: time("updateDate"),
        due: time("dueDate"),
    };
    push(&mut tables.tasks, own, &row)
}

pub(super) fn map(mapping: &mut Mapping<'_>) -> Result<(), SpillError> {
    let tables = mapping.places.tables;
    mapping.each(
        &tables.tasks,
        |_| CLASS,
        |mapping, _, row| {
            let content = row.content.map(|id| tables.spine(id)).transpose()?.flatten();
            let Some((id, content)) = row.content.zip(content) else {
                mapping.unplaced(CLASS, row.content.is_some());
                return Ok(());
            };
            if content.class.is_no_page() || content.original.is_some() && content.status != Status::Draft {
                mapping.leave_out(CLASS, "tasks of older versions and of content of apps");
                return Ok(());
            }
            let mut fields = vec![
                (Field::Status, absent_or(row.done.map(|done| if done { "done" } else { "open" }))),
                (Field::Author, absent_or(tables.name(row.author))),
                (Field::Assignee, absent_or(tables.name(row.assignee))),
                (Field::Created, absent_or(row.created.as_deref())),
                (Field::Edited, absent_or(row.edited.as_deref())),
                (Field::Due, absent_or(row.due.as_deref())),
            ];
            fields.extend(digest_fields(row.text));
            let (holder, name) = (Holder::Content(id), vec!["task".to_owned(), format!("{:0>6}", row.number)]);
            mapping.push(CLASS, Found { kind: Kind::Task, id: None, holder, name, aside: None, fields })
        },
    )
}
