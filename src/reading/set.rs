//! The items of a reading: by kind, in key order, each key once.

use std::collections::BTreeMap;

use super::stored::{Shown, Stored};
use super::{Header, Reading, order};
use crate::model::{Aside, Field, Item, Key, Kind};
use crate::runs::{self, Budget, KeyAndRow, Rows, Runs, Sorted, SpillError};

/// Why a reading could not be made, or be read to its end: the disk that its items lie on. The machine's failing, never the backup's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("reading sorted items broke off: failed to {0}")]
pub struct ReadError(String);

impl From<SpillError> for ReadError {
    fn from(error: SpillError) -> Self {
        Self(error.to_string())
    }
}

/// Items on their way into a reading, in any order.
#[derive(Debug)]
pub struct Gathering {
    budget: Budget,
    runs: Runs,
    numbers: BTreeMap<Kind, u64>,
    asides: BTreeMap<(Kind, Aside), u64>,
    key: Vec<u8>,
    row: Vec<u8>,
}

impl Default for Gathering {
    fn default() -> Self {
        Self::new(&Budget::of_reading())
    }
}

impl Gathering {
    /// No items yet.
    pub fn new(budget: &Budget) -> Self {
        Self {
            budget: budget.clone(),
            runs: Runs::walked(budget),
            numbers: BTreeMap::new(),
            asides: BTreeMap::new(),
            key: Vec::new(),
            row: Vec::new(),
        }
    }

    /// Takes in an item. Of several that nothing else puts in order the first that comes is first.
    pub fn push(&mut self, item: &Item) {
        self.push_at(item, 0);
    }

    /// Takes in an item whose place is known among those that nothing else puts in order.
    pub(super) fn push_at(&mut self, item: &Item, place: u64) {
        *self.numbers.entry(item.kind).or_default() += 1;
        if let Some(aside) = item.aside {
            *self.asides.entry((item.kind, aside)).or_default() += 1;
        }
        self.key.clear();
        self.row.clear();
        put_key(item.kind, &item.key, &mut self.key);
        put_rank(item, &mut self.key);
        self.key.extend(place.to_be_bytes());
        runs::write(&Stored::new(item), &mut self.row);
        self.runs.push(&self.key, &self.row);
    }

    /// Makes the reading. Items of one kind and key get `#2`, `#3`, … behind the key, those last that are set aside, then in order of their
    /// creation time, text digest and id.
    ///
    /// # Errors
    /// A disk that could not take all items, or doesn't give them back.
    pub fn finish(self, header: Header) -> Result<Reading, ReadError> {
        let main = self.runs.finish_apart()?;
        let twins = twins(&main, &self.budget)?;
        let mut set = Set { main, twins, numbers: self.numbers, asides: self.asides, keys: BTreeMap::new() };
        // Only a counter of ours can make a key that another item has already.
        set.keys = if set.twins.is_some() { set.count_keys()? } else { set.numbers.clone() };
        Ok(Reading::of(header, set))
    }
}

/// The later ones of items with one key, under keys that tell them apart.
fn twins(main: &Sorted, budget: &Budget) -> Result<Option<Sorted>, SpillError> {
    let (mut rows, mut twins) = (main.rows(), None::<Runs>);
    let (mut last, mut times, mut renamed) = (Vec::new(), 1_u64, Vec::new());
    while let Some((key, row)) = rows.next()? {
        let own = own_key(key);
        if own == last.as_slice() {
            times += 1;
            renamed.clear();
            renamed.extend_from_slice(own);
            order::below(&format!("#{times}"), &mut renamed);
            twins.get_or_insert_with(|| Runs::walked(budget)).push(&renamed, row);
        } else {
            last.clear();
            last.extend_from_slice(own);
            times = 1;
        }
    }
    twins.map(Runs::finish_apart).transpose()
}

/// Appends kind and key of an item, as rows are sorted by them.
pub(super) fn put_key(kind: Kind, key: &Key, onto: &mut Vec<u8>) {
    onto.push(kind as u8);
    order::put(key, onto);
}

/// Kind and key at the front of what a row stands under.
fn own_key(key: &[u8]) -> &[u8] {
    let end = key.get(1..).map_or(0, |behind| 1 + order::end(behind));
    key.get(..end).unwrap_or_default()
}

/// Appends what orders items of one key: things that both sides of a comparison show. What is set aside comes last: a restored copy doesn't
/// show it, and an attachment in the trash must not take the key from the live one of the same name.
fn put_rank(item: &Item, onto: &mut Vec<u8>) {
    onto.push(u8::from(item.aside.is_some()));
    for field in [Field::Created, Field::Body, Field::Digest] {
        let text = item.text(field);
        onto.push(u8::from(text.is_some()));
        text.into_iter().for_each(|text| order::segment(text, onto));
    }
    onto.push(u8::from(item.id.is_some()));
    onto.extend(item.id.into_iter().flat_map(u64::to_be_bytes));
}

/// See the module.
#[derive(Debug)]
pub(super) struct Set {
    /// Under kind, key and what orders items of one key; of several with one key only the first counts.
    main: Sorted,
    /// The others, under keys of their own.
    twins: Option<Sorted>,
    pub numbers: BTreeMap<Kind, u64>,
    pub asides: BTreeMap<(Kind, Aside), u64>,
    /// How many keys there are of each kind.
    pub keys: BTreeMap<Kind, u64>,
}

