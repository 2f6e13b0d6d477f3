//! What a capture has read so far, on disk, so that it can go on after an abort.
//!
//! One line says what the capture is for; each other holds what hangs on one page or blog post, with the version of that. A line begins with its own checksum: a last
//! one that was cut off is left out, anything else that is wrong is an error. Lists of content are read again by whoever goes on, and decide which lines still hold.

use std::collections::HashMap;
use std::fs::{File, OpenOptions};
use std::io::{BufRead as _, BufReader, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use super::unit::Unit;
use crate::model::{AttachmentDepth, Digest, Scope};

/// The format number of journals. Others are refused: a journal lives for hours.
const FORMAT: u32 = 2;

/// The file in the folder of a capture.
const NAME: &str = "journal";

/// Longest line: 1 GiB. A unit holds digests in place of texts, but a page can have thousands of versions.
const LINE_MAX: u64 = 1 << 30;

/// Digits of the checksum at the beginning of a line, and the space behind them.
const CHECK: usize = 9;

/// Why a journal can't be used.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// The disk.
    #[error("use the journal in {}: {cause}", folder.display())]
    Io {
        /// Its folder.
        folder: PathBuf,
        /// What the system says.
        cause: std::io::Error,
    },
    /// It was written for another capture.
    #[error("go on with the capture in {}: it was begun {what}; finish that one, or begin anew with --fresh", folder.display())]
    Other {
        /// Its folder.
        folder: PathBuf,
        /// What is different.
        what: String,
    },
    /// It isn't what was written.
    #[error("go on with the capture in {}: its journal is damaged at byte {at}; begin anew with --fresh", folder.display())]
    Damaged {
        /// Its folder.
        folder: PathBuf,
        /// Where.
        at: u64,
    },
}

impl JournalError {
    /// Whether the disk failed: nothing is wrong with the journal then.
    pub fn is_of_the_disk(&self) -> bool {
        matches!(self, Self::Io { .. })
    }
}

/// What a capture is for. A journal of another purpose is not gone on with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Purpose {
    pub(super) source: String,
    pub(super) account: String,
    pub(super) scope: Scope,
    pub(super) attachments: AttachmentDepth,
    /// Digest of the older manifest of which things are taken over.
    pub(super) since: Option<Digest>,
    /// The rules of its text digests.
    pub(super) texts: String,
    /// The rules of its normal forms.
    pub(super) normal: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct First {
    journal: u32,
    tool: String,
    began: String,
    purpose: Purpose,
}

#[derive(Deserialize)]
struct Format {
    journal: u32,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    id: u64,
    mark: String,
    unit: Unit,
}

/// What is looked at of a line while the journal is opened.
#[derive(Deserialize)]
struct Head {
    id: u64,
}

/// Where a line lies.
#[derive(Debug, Clone, Copy)]
struct Place {
    at: u64,
    length: u64,
}

/// A journal that is open.
#[derive(Debug)]
pub(super) struct Journal {
    folder: PathBuf,
    /// When the capture began at first, UTC.
    pub(super) began: String,
    inner: Mutex<Inner>,
}

#[derive(Debug)]
struct Inner {
    file: File,
    end: u64,
    places: HashMap<u64, Place>,
}

impl Journal {
    /// Opens the journal of this folder, or begins one: anew where it is to be `fresh`.
    pub(super) fn open(folder: &Path, purpose: &Purpose, fresh: bool, now: &str) -> Result<Self, JournalError> {
        let io = |cause| JournalError::Io { folder: folder.to_owned(), cause };
        make_private(folder).map_err(io)?;
        let path = folder.join(NAME);
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(fresh);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(&path).map_err(io)?;
        let mut opened = Opened { folder, reader: BufReader::new(file), at: 0, line: Vec::new() };
        let began = match opened.first()? {
            Some(first) => {
                if let Some(what) = difference(&first, purpose) {
                    return Err(JournalError::Other { folder: folder.to_owned(), what });
                }
                first.began
            }
            None => String::new(),
        };
        let places = opened.places()?;
        let (end, file) = (opened.at, opened.reader.into_inner());
        // What was cut off goes, so that the next line doesn't begin in the middle of it.
        file.set_len(end).map_err(io)?;
        let inner = Mutex::new(Inner { file, end, places });
        let mut journal = Self { folder: folder.to_owned(), began, inner };
        if journal.began.is_empty() {
            now.clone_into(&mut journal.began);
            let tool = concat!("rehearse ", env!("CARGO_PKG_VERSION")).to_owned();
            let first = First { journal: FORMAT, tool, began: now.to_owned(), purpose: purpose.clone() };
            journal.append(&first)?;
        }
        Ok(journal)
    }

    /// How many units it holds.
    pub(super) fn len(&self) -> usize {
        self.lock().places.len()
    }

