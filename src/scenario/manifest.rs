use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::settings::{Spanned, WordOr};

/// Where the claim comes from against which the restored copy is compared.
pub type ManifestSettings = WordOr<ManifestWord, FromFile>;

/// The places of a manifest that need no path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename = "manifest", rename_all = "kebab-case")]
pub enum ManifestWord {
    /// The backup's own content. What the export dropped is missing from it too, so that this proves less.
    FromBackup,
    /// The file beside the backup that has its name with `.manifest.jsonl` behind it.
    BesideBackup,
}

/// A manifest in a file of its own.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(
    deny_unknown_fields,
    rename_all = "kebab-case",
    expecting = "`from-backup`, `beside-backup` or `{ file: PATH }`"
)]
pub struct FromFile {
    /// The manifest.
    #[schemars(length(min = 1))]
    pub file: Spanned<PathBuf>,
    /// The digest that the file must have: `sha256:` and 64 hex digits.
    #[schemars(regex(pattern = "^sha256:[0-9a-f]{64}$"))]
    pub exactly: Option<Spanned<String>>,
}
