use std::io;
use std::path::Path;

use super::PackageError;
use super::entry::Source;
use super::names::{Listed, Sieve};

/// Folders within folders that are looked into; a package has four.
const DEPTH: usize = 32;

/// Lists the files of an unpacked package, in order of their names. Links are refused, not followed.
pub(super) fn list(root: &Path, sieve: &mut Sieve<'_>) -> io::Result<Result<(), PackageError>> {
    let mut waiting = vec![(root.to_owned(), String::new(), 0)];
    while let Some((folder, prefix, depth)) = waiting.pop() {
        let mut found = std::fs::read_dir(&folder)?.collect::<io::Result<Vec<_>>>()?;
        found.sort_by_key(std::fs::DirEntry::file_name);
        for file in found {
            if let Err(error) = sieve.count() {
                return Ok(Err(error));
            }
            let name = format!("{prefix}{}", file.file_name().to_string_lossy());
            let kind = file.file_type()?;
            if kind.is_symlink() {
                sieve.refuse("name-link", &name, 0, "it is a link, and links are not followed");
            } else if kind.is_dir() && depth < DEPTH {
                waiting.push((file.path(), format!("{name}/"), depth + 1));
            } else if kind.is_dir() {
                sieve.refuse("name-too-long", &name, 0, format!("it lies more than {DEPTH} folders deep"));
            } else if kind.is_file() {
                let bytes = file.metadata()?.len();
                let source = Source::File(file.path().into());
                sieve.file(Listed { raw_name: name, bytes, packed: bytes, offset: 0, source });
            } else {
                sieve.refuse("name-link", &name, 0, "it is no regular file");
            }
        }
    }
    Ok(Ok(()))
}
