//! The container of an export (a zip, or the folder that somebody unpacked it into) and the raw objects of its entities.xml: read and
//! written here, and nowhere else.
//!
//! Must not know what an object means: which class holds pages, or what belongs to what. Everything hostile is bounded by [`Limits`].

mod ahead;
mod buffer;
mod classes;
mod csv;
mod descriptor;
mod directory;
mod end;
mod entry;
mod error;
mod events;
mod filter;
mod folder;
mod limits;
mod local;
mod looks;
mod names;
mod object;
mod object_error;
mod object_writer;
mod objects;
mod raw;
mod remains;
mod scan;
mod screen;
mod window;
mod writer;
mod xml;

#[cfg(test)]
mod hostile;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

pub use ahead::{Ahead, AheadTexts, read_ahead};
pub use buffer::{Name, ObjectBuffer};
pub use csv::{Row, RowError, Rows, Table, TableReader, rows, rows_ahead};
pub use descriptor::{read_descriptor, write_descriptor};
pub use entry::{EntryError, EntryProblem, EntryReader};
pub use error::PackageError;
pub use filter::{Screened, Texts, screen};
pub use limits::Limits;
pub use object::{Object, Parts, Value, Values};
pub use object_error::ObjectError;
pub use object_writer::{Habit, ObjectWriter};
pub use objects::{Objects, objects, objects_ahead, objects_by_events};
pub use raw::{Raw, RawObject};
pub use remains::{Remains, Then};
pub use screen::Illegal;
pub use writer::PackageWriter;

use crate::model::{Damage, Form};

/// Bytes read at a time: what an inflater fills and a filter screens while it is still in the cache of the processor.
const BLOCK: usize = 256 << 10;

/// What a path is that is neither a file nor a folder: reading it could wait for ever.
fn special(metadata: &std::fs::Metadata) -> Option<&'static str> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt as _;
        let kind = metadata.file_type();
        let kinds = [
            (kind.is_fifo(), "a pipe"),
            (kind.is_socket(), "a socket"),
            (kind.is_char_device() || kind.is_block_device(), "a device"),
        ];
        if let Some((_, what)) = kinds.iter().find(|(is, _)| *is) {
            return Some(what);
        }
    }
    (!metadata.is_file()).then_some("no regular file")
}

/// One file inside a package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its name without `./` in front and without a folder around everything; parts are separated by `/`.
    pub name: String,
    /// The name as the package spells it, where that is another: a million entries are kept in memory.
    spelt: Option<Box<str>>,
    /// Length unpacked in bytes, as the directory of the zip says.
    pub bytes: u64,
    /// Length packed in bytes; in a folder the same as `bytes`.
    pub packed: u64,
    /// Where its local header stands in the zip; 0 in a folder.
    pub offset: u64,
    source: entry::Source,
}

impl Entry {
    /// Its name as the package spells it.
    pub fn raw_name(&self) -> &str {
        self.spelt.as_deref().unwrap_or(&self.name)
    }
}

/// The container of an export.
#[derive(Debug)]
pub struct Package {
    path: PathBuf,
    form: Form,
    limits: Limits,
    entries: Vec<Entry>,
    damage: Vec<Damage>,
    top_folder: Option<String>,
    zip: Option<directory::File>,
}

impl Package {
    /// Opens a zip (told by its first bytes, not by its name) or a folder, and reads its directory.
    ///
    /// # Errors
    /// Nothing is there, nothing may be read, it is neither of the two, or its directory is missing or broken.
    pub fn open(path: &Path, limits: &Limits) -> Result<Self, PackageError> {
        let io = |source| PackageError::io(path, source);
        let metadata = std::fs::metadata(path).map_err(io)?;
        let mut sieve = names::Sieve::new(limits);
        let (form, zip) = if metadata.is_dir() {
            folder::list(path, &mut sieve).map_err(io)??;
            (Form::Folder, None)
        } else if let Some(what) = special(&metadata) {
            return Err(PackageError::Special { path: path.to_owned(), what });
        } else {
            (Form::Zip, Some(directory::list(path, metadata.len(), &mut sieve)?))
        };
        let (entries, damage, top_folder) = sieve.finish();
        Ok(Self { path: path.to_owned(), form, limits: limits.clone(), entries, damage, top_folder, zip })
    }

    /// Zip or folder.
    pub fn form(&self) -> Form {
        self.form
    }

    /// Where it lies.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Its files, sorted by name; those whose names or sizes were refused are left out and stand in [`Self::damage`].
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The entry of this (normalised) name.
    pub fn entry(&self, name: &str) -> Option<&Entry> {
        let at = self.entries.binary_search_by(|entry| entry.name.as_str().cmp(name)).ok()?;
        self.entries.get(at)
    }

    /// What the directory itself shows to be wrong.
    pub fn damage(&self) -> &[Damage] {
        &self.damage
    }

    /// The folder that lies around everything, where there is one. Confluence itself refuses such a package.
    pub fn top_folder(&self) -> Option<&str> {
        self.top_folder.as_deref()
    }

    /// Opens an entry for reading. The reader has a life of its own; several may be open at once.
    ///
    /// # Errors
    /// The entry can't be opened, or is packed by a method that isn't known.
    pub fn read(&self, entry: &Entry) -> Result<EntryReader, PackageError> {
        EntryReader::open(self.zip.as_ref(), entry, self.limits.entry_bytes)
            .map_err(|source| PackageError::io(&self.path, source))
    }

    /// Reads a small entry whole, unpacked where its first bytes are those of gzip.
    ///
    /// # Errors
    /// As for [`Self::read`]; and where it has more than so many bytes, or breaks off.
    pub fn read_small(&self, entry: &Entry, most: u64) -> Result<Vec<u8>, PackageError> {
        use std::io::Read as _;
        let mut bytes = Vec::new();
        let read = self
            .read_table(entry)?
            .take(most.saturating_add(1))
            .read_to_end(&mut bytes)
            .map_err(|source| PackageError::io(&self.path, source))?;
        if read as u64 > most {
            return Err(PackageError::Entry(EntryError::new(entry, EntryProblem::TooLong { limit: most })));
        }
        Ok(bytes)
    }
}
