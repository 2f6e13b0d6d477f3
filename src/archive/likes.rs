//! Likes (docs/confluence.md, C22).

use super::content::absent_or;
use super::load::{Taken, digits, id, put, who};
use super::tables::{Status, Tables, Who};
use super::work::Mapping;
use crate::model::{Field, Kind};
use crate::package::Object;
use crate::reading::{Found, Holder};

pub(super) const CLASS: &str = "LikeEntity";

/// One like, as it is written.
#[derive(Debug)]
pub(super) struct Like {
    user: Who,
    content: Option<u64>,
    /// Cloud keeps likes that were taken back.
    taken_back: bool,
    created: Option<Box<str>>,
}

pub(super) fn take(tables: &mut Tables, own: u64, object: Object<'_>) -> Taken {
    let row = Like {
        user: who(tables, object, "user", "userName"),
        content: id(object, "content"),
        taken_back: object.text("liked").is_some_and(|text| text.eq_ignore_ascii_case("false")),
        created: digits(object, "creationDate"),
    };
    put(&mut tables.likes, own, row)
}

pub(super) fn map(mapping: &mut Mapping<'_>) {
    let tables = mapping.tables;
    for row in tables.likes.values() {
        if row.taken_back {
            mapping.leave_out(CLASS, "likes that were taken back");
            continue;
        }
        let content = row.content.and_then(|id| Some((id, tables.content.get(&id)?)));
        let (Some((id, content)), Some(user)) = (content, tables.name_or_key(&row.user)) else {
            mapping.unplaced(CLASS, row.content.is_some() && row.user != Who::Nobody);
            continue;
        };
        if content.class.is_no_page() {
            mapping.leave_out(CLASS, "likes of content of apps");
        } else if content.original.is_some() && content.status != Status::Draft {
            mapping.leave_out(CLASS, "likes of older versions");
        } else {
            let name = ["like", user].map(str::to_owned).to_vec();
            let fields = vec![(Field::Created, absent_or(row.created.as_deref()))];
            let holder = Holder::Content(id);
            mapping.push(CLASS, Found { kind: Kind::Like, id: None, holder, name, aside: None, fields });
        }
    }
}
