use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{
    Account, Assurance, CheckRecord, Claim, Digest, Drift, Fault, Form, IndexRecord, Judgement, Kind, Ledger, Privacy,
    RULES, SampleRecord, Scope, Standing, Treatment, Uncompared, Verdict, disagreements, judge,
};
use crate::event::Stage;

/// The format number of the records that this program writes. It reads all up to it.
pub const RECORD_FORMAT: u32 = 4;

/// Why a record was refused.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// It isn't a record.
    #[error("it is not the record of a drill: {0}")]
    NotARecord(#[from] serde_json::Error),
    /// A newer program wrote it.
    #[error("it has format {found}, and this program reads formats up to {RECORD_FORMAT}; use a newer rehearse")]
    Newer {
        /// The format number that it has.
        found: u32,
    },
    /// Its numbers contradict each other, so that somebody or something changed it.
    #[error("its numbers disagree, so that no verdict follows from it: {0}; take it from where it was filed first")]
    Disagrees(String),
}

/// The complete record of one drill. Reports are functions of it alone; what it shows of content went through `privacy` before.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Record {
    /// Format number; stands first and is read first.
    pub record: u32,
    /// Version of the rules by which the verdict was reached.
    pub rules: u32,
    /// What made it.
    pub tool: Tool,
    /// What was asked for.
    pub scenario: ScenarioRecord,
    /// Name of the drill.
    pub drill: String,
    /// When it began, UTC.
    pub began: String,
    /// When it ended, UTC.
    pub ended: String,
    /// Ctrl-C, SIGTERM or the time limit ended it early.
    pub interrupted: bool,
    /// The bytes in hand; `None` where they never came.
    pub backup: Option<BackupRecord>,
    /// What the archive says of itself; `None` where it was not read.
    pub package: Option<PackageRecord>,
    /// The claim; `None` where there was none to be had.
    pub manifest: Option<ManifestRecord>,
    /// Where it was restored; `None` where nothing was to be restored.
    pub target: Option<TargetRecord>,
    /// The stages of this drill in order.
    pub stages: Vec<StageRecord>,
    /// The checks in the scenario's order.
    pub checks: Vec<CheckRecord>,
    /// Items by kind on the three sides, asides included.
    pub counts: BTreeMap<Kind, Counts>,
    /// What stood outside the comparison in the archive, by kind and reason.
    pub asides: Vec<Uncompared>,
    /// What this backup and target can't show, in words.
    pub blind_spots: Vec<String>,
    /// What the source has that was made after the backup began: what a restore of this backup would lose.
    #[serde(skip_serializing_if = "Drift::is_none", default)]
    pub exposure: Drift,
    /// What the scenario says of findings.
    #[serde(skip_serializing_if = "is_default", default)]
    pub treatment: Treatment,
    /// The samples that were drawn.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub samples: Vec<SampleRecord>,
    /// How the search index of the restored copy was found; `None` where nobody searched.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub index: Option<IndexRecord>,
    /// Where the scenario remembers what was verified; `None` where it doesn't.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub state: Option<StateRecord>,
    /// How the proof of this drill stands; `None` where the scenario asks for none.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub proof: Option<Standing>,
    /// The least numbers that the scenario asks for.
    pub at_least: Vec<AtLeast>,
    /// The assurance that the scenario asks for.
    pub required: Option<Assurance>,
    /// The assurance that was reached.
    pub reached: Option<Assurance>,
    /// The target on which a proof that is fresh showed that the drill notices damage.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub proven: Option<String>,
    /// The answer.
    pub verdict: Verdict,
    /// Its reasons, the most important first.
    pub why: Vec<String>,
    /// What reports may show.
    pub privacy: Privacy,
    /// The file with all findings.
    pub findings_file: Option<FindingsFile>,
    /// What was removed afterwards.
    pub tear_down: TearDown,
}

/// Why nothing of a planned drill has run: what its reports say until it has.
pub const CUT_SHORT: &str = "planned, not run yet: the drill was cut short";

impl Record {
    /// The record of a drill that is about to begin. Whatever becomes of it, this one is no pass.
    pub fn planned(
        scenario: ScenarioRecord,
        drill: String,
        began: String,
        stages: &[Stage],
        checks: Vec<CheckRecord>,
    ) -> Self {
        let not_begun = |stage: &Stage| StageRecord {
            stage: *stage,
            millis: 0,
            state: StageState::NotReached { why: CUT_SHORT.to_owned() },
        };
        Self {
            record: RECORD_FORMAT,
            rules: RULES,
            tool: Tool::this(),
            scenario,
            drill,
            ended: began.clone(),
            began,
            interrupted: false,
            backup: None,
            package: None,
            manifest: None,
            target: None,
            stages: stages.iter().map(not_begun).collect(),
            checks,
            counts: BTreeMap::new(),
            asides: Vec::new(),
            blind_spots: Vec::new(),
            exposure: Drift::default(),
            treatment: Treatment::default(),
            samples: Vec::new(),
            index: None,
            state: None,
            proof: None,
            at_least: Vec::new(),
            required: None,
            reached: None,
            proven: None,
            verdict: Verdict::Inconclusive,
            why: vec![CUT_SHORT.to_owned()],
            privacy: Privacy::default(),
            findings_file: None,
            tear_down: TearDown::default(),
        }
    }

