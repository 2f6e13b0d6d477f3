use std::io;
use std::path::{Path, PathBuf};

use super::{EntryError, Remains};
use crate::model::{Fault, count};

/// Why a package can't be opened, read or written.
#[derive(Debug, thiserror::Error)]
pub enum PackageError {
    /// The system refuses, or nothing is there.
    #[error("{path}: {source}", path = path.display())]
    Io {
        /// What was to be read or written.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// Neither a file nor a folder.
    #[error("{path} is {what}, and a backup is a zip file or a folder; save it to a file first", path = path.display())]
    Special {
        /// The path.
        path: PathBuf,
        /// What it is instead, in words.
        what: &'static str,
    },
    /// A file of no bytes.
    #[error("{path} is empty (0 bytes)", path = path.display())]
    Empty {
        /// Which file.
        path: PathBuf,
    },
    /// A file that doesn't begin as a zip does.
    #[error("{path} is not a zip: {what}", path = path.display())]
    NotAZip {
        /// Which file.
        path: PathBuf,
        /// What it is instead, in words.
        what: &'static str,
    },
    /// The directory, which stands at the end, is missing.
    #[error(
        "{path} is cut off: it ends at byte {} without the directory that closes a zip; {remains}; take the file again from where it was made", count(*bytes),
        path = path.display()
    )]
    CutOff {
        /// Which file.
        path: PathBuf,
        /// Its length.
        bytes: u64,
        /// What is there nevertheless.
        remains: Remains,
    },
    /// The directory is there and broken.
    #[error("the directory of {path} is broken at byte {offset}: {problem}", path = path.display())]
    Directory {
        /// Which file.
        path: PathBuf,
        /// Where, from the beginning of the file.
        offset: u64,
        /// What is wrong.
        problem: String,
    },
    /// More entries than any real package has.
    #[error("it holds more than {} entries, which no Confluence writes", count(*limit))]
    TooManyEntries {
        /// How many are read.
        limit: u64,
    },
    /// An entry is damaged.
    #[error(transparent)]
    Entry(#[from] EntryError),
}

impl PackageError {
    /// An error of the system, or the damage of an entry that travelled as one.
    pub(super) fn io(path: &Path, source: io::Error) -> Self {
        match EntryError::within(&source) {
            Some(error) => Self::Entry(error.clone()),
            None => Self::Io { path: path.to_owned(), source },
        }
    }

    /// Whose failing it is.
    pub fn fault(&self) -> Fault {
        match self {
            Self::Io { .. } => Fault::Rig,
            Self::Special { .. } => Fault::Scenario,
            _ => Fault::Backup,
        }
    }

    /// Where in the zip file it is, if that is known.
    pub fn offset(&self) -> Option<u64> {
        match self {
            Self::CutOff { bytes, .. } => Some(*bytes),
            Self::Directory { offset, .. } => Some(*offset),
            Self::Entry(error) => Some(error.offset),
            Self::Io { .. }
            | Self::Special { .. }
            | Self::Empty { .. }
            | Self::NotAZip { .. }
            | Self::TooManyEntries { .. } => None,
        }
    }
}
