//! Comments keyed by the digests of their texts.

use super::{Gathering, Keyed, KeyedFilling, ReadError, Reading};
use crate::model::{Field, Key, Kind, Value, elements};
use crate::runs::Budget;

/// The same reading with comments under the keys that manifests give them that know no normal form (formats 1 to 3): by the digests of their texts.
///
/// # Errors
/// A disk that could not take all items, or doesn't give them back.
pub fn keyed_by_texts(reading: &Reading) -> Result<Reading, ReadError> {
    let mut texts = KeyedFilling::new(&Budget::of_reading());
    for item in reading.items(Kind::Comment) {
        let item = item?;
        texts.push(&item.key, &item.text(Field::Body).unwrap_or_default().to_owned());
    }
    let texts = texts.finish()?;
    let mut items = Gathering::default();
    for kind in Kind::ALL {
        for item in reading.items(kind) {
            let mut item = item?;
            item.key = key(&item.key, &texts)?;
            for value in item.fields.values_mut().flatten() {
                match value {
                    Value::Key(own) => *own = key(own, &texts)?,
                    Value::Named(all) => {
                        for own in all.iter_mut().filter_map(|one| one.key.as_mut()) {
                            *own = key(own, &texts)?;
                        }
                    }
                    _ => {}
                }
            }
            items.push(&item);
        }
    }
    items.finish(reading.header.clone())
}

fn key(own: &Key, texts: &Keyed<String>) -> Result<Key, ReadError> {
    let (mut segments, mut at) = (own.segments().to_vec(), 0);
    for element in elements(own) {
        if element.word == "comment" {
            let comment = Key::new(own.segments().iter().take(element.end).cloned());
            if let (Some(text), Some(segment)) = (texts.get(&comment)?, segments.get_mut(at + 3)) {
                *segment = text;
            }
        }
        at = element.end;
    }
    Ok(Key::new(segments))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::model::{Item, Scope};
    use crate::reading::Inventory;

    #[test]
    fn comments_and_what_hangs_on_them_and_answers_them_move_together() {
        let normal = ["page", "S", "comment", "comment", "ann", "2024", "sha256:normal"];
        let strict = ["page", "S", "comment", "comment", "ann", "2024", "sha256:strict"];
        let item = |kind, key: &[&str], field, value| Item {
            kind,
            key: Key::new(key.iter().copied()),
            id: None,
            aside: None,
            fields: BTreeMap::from([(field, Some(value))]),
        };
        let answer = ["page", "S", "comment", "comment", "bob", "2024", "sha256:none"];
        let items = |comment: &[&str]| {
            [
                item(Kind::Comment, comment, Field::Body, "sha256:strict".into()),
                item(Kind::Comment, &answer, Field::Parent, Value::Key(Key::new(comment.iter().copied()))),
                item(Kind::Attachment, &[comment, &["attachment", "a"]].concat(), Field::Title, "a".into()),
            ]
        };
        let header = || Inventory::none(Scope::Site).unwrap().reading.header;
        let rekeyed = keyed_by_texts(&Reading::new(header(), items(&normal)).unwrap()).unwrap();
        let mut expected = items(&strict);
        // One without a text has the empty digest there.
        expected[1].key = Key::new(["page", "S", "comment", "comment", "bob", "2024", ""]);
        assert_eq!(rekeyed, Reading::new(header(), expected).unwrap());
    }
}
