//! Restores an archive and waits for the end of the job.

use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::time::Instant;

use super::error::refusal;
use super::{Instance, RestoreScope, TargetError, disk, pack};
use crate::clock::Context;
use crate::confluence::{Client, ClientError, ClientSettings, Job, JobState, Statistics};
use crate::event::{Stage, Unit};
use crate::model::{Backup, Form, count};

/// The first wait between two questions for the job; it grows by half up to [`LONGEST`].
const FIRST: Duration = Duration::from_millis(250);
/// The longest wait between two questions for the job.
const LONGEST: Duration = Duration::from_secs(2);

/// A restore that the server calls finished. Whether all content arrived, only the comparison says.
#[derive(Debug, Clone, PartialEq)]
pub struct Restored {
    /// The id of the job.
    pub job: String,
    /// Its state in the server's word: always `FINISHED`.
    pub state: String,
    /// Its counters, as the server gives them.
    pub statistics: Statistics,
    /// What the counters give reason to doubt, in words. No reason to fail; never to be kept silent.
    pub warnings: Vec<String>,
}

/// Restores a backup; a folder is packed into a zip first.
pub(super) async fn restore(
    instance: &Instance,
    backup: &Backup,
    scope: RestoreScope,
    context: &Context,
) -> Result<Restored, TargetError> {
    let zip = match backup.form {
        Form::Zip => backup.path.clone(),
        Form::Folder => packed(instance, backup, context).await?,
    };
    if instance.container().is_none() {
        disk::must_have_room(instance.work(), backup.bytes)?;
    }
    restore_zip(instance, &zip, scope, context).await
}

async fn packed(instance: &Instance, backup: &Backup, context: &Context) -> Result<PathBuf, TargetError> {
    disk::must_have_room(instance.work(), backup.bytes)?;
    context.events.say(Stage::Restore, "packing the folder into a zip");
    let (folder, zip, cancel) = (backup.path.clone(), instance.work().join("backup.zip"), context.cancel.clone());
    let path = zip.clone();
    let packing = tokio::task::spawn_blocking(move || pack::pack_folder(&folder, &zip, &cancel));
    match packing.await {
        Ok(result) => result.map(|()| path),
        Err(error) => Err(TargetError::Start(error.to_string())),
    }
}

/// Uploads a zip and waits for the end of the job.
pub(super) async fn restore_zip(
    instance: &Instance,
    zip: &Path,
    scope: RestoreScope,
    context: &Context,
) -> Result<Restored, TargetError> {
    let length = tokio::fs::metadata(zip).await.map(|metadata| metadata.len()).ok();
    let events = context.events.clone();
    let progress = move |sent| events.progress(Stage::Restore, sent, length, Unit::Bytes);
    let job = match instance.client().upload(scope, zip, progress).await {
        Ok(job) => job,
        Err(error) => return Err(upload_error(instance, error).await),
    };
    let watched = Watch::new(instance, context)?.until_it_ends(job);
    tokio::select! {
        () = context.cancel.cancelled() => Err(TargetError::Interrupted),
        ended = watched => ended.map(finished),
    }
}

/// What a failed upload comes to: a server that refused the file, a container that ended, or another trouble of the rig.
async fn upload_error(instance: &Instance, error: ClientError) -> TargetError {
    match error {
        ClientError::Cancelled(_) => TargetError::Interrupted,
        // The editions of the reference disagree about the codes of refusals; these can't mean this caller's rights or the server's health.
        ClientError::Refused { status: 400 | 409 | 415 | 422, message, .. } => refusal(message),
        error => match instance.rig().must_run().await {
            Err(ended) => ended.into(),
            Ok(()) => error.into(),
        },
    }
}

/// The wait for the end of one job.
struct Watch<'a> {
    instance: &'a Instance,
    context: &'a Context,
    client: Client,
    began: Instant,
    moved: Instant,
    seen: Instant,
}

