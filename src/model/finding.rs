use serde::{Deserialize, Serialize};

use super::{Field, Key, Kind, Value};

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// Worth knowing; normal in healthy backups.
    Info,
    /// Odd, and no loss by itself.
    Warning,
    /// Something is lost or wrong: the check fails.
    Error,
}

/// The step at which something was lost or changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Hop {
    /// Between source and archive: the backup is to blame.
    Export,
    /// Between archive and restored copy.
    Restore,
    /// The readings don't tell.
    Unknown,
}

/// The stable name of what was found: the check, and a word in kebab-case (`missing`, `unexpected`, `differs`, or a damage).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Code {
    /// Name of the check.
    pub check: String,
    /// What it found.
    pub what: String,
}

impl Severity {
    /// The word in scenarios and reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

impl std::fmt::Display for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.check, self.what)
    }
}

/// A place inside a backup.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Place {
    /// Name of the entry, as the archive spells it.
    pub entry: String,
    /// Bytes from the beginning of the entry's content (from the beginning of the zip file for damage of the container itself).
    pub offset: Option<u64>,
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.offset {
            Some(offset) => write!(f, "{} at byte {offset}", self.entry),
            None => f.write_str(&self.entry),
        }
    }
}

/// What a finding is about.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Subject {
    /// Kind of the item, where it is one.
    pub kind: Option<Kind>,
    /// Its natural key.
    pub key: Option<Key>,
    /// Its content id on the side that has it; of what has none (a label, a restriction), that of the content it is on.
    pub id: Option<u64>,
    /// Key of its space.
    pub space: Option<String>,
    /// The titles from the outermost parent page to the item, or whatever names it. Content: `privacy` rules whether it is shown.
    pub title: Vec<String>,
    /// Only some users may see it: its title is never shown.
    pub restricted: bool,
}

/// How expected and actual differ.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "what")]
pub enum Discrepancy {
    /// Expected, and not there.
    Missing,
    /// There, and not expected.
    Unexpected,
    /// A field has another value than expected; `None` is absent.
    Differs {
        /// Which field.
        field: Field,
        /// What the manifest says.
        expected: Option<Value>,
        /// What the restored copy shows.
        actual: Option<Value>,
    },
    /// Something else, in words that hold no content.
    Other {
        /// The words: a lower-case fragment.
        message: String,
    },
    /// The same of many items at once.
    Many {
        /// How many.
        items: u64,
        /// The words: a lower-case fragment.
        message: String,
    },
}

/// One discrepancy.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Finding {
    /// Stable name.
    pub code: Code,
    /// How bad.
    pub severity: Severity,
    /// What it is about.
    pub subject: Subject,
    /// What is wrong.
    pub discrepancy: Discrepancy,
    /// Where it was lost.
    pub hop: Hop,
    /// Where in the archive, for damage.
    pub place: Option<Place>,
    /// What to do about it.
    pub remedy: Option<String>,
}

/// Damage that a reader of the archive met. The check `integrity` turns it into findings; reading goes on behind it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Damage {
    /// Stable word in kebab-case, such as `attachment-file-missing`.
    pub what: String,
    /// How bad.
    pub severity: Severity,
    /// What it harms, as far as the reader knows.
    pub subject: Subject,
    /// A lower-case sentence fragment with the figures; holds no content.
    pub message: String,
    /// Where.
    pub place: Option<Place>,
    /// What to do about it.
    pub remedy: Option<String>,
}

/// How much was examined of how much.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// Items examined.
    pub examined: u64,
    /// Items in scope: the union of the keys of all readings.
    pub of: u64,
}

/// Something that was left out of the comparison, and why.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Uncompared {
    /// What: a kind, or a field of a kind, in words.
    pub what: String,
    /// How many items.
    pub number: u64,
    /// Why.
    pub reason: String,
    /// Name of the check that answers for them instead. Where that one doesn't run in the same drill, nobody does: no pass.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub see: Option<String>,
}

impl Uncompared {
    /// What a field of a kind is called in [`Uncompared::what`].
    pub fn field(kind: Kind, field: Field) -> String {
        format!("{} field {}", kind.noun(1), field.name())
    }
}

/// What the source has that the backup can't have, since it was made after the backup began: what a restore of it would lose.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Drift {
    /// How many versions.
    pub edits: u64,
    /// Of how many items.
    pub items: u64,
    /// The oldest of them, in digits of the source's wall clock.
    pub oldest: Option<String>,
}

impl Drift {
    /// Whether nothing drifted.
    pub fn is_none(&self) -> bool {
        *self == Self::default()
    }

    /// Takes in what else drifted.
    pub fn add(&mut self, other: Self) {
        self.edits += other.edits;
        self.items += other.items;
        self.oldest = match (self.oldest.take(), other.oldest) {
            (Some(one), Some(other)) => Some(one.min(other)),
            (one, other) => one.or(other),
        };
    }
}

/// What a check says.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// Everything it found, exact in number, sorted.
    pub findings: Vec<Finding>,
    /// How much it examined of how much.
    pub tally: Tally,
    /// What it left out, by name.
    pub uncompared: Vec<Uncompared>,
    /// Why it could not examine all that it should, if so: the check is inconclusive.
    pub unread: Option<String>,
    /// What else is to be said of how it was examined: fragments without content.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub notes: Vec<String>,
    /// What the source has that was made after the backup began.
    #[serde(skip_serializing_if = "Drift::is_none", default)]
    pub drift: Drift,
}

impl Outcome {
    /// The number of findings that fail the check.
    pub fn errors(&self) -> u64 {
        self.findings.iter().filter(|finding| finding.severity == Severity::Error).count() as u64
    }
}
