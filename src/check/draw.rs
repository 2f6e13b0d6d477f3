//! Pages drawn by lot, for checks that ask the restored copy for some of them.

use std::collections::BTreeMap;

use crate::model::{Key, sample};
use crate::reading::Row;

/// So many rows of all that were offered: those whose keys have the first places by the seed. No more than these are in memory.
#[derive(Debug)]
pub(super) struct Draw {
    seed: u64,
    most: usize,
    drawn: BTreeMap<(u64, Key), Row>,
    /// How many were offered.
    pub population: u64,
}

impl Draw {
    pub fn new(seed: u64, most: u64) -> Self {
        let most = usize::try_from(most).unwrap_or(usize::MAX);
        Self { seed, most, drawn: BTreeMap::new(), population: 0 }
    }

    /// Takes part in the draw.
    pub fn offer(&mut self, key: &Key, row: Row) {
        self.population += 1;
        let place = sample::place(self.seed, key.segments().iter().map(String::as_str));
        let later = || self.drawn.last_key_value().is_some_and(|((last, _), _)| place >= *last);
        if self.drawn.len() >= self.most && later() {
            return;
        }
        self.drawn.insert((place, key.clone()), row);
        if self.drawn.len() > self.most {
            self.drawn.pop_last();
        }
    }

    /// Those that were drawn.
    pub fn rows(&self) -> impl Iterator<Item = &Row> {
        self.drawn.values()
    }

    /// How many were drawn of how many, for the notes of an outcome.
    pub fn said(&self, noun: &str) -> Option<String> {
        use crate::model::count;
        let drawn = self.drawn.len() as u64;
        let (drawn, of) = (drawn < self.population).then_some((count(drawn), count(self.population)))?;
        Some(format!("a sample of {drawn} of {of} {noun}, drawn by the seed {}", self.seed))
    }
}
