//! What stands in the JSON, field by field: the source of its schema.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

/// What `rehearse inspect --json` prints.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(title = "What a Confluence backup holds, by `rehearse inspect --json`")]
pub struct Report {
    /// The number of this form.
    #[schemars(range(min = 1, max = 1))]
    pub inspect: u32,
    /// The path that was given.
    pub backup: String,
    /// Whether it is whole.
    pub verdict: Verdict,
    /// Whether a restore of it will be refused, so far as that can be told.
    pub refused: bool,
    /// What is wrong with it, errors first.
    pub findings: Vec<FindingOut>,
    /// Which documented failures a restore would meet, the worst first.
    pub predictions: Vec<PredictionOut>,
    /// What it holds; null where nothing of it can be read.
    pub holds: Option<Holds>,
}

/// Whether a backup is whole.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// All was read, and nothing is lost.
    Whole,
    /// Something is lost or wrong.
    Damaged,
    /// Nothing can be read.
    Unreadable,
}

/// What a backup holds.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Holds {
    /// `zip` or `folder`.
    pub form: &'static str,
    /// `site`, `spaces` or `unknown`.
    pub scope: &'static str,
    /// Version of the Confluence that made it, where it says so.
    pub product: Option<String>,
    /// Which of Confluence's writers made it, in words.
    pub writer: String,
    /// When it was made, as its root element says: digits of the server's wall clock.
    pub made: Option<String>,
    /// The newest edit that isn't later than the export: digits of the server's wall clock.
    pub newest_edit: Option<String>,
    /// The oldest.
    pub oldest_edit: Option<String>,
    /// Items dated later than the export.
    pub edited_later: u64,
    /// Whether all of it was read.
    pub read_whole: bool,
    /// Every key and value of the descriptor.
    pub descriptor: BTreeMap<String, String>,
    /// The spaces by key.
    pub spaces: Vec<SpaceOut>,
    /// What it holds of each kind of which there is something.
    pub kinds: BTreeMap<String, HeldOut>,
    /// Unpacked bytes.
    pub bytes: Bytes,
    /// Files of attachments, older versions included.
    pub attachments: FilesOut,
    /// Objects and what became of them, by class.
    pub objects: BTreeMap<String, AccountOut>,
    /// Entries of the package.
    pub entries: Entries,
    /// What was counted and not looked into, in words.
    pub blind_spots: Vec<String>,
}

/// A space.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct SpaceOut {
    /// Its key.
    pub key: String,
    /// Its name.
    pub name: String,
    /// Whether the export claims to hold it.
    pub claimed: bool,
}

/// What is there of a kind.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct HeldOut {
    /// Items.
    pub number: u64,
    /// Items by state, where the kind has states.
    pub states: BTreeMap<String, u64>,
    /// Items that a restore can't show, by reason.
    pub asides: BTreeMap<String, u64>,
    /// Bytes of their texts and files.
    pub bytes: u64,
    /// The newest edit that isn't later than the export.
    pub newest: Option<String>,
    /// The oldest.
    pub oldest: Option<String>,
}

/// Unpacked bytes of the package.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Bytes {
    /// entities.xml, or the tables in CSV.
    pub objects: u64,
    /// Below attachments/.
    pub attachments: u64,
    /// Data of apps.
    pub apps: u64,
    /// All else.
    pub others: u64,
}

/// Files of attachments.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct FilesOut {
    /// Attachments and versions with a file.
    pub with: u64,
    /// Attachments and versions without one.
    pub without: u64,
    /// Files in the package.
    pub files: u64,
}

/// What became of the objects of a class: lexed = mapped + ignored + damaged.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct AccountOut {
    /// Found.
    pub lexed: u64,
    /// Made an item, or a part of one.
    pub mapped: u64,
    /// Of a class or state that no item is made of.
    pub ignored: u64,
    /// Not to be understood, or to be placed.
    pub damaged: u64,
}

/// Entries of the package.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Entries {
    /// Read to their ends and checked.
    pub read: u64,
    /// In all.
    pub of: u64,
}

/// Something that is wrong.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct FindingOut {
    /// `error`: something is lost or wrong; `warning`: odd, and no loss by itself; `info`: normal in healthy backups.
    pub severity: Level,
    /// Stable name in kebab-case.
    pub what: String,
    /// What is wrong, with the figures.
    pub message: String,
    /// The kind of what it harms.
    pub kind: Option<String>,
    /// Its id.
    pub id: Option<u64>,
    /// Key of its space.
    pub space: Option<String>,
    /// Titles from the outermost page to it.
    pub title: Vec<String>,
    /// Where in the package.
    pub place: Option<PlaceOut>,
    /// What to do about it.
    pub remedy: Option<String>,
}

/// How bad a finding is.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    Error,
    Warning,
    Info,
}

/// A place in the package.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct PlaceOut {
    /// The entry, as the package spells its name.
    pub entry: String,
    /// The byte: in the content of entities.xml, else in the zip.
    pub offset: Option<u64>,
}

/// A failure that a restore would meet.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct PredictionOut {
    /// `refuses`: the restore fails; `may-fail`: it can fail or lose something; `note`: worth knowing.
    pub weight: WeightOut,
    /// Stable name in kebab-case; `rehearse explain NAME` says more.
    pub name: String,
    /// Whether it is bound to happen, and not only likely.
    pub sure: bool,
    /// What would be seen.
    pub symptom: String,
    /// Why.
    pub cause: String,
    /// What to do about it.
    pub remedy: String,
    /// What shows it in this backup.
    pub evidence: String,
    /// Names of users, groups, spaces or apps that it is about; at most 1,000.
    pub names: Vec<String>,
    /// Where in the package.
    pub place: Option<PlaceOut>,
    /// Its number in docs/confluence.md.
    pub fact: String,
}

/// What a prediction means.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum WeightOut {
    Refuses,
    MayFail,
    Note,
}
