//! Rows of one type, by number.

use std::marker::PhantomData;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::{Budget, Rows, Runs, Sorted, SpillError};

/// Appends what is serialized to bytes that are there already.
struct Onto<'a>(&'a mut Vec<u8>);

impl postcard::ser_flavors::Flavor for Onto<'_> {
    type Output = ();

    fn try_push(&mut self, byte: u8) -> postcard::Result<()> {
        self.0.push(byte);
        Ok(())
    }

    fn try_extend(&mut self, bytes: &[u8]) -> postcard::Result<()> {
        self.0.extend_from_slice(bytes);
        Ok(())
    }

    fn finalize(self) -> postcard::Result<()> {
        Ok(())
    }
}

/// A row in its compact form, appended.
pub fn write<Row: Serialize>(row: &Row, onto: &mut Vec<u8>) {
    // Only types that don't know their length or that ask for more room than there is can fail, and rows are neither.
    let _ = postcard::serialize_with_flavor(row, Onto(onto));
}

/// A row from its compact form; what stands behind it is passed over.
pub fn read<'a, Row: Deserialize<'a>>(bytes: &'a [u8]) -> Result<Row, SpillError> {
    postcard::take_from_bytes(bytes).map(|(row, _)| row).map_err(|_| SpillError::Damaged)
}

/// A table that is being filled: rows by number, in any order.
#[derive(Debug)]
pub struct Filling {
    runs: Runs,
    row: Vec<u8>,
}

impl Filling {
    /// No rows yet.
    pub fn new(budget: &Budget) -> Self {
        Self { runs: Runs::new(budget), row: Vec::new() }
    }

    /// Takes in a row.
    pub fn push<Row: Serialize>(&mut self, number: u64, row: &Row) {
        self.row.clear();
        write(row, &mut self.row);
        self.runs.push(&number.to_be_bytes(), &self.row);
    }

    /// The table.
    ///
    /// # Errors
    /// A disk that could not take all rows.
    pub fn finish<Row>(self) -> Result<Table<Row>, SpillError> {
        Ok(Table { sorted: self.runs.finish()?, of: PhantomData })
    }
}

/// Rows of one type, by number; of several with one number the last counts.
///
/// Rows are kept in the order of their fields without names, so that a type of the first fields alone can be read from the front of a row.
#[derive(Debug)]
pub struct Table<Row> {
    sorted: Sorted,
    of: PhantomData<fn() -> Row>,
}

impl<Row: DeserializeOwned> Table<Row> {
    /// The row of a number.
    ///
    /// # Errors
    /// A disk that doesn't give back what was written.
    pub fn get(&self, number: u64) -> Result<Option<Row>, SpillError> {
        self.front(number)
    }

    /// The front of the row of a number.
    ///
    /// # Errors
    /// A disk that doesn't give back what was written.
    pub fn front<Front: DeserializeOwned>(&self, number: u64) -> Result<Option<Front>, SpillError> {
        self.sorted.get(&number.to_be_bytes(), |row| read(row))?.transpose()
    }

    /// The rows that count, by number.
    pub fn rows(&self) -> impl Iterator<Item = Result<(u64, Row), SpillError>> {
        self.fronts()
    }

    /// The fronts of the rows that count, by number.
    pub fn fronts<Front: DeserializeOwned>(&self) -> impl Iterator<Item = Result<(u64, Front), SpillError>> {
        let last = |row: Result<Numbered<Front>, SpillError>| match row {
            Ok(row) if row.replaced => None,
            Ok(row) => Some(Ok((row.number, row.row))),
            Err(error) => Some(Err(error)),
        };
        TableRows::new(&self.sorted).filter_map(last)
    }

    /// All rows, by number; those of one number in the order in which they came.
    pub fn all(&self) -> TableRows<'_, Row> {
        TableRows::new(&self.sorted)
    }

    /// All rows, to be walked along numbers that are walked elsewhere.
    pub fn beside(&self) -> Beside<'_, Row> {
        Beside { rows: self.all(), ahead: None }
    }

    /// How many rows there are, those included that were replaced.
    pub fn len(&self) -> u64 {
        self.sorted.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.sorted.is_empty()
    }
}

/// A row and its number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Numbered<Row> {
    /// Its number.
    pub number: u64,
    /// Whether a later row of the same number took its place.
    pub replaced: bool,
    /// The row.
    pub row: Row,
}

/// See [`Table::all`].
#[derive(Debug)]
pub struct TableRows<'a, Row> {
    rows: Rows<'a>,
    /// The number of the row in `ahead`; `None` at the end, and before the beginning.
    number: Option<u64>,
    ahead: Vec<u8>,
    begun: bool,
    of: PhantomData<fn() -> Row>,
}

impl<'a, Row: DeserializeOwned> TableRows<'a, Row> {
    fn new(sorted: &'a Sorted) -> Self {
        Self { rows: sorted.rows(), number: None, ahead: Vec::new(), begun: false, of: PhantomData }
    }

    fn step(&mut self) -> Result<Option<Numbered<Row>>, SpillError> {
        if !self.begun {
            self.begun = true;
            self.look_ahead()?;
        }
        let Some(number) = self.number else { return Ok(None) };
        let row = read(&self.ahead)?;
        self.look_ahead()?;
        Ok(Some(Numbered { number, replaced: self.number == Some(number), row }))
    }

    fn look_ahead(&mut self) -> Result<(), SpillError> {
        self.number = None;
        if let Some((key, row)) = self.rows.next()? {
            self.number = Some(u64::from_be_bytes(key.try_into().map_err(|_| SpillError::Damaged)?));
            self.ahead.clear();
            self.ahead.extend_from_slice(row);
        }
        Ok(())
    }
}

impl<Row: DeserializeOwned> Iterator for TableRows<'_, Row> {
    type Item = Result<Numbered<Row>, SpillError>;

    fn next(&mut self) -> Option<Self::Item> {
        let row = self.step();
        if row.is_err() {
            // Behind an error there is nothing.
            (self.number, self.begun) = (None, true);
        }
        row.transpose()
    }
}

/// See [`Table::beside`].
#[derive(Debug)]
pub struct Beside<'a, Row> {
    rows: TableRows<'a, Row>,
    ahead: Option<Numbered<Row>>,
}

impl<Row: DeserializeOwned> Beside<'_, Row> {
    /// Hands over all rows up to those of this number that were not handed over before.
    ///
    /// # Errors
    /// A disk that doesn't give back what was written.
    pub fn until(&mut self, number: u64, mut each: impl FnMut(Numbered<Row>)) -> Result<(), SpillError> {
        loop {
            let row = match self.ahead.take() {
                Some(row) => row,
                None => match self.rows.next() {
                    Some(row) => row?,
                    None => return Ok(()),
                },
            };
            if row.number > number {
                self.ahead = Some(row);
                return Ok(());
            }
            each(row);
        }
    }
}
