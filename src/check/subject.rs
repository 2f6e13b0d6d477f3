//! What a finding is about, and whether everybody may know.

use std::collections::BTreeMap;

use super::tail::{elements, words};
use crate::model::{Field, Item, Key, Kind, Subject};
use crate::reading::{Alignment, Row};

/// Whether a key names content that not everybody may see.
pub(super) fn restricted(alignment: &Alignment<'_>, key: &Key) -> bool {
    let item = Item { kind: Kind::Page, key: key.clone(), id: None, aside: None, fields: BTreeMap::new() };
    alignment.restricted(&item)
}

/// What a row is about, for its findings.
pub(super) fn subject(alignment: &Alignment<'_>, row: &Row<'_>) -> Subject {
    let Some(item) = row.any() else { return Subject::default() };
    let sides = [row.manifest, row.inventory, row.observation];
    let elements = elements(&item.key);
    let own: Vec<String> = match alignment.content(item) {
        Some(content) => {
            let length = content.key.segments().len();
            let below = elements.iter().filter(|element| element.end > length).map(words);
            alignment.path(content).into_iter().chain(below).collect()
        }
        None => match item.text(Field::Title) {
            Some(title) => vec![title.to_owned()],
            None => elements.iter().map(words).collect(),
        },
    };
    let space = elements.first().filter(|first| matches!(first.word, "space" | "page" | "blog-post" | "template"));
    Subject {
        kind: Some(item.kind),
        key: Some(item.key.clone()),
        id: sides.into_iter().flatten().find_map(|item| item.id),
        space: space
            .and_then(|first| first.arguments.first())
            .filter(|key| !key.is_empty())
            .map(|key| (*key).to_owned()),
        title: own,
        restricted: sides.into_iter().flatten().any(|item| alignment.restricted(item)),
    }
}
