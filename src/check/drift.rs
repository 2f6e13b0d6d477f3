//! What changed at the source after the backup began: no loss, but exposure, since a restore of this backup would lose it.
//!
//! Only what is dated after the backup began is excused, and what was there before must be there: the version that was live then, under its number and
//! with its text. What the source lacks by now is told, whenever it went. All dates are digits of one clock, that of the source (docs/confluence.md, C7).

use crate::model::{Drift, Field, Item, Key, Kind, Presence};
use crate::reading::{Alignment, ReadError};

/// Hours that a clock may be ahead of the capture, zones included. What is dated later has a wrong date, which excuses nothing.
const AHEAD: i64 = 26;

/// Whether an item that the copy lacks was made at the source after the backup began; for an older version also where the copy has it as its live one.
pub(super) fn made_since(alignment: &Alignment<'_>, item: &Item) -> Result<Option<Drift>, ReadError> {
    let Some(cut) = &alignment.cut else { return Ok(None) };
    let field = if item.kind == Kind::Version { Field::Edited } else { Field::Created };
    if let Some(at) = item.text(field).filter(|at| is_after(at, cut, alignment)) {
        let edits = item.number(Field::Number).and_then(|number| u64::try_from(number).ok()).unwrap_or(1).max(1);
        return Ok(Some(Drift { edits, items: 1, oldest: Some(at.to_owned()) }));
    }
    if item.kind != Kind::Version {
        return Ok(None);
    }
    let Some((holder, number)) = version_of(&item.key) else { return Ok(None) };
    for kind in CONTENT {
        let live = alignment.observation().map(|copy| copy.reading.get(kind, &holder)).transpose()?.flatten();
        let claimed = alignment.manifest().reading.get(kind, &holder)?;
        if let (Some(live), Some(claimed)) = (live, claimed) {
            let same = live.number(Field::Number) == Some(number) && same_content(item, &live);
            let moved = claimed.text(Field::Edited).is_some_and(|at| is_after(at, cut, alignment));
            return Ok((same && moved).then(Drift::default));
        }
    }
    Ok(None)
}

/// Whether content that both sides have was edited at the source after the backup began, and the copy has it as it was before.
pub(super) fn edited_since(
    alignment: &Alignment<'_>,
    expected: &Item,
    actual: &Item,
) -> Result<Option<Drift>, ReadError> {
    let Some(cut) = alignment.cut.as_ref().filter(|_| CONTENT.contains(&expected.kind)) else { return Ok(None) };
    let (Some(claimed), Some(shown)) = (expected.number(Field::Number), actual.number(Field::Number)) else {
        return Ok(None);
    };
    if claimed <= shown || !expected.text(Field::Edited).is_some_and(|at| is_after(at, cut, alignment)) {
        return Ok(None);
    }
    let version = |number: i64| {
        let key = expected.key.with(Key::of_version(number));
        alignment.manifest().reading.get(Kind::Version, &key)
    };
    let Some(then) = version(shown)? else { return Ok(None) };
    let before = then.text(Field::Edited).is_some_and(|at| !is_after(at, cut, alignment));
    // The next version came after the backup began, or the backup has one too old.
    let next = if claimed == shown + 1 { None } else { version(shown + 1)? };
    let oldest = next.as_ref().unwrap_or(expected).text(Field::Edited).map(str::to_owned);
    let since = oldest.as_ref().is_some_and(|at| is_after(at, cut, alignment));
    let edits = u64::try_from(claimed - shown).unwrap_or(1);
    Ok((before && since && same_content(&then, actual)).then_some(Drift { edits, items: 1, oldest }))
}

/// The kinds that have numbered versions.
const CONTENT: [Kind; 4] = [Kind::Page, Kind::BlogPost, Kind::Comment, Kind::Attachment];

/// Whether digits of the source's clock are later than the backup's beginning, and not later than the source can have been read.
fn is_after(at: &str, cut: &str, alignment: &Alignment<'_>) -> bool {
    let ended = &alignment.manifest().reading.header.ended;
    at > cut && hours_between(ended, at).is_none_or(|hours| hours <= AHEAD)
}

/// Whole hours from one time to another; zones are dropped.
fn hours_between(from: &str, to: &str) -> Option<i64> {
    let parsed = |text: &str| text.trim_end_matches('Z').parse::<jiff::civil::DateTime>().ok();
    Some(parsed(to)?.duration_since(parsed(from)?).as_hours())
}

/// Whether a version and a live item are the same text, or the same bytes.
fn same_content(version: &Item, live: &Item) -> bool {
    let same = |field: Field| match (version.get(field), live.get(field)) {
        (Presence::Seen(one), Presence::Seen(other)) => Some(one == other),
        (Presence::Absent, Presence::Absent) => Some(true),
        (Presence::NotObservable, _) | (_, Presence::NotObservable) => None,
        _ => Some(false),
    };
    let field = if matches!(live.kind, Kind::Attachment) { Field::Digest } else { Field::Body };
    same(field).unwrap_or(false)
}

/// What a version is of, and its number.
fn version_of(key: &Key) -> Option<(Key, i64)> {
    let [holder @ .., _, number] = key.segments() else { return None };
    Some((Key::new(holder.iter().cloned()), number.parse().ok()?))
}
