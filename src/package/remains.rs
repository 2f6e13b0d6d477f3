//! What can be said of a zip without its directory: which of its entries, one behind the other, are whole.

use std::fmt;
use std::io::{self, BufReader, Read as _};

use flate2::bufread::DeflateDecoder;
use rawzip::{RangeReader, ReaderAt as _};

use super::directory::File;
use super::end::number;
use crate::model::count;

/// Bytes that are unpacked to find where entries end; takes a few seconds.
const MOST_BYTES: u64 = 2 << 30;
/// Entries that are looked at.
const MOST_ENTRIES: u64 = 1_000_000;

/// What is left of a zip that was cut off.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Remains {
    /// Entries at its beginning that are whole.
    pub whole: u64,
    /// What comes behind them.
    pub then: Then,
}

/// What stands behind the last whole entry.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Then {
    /// Nobody knows: it isn't looked further.
    #[default]
    Unknown,
    /// An entry of this name that breaks off.
    Entry(String),
    /// The directory, which breaks off.
    Directory,
    /// Nothing: it ends between two entries.
    End,
}

impl fmt::Display for Remains {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let whole = match self.whole {
            0 => "none of its entries is".to_owned(),
            1 => "its first entry is".to_owned(),
            number => format!("its first {} entries are", count(number)),
        };
        match (&self.then, self.whole) {
            (Then::Unknown, 0) => f.write_str("where its first entry ends can't be told"),
            (Then::Unknown, _) => write!(f, "at least {whole} whole"),
            (Then::Entry(name), _) => write!(f, "{whole} whole, and {name} breaks off"),
            (Then::Directory, _) => write!(f, "{whole} whole, and the directory breaks off"),
            (Then::End, _) => write!(f, "{whole} whole, and nothing stands behind them"),
        }
    }
}

/// One step from a local header to what stands behind its entry.
enum Step {
    Whole(u64),
    Then(Then),
}

/// Walks the local headers from the beginning of the file.
pub(super) fn walk(file: &File, length: u64) -> io::Result<Remains> {
    let (mut remains, mut at, mut budget) = (Remains::default(), 0, MOST_BYTES);
    while remains.whole < MOST_ENTRIES {
        match step(file, at, length, &mut budget)? {
            Step::Whole(next) => {
                remains.whole += 1;
                at = next;
            }
            Step::Then(then) => {
                remains.then = then;
                break;
            }
        }
    }
    Ok(remains)
}

fn step(file: &File, at: u64, length: u64, budget: &mut u64) -> io::Result<Step> {
    let mut header = vec![0; usize::try_from(length.saturating_sub(at).min(30)).unwrap_or(30)];
    file.read_exact_at(&mut header, at)?;
    if header.is_empty() {
        return Ok(Step::Then(Then::End));
    }
    if header.starts_with(b"PK\x01\x02") || header.starts_with(b"PK\x06\x06") {
        return Ok(Step::Then(Then::Directory));
    }
    let field = |from, width| number(&header, from, width);
    let (Some(flags), Some(method), Some(packed), Some(name), Some(extra)) =
        (field(6, 2), field(8, 2), field(18, 4), field(26, 2), field(28, 2))
    else {
        return Ok(Step::Then(Then::Entry("the next entry".to_owned())));
    };
    if !header.starts_with(b"PK\x03\x04") {
        return Ok(Step::Then(Then::Unknown));
    }
    let begin = at + 30 + name + extra;
    let mut text = vec![0; usize::try_from(name.min(length - at - 30)).unwrap_or_default()];
    file.read_exact_at(&mut text, at + 30)?;
    let broken = || Step::Then(Then::Entry(printable(&text)));
    if begin > length {
        return Ok(broken());
    }
    let sized = flags & 8 == 0 && packed != u64::from(u32::MAX);
    if sized {
        return Ok(if begin + packed > length { broken() } else { Step::Whole(begin + packed) });
    }
    if method != 8 || flags & 1 == 1 {
        return Ok(Step::Then(Then::Unknown));
    }
    let Some((read, unpacked)) = inflated(file, begin..length, budget)? else {
        return Ok(if *budget == 0 { Step::Then(Then::Unknown) } else { broken() });
    };
    let end = begin + read;
    if flags & 8 == 0 {
        return Ok(Step::Whole(end));
    }
    Ok(behind(file, end, length, (read, unpacked))?.map_or_else(broken, Step::Whole))
}

/// Unpacks from here on; gives how many bytes that took and made, or `None` where it breaks off.
fn inflated(file: &File, range: std::ops::Range<u64>, budget: &mut u64) -> io::Result<Option<(u64, u64)>> {
    let mut decoder = DeflateDecoder::new(BufReader::new(RangeReader::new(file.clone(), range)));
    let mut block = vec![0; 64 << 10];
    loop {
        match decoder.read(&mut block) {
            Ok(0) => return Ok(Some((decoder.total_in(), decoder.total_out()))),
            Ok(number) => {
                *budget = budget.saturating_sub(number as u64);
                if *budget == 0 {
                    return Ok(None);
                }
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            // Anything that is wrong with packed bytes; a disk that fails says something else.
            Err(error)
                if matches!(
                    error.kind(),
                    io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof
                ) =>
            {
                *budget = (*budget).max(1);
                return Ok(None);
            }
            Err(error) => return Err(error),
        }
    }
}

/// Where the sizes behind the data end: with their mark or without, of four bytes each or of eight.
fn behind(file: &File, end: u64, length: u64, sizes: (u64, u64)) -> io::Result<Option<u64>> {
    let mut bytes = vec![0; usize::try_from(length.saturating_sub(end).min(24)).unwrap_or_default()];
    file.read_exact_at(&mut bytes, end)?;
    let marked = usize::from(bytes.starts_with(b"PK\x07\x08")) * 4;
    let fits = |mark: usize, width: usize| {
        let read = (number(&bytes, mark + 4, width)?, number(&bytes, mark + 4 + width, width)?);
        (read == sizes).then_some(end + (mark + 4 + 2 * width) as u64)
    };
    Ok([(marked, 4), (marked, 8), (0, 4), (0, 8)].into_iter().find_map(|(mark, width)| fits(mark, width)))
}

/// A name for people: no control characters, and not without end.
fn printable(name: &[u8]) -> String {
    let name = String::from_utf8_lossy(name);
    name.chars().take(200).map(|c| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c }).collect()
}
