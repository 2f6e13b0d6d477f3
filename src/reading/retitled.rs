use std::collections::BTreeMap;

use super::{Gathering, ReadError, Reading};
use crate::model::{Field, Item, Key, Kind, Value, elements};

/// The kinds whose key is a title that people change.
const TITLED: [Kind; 2] = [Kind::Page, Kind::BlogPost];

/// The same reading with pages and blog posts under the titles by which `backup` knows them, where they were edited after `since` (digits of the
/// source's clock) and their ids tell that they are the same. Only who is under no title on the other side is looked for by id; the field
/// of the title stays, so that what changed is told.
///
/// # Errors
/// A disk that could not take all items, or doesn't give them back.
pub fn retitled(reading: &Reading, backup: &Reading, since: &str) -> Result<Reading, ReadError> {
    let moved = moved(reading, backup, since)?;
    if moved.is_empty() {
        return Ok(reading.clone());
    }
    let mut items = Gathering::default();
    for kind in Kind::ALL {
        for item in reading.items(kind) {
            items.push(&replaced(item?, &moved));
        }
    }
    items.finish(reading.header.clone())
}

/// Keys of this reading, and those of the backup in their place.
fn moved(reading: &Reading, backup: &Reading, since: &str) -> Result<BTreeMap<Key, Key>, ReadError> {
    let mut moved = BTreeMap::new();
    for kind in TITLED {
        let mut candidates = BTreeMap::new();
        for item in reading.items(kind) {
            let item = item?;
            let Some(id) = item.id.filter(|_| item.text(Field::Edited).is_some_and(|at| at > since)) else { continue };
            if backup.get(kind, &item.key)?.is_none() {
                candidates.insert(id, item.key);
            }
        }
        if candidates.is_empty() {
            continue;
        }
        for item in backup.items(kind) {
            let item = item?;
            let Some(key) = item.id.and_then(|id| candidates.get(&id)) else { continue };
            if item.aside.is_none() && reading.get(kind, &item.key)?.is_none() {
                moved.insert(key.clone(), item.key);
            }
        }
    }
    Ok(moved)
}

fn replaced(mut item: Item, moved: &BTreeMap<Key, Key>) -> Item {
    item.key = key(&item.key, moved);
    for value in item.fields.values_mut() {
        if let Some(Value::Key(own)) = value {
            *own = key(own, moved);
        }
    }
    item
}

/// A key below the title that the backup has.
fn key(own: &Key, moved: &BTreeMap<Key, Key>) -> Key {
    let Some(end) = elements(own).first().map(|first| first.end) else { return own.clone() };
    let (front, tail) = own.segments().split_at(end.min(own.segments().len()));
    moved.get(&Key::new(front)).map_or_else(|| own.clone(), |other| other.with(tail))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{BODY_DIGEST_RULES, Scope};
    use crate::reading::Header;

    const CUT: &str = "2026-11-23 02:00:00.000";

    fn page(title: &str, id: u64, edited: &str) -> Item {
        let fields =
            BTreeMap::from([(Field::Title, Some(Value::from(title))), (Field::Edited, Some(Value::from(edited)))]);
        Item { kind: Kind::Page, key: Key::new(["page", "S", title]), id: Some(id), aside: None, fields }
    }

    fn below(kind: Kind, title: &str, tail: &[&str]) -> Item {
        let key = Key::new(["page", "S", title]).with(tail.iter().copied());
        Item { kind, key, id: None, aside: None, fields: BTreeMap::new() }
    }

    fn reading(items: Vec<Item>) -> Reading {
        let header = Header {
            origin: "test".into(),
            began: String::new(),
            ended: String::new(),
            product: None,
            scope: Scope::Spaces(vec!["S".into()]),
            coverage: BTreeMap::new(),
            blind_spots: Vec::new(),
            texts: BODY_DIGEST_RULES.into(),
            normal: None,
            capture: None,
        };
        Reading::new(header, items).unwrap()
    }

    fn keys(reading: &Reading, kind: Kind) -> Vec<String> {
        reading.items(kind).map(|item| item.unwrap().key.to_string()).collect()
    }

    #[test]
    fn what_was_retitled_since_has_the_key_that_the_backup_knows_and_its_own_title() {
        let mut child = page("Child", 2, "2026-11-01 00:00:00.000");
        child.fields.insert(Field::Parent, Some(Value::Key(Key::new(["page", "S", "New"]))));
        let now = reading(vec![
            page("New", 1, "2026-11-24 00:00:00.000"),
            child,
            below(Kind::Label, "New", &["label", "global:x"]),
        ]);
        let then =
            reading(vec![page("Old", 1, "2026-11-01 00:00:00.000"), page("Child", 2, "2026-11-01 00:00:00.000")]);
        let told = retitled(&now, &then, CUT).unwrap();
        assert_eq!(keys(&told, Kind::Page), keys(&then, Kind::Page));
        let old = told.get(Kind::Page, &Key::new(["page", "S", "Old"])).unwrap().unwrap();
        assert_eq!(old.text(Field::Title), Some("New"));
        let child = told.get(Kind::Page, &Key::new(["page", "S", "Child"])).unwrap().unwrap();
        assert_eq!(child.fields[&Field::Parent], Some(Value::Key(Key::new(["page", "S", "Old"]))));
        assert_eq!(keys(&told, Kind::Label), [below(Kind::Label, "Old", &["label", "global:x"]).key.to_string()]);
    }

    #[test]
    fn nothing_is_taken_for_another_page_by_its_id_alone() {
        let then = reading(vec![page("Old", 1, "2026-11-01 00:00:00.000")]);
        for now in [
            // Edited before the backup: then the backup has another title, which is a finding.
            vec![page("New", 1, "2026-11-01 00:00:00.000")],
            // The old title is still there: another page has it.
            vec![page("New", 1, "2026-11-24 00:00:00.000"), page("Old", 2, "2026-11-01 00:00:00.000")],
            // Another id.
            vec![page("New", 3, "2026-11-24 00:00:00.000")],
        ] {
            let now = reading(now);
            assert_eq!(retitled(&now, &then, CUT).unwrap(), now);
        }
        // A page whose title is another one with a number behind it.
        let moved = BTreeMap::from([(Key::new(["page", "S", "New"]), Key::new(["page", "S", "Old"]))]);
        let second = Key::new(["page", "S", "New", "#2", "label", "global:x"]);
        assert_eq!(key(&second, &moved), second);
    }
}
