//! What a restore into a newer Confluence changes on purpose: it rewrites the text of content, and keeps the old text as a version.

use super::form::same_text;
use crate::model::{Field, Item, Key, Kind, Presence, Value};
use crate::reading::{Alignment, ReadError};

/// Fields that an upgrade changes on the live row.
pub(super) const REWRITTEN: [Field; 6] =
    [Field::Body, Field::BodyBytes, Field::Edited, Field::Editor, Field::Number, Field::Note];

/// Whether an upgrade rewrote this content: it has a higher number than was claimed, and the history of the copy holds the text that was claimed, under the
/// number that was claimed.
pub(super) fn is_upgraded(alignment: &Alignment<'_>, expected: &Item, actual: &Item) -> Result<bool, ReadError> {
    let content = matches!(expected.kind, Kind::Page | Kind::BlogPost | Kind::Comment);
    if !alignment.across_versions || !content {
        return Ok(false);
    }
    let (Some(claimed), Some(shown)) = (number(expected), number(actual)) else { return Ok(false) };
    let (Some(copy), Presence::Seen(_)) = (alignment.observation(), expected.get(Field::Body)) else {
        return Ok(false);
    };
    if shown <= claimed {
        return Ok(false);
    }
    let version = copy.reading.get(Kind::Version, &actual.key.with(Key::of_version(claimed)))?;
    Ok(version.is_some_and(|version| same_text(alignment, &version, expected)))
}

/// Whether a version that nobody claimed is what an upgrade put aside: it has the number of the live row that was claimed, or a higher one.
pub(super) fn is_put_aside(alignment: &Alignment<'_>, version: &Item) -> Result<bool, ReadError> {
    if !alignment.across_versions || version.kind != Kind::Version {
        return Ok(false);
    }
    let [holder @ .., _, number_of] = version.key.segments() else { return Ok(false) };
    let Ok(own) = number_of.parse::<u64>() else { return Ok(false) };
    let holder = Key::new(holder.iter().cloned());
    for kind in [Kind::Page, Kind::BlogPost, Kind::Comment] {
        if let Some(claimed) = alignment.manifest().reading.get(kind, &holder)? {
            return Ok(number(&claimed).is_some_and(|claimed| claimed <= own));
        }
    }
    Ok(false)
}

fn number(item: &Item) -> Option<u64> {
    match item.get(Field::Number) {
        Presence::Seen(Value::Number(number)) => u64::try_from(*number).ok(),
        _ => None,
    }
}
