//! Takes one text or one file out of an archive.

use std::collections::BTreeSet;
use std::path::Path;

use super::classes::ContentClass;
use super::damage::Damages;
use super::work::Work;
use super::{ArchiveError, files, load_all, quote, scope};
use crate::clock::Context;
use crate::package::{EntryReader, Limits, Package};

/// What was asked for.
#[derive(Debug)]
pub enum Extract {
    /// The text of a page, blog post, comment, draft or older version, with `]] >` turned back.
    Text(String),
    /// An attachment.
    File {
        /// The name that it has in Confluence: anything a user typed. Not fit as a path.
        name: String,
        /// Its bytes. Length and checksum are checked when they were read to the end.
        reader: EntryReader,
    },
}

/// Why it can't be had.
#[derive(Debug, thiserror::Error)]
pub enum ExtractError {
    /// The archive can't be read.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// Nothing has this id.
    #[error("find content with the id {id}: {}", if *whole {
        "the backup holds none; `--list pages` and `--list attachments` show what it holds"
    } else {
        "none is in the part of the backup that can be read; the rest is damaged"
    })]
    Nothing {
        /// The id.
        id: u64,
        /// Whether all objects were read.
        whole: bool,
    },
    /// It is content without a text.
    #[error("take out the text of {id}: this {class} has none")]
    NoText {
        /// The id.
        id: u64,
        /// What it is.
        class: &'static str,
    },
    /// The package has no file for it.
    #[error("take out the attachment {id}: its file is not in the backup")]
    NoFile {
        /// The id.
        id: u64,
    },
}

/// Finds content by its id in the package at a path. Reads all objects, and no file. Blocking.
///
/// # Errors
/// The archive can't be read, or holds nothing of the kind.
pub fn extract(path: &Path, id: u64, ctx: &Context) -> Result<Extract, ExtractError> {
    let package = Package::open(path, &Limits::default()).map_err(ArchiveError::from)?;
    let mut damages = Damages::default();
    let descriptor = scope::descriptor(&package, &mut damages)?;
    let mut work = Work::new(&package, descriptor, ctx);
    let whole = load_all(&mut work, &mut damages)?;
    let (tables, _) = work.join(&mut damages)?;
    let row = tables.content.get(id).map_err(ArchiveError::from)?;
    let Some(row) = row else { return Err(ExtractError::Nothing { id, whole }) };
    if row.spine.class == ContentClass::Attachment {
        let claims = files::claim(&package, &tables).map_err(ArchiveError::from)?;
        let entry = claims.file(id).and_then(|at| package.entries().get(at));
        let Some(entry) = entry else { return Err(ExtractError::NoFile { id }) };
        let reader = package.read(entry).map_err(ArchiveError::from)?;
        return Ok(Extract::File { name: row.title.to_string(), reader });
    }
    let class = row.spine.class.name();
    let mut texts = quote::bodies_at(path, &BTreeSet::from([id]), usize::MAX)?;
    texts.remove(&id).map(Extract::Text).ok_or(ExtractError::NoText { id, class })
}
