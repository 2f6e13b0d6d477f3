//! The plan: a scenario with everything settled, so that a drill asks nobody anything any more. Printable; holds no secret.
//!
//! Looks at the file system to see that what will be read exists and that nothing will be overwritten that must not be; writes nothing. Must not
//! know how a drill is carried out.

mod allow;
mod asked;
mod checks;
mod memory;
mod paths;
mod print;
mod reach;
mod settle;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Serialize;

use crate::model::{Assurance, Kind, Misbehaviour, Privacy, Treatment};
use crate::scenario::{AttachmentSettings, Check, CheckName, Every, Report};
use crate::settings::{Complaint, Duration, Size, Span, Spanned, Zone};

pub use paths::place;
pub use settle::settle;

/// Everything that a drill needs to know. Paths stand as they were written: relative to the folder in which the program runs.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Plan {
    /// Name of the drill.
    pub scenario: String,
    /// Where the scenario gives that name.
    #[serde(skip)]
    pub name_span: Span,
    /// The scenario file, as the user named it.
    pub file: String,
    /// Its text, for messages that point at its lines.
    #[serde(skip)]
    pub source: Arc<str>,
    /// What the drill shows.
    pub description: Option<String>,
    /// Who answers for the backup.
    pub owner: Option<String>,
    /// What to do on a red drill.
    pub runbook: Option<String>,
    /// When a drill is stopped.
    pub time_limit: Option<Duration>,
    /// The backup: a zip or a folder. Whether it is there is for the drill to find out: a backup that is missing fails it.
    pub backup: Spanned<PathBuf>,
    /// The zone of its dates, where the scenario names it.
    pub zone: Option<Zone>,
    /// The claim.
    pub manifest: PlannedManifest,
    /// Where the backup is restored.
    pub target: PlannedTarget,
    /// How much must be proven; within reach of this plan.
    pub assurance: Assurance,
    /// Whether the scenario asked for that assurance, or it is the most that the plan can reach.
    #[serde(skip)]
    pub assurance_span: Option<Span>,
    /// Least numbers of items in the restored copy.
    pub at_least: Vec<LeastNumber>,
    /// The checks, each once, in the order in which reports list them; never empty.
    pub checks: Vec<Spanned<Check>>,
    /// Every item of those checks that ask the restored copy: a scenario can name them several times.
    pub asked: Vec<Spanned<Check>>,
    /// Where the scenario says `all`, if it does: a check that stands there is meant as far as the backup can carry it.
    #[serde(skip)]
    pub all: Option<Span>,
    /// The checks that `all` would have had.
    pub without: Vec<LeftOut>,
    /// Which findings are allowed, and which count for more or less.
    pub treatment: Treatment,
    /// For how long a proof stands; without it, none is asked for.
    pub prove: Option<Spanned<Every>>,
    /// The folder that remembers what was verified when; there, where anything needs it.
    pub state: Option<Spanned<PathBuf>>,
    /// How much of the content may be shown.
    pub privacy: Privacy,
    /// What is written; no two of them at the same place.
    pub reports: Vec<Spanned<Report>>,
}

/// Where the claim comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum PlannedManifest {
    /// From the backup itself.
    FromBackup,
    /// From a file, which exists.
    File {
        /// The file.
        path: PathBuf,
        /// The digest that it must have, `sha256:` and 64 hex digits.
        exactly: Option<String>,
        /// Where the scenario names it.
        #[serde(skip)]
        span: Span,
    },
}

/// Where the backup is restored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum PlannedTarget {
    /// A mock Confluence inside the drill.
    #[serde(rename_all = "kebab-case")]
    Embedded {
        /// What it does wrong on purpose.
        misbehave: Vec<Misbehaviour>,
    },
    /// A mock Confluence in a container.
    #[serde(rename_all = "kebab-case")]
    Mock {
        /// The image.
        image: String,
        /// Whether the image may be built from this program where it is missing: it wasn't chosen by the scenario.
        build_if_missing: bool,
        /// Memory of the container.
        memory: Option<Size>,
        /// How long it may take until it is ready.
        ready_within: Duration,
        /// What it does wrong on purpose.
        misbehave: Vec<Misbehaviour>,
    },
}

impl PlannedTarget {
    /// The name in scenarios and reports.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Embedded { .. } => "embedded",
            Self::Mock { .. } => "mock",
        }
    }

    /// The most that a drill on it can prove.
    pub const fn ceiling(&self) -> Assurance {
        match self {
            Self::Embedded { .. } | Self::Mock { .. } => Assurance::Simulated,
        }
    }
}

/// A least number of items.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct LeastNumber {
    /// Of which kind.
    pub kind: Kind,
    /// How many.
    pub number: u64,
    /// The check that counts them.
    pub check: CheckName,
    /// Where the scenario says so.
    #[serde(skip)]
    pub span: Span,
}

/// A check that is left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LeftOut {
    /// Which.
    pub check: CheckName,
    /// Why.
    pub reason: String,
    /// Where the scenario says so.
    #[serde(skip)]
    pub span: Span,
}

impl Plan {
    /// The check of this name, where the plan has it.
    pub fn check(&self, name: CheckName) -> Option<&Spanned<Check>> {
        self.checks.iter().find(|check| CheckName::of(&check.value) == Some(name))
    }

    /// The settings of the check `attachments`, where the plan has it.
    pub fn attachments(&self) -> Option<AttachmentSettings> {
        self.checks.iter().find_map(|check| match &check.value {
            Check::Attachments(settings) => Some(*settings),
            _ => None,
        })
    }

    /// How long the search index of the restored copy is waited for, where the scenario says so: the longest of its spans.
    pub fn index_within(&self) -> Option<Duration> {
        let spans = self.asked.iter().filter_map(|asked| match &asked.value {
            Check::Search(settings) => settings.within,
            _ => None,
        });
        spans.max_by_key(|span| span.to_std())
    }

    /// The places of everything that the drill reads, in the spelling of [`place`].
    pub fn reads(&self) -> Vec<PathBuf> {
        let mut places = vec![place(Path::new(&self.file)), place(&self.backup.value)];
        if let PlannedManifest::File { path, .. } = &self.manifest {
            places.push(place(path));
        }
        places
    }

    /// A complaint about a place of the scenario: an error, unless its `word` is changed.
    pub fn complaint(&self, span: Option<Span>, message: impl Into<String>) -> Complaint {
        Complaint::error(&self.file, &self.source, span, message)
    }
}