    /// The unit of this content, where it was read when the content had this mark.
    pub(super) fn get(&self, id: u64, mark: &str) -> Result<Option<Unit>, JournalError> {
        let mut inner = self.lock();
        let Some(place) = inner.places.get(&id).copied() else { return Ok(None) };
        let mut bytes = vec![0; usize::try_from(place.length).unwrap_or_default()];
        let read = inner.file.seek(SeekFrom::Start(place.at)).and_then(|_| inner.file.read_exact(&mut bytes));
        read.map_err(|cause| JournalError::Io { folder: self.folder.clone(), cause })?;
        let damaged = || JournalError::Damaged { folder: self.folder.clone(), at: place.at };
        let line: Line = serde_json::from_slice(checked(&bytes).ok_or_else(damaged)?).map_err(|_| damaged())?;
        Ok((line.id == id && line.mark == mark).then_some(line.unit))
    }

    /// Keeps a unit; of several of one content the last counts.
    pub(super) fn add(&self, id: u64, mark: &str, unit: &Unit) -> Result<(), JournalError> {
        #[derive(Serialize)]
        struct Borrowed<'a> {
            id: u64,
            mark: &'a str,
            unit: &'a Unit,
        }
        let place = self.append(&Borrowed { id, mark, unit })?;
        self.lock().places.insert(id, place);
        Ok(())
    }

    fn append(&self, value: &impl Serialize) -> Result<Place, JournalError> {
        let io = |cause| JournalError::Io { folder: self.folder.clone(), cause };
        let json = serde_json::to_vec(value).map_err(|error| io(error.into()))?;
        let mut line = format!("{:08x} ", crc32fast::hash(&json)).into_bytes();
        line.extend_from_slice(&json);
        line.push(b'\n');
        let mut inner = self.lock();
        let place = Place { at: inner.end, length: line.len() as u64 };
        // In one piece: whoever stops this program stops it before or behind a line.
        let written = inner.file.seek(SeekFrom::Start(place.at)).and_then(|_| inner.file.write_all(&line));
        written.map_err(io)?;
        inner.end += place.length;
        Ok(place)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Removes a journal with its folder, when all is done.
pub(super) fn remove(folder: &Path) -> std::io::Result<()> {
    std::fs::remove_file(folder.join(NAME))?;
    std::fs::remove_dir(folder)
}

fn make_private(folder: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    match builder.create(folder) {
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        made => made,
    }
}

/// The JSON of a line whose checksum is right.
fn checked(line: &[u8]) -> Option<&[u8]> {
    let line = line.strip_suffix(b"\n")?;
    let (check, json) = line.split_at_checked(CHECK)?;
    let told = std::str::from_utf8(check).ok()?.strip_suffix(' ')?;
    (u32::from_str_radix(told, 16).ok()? == crc32fast::hash(json)).then_some(json)
}

/// What a journal was begun for that this capture isn't.
fn difference(first: &First, wanted: &Purpose) -> Option<String> {
    let found = &first.purpose;
    if found.source != wanted.source {
        return Some(format!("of another source ({})", found.source));
    }
    if found.account != wanted.account {
        return Some("as another account".to_owned());
    }
    if found.scope != wanted.scope {
        return Some("of other spaces".to_owned());
    }
    if found.attachments != wanted.attachments {
        return Some(format!("with --attachments {}", found.attachments.word()));
    }
    if found.since != wanted.since {
        return Some("with another manifest in --since, or with none".to_owned());
    }
    (found != wanted).then(|| format!("by other rules ({})", first.tool))
}

/// A journal while it is being opened.
struct Opened<'a> {
    folder: &'a Path,
    reader: BufReader<File>,
    /// Behind the last line that is whole.
    at: u64,
    line: Vec<u8>,
}

