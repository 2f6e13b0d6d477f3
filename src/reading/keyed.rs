//! Something small under each of many keys, to be looked up.

use std::marker::PhantomData;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{ReadError, order};
use crate::model::Key;
use crate::runs::{self, Budget, Runs, Sorted};

/// A [`Keyed`] that is being filled, in any order.
#[derive(Debug)]
pub struct KeyedFilling<T> {
    runs: Runs,
    key: Vec<u8>,
    row: Vec<u8>,
    of: PhantomData<fn(&T)>,
}

impl<T: Serialize + DeserializeOwned> KeyedFilling<T> {
    /// Nothing yet.
    pub fn new(budget: &Budget) -> Self {
        Self { runs: Runs::new(budget), key: Vec::new(), row: Vec::new(), of: PhantomData }
    }

    /// Takes in what stands under a key; of several under one key the last counts.
    pub fn push(&mut self, key: &Key, row: &T) {
        self.key.clear();
        self.row.clear();
        order::put(key, &mut self.key);
        runs::write(row, &mut self.row);
        self.runs.push(&self.key, &self.row);
    }

    /// All of it.
    ///
    /// # Errors
    /// A disk that could not take it.
    pub fn finish(self) -> Result<Keyed<T>, ReadError> {
        Ok(Keyed { sorted: self.runs.finish()?, of: PhantomData })
    }
}

/// Something under each of many keys: in memory where there is little of it, on disk beyond.
#[derive(Debug)]
pub struct Keyed<T> {
    sorted: Sorted,
    of: PhantomData<fn() -> T>,
}

impl<T: DeserializeOwned> Keyed<T> {
    /// What stands under a key.
    ///
    /// # Errors
    /// A disk that doesn't give back what was written.
    pub fn get(&self, key: &Key) -> Result<Option<T>, ReadError> {
        let mut bytes = Vec::new();
        order::put(key, &mut bytes);
        self.by_bytes(&bytes)
    }

    /// The same, by the bytes of the key.
    pub(super) fn by_bytes(&self, key: &[u8]) -> Result<Option<T>, ReadError> {
        Ok(self.sorted.get(key, |row| runs::read(row))?.transpose()?)
    }

    /// Whether there is nothing.
    pub fn is_empty(&self) -> bool {
        self.sorted.is_empty()
    }
}
