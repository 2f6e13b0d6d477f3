//! What goes wrong in the lab. All of it is the rig's fault: no answer of a container engine says anything of a backup.

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::model::Fault;

/// Why the lab could not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum LabError {
    /// Nothing answers where the container engine should be.
    #[error(
        "reach a container engine at {host}: {reason}; start Docker, or set DOCKER_HOST, or take `target: embedded`"
    )]
    EngineAbsent {
        /// Where it was looked for.
        host: String,
        /// What the attempt met.
        reason: String,
    },
    /// The engine is there; this user may not talk to it.
    #[error(
        "open the socket of the container engine at {host}: permission denied; add this user to the group `docker`"
    )]
    EngineDenied {
        /// Where it is.
        host: String,
    },
    /// The engine runs on another machine.
    #[error(
        "use the container engine at {host}: it is on another machine, where a port of its 127.0.0.1 can't be reached; take one on this machine"
    )]
    EngineRemote {
        /// Where it is.
        host: String,
    },
    /// The engine refused or broke while it did something.
    #[error("{doing}: the container engine says: {reason}")]
    Engine {
        /// What was being done.
        doing: String,
        /// Its words, bounded.
        reason: String,
    },
    /// The engine did not answer in time.
    #[error("{doing}: the container engine gave no answer within {} seconds", .within.as_secs())]
    EngineSilent {
        /// What was being done.
        doing: String,
        /// How long was waited.
        within: Duration,
    },
    /// The image is not on this machine. Images are never pulled behind the user's back.
    #[error("find the image {image} on this machine; pull it first: `docker pull {image}`")]
    ImageAbsent {
        /// Its name.
        image: String,
    },
    /// The image doesn't say that it is a mock.
    #[error("take the image {image} for a mock Confluence: it doesn't carry the label {}=true", super::LABEL_MOCK)]
    NotAMock {
        /// Its name.
        image: String,
    },
    /// An image can't be made of this executable.
    #[error(
        "make an image of the executable {}: {why}; build a static one with `cargo build --target \
         x86_64-unknown-linux-gnu` (or aarch64) in a checkout, or name an image in the scenario", .path.display()
    )]
    UnfitExecutable {
        /// The executable.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// The build of an image ended with an error.
    #[error("build the image {image}: {reason}")]
    Build {
        /// Its name.
        image: String,
        /// The engine's words.
        reason: String,
    },
    /// A disk is full.
    #[error("{doing}: no space is left on the disk of {place}")]
    DiskFull {
        /// What was being done.
        doing: String,
        /// Which disk.
        place: String,
    },
    /// The engine could not publish the port.
    #[error("publish a port of {container} on 127.0.0.1: {reason}")]
    Port {
        /// The container.
        container: String,
        /// The engine's words.
        reason: String,
    },
    /// A container ended on its own.
    #[error("keep the container {container} running: it {how}; its last lines:\n{log}")]
    Ended {
        /// The container.
        container: String,
        /// How it ended.
        how: String,
        /// The end of its log, bounded.
        log: String,
    },
    /// A file or folder of the lab could not be written or read.
    #[error("{doing} {}: {source}", .path.display())]
    File {
        /// What was being done, as `write`.
        doing: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// The drill was told to stop.
    #[error("finish: the drill was interrupted")]
    Interrupted,
}

impl LabError {
    /// Whose failing it is: always the rig's.
    pub fn fault(&self) -> Fault {
        Fault::Rig
    }

    /// An error of the file system, with a full disk told apart.
    pub(crate) fn file(doing: &'static str, path: &Path, source: std::io::Error) -> Self {
        if is_disk_full(&source) {
            return Self::DiskFull { doing: format!("{doing} {}", path.display()), place: path.display().to_string() };
        }
        Self::File { doing, path: path.to_owned(), source }
    }
}

/// Whether the disk (or the user's share of it) is full.
pub(crate) fn is_disk_full(error: &std::io::Error) -> bool {
    matches!(error.kind(), std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded)
}

/// At most this many bytes of foreign text go into an error.
#[cfg(feature = "containers")]
pub(crate) const MOST_WORDS: usize = 2_000;

/// Foreign text for an error: its end, without control characters, bounded.
#[cfg(feature = "containers")]
pub(crate) fn bounded(text: &str) -> String {
    let clean: String = text.trim().chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect();
    if clean.len() <= MOST_WORDS {
        return clean;
    }
    let mut at = clean.len() - MOST_WORDS;
    while !clean.is_char_boundary(at) {
        at += 1;
    }
    format!("… {}", clean.get(at..).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_has_its_own_words() {
        let full = std::io::Error::from(std::io::ErrorKind::StorageFull);
        let error = LabError::file("write", Path::new("/tmp/x"), full);
        assert!(matches!(error, LabError::DiskFull { .. }));
        assert_eq!(error.to_string(), "write /tmp/x: no space is left on the disk of /tmp/x");
        assert_eq!(error.fault(), Fault::Rig);
    }

    #[cfg(feature = "containers")]
    #[test]
    fn foreign_text_is_bounded_and_clean() {
        let text = format!("{}end\u{1b}[0m", "ü".repeat(5_000));
        let short = bounded(&text);
        assert!(short.len() <= MOST_WORDS + 8 && short.ends_with("end[0m") && !short.contains('\u{1b}'));
    }
}
