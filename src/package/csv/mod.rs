//! The tables of the CSV form of a Cloud export (docs/confluence.md, C21): records of RFC 4180 one after the other, in constant memory.
//!
//! The lexer is our own since no crate's tells a quote that is never closed, or bounds a record; the tests hold it to the crate `csv`.
//! Must not know what a column means.

mod lexer;
mod table;
#[cfg(test)]
mod tests;

use std::io::{self, BufRead, BufReader, Read};
use std::ops::Range;

use super::ahead::screen_ahead;
use super::filter::{Filter, Screened, Texts};
use super::screen::SUBSTITUTE;
use super::{AheadTexts, BLOCK, EntryError, Illegal, Limits};
use crate::model::count;
use lexer::{Found, Lexer};
pub use table::{Table, TableReader};

/// Why a row, or what comes behind it, can't be read.
#[derive(Debug, thiserror::Error)]
pub enum RowError {
    /// Something stands between a closing quote and the next comma. Reading goes on behind the next line end; rows may be lost between.
    #[error(
        "the row at byte {offset} has something behind the quote that closes a field, at byte {at}; what comes up to the next line end is not read"
    )]
    Stray {
        /// Where the row begins.
        offset: u64,
        /// Where it stands.
        at: u64,
    },
    /// More fields than any table has.
    #[error("the row at byte {offset} has more than {} fields", count(*limit as u64))]
    TooWide {
        /// Where the row begins.
        offset: u64,
        /// How many are read.
        limit: usize,
    },
    /// It ends inside of quotes.
    #[error("it is cut off: the quote at byte {quote} is not closed, in the row at byte {offset}")]
    Unclosed {
        /// Where the row begins.
        offset: u64,
        /// Where the quote stands.
        quote: u64,
    },
    /// A row longer than any real one; often a quote that is missing.
    #[error("the row at byte {offset} has more than {} bytes", count(*limit))]
    TooLong {
        /// Where the row begins.
        offset: u64,
        /// Most bytes of a row.
        limit: u64,
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

impl RowError {
    /// Whether nothing can be read behind it.
    pub fn is_fatal(&self) -> bool {
        !matches!(self, Self::Stray { .. } | Self::TooWide { .. })
    }

    /// Where in the table's text.
    pub fn offset(&self) -> u64 {
        match self {
            Self::Stray { offset, .. }
            | Self::TooWide { offset, .. }
            | Self::Unclosed { offset, .. }
            | Self::TooLong { offset, .. }
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

/// One record of a table, borrowed from its reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row<'a> {
    text: &'a str,
    ends: &'a [usize],
    offset: u64,
    end: u64,
}

impl<'a> Row<'a> {
    /// How many fields it has.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether it has no fields; no row that is read is such.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// A field, without its quotes; line ends in one that was quoted are LF. Empty where there is no such field.
    pub fn field(&self, at: usize) -> &'a str {
        self.text.get(self.range(at)).unwrap_or_default()
    }

    /// Where in [`Self::text`] a field stands.
    pub fn range(&self, at: usize) -> Range<usize> {
        let from = at.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or_default();
        from..self.ends.get(at).copied().unwrap_or(from)
    }

    /// All fields, one behind the other.
    pub fn text(&self) -> &'a str {
        self.text
    }

    /// All fields.
    pub fn fields(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        let row = *self;
        (0..row.len()).map(move |at| row.field(at))
    }

    /// Where it begins, in bytes of the table's text.
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// Where it ends, behind its line end.
    pub fn end(&self) -> u64 {
        self.end
    }
}

/// Reads the rows of a table; the first of them is its header. Rows end with CR LF or LF, empty lines are passed over, and a character that XML
/// forbids becomes U+FFFD and is noted in [`Rows::illegal`], as in [`super::objects`].
pub fn rows<R: Read>(reader: R, limits: &Limits) -> Rows<Screened<BufReader<R>>> {
    Rows::new(Screened::new(BufReader::with_capacity(BLOCK, reader)), limits)
}

/// The same, with the unpacking on a thread of its own.
///
/// # Errors
/// The machine gives no thread.
pub fn rows_ahead<R: Read + Send + 'static>(reader: R, limits: &Limits) -> io::Result<Rows<AheadTexts>> {
    Ok(Rows::new(screen_ahead(reader, "\n")?, limits))
}

/// See [`rows`].
pub struct Rows<R> {
    bytes: Filter<R>,
    lexer: Lexer,
    limit: u64,
    position: u64,
    ended: bool,
    open_end: bool,
}

impl<R> std::fmt::Debug for Rows<R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Rows").field("position", &self.position).finish_non_exhaustive()
    }
}

impl<R: Texts> Rows<R> {
    fn new(reader: R, limits: &Limits) -> Self {
        Self {
            bytes: Filter::new(reader),
            lexer: Lexer::new(usize::try_from(limits.object_bytes).unwrap_or(usize::MAX)),
            limit: limits.object_bytes,
            position: 0,
            ended: false,
            open_end: false,
        }
    }

    /// The characters that XML forbids, so far.
    pub fn illegal(&self) -> &Illegal {
        self.bytes.illegal()
    }

    /// Bytes of the table's text taken so far.
    pub fn position(&self) -> u64 {
        self.position
    }

    /// Whether the last row, which was read, had no line end behind it: a habit of the writer, or the trace of a cut.
    pub fn has_open_end(&self) -> bool {
        self.open_end
    }

    /// The next row, or `None` behind the last one. Behind a fatal error there is none.
    pub fn next_row(&mut self) -> Option<Result<Row<'_>, RowError>> {
        if self.ended {
            return None;
        }
        self.lexer.begin();
        let mut offset = self.position;
        let found = loop {
            let block = match self.bytes.fill_buf() {
                Ok(block) => block,
                Err(error) => {
                    self.ended = true;
                    let source = self.bytes.error.take().unwrap_or(error);
                    return Some(Err(RowError::Read { offset: self.position, source }));
                }
            };
            let (used, found) = if block.is_empty() { (0, Some(self.lexer.end())) } else { self.lexer.feed(block) };
            self.bytes.consume(used);
            self.position += used as u64;
            match found {
                // An empty line.
                Some(Found::Row) if self.lexer.is_blank() => {
                    self.lexer.begin();
                    offset = self.position;
                }
                Some(found) => break found,
                None => {}
            }
        };
        let error = match found {
            Found::Row => return Some(self.row(offset)),
            Found::OpenRow => {
                (self.ended, self.open_end) = (true, true);
                return Some(self.row(offset));
            }
            Found::Nothing => {
                self.ended = true;
                return None;
            }
            Found::Stray(at) => RowError::Stray { offset, at: offset + at },
            Found::TooWide(limit) => RowError::TooWide { offset, limit },
            Found::Unclosed(quote) => RowError::Unclosed { offset, quote: offset + quote },
            Found::TooLong => RowError::TooLong { offset, limit: self.limit },
        };
        self.ended = error.is_fatal();
        Some(Err(error))
    }

    fn row(&mut self, offset: u64) -> Result<Row<'_>, RowError> {
        if self.bytes.illegal().number > 0 {
            self.lexer.replace(SUBSTITUTE, "\u{fffd}");
        }
        let (bytes, ends) = self.lexer.record();
        match std::str::from_utf8(bytes) {
            Ok(text) => Ok(Row { text, ends, offset, end: self.position }),
            // The filter lets nothing through that is no UTF-8, and rows are cut at ASCII characters.
            Err(error) => {
                self.ended = true;
                Err(RowError::Read { offset, source: io::Error::new(io::ErrorKind::InvalidData, error) })
            }
        }
    }
}
