//! What a finding is about, and whether everybody may know.

use super::tail::words;
use crate::model::{Field, Kind, Subject, elements};
use crate::reading::{Alignment, ReadError, Row};

/// What a row is about, for its findings.
pub(super) fn subject(alignment: &Alignment<'_>, row: &Row) -> Result<Subject, ReadError> {
    let Some(item) = row.any() else { return Ok(Subject::default()) };
    let elements = elements(&item.key);
    let content = alignment.content(&item.key)?;
    let own: Vec<String> = match &content {
        Some(content) => {
            let length = content.key.segments().len();
            let below = elements.iter().filter(|element| element.end > length).map(words);
            alignment.path(content)?.into_iter().chain(below).collect()
        }
        None => match item.text(Field::Title) {
            Some(title) => vec![title.to_owned()],
            None => elements.iter().map(words).collect(),
        },
    };
    let space = elements.first().filter(|first| matches!(first.word, "space" | "page" | "blog-post" | "template"));
    let mut restricted = false;
    for item in row.items() {
        restricted = restricted || alignment.restricted(&item.key)?;
    }
    // What has no id of its own (a label, a restriction) is found by that of the page it is on.
    let without = !item.kind.is_content() && item.kind != Kind::Version;
    let of_holder = content.filter(|_| without).and_then(|content| content.id);
    Ok(Subject {
        kind: Some(item.kind),
        key: Some(item.key.clone()),
        id: row.items().find_map(|item| item.id).or(of_holder),
        space: space
            .and_then(|first| first.arguments.first())
            .filter(|key| !key.is_empty())
            .map(|key| (*key).to_owned()),
        title: own,
        restricted,
    })
}