    /// Reads a record.
    ///
    /// # Errors
    /// Bytes that are no record, one of a newer format, or one whose numbers contradict each other.
    pub fn read(bytes: &[u8]) -> Result<Self, RecordError> {
        #[derive(Deserialize)]
        struct Format {
            record: u32,
        }
        let Format { record: found } = serde_json::from_slice(bytes)?;
        if found > RECORD_FORMAT {
            return Err(RecordError::Newer { found });
        }
        let record: Self = serde_json::from_slice(bytes)?;
        match disagreements(&record) {
            wrong if wrong.is_empty() => Ok(record),
            wrong => Err(RecordError::Disagrees(wrong.join("; "))),
        }
    }

    /// The same record with the verdict that follows from it.
    #[must_use]
    pub fn judged(mut self) -> Self {
        let Judgement { verdict, reached, proven, why } = judge(&self);
        self.rules = RULES;
        (self.verdict, self.reached, self.proven, self.why) = (verdict, reached, proven, why);
        self
    }

    /// The check of this name, where it is part of the drill.
    pub fn check(&self, name: &str) -> Option<&CheckRecord> {
        self.checks.iter().find(|check| check.name == name)
    }
}

/// Where a scenario remembers what was verified when, and when it was proven.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StateRecord {
    /// Its folder, as the scenario names it.
    pub folder: String,
    /// Why it could not be read or written, if so: the drill is inconclusive.
    pub problem: Option<String>,
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// A program, by name and version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Tool {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
}

impl Tool {
    /// This program.
    pub fn this() -> Self {
        Self { name: "rehearse".to_owned(), version: env!("CARGO_PKG_VERSION").to_owned() }
    }
}

/// The scenario, as far as a report repeats it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScenarioRecord {
    /// Its name.
    pub name: String,
    /// What it is for.
    pub description: Option<String>,
    /// Who answers for it.
    pub owner: Option<String>,
    /// Where to read what to do on a red day.
    pub runbook: Option<String>,
    /// Its file, as the user named it.
    pub file: String,
    /// Digest of its text.
    pub digest: Digest,
}

/// The backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BackupRecord {
    /// Name of its file, without folders.
    pub name: String,
    /// Where it came from, without credentials.
    pub origin: String,
    /// Length in bytes.
    pub bytes: u64,
    /// SHA-256.
    pub digest: Digest,
    /// When it was written, UTC.
    pub modified: Option<String>,
    /// Zip or folder.
    pub form: Form,
}

/// What the archive says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PackageRecord {
    /// What it claims to hold.
    pub scope: Scope,
    /// Which of Confluence's writers made it.
    pub writer: String,
    /// Keys and values of its descriptor; the caller leaves out values that should not be repeated.
    pub descriptor: BTreeMap<String, String>,
    /// How its objects were accounted for.
    pub ledger: Ledger,
    /// Whether all of it was read.
    pub whole: bool,
}

impl PackageRecord {
    /// All objects of the package together.
    pub fn objects(&self) -> Account {
        self.ledger.total()
    }
}

/// The claim.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ManifestRecord {
    /// Where it comes from.
    pub claim: Claim,
    /// Who or what was read for it.
    pub origin: String,
    /// Digest of its file, where it has one.
    pub digest: Option<Digest>,
    /// Whether it is bound to this very backup.
    pub bound: bool,
    /// When its reading began, UTC.
    pub began: String,
    /// When its reading ended, UTC.
    pub ended: String,
    /// What was found about the clocks of source and backup.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub clock: Option<String>,
}

/// Where the backup was restored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct TargetRecord {
    /// The word of the scenario: `embedded`, `mock`, ….
    pub kind: String,
    /// Whether it is a mock: caps the assurance.
    pub mock: bool,
    /// Version of the product that answered.
    pub product: Option<String>,
    /// How it was kept apart, in words.
    pub isolation: String,
    /// Digest of the container's image.
    pub image: Option<String>,
}

/// One stage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StageRecord {
    /// Which.
    pub stage: Stage,
    /// Milliseconds that it took.
    pub millis: u64,
    /// What came of it.
    pub state: StageState,
}

/// What came of a stage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StageState {
    /// It ended as it should.
    Done {
        /// What it has to say: a fragment without content.
        said: String,
    },
    /// It broke.
    Broken {
        /// Whose failing it is.
        fault: Fault,
        /// A lower-case fragment that reads well after "failed to …".
        error: String,
    },
    /// It was not begun.
    NotReached {
        /// Why.
        why: String,
    },
}

/// Items of one kind on the three sides; `None` where a side was not read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Counts {
    /// What the source claims.
    pub manifest: Option<u64>,
    /// What the archive holds.
    pub archive: Option<u64>,
    /// What the restored copy shows.
    pub copy: Option<u64>,
}

/// A least number that the scenario asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AtLeast {
    /// Of what.
    pub kind: Kind,
    /// How many.
    pub wanted: u64,
    /// How many the restored copy shows; `None` where it was not counted.
    pub found: Option<u64>,
}

/// The file that holds every finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FindingsFile {
    /// Its name, beside the record.
    pub name: String,
    /// How many findings it holds.
    pub number: u64,
    /// SHA-256 of it.
    pub digest: Digest,
}

/// What was removed when the drill ended.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TearDown {
    /// Whether it ran to its end.
    pub done: bool,
    /// What was removed, by name.
    pub removed: Vec<String>,
    /// What is left, by name.
    pub left: Vec<String>,
}
