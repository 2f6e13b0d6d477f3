//! The file that names the state of a site which outlives the program. It is replaced as a whole when a restore has ended, so that a program that
//! is killed in the middle leaves the state of before.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use roaring::RoaringTreemap;
use serde::{Deserialize, Serialize};

use super::{Disk, Files, Heads, Held, Pool, StoreError, Stored, Tables};
use crate::mock::kept::Kept;
use crate::mock::spill::Spill;
use crate::package::{Limits, Package, PackageError};

/// How the file begins; the number is its format.
const BEGINNING: &[u8] = b"rehearse mock site ";
const FORMAT: &[u8] = b"1\n";

/// Why a site that was kept can't be opened.
#[derive(Debug, thiserror::Error)]
pub enum SavedError {
    /// The file can't be read or written.
    #[error("{path}: {cause}", path = path.display())]
    Io {
        /// Which.
        path: PathBuf,
        /// What the system says.
        cause: std::io::Error,
    },
    /// It is none of these files, or a damaged one.
    #[error("{} doesn't hold the state of a site; name a folder that a mock made, or a new one", .0.display())]
    NotASite(PathBuf),
    /// A newer program wrote it.
    #[error("{} was written by a newer rehearse; use that one", .0.display())]
    Newer(PathBuf),
    /// Its database can't be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A package with the bytes of attachments can't be opened.
    #[error("open {path}, which holds attachments of the site: {cause}", path = path.display())]
    Package {
        /// Which.
        path: PathBuf,
        /// Why not.
        cause: PackageError,
    },
}

#[derive(Serialize, Deserialize)]
struct Saved {
    tables: Tables,
    disk: Option<String>,
    texts: Vec<String>,
    kept: Vec<(String, u64)>,
    /// Name in the pool, or the path of a folder that lies elsewhere.
    packages: Vec<(Option<String>, String)>,
    unindexed: Vec<u8>,
}

/// Writes the state, and keeps its files. Those that only `before` needed go with it.
///
/// # Errors
/// What the file system says; the state of before stands.
pub fn write(path: &Path, now: &Stored, before: &Stored) -> Result<(), StoreError> {
    let mut unindexed = Vec::new();
    now.unindexed.serialize_into(&mut unindexed)?;
    let packages = now
        .files
        .packages
        .iter()
        .map(|held| (held.file.as_ref().map(super::Pooled::name), held.path.to_string_lossy().into_owned()));
    let saved = Saved {
        tables: Tables::clone(&now.tables),
        disk: now.disk.file().map(super::Pooled::name),
        texts: now.files.texts.iter().map(|text| text.file().name()).collect(),
        kept: now.files.kept.iter().map(|kept| (kept.file().name(), kept.last())).collect(),
        packages: packages.collect(),
        unindexed,
    };
    let bytes = postcard::to_allocvec(&saved).map_err(std::io::Error::other)?;
    let needed = now.pooled();
    for file in &needed {
        std::fs::File::open(file.path())?.sync_all()?;
    }
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    for part in [BEGINNING, FORMAT, bytes.as_slice()] {
        file.write_all(part)?;
    }
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    before.pooled().iter().for_each(|file| file.keep(false));
    needed.iter().for_each(|file| file.keep(true));
    Ok(())
}

/// Opens the state that this file names; `None` where there is none yet.
///
/// # Errors
/// A file that isn't one, or that names files which can't be opened.
pub fn read(path: &Path, pool: &Pool, limits: &Limits) -> Result<Option<Stored>, SavedError> {
    let io = |path: &Path, cause| SavedError::Io { path: path.to_owned(), cause };
    let bytes = match std::fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(io(path, error)),
    };
    let not_a_site = || SavedError::NotASite(path.to_owned());
    let rest = bytes.strip_prefix(BEGINNING).ok_or_else(not_a_site)?;
    let rest = rest.strip_prefix(FORMAT).ok_or_else(|| SavedError::Newer(path.to_owned()))?;
    let saved: Saved = postcard::from_bytes(rest).map_err(|_| not_a_site())?;
    let mut files = Files::default();
    for name in &saved.texts {
        let file = pool.known(name);
        let place = file.path().to_owned();
        files.texts.push(Arc::new(Spill::open(file).map_err(|error| io(&place, error))?));
    }
    files.kept.extend(saved.kept.iter().map(|(name, last)| Arc::new(Kept::known(pool.known(name), *last))));
    for (name, path) in saved.packages {
        let file = name.map(|name| pool.known(&name));
        let place = file.as_ref().map_or_else(|| PathBuf::from(&path), |file| file.path().to_owned());
        let package = Package::open(&place, limits).map_err(|cause| SavedError::Package { path: place, cause })?;
        files.packages.push(Arc::new(Held { package, file, path: PathBuf::from(path) }));
    }
    let disk = saved.disk.map(|name| Disk::open(pool.known(&name))).transpose()?.unwrap_or_default();
    let mut heads = Heads::default();
    for row in disk.walk()? {
        heads.push(&row?);
    }
    heads.finish();
    let mut tables = saved.tables;
    tables.reindex();
    let unindexed = RoaringTreemap::deserialize_from(saved.unindexed.as_slice()).map_err(|_| not_a_site())?;
    let (tables, heads, disk) = (Arc::new(tables), Arc::new(heads), Arc::new(disk));
    Ok(Some(Stored { tables, heads, disk, files: Arc::new(files), unindexed: Arc::new(unindexed) }))
}

/// Removes what no state names: leavings of a restore that was cut short. Gives the number of files.
///
/// # Errors
/// What the file system says.
pub fn sweep(pool: &Pool, stored: &Stored) -> std::io::Result<u64> {
    let names: Vec<String> = stored.pooled().into_iter().map(super::Pooled::name).collect();
    pool.sweep(&names.iter().map(String::as_str).collect::<Vec<_>>())
}
