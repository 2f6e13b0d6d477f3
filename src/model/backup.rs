use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::Digest;

/// The form of a backup on disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Form {
    /// A zip file, as Confluence wrote it.
    Zip,
    /// A folder into which somebody unpacked the zip.
    Folder,
}

/// What an export claims to hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scope {
    /// Everything: users, groups and all spaces.
    Site,
    /// These spaces, by key.
    Spaces(Vec<String>),
    /// The descriptor doesn't say.
    Unknown,
}

/// The bytes in hand.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Backup {
    /// Where they lie on this machine.
    pub path: PathBuf,
    /// Zip or folder.
    pub form: Form,
    /// Length in bytes; of a folder, the sum of its files.
    pub bytes: u64,
    /// SHA-256 of the file; of a folder, of the lines `<hex digest>  <path>` of its files in order of their paths.
    pub digest: Digest,
    /// Where they came from, without credentials.
    pub origin: String,
    /// When the file was written, as the file system says (UTC).
    pub modified: Option<String>,
}
