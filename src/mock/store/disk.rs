//! Rows of content in a database file, by id. It is written once, in the order of the ids, and only read from then on: a restore makes a new one.

use redb::{Database, ReadOnlyTable, ReadableDatabase as _, ReadableTable as _, TableDefinition};

use super::{Content, Pooled};

const CONTENT: TableDefinition<'static, u64, &'static [u8]> = TableDefinition::new("content");

/// Bytes of the database that stay in memory.
const CACHE: usize = 64 << 20;

/// Rows between two wanted ones that are rather passed over than skipped.
const NEAR: usize = 8;

/// Why rows can't be written or read: the machine's failing.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database says so.
    #[error("the database of the site: {0}")]
    Database(#[from] redb::Error),
    /// A row isn't one.
    #[error("the database of the site: the row of content {0} is damaged")]
    Row(u64),
    /// A file beside it can't be read or written.
    #[error("{0}")]
    Io(#[from] std::io::Error),
}

impl From<StoreError> for std::io::Error {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Io(error) => error,
            error => Self::other(error),
        }
    }
}

/// Takes in rows in rising order of their ids.
pub type Put<'a> = &'a mut dyn FnMut(u64, &[u8]) -> Result<(), StoreError>;

/// A finished database file; none where there is no content.
#[derive(Default)]
pub struct Disk {
    table: Option<ReadOnlyTable<u64, &'static [u8]>>,
    /// Open as long as anybody reads.
    _database: Option<Database>,
    file: Option<Pooled>,
}

impl std::fmt::Debug for Disk {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Disk").field("file", &self.file).finish_non_exhaustive()
    }
}

impl Disk {
    /// Makes a database of the rows that `fill` puts in. They are there once all of them are.
    ///
    /// # Errors
    /// What the disk says, or `fill`.
    pub fn make<E: From<StoreError>>(file: Pooled, fill: impl FnOnce(Put<'_>) -> Result<(), E>) -> Result<Self, E> {
        let database = |error: redb::Error| E::from(StoreError::Database(error));
        let made =
            Database::builder().set_cache_size(CACHE).create(file.path()).map_err(|error| database(error.into()))?;
        let mut writing = made.begin_write().map_err(|error| database(error.into()))?;
        // Nobody reads it before it is whole, so that one order of writing is as good as another.
        writing.set_two_phase_commit(false);
        {
            let mut table = writing.open_table(CONTENT).map_err(|error| database(error.into()))?;
            fill(&mut |id, row| {
                table.insert(id, row).map_err(|error| StoreError::Database(error.into()))?;
                Ok(())
            })?;
        }
        writing.commit().map_err(|error| database(error.into()))?;
        Self::of(made, file).map_err(E::from)
    }

    /// Opens a database that was made before.
    ///
    /// # Errors
    /// What the disk says.
    pub fn open(file: Pooled) -> Result<Self, StoreError> {
        let opened = Database::builder().set_cache_size(CACHE).open(file.path()).map_err(redb::Error::from)?;
        Self::of(opened, file)
    }

    fn of(database: Database, file: Pooled) -> Result<Self, StoreError> {
        let reading = database.begin_read().map_err(redb::Error::from)?;
        let table = reading.open_table(CONTENT).map_err(redb::Error::from)?;
        Ok(Self { table: Some(table), _database: Some(database), file: Some(file) })
    }

    /// Its file.
    pub fn file(&self) -> Option<&Pooled> {
        self.file.as_ref()
    }

    /// The row of an id.
    ///
    /// # Errors
    /// What the disk says.
    pub fn get(&self, id: u64) -> Result<Option<Content>, StoreError> {
        let Some(table) = &self.table else { return Ok(None) };
        let row = table.get(id).map_err(|error| StoreError::Database(error.into()))?;
        row.map(|row| unpack(id, row.value())).transpose()
    }

    /// The rows of these ids, which rise, each of them handed on. Of neighbours those between are passed over, which is cheaper than
    /// looking each one up; `between` says how many rows lie between two.
    ///
    /// # Errors
    /// What the disk says.
    pub fn many(
        &self,
        ids: &[u64],
        between: impl Fn(u64, u64) -> usize,
        mut each: impl FnMut(Content),
    ) -> Result<(), StoreError> {
        let Some(table) = &self.table else { return Ok(()) };
        let failed = |error: redb::StorageError| StoreError::Database(error.into());
        let mut rest = ids;
        while let Some(first) = rest.first() {
            let near = |pair: &[u64]| matches!(pair, [one, other] if between(*one, *other) <= NEAR);
            let length = 1 + rest.windows(2).take_while(|pair| near(pair)).count();
            let (run, behind) = rest.split_at(length);
            rest = behind;
            let mut wanted = run.iter().copied().peekable();
            let last = run.last().unwrap_or(first);
            for row in table.range(*first..=*last).map_err(failed)? {
                let (id, row) = row.map_err(failed)?;
                let id = id.value();
                if wanted.next_if_eq(&id).is_some() {
                    each(unpack(id, row.value())?);
                }
            }
        }
        Ok(())
    }

    /// All rows in rising order of their ids, packed.
    pub fn packed(&self, mut each: impl FnMut(u64, &[u8]) -> Result<(), StoreError>) -> Result<(), StoreError> {
        let Some(table) = &self.table else { return Ok(()) };
        for row in table.iter().map_err(|error| StoreError::Database(error.into()))? {
            let (id, row) = row.map_err(|error| StoreError::Database(error.into()))?;
            each(id.value(), row.value())?;
        }
        Ok(())
    }

    /// All rows in rising order of their ids.
    ///
    /// # Errors
    /// What the disk says, at once or in a row's place.
    pub fn walk(&self) -> Result<impl Iterator<Item = Result<Content, StoreError>> + use<>, StoreError> {
        let rows = match &self.table {
            Some(table) => Some(table.range::<u64>(..).map_err(|error| StoreError::Database(error.into()))?),
            None => None,
        };
        Ok(rows.into_iter().flatten().map(|row| {
            let (id, row) = row.map_err(|error| StoreError::Database(error.into()))?;
            unpack(id.value(), row.value())
        }))
    }
}

/// A row as it lies in the database.
///
/// # Errors
/// It can't be packed, which no row is known for.
pub fn pack(row: &Content) -> Result<Vec<u8>, StoreError> {
    postcard::to_allocvec(row).map_err(|_| StoreError::Row(row.id))
}

/// The row that lies there.
///
/// # Errors
/// It isn't one.
pub fn unpack(id: u64, row: &[u8]) -> Result<Content, StoreError> {
    postcard::from_bytes(row).map_err(|_| StoreError::Row(id))
}
