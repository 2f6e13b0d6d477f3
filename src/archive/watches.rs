//! Watches: who is told of changes to what (docs/confluence.md, C22).

use super::classes::ContentClass;
use super::load::{Taken, digits, id, put, who};
use super::spaces;
use super::tables::{Status, Tables, Who};
use super::work::Mapping;
use crate::model::{Aside, Field, Key, Kind};
use crate::package::Object;
use crate::reading::{Found, Holder};

pub(super) const CLASS: &str = "Notification";

/// One watch, as it is written.
#[derive(Debug)]
pub(super) struct Watch {
    user: Who,
    content: Option<u64>,
    space: Option<u64>,
    label: Option<u64>,
    /// What kind of content it is for; of the site also `network` and `digest`.
    sort: Option<std::sync::Arc<str>>,
    created: Option<Box<str>>,
}

pub(super) fn take(tables: &mut Tables, own: u64, object: Object<'_>) -> Taken {
    let user = who(tables, object, "receiver", "userName");
    let flag = |name: &'static str| object.text(name).filter(|text| *text == "true").map(|_| name);
    let sort = object.filled("type").or(flag("network")).or(flag("digest"));
    let row = Watch {
        user,
        // `page` up to 4.x.
        content: id(object, "content").or_else(|| id(object, "page")),
        space: id(object, "space"),
        label: id(object, "label"),
        sort: sort.map(|word| tables.words.word(&word.to_ascii_lowercase())),
        created: digits(object, "creationDate"),
    };
    put(&mut tables.watches, own, row)
}

pub(super) fn map(mapping: &mut Mapping<'_>) {
    let tables = mapping.tables;
    for row in tables.watches.values() {
        let Some(user) = tables.name_or_key(&row.user) else {
            mapping.unplaced(CLASS, row.user != Who::Nobody);
            continue;
        };
        let (holder, aside) = match holder(mapping, row) {
            Ok(place) => place,
            Err(Some(what)) => {
                mapping.leave_out(CLASS, what);
                continue;
            }
            Err(None) => {
                mapping.unplaced(CLASS, true);
                continue;
            }
        };
        // What is watched says it all where it is a page; up to 4.x nothing else is written there.
        let sort = row.sort.as_deref().filter(|_| !matches!(holder, Holder::Content(_))).unwrap_or_default();
        let name = ["watch", user, sort].map(str::to_owned).to_vec();
        let fields = vec![(Field::Created, super::content::absent_or(row.created.as_deref()))];
        mapping.push(CLASS, Found { kind: Kind::Watch, id: None, holder, name, aside, fields });
    }
}

/// What is watched. `Err`: why no item is made of it, and nothing where it isn't in the package.
fn holder(mapping: &Mapping<'_>, row: &Watch) -> Result<(Holder, Option<Aside>), Option<&'static str>> {
    let tables = mapping.tables;
    if let Some(id) = row.content {
        let content = tables.content.get(&id).ok_or(None)?;
        return match content.class {
            // Cloud's way to watch a space.
            ContentClass::SpaceDescription => of_space(mapping, content.space),
            class if class.is_no_page() => Err(Some("watches of content of apps")),
            _ if content.original.is_some() && content.status != Status::Draft => {
                Err(Some("watches of older versions"))
            }
            _ => Ok((Holder::Content(id), None)),
        };
    }
    if row.space.is_some() {
        return of_space(mapping, row.space);
    }
    match row.label {
        Some(id) => {
            let label = tables.labels.get(&id).ok_or(None)?;
            Ok((Holder::Key(Key::new(["label".to_owned(), format!("{}:{}", label.namespace, label.name)])), None))
        }
        None => Ok((Holder::None, None)),
    }
}

fn of_space(mapping: &Mapping<'_>, id: Option<u64>) -> Result<(Holder, Option<Aside>), Option<&'static str>> {
    let id = id.ok_or(None)?;
    let space = mapping.tables.spaces.get(&id).ok_or(None)?;
    Ok((Holder::Key(spaces::key(space)), (!mapping.claimed.has(id)).then_some(Aside::ForeignSpace)))
}
