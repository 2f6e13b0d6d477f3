use std::path::PathBuf;
use std::time::Duration;

use crate::confluence::ClientError;
use crate::lab::LabError;
use crate::model::Fault;

/// Why a target could not be brought up, or a backup not be restored into it.
#[derive(Debug, thiserror::Error)]
pub enum TargetError {
    /// The lab failed.
    #[error(transparent)]
    Lab(#[from] LabError),
    /// The mock server in this process could not be started.
    #[error("start the mock Confluence: {0}")]
    Start(String),
    /// The server could not be asked.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// The server never said that it runs.
    #[error("wait for the server at {base}: it did not say RUNNING within {} s; its last answer: {last}", .within.as_secs())]
    NeverReady {
        /// Its address.
        base: String,
        /// How long was waited.
        within: Duration,
        /// What it said last.
        last: String,
    },
    /// This build starts no containers.
    #[error(
        "start a container: this build has no containers; take one with the feature `containers`, or `target: embedded`"
    )]
    NoContainers,
    /// What answers isn't what was started.
    #[error("recognise the server at {base}: it doesn't call itself a mock")]
    Stranger {
        /// Its address.
        base: String,
    },
    /// The disk hasn't the room.
    #[error(
        "find room for a copy of the backup: {} needs {} bytes, {} are free; make room, or set TMPDIR to a larger disk",
        .place.display(), crate::model::count(*.needed), crate::model::count(*.free)
    )]
    NoRoom {
        /// The folder.
        place: PathBuf,
        /// Bytes that the copy takes.
        needed: u64,
        /// Bytes that are free.
        free: u64,
    },
    /// The folder that is the backup could not be packed.
    #[error("pack the folder {} into a zip: {reason}", .path.display())]
    Pack {
        /// The folder.
        path: PathBuf,
        /// Why.
        reason: String,
        /// Whose failing it is.
        fault: Fault,
    },
    /// The server refuses the backup, for a reason that is documented or that was confirmed: it restores a known-good sample.
    #[error("restore: the server refuses the backup: {message}")]
    Refused {
        /// The server's words, bounded.
        message: String,
    },
    /// The server refuses the backup for a reason that nobody documented, and nothing shows yet whose failing that is.
    #[error("restore: the server refuses the backup for an unknown reason: {message}")]
    Unexplained {
        /// The server's words, bounded.
        message: String,
    },
    /// The server failed at the restore for a reason of its own.
    #[error("restore: the server could not do its work: {message}")]
    Broke {
        /// The server's words, bounded.
        message: String,
    },
    /// The server refuses the backup, and a known-good sample too.
    #[error("restore: the server refuses the backup, and a known-good sample too, so the rig is unsound: {message}")]
    Unsound {
        /// The server's words, bounded.
        message: String,
    },
    /// The job doesn't move.
    #[error("restore: the job {job} made no progress for {} s (state {state}, {processed} objects)", .within.as_secs())]
    Standstill {
        /// Its id.
        job: String,
        /// Its last state.
        state: String,
        /// Objects processed.
        processed: u64,
        /// How long it stood still.
        within: Duration,
    },
    /// The job takes too long.
    #[error("restore: the job {job} did not end within {} s", .within.as_secs())]
    TooLong {
        /// Its id.
        job: String,
        /// The limit.
        within: Duration,
    },
    /// The job can't be seen any more.
    #[error("restore: lose sight of the job {job} for {} s ({server}): {source}", .within.as_secs())]
    OutOfSight {
        /// Its id.
        job: String,
        /// For how long.
        within: Duration,
        /// What `/status` says.
        server: String,
        /// What asking for the job met.
        source: Box<ClientError>,
    },
    /// The job is in a state that isn't documented.
    #[error("restore: the job {job} is in the unknown state {state}")]
    UnknownState {
        /// Its id.
        job: String,
        /// The state.
        state: String,
    },
    /// Somebody else cancelled the job.
    #[error("restore: the job {job} was cancelled on the server")]
    Cancelled {
        /// Its id.
        job: String,
    },
    /// The drill was told to stop.
    #[error("finish: the drill was interrupted")]
    Interrupted,
}

impl TargetError {
    /// Whose failing it is. A refusal that nobody explained counts as the rig's until [`super::Target::explain`] has looked.
    pub fn fault(&self) -> Fault {
        match self {
            Self::Refused { .. } => Fault::Backup,
            Self::NoContainers => Fault::Scenario,
            Self::Pack { fault, .. } => *fault,
            Self::Lab(error) => error.fault(),
            Self::Client(error) => error.fault(),
            _ => Fault::Rig,
        }
    }
}

/// Signs in a server's words that the backup is at fault (docs/confluence.md, F1, F2, F4, F6 to F9, F20).
const BACKUPS: [&str; 9] = [
    "did not contain an entry exportdescriptor",
    "not a zip",
    "does not match the constraints",
    "duplicate key",
    "could not insert",
    "invalid xml character",
    "saxparseexception",
    "cannot insert null",
    "newer version of confluence",
];

/// Signs that the server is at fault (docs/confluence.md, F5, F10, F11, F13 to F15). They are looked for first.
const SERVERS: [&str; 13] = [
    "no space left",
    "disk full",
    "disk quota",
    "not enough space",
    "out of memory",
    "outofmemory",
    "heap space",
    "too many clients",
    "too many open files",
    "no such file or directory",
    "permission denied",
    "bandana_unique_key",
    "incorrect string value",
];

/// What a refusal in the server's words comes to.
pub(super) fn refusal(message: String) -> TargetError {
    let small = message.to_lowercase();
    let any = |signs: &[&str]| signs.iter().any(|sign| small.contains(sign));
    if any(&SERVERS) {
        TargetError::Broke { message }
    } else if any(&BACKUPS) {
        TargetError::Refused { message }
    } else {
        TargetError::Unexplained { message }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_is_blamed_on_the_backup_only_where_that_is_documented() {
        let fault = |message: &str| refusal(message.to_owned()).fault();
        assert_eq!(fault("The zip file did not contain an entry exportDescriptor.properties"), Fault::Backup);
        assert_eq!(fault("An invalid XML character (Unicode: 0xffff) was found"), Fault::Backup);
        assert_eq!(fault("could not insert: java.io.IOException: No space left on device"), Fault::Rig);
        assert_eq!(fault("something else"), Fault::Rig);
        assert!(matches!(refusal("something else".to_owned()), TargetError::Unexplained { .. }));
    }
}
