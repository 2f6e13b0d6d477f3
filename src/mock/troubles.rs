//! Troubles: what a mock does wrong on purpose, so that tests can show that a drill notices.
//!
//! No request and no environment variable can switch them on. What users can ask for by name is a [`Misbehaviour`]; tests ask for more.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::http::StatusCode;

use crate::model::Misbehaviour;

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
    /// The first `times` requests are answered 503.
    Unavailable {
        /// Part of the path.
        path: String,
        /// How many requests.
        times: u64,
    },
    /// The first `times` requests are answered 429, with a `Retry-After` of a second.
    TooManyRequests {
        /// Part of the path.
        path: String,
        /// How many requests.
        times: u64,
    },
    /// Answers come so much later.
    Slow {
        /// How much.
        by: Duration,
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
    /// Downloads of attachments end half way, and say that this is their length.
    ShortDownload,
    /// Answers break off half way.
    CutAnswer {
        /// Part of the path.
        path: String,
    },
    /// Of the answers of a list with a `next` link, none has it.
    EndsEarly {
        /// Part of the path.
        path: String,
    },
    /// Whatever shows the first page that anybody asks for is answered 500.
    BrokenPage,
    /// Versions have no message.
    NoMessages,
    /// Creators and editors are anonymous.
    AnonymousEditors,
    /// Downloads of attachments have one wrong byte.
    WrongBytes,
    /// Lists have at most so many results a page, whatever was asked for.
    ShortPages {
        /// How many.
        most: usize,
    },
    /// A finished restore lacks a page.
    MissingContent,
    /// A restore gives new ids to macros.
    NewMacroIds,
    /// A finished restore of several spaces lacks the last one.
    SkippedSpace,
    /// A finished restore has no restrictions.
    RestrictionsNotApplied,
    /// A finished restore has left the search index as it was, whatever it was asked for.
    SearchNotIndexed,
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
    /// Times of jobs are seconds since 1970 with a fraction.
    JobTimesAsSeconds,
    /// The list `spaceKeys` of a job is one string, joined by commas.
    JobSpaceKeysAsText,
}

impl From<Misbehaviour> for Trouble {
    fn from(misbehaviour: Misbehaviour) -> Self {
        let path = "/rest/api/content".to_owned();
        match misbehaviour {
            Misbehaviour::TooManyRequests => Self::TooManyRequests { path, times: 1 },
            Misbehaviour::Unavailable => Self::Unavailable { path, times: 5 },
            Misbehaviour::ServerErrors => Self::ServerError { path, times: u64::MAX },
            Misbehaviour::SlowAnswers => Self::Slow { by: Duration::from_millis(100) },
            Misbehaviour::ShortPages => Self::ShortPages { most: 1 },
            Misbehaviour::DroppedPage => Self::DropPage { path, page: 0 },
            Misbehaviour::EndlessList => Self::SelfNext { path },
            Misbehaviour::CutDownloads => Self::CutDownload { after: 1 },
            Misbehaviour::ShortDownloads => Self::ShortDownload,
            Misbehaviour::CutAnswers => Self::CutAnswer { path },
            Misbehaviour::ListsEndEarly => Self::EndsEarly { path },
            Misbehaviour::BrokenPage => Self::BrokenPage,
            Misbehaviour::NoMessages => Self::NoMessages,
            Misbehaviour::AnonymousEditors => Self::AnonymousEditors,
            Misbehaviour::SkippedSpace => Self::SkippedSpace,
            Misbehaviour::WrongBytes => Self::WrongBytes,
            Misbehaviour::UnauthorizedAfterRestore => Self::UnauthorizedAfterRestore,
            Misbehaviour::FailedRestore => {
                Self::FailJob { message: "the mock was told to let restores fail".to_owned() }
            }
            Misbehaviour::EndlessRestore => Self::StuckInProcessing,
            Misbehaviour::SkippedObjects => Self::SkippedObjects { number: 1 },
            Misbehaviour::MissingContent => Self::MissingContent,
            Misbehaviour::NewMacroIds => Self::NewMacroIds,
            Misbehaviour::RestrictionsNotApplied => Self::RestrictionsNotApplied,
            Misbehaviour::SearchNotIndexed => Self::SearchNotIndexed,
            Misbehaviour::JobIdsAsText => Self::JobIdAsText,
            Misbehaviour::JobTimesAsNumbers => Self::JobTimesAsNumbers,
            Misbehaviour::JobTimesAsSeconds => Self::JobTimesAsSeconds,
            Misbehaviour::JobSpacesAsText => Self::JobSpaceKeysAsText,
        }
    }
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

    /// With what this request is refused before anything looks at it.
    pub fn refusal(&self, path: &str) -> Option<StatusCode> {
        self.all.iter().find_map(|(trouble, met)| {
            let (part, times, status) = match trouble {
                Trouble::TooManyRequests { path, times } => (path, times, StatusCode::TOO_MANY_REQUESTS),
                Trouble::Unavailable { path, times } => (path, times, StatusCode::SERVICE_UNAVAILABLE),
                Trouble::ServerError { path, times } => (path, times, StatusCode::INTERNAL_SERVER_ERROR),
                _ => return None,
            };
            (path.contains(part.as_str()) && met.fetch_add(1, Ordering::Relaxed) < *times).then_some(status)
        })
    }

    /// How much later answers come.
    pub fn delay(&self) -> Option<Duration> {
        self.all.iter().find_map(|(trouble, _)| match trouble {
            Trouble::Slow { by } => Some(*by),
            _ => None,
        })
    }

    /// Most results of a page of a list.
    pub fn page(&self) -> Option<usize> {
        self.all.iter().find_map(|(trouble, _)| match trouble {
            Trouble::ShortPages { most } => Some(*most),
            _ => None,
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

    /// Whether a list says that it ends although it goes on.
    pub fn ends_early(&self, path: &str) -> bool {
        self.all
            .iter()
            .any(|(trouble, _)| matches!(trouble, Trouble::EndsEarly { path: part } if path.contains(part.as_str())))
    }

    /// Whether the answer to this request breaks off half way.
    pub fn cuts_answer(&self, path: &str) -> bool {
        self.all
            .iter()
            .any(|(trouble, _)| matches!(trouble, Trouble::CutAnswer { path: part } if path.contains(part.as_str())))
    }

    /// Whether this page is the one that can't be shown: the first that anybody asks for.
    pub fn breaks(&self, page: u64) -> bool {
        self.all.iter().filter(|(trouble, _)| *trouble == Trouble::BrokenPage).any(|(_, first)| {
            // No page has the number 0.
            let known = first.compare_exchange(0, page, Ordering::Relaxed, Ordering::Relaxed);
            known.is_ok_and(|none| none == 0) || known == Err(page)
        })
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
