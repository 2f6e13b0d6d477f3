//! A backup on a disk of this machine: a zip file, or the folder into which somebody unpacked one.

use std::fs::{self, File, Metadata};
use std::io::Read;
use std::path::{Path, PathBuf};

use super::AcquireError;
use crate::clock::Context;
use crate::event::{Stage, Unit};
use crate::model::{Backup, Form, Hasher};

/// Bytes read at once.
const BLOCK: usize = 256 << 10;

/// Reads the backup at a path to its end, for its size and digest. Blocking.
///
/// # Errors
/// A backup that is missing, empty, unreadable, or that somebody is still writing to.
pub fn acquire(path: &Path, ctx: &Context) -> Result<Backup, AcquireError> {
    let before = stat(path)?;
    let mut reader = Reader { ctx, done: 0, of: 0, block: vec![0; BLOCK] };
    let (form, digest) = if before.is_dir() {
        (Form::Folder, reader.folder(path)?)
    } else if before.is_file() {
        reader.of = before.len();
        let mut hasher = Hasher::default();
        reader.file(path, &mut hasher)?;
        let after = stat(path)?;
        if after.len() != before.len() || reader.done != before.len() || after.modified().ok() != before.modified().ok()
        {
            return Err(AcquireError::Moving { path: path.to_owned() });
        }
        (Form::Zip, hasher.finish())
    } else {
        return Err(AcquireError::Neither { path: path.to_owned() });
    };
    if reader.done == 0 {
        return Err(AcquireError::Empty { path: path.to_owned() });
    }
    let modified = before.modified().ok().and_then(|time| jiff::Timestamp::try_from(time).ok());
    Ok(Backup {
        path: path.to_owned(),
        form,
        bytes: reader.done,
        digest,
        origin: format!("file {}", path.display()),
        modified: modified.map(|time| time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()),
    })
}

fn stat(path: &Path) -> Result<Metadata, AcquireError> {
    fs::metadata(path).map_err(|cause| refused(path, cause))
}

fn refused(path: &Path, cause: std::io::Error) -> AcquireError {
    if cause.kind() == std::io::ErrorKind::NotFound {
        AcquireError::Missing { path: path.to_owned() }
    } else {
        AcquireError::Unreadable { path: path.to_owned(), cause }
    }
}

struct Reader<'a> {
    ctx: &'a Context,
    done: u64,
    of: u64,
    block: Vec<u8>,
}

impl Reader<'_> {
    fn file(&mut self, path: &Path, hasher: &mut Hasher) -> Result<(), AcquireError> {
        let mut file = File::open(path).map_err(|cause| refused(path, cause))?;
        loop {
            if self.ctx.cancel.is_cancelled() {
                return Err(AcquireError::Stopped);
            }
            let read = file.read(&mut self.block).map_err(|cause| refused(path, cause))?;
            let Some(bytes) = self.block.get(..read).filter(|bytes| !bytes.is_empty()) else { return Ok(()) };
            hasher.update(bytes);
            self.done += read as u64;
            self.ctx.events.progress(Stage::Acquire, self.done, Some(self.of.max(self.done)), Unit::Bytes);
        }
    }

    fn folder(&mut self, folder: &Path) -> Result<crate::model::Digest, AcquireError> {
        let mut files = Vec::new();
        list(folder, Path::new(""), &mut files)?;
        files.sort();
        let mut all = Hasher::default();
        for name in files {
            let mut one = Hasher::default();
            self.file(&folder.join(&name), &mut one)?;
            let name = name.to_string_lossy().replace(std::path::MAIN_SEPARATOR, "/");
            all.update(format!("{}  {name}\n", one.finish().hex()).as_bytes());
        }
        Ok(all.finish())
    }
}

/// The files below a folder, by path relative to it. Links are left to the reader of the package, which refuses them.
fn list(folder: &Path, below: &Path, files: &mut Vec<PathBuf>) -> Result<(), AcquireError> {
    let here = folder.join(below);
    for entry in fs::read_dir(&here).map_err(|cause| refused(&here, cause))? {
        let entry = entry.map_err(|cause| refused(&here, cause))?;
        let kind = entry.file_type().map_err(|cause| refused(&here, cause))?;
        let name = below.join(entry.file_name());
        if kind.is_dir() {
            list(folder, &name, files)?;
        } else if kind.is_file() {
            files.push(name);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Events;
    use crate::model::Digest;

    fn context() -> Context {
        Context::new(Events::none(), tokio_util::sync::CancellationToken::new())
    }

    #[test]
    fn a_file_has_the_digest_of_its_bytes_and_an_empty_one_is_the_backups_fault() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("export.zip");
        fs::write(&path, b"PK").unwrap();
        let backup = acquire(&path, &context()).unwrap();
        assert_eq!((backup.bytes, backup.digest), (2, Digest::of("PK")));
        fs::write(&path, b"").unwrap();
        assert!(
            matches!(acquire(&path, &context()), Err(error @ AcquireError::Empty { .. }) if error.fault() == crate::model::Fault::Backup)
        );
        assert!(matches!(acquire(&folder.path().join("gone"), &context()), Err(AcquireError::Missing { .. })));
    }

    #[test]
    fn a_folder_has_the_digest_that_sha256sum_gives_of_its_files() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("b")).unwrap();
        fs::write(folder.path().join("b/c"), b"2").unwrap();
        fs::write(folder.path().join("a"), b"1").unwrap();
        let lines = format!("{}  a\n{}  b/c\n", Digest::of("1").hex(), Digest::of("2").hex());
        assert_eq!(acquire(folder.path(), &context()).unwrap().digest, Digest::of(lines));
    }

    #[test]
    fn a_drill_that_was_told_to_stop_reads_no_further() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("a"), b"1").unwrap();
        let ctx = context();
        ctx.cancel.cancel();
        assert!(matches!(acquire(folder.path(), &ctx), Err(AcquireError::Stopped)));
    }
}
