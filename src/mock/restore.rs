//! The endpoints that start a restore, the listing of what can be restored, and the task that works the queue, one job at a time
//! (docs/confluence.md, R1).

use std::path::{Path, PathBuf};

use axum::extract::Multipart;
use axum::http::HeaderMap;
use serde::Deserialize;
use serde_json::json;
use tokio::io::AsyncWriteExt as _;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender};
use tokio_util::sync::CancellationToken;

use super::answer::{Answer, Ask, Refusal};
use super::auth::is_checked;
use super::jobs::{Job, JobScope, Progress, Work, details, xsrf};
use super::server::MockError;
use super::state::{AppState, Shared};
use super::troubles::Trouble;
use super::{backup, import};

/// `SiteRestoreSettings` and `SpaceRestoreSettings`: additional properties are refused.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct RestoreSettings {
    file_name: String,
    #[serde(default)]
    skip_reindex: bool,
}

/// `POST restore/site` and `restore/space`.
pub fn from_home(state: &AppState, queue: &UnboundedSender<u64>, scope: JobScope, body: &[u8]) -> Answer {
    let settings: RestoreSettings = serde_json::from_slice(body)
        .map_err(|error| Refusal::bad_request(format!("Invalid restore settings: {error}")))?;
    let name = settings.file_name.clone();
    let bare = !name.is_empty() && name != "." && name != ".." && !name.contains(['/', '\\', '\0']);
    let path = folder(state, scope).join(&name);
    if !bare || !path.exists() {
        return Err(Refusal::bad_request(format!("Invalid file name: {name}")));
    }
    start(state, queue, scope, path, name, settings.skip_reindex)
}

/// `POST restore/site/upload` and `restore/space/upload`, which take no settings and so index what they restore: one part named `file`, streamed to the home.
pub async fn from_upload(
    state: &AppState,
    queue: &UnboundedSender<u64>,
    scope: JobScope,
    headers: &HeaderMap,
    mut parts: Multipart,
) -> Answer {
    if !is_checked(headers) {
        return Err(xsrf());
    }
    let bad = |error: axum::extract::multipart::MultipartError| Refusal::bad_request(error.body_text());
    while let Some(mut part) = parts.next_field().await.map_err(bad)? {
        if part.name() != Some("file") {
            continue;
        }
        let name = part.file_name().unwrap_or("upload.zip").to_owned();
        let path = state.settings.home.join("uploads").join(format!("{:016x}.zip", unique()));
        let mut file = tokio::fs::File::create(&path).await.map_err(|error| Refusal::broken(&error))?;
        let mut head = Vec::new();
        while let Some(chunk) = part.chunk().await.map_err(bad)? {
            if head.len() < 4 {
                head.extend(chunk.iter().take(4));
            }
            file.write_all(&chunk).await.map_err(|error| Refusal::broken(&error))?;
        }
        file.flush().await.map_err(|error| Refusal::broken(&error))?;
        if !head.starts_with(b"PK") {
            let _ = tokio::fs::remove_file(&path).await;
            return Err(Refusal::bad_request("The uploaded file is not a zip file"));
        }
        return start(state, queue, scope, path, name, false);
    }
    Err(Refusal::bad_request("The request has no part named file"))
}

fn start(
    state: &AppState,
    queue: &UnboundedSender<u64>,
    scope: JobScope,
    path: PathBuf,
    name: String,
    skip_reindex: bool,
) -> Answer {
    let job = state.jobs.queue(scope, path, name, Work::Restore { skip_reindex });
    queue.send(job.id).map_err(|_| Refusal::broken(&"the server is stopping"))?;
    Ok(details(state, &job))
}

