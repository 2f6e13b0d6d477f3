//! The home folder: the site's files, and, where the site is to outlive the program, what brings it back.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};

use super::settings::Settings;
use super::store::saved::{self, SavedError};
use super::store::{Held, Pool, StoreError, Stored};
use crate::package::{Limits, Package};

/// Names the state of a site that lasts.
const STATE: &str = "site.state";
/// Held by the program that uses the folder.
const LOCK: &str = "lock";
/// There while a restore is under way.
const RESTORING: &str = "restoring";

/// Why a home can't be used.
#[derive(Debug, thiserror::Error)]
pub enum HomeError {
    /// The file system says so.
    #[error(transparent)]
    Io(#[from] std::io::Error),
    /// Somebody else uses it.
    #[error("another mock is using it")]
    InUse,
    /// What it holds can't be opened.
    #[error(transparent)]
    Saved(#[from] SavedError),
    /// It holds files of somebody else's, which might be taken for leavings.
    #[error("it is not empty, and no mock made it; name a new folder")]
    Foreign,
    /// It holds a site, and another one is to be loaded into it.
    #[error("it holds a site already; leave out --load to serve that one, or name a new folder")]
    Holds,
}

/// What was found in a home that lasts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Found {
    /// A site.
    pub site: bool,
    /// The leavings of a restore that was cut short.
    pub cut_short: bool,
}

/// A home folder that this program uses.
#[derive(Debug)]
pub struct Home {
    pub pool: Pool,
    folder: PathBuf,
    lasts: bool,
    /// Released by the system however the program ends.
    _lock: Option<File>,
}

impl Home {
    /// Makes the folders, and opens the site that was kept there.
    ///
    /// # Errors
    /// A folder that can't be used, or a site that can't be opened.
    pub fn open(settings: &Settings) -> Result<(Self, Option<Stored>, Found), HomeError> {
        let folder = settings.home.clone();
        if settings.lasts && is_foreign(&folder)? {
            return Err(HomeError::Foreign);
        }
        for name in ["restore/site", "restore/space", "uploads", "spill"] {
            std::fs::create_dir_all(folder.join(name))?;
        }
        let pool = Pool::new(folder.join("spill"));
        if !settings.lasts {
            return Ok((Self { pool, folder, lasts: false, _lock: None }, None, Found::default()));
        }
        let lock = File::create(folder.join(LOCK))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(HomeError::InUse),
            Err(TryLockError::Error(error)) => return Err(error.into()),
        }
        let stored = saved::read(&folder.join(STATE), &pool, &settings.limits)?;
        if stored.is_some() && settings.load.is_some() {
            return Err(HomeError::Holds);
        }
        let found = Found { site: stored.is_some(), cut_short: folder.join(RESTORING).exists() };
        let none = Stored::default();
        saved::sweep(&pool, stored.as_ref().unwrap_or(&none))?;
        // No job knows of them any more.
        Pool::new(folder.join("uploads")).sweep(&[])?;
        Mark(Some(folder.join(RESTORING)));
        Ok((Self { pool, folder, lasts: true, _lock: Some(lock) }, stored, found))
    }

    /// Marks that a restore is under way, until the mark is dropped.
    pub fn begin(&self) -> std::io::Result<Mark> {
        if !self.lasts {
            return Ok(Mark(None));
        }
        let path = self.folder.join(RESTORING);
        File::create(&path)?;
        Ok(Mark(Some(path)))
    }

    /// Keeps the state, where the site lasts.
    pub fn keep(&self, now: &Stored, before: &Stored) -> Result<(), StoreError> {
        if self.lasts { saved::write(&self.folder.join(STATE), now, before) } else { Ok(()) }
    }

    /// Holds on to a package that was restored: where the site lasts by a copy, since nobody knows what becomes of the file. A folder stays where it
    /// lies.
    pub fn hold(&self, package: Package, path: &Path, limits: &Limits) -> std::io::Result<Held> {
        let absolute = || std::path::absolute(path);
        if !self.lasts || !path.is_file() {
            return Ok(Held { package, file: None, path: absolute()? });
        }
        let file = self.pool.place("package");
        // What was uploaded is the mock's own.
        let own = path.starts_with(self.folder.join("uploads"));
        if !(own && std::fs::hard_link(path, file.path()).is_ok()) {
            std::fs::copy(path, file.path())?;
        }
        let package = Package::open(file.path(), limits).map_err(std::io::Error::other)?;
        Ok(Held { package, path: absolute()?, file: Some(file) })
    }
}

/// Whether there is something in the folder, and no lock of a mock.
fn is_foreign(folder: &Path) -> std::io::Result<bool> {
    match std::fs::read_dir(folder) {
        Ok(mut entries) => Ok(entries.next().is_some() && !folder.join(LOCK).exists()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

/// A mark in the home, which goes when this does.
#[derive(Debug)]
pub struct Mark(Option<PathBuf>);

impl Drop for Mark {
    fn drop(&mut self) {
        if let Some(path) = &self.0 {
            let _ = std::fs::remove_file(path);
        }
    }
}
