//! Watches: who is told of changes to what (docs/confluence.md, C22).

use serde::{Deserialize, Serialize};

use super::classes::ContentClass;
use super::loaded::Loaded;
use super::places::Places;
use super::rows::{Taken, id, push, who};
use super::tables::{Status, Who, Word};
use super::times::Time;
use super::work::Mapping;
use crate::model::{Aside, Field, Key, Kind};
use crate::package::Object;
use crate::reading::{Found, Holder};
use crate::runs::SpillError;

pub(super) const CLASS: &str = "Notification";

/// One watch, as it is written.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(super) struct Watch {
    user: Who,
    content: Option<u64>,
    space: Option<u64>,
    label: Option<u64>,
    /// What kind of content it is for; of the site also `network` and `digest`.
    sort: Option<Word>,
    created: Time,
}

pub(super) fn take(tables: &mut Loaded, own: u64, object: Object<'_>) -> Taken {
    let user = who(&mut tables.words, object, "receiver", "userName");
    let flag = |name: &'static str| object.text(name).filter(|text| *text == "true").map(|_| name);
    let sort = object.filled("type").or(flag("network")).or(flag("digest"));
    let row = Watch {
        user,
        // `page` up to 4.x.
        content: id(object, "content").or_else(|| id(object, "page")),
        space: id(object, "space"),
        label: id(object, "label"),
        sort: sort.map(|word| tables.words.number(&word.to_ascii_lowercase())),
        created: Time::of(object.text("creationDate")),
    };
    push(&mut tables.watches, own, &row)
}

pub(super) fn map(mapping: &mut Mapping<'_>) -> Result<(), SpillError> {
    let tables = mapping.places.tables;
    mapping.each(
        &tables.watches,
        |_| CLASS,
        |mapping, _, row| {
            let Some(user) = tables.name_or_key(row.user) else {
                mapping.unplaced(CLASS, row.user != Who::Nobody);
                return Ok(());
            };
            let (holder, aside) = match holder(mapping.places, &row)? {
                Watched::This(holder, aside) => (holder, aside),
                Watched::LeftOut(what) => {
                    mapping.leave_out(CLASS, what);
                    return Ok(());
                }
                Watched::Gone => {
                    mapping.unplaced(CLASS, true);
                    return Ok(());
                }
            };
            // What is watched says it all where it is a page; up to 4.x nothing else is written there.
            let sort = row.sort.filter(|_| !matches!(holder, Holder::Content(_))).map(|sort| tables.words.text(sort));
            let name = ["watch", user, sort.unwrap_or_default()].map(str::to_owned).to_vec();
            let fields = vec![(Field::Created, super::content::absent_or(row.created.text().as_deref()))];
            mapping.push(CLASS, Found { kind: Kind::Watch, id: None, holder, name, aside, fields })
        },
    )
}

/// What is watched.
enum Watched {
    This(Holder, Option<Aside>),
    /// Something of which no item is made.
    LeftOut(&'static str),
    /// Something that isn't in the package.
    Gone,
}

fn holder(places: &Places<'_>, row: &Watch) -> Result<Watched, SpillError> {
    let tables = places.tables;
    if let Some(id) = row.content {
        let Some(content) = tables.spine(id)? else { return Ok(Watched::Gone) };
        return Ok(match content.class {
            // Cloud's way to watch a space.
            ContentClass::SpaceDescription => of_space(places, content.space),
            class if class.is_no_page() => Watched::LeftOut("watches of content of apps"),
            _ if content.original.is_some() && content.status != Status::Draft => {
                Watched::LeftOut("watches of older versions")
            }
            _ => Watched::This(Holder::Content(id), None),
        });
    }
    if row.space.is_some() {
        return Ok(of_space(places, row.space));
    }
    Ok(match row.label.map(|id| tables.labels.get(&id)) {
        Some(Some(label)) => {
            let name = format!("{}:{}", tables.words.text(label.namespace), label.name);
            Watched::This(Holder::Key(Key::new(["label".to_owned(), name])), None)
        }
        Some(None) => Watched::Gone,
        None => Watched::This(Holder::None, None),
    })
}

fn of_space(places: &Places<'_>, id: Option<u64>) -> Watched {
    places.on_space(id).map_or(Watched::Gone, |(key, aside)| Watched::This(Holder::Key(key), aside))
}
