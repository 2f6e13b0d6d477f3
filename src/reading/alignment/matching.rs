//! Items by content id: the id takes the place of the front of the key that is content.

use crate::model::{Item, Key, Kind, Value};
use crate::reading::set::{Set, put_key};
use crate::reading::stored::{Links, Stored, matched};
use crate::reading::{Keyed, KeyedFilling, ReadError, Reading, order};
use crate::runs::{self, Budget, Runs};

/// The items of a reading under the keys by which they are matched.
pub(super) fn by_id(reading: &Reading, budget: &Budget) -> Result<Set, ReadError> {
    let mut ids = Ids::of(reading, &budget.again())?;
    let mut items = Runs::walked(budget);
    let (mut key, mut row) = (Vec::new(), Vec::new());
    for kind in Kind::ALL {
        for item in reading.items(kind) {
            let item = item?;
            let links = ids.links(&item)?;
            key.clear();
            row.clear();
            put_key(kind, &matched(&item.key, links.fronts.last().copied()), &mut key);
            runs::write(&Stored::elsewhere(&item, &links), &mut row);
            items.push(&key, &row);
        }
    }
    drop(ids);
    Set::of(items.finish_apart()?)
}

/// Content ids by natural key.
#[derive(Debug)]
struct Ids {
    by_key: Keyed<u64>,
    /// The key that was asked for last, and which of its fronts are content: in key order the next key shares most of them.
    last: Key,
    fronts: Vec<(usize, u64)>,
}

impl Ids {
    fn of(reading: &Reading, budget: &Budget) -> Result<Self, ReadError> {
        let mut by_key = KeyedFilling::new(budget);
        for kind in Kind::ALL.into_iter().filter(|kind| kind.is_content()) {
            for item in reading.items(kind) {
                let item = item?;
                if let Some(id) = item.id {
                    by_key.push(&item.key, &id);
                }
            }
        }
        Ok(Self { by_key: by_key.finish()?, last: Key::new(Vec::<String>::new()), fronts: Vec::new() })
    }

    /// What content the keys of an item name.
    fn links(&mut self, item: &Item) -> Result<Links, ReadError> {
        if self.by_key.is_empty() {
            return Ok(Links::default());
        }
        let shared = self.last.segments().iter().zip(item.key.segments()).take_while(|(one, other)| one == other);
        let shared = shared.count();
        self.fronts.retain(|(length, _)| *length <= shared);
        for (length, front) in order::fronts(&item.key).skip(shared) {
            self.fronts.extend(self.by_key.by_bytes(&front)?.map(|id| (length, id)));
        }
        self.last.clone_from(&item.key);
        let mut links = Links { fronts: self.fronts.clone(), values: Vec::new() };
        for (field, value) in &item.fields {
            if let Some(Value::Key(key)) = value
                && let Some((length, id)) = self.longest(key)?
            {
                links.values.push((*field, length, id));
            }
        }
        Ok(links)
    }

    /// The longest front of a key that is content.
    fn longest(&self, key: &Key) -> Result<Option<(usize, u64)>, ReadError> {
        let fronts: Vec<_> = order::fronts(key).collect();
        for (length, front) in fronts.into_iter().rev() {
            if let Some(id) = self.by_key.by_bytes(&front)? {
                return Ok(Some((length, id)));
            }
        }
        Ok(None)
    }
}
