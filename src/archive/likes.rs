//! Likes (docs/confluence.md, C22).

use serde::{Deserialize, Serialize};

use super::content::absent_or;
use super::loaded::Loaded;
use super::rows::{Taken, id, push, who};
use super::tables::{Status, Who};
use super::times::Time;
use super::work::Mapping;
use crate::model::{Field, Kind};
use crate::package::Object;
use crate::reading::{Found, Holder};
use crate::runs::SpillError;

pub(super) const CLASS: &str = "LikeEntity";

/// One like, as it is written.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(super) struct Like {
    user: Who,
    content: Option<u64>,
    /// Cloud keeps likes that were taken back.
    taken_back: bool,
    created: Time,
}

pub(super) fn take(tables: &mut Loaded, own: u64, object: Object<'_>) -> Taken {
    let row = Like {
        user: who(&mut tables.words, object, "user", "userName"),
        content: id(object, "content"),
        taken_back: object.text("liked").is_some_and(|text| text.eq_ignore_ascii_case("false")),
        created: Time::of(object.text("creationDate")),
    };
    push(&mut tables.likes, own, &row)
}

pub(super) fn map(mapping: &mut Mapping<'_>) -> Result<(), SpillError> {
    let tables = mapping.places.tables;
    mapping.each(
        &tables.likes,
        |_| CLASS,
        |mapping, _, row| {
            if row.taken_back {
                mapping.leave_out(CLASS, "likes that were taken back");
                return Ok(());
            }
            let content = row.content.map(|id| tables.spine(id)).transpose()?.flatten();
            let (Some(id), Some(content), Some(user)) = (row.content, content, tables.name_or_key(row.user)) else {
                mapping.unplaced(CLASS, row.content.is_some() && row.user != Who::Nobody);
                return Ok(());
            };
            if content.class.is_no_page() {
                mapping.leave_out(CLASS, "likes of content of apps");
            } else if content.original.is_some() && content.status != Status::Draft {
                mapping.leave_out(CLASS, "likes of older versions");
            } else {
                let name = ["like", user].map(str::to_owned).to_vec();
                let fields = vec![(Field::Created, absent_or(row.created.text().as_deref()))];
                let holder = Holder::Content(id);
                mapping.push(CLASS, Found { kind: Kind::Like, id: None, holder, name, aside: None, fields })?;
            }
            Ok(())
        },
    )
}
