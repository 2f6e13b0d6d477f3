//! Restore and backup jobs: the queue, their states, and the endpoints under `backup-restore/jobs` (docs/confluence.md, R1 and R2).

mod filter;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::{Value, json};

use super::answer::{Answer, Ask, Refusal};
use super::backup::Order;
use super::state::AppState;
use super::troubles::Trouble;

/// What a job restores or backs up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JobScope {
    Site,
    Space,
}

impl JobScope {
    /// The word that REST uses.
    pub fn word(self) -> &'static str {
        match self {
            Self::Site => "SITE",
            Self::Space => "SPACE",
        }
    }

    /// The folder below `restore` where its packages lie.
    pub fn folder(self) -> &'static str {
        match self {
            Self::Site => "site",
            Self::Space => "space",
        }
    }
}

/// What a job does.
#[derive(Debug, Clone)]
pub enum Work {
    Restore {
        /// The search index is left as it is.
        skip_reindex: bool,
    },
    Backup(Arc<Order>),
}

impl Work {
    /// The word that REST uses.
    fn word(&self) -> &'static str {
        match self {
            Self::Restore { .. } => "RESTORE",
            Self::Backup(_) => "BACKUP",
        }
    }
}

/// The state of a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JobState {
    Queued,
    Processing,
    Finished,
    Failed,
    Cancelling,
    Cancelled,
}

impl JobState {
    fn word(self) -> &'static str {
        match self {
            Self::Queued => "QUEUED",
            Self::Processing => "PROCESSING",
            Self::Finished => "FINISHED",
            Self::Failed => "FAILED",
            Self::Cancelling => "CANCELLING",
            Self::Cancelled => "CANCELLED",
        }
    }
}

/// Counts objects while a job runs. Objects of classes that the mock keeps no table for count as persisted.
#[derive(Debug, Default)]
pub struct Progress {
    pub total: AtomicU64,
    pub processed: AtomicU64,
    pub persisted: AtomicU64,
    pub skipped: AtomicU64,
    pub reused: AtomicU64,
    /// Somebody wants the job cancelled.
    pub cancel: AtomicBool,
}

impl Progress {
    fn json(&self) -> Value {
        let get = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        json!({
            "totalObjectsCount": get(&self.total), "processedObjectsCount": get(&self.processed),
            "persistedObjectsCount": get(&self.persisted), "skippedObjectsCount": get(&self.skipped),
            "reusedObjectsCount": get(&self.reused),
        })
    }
}

/// One job.
#[derive(Debug, Clone)]
pub struct Job {
    pub id: u64,
    pub work: Work,
    pub scope: JobScope,
    pub state: JobState,
    pub file: PathBuf,
    pub file_name: String,
    pub space_keys: Vec<String>,
    pub error: Option<String>,
    pub progress: Arc<Progress>,
    /// Restores what can be read of a damaged package, instead of refusing it for a fault inside.
    pub lenient: bool,
    created: jiff::Timestamp,
    started: Option<jiff::Timestamp>,
    finished: Option<jiff::Timestamp>,
    cancelled: Option<jiff::Timestamp>,
}

impl Job {
    /// A job that waits.
    fn new(id: u64, scope: JobScope, file: PathBuf, file_name: String, work: Work) -> Self {
        let space_keys = match &work {
            Work::Restore { .. } => Vec::new(),
            Work::Backup(order) => order.spaces.clone().unwrap_or_default(),
        };
        Self {
            id,
            work,
            scope,
            state: JobState::Queued,
            file,
            file_name,
            space_keys,
            error: None,
            progress: Arc::default(),
            lenient: false,
            created: jiff::Timestamp::now(),
            started: None,
            finished: None,
            cancelled: None,
        }
    }

    /// What is restored at start, before anybody can ask for jobs: it stands in no list, and takes a damaged package as far as it goes.
    pub fn at_start(scope: JobScope, file: PathBuf, progress: Arc<Progress>) -> Self {
        let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        Self { lenient: true, progress, ..Self::new(0, scope, file, name, Work::Restore { skip_reindex: false }) }
    }
}

/// All jobs of a server.
#[derive(Debug, Default)]
pub struct Jobs {
    all: Mutex<BTreeMap<u64, Job>>,
    began: AtomicBool,
    /// Woken when somebody wants a job cancelled.
    cancelling: tokio::sync::Notify,
}

impl Jobs {
    fn all(&self) -> MutexGuard<'_, BTreeMap<u64, Job>> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether any restore has ever begun processing.
    pub fn any_began(&self) -> bool {
        self.began.load(Ordering::Relaxed)
    }

    /// Puts a new job into the queue.
    pub fn queue(&self, scope: JobScope, file: PathBuf, file_name: String, work: Work) -> Job {
        let mut all = self.all();
        let id = all.last_key_value().map_or(1, |(last, _)| last + 1);
        let job = Job::new(id, scope, file, file_name, work);
        all.insert(id, job.clone());
        job
    }

    /// Whether a backup with the same spaces is queued or running.
    pub fn waits_for(&self, order: &Order) -> bool {
        let same = |job: &Job| matches!(&job.work, Work::Backup(own) if own.spaces == order.spaces);
        let waits = |job: &Job| matches!(job.state, JobState::Queued | JobState::Processing);
        self.all().values().any(|job| same(job) && waits(job))
    }

