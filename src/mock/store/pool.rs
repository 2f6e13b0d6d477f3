//! The files of a site: each belongs to somebody, and is gone with the last one who needs it, unless the site is to outlive the program.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Where the files of a site lie.
#[derive(Debug, Clone)]
pub struct Pool {
    folder: PathBuf,
}

/// A file of the pool. Cheap to clone; it is removed with the last clone, where it was not kept.
#[derive(Debug, Clone)]
pub struct Pooled(Arc<OneFile>);

#[derive(Debug)]
struct OneFile {
    path: PathBuf,
    kept: AtomicBool,
}

impl Pool {
    /// The pool of this folder, which exists.
    pub fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// Its folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// A place for a new file, of a name that no other has.
    pub fn place(&self, kind: &str) -> Pooled {
        let name = format!("{kind}-{:016x}", crate::mock::restore::unique());
        Pooled(Arc::new(OneFile { path: self.folder.join(name), kept: AtomicBool::new(false) }))
    }

    /// A file that was kept before.
    pub fn known(&self, name: &str) -> Pooled {
        Pooled(Arc::new(OneFile { path: self.folder.join(name), kept: AtomicBool::new(true) }))
    }

    /// Removes all files but these, which nobody knows any more. Gives their number.
    ///
    /// # Errors
    /// What the file system says.
    pub fn sweep(&self, known: &[&str]) -> std::io::Result<u64> {
        let mut removed = 0;
        for entry in std::fs::read_dir(&self.folder)? {
            let entry = entry?;
            if !entry.file_name().to_str().is_some_and(|name| known.contains(&name)) {
                std::fs::remove_file(entry.path())?;
                removed += 1;
            }
        }
        Ok(removed)
    }
}

impl Pooled {
    /// Where it lies.
    pub fn path(&self) -> &Path {
        &self.0.path
    }

    /// Its name within the pool.
    pub fn name(&self) -> String {
        self.path().file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
    }

    /// Leaves it where it is when nobody needs it any more, or not.
    pub fn keep(&self, kept: bool) {
        self.0.kept.store(kept, Ordering::Relaxed);
    }
}

impl Drop for OneFile {
    fn drop(&mut self) {
        if !self.kept.load(Ordering::Relaxed) {
            let _ = std::fs::remove_file(&self.path);
        }
    }
}
