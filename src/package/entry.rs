use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;

use rawzip::RangeReader;

use super::{Entry, directory};
use crate::model::count;

/// Where the bytes of an entry are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Source {
    /// In the zip.
    Packed { deflated: bool, crc: u32 },
    /// In a file.
    File(Box<Path>),
}

impl Source {
    pub fn is_packed(&self) -> bool {
        matches!(self, Self::Packed { .. })
    }
}

/// An entry whose bytes are not what the directory says. Travels inside an [`io::Error`] of the kind `InvalidData`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{entry} at byte {offset}: {problem}")]
pub struct EntryError {
    /// Its name, as the package spells it.
    pub entry: String,
    /// Where its local header stands in the zip; 0 in a folder.
    pub offset: u64,
    /// What is wrong.
    pub problem: EntryProblem,
}

/// What is wrong with the bytes of an entry.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EntryProblem {
    /// No local header stands where the directory says.
    #[error("the directory points to a place where no entry begins")]
    Header,
    /// The local header says something else than the directory.
    #[error("its own header gives it another {0} than the directory does")]
    Disagree(&'static str),
    /// The packed bytes can't be unpacked.
    #[error("its packed bytes can't be unpacked behind byte {unpacked} of its content: {problem}")]
    Inflate {
        /// How many bytes came out before.
        unpacked: u64,
        /// What the inflater says.
        problem: String,
    },
    /// Another length than the directory says.
    #[error("it has {} bytes, and the directory says {}", count(*read), count(*said))]
    Length {
        /// What the directory says.
        said: u64,
        /// What came out.
        read: u64,
    },
    /// Another checksum than the directory says.
    #[error("its checksum is {counted:08x}, and the directory says {said:08x}")]
    Crc {
        /// What the directory says.
        said: u32,
        /// What the bytes have.
        counted: u32,
    },
    /// More bytes than are read of any entry.
    #[error("it has more than {} bytes, which are not read", count(*limit))]
    TooLong {
        /// How many are read.
        limit: u64,
    },
    /// Packed in a way that Confluence never uses.
    #[error("it is packed by method {}, and only stored (0) and deflated (8) entries are read", packing(*.0))]
    Method(u16),
}

/// A method of packing by number and name; Windows packs files above 2 GB by the first of these.
fn packing(method: u16) -> String {
    let name = match method {
        9 => "Deflate64",
        12 => "bzip2",
        14 => "LZMA",
        93 => "Zstandard",
        95 => "xz",
        98 => "PPMd",
        99 => "AES",
        _ => return method.to_string(),
    };
    format!("{method} ({name})")
}

impl EntryError {
    pub(super) fn new(entry: &Entry, problem: EntryProblem) -> Self {
        Self { entry: entry.raw_name().to_owned(), offset: entry.offset, problem }
    }

    /// The damage that travels inside this error, if that is what it is.
    pub fn within(error: &io::Error) -> Option<&Self> {
        error.get_ref()?.downcast_ref()
    }

    /// The stable word for it: `crc`, `length`, `cut-off`, ….
    pub fn what(&self) -> &'static str {
        match self.problem {
            EntryProblem::Header => "no-local-header",
            EntryProblem::Disagree(_) => "local-header",
            EntryProblem::Inflate { .. } => "inflate",
            EntryProblem::Length { .. } => "length",
            EntryProblem::Crc { .. } => "crc",
            EntryProblem::TooLong { .. } => "bomb",
            EntryProblem::Method(_) => "unknown-method",
        }
    }
}

impl From<EntryError> for io::Error {
    fn from(error: EntryError) -> Self {
        Self::new(io::ErrorKind::InvalidData, error)
    }
}

enum Bytes {
    Stored(RangeReader<directory::File>),
    Deflated(Box<flate2::read::DeflateDecoder<RangeReader<directory::File>>>),
    File(std::fs::File),
}

/// The bytes of an entry, unpacked as they are read. Length and checksum are checked at its end.
pub struct EntryReader {
    entry: Entry,
    bytes: Bytes,
    crc: crc32fast::Hasher,
    read: u64,
    limit: u64,
    ended: bool,
}

impl EntryReader {
    pub(super) fn open(zip: Option<&directory::File>, entry: &Entry, limit: u64) -> io::Result<Self> {
        let bytes = match (&entry.source, zip) {
            (Source::File(path), _) => Bytes::File(std::fs::File::open(path)?),
            (Source::Packed { deflated, .. }, Some(zip)) => {
                let range = packed(zip, entry)?;
                if *deflated {
                    Bytes::Deflated(Box::new(flate2::read::DeflateDecoder::new(range)))
                } else {
                    Bytes::Stored(range)
                }
            }
            (Source::Packed { .. }, None) => return Err(EntryError::new(entry, EntryProblem::Header).into()),
        };
        // Never more than the directory says, and one byte to see that there are more.
        let limit = limit.min(if entry.source.is_packed() { entry.bytes } else { u64::MAX });
        Ok(Self { entry: entry.clone(), bytes, crc: crc32fast::Hasher::new(), read: 0, limit, ended: false })
    }

    /// The entry that is read.
    pub fn entry(&self) -> &Entry {
        &self.entry
    }

    fn fail(&mut self, problem: EntryProblem) -> io::Result<usize> {
        self.ended = true;
        Err(EntryError::new(&self.entry, problem).into())
    }

    fn close(&mut self) -> io::Result<usize> {
        self.ended = true;
        let Source::Packed { crc, .. } = self.entry.source else { return Ok(0) };
        if self.read != self.entry.bytes {
            return self.fail(EntryProblem::Length { said: self.entry.bytes, read: self.read });
        }
        let counted = self.crc.clone().finalize();
        if counted == crc { Ok(0) } else { self.fail(EntryProblem::Crc { said: crc, counted }) }
    }
}

impl Read for EntryReader {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        if self.ended || to.is_empty() {
            return Ok(0);
        }
        let result = match &mut self.bytes {
            Bytes::Stored(reader) => reader.read(to),
            Bytes::Deflated(reader) => reader.read(to),
            Bytes::File(reader) => return reader.read(to),
        };
        let number = match result {
            Ok(0) => return self.close(),
            Ok(number) => number,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => return Err(error),
            Err(error)
                if matches!(
                    error.kind(),
                    io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof
                ) =>
            {
                return self.fail(EntryProblem::Inflate { unpacked: self.read, problem: error.to_string() });
            }
            Err(error) => return Err(error),
        };
        if self.read.saturating_add(number as u64) > self.limit {
            let limit = self.limit;
            let problem = if limit == self.entry.bytes {
                EntryProblem::Length { said: limit, read: self.read.saturating_add(number as u64) }
            } else {
                EntryProblem::TooLong { limit }
            };
            return self.fail(problem);
        }
        self.read += number as u64;
        self.crc.update(to.get(..number).unwrap_or_default());
        Ok(number)
    }
}

impl std::fmt::Debug for EntryReader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("EntryReader").field("entry", &self.entry.name).field("read", &self.read).finish_non_exhaustive()
    }
}

/// The packed bytes of an entry.
fn packed(zip: &directory::File, entry: &Entry) -> io::Result<RangeReader<directory::File>> {
    let begin = super::local::begin(zip, entry)?;
    Ok(RangeReader::new(Arc::clone(zip), begin..begin.saturating_add(entry.packed)))
}