/// `GET restore/files`.
pub fn files(state: &AppState, ask: &Ask) -> Answer {
    let mut found = Vec::new();
    for scope in [JobScope::Site, JobScope::Space] {
        if ask.get("jobScope").is_some_and(|wanted| wanted != scope.word()) {
            continue;
        }
        let entries = std::fs::read_dir(folder(state, scope)).map_err(|error| Refusal::broken(&error))?;
        for entry in entries.flatten() {
            let Ok(metadata) = entry.metadata() else { continue };
            let time = metadata.modified().ok().and_then(|time| jiff::Timestamp::try_from(time).ok());
            found.push(json!({
                "fileName": entry.file_name().to_string_lossy(), "fileSize": metadata.len(), "jobScope": scope.word(),
                "fileCreationTime": time.map(|time| time.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string()),
            }));
        }
    }
    found.sort_by_key(|file| file.get("fileName").map(ToString::to_string));
    Ok(found.into())
}

/// Where packages of this scope lie, restored or made.
pub fn folder(state: &AppState, scope: JobScope) -> PathBuf {
    state.settings.home.join("restore").join(scope.folder())
}

/// Restores the package that the settings name, by the code that works the jobs.
pub async fn at_start(state: &Shared) -> Result<(), MockError> {
    /// Whoever gives up waiting wants the restore to end too.
    struct Stop(std::sync::Arc<Progress>);
    impl Drop for Stop {
        fn drop(&mut self) {
            self.0.cancel.store(true, std::sync::atomic::Ordering::Relaxed);
        }
    }
    let Some(path) = state.settings.load.as_ref().map(|load| load.path.clone()) else { return Ok(()) };
    let progress = std::sync::Arc::<Progress>::default();
    let stop = Stop(progress.clone());
    let (worker, file) = (state.clone(), path.clone());
    let restored = tokio::task::spawn_blocking(move || {
        let scope = import::scope_to_look_at(&file, &worker.settings.limits)?;
        import::restore(&worker, &Job::at_start(scope, file, progress))
    });
    let refused = |source| MockError::Load { path, source };
    let result = match restored.await {
        Ok(Ok(_)) => Ok(()),
        Ok(Err(error)) => Err(refused(error.into())),
        Err(error) => Err(refused(error.into())),
    };
    drop(stop);
    result
}

/// Works the queue until the server stops.
pub async fn work(state: Shared, mut queue: UnboundedReceiver<u64>, cancel: CancellationToken) {
    loop {
        let next = tokio::select! {
            () = cancel.cancelled() => return,
            next = queue.recv() => next,
        };
        let Some(job) = next.map(|id| state.jobs.begin(id)) else { return };
        let Some(job) = job else { continue };
        if state.troubles.has(&Trouble::StuckInProcessing) {
            tokio::select! {
                () = cancel.cancelled() => return,
                () = state.jobs.cancelled(&job) => state.jobs.end(job.id, Err("it was stuck".to_owned())),
            }
            continue;
        }
        let (id, file, progress, worker) = (job.id, job.file.clone(), job.progress.clone(), state.clone());
        let mut running = tokio::task::spawn_blocking(move || carry_out(&worker, &job));
        let ended = tokio::select! {
            ended = &mut running => ended,
            () = cancel.cancelled() => {
                progress.cancel.store(true, std::sync::atomic::Ordering::Relaxed);
                running.await
            }
        };
        let result = ended.map_err(|error| error.to_string()).and_then(|result| result);
        if result.is_err() {
            remove_upload(&state, &file);
        }
        state.jobs.end(id, result);
    }
}

fn carry_out(state: &AppState, job: &Job) -> Result<Vec<String>, String> {
    match &job.work {
        Work::Restore { .. } => import::restore(state, job).map_err(|error| error.to_string()),
        Work::Backup(order) => backup::make(state, job, order),
    }
}

/// An upload that could not be restored serves nobody; what lies in the folders for restoring is the user's.
fn remove_upload(state: &AppState, file: &Path) {
    if file.starts_with(state.settings.home.join("uploads")) {
        let _ = std::fs::remove_file(file);
    }
}

/// A number that no other call in this process gives, and hardly one in another.
pub fn unique() -> u64 {
    use std::hash::{BuildHasher as _, Hasher as _};
    std::collections::hash_map::RandomState::new().build_hasher().finish()
}