impl Set {
    /// Rows that stand under kind and key alone, where several items of one key stay as they are.
    pub fn of(main: Sorted) -> Result<Self, ReadError> {
        let none = BTreeMap::new;
        let mut set = Self { main, twins: None, numbers: none(), asides: BTreeMap::new(), keys: none() };
        set.keys = set.count_keys()?;
        Ok(set)
    }

    fn count_keys(&self) -> Result<BTreeMap<Kind, u64>, ReadError> {
        let (mut keys, mut last) = (BTreeMap::new(), Vec::new());
        let mut cursor = self.from(&[]);
        while let Some((key, _)) = cursor.step()? {
            if key != last.as_slice() {
                *keys.entry(kind(key)?).or_default() += 1;
                last.clear();
                last.extend_from_slice(key);
            }
        }
        Ok(keys)
    }

    fn from(&self, key: &[u8]) -> Cursor<'_> {
        Cursor {
            main: self.main.rows_from(key),
            twins: self.twins.as_ref().map(|twins| twins.rows_from(key)),
            own: Vec::new(),
            at: At::Begin,
        }
    }

    #[cfg(test)]
    pub fn spoil(&self) {
        self.main.spoil();
    }

    /// The items of a kind.
    pub fn kind(&self, kind: Kind) -> Walk<'_> {
        Walk { cursor: Some(self.from(&[kind as u8])), kind }
    }

    /// The item of this kind and key.
    pub fn get(&self, kind: Kind, key: &Key) -> Result<Option<Item>, ReadError> {
        let mut bytes = Vec::new();
        put_key(kind, key, &mut bytes);
        let mut cursor = self.from(&bytes);
        match cursor.step()? {
            Some((found, row)) if found == bytes.as_slice() => Ok(Some(shown(found, row)?.1.into_item())),
            _ => Ok(None),
        }
    }
}

/// The kind that a key of a row begins with.
fn kind(key: &[u8]) -> Result<Kind, SpillError> {
    let kind = key.first().and_then(|first| Kind::ALL.get(usize::from(*first)));
    kind.copied().ok_or(SpillError::Damaged)
}

/// The key of a row without its kind, and the item.
fn shown<'a>(key: &'a [u8], row: &[u8]) -> Result<(&'a [u8], Shown), ReadError> {
    let (kind, key) = (kind(key)?, key.get(1..).unwrap_or_default());
    Ok((key, runs::read::<Stored<'_>>(row)?.shown(kind, key)?))
}

/// Which of its two rows a cursor gave last.
#[derive(Debug, Clone, Copy, PartialEq)]
enum At {
    Begin,
    Main,
    Twin,
}

/// Walks both parts of a set in key order.
#[derive(Debug)]
struct Cursor<'a> {
    main: Rows<'a>,
    twins: Option<Rows<'a>>,
    /// Kind and key of the row at which `main` stands, where there are twins that it may have.
    own: Vec<u8>,
    at: At,
}

impl Cursor<'_> {
    /// The next row under its kind and key.
    fn step(&mut self) -> Result<Option<KeyAndRow<'_>>, SpillError> {
        if self.at != At::Main
            && let Some(twins) = &mut self.twins
        {
            twins.next()?;
        }
        if self.at != At::Twin {
            self.step_main()?;
        }
        let (main, twin) = (self.main.current(), self.twins.as_ref().and_then(Rows::current));
        let main = main.map(|(key, row)| (own_key(key), row));
        let twin_first = twin.is_some_and(|(twin, _)| main.is_none_or(|(main, _)| twin <= main));
        self.at = if twin_first { At::Twin } else { At::Main };
        Ok(if twin_first { twin } else { main })
    }

    /// Steps over the rows whose key the row before had: those stand among the twins.
    fn step_main(&mut self) -> Result<(), SpillError> {
        while let Some((key, _)) = self.main.next()? {
            if self.twins.is_none() {
                return Ok(());
            }
            let own = own_key(key);
            if own != self.own.as_slice() {
                self.own.clear();
                self.own.extend_from_slice(own);
                return Ok(());
            }
        }
        Ok(())
    }
}

/// The items of one kind, each with the key that it stands under.
#[derive(Debug)]
pub(super) struct Walk<'a> {
    /// `None` behind the last, and behind an error.
    cursor: Option<Cursor<'a>>,
    kind: Kind,
}

impl Walk<'_> {
    fn step(&mut self) -> Result<Option<(Vec<u8>, Shown)>, ReadError> {
        let Some(cursor) = &mut self.cursor else { return Ok(None) };
        match cursor.step()? {
            Some((key, row)) if key.first() == Some(&(self.kind as u8)) => {
                let (key, shown) = shown(key, row)?;
                Ok(Some((key.to_vec(), shown)))
            }
            _ => Ok(None),
        }
    }
}

impl Iterator for Walk<'_> {
    type Item = Result<(Vec<u8>, Shown), ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        let step = self.step();
        if !matches!(step, Ok(Some(_))) {
            self.cursor = None;
        }
        step.transpose()
    }
}

/// The items of one kind in key order. Behind an error there is nothing.
#[derive(Debug)]
pub struct Items<'a>(pub(super) Walk<'a>);

impl Iterator for Items<'_> {
    type Item = Result<Item, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next().map(|item| item.map(|(_, shown)| shown.into_item()))
    }
}
