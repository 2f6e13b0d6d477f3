use std::collections::BTreeMap;

use super::{Gathering, ReadError, Reading};
use crate::model::{Field, Item, Key, Kind, Value};

/// The segments behind which a key names a person.
const BEFORE: [&str; 6] = ["comment", "user", "member", "watch", "like", "profile"];

/// The fields that name a person.
const FIELDS: [Field; 3] = [Field::Author, Field::Editor, Field::Assignee];

/// The same reading with other names of people: Cloud names them by account id alone, and its packages some of them otherwise
/// (docs/confluence.md, R67).
///
/// # Errors
/// A disk that could not take all items, or doesn't give them back.
pub fn renamed(reading: &Reading, names: &BTreeMap<String, String>) -> Result<Reading, ReadError> {
    if names.is_empty() {
        return Ok(reading.clone());
    }
    let mut items = Gathering::default();
    for kind in Kind::ALL {
        for item in reading.items(kind) {
            items.push(&rename(item?, names));
        }
    }
    items.finish(reading.header.clone())
}

fn rename(mut item: Item, names: &BTreeMap<String, String>) -> Item {
    item.key = key(&item.key, names);
    for (field, value) in &mut item.fields {
        match value {
            Some(Value::Text(text)) if FIELDS.contains(field) => {
                if let Some(name) = names.get(text) {
                    name.clone_into(text);
                }
            }
            Some(Value::Key(own)) => *own = key(own, names),
            Some(Value::Named(all)) => {
                all.iter_mut().filter_map(|one| one.key.as_mut()).for_each(|own| *own = key(own, names));
            }
            _ => {}
        }
    }
    item
}

fn key(key: &Key, names: &BTreeMap<String, String>) -> Key {
    let before = std::iter::once("").chain(key.segments().iter().map(String::as_str));
    let renamed = key.segments().iter().zip(before).map(|(segment, before)| match names.get(segment) {
        Some(name) if BEFORE.contains(&before) => name.clone(),
        _ => segment.clone(),
    });
    Key::new(renamed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_get_the_names_that_the_other_side_has_for_them() {
        let names = BTreeMap::from([("712020:a".to_owned(), "ann@example.com".to_owned())]);
        let comment = Key::new(["page", "OPS", "712020:a", "comment", "712020:a", "2024", "sha256:x"]);
        let fields = BTreeMap::from([
            (Field::Author, Some(Value::from("712020:a"))),
            (Field::Title, Some(Value::from("712020:a"))),
            (Field::Parent, Some(Value::Key(comment.clone()))),
        ]);
        let item = rename(Item { kind: Kind::Comment, key: comment, id: None, aside: None, fields }, &names);
        let key = Key::new(["page", "OPS", "712020:a", "comment", "ann@example.com", "2024", "sha256:x"]);
        assert_eq!(item.key, key);
        assert_eq!(item.fields[&Field::Parent], Some(Value::Key(key)));
        let [author, title] = [Field::Author, Field::Title].map(|field| item.text(field).unwrap().to_owned());
        assert_eq!((author.as_str(), title.as_str()), ("ann@example.com", "712020:a"));
    }
}
