//! The lexer of RFC 4180: takes blocks of bytes as they come, and keeps the fields of one record.

use memchr::{memchr, memchr2};

/// Most fields of a record; Confluence's widest table has 28.
const MOST_FIELDS: usize = 1_000;

/// What a block, or the end, brought.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Found {
    /// A record with its line end.
    Row,
    /// A record without a line end: the last one.
    OpenRow,
    /// The end, and no record before it.
    Nothing,
    /// Something stood behind a closing quote, so many bytes behind the beginning of the record; all up to the next line end is taken.
    Stray(u64),
    /// More fields than are kept.
    TooWide(usize),
    /// The end came within quotes, which opened so many bytes behind the beginning of the record.
    Unclosed(u64),
    /// More bytes than a record may have.
    TooLong,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum At {
    /// The beginning of a field.
    Field,
    /// Inside of a field without quotes.
    Plain,
    /// Inside of quotes.
    Quoted,
    /// Behind a CR inside of quotes.
    Return,
    /// Behind a quote inside of quotes: it closes the field, or is the first of two.
    Quote,
    /// Behind a CR behind a closing quote.
    QuoteReturn,
    /// Behind a defect that began at this byte, on the way to the next line end.
    Skip(u64),
}

/// One record in the making.
#[derive(Debug)]
pub(super) struct Lexer {
    at: At,
    bytes: Vec<u8>,
    ends: Vec<usize>,
    /// Bytes of the input that the record took.
    taken: u64,
    /// Where the last opening quote stands, from the beginning of the record.
    opened: u64,
    quoted: bool,
    wide: bool,
    limit: usize,
}

impl Lexer {
    /// A record may have so many bytes.
    pub fn new(limit: usize) -> Self {
        Self {
            at: At::Field,
            bytes: Vec::new(),
            ends: Vec::new(),
            taken: 0,
            opened: 0,
            quoted: false,
            wide: false,
            limit,
        }
    }

    /// Forgets the last record.
    pub fn begin(&mut self) {
        (self.at, self.taken, self.opened) = (At::Field, 0, 0);
        (self.quoted, self.wide) = (false, false);
        self.bytes.clear();
        self.ends.clear();
    }

    /// The bytes of all fields, one behind the other, and where each ends.
    pub fn record(&self) -> (&[u8], &[usize]) {
        (&self.bytes, &self.ends)
    }

    /// Whether the record came of an empty line.
    pub fn is_blank(&self) -> bool {
        self.ends == [0] && !self.quoted
    }

    /// Takes bytes up to the end of the record, or all of them; gives how many it took.
    pub fn feed(&mut self, block: &[u8]) -> (usize, Option<Found>) {
        let mut rest = block;
        let mut found = None;
        while found.is_none()
            && let Some(first) = rest.first()
        {
            let before = rest.len();
            (rest, found) = self.step(*first, rest);
            self.taken += (before - rest.len()) as u64;
            if self.bytes.len() > self.limit {
                found = Some(Found::TooLong);
            }
        }
        (block.len() - rest.len(), found)
    }

    /// What the record comes to where the input ends.
    pub fn end(&mut self) -> Found {
        match self.at {
            At::Field if self.ends.is_empty() && !self.wide => Found::Nothing,
            At::Quoted | At::Return => Found::Unclosed(self.opened),
            At::Skip(at) => Found::Stray(at),
            At::Field | At::Plain | At::Quote | At::QuoteReturn => {
                self.end_field();
                if self.wide { Found::TooWide(MOST_FIELDS) } else { Found::OpenRow }
            }
        }
    }

    /// Puts a text in the place of every such byte.
    pub fn replace(&mut self, byte: u8, text: &str) {
        if memchr(byte, &self.bytes).is_none() {
            return;
        }
        let old = std::mem::take(&mut self.bytes);
        let mut from = 0;
        for end in &mut self.ends {
            for part in old.get(from..*end).unwrap_or_default().split_inclusive(|own| *own == byte) {
                let clean = part.strip_suffix(&[byte]);
                self.bytes.extend_from_slice(clean.unwrap_or(part));
                self.bytes.extend_from_slice(clean.map_or(&[], |_| text.as_bytes()));
            }
            from = std::mem::replace(end, self.bytes.len());
        }
    }

    fn step<'a>(&mut self, first: u8, rest: &'a [u8]) -> (&'a [u8], Option<Found>) {
        let behind = rest.get(1..).unwrap_or_default();
        match (self.at, first) {
            (At::Field, b'"') => {
                (self.at, self.opened, self.quoted) = (At::Quoted, self.taken, true);
                (behind, None)
            }
            (At::Field | At::Plain, _) => self.plain(rest),
            (At::Quoted, _) => self.quoted(rest),
            (At::Return, _) => {
                self.bytes.push(b'\n');
                self.at = At::Quoted;
                (if first == b'\n' { behind } else { rest }, None)
            }
            (At::Quote, b'"') => {
                self.bytes.push(b'"');
                self.at = At::Quoted;
                (behind, None)
            }
            (At::Quote, b',') => {
                self.end_field();
                (behind, None)
            }
            (At::Quote | At::QuoteReturn, b'\n') => (behind, Some(self.end_row())),
            (At::Quote, b'\r') => {
                self.at = At::QuoteReturn;
                (behind, None)
            }
            (At::Quote | At::QuoteReturn, _) => {
                self.at = At::Skip(self.taken);
                (rest, None)
            }
            (At::Skip(at), _) => match memchr(b'\n', rest) {
                Some(end) => (rest.get(end + 1..).unwrap_or_default(), Some(Found::Stray(at))),
                None => (&[], None),
            },
        }
    }

    fn plain<'a>(&mut self, rest: &'a [u8]) -> (&'a [u8], Option<Found>) {
        self.at = At::Plain;
        let Some(end) = memchr2(b',', b'\n', rest) else {
            self.bytes.extend_from_slice(rest);
            return (&[], None);
        };
        let (text, tail) = rest.split_at(end);
        self.bytes.extend_from_slice(text);
        let behind = tail.get(1..).unwrap_or_default();
        if tail.first() == Some(&b',') {
            self.end_field();
            return (behind, None);
        }
        let begin = self.ends.last().copied().unwrap_or_default();
        if self.bytes.len() > begin && self.bytes.last() == Some(&b'\r') {
            self.bytes.pop();
        }
        (behind, Some(self.end_row()))
    }

    fn quoted<'a>(&mut self, rest: &'a [u8]) -> (&'a [u8], Option<Found>) {
        let Some(end) = memchr2(b'"', b'\r', rest) else {
            self.bytes.extend_from_slice(rest);
            return (&[], None);
        };
        let (text, tail) = rest.split_at(end);
        self.bytes.extend_from_slice(text);
        self.at = if tail.first() == Some(&b'"') { At::Quote } else { At::Return };
        (tail.get(1..).unwrap_or_default(), None)
    }

    fn end_field(&mut self) {
        self.at = At::Field;
        if self.ends.len() < MOST_FIELDS {
            self.ends.push(self.bytes.len());
        } else {
            self.wide = true;
            self.bytes.truncate(self.ends.last().copied().unwrap_or_default());
        }
    }

    fn end_row(&mut self) -> Found {
        self.end_field();
        if self.wide { Found::TooWide(MOST_FIELDS) } else { Found::Row }
    }
}