    /// Takes a queued job up; `None` where it was cancelled meanwhile.
    pub fn begin(&self, id: u64) -> Option<Job> {
        let mut all = self.all();
        let job = all.get_mut(&id).filter(|job| job.state == JobState::Queued)?;
        job.state = JobState::Processing;
        job.started = Some(jiff::Timestamp::now());
        if matches!(job.work, Work::Restore { .. }) {
            self.began.store(true, Ordering::Relaxed);
        }
        Some(job.clone())
    }

    /// Ends a job: with the keys of its spaces, or with an error message.
    pub fn end(&self, id: u64, result: Result<Vec<String>, String>) {
        let mut all = self.all();
        let Some(job) = all.get_mut(&id) else { return };
        let now = Some(jiff::Timestamp::now());
        match result {
            Ok(keys) => (job.state, job.space_keys, job.finished) = (JobState::Finished, keys, now),
            Err(_) if job.state == JobState::Cancelling => (job.state, job.cancelled) = (JobState::Cancelled, now),
            Err(message) => (job.state, job.error, job.finished) = (JobState::Failed, Some(message), now),
        }
    }

    /// Wants a job cancelled; a no-op on one that has ended.
    fn cancel(&self, id: u64) {
        let mut all = self.all();
        let Some(job) = all.get_mut(&id) else { return };
        match job.state {
            JobState::Queued => (job.state, job.cancelled) = (JobState::Cancelled, Some(jiff::Timestamp::now())),
            JobState::Processing => job.state = JobState::Cancelling,
            _ => return,
        }
        job.progress.cancel.store(true, Ordering::Relaxed);
        self.cancelling.notify_one();
    }

    /// Waits until somebody wants this job cancelled. The one that is being processed alone may wait.
    pub async fn cancelled(&self, job: &Job) {
        while !job.progress.cancel.load(Ordering::Relaxed) {
            self.cancelling.notified().await;
        }
    }

    /// A copy of one job.
    pub fn get(&self, id: u64) -> Option<Job> {
        self.all().get(&id).cloned()
    }
}

/// `GET jobs`: a plain array, newest first, and not the envelope of other lists.
pub fn list(state: &AppState, ask: &Ask) -> Answer {
    let limit = ask.number::<usize>("limit")?.unwrap_or(25);
    let window = filter::window(ask)?;
    let states = ask.list("jobStates");
    let scope = ask.get("jobScope");
    let jobs: Vec<Job> = state.jobs.all().values().rev().cloned().collect();
    let wanted = |job: &&Job| {
        scope.is_none_or(|scope| scope == job.scope.word())
            && (states.is_empty() || states.contains(&job.state.word()))
            && ask.get("jobOperation").is_none_or(|operation| operation == job.work.word())
            && window.holds(job.created)
            && ask.get("owner").is_none_or(|owner| owner.eq_ignore_ascii_case(&state.settings.admin.0))
            && ask.get("spaceKey").is_none_or(|key| job.space_keys.iter().any(|known| known == key))
    };
    Ok(jobs.iter().filter(wanted).take(limit).map(|job| details(state, job)).collect())
}

/// `GET jobs/{id}`.
pub fn one(state: &AppState, id: &str) -> Answer {
    let job = id.parse().ok().and_then(|id| state.jobs.get(id));
    job.map(|job| details(state, &job)).ok_or_else(|| Refusal::not_found(format!("Job with id {id} not found")))
}

/// `PUT jobs/{id}/cancel`.
pub fn cancel(state: &AppState, id: &str) -> Answer {
    one(state, id)?;
    if let Ok(id) = id.parse() {
        state.jobs.cancel(id);
    }
    one(state, id)
}

/// `PUT jobs/clear-queue`: the bare number of jobs cancelled; doesn't touch one that is being processed.
pub fn clear_queue(state: &AppState) -> Value {
    let queued = |job: &&Job| job.state == JobState::Queued;
    let ids: Vec<u64> = state.jobs.all().values().filter(queued).map(|job| job.id).collect();
    for id in &ids {
        state.jobs.cancel(*id);
    }
    ids.len().into()
}

/// `JobDetails` with its statistics, which are null until processing begins.
pub fn details(state: &AppState, job: &Job) -> Value {
    let time = |at: Option<jiff::Timestamp>| match at {
        Some(at) if state.troubles.has(&Trouble::JobTimesAsNumbers) => at.as_millisecond().into(),
        Some(at) if state.troubles.has(&Trouble::JobTimesAsSeconds) => (at.as_millisecond() as f64 / 1_000.0).into(),
        Some(at) => at.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string().into(),
        None => Value::Null,
    };
    let id = if state.troubles.has(&Trouble::JobIdAsText) { job.id.to_string().into() } else { Value::from(job.id) };
    let keys = if state.troubles.has(&Trouble::JobSpaceKeysAsText) {
        job.space_keys.join(",").into()
    } else {
        Value::from(job.space_keys.clone())
    };
    let owner = state.settings.admin.0.as_str();
    json!({
        "id": id, "jobOperation": job.work.word(), "jobScope": job.scope.word(), "jobState": job.state.word(),
        "createTime": time(Some(job.created)), "startProcessingTime": time(job.started),
        "finishProcessingTime": time(job.finished), "cancelTime": time(job.cancelled),
        "errorMessage": job.error, "owner": owner, "cancelledBy": job.cancelled.map(|_| owner),
        "fileName": job.file_name, "spaceKeys": keys, "fileDeleteTime": null, "fileExists": job.file.exists(),
        "statistics": job.started.map(|_| job.progress.json()),
    })
}

/// The refusal of a request that the XSRF check stops.
pub fn xsrf() -> Refusal {
    Refusal::forbidden("XSRF check failed")
}
