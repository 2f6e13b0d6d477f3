//! Backup jobs: `POST backup/site` and `backup/space`, and the download of what they made (docs/confluence.md, R50 to R53).

mod chosen;
mod people;
mod rows;
mod write;

use std::path::Path as FilePath;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;
use tokio::sync::mpsc::UnboundedSender;
use tokio_util::io::ReaderStream;

use super::answer::{Answer, Refusal};
use super::jobs::{Job, JobScope, JobState, Work, details};
use super::shapes::encode;
use super::state::{AppState, Shared};
use super::store::Site;
use chosen::Chosen;

/// What a backup is to hold.
#[derive(Debug, PartialEq, Eq)]
pub struct Order {
    /// Keys of the spaces; none: the site.
    pub spaces: Option<Vec<String>>,
    pub attachments: bool,
}

/// Settings of both: additional properties are refused.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct SiteSettings {
    skip_attachments: bool,
    #[expect(dead_code, reason = "taken and without effect: the mock never deletes a backup")]
    keep_permanently: bool,
    file_name_prefix: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct SpaceSettings {
    space_keys: Vec<String>,
    #[expect(dead_code, reason = "taken and without effect: the mock never deletes a backup")]
    keep_permanently: bool,
    file_name_prefix: Option<String>,
}

/// `POST backup/site` and `backup/space`.
pub fn start(state: &AppState, queue: &UnboundedSender<u64>, scope: JobScope, body: &[u8]) -> Answer {
    let bad = |error| Refusal::bad_request(format!("Invalid backup settings: {error}"));
    let (order, prefix) = match scope {
        JobScope::Site => {
            let settings: SiteSettings = serde_json::from_slice(body).map_err(bad)?;
            (Order { spaces: None, attachments: !settings.skip_attachments }, settings.file_name_prefix)
        }
        JobScope::Space => {
            let settings: SpaceSettings = serde_json::from_slice(body).map_err(bad)?;
            let spaces = known(&state.site(), &settings.space_keys)?;
            (Order { spaces: Some(spaces), attachments: true }, settings.file_name_prefix)
        }
    };
    if state.jobs.waits_for(&order) {
        let message = "A backup of the same content is queued or running".to_owned();
        return Err(Refusal { status: StatusCode::CONFLICT, message });
    }
    let name = file_name(&order, prefix.as_deref())?;
    let path = super::restore::folder(state, scope).join(&name);
    let job = state.jobs.queue(scope, path, name, Work::Backup(order.into()));
    queue.send(job.id).map_err(|_| Refusal::broken(&"the server is stopping"))?;
    Ok(details(state, &job))
}

/// The keys as the spaces spell them, each once.
fn known(site: &Site, keys: &[String]) -> Result<Vec<String>, Refusal> {
    let mut known = Vec::new();
    for key in keys {
        let space = site.space(key).ok_or_else(|| Refusal::bad_request(format!("No space with key : {key}")))?;
        if !known.contains(&space.key) {
            known.push(space.key.clone());
        }
    }
    if known.is_empty() {
        return Err(Refusal::bad_request("spaceKeys must name at least one space"));
    }
    Ok(known)
}

/// The name of the file; the prefix takes the place of its front (docs/confluence.md, R52).
fn file_name(order: &Order, prefix: Option<&str>) -> Result<String, Refusal> {
    let prefix = prefix.filter(|prefix| !prefix.is_empty());
    if prefix.is_some_and(|text| text.len() > 100 || text.starts_with('.') || text.contains(['/', '\\', '\0'])) {
        return Err(Refusal::bad_request("Invalid fileNamePrefix"));
    }
    let now = jiff::Timestamp::now();
    let Some(spaces) = &order.spaces else {
        let time = now.strftime("%Y%m%d-%H%M%S-%3f");
        return Ok(format!("{}-{time}.zip", prefix.unwrap_or("xmlexport")));
    };
    // A key of a damaged package can be any text.
    let plain = |key: &String| key.chars().all(|c| c.is_ascii_alphanumeric() || c == '~') && key.len() < 100;
    let key = match spaces.as_slice() {
        [only] if plain(only) => format!("-{only}"),
        _ => String::new(),
    };
    let time = now.strftime("%Y-%m-%d-%H-%M-%S-%3f");
    Ok(format!("{}{key}-{time}.xml.zip", prefix.unwrap_or("Confluence-space-export")))
}

/// Makes the package of a job. Gives the keys of its spaces.
///
/// # Errors
/// In words: nothing stays behind.
pub fn make(state: &AppState, job: &Job, order: &Order) -> Result<Vec<String>, String> {
    let site = state.site();
    let chosen = Chosen::new(&site, order.spaces.as_deref()).map_err(|key| format!("The space {key} is gone"))?;
    // Beside the others, where no listing shows it before it is whole.
    let part =
        tempfile::NamedTempFile::new_in(state.settings.home.join("uploads")).map_err(|error| error.to_string())?;
    let part = part.into_temp_path();
    write::write(&site, &chosen, order, &state.settings, &job.progress, &part).map_err(|error| error.to_string())?;
    if let Some(why) = site.content.failure() {
        return Err(why);
    }
    if job.progress.cancel.load(std::sync::atomic::Ordering::Relaxed) {
        return Err("the job was cancelled".to_owned());
    }
    part.persist(&job.file).map_err(|error| error.to_string())?;
    let spaces = site.spaces.values().filter(|space| chosen.space(space.id));
    Ok(spaces.map(|space| space.key.clone()).collect())
}

/// `GET jobs/{id}/download`.
pub async fn download(State(state): State<Shared>, Path(id): Path<String>) -> Response {
    let job = id.parse().ok().and_then(|id| state.jobs.get(id));
    let made = job.filter(|job| matches!(job.work, Work::Backup(_)) && job.state == JobState::Finished);
    let Some(job) = made else {
        return Refusal::not_found(format!("Job with id {id} has no file to download")).into_response();
    };
    match open(&job.file).await {
        Ok((file, length)) => {
            let headers = [
                (header::CONTENT_TYPE, "application/octet-stream".to_owned()),
                (header::CONTENT_LENGTH, length.to_string()),
                (header::CONTENT_DISPOSITION, format!("attachment; filename*=UTF-8''{}", encode(&job.file_name))),
            ];
            (headers, Body::from_stream(ReaderStream::with_capacity(file, 64 << 10))).into_response()
        }
        Err(_) => Refusal::not_found(format!("The file of job {id} is gone")).into_response(),
    }
}

async fn open(path: &FilePath) -> std::io::Result<(tokio::fs::File, u64)> {
    let file = tokio::fs::File::open(path).await?;
    let length = file.metadata().await?.len();
    Ok((file, length))
}
