use serde::{Deserialize, Serialize};

use super::{Digest, Identity, Record, Scope};

/// The format number of the comparisons that this program writes.
pub const COMPARISON_FORMAT: u32 = 1;

/// The complete account of two readings that were held against each other.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Comparison {
    /// Format number; stands first and is read first.
    pub comparison: u32,
    /// What says how it should be; `None` where it could not be read.
    pub expected: Option<SideRecord>,
    /// What is judged by it; `None` where it could not be read.
    pub actual: Option<SideRecord>,
    /// How items of the two were recognised as the same.
    pub matched_by: Option<Identity>,
    /// Stages, checks, counts and verdict, as of a drill. In its counts `manifest` is the expected side and `copy` the actual one.
    pub record: Record,
}

/// One side of a comparison.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct SideRecord {
    /// What it is.
    pub form: SideForm,
    /// Where it came from, without credentials.
    pub origin: String,
    /// SHA-256 of its bytes, where it is a file or a folder.
    pub digest: Option<Digest>,
    /// What it claims to hold.
    pub scope: Scope,
    /// Version of the product that was read, where it says so.
    pub product: Option<String>,
    /// When its reading began, UTC.
    pub began: String,
    /// When its reading ended, UTC.
    pub ended: String,
}

/// What a side of a comparison is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SideForm {
    /// A backup.
    Backup,
    /// A manifest file.
    Manifest,
    /// A live Confluence.
    Confluence,
}

impl SideForm {
    /// The word for people.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Backup => "backup",
            Self::Manifest => "manifest",
            Self::Confluence => "Confluence",
        }
    }
}
