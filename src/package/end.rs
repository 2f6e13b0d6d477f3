use std::io;

use rawzip::ReaderAt as _;

use super::directory::File;

/// The directory stands before a comment of at most 65,535 bytes and has a record of 22 bytes at its end. Looking further up could take the
/// directory of a zip that is an attachment of the package for the package's own. Java, and so Confluence, looks as far.
const SEARCH: u64 = 65_535 + RECORD as u64;
/// Length of the record.
pub(super) const RECORD: usize = 22;
const MAGIC: &[u8; 4] = b"PK\x05\x06";

/// The record that ends the directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct End {
    /// Where the record stands.
    pub at: u64,
    /// Where the directory begins.
    pub directory: u64,
    /// How many entries it says there are; where they can't be more than 65,535, modulo 65,536.
    pub entries: u64,
    pub zip64: bool,
    /// Bytes behind the zip.
    pub behind: u64,
    /// Where another directory ends that fits as well.
    pub other: Option<u64>,
}

/// Why there is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NoEnd {
    /// None stands at the end of the file.
    Missing,
    /// The one at the end is that of a zip that begins here, inside the file.
    Inside(u64),
    /// The file is the last part of several.
    Split { at: u64, part: u32 },
    /// One is there and contradicts itself.
    Broken { at: u64 },
}

/// A record that may be the one.
#[derive(Debug, Clone, Copy)]
struct Candidate {
    at: u64,
    part: u32,
    entries: u64,
    size: u64,
    directory: u64,
    /// Bytes of the file behind the record and its comment.
    behind: u64,
}

/// Finds the record that ends the directory of the whole file: the last one whose directory lies right before it and whose comment ends where
/// the file ends; else the last one behind which something else stands. A comment, and what was appended, may hold the mark too.
pub(super) fn find(file: &File, length: u64) -> io::Result<Result<End, NoEnd>> {
    let from = length.saturating_sub(SEARCH);
    let mut tail = vec![0; (length - from) as usize];
    file.read_exact_at(&mut tail, from)?;
    let mut found: Option<End> = None;
    let (mut why, mut inside) = (NoEnd::Missing, None);
    for at in (0..tail.len()).rev() {
        let Some(record) = tail.get(at..).filter(|rest| rest.starts_with(MAGIC)) else { continue };
        let Some(candidate) = candidate(record, from + at as u64) else { continue };
        match settle(file, candidate)? {
            Ok(end) => match &mut found {
                Some(first) if first.behind > 0 && end.behind == 0 => {
                    found = Some(End { other: Some(first.at), ..end })
                }
                Some(first) => first.other = first.other.or(Some(end.at)),
                None => found = Some(end),
            },
            Err(reason) if candidate.behind == 0 => {
                if let NoEnd::Inside(_) = reason {
                    inside = Some(candidate.at);
                }
                if why == NoEnd::Missing {
                    why = reason;
                }
            }
            Err(_) => {}
        }
    }
    // Two zips, one behind the other: some readers take the first, and some the second.
    let found = found.map(|end| End { other: end.other.or(inside.filter(|_| end.behind > 0)), ..end });
    Ok(found.ok_or(why))
}

/// A record whose comment fits into the file.
fn candidate(record: &[u8], at: u64) -> Option<Candidate> {
    let comment = number(record, 20, 2)? as usize;
    let behind = record.len().checked_sub(RECORD + comment)? as u64;
    let part = number(record, 4, 2)?.max(number(record, 6, 2)?) as u32;
    Some(Candidate {
        at,
        part: if part == 0xffff { 0 } else { part },
        entries: number(record, 10, 2)?,
        size: number(record, 12, 4)?,
        directory: number(record, 16, 4)?,
        behind,
    })
}

/// Looks whether the directory stands where the record says.
fn settle(file: &File, candidate: Candidate) -> io::Result<Result<End, NoEnd>> {
    let Candidate { at, part, entries, size, directory, behind } = candidate;
    let end = End { at, directory, entries, zip64: false, behind, other: None };
    if let Some(large) = zip64(file, at)? {
        return Ok(Ok(End { zip64: true, directory: large.0, entries: large.1, ..end }));
    }
    if part > 0 {
        return Ok(Err(NoEnd::Split { at, part }));
    }
    let Some(base) = at.checked_sub(size).and_then(|begin| begin.checked_sub(directory)) else {
        return Ok(Err(NoEnd::Broken { at }));
    };
    let mut magic = [0; 4];
    file.read_exact_at(&mut magic, at - size)?;
    let sound = if size == 0 { entries == 0 } else { magic == *b"PK\x01\x02" };
    Ok(match (base, sound) {
        (0, true) => Ok(end),
        (_, true) => Err(NoEnd::Inside(base)),
        (_, false) => Err(NoEnd::Broken { at }),
    })
}

/// Place of the directory and number of entries by the larger record, where that stands before the record at this place and fits.
fn zip64(file: &File, at: u64) -> io::Result<Option<(u64, u64)>> {
    const LOCATOR: u64 = 20;
    let Some(begin) = at.checked_sub(LOCATOR) else { return Ok(None) };
    let mut locator = [0; LOCATOR as usize];
    file.read_exact_at(&mut locator, begin)?;
    if !locator.starts_with(b"PK\x06\x07") {
        return Ok(None);
    }
    let mut record = [0; 56];
    let Some(place) = number(&locator, 8, 8).filter(|place| place.checked_add(56).is_some_and(|end| end <= begin))
    else {
        return Ok(None);
    };
    file.read_exact_at(&mut record, place)?;
    let fields = (|| {
        let length = number(&record, 4, 8)?.checked_add(12)?;
        let (entries, size, directory) = (number(&record, 32, 8)?, number(&record, 40, 8)?, number(&record, 48, 8)?);
        let fits = record.starts_with(b"PK\x06\x06")
            && place.checked_add(length) == Some(begin)
            && directory.checked_add(size) == Some(place);
        fits.then_some((directory, entries))
    })();
    Ok(fields)
}

/// A number of so many bytes, lowest first.
pub(super) fn number(bytes: &[u8], at: usize, width: usize) -> Option<u64> {
    Some(bytes.get(at..at + width)?.iter().rev().fold(0, |sum, byte| sum << 8 | u64::from(*byte)))
}
