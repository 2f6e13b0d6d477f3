use serde::{Deserialize, Serialize};

/// The answer of a drill; always computed, never set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Every required check ran, examined all that it should and found nothing above its severity.
    Passed,
    /// The backup fell short.
    Failed,
    /// The rig broke, or less was examined than exists: neither good nor bad is shown.
    Inconclusive,
}

impl Verdict {
    /// The exit code of one drill with this verdict.
    pub const fn exit_code(self) -> u8 {
        match self {
            Self::Passed => 0,
            Self::Failed => 1,
            Self::Inconclusive => 3,
        }
    }

    /// The word in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::Inconclusive => "inconclusive",
        }
    }
}

/// How much a drill proves, weakest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Assurance {
    /// The file exists and is not empty.
    Present,
    /// The archive is intact, was parsed whole and is consistent within itself.
    Readable,
    /// It was restored into a mock Confluence and compared with the manifest.
    Simulated,
    /// A real PostgreSQL accepted it; rows and files were compared.
    Loaded,
    /// A real Confluence restored it and answers.
    Restorable,
    /// The restored content equals the manifest that is bound to this backup.
    Faithful,
    /// Permissions, search, links and objectives hold too.
    Usable,
}

impl Assurance {
    /// The word in scenarios and reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Present => "present",
            Self::Readable => "readable",
            Self::Simulated => "simulated",
            Self::Loaded => "loaded",
            Self::Restorable => "restorable",
            Self::Faithful => "faithful",
            Self::Usable => "usable",
        }
    }

    /// What it proves, in one sentence.
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::Present => "the file exists and is not empty",
            Self::Readable => "the archive is intact, was parsed whole and is consistent within itself",
            Self::Simulated => "it was restored into a mock Confluence and compared with the manifest",
            Self::Loaded => "a real PostgreSQL accepted it; rows and files were compared",
            Self::Restorable => "a real Confluence restored it and answers",
            Self::Faithful => "the restored content equals the manifest that is bound to this backup",
            Self::Usable => "permissions, search, links and objectives hold too",
        }
    }
}

/// Whose failing a broken stage is. What nobody can tell counts as the rig's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fault {
    /// The backup's: the drill failed.
    Backup,
    /// The rig's: the drill is inconclusive.
    Rig,
    /// The scenario's: exit code 2, nothing ran.
    Scenario,
}

/// Where the claim of a manifest comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Claim {
    /// A live Confluence, read over REST.
    Source,
    /// The backup itself: proves less.
    Backup,
}
