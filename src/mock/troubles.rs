//! Troubles: what a mock does wrong on purpose, so that tests can show that a drill notices.
//!
//! They are settings of the code alone; no request and no environment variable can switch them on.

use std::sync::atomic::{AtomicU64, Ordering};

/// One thing that goes wrong. A `path` stands for all requests whose path contains it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trouble {
    /// The first `times` requests are answered 500.
    ServerError {
        /// Part of the path.
        path: String,
        /// How many requests.
        times: u64,
    },
    /// Requests are never answered.
    Hang {
        /// Part of the path.
        path: String,
    },
    /// Of the answers of a list with a `next` link, the one at this place (from 0) silently lacks its results, and the list goes on.
    DropPage {
        /// Part of the path.
        path: String,
        /// Which answer.
        page: u64,
    },
    /// Downloads of attachments break off behind this many bytes.
    CutDownload {
        /// Bytes that are still sent.
        after: u64,
    },
    /// A restore never leaves PROCESSING.
    StuckInProcessing,
    /// The `next` link of a list repeats the request.
    SelfNext {
        /// Part of the path.
        path: String,
    },
    /// Every request but `/status` is answered 401 once a restore has begun processing.
    UnauthorizedAfterRestore,
    /// A restore ends FAILED with this message.
    FailJob {
        /// The error message of the job.
        message: String,
    },
    /// A finished restore reports this many skipped objects more than there were.
    SkippedObjects {
        /// How many.
        number: u64,
    },
    /// Ids of jobs are strings.
    JobIdAsText,
    /// Times of jobs are milliseconds since 1970 in place of ISO 8601.
    JobTimesAsNumbers,
    /// The list `spaceKeys` of a job is one string, joined by commas.
    JobSpaceKeysAsText,
}

/// The troubles of one server, with their counters.
#[derive(Debug, Default)]
pub struct Troubles {
    all: Vec<(Trouble, AtomicU64)>,
}

impl Troubles {
    /// Takes over the troubles of the settings.
    pub fn new(troubles: Vec<Trouble>) -> Self {
        Self { all: troubles.into_iter().map(|trouble| (trouble, AtomicU64::new(0))).collect() }
    }

    /// Whether this trouble was asked for.
    pub fn has(&self, trouble: &Trouble) -> bool {
        self.all.iter().any(|(known, _)| known == trouble)
    }

    /// Whether this request is answered 500.
    pub fn server_error(&self, path: &str) -> bool {
        self.all.iter().any(|(trouble, met)| match trouble {
            Trouble::ServerError { path: part, times } => {
                path.contains(part.as_str()) && met.fetch_add(1, Ordering::Relaxed) < *times
            }
            _ => false,
        })
    }

    /// Whether this request is never answered.
    pub fn hangs(&self, path: &str) -> bool {
        self.all
            .iter()
            .any(|(trouble, _)| matches!(trouble, Trouble::Hang { path: part } if path.contains(part.as_str())))
    }

    /// Whether this answer of a list lacks its results.
    pub fn drops_page(&self, path: &str) -> bool {
        self.all.iter().any(|(trouble, met)| match trouble {
            Trouble::DropPage { path: part, page } => {
                path.contains(part.as_str()) && met.fetch_add(1, Ordering::Relaxed) == *page
            }
            _ => false,
        })
    }

    /// Whether the `next` link of this list repeats the request.
    pub fn self_next(&self, path: &str) -> bool {
        self.all
            .iter()
            .any(|(trouble, _)| matches!(trouble, Trouble::SelfNext { path: part } if path.contains(part.as_str())))
    }

    /// After how many bytes downloads break off.
    pub fn cut_download(&self) -> Option<u64> {
        self.all.iter().find_map(|(trouble, _)| match trouble {
            Trouble::CutDownload { after } => Some(*after),
            _ => None,
        })
    }

    /// The message with which a restore fails.
    pub fn fail_job(&self) -> Option<&str> {
        self.all.iter().find_map(|(trouble, _)| match trouble {
            Trouble::FailJob { message } => Some(message.as_str()),
            _ => None,
        })
    }

    /// Skipped objects that a finished restore invents.
    pub fn skipped_objects(&self) -> u64 {
        let number = |(trouble, _): &(Trouble, AtomicU64)| match trouble {
            Trouble::SkippedObjects { number } => *number,
            _ => 0,
        };
        self.all.iter().map(number).sum()
    }
}