impl Opened<'_> {
    /// Reads the next line; false at the end, and where it was cut off.
    fn next(&mut self) -> Result<bool, JournalError> {
        self.line.clear();
        let read = (&mut self.reader).take(LINE_MAX).read_until(b'\n', &mut self.line);
        read.map_err(|cause| JournalError::Io { folder: self.folder.to_owned(), cause })?;
        if self.line.last() != Some(&b'\n') {
            return if self.line.len() as u64 == LINE_MAX { Err(self.damaged()) } else { Ok(false) };
        }
        Ok(true)
    }

    fn damaged(&self) -> JournalError {
        JournalError::Damaged { folder: self.folder.to_owned(), at: self.at }
    }

    fn json<T: serde::de::DeserializeOwned>(&self) -> Result<T, JournalError> {
        let json = checked(&self.line).ok_or_else(|| self.damaged())?;
        serde_json::from_slice(json).map_err(|_| self.damaged())
    }

    fn first(&mut self) -> Result<Option<First>, JournalError> {
        if !self.next()? {
            return Ok(None);
        }
        let format: Format = self.json()?;
        if format.journal != FORMAT {
            let what = format!("with a journal of format {}, and this program has {FORMAT}", format.journal);
            return Err(JournalError::Other { folder: self.folder.to_owned(), what });
        }
        let first = self.json()?;
        self.at += self.line.len() as u64;
        Ok(Some(first))
    }

    fn places(&mut self) -> Result<HashMap<u64, Place>, JournalError> {
        let mut places = HashMap::new();
        while self.at > 0 && self.next()? {
            let head: Head = self.json()?;
            let length = self.line.len() as u64;
            places.insert(head.id, Place { at: self.at, length });
            self.at += length;
        }
        Ok(places)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Kind;

    fn purpose() -> Purpose {
        Purpose {
            source: "http://wiki".into(),
            account: "ann".into(),
            scope: Scope::Site,
            attachments: AttachmentDepth::Hash,
            since: None,
            texts: "strict/1".into(),
            normal: "normal/1".into(),
        }
    }

    fn unit(word: &str) -> Unit {
        Unit { blind_spots: vec![word.to_owned()], not_read: vec![(Kind::Label, "x".into())], ..Unit::default() }
    }

    fn open(folder: &Path) -> Result<Journal, JournalError> {
        Journal::open(folder, &purpose(), false, "later")
    }

    fn begun(folder: &Path) -> PathBuf {
        let journal = Journal::open(folder, &purpose(), false, "first").unwrap();
        journal.add(7, "1", &unit("seven")).unwrap();
        journal.add(8, "1", &unit("eight")).unwrap();
        journal.add(7, "2", &unit("seven again")).unwrap();
        folder.join(NAME)
    }

    #[test]
    fn units_are_kept_by_content_and_mark() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path().join("out.partial");
        begun(&folder);
        let journal = open(&folder).unwrap();
        assert_eq!((journal.began.as_str(), journal.len()), ("first", 2));
        assert_eq!(journal.get(7, "2").unwrap(), Some(unit("seven again")));
        assert_eq!([journal.get(7, "1").unwrap(), journal.get(9, "1").unwrap()], [None, None]);
        drop(journal);
        remove(&folder).unwrap();
        assert!(!folder.exists());
        assert_eq!(open(&folder).unwrap().began, "later");
    }

    #[test]
    fn a_cut_anywhere_loses_no_line_before_it_and_a_change_is_damage() {
        let folder = tempfile::tempdir().unwrap();
        let whole = std::fs::read(begun(folder.path())).unwrap();
        let path = folder.path().join(NAME);
        let ends: Vec<usize> = whole.iter().enumerate().filter(|(_, byte)| **byte == b'\n').map(|(at, _)| at).collect();
        for length in 0..whole.len() {
            std::fs::write(&path, &whole[..length]).unwrap();
            let journal = open(folder.path()).unwrap();
            let lines = ends.iter().filter(|end| **end < length).count();
            assert_eq!(journal.len(), lines.saturating_sub(1).min(2), "cut at {length}");
            journal.add(9, "1", &unit("nine")).unwrap();
            assert_eq!(open(folder.path()).unwrap().get(9, "1").unwrap(), Some(unit("nine")), "cut at {length}");
        }
        for at in (0..whole.len()).filter(|at| !ends.contains(at)) {
            let mut spoiled = whole.clone();
            spoiled[at] ^= 1;
            if spoiled[at] == b'\n' {
                continue;
            }
            std::fs::write(&path, &spoiled).unwrap();
            assert!(open(folder.path()).is_err(), "changed at {at}");
        }
    }

    #[test]
    fn a_journal_of_another_purpose_is_refused_with_the_remedy() {
        let folder = tempfile::tempdir().unwrap();
        begun(folder.path());
        let others = [
            Purpose { source: "http://other".into(), ..purpose() },
            Purpose { account: "bob".into(), ..purpose() },
            Purpose { scope: Scope::Spaces(vec!["OPS".into()]), ..purpose() },
            Purpose { attachments: AttachmentDepth::Size, ..purpose() },
            Purpose { since: Some(Digest::of("x")), ..purpose() },
            Purpose { texts: "strict/2".into(), ..purpose() },
            Purpose { normal: "normal/2".into(), ..purpose() },
        ];
        for other in others {
            let error = Journal::open(folder.path(), &other, false, "now").unwrap_err();
            assert!(error.to_string().contains("--fresh"), "{error}");
            assert!(matches!(error, JournalError::Other { .. }), "{error}");
        }
        let fresh = Journal::open(folder.path(), &purpose(), true, "anew").unwrap();
        assert_eq!((fresh.began.as_str(), fresh.len()), ("anew", 0));
    }
}
