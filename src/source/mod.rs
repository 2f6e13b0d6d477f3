//! Sources: bring a backup into hand, with its size and digest.
//!
//! A new source is one file here and its two lines. Must not look into the backup: what is inside is the archive's business.

mod file;

use std::path::PathBuf;

pub use file::acquire;

use crate::model::Fault;

/// Why a backup could not be brought into hand.
#[derive(Debug, thiserror::Error)]
pub enum AcquireError {
    /// There is nothing there.
    #[error("find {path}: no such file or folder")]
    Missing {
        /// The path.
        path: PathBuf,
    },
    /// The machine refuses to read it.
    #[error("read {path}: {cause}")]
    Unreadable {
        /// The path.
        path: PathBuf,
        /// What the machine says.
        cause: std::io::Error,
    },
    /// It is neither a file nor a folder.
    #[error("read {path}: it is neither a file nor a folder")]
    Neither {
        /// The path.
        path: PathBuf,
    },
    /// Somebody wrote to it meanwhile.
    #[error(
        "read {path}: it changed while it was read, so its digest stands for nothing; drill a backup that is complete"
    )]
    Moving {
        /// The path.
        path: PathBuf,
    },
    /// The drill was told to stop.
    #[error("read the backup: the drill was told to stop")]
    Stopped,
    /// The file is there and has no bytes.
    #[error("read {path}: it has 0 bytes, so the backup holds nothing")]
    Empty {
        /// The path.
        path: PathBuf,
    },
}

impl AcquireError {
    /// Whose failing it is: a missing or empty backup is the backup's, one that can't be read is the rig's.
    pub fn fault(&self) -> Fault {
        match self {
            Self::Empty { .. } | Self::Missing { .. } => Fault::Backup,
            _ => Fault::Rig,
        }
    }
}
