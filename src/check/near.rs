//! Titles that a reader would take for the same: other letters of the same word, or the same letters composed otherwise.

use unicode_normalization::UnicodeNormalization as _;

use super::rows::State;
use crate::model::{Key, Kind};
use crate::reading::{Keyed, KeyedFilling, ReadError};
use crate::runs::Budget;

/// What to know of two titles that differ only in case.
const CASE: &str = "the titles differ in upper and lower case alone";
/// What to know of two titles that look the same.
const FORM: &str = "the titles look the same: letters with accents are composed in one and decomposed in the other, as macOS writes file names";

/// In what two texts differ that are the same to a reader; `None` where they differ in more, or in nothing.
pub(super) fn nearness(one: &str, other: &str) -> Option<&'static str> {
    if one == other || folded(one) != folded(other) {
        return None;
    }
    Some(if one.nfc().eq(other.nfc()) { FORM } else { CASE })
}

fn folded(text: &str) -> String {
    text.nfc().flat_map(char::to_lowercase).nfc().collect()
}

/// Items that one side lacks, by what a reader would take them for.
#[derive(Debug)]
pub(super) struct Near {
    missing: Keyed<Key>,
    unexpected: Keyed<Key>,
}

impl Near {
    /// In what an item that one side lacks differs from one that the other lacks.
    pub(super) fn of(&self, state: State<'_>) -> Result<Option<&'static str>, ReadError> {
        let (item, among) = match state {
            State::Missing(item) => (item, &self.unexpected),
            State::Unexpected(item) => (item, &self.missing),
            _ => return Ok(None),
        };
        if among.is_empty() || !has_title(item.kind) {
            return Ok(None);
        }
        let Some(other) = among.get(&folded_key(&item.key))? else { return Ok(None) };
        let mut pairs = item.key.segments().iter().zip(other.segments());
        Ok(pairs.find_map(|(one, other)| nearness(one, other)))
    }
}

/// A [`Near`] that is being filled.
pub(super) struct NearFilling {
    missing: KeyedFilling<Key>,
    unexpected: KeyedFilling<Key>,
}

impl NearFilling {
    pub(super) fn new(budget: &Budget) -> Self {
        Self { missing: KeyedFilling::new(budget), unexpected: KeyedFilling::new(budget) }
    }

    /// Takes in an item, where one side lacks it and it has a title.
    pub(super) fn push(&mut self, state: State<'_>) {
        let (item, into) = match state {
            State::Missing(item) => (item, &mut self.missing),
            State::Unexpected(item) => (item, &mut self.unexpected),
            _ => return,
        };
        if has_title(item.kind) {
            into.push(&folded_key(&item.key), &item.key);
        }
    }

    pub(super) fn finish(self) -> Result<Near, ReadError> {
        Ok(Near { missing: self.missing.finish()?, unexpected: self.unexpected.finish()? })
    }
}

fn has_title(kind: Kind) -> bool {
    matches!(kind, Kind::Page | Kind::BlogPost | Kind::Attachment)
}

fn folded_key(key: &Key) -> Key {
    Key::new(key.segments().iter().map(|segment| folded(segment)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_the_same_is_told_from_what_differs() {
        assert_eq!(nearness("Übersicht", "U\u{308}bersicht"), Some(FORM));
        assert_eq!(nearness("Übersicht", "ÜBERSICHT"), Some(CASE));
        assert_eq!(nearness("Übersicht", "U\u{308}BERSICHT"), Some(CASE));
        assert_eq!(nearness("Übersicht", "Übersicht"), None);
        assert_eq!(nearness("Übersicht", "Ubersicht"), None);
        assert_eq!(nearness("x²", "x2"), None, "what reads differently is not the same");
    }
}
