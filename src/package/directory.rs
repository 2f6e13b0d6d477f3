use std::io::Read as _;
use std::path::Path;
use std::sync::Arc;

use rawzip::{ErrorKind, FileReader, ReaderAt as _, ZipArchive, ZipLocator};

use super::entry::Source;
use super::names::{Listed, Sieve};
use super::{EntryProblem, PackageError};

/// The zip file itself; readers of entries share it.
pub(super) type File = Arc<FileReader>;

/// The directory stands before a comment of at most 65,535 bytes and has 22 bytes at its end. Looking further up could take the directory
/// of a zip that is an attachment of the package for the package's own.
const SEARCH: u64 = 65_535 + 22;

/// Reads the directory of a zip.
pub(super) fn list(path: &Path, length: u64, sieve: &mut Sieve<'_>) -> Result<File, PackageError> {
    let io = |source| PackageError::io(path, source);
    let mut head = Vec::new();
    std::fs::File::open(path).map_err(io)?.take(512).read_to_end(&mut head).map_err(io)?;
    if head.is_empty() {
        return Err(PackageError::Empty { path: path.to_owned() });
    }
    if !is_zip(&head) {
        return Err(PackageError::NotAZip { path: path.to_owned(), what: looks_like(&head) });
    }
    let file: File = Arc::new(std::fs::File::open(path).map_err(io)?.into());
    let mut buffer = vec![0; rawzip::RECOMMENDED_BUFFER_SIZE];
    let archive = ZipLocator::new()
        .max_search_space(SEARCH)
        .locate_in_reader(Arc::clone(&file), &mut buffer, length)
        .map_err(|(_, error)| broken(path, length, length, error))?;
    if archive.end_offset() != length || !stands_alone(&file, archive.eocd_offset()).map_err(io)? {
        return Err(PackageError::CutOff { path: path.to_owned(), bytes: length });
    }
    walk(path, length, &archive, sieve)?;
    Ok(file)
}

/// Whether the end of the directory speaks of the whole file: of a package that was cut off right behind an attachment that is a zip
/// itself, it would be the end of that one, whose offsets count from elsewhere.
fn stands_alone(file: &File, end: u64) -> std::io::Result<bool> {
    let mut record = [0; 22];
    file.read_exact_at(&mut record, end)?;
    let field = |at: usize| {
        record.get(at..at + 4).map_or(0, |four| four.iter().rev().fold(0, |sum, b| sum << 8 | u64::from(*b)))
    };
    let (size, offset) = (field(12), field(16));
    let mut locator = [0; 4];
    if end >= 20 {
        file.read_exact_at(&mut locator, end - 20)?;
    }
    Ok(offset + size == end || locator == *b"PK\x06\x07")
}

fn walk(path: &Path, length: u64, archive: &ZipArchive<File>, sieve: &mut Sieve<'_>) -> Result<(), PackageError> {
    let mut buffer = vec![0; rawzip::MAX_CENTRAL_DIRECTORY_RECORD_SIZE.max(rawzip::RECOMMENDED_BUFFER_SIZE)];
    let mut entries = archive.entries(&mut buffer);
    let mut listed = 0;
    let mut offset = archive.directory_offset();
    loop {
        let record = match entries.next_entry() {
            Ok(Some(record)) => record,
            Ok(None) => break,
            Err(error) => return Err(broken(path, length, offset, error)),
        };
        sieve.count()?;
        listed += 1;
        offset = record.central_directory_offset();
        let raw_name = String::from_utf8_lossy(record.file_path().as_bytes()).into_owned();
        let at = record.local_header_offset();
        if record.mode().is_symlink() {
            sieve.refuse("name-link", &raw_name, at, "it is a link, which no Confluence writes");
            continue;
        }
        if record.is_dir() && record.uncompressed_size_hint() == 0 {
            continue;
        }
        if record.flags().is_encrypted() {
            sieve.refuse("encrypted", &raw_name, at, "it is encrypted, which no Confluence does");
            continue;
        }
        let method = record.compression_method().as_u16();
        if !matches!(method, 0 | 8) {
            sieve.refuse("unknown-method", &raw_name, at, EntryProblem::Method(method).to_string());
            continue;
        }
        sieve.file(Listed {
            raw_name,
            bytes: record.uncompressed_size_hint(),
            packed: record.compressed_size_hint(),
            offset: at,
            source: Source::Packed { deflated: method == 8, crc: record.crc32() },
        });
    }
    if listed != archive.entries_hint() {
        let problem = format!("it lists {listed} entries, and its end says {}", archive.entries_hint());
        return Err(PackageError::Directory { path: path.to_owned(), offset, problem });
    }
    Ok(())
}

fn broken(path: &Path, length: u64, offset: u64, error: rawzip::Error) -> PackageError {
    let path = path.to_owned();
    match error.into_kind() {
        ErrorKind::IO(source) if source.kind() != std::io::ErrorKind::UnexpectedEof => {
            PackageError::Io { path, source }
        }
        ErrorKind::MissingEndOfCentralDirectory => PackageError::CutOff { path, bytes: length },
        kind => PackageError::Directory { path, offset, problem: kind.to_string().to_lowercase() },
    }
}

fn is_zip(head: &[u8]) -> bool {
    [b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08"].iter().any(|magic| head.starts_with(*magic))
}

/// What a file is that isn't a zip.
fn looks_like(head: &[u8]) -> &'static str {
    let text = String::from_utf8_lossy(head).to_lowercase();
    let text = text.trim_start_matches('\u{feff}').trim_start();
    if head.starts_with(&[0x1f, 0x8b]) {
        "its first bytes are those of gzip; unpack it first"
    } else if head.get(257..262) == Some(b"ustar") {
        "it is a tar archive; unpack it, and give the folder or the zip inside"
    } else if head.starts_with(b"7z\xbc\xaf\x27\x1c") {
        "it is a 7z archive; Confluence writes zip"
    } else if text.starts_with("<!doctype html") || text.starts_with("<html") {
        "it is a web page, perhaps the login page that a download met"
    } else if text.starts_with("<?xml") || text.starts_with("<hibernate-generic") {
        "it is XML, perhaps the entities.xml alone; give the zip, or the folder that holds all of it"
    } else if text.starts_with('{') || text.starts_with('[') {
        "it is JSON, perhaps the error that a download met"
    } else if head.iter().all(|byte| *byte == 0) {
        "it begins with zeros, as a file does whose bytes were never written"
    } else if head.iter().all(|byte| byte.is_ascii_graphic() || byte.is_ascii_whitespace()) {
        "it is text"
    } else {
        "its first bytes are of no form that is known here"
    }
}
