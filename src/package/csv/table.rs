//! Which entries are tables, and their bytes, unpacked where they are packed by gzip: a name on `.gz` says nothing (docs/confluence.md, C21).

use std::io::{self, Chain, Cursor, Read};

use flate2::read::MultiGzDecoder;

use crate::package::{Entry, EntryError, EntryProblem, EntryReader, Package, PackageError};

/// The first bytes of what gzip packed.
const MAGIC: [u8; 2] = [0x1f, 0x8b];

/// A table of the CSV form.
#[derive(Debug, Clone, Copy)]
pub struct Table<'a> {
    /// Its name without `.csv` or `.csv.gz`.
    pub name: &'a str,
    /// The entry that holds it.
    pub entry: &'a Entry,
}

impl<'a> Table<'a> {
    fn of(entry: &'a Entry) -> Option<Self> {
        let plain = strip(&entry.name, ".gz").unwrap_or(&entry.name);
        let name = strip(plain, ".csv").filter(|name| !name.is_empty() && !name.contains('/'))?;
        Some(Self { name, entry })
    }
}

fn strip<'a>(name: &'a str, ending: &str) -> Option<&'a str> {
    let (front, tail) = name.split_at_checked(name.len().checked_sub(ending.len())?)?;
    tail.eq_ignore_ascii_case(ending).then_some(front)
}

impl Package {
    /// The entries at its top that are tables of the CSV form, by name. Cloud's XML exports hold one, too.
    pub fn tables(&self) -> impl Iterator<Item = Table<'_>> {
        self.entries().iter().filter_map(Table::of)
    }

    /// Opens an entry for reading, unpacked where its first bytes are those of gzip.
    ///
    /// # Errors
    /// As for [`Package::read`].
    pub fn read_table(&self, entry: &Entry) -> Result<TableReader, PackageError> {
        let mut inner = self.read(entry)?;
        let mut head = Vec::with_capacity(MAGIC.len());
        inner
            .by_ref()
            .take(MAGIC.len() as u64)
            .read_to_end(&mut head)
            .map_err(|source| PackageError::io(self.path(), source))?;
        let packed = head == MAGIC;
        let bytes = Cursor::new(head).chain(inner);
        // An entry of 4 kB that unpacks to gigabytes is no table.
        let limits = &self.limits;
        let limit = entry.bytes.saturating_mul(limits.ratio).max(limits.ratio_from).min(limits.entry_bytes);
        Ok(TableReader {
            entry: entry.clone(),
            bytes: if packed { Bytes::Packed(Box::new(MultiGzDecoder::new(bytes))) } else { Bytes::Plain(bytes) },
            read: 0,
            limit,
        })
    }
}

enum Bytes {
    Plain(Chain<Cursor<Vec<u8>>, EntryReader>),
    Packed(Box<MultiGzDecoder<Chain<Cursor<Vec<u8>>, EntryReader>>>),
}

/// The text of a table. Damage of what gzip packed is damage of the entry.
pub struct TableReader {
    entry: Entry,
    bytes: Bytes,
    read: u64,
    limit: u64,
}

impl std::fmt::Debug for TableReader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TableReader").field("entry", &self.entry.name).field("read", &self.read).finish_non_exhaustive()
    }
}

impl Read for TableReader {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        let reader = match &mut self.bytes {
            Bytes::Plain(reader) => return reader.read(to),
            Bytes::Packed(reader) => reader,
        };
        let problem = match reader.read(to) {
            Ok(number) => {
                self.read += number as u64;
                if self.read <= self.limit {
                    return Ok(number);
                }
                EntryProblem::TooLong { limit: self.limit }
            }
            // What the entry's own reader says, and what the system says, passes through.
            Err(error) if EntryError::within(&error).is_some() => return Err(error),
            Err(error) => match error.kind() {
                io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof => {
                    EntryProblem::Inflate { unpacked: self.read, problem: error.to_string() }
                }
                _ => return Err(error),
            },
        };
        Err(EntryError::new(&self.entry, problem).into())
    }
}
