//! What a restored site is asked as its users would ask it, and what it answered. Checks say what they want to be asked and judge the answers;
//! neither holds a password.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

/// Somebody other than the drill itself.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Viewer {
    /// Nobody who said a name.
    Anonymous,
    /// Whoever has this name.
    User(String),
}

/// One question.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Probe {
    /// How much a search finds. It is complete once it finds so many.
    Search {
        /// The query.
        cql: String,
        /// So many.
        wanted: u64,
    },
    /// Whether content is shown to somebody.
    Look {
        /// Its id.
        id: u64,
        /// As whom it is asked for.
        viewer: Viewer,
    },
    /// Whether content opens for the drill's own account.
    Open {
        /// Its id.
        id: u64,
    },
    /// Whether the short link of a page leads to a page.
    ShortLink {
        /// Its id.
        id: u64,
    },
}

/// What was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// A search found something, or nothing.
    Found(Hits),
    /// The server doesn't take the question; its own words, which may repeat it.
    Refused(String),
    /// It is shown, or leads to what is shown.
    Shown,
    /// It isn't there for whoever asked.
    Hidden,
    /// Whoever was to ask could not be logged in.
    NoLogIn,
    /// There is no answer that says anything. The words hold no content.
    Unknown(String),
}

/// What a search found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hits {
    /// How much.
    pub number: u64,
    /// Ids of the content among it, as far as they were listed.
    pub ids: BTreeSet<u64>,
    /// How much it found once the index was rebuilt, where it was.
    pub after_rebuild: Option<u64>,
}

/// All answers, by question.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Answers {
    /// By question; one that is not here was not asked.
    pub all: BTreeMap<Probe, Answer>,
    /// How the search index was found, where a search was asked.
    pub index: Option<IndexRecord>,
}

/// How the search index of a restored site was found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct IndexRecord {
    /// Milliseconds from the end of the restore until every search was complete; `None` where that never came about by itself.
    pub complete_millis: Option<u64>,
    /// Milliseconds that a rebuild of the index took until the last search was answered anew; `None` where none was needed, or it never ended.
    pub rebuilt_millis: Option<u64>,
    /// Why the index could not be rebuilt, or not be waited for.
    pub problem: Option<String>,
}

impl IndexRecord {
    /// What is to be said of it, a fragment each.
    pub fn said(&self) -> Vec<String> {
        let seconds = |millis: u64| format!("{:.1} s", millis as f64 / 1_000.0);
        let complete = self
            .complete_millis
            .map(|millis| format!("searches were complete {} behind the restore, at the latest", seconds(millis)));
        let rebuilt =
            self.rebuilt_millis.map(|millis| format!("the search index was rebuilt: it took {}", seconds(millis)));
        [complete, rebuilt, self.problem.clone()].into_iter().flatten().collect()
    }
}
