//! Reads a Confluence back over REST into a reading: the restored copy, or the source when a manifest is captured.
//!
//! What can't be read for a reason that lies in the server's nature (no such resource, no right) is named in the header; what should be
//! readable and isn't ends the reading with an error: a reading is never silently shorter. Must not know what a check will make of it.

mod contents;
mod found;
mod history;
mod parts;
mod people;
mod sampled;
mod spaces;
mod templates;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use futures_util::{StreamExt as _, TryStreamExt as _};
use roaring::RoaringTreemap;

use crate::clock::Context;
use crate::confluence::{Client, ClientError};
use crate::event::{Stage, Unit};
use crate::model::{BODY_DIGEST_RULES, Fault, Kind, Needs, Scope};
use crate::reading::{Collector, Coverage, Found, Header, ReadError, Reading};

/// Things read at one time; the client bounds the requests below them.
const AT_ONCE: usize = 8;

/// Why a Confluence could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ObserveError {
    /// The server sees nobody where it should see an account.
    #[error(
        "read as the account that was given: the server answers as to nobody who is logged in, so the credentials were dropped"
    )]
    Anonymous,
    /// A request failed.
    #[error("read {what}: {cause}")]
    Client {
        /// What was to be read; holds no content.
        what: String,
        /// Why it failed.
        cause: ClientError,
    },
    /// An answer makes no sense.
    #[error("read {what}: {problem}")]
    Answer {
        /// What was to be read; holds no content.
        what: String,
        /// What is wrong with the answer.
        problem: String,
    },
    /// What was read can't be kept.
    #[error("keep what was read: {0}")]
    Read(#[from] ReadError),
    /// Somebody said stop.
    #[error("read on: it was cancelled")]
    Cancelled,
}

impl ObserveError {
    /// Whose failing it is: always the rig's.
    pub fn fault(&self) -> Fault {
        Fault::Rig
    }
}

/// Names what a request was for, in its error.
trait Doing<T> {
    fn doing(self, what: impl FnOnce() -> String) -> Result<T, ObserveError>;
}

impl<T> Doing<T> for Result<T, ClientError> {
    fn doing(self, what: impl FnOnce() -> String) -> Result<T, ObserveError> {
        self.map_err(|cause| match cause {
            ClientError::Cancelled(_) => ObserveError::Cancelled,
            cause => ObserveError::Client { what: what(), cause },
        })
    }
}

/// Reads what is needed of these spaces, or of the whole site.
///
/// # Errors
/// Credentials that the server drops, a request that fails beyond the client's retries, an answer that makes no sense, the word to stop.
pub async fn observe(
    client: &Client,
    scope: &Scope,
    needs: &Needs,
    ctx: &Context,
    stage: Stage,
) -> Result<Reading, ObserveError> {
    let observer = Observer {
        client,
        scope,
        needs,
        ctx,
        stage,
        collector: Mutex::default(),
        gaps: Mutex::default(),
        ids: Mutex::default(),
        names: tokio::sync::Mutex::default(),
        done: AtomicU64::new(0),
        lists_versions: AtomicBool::new(true),
    };
    tokio::select! {
        biased;
        () = ctx.cancel.cancelled() => Err(ObserveError::Cancelled),
        reading = observer.read() => reading,
    }
}

/// What could not be shown.
#[derive(Debug, Default)]
struct Gaps {
    not_read: BTreeMap<Kind, String>,
    blind_spots: BTreeSet<String>,
}

struct Observer<'a> {
    client: &'a Client,
    scope: &'a Scope,
    needs: &'a Needs,
    ctx: &'a Context,
    stage: Stage,
    collector: Mutex<Collector>,
    gaps: Mutex<Gaps>,
    /// Ids of the content that was taken in, since one list can name what another one named.
    ids: Mutex<RoaringTreemap>,
    /// Names of users by key, as far as they were asked for.
    names: tokio::sync::Mutex<HashMap<String, String>>,
    done: AtomicU64,
    /// Whether the server lists the versions of a content, as far as is known.
    lists_versions: AtomicBool,
}

