//! A reading with the times of another wall clock: in its fields, and in the keys that are made of times.

use std::collections::BTreeMap;

use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use super::{Gathering, Keyed, KeyedFilling, ReadError, Reading};
use crate::model::{Field, Item, Key, Kind, Value, elements};
use crate::runs::Budget;

/// Fields that hold times. When a task is due is a date of its own.
const TIMES: [Field; 2] = [Field::Created, Field::Edited];

/// Digits of one zone's wall clock as another one shows them at the same moment; `None` for what are no such digits.
pub fn on_the_clock_of(digits: &str, from: &TimeZone, to: &TimeZone) -> Option<String> {
    let there: DateTime = digits.parse().ok()?;
    let moment = from.to_ambiguous_timestamp(there).compatible().ok()?;
    Some(to.to_datetime(moment).strftime("%Y-%m-%d %H:%M:%S%.3f").to_string())
}

/// The same reading with its times on the clock of another zone.
///
/// # Errors
/// A disk that doesn't give back what was read, or doesn't take what is sorted anew.
pub fn rezoned(reading: &Reading, from: &TimeZone, to: &TimeZone) -> Result<Reading, ReadError> {
    let dates = dates(reading, from, to)?;
    let mut items = Gathering::default();
    for kind in Kind::ALL {
        for item in reading.items(kind) {
            let item = item?;
            let mut fields = BTreeMap::new();
            for (field, value) in item.fields {
                fields.insert(field, value.map(|value| moved(field, value, &dates, from, to)).transpose()?);
            }
            items.push(&Item { key: key(&item.key, &dates, from, to)?, fields, ..item });
        }
    }
    items.finish(reading.header.clone())
}

/// The date that each blog post has in its key on the other clock.
fn dates(reading: &Reading, from: &TimeZone, to: &TimeZone) -> Result<Keyed<String>, ReadError> {
    let mut dates = KeyedFilling::new(&Budget::of_reading());
    for post in reading.items(Kind::BlogPost) {
        let post = post?;
        if let Some(created) = post.text(Field::Created).and_then(|digits| on_the_clock_of(digits, from, to)) {
            dates.push(&post.key, &created.chars().take(10).collect());
        }
    }
    dates.finish()
}

fn moved(
    field: Field,
    value: Value,
    dates: &Keyed<String>,
    from: &TimeZone,
    to: &TimeZone,
) -> Result<Value, ReadError> {
    Ok(match value {
        Value::Text(digits) if TIMES.contains(&field) => {
            Value::Text(on_the_clock_of(&digits, from, to).unwrap_or(digits))
        }
        Value::Key(own) => Value::Key(key(&own, dates, from, to)?),
        Value::Named(mut all) => {
            for own in all.iter_mut().filter_map(|one| one.key.as_mut()) {
                *own = key(own, dates, from, to)?;
            }
            Value::Named(all)
        }
        other => other,
    })
}

/// A key with the date of its blog post and the times of its comments on the other clock.
fn key(own: &Key, dates: &Keyed<String>, from: &TimeZone, to: &TimeZone) -> Result<Key, ReadError> {
    let mut segments = own.segments().to_vec();
    let mut at = 0;
    for element in elements(own) {
        match element.word {
            "blog-post" => {
                let post = Key::new(own.segments().iter().take(element.end).cloned());
                if let (Some(date), Some(segment)) = (dates.get(&post)?, segments.get_mut(at + 2)) {
                    *segment = date;
                }
            }
            "comment" => {
                if let Some(segment) = segments.get_mut(at + 2)
                    && let Some(time) = on_the_clock_of(segment, from, to)
                {
                    *segment = time;
                }
            }
            _ => {}
        }
        at = element.end;
    }
    Ok(Key::new(segments))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Scope;
    use crate::reading::Header;

    fn zone(name: &str) -> TimeZone {
        TimeZone::get(name).unwrap()
    }

    #[test]
    fn summer_time_is_part_of_a_zone() {
        let (utc, berlin) = (TimeZone::UTC, zone("Europe/Berlin"));
        let there = |digits: &str| on_the_clock_of(digits, &utc, &berlin);
        assert_eq!(there("2026-01-10 23:30:00.158").as_deref(), Some("2026-01-11 00:30:00.158"));
        assert_eq!(there("2026-07-10 23:30:00.158").as_deref(), Some("2026-07-11 01:30:00.158"));
        assert_eq!(there("yesterday"), None);
        let back = on_the_clock_of("2026-07-11 01:30:00.158", &berlin, &utc);
        assert_eq!(back.as_deref(), Some("2026-07-10 23:30:00.158"));
    }

    #[test]
    fn keys_that_are_made_of_times_move_with_them() {
        let item = |kind, key: &[&str], created: &str| Item {
            kind,
            key: Key::new(key.iter().copied()),
            id: None,
            aside: None,
            fields: BTreeMap::from([(Field::Created, Some(Value::from(created)))]),
        };
        let post = ["blog-post", "OPS", "2026-07-10", "comment"];
        let comment = [&post[..], &["comment", "ann", "2026-07-10 22:30:00.000", "d"]].concat();
        let items = [
            item(Kind::BlogPost, &post, "2026-07-10 22:15:00.000"),
            item(Kind::Comment, &comment, "2026-07-10 22:30:00.000"),
            item(Kind::Attachment, &[&comment[..], &["attachment", "a.png"]].concat(), "2026-07-10 22:31:00.000"),
        ];
        let header = Header {
            origin: String::new(),
            began: String::new(),
            ended: String::new(),
            product: None,
            scope: Scope::Unknown,
            coverage: BTreeMap::new(),
            blind_spots: Vec::new(),
            texts: String::new(),
            normal: None,
            capture: None,
        };
        let there = rezoned(&Reading::new(header, items).unwrap(), &TimeZone::UTC, &zone("Europe/Berlin")).unwrap();
        let keys: Vec<String> = Kind::ALL
            .into_iter()
            .flat_map(|kind| there.items(kind))
            .map(|item| item.unwrap().key.to_string())
            .collect();
        let post = "blog-post / OPS / 2026-07-11 / comment";
        let comment = format!("{post} / comment / ann / 2026-07-11 00:30:00.000 / d");
        assert_eq!(keys, [post.to_owned(), comment.clone(), format!("{comment} / attachment / a.png")]);
    }
}
