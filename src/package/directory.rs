use std::io::Read as _;
use std::path::Path;
use std::sync::Arc;

use rawzip::{ErrorKind, FileReader, ZipArchive, ZipLocator};

use super::end::{self, End, NoEnd};
use super::entry::Source;
use super::looks::{HEAD, looks_like};
use super::names::{Listed, Sieve};
use super::{EntryProblem, PackageError, remains};

/// The zip file itself; readers of entries share it.
pub(super) type File = Arc<FileReader>;

/// Reads the directory of a zip.
pub(super) fn list(path: &Path, length: u64, sieve: &mut Sieve<'_>) -> Result<File, PackageError> {
    let io = |source| PackageError::io(path, source);
    let mut head = Vec::new();
    std::fs::File::open(path).map_err(io)?.take(HEAD).read_to_end(&mut head).map_err(io)?;
    if head.is_empty() {
        return Err(PackageError::Empty { path: path.to_owned() });
    }
    if !is_zip(&head) {
        return Err(PackageError::NotAZip { path: path.to_owned(), what: looks_like(&head) });
    }
    let file: File = Arc::new(std::fs::File::open(path).map_err(io)?.into());
    let end = match end::find(&file, length).map_err(io)? {
        Ok(end) => end,
        Err(why) => return Err(no_end(path, length, &file, why)),
    };
    let mut buffer = vec![0; rawzip::RECOMMENDED_BUFFER_SIZE];
    // Only the record that was found is in the space that is searched.
    let archive = ZipLocator::new()
        .max_search_space(end::RECORD as u64)
        .locate_in_reader(Arc::clone(&file), &mut buffer, end.at + end::RECORD as u64)
        .map_err(|(_, error)| broken(path, length, end.at, error))?;
    if archive.eocd_offset() != end.at || archive.directory_offset() != end.directory {
        let problem = "its end can be understood in two ways".to_owned();
        return Err(PackageError::Directory { path: path.to_owned(), offset: end.at, problem });
    }
    sieve.end(&end);
    walk(path, length, &archive, end, sieve)?;
    Ok(file)
}

/// Why there is no directory, and what is there in spite of that.
fn no_end(path: &Path, length: u64, file: &File, why: NoEnd) -> PackageError {
    let path = path.to_owned();
    let directory =
        |offset, problem: &str| PackageError::Directory { path: path.clone(), offset, problem: problem.to_owned() };
    match why {
        NoEnd::Missing | NoEnd::Inside(_) => match remains::walk(file, length) {
            Ok(remains) => PackageError::CutOff { path, bytes: length, remains },
            Err(source) => PackageError::Io { path, source },
        },
        NoEnd::Split { at, part } => directory(
            at,
            &format!("the zip is in several files, of which this is number {}; join them first", part + 1),
        ),
        NoEnd::Broken { at } => {
            directory(at, "it isn't where its end says; take the file again from where it was made")
        }
    }
}

fn walk(
    path: &Path,
    length: u64,
    archive: &ZipArchive<File>,
    end: End,
    sieve: &mut Sieve<'_>,
) -> Result<(), PackageError> {
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
    // Writers that don't know ZIP64 count on from zero behind 65,535, Java's before version 7 among them.
    let fits = if end.zip64 { listed == end.entries } else { listed % 65_536 == end.entries % 65_536 };
    if !fits {
        let problem = format!("it lists {listed} entries, and its end says {}", end.entries);
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
        ErrorKind::MissingEndOfCentralDirectory => {
            PackageError::CutOff { path, bytes: length, remains: remains::Remains::default() }
        }
        kind => PackageError::Directory { path, offset, problem: kind.to_string().to_lowercase() },
    }
}

fn is_zip(head: &[u8]) -> bool {
    [b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08"].iter().any(|magic| head.starts_with(*magic))
}