impl Observer<'_> {
    async fn read(self) -> Result<Reading, ObserveError> {
        let began = self.ctx.clock.stamp();
        let user = self.client.current_user().await.doing(|| "the account's own record".to_owned())?;
        if user.is_anonymous() || user.name_or_key().is_none() {
            return Err(ObserveError::Anonymous);
        }
        let product = self.client.server_information().await.ok().and_then(|information| information.version);
        if self.wants_any(&[Kind::Space, Kind::Permission, Kind::Template]) || self.reads_contents() {
            let spaces = self.spaces().await?;
            if self.needs.has(Kind::Permission) {
                self.permissions(&spaces).await?;
            }
            if self.needs.has(Kind::Template) {
                self.templates(&spaces).await?;
            }
            if self.reads_contents() {
                let live = self.contents(&spaces).await?;
                let live = futures_util::stream::iter(live.into_iter().map(Ok));
                live.try_for_each_concurrent(AT_ONCE, |holder| self.parts(holder)).await?;
            }
        }
        self.people().await?;
        for kind in self.needs.kinds.iter().copied() {
            if let Some(reason) = kind.unasked() {
                self.not_read(kind, reason);
            }
        }
        self.finish(began, product)
    }

    fn finish(self, began: String, product: Option<String>) -> Result<Reading, ObserveError> {
        let mut read: BTreeSet<Kind> = self.needs.kinds.clone();
        if self.reads_contents() {
            read.extend([Kind::Space, Kind::Page, Kind::BlogPost]);
        }
        let gaps = self.gaps.into_inner().unwrap_or_else(PoisonError::into_inner);
        let mut coverage: BTreeMap<Kind, Coverage> = read.into_iter().map(|kind| (kind, Coverage::Read)).collect();
        coverage.extend(gaps.not_read.into_iter().map(|(kind, reason)| (kind, Coverage::NotRead(reason))));
        let header = Header {
            origin: self.client.base().to_owned(),
            began,
            ended: self.ctx.clock.stamp(),
            product,
            scope: self.scope.clone(),
            coverage,
            blind_spots: gaps.blind_spots.into_iter().collect(),
            texts: BODY_DIGEST_RULES.to_owned(),
        };
        Ok(self.collector.into_inner().unwrap_or_else(PoisonError::into_inner).finish(header)?)
    }

    /// Whether anything is needed that is, or hangs on, a page or a blog post.
    fn reads_contents(&self) -> bool {
        self.wants_any(&[
            Kind::Page,
            Kind::BlogPost,
            Kind::Comment,
            Kind::Attachment,
            Kind::Version,
            Kind::Label,
            Kind::Restriction,
        ])
    }

    fn wants_any(&self, kinds: &[Kind]) -> bool {
        kinds.iter().any(|kind| self.needs.has(*kind))
    }

    /// Takes in an item.
    fn push(&self, found: Found) {
        lock(&self.collector).push(found);
        let done = self.done.fetch_add(1, Ordering::Relaxed) + 1;
        self.ctx.events.progress(self.stage, done, None, Unit::Items);
    }

    /// Whether content of this id is new. Of what two lists name, the first counts.
    fn is_new(&self, id: u64) -> bool {
        lock(&self.ids).insert(id)
    }

    /// Says that a kind can't be shown; the first reason counts.
    fn not_read(&self, kind: Kind, reason: impl Into<String>) {
        lock(&self.gaps).not_read.entry(kind).or_insert_with(|| reason.into());
    }

    fn is_not_read(&self, kind: Kind) -> bool {
        lock(&self.gaps).not_read.contains_key(&kind)
    }

    /// Says what else can't be shown.
    fn blind_spot(&self, words: impl Into<String>) {
        lock(&self.gaps).blind_spots.insert(words.into());
    }
}

/// Does all of it, some at a time; the first failure ends it.
async fn each<T>(work: Vec<impl Future<Output = Result<T, ObserveError>>>) -> Result<Vec<T>, ObserveError> {
    futures_util::stream::iter(work).buffer_unordered(AT_ONCE).try_collect().await
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The reason why a kind wasn't read, by what the server answered.
fn reason(what: &str, error: &ClientError) -> String {
    match error.status() {
        Some(401 | 403) => {
            format!("the account may not see {what} (HTTP status {})", error.status().unwrap_or_default())
        }
        Some(status) => format!("this Confluence does not show {what} over REST (HTTP status {status})"),
        None => format!("this Confluence shows {what} in a form that is not understood"),
    }
}