impl<'a> Watch<'a> {
    fn new(instance: &'a Instance, context: &'a Context) -> Result<Self, TargetError> {
        // Asking again is this wait's own business, so that a container that ended is noticed at once.
        let settings = ClientSettings {
            timeout: instance.patience().answer,
            connect_timeout: instance.patience().answer,
            retries: 0,
            ..ClientSettings::default()
        };
        let client = Client::new(instance.endpoint(), settings, context.cancel.clone())?;
        let now = Instant::now();
        Ok(Self { instance, context, client, began: now, moved: now, seen: now })
    }

    async fn until_it_ends(mut self, mut job: Job) -> Result<Job, TargetError> {
        let mut wait = FIRST;
        loop {
            if let Some(job) = self.judge(&job)? {
                return Ok(job);
            }
            tokio::time::sleep(wait).await;
            wait = (wait * 3 / 2).min(LONGEST);
            match self.client.job(job.id.as_str()).await {
                Ok(now) => {
                    self.seen = Instant::now();
                    if (&now.job_state, now.statistics) != (&job.job_state, job.statistics) {
                        self.moved = self.seen;
                        wait = wait.min(FIRST * 2);
                    }
                    job = now;
                }
                Err(error) => self.out_of_sight(&job, error).await?,
            }
        }
    }

    /// The job where it is finished; `None` where it goes on.
    fn judge(&self, job: &Job) -> Result<Option<Job>, TargetError> {
        let id = || job.id.to_string();
        let statistics = job.statistics.unwrap_or_default();
        self.context.events.progress(
            Stage::Restore,
            statistics.processed.unwrap_or(0),
            statistics.total,
            Unit::Objects,
        );
        match &job.job_state {
            JobState::Finished => return Ok(Some(job.clone())),
            JobState::Failed => {
                let message = job.error_message.as_deref().map(str::trim).filter(|message| !message.is_empty());
                return Err(refusal(bounded(message.unwrap_or("the job failed without a message"))));
            }
            JobState::Cancelled => return Err(TargetError::Cancelled { job: id() }),
            JobState::Unknown(state) => return Err(TargetError::UnknownState { job: id(), state: bounded(state) }),
            JobState::Queued | JobState::Processing | JobState::Cancelling => {}
        }
        let patience = self.instance.patience();
        if self.began.elapsed() >= patience.total {
            return Err(TargetError::TooLong { job: id(), within: patience.total });
        }
        if self.moved.elapsed() >= patience.standstill {
            return Err(TargetError::Standstill {
                job: id(),
                state: format!("{:?}", job.job_state),
                processed: statistics.processed.unwrap_or(0),
                within: patience.standstill,
            });
        }
        Ok(None)
    }

    /// Bears for a while with a job that can't be asked for: the server is busy, or a site restore took this caller's account.
    async fn out_of_sight(&self, job: &Job, error: ClientError) -> Result<(), TargetError> {
        if matches!(error, ClientError::Cancelled(_)) {
            return Err(TargetError::Interrupted);
        }
        self.instance.rig().must_run().await?;
        let within = self.instance.patience().blind;
        if self.seen.elapsed() < within {
            return Ok(());
        }
        let server = match self.client.status().await {
            Ok(state) => format!("the server says that it is {state:?}"),
            Err(error) => format!("failed to {error}"),
        };
        Err(TargetError::OutOfSight { job: job.id.to_string(), within, server, source: Box::new(error) })
    }
}

fn finished(job: Job) -> Restored {
    let mut warnings = Vec::new();
    let statistics = job.statistics.unwrap_or_default();
    if let Some(skipped) = statistics.skipped.filter(|skipped| *skipped > 0) {
        warnings.push(format!("the server skipped {} objects", count(skipped)));
    }
    match (statistics.processed, statistics.total) {
        (Some(processed), Some(total)) if processed < total => {
            warnings.push(format!("the server processed {} of {} objects", count(processed), count(total)));
        }
        (Some(_), Some(_)) => {}
        _ => warnings.push("the server does not say how many objects it processed".to_owned()),
    }
    Restored { job: job.id.to_string(), state: "FINISHED".to_owned(), statistics, warnings }
}

/// A server's words, bounded and without control characters.
fn bounded(text: &str) -> String {
    text.chars().filter(|c| !c.is_control() || *c == '\n').take(1_000).collect()
}
