use std::io;

use super::EntryError;
use crate::model::count;

/// Why an object, or what comes behind it, can't be read.
#[derive(Debug, thiserror::Error)]
pub enum ObjectError {
    /// This object makes no sense; reading goes on behind it.
    #[error("the {} at byte {offset} can't be understood: {problem}", class.as_deref().map_or_else(|| "element".to_owned(), |class| format!("object of class {class}")))]
    Bad {
        /// Where it begins.
        offset: u64,
        /// Its class, where that is known.
        class: Option<String>,
        /// What is wrong.
        problem: String,
    },
    /// It isn't XML from here on.
    #[error("the XML is broken at byte {offset}: {problem}")]
    Malformed {
        /// Where.
        offset: u64,
        /// What is wrong.
        problem: String,
    },
    /// It ends in the middle.
    #[error("it is cut off at byte {offset}")]
    CutOff {
        /// Its length.
        offset: u64,
    },
    /// A document type, which Confluence never writes, and which can be a trap.
    #[error("a DOCTYPE stands at byte {offset}, which Confluence never writes; it isn't read")]
    Doctype {
        /// Where.
        offset: u64,
    },
    /// An object longer than any real one.
    #[error("the object before byte {offset} has more than {} bytes", count(*limit))]
    TooLong {
        /// Where reading stopped.
        offset: u64,
        /// Most bytes of an object.
        limit: u64,
    },
    /// Elements within elements without end.
    #[error("the elements at byte {offset} are nested more than {limit} deep")]
    TooDeep {
        /// Where.
        offset: u64,
        /// Deepest nesting that is read.
        limit: usize,
    },
    /// The bytes can't be read.
    #[error("reading broke off at byte {offset}: {source}")]
    Read {
        /// Bytes read before.
        offset: u64,
        /// What the reader says; see [`EntryError::within`].
        source: io::Error,
    },
}

impl ObjectError {
    /// Whether nothing can be read behind it.
    pub fn is_fatal(&self) -> bool {
        !matches!(self, Self::Bad { .. })
    }

    /// Where in the entry's content.
    pub fn offset(&self) -> u64 {
        match self {
            Self::Bad { offset, .. }
            | Self::Malformed { offset, .. }
            | Self::CutOff { offset }
            | Self::Doctype { offset }
            | Self::TooLong { offset, .. }
            | Self::TooDeep { offset, .. }
            | Self::Read { offset, .. } => *offset,
        }
    }

    /// The damage of the entry that broke the reading, if that is what it was.
    pub fn entry(&self) -> Option<&EntryError> {
        match self {
            Self::Read { source, .. } => EntryError::within(source),
            _ => None,
        }
    }
}
