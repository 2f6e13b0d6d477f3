//! What a mock Confluence can be told to do wrong, so that a drill can show that it notices.

use serde::{Deserialize, Serialize};

macro_rules! misbehaviours {
    ($($(#[doc = $what:literal])+ $word:literal => $name:ident,)*) => {
        /// Something that a mock does wrong, or in another way than most servers, because it was told to.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
        #[serde(rename_all = "kebab-case")]
        pub enum Misbehaviour {
            $($(#[doc = $what])+ #[serde(rename = $word)] $name,)*
        }

        impl Misbehaviour {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// The word in scenarios and on the command line.
            pub const fn word(self) -> &'static str {
                match self {
                    $(Self::$name => $word,)*
                }
            }

            /// What it does.
            pub const fn what(self) -> &'static str {
                match self {
                    $(Self::$name => concat!($($what),+),)*
                }
            }
        }
    };
}

misbehaviours! {
    /// The first request for content is answered 429, with a Retry-After of a second
    "too-many-requests" => TooManyRequests,
    /// The first requests for content are answered 503
    "unavailable" => Unavailable,
    /// Requests for content are answered 500
    "server-errors" => ServerErrors,
    /// Every answer comes a tenth of a second late
    "slow-answers" => SlowAnswers,
    /// Lists give one result a page, whatever was asked for
    "short-pages" => ShortPages,
    /// A page of a list of content silently lacks its results
    "dropped-page" => DroppedPage,
    /// The next link of a list of content repeats the request
    "endless-list" => EndlessList,
    /// Downloads of attachments break off behind their first byte
    "cut-downloads" => CutDownloads,
    /// Downloads of attachments have the right length and one wrong byte
    "wrong-bytes" => WrongBytes,
    /// Downloads of attachments end half way, as if that were all
    "short-downloads" => ShortDownloads,
    /// Answers about content break off half way
    "cut-answers" => CutAnswers,
    /// A list that goes on says that it ends
    "lists-end-early" => ListsEndEarly,
    /// Whatever shows one of the pages is answered 500, lists that hold it as well
    "broken-page" => BrokenPage,
    /// Versions have no message
    "no-messages" => NoMessages,
    /// Nobody is named as creator or editor
    "anonymous-editors" => AnonymousEditors,
    /// Every request is refused as not authenticated once a restore has begun
    "unauthorized-after-restore" => UnauthorizedAfterRestore,
    /// A restore fails
    "failed-restore" => FailedRestore,
    /// A restore never ends
    "endless-restore" => EndlessRestore,
    /// A restore says that it is finished and skipped an object
    "skipped-objects" => SkippedObjects,
    /// A restore says that it is finished, and a page is missing
    "missing-content" => MissingContent,
    /// A restore gives new ids to the macros in texts, which loses nothing
    "new-macro-ids" => NewMacroIds,
    /// A restore of several spaces says that it is finished, and one of them is missing
    "skipped-space" => SkippedSpace,
    /// A restore says that it is finished, and no page is restricted
    "restrictions-not-applied" => RestrictionsNotApplied,
    /// A restore says that it is finished, and searches find nothing of it until the index is rebuilt
    "search-not-indexed" => SearchNotIndexed,
    /// Ids of jobs are strings
    "job-ids-as-text" => JobIdsAsText,
    /// Times of jobs are milliseconds since 1970
    "job-times-as-numbers" => JobTimesAsNumbers,
    /// Times of jobs are seconds since 1970, with a fraction
    "job-times-as-seconds" => JobTimesAsSeconds,
    /// The spaces of a job are one text, joined by commas
    "job-spaces-as-text" => JobSpacesAsText,
}
