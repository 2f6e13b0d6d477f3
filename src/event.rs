//! What a running drill says of itself. Progress bars, logs and tests listen; nothing else speaks.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::model::Verdict;

/// The steps of a drill, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stage {
    /// Bring the backup into hand.
    Acquire,
    /// Read the archive.
    Inspect,
    /// Obtain the manifest.
    Expect,
    /// Bring the target up.
    Provision,
    /// Restore into it.
    Restore,
    /// Read the restored copy.
    Observe,
    /// Ask the restored copy as its users would.
    Probe,
    /// Run the checks.
    Compare,
    /// Read again the texts that the report shows.
    Quote,
    /// Remove the target.
    TearDown,
}

impl Stage {
    /// Every stage in order.
    pub const ALL: [Self; 10] = [
        Self::Acquire,
        Self::Inspect,
        Self::Expect,
        Self::Provision,
        Self::Restore,
        Self::Observe,
        Self::Probe,
        Self::Compare,
        Self::Quote,
        Self::TearDown,
    ];

    /// The word in reports, in kebab-case.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Acquire => "acquire",
            Self::Inspect => "inspect",
            Self::Expect => "expect",
            Self::Provision => "provision",
            Self::Restore => "restore",
            Self::Observe => "observe",
            Self::Probe => "probe",
            Self::Compare => "compare",
            Self::Quote => "quote",
            Self::TearDown => "tear-down",
        }
    }
}

/// What is being counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unit {
    /// Bytes.
    Bytes,
    /// Objects of entities.xml.
    Objects,
    /// Items of a reading.
    Items,
    /// Questions to a restored copy.
    Questions,
}

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "event")]
pub enum Event {
    /// A drill began.
    DrillBegan {
        /// Name of the scenario.
        scenario: String,
        /// Name of the drill.
        drill: String,
    },
    /// A stage began.
    StageBegan {
        /// Which.
        stage: Stage,
    },
    /// A stage is so far. Many of these are sent; listeners may drop them.
    Progress {
        /// Which.
        stage: Stage,
        /// How much is done.
        done: u64,
        /// Of how much, where that is known.
        of: Option<u64>,
        /// What is counted.
        unit: Unit,
    },
    /// A stage says something worth a line; holds no content and no secret.
    Said {
        /// Which.
        stage: Stage,
        /// A lower-case fragment.
        text: String,
    },
    /// A stage ended.
    StageEnded {
        /// Which.
        stage: Stage,
        /// Milliseconds that it took.
        millis: u64,
        /// What came of it, or why it broke.
        said: Result<String, String>,
    },
    /// The drill ended.
    DrillEnded {
        /// Its answer.
        verdict: Verdict,
    },
}

/// The ear of whoever listens. Events arrive in order, one at a time a task.
#[derive(Clone)]
pub struct Events(Arc<dyn Fn(&Event) + Send + Sync>);

impl Events {
    /// Sends events to this listener.
    pub fn to(listener: impl Fn(&Event) + Send + Sync + 'static) -> Self {
        Self(Arc::new(listener))
    }

    /// Nobody listens.
    pub fn none() -> Self {
        Self::to(|_| {})
    }

    /// Says something.
    pub fn send(&self, event: &Event) {
        (self.0)(event);
    }

    /// Says how far a stage is.
    pub fn progress(&self, stage: Stage, done: u64, of: Option<u64>, unit: Unit) {
        self.send(&Event::Progress { stage, done, of, unit });
    }

    /// Says a line.
    pub fn say(&self, stage: Stage, text: impl Into<String>) {
        self.send(&Event::Said { stage, text: text.into() });
    }
}

impl std::fmt::Debug for Events {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Events")
    }
}
