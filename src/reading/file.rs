//! The exchange form of a manifest: line-delimited JSON. A header, one line an item in key order by kind, and a last line with the counts and
//! the SHA-256 of all before it, so that a file that was cut off or edited shows.

use std::collections::BTreeMap;
use std::io::{BufRead, Write};

use serde::{Deserialize, Serialize};

use super::{Claim, Coverage, Gathering, Header, Manifest, ReadError};
use crate::model::{Digest, Hasher, Item, Kind};

/// The format number that this program writes. It reads all up to it.
///
/// 2 added kinds (watch, like, property, profile, task), fields and a reason to set aside, of which a program that knows format 1 can't read a line.
/// 3 added to the header how a live source was captured. 4 added the normal form of texts and what texts refer to, by which comments are keyed. What a file
/// of an older format says means the same in format 4; the header tells by which rules its comments are keyed.
pub const FORMAT: u32 = 4;

/// The kinds that files of format 1 know nothing of.
const SINCE_2: [Kind; 5] = [Kind::Watch, Kind::Like, Kind::Property, Kind::Profile, Kind::Task];

/// Longest line that is read: 16 MiB. An item holds digests, not texts, so real ones have a few hundred bytes.
const LINE_MAX: usize = 16 << 20;

/// Why a manifest file was refused.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// The file can't be opened, read or written.
    #[error("{0}")]
    Io(#[from] std::io::Error),
    /// The first line isn't the header of a manifest.
    #[error("line 1 is not the header of a manifest: {0}")]
    NotAManifest(String),
    /// A newer program wrote it.
    #[error("it has format {found}, and this program reads formats up to {FORMAT}; use a newer rehearse")]
    Newer {
        /// The format number of the file.
        found: u32,
    },
    /// A line isn't an item.
    #[error("line {line} is not an item: {problem}")]
    Line {
        /// Counted from 1.
        line: u64,
        /// What is wrong.
        problem: String,
    },
    /// The last line is missing.
    #[error("it is cut off behind line {line}: the closing line with counts and digest is missing")]
    CutOff {
        /// The last line that is there.
        line: u64,
    },
    /// The digest in the last line isn't that of the lines before it.
    #[error("it was changed after it was written: its lines have digest {actual}, its closing line says {claimed}")]
    Edited {
        /// What the closing line says.
        claimed: String,
        /// What the lines have.
        actual: Digest,
    },
    /// The digest fits and the counts don't.
    #[error("its closing line counts {claimed} items of the kind {kind}, and it holds {actual}")]
    Counts {
        /// Which kind.
        kind: Kind,
        /// What the closing line says.
        claimed: u64,
        /// What is there.
        actual: u64,
    },
    /// The items that were to be written can't be read, or those that were read can't be kept.
    #[error(transparent)]
    Read(#[from] ReadError),
}

impl FileError {
    /// Whether the disk failed that items are sorted on: nothing is wrong with the file then.
    pub fn is_of_the_disk(&self) -> bool {
        matches!(self, Self::Read(_))
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct First {
    manifest: u32,
    tool: String,
    claim: Claim,
    bound_to: Option<Digest>,
    header: Header,
}

#[derive(Deserialize)]
struct Format {
    manifest: u32,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Last {
    counts: BTreeMap<Kind, u64>,
    sha256: String,
}

/// Writes a manifest file; gives the digest of the whole file.
///
/// # Errors
/// What the writer says, or a reading that broke off.
pub fn write_manifest(manifest: &Manifest, mut to: impl Write) -> Result<Digest, FileError> {
    let mut before = Hasher::default();
    let mut line = |value: String, before: &mut Hasher| -> Result<(), FileError> {
        let value = value + "\n";
        before.update(value.as_bytes());
        Ok(to.write_all(value.as_bytes())?)
    };
    let first = First {
        manifest: FORMAT,
        tool: concat!("rehearse ", env!("CARGO_PKG_VERSION")).to_owned(),
        claim: manifest.claim,
        bound_to: manifest.bound_to.clone(),
        header: manifest.reading.header.clone(),
    };
    line(json(&first)?, &mut before)?;
    let mut counts = BTreeMap::new();
    for kind in Kind::ALL {
        for item in manifest.reading.items(kind) {
            line(json(&item?)?, &mut before)?;
            *counts.entry(kind).or_default() += 1;
        }
    }
    let last = Last { counts, sha256: before.clone().finish().hex().to_owned() };
    line(json(&last)?, &mut before)?;
    to.flush()?;
    Ok(before.finish())
}

/// Reads a manifest file; gives the digest of the whole file beside it.
///
/// # Errors
/// A file that can't be read, is no manifest, was cut off or edited, or is of a newer format.
pub fn read_manifest(mut from: impl BufRead) -> Result<(Manifest, Digest), FileError> {
    let mut hasher = Hasher::default();
    let mut text = String::new();
    match next_line(&mut from, &mut text) {
        Ok(true) => {}
        Ok(false) => return Err(FileError::NotAManifest("the file is empty".to_owned())),
        Err(error) if is_no_text(&error) => return Err(FileError::NotAManifest("it is not text".to_owned())),
        Err(error) => return Err(error.into()),
    }
    let refused = |error: serde_json::Error| FileError::NotAManifest(error.to_string());
    let format: Format = serde_json::from_str(&text).map_err(refused)?;
    if format.manifest > FORMAT {
        return Err(FileError::Newer { found: format.manifest });
    }
    let mut first: First = serde_json::from_str(&text).map_err(refused)?;
    if first.manifest < 2 {
        let none = || Coverage::NotRead("the manifest was written before this kind was read".to_owned());
        first.header.coverage.extend(SINCE_2.map(|kind| (kind, none())));
    }
    hasher.update(text.as_bytes());
    let (mut items, mut number) = (Gathering::default(), 1_u64);
    let last: Last = loop {
        let more = next_line(&mut from, &mut text).map_err(|error| unread(number + 1, error))?;
        if !more {
            return Err(FileError::CutOff { line: number });
        }
        number += 1;
        if text.starts_with("{\"counts\":") {
            break serde_json::from_str(&text).map_err(|error| line_error(number, &error))?;
        }
        if !text.ends_with('\n') {
            return Err(FileError::CutOff { line: number });
        }
        items.push(&serde_json::from_str::<Item>(&text).map_err(|error| line_error(number, &error))?);
        hasher.update(text.as_bytes());
    };
    let actual = hasher.clone().finish();
    if actual.hex() != last.sha256 {
        return Err(FileError::Edited { claimed: format!("sha256:{}", last.sha256), actual });
    }
    hasher.update(text.as_bytes());
    if next_line(&mut from, &mut text).map_err(|error| unread(number + 1, error))? {
        return Err(FileError::Line {
            line: number + 1,
            problem: "nothing may stand behind the closing line".to_owned(),
        });
    }
    let reading = items.finish(first.header)?;
    for kind in Kind::ALL {
        let (claimed, actual) = (last.counts.get(&kind).copied().unwrap_or_default(), reading.number(kind));
        if claimed != actual {
            return Err(FileError::Counts { kind, claimed, actual });
        }
    }
    Ok((Manifest { reading, claim: first.claim, bound_to: first.bound_to }, hasher.finish()))
}

fn line_error(line: u64, error: &serde_json::Error) -> FileError {
    FileError::Line { line, problem: error.to_string() }
}

fn json<T: Serialize>(value: &T) -> Result<String, FileError> {
    serde_json::to_string(value).map_err(|error| FileError::Io(error.into()))
}

/// Whether bytes were read and are not UTF-8.
fn is_no_text(error: &std::io::Error) -> bool {
    error.kind() == std::io::ErrorKind::InvalidData
}

fn unread(line: u64, error: std::io::Error) -> FileError {
    if is_no_text(&error) {
        return FileError::Line { line, problem: "it is not text".to_owned() };
    }
    FileError::Io(error)
}

fn next_line(from: &mut impl BufRead, text: &mut String) -> std::io::Result<bool> {
    use std::io::Read as _;
    text.clear();
    let read = from.take(LINE_MAX as u64).read_line(text)?;
    if read == LINE_MAX {
        return Err(std::io::Error::other("a line has more than 16 MiB"));
    }
    Ok(read > 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Field, Key, Scope, Value};
    use crate::reading::Reading;

    fn manifest() -> Manifest {
        let header = Header {
            origin: "test".into(),
            began: "2026-11-23T00:00:00Z".into(),
            ended: "2026-11-23T00:00:01Z".into(),
            product: None,
            scope: Scope::Spaces(vec!["OPS".into()]),
            coverage: BTreeMap::new(),
            blind_spots: Vec::new(),
            texts: crate::model::BODY_DIGEST_RULES.into(),
            normal: None,
            capture: None,
        };
        let fields = BTreeMap::from([(Field::Title, Some(Value::from("A\u{2028}b"))), (Field::Parent, None)]);
        let item = Item { kind: Kind::Page, key: Key::new(["page", "OPS", "A"]), id: Some(1), aside: None, fields };
        let reading = Reading::new(header, [item.clone(), item]).unwrap();
        Manifest { reading, claim: Claim::Source, bound_to: Some(Digest::of("x")) }
    }

    fn written() -> Vec<u8> {
        let mut bytes = Vec::new();
        write_manifest(&manifest(), &mut bytes).unwrap();
        bytes
    }

    #[test]
    fn what_is_written_is_read_back() {
        let (read, digest) = read_manifest(written().as_slice()).unwrap();
        assert_eq!(read, manifest());
        assert_eq!(digest, Digest::of(written()));
    }

    #[test]
    fn a_cut_anywhere_is_refused() {
        let bytes = written();
        for length in 0..bytes.len() - 1 {
            assert!(read_manifest(&bytes[..length]).is_err(), "cut at {length}");
        }
    }

    #[test]
    fn a_file_of_format_1_says_that_newer_kinds_were_not_read() {
        let text =
            String::from_utf8(written()).unwrap().replacen(&format!("\"manifest\":{FORMAT}"), "\"manifest\":1", 1);
        let (head, closing) = text.trim_end().rsplit_once('\n').unwrap();
        let head = format!("{head}\n");
        let (counts, _) = closing.rsplit_once("\"sha256\":\"").unwrap();
        let text = format!("{head}{counts}\"sha256\":\"{}\"}}\n", Digest::of(&head).hex());
        let (old, _) = read_manifest(text.as_bytes()).unwrap();
        assert!(SINCE_2.iter().all(|kind| matches!(old.reading.header.coverage.get(kind), Some(Coverage::NotRead(_)))));
        assert_eq!(old.reading.number(Kind::Page), 2);
    }

    #[test]
    fn an_edit_and_a_newer_format_are_refused() {
        let text = String::from_utf8(written()).unwrap();
        assert!(matches!(read_manifest(text.replace("OPS", "OPX").as_bytes()), Err(FileError::Edited { .. })));
        let newer = text.replacen(&format!("\"manifest\":{FORMAT}"), "\"manifest\":999", 1);
        assert!(matches!(read_manifest(newer.as_bytes()), Err(FileError::Newer { found: 999 })));
        assert!(matches!(read_manifest(&b"PK\x03\x04"[..]), Err(FileError::NotAManifest(_))));
    }
}
