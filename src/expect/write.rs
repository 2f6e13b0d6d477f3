use std::io::{BufWriter, Write as _};
use std::path::Path;

use super::ExpectError;
use crate::model::Digest;
use crate::reading::{FileError, Manifest, write_manifest};

/// Writes a manifest file, readable by its owner alone; gives its digest. An older file of that name stands until the new one is whole.
///
/// # Errors
/// What the file system says, or a reading that broke off.
pub fn write(manifest: &Manifest, path: &Path) -> Result<Digest, ExpectError> {
    whole(manifest, path).map_err(|cause| ExpectError::Write { path: path.to_owned(), cause })
}

fn whole(manifest: &Manifest, path: &Path) -> Result<Digest, FileError> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // Temporary files are made with mode 0600, and go away when anything below fails.
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    let mut buffered = BufWriter::new(file.as_file_mut());
    let digest = write_manifest(manifest, &mut buffered)?;
    buffered.flush()?;
    drop(buffered);
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(digest)
}
