//! Reads a Confluence back over REST into a reading: the restored copy, or the source when a manifest is captured. A capture can also go on after an
//! abort (`journal`), take over from an older manifest (`base`), and says what changed meanwhile and what its account sees (`witness`).
//!
//! What can't be read for a reason that lies in the server's nature (no such resource, no right) is named in the header; what should be
//! readable and isn't ends the reading with an error: a reading is never silently shorter. Must not know what a check will make of it.

mod base;
mod cloud;
mod contents;
mod found;
mod history;
mod journal;
mod parts;
mod people;
mod sampled;
mod spaces;
mod templates;
mod unit;
mod witness;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use futures_util::{StreamExt as _, TryStreamExt as _};
use roaring::RoaringTreemap;

use crate::clock::Context;
use crate::confluence::{Client, ClientError, Edition};
use crate::event::{Stage, Unit};
use crate::model::{AttachmentDepth, BODY_DIGEST_RULES, CaptureRecord, Fault, InFlux, Item, Kind, Needs, Scope};
use crate::reading::{Collector, Coverage, Found, Header, ReadError, Reading};
use crate::storage::NORMAL_RULES;
pub use base::Base;
use contents::Live;
pub use journal::JournalError;
use journal::{Journal, Purpose};
use unit::Unit as Gathered;
use witness::Account;

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
    /// What was read so far can't be kept for later, or be gone on with.
    #[error("{0}")]
    Journal(#[from] JournalError),
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

impl ObserveError {
    /// Whether the server says that there is no such thing, or hides it.
    fn is_not_found(&self) -> bool {
        matches!(self, Self::Client { cause, .. } if cause.is_not_found())
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

/// What a capture does beyond reading a restored copy.
#[derive(Debug, Default)]
pub struct Capture {
    /// How far attachments are read.
    pub attachments: AttachmentDepth,
    /// Where its journal lies, so that it can go on after an abort.
    pub journal: Option<Resume>,
    /// An older manifest of which unchanged things are taken over.
    pub since: Option<Base>,
}

/// Where a capture keeps what it read so far.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resume {
    /// The folder; it is made, for its owner alone.
    pub folder: PathBuf,
    /// Whether what is there is thrown away.
    pub fresh: bool,
}

impl Resume {
    /// Removes the journal, when what it holds is written elsewhere.
    ///
    /// # Errors
    /// What the file system says.
    pub fn remove(&self) -> std::io::Result<()> {
        journal::remove(&self.folder)
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
    run(Observer::new(client, scope, needs, ctx, stage)).await
}

/// Reads everything of these spaces, or of the whole site, and says how: what changed meanwhile, and what the account sees.
///
/// # Errors
/// As [`observe`]; a journal that can't be used.
pub async fn capture(
    client: &Client,
    scope: &Scope,
    capture: &Capture,
    ctx: &Context,
    stage: Stage,
) -> Result<Reading, ObserveError> {
    let attachment_bytes = capture.attachments == AttachmentDepth::Hash;
    let needs = Needs { attachment_bytes, ..Needs::everything() };
    run(Observer { capture: Some(capture), ..Observer::new(client, scope, &needs, ctx, stage) }).await
}

async fn run(observer: Observer<'_>) -> Result<Reading, ObserveError> {
    let cancel = observer.ctx.cancel.clone();
    tokio::select! {
        biased;
        () = cancel.cancelled() => Err(ObserveError::Cancelled),
        reading = observer.read() => reading,
    }
}

/// What could not be shown.
#[derive(Debug, Default)]
struct Gaps {
    not_read: BTreeMap<Kind, String>,
    blind_spots: BTreeSet<String>,
    carried: BTreeMap<Kind, u64>,
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
    /// What it does beyond, where it captures a manifest.
    capture: Option<&'a Capture>,
    journal: Option<Journal>,
    /// How much there is, by a guess.
    about: Option<u64>,
    /// Versions of pages and blog posts, to be looked at again at the end of a capture.
    versions_seen: Mutex<HashMap<u64, u64>>,
}

impl<'a> Observer<'a> {
    fn new(client: &'a Client, scope: &'a Scope, needs: &'a Needs, ctx: &'a Context, stage: Stage) -> Self {
        Self {
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
            capture: None,
            journal: None,
            about: None,
            versions_seen: Mutex::default(),
        }
    }

    async fn read(mut self) -> Result<Reading, ObserveError> {
        let mut began = self.ctx.clock.stamp();
        let edition = self.client.find_edition().await.doing(|| "which edition of Confluence it is".to_owned())?;
        let user = self.client.current_user().await.doing(|| "the account's own record".to_owned())?;
        if user.is_anonymous() || user.name_or_key().is_none() {
            return Err(ObserveError::Anonymous);
        }
        let product = match edition {
            Edition::DataCenter => {
                self.client.server_information().await.ok().and_then(|information| information.version)
            }
            Edition::Cloud => Some("Cloud".to_owned()),
        };
        let account = match self.capture {
            Some(_) => Some(self.account(&user).await?),
            None => None,
        };
        if let Some(account) = &account {
            self.open_journal(account, &mut began)?;
            self.about = self.estimate().await;
        }
        let mut flux = InFlux::default();
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
                live.try_for_each_concurrent(self.at_once(), |holder| self.parts(holder)).await?;
            }
            if self.capture.is_some() {
                flux = self.in_flux(&spaces, &began).await?;
            }
        }
        self.people().await?;
        self.name_users().await?;
        for kind in self.needs.kinds.iter().copied() {
            if let Some(reason) = kind.unasked() {
                self.not_read(kind, reason);
            }
        }
        let witnessed = self.capture.zip(account).map(|(capture, account)| (capture, account, flux));
        self.finish(began, product, witnessed)
    }

    /// Opens the journal of a capture that has one. A capture that goes on began when it began first.
    fn open_journal(&mut self, account: &Account, began: &mut String) -> Result<(), ObserveError> {
        let Some((capture, resume)) = self.capture.and_then(|capture| Some((capture, capture.journal.as_ref()?)))
        else {
            return Ok(());
        };
        let purpose = Purpose {
            source: self.client.base().to_owned(),
            account: account.name.clone(),
            scope: self.scope.clone(),
            attachments: capture.attachments,
            since: capture.since.as_ref().map(|base| base.digest().clone()),
            texts: BODY_DIGEST_RULES.to_owned(),
            normal: NORMAL_RULES.to_owned(),
        };
        let journal = Journal::open(&resume.folder, &purpose, resume.fresh, began)?;
        if journal.len() > 0 {
            let (since, number) = (&journal.began, journal.len());
            let words =
                format!("goes on with what was read since {since}: what hangs on {number} pages and blog posts");
            self.ctx.events.say(self.stage, words);
        }
        began.clone_from(&journal.began);
        self.journal = Some(journal);
        Ok(())
    }

    fn finish(
        self,
        began: String,
        product: Option<String>,
        witnessed: Option<(&Capture, Account, InFlux)>,
    ) -> Result<Reading, ObserveError> {
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
            normal: Some(NORMAL_RULES.to_owned()),
            capture: None,
        };
        let mut reading = self.collector.into_inner().unwrap_or_else(PoisonError::into_inner).finish(header)?;
        if let Some((capture, account, mut flux)) = witnessed {
            witness::name(&mut flux, &reading)?;
            let sees_restricted = witness::sees_restricted(&account, self.client.edition(), &reading)?;
            let record = CaptureRecord {
                attachments: capture.attachments,
                sees_restricted,
                in_flux: flux,
                carried_over: capture.since.as_ref().map(|base| base.carried(gaps.carried)),
            };
            reading.header.blind_spots.extend(witness::spots(&record));
            reading.header.capture = Some(record);
        }
        Ok(reading)
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

    /// Does all of it, some at a time; the first failure ends it.
    async fn each<T>(&self, work: Vec<impl Future<Output = Result<T, ObserveError>>>) -> Result<Vec<T>, ObserveError> {
        futures_util::stream::iter(work).buffer_unordered(self.at_once()).try_collect().await
    }

    /// Things read at one time; the client bounds the requests below them.
    fn at_once(&self) -> usize {
        self.client.settings().requests_at_once.max(1)
    }

    /// Takes in an item: into the unit that is being read, if one is.
    fn push(&self, found: Found) {
        let mut found = Some(found);
        unit::add(|unit| unit.found.extend(found.take()));
        if let Some(found) = found {
            self.keep(found);
        }
    }

    /// Takes in all that a unit found.
    fn keep_all(&self, unit: Gathered) {
        for (kind, reason) in unit.not_read {
            self.not_read(kind, reason);
        }
        unit.blind_spots.into_iter().for_each(|words| self.blind_spot(words));
        unit.carried.into_iter().for_each(|(kind, number)| self.carried(kind, number));
        for found in unit.found {
            if let Some(id) = found.id.filter(|_| found.kind.is_content()) {
                self.is_new(id);
            }
            self.keep(found);
        }
    }

    fn keep(&self, found: Found) {
        // A guess counts content alone.
        let counts = self.about.is_none() || found.kind.is_content();
        lock(&self.collector).push(found);
        if counts {
            let done = self.done.fetch_add(1, Ordering::Relaxed) + 1;
            self.ctx.events.progress(self.stage, done, self.about.map(|about| about.max(done)), Unit::Items);
        }
    }

    /// The older manifest of which things are taken over.
    fn base(&self) -> Option<&Base> {
        self.capture.and_then(|capture| capture.since.as_ref())
    }

    /// The item of an older manifest, where the content is as it was.
    fn unchanged(&self, live: &Live) -> Result<Option<Item>, ObserveError> {
        self.base().map_or(Ok(None), |base| base.unchanged(live))
    }

    /// Counts what was taken over from an older manifest.
    fn carried(&self, kind: Kind, number: u64) {
        if !unit::add(|unit| *unit.carried.entry(kind).or_default() += number) {
            *lock(&self.gaps).carried.entry(kind).or_default() += number;
        }
    }

    /// Notes the version of a page or blog post, to look at it again at the end of a capture.
    fn saw(&self, live: &Live) {
        if self.capture.is_some() {
            lock(&self.versions_seen).insert(live.number, live.version);
        }
    }

    /// How far attachments are read.
    fn depth(&self) -> AttachmentDepth {
        self.capture.map(|capture| capture.attachments).unwrap_or_default()
    }

    /// Whether content of this id is new. Of what two lists name, the first counts.
    fn is_new(&self, id: u64) -> bool {
        let new = lock(&self.ids).insert(id);
        if new {
            unit::add(|unit| unit.ids.push(id));
        }
        new
    }

    /// Forgets the content that a unit took in before it broke off.
    fn forget(&self, unit: &Gathered) {
        let mut ids = lock(&self.ids);
        for id in &unit.ids {
            ids.remove(*id);
        }
    }

    fn is_known(&self, id: u64) -> bool {
        lock(&self.ids).contains(id)
    }

    /// Says that a kind can't be shown; the first reason counts.
    fn not_read(&self, kind: Kind, reason: impl Into<String>) {
        let reason = reason.into();
        unit::add(|unit| unit.not_read.push((kind, reason.clone())));
        lock(&self.gaps).not_read.entry(kind).or_insert(reason);
    }

    fn is_not_read(&self, kind: Kind) -> bool {
        lock(&self.gaps).not_read.contains_key(&kind)
    }

    /// Says what else can't be shown.
    fn blind_spot(&self, words: impl Into<String>) {
        let words = words.into();
        unit::add(|unit| unit.blind_spots.push(words.clone()));
        lock(&self.gaps).blind_spots.insert(words);
    }
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
