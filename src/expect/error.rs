use std::path::{Path, PathBuf};

use crate::model::{BODY_DIGEST_RULES, Digest, Fault};
use crate::observe::ObserveError;
use crate::reading::FileError;

/// Why there is no manifest that the drill could trust.
#[derive(Debug, thiserror::Error)]
pub enum ExpectError {
    /// The file isn't there.
    #[error("find the manifest {}; write one with `rehearse manifest`, or take the claim `from-backup`", .0.display())]
    Missing(PathBuf),
    /// The file is no manifest, or one that was cut off, edited or written by a newer program.
    #[error("use the manifest {}: {cause}{}", path.display(), remedy(cause))]
    File {
        /// Which file.
        path: PathBuf,
        /// What is wrong, and where.
        cause: FileError,
    },
    /// The scenario names another file.
    #[error("use the manifest {}: it has digest {actual}, and the scenario wants exactly {wanted}", path.display())]
    NotExactly {
        /// Which file.
        path: PathBuf,
        /// What the scenario names.
        wanted: Digest,
        /// What the file has.
        actual: Digest,
    },
    /// It was bound to another backup.
    #[error(
        "use the manifest {}: it is bound to the backup with digest {bound_to}, and the backup in hand has {backup}; \
         take the manifest that was written for this backup",
        path.display()
    )]
    OtherBackup {
        /// Which file.
        path: PathBuf,
        /// Digest of the backup that it belongs to.
        bound_to: Digest,
        /// Digest of the backup in hand.
        backup: Digest,
    },
    /// Its text digests follow other rules.
    #[error(
        "use the manifest {}: its text digests follow the rules {found}, and this program's are {BODY_DIGEST_RULES}; capture it anew",
        path.display()
    )]
    OtherRules {
        /// Which file.
        path: PathBuf,
        /// The rules that it names.
        found: String,
    },
    /// It says nothing about spaces that the backup claims to hold.
    #[error(
        "use the manifest {}: it says nothing about {} of the spaces that the backup holds ({}); capture it for all of them",
        path.display(), spaces.len(), spaces.join(", ")
    )]
    Narrower {
        /// Which file.
        path: PathBuf,
        /// Keys of the spaces.
        spaces: Vec<String>,
    },
    /// It speaks of the whole site, and the backup holds some of its spaces.
    #[error(
        "use the manifest {}: it speaks of a whole site, and the backup is an export of single spaces; capture one for these spaces",
        path.display()
    )]
    Wider {
        /// Which file.
        path: PathBuf,
    },
    /// An older manifest of which nothing can be taken over.
    #[error("go on from the manifest of --since: it {what}; capture without it, or name one that fits")]
    Since {
        /// What doesn't fit.
        what: String,
    },
    /// The source can't be read.
    #[error("capture the manifest: {0}")]
    Observe(#[from] ObserveError),
    /// The file can't be written.
    #[error("write the manifest {}: {cause}", path.display())]
    Write {
        /// Which file.
        path: PathBuf,
        /// Why.
        cause: FileError,
    },
}

impl ExpectError {
    /// Whose failing it is. A claim that can't be trusted says nothing about the backup: the rig's, so that the drill is inconclusive.
    pub fn fault(&self) -> Fault {
        Fault::Rig
    }

    /// Whether the command asked for what can't be: it, and nothing else, is to be changed.
    pub fn is_of_the_command(&self) -> bool {
        match self {
            Self::Since { .. } => true,
            Self::Observe(ObserveError::Journal(error)) => !error.is_of_the_disk(),
            _ => false,
        }
    }

    pub(super) fn file(path: &Path, cause: FileError) -> Self {
        Self::File { path: path.to_owned(), cause }
    }
}

fn remedy(cause: &FileError) -> &'static str {
    match cause {
        FileError::CutOff { .. } | FileError::Edited { .. } | FileError::Counts { .. } | FileError::Line { .. } => {
            "; fetch it again from where it was written, or capture it anew"
        }
        _ => "",
    }
}
