//! What the readings say of one key, and rows put in another order.

use serde::{Deserialize, Serialize};

use super::stored::{Shown, Stored};
use super::{ReadError, order};
use crate::model::{Aside, Key, Kind};
use crate::runs::{self, Budget, Rows, Runs, Sorted, SpillError};

/// One of the three readings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The source's claim.
    Manifest,
    /// What the archive holds.
    Inventory,
    /// What the restored copy shows.
    Observation,
}

impl Side {
    /// All, in the order in which content flows.
    pub const ALL: [Self; 3] = [Self::Manifest, Self::Inventory, Self::Observation];
}

/// What the readings say of one key.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Row {
    /// What the source claims.
    pub manifest: Option<Shown>,
    /// What the archive holds.
    pub inventory: Option<Shown>,
    /// What the restored copy shows.
    pub observation: Option<Shown>,
}

impl Row {
    /// What one side says.
    pub fn side(&self, side: Side) -> Option<&Shown> {
        match side {
            Side::Manifest => self.manifest.as_ref(),
            Side::Inventory => self.inventory.as_ref(),
            Side::Observation => self.observation.as_ref(),
        }
    }

    /// The items of all sides that have it: manifest, archive, copy.
    pub fn items(&self) -> impl Iterator<Item = &Shown> {
        Side::ALL.into_iter().filter_map(|side| self.side(side))
    }

    /// The item of the first side that has it.
    pub fn any(&self) -> Option<&Shown> {
        self.items().next()
    }

    /// Why the row is not compared, by the word of the first side that says so.
    pub fn aside(&self) -> Option<Aside> {
        self.items().find_map(|item| item.aside)
    }
}

/// A row in its compact form.
#[derive(Debug, Serialize, Deserialize)]
struct StoredRow<'a>(#[serde(borrow)] [Option<(Kind, Stored<'a>)>; 3]);

/// Rows on their way into another order than that of the keys by which they were matched.
#[derive(Debug)]
pub struct Regrouping {
    runs: Runs,
    key: Vec<u8>,
    row: Vec<u8>,
}

impl Default for Regrouping {
    fn default() -> Self {
        Self { runs: Runs::walked(&Budget::of_reading()), key: Vec::new(), row: Vec::new() }
    }
}

impl Regrouping {
    /// Takes in a row under this key. Rows of one key stay in the order in which they came.
    pub fn push(&mut self, key: &Key, row: &Row) {
        self.key.clear();
        self.row.clear();
        order::put(key, &mut self.key);
        let stored = Side::ALL.map(|side| row.side(side).map(|item| (item.kind, item.stored())));
        runs::write(&StoredRow(stored), &mut self.row);
        self.runs.push(&self.key, &self.row);
    }

    /// The rows in the order of these keys.
    ///
    /// # Errors
    /// A disk that could not take all rows.
    pub fn finish(self) -> Result<Regrouped, ReadError> {
        Ok(Regrouped(self.runs.finish_apart()?))
    }
}

/// See [`Regrouping`].
#[derive(Debug)]
pub struct Regrouped(Sorted);

impl Regrouped {
    /// All rows by their keys. Behind an error there is nothing.
    pub fn rows(&self) -> impl Iterator<Item = Result<(Key, Row), ReadError>> {
        let mut rows = Some(self.0.rows());
        std::iter::from_fn(move || {
            let row = step(rows.as_mut()?).transpose();
            rows = rows.take().filter(|_| matches!(row, Some(Ok(_))));
            row
        })
    }
}

fn step(rows: &mut Rows<'_>) -> Result<Option<(Key, Row)>, ReadError> {
    let Some((key, row)) = rows.next()? else { return Ok(None) };
    let StoredRow(sides) = runs::read(row)?;
    let shown = |side: Option<(Kind, Stored<'_>)>| side.map(|(kind, stored)| stored.shown(kind, &[])).transpose();
    let [manifest, inventory, observation] = sides.map(shown);
    let row = Row { manifest: manifest?, inventory: inventory?, observation: observation? };
    Ok(Some((order::take(key).ok_or(SpillError::Damaged)?, row)))
}
