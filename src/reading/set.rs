use crate::model::{Field, Item, Key};

/// Why a set could not be read to its end. Sets in memory never fail; the type is here so that no check notices when one spills to disk.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("reading a sorted set broke off: {0}")]
pub struct ReadError(pub String);

/// The items of one kind in key order, each key once.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SortedSet(Vec<Item>);

impl SortedSet {
    /// Sorts, and tells items of one key apart by `#2`, `#3`, ….
    pub(super) fn new(mut items: Vec<Item>) -> Self {
        items.sort_by(|a, b| a.key.cmp(&b.key).then_with(|| rank(a).cmp(&rank(b))));
        let mut last: Option<(Key, u32)> = None;
        let mut renamed = false;
        for item in &mut items {
            match &mut last {
                Some((key, times)) if *key == item.key => {
                    *times += 1;
                    item.key = item.key.with([format!("#{times}")]);
                    renamed = true;
                }
                _ => last = Some((item.key.clone(), 1)),
            }
        }
        if renamed {
            items.sort_by(|a, b| a.key.cmp(&b.key));
        }
        Self(items)
    }

    /// The items in key order.
    pub fn iter(&self) -> impl Iterator<Item = Result<&Item, ReadError>> {
        self.0.iter().map(Ok)
    }

    /// How many there are.
    pub fn len(&self) -> u64 {
        self.0.len() as u64
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// What orders items of one key: things that both sides of a comparison show. What is set aside comes last: a restored copy doesn't show
/// it, and an attachment in the trash must not take the key from the live one of the same name.
fn rank(item: &Item) -> (bool, Option<&str>, Option<&str>, Option<&str>, Option<u64>) {
    (item.aside.is_some(), item.text(Field::Created), item.text(Field::Body), item.text(Field::Digest), item.id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Aside, Kind};

    #[test]
    fn of_several_items_with_one_key_the_live_one_keeps_it() {
        let item = |id, aside, created: &str| Item {
            kind: Kind::Attachment,
            key: Key::new(["page", "S", "T", "attachment", "a.txt"]),
            id: Some(id),
            aside,
            fields: [(Field::Created, Some(created.into()))].into(),
        };
        let set = SortedSet::new(vec![item(1, Some(Aside::Trashed), "2025"), item(2, None, "2026")]);
        let ids: Vec<_> =
            set.iter().map(|item| item.map(|item| (item.id, item.key.segments().len())).unwrap()).collect();
        assert_eq!(ids, [(Some(2), 5), (Some(1), 6)]);
    }
}
