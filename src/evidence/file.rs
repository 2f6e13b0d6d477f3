use std::io::Write as _;
use std::path::{Path, PathBuf};

use crate::model::Fault;

/// Why a file could not be written.
#[derive(Debug, thiserror::Error)]
#[error("{} could not be written: {source}; make sure that the folder is there, may be written to, and has room", .path.display())]
pub struct WriteError {
    /// Which file.
    pub path: PathBuf,
    /// What the system says.
    pub source: std::io::Error,
}

impl WriteError {
    /// A file that can't be written is the rig's failing.
    pub const fn fault(&self) -> Fault {
        Fault::Rig
    }
}

/// Writes a file whole or not at all: beside it first, then in its place. Folders that are missing are made.
///
/// # Errors
/// What the system says, with the path.
pub fn write_file(path: &Path, bytes: &[u8]) -> Result<(), WriteError> {
    attempt(path, bytes).map_err(|source| WriteError { path: path.to_path_buf(), source })
}

fn attempt(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    std::fs::create_dir_all(folder)?;
    let mut builder = tempfile::Builder::new();
    builder.prefix(".rehearse-");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        // A CI agent often reads as another user; the system's mask still applies.
        builder.permissions(std::fs::Permissions::from_mode(0o644));
    }
    let mut file = builder.tempfile_in(folder)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}
