//! Backs up a live Confluence between two captures of it, and binds what they show to the file.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tempfile::NamedTempFile;
use tokio::time::Instant;

use super::flux::{Flux, FluxError, bracketed};
use super::{Base, Capture, ExpectError, beside, bind, capture, capture_as, write};
use crate::clock::Context;
use crate::confluence::{Client, ClientError, Job, JobState};
use crate::event::{Stage, Unit};
use crate::model::{Digest, Fault, Hasher, Scope};
use crate::reading::{Claim, Manifest};

/// The first wait between two questions for the job; it doubles up to [`LONGEST`].
const FIRST: Duration = Duration::from_millis(250);
/// The longest wait between two questions for the job.
const LONGEST: Duration = Duration::from_secs(10);
/// How long a job may be out of sight while the server is busy with it.
const BLIND: Duration = Duration::from_secs(300);
/// What a zip begins with.
const ZIP: &[u8] = b"PK";

/// What is wanted.
#[derive(Debug, Clone)]
pub struct Order {
    /// Of what.
    pub scope: Scope,
    /// Whether a backup of the site holds attachments; one of spaces always does.
    pub with_attachments: bool,
    /// Where the file goes. The manifest goes beside it.
    pub to: PathBuf,
    /// How long the job may take.
    pub patience: Duration,
    /// How many hundredths of all items may move while it runs.
    pub flux_limit: u8,
}

/// What was made.
#[derive(Debug)]
pub struct Made {
    /// The id of the job.
    pub job: String,
    /// Length of the file in bytes.
    pub bytes: u64,
    /// Its SHA-256.
    pub digest: Digest,
    /// What the source claims, bound to it.
    pub manifest: Manifest,
    /// Where the manifest lies.
    pub manifest_path: PathBuf,
    /// What moved meanwhile.
    pub flux: Flux,
}

/// Why there is no backup with a manifest.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// A capture failed.
    #[error(transparent)]
    Expect(#[from] ExpectError),
    /// A request failed.
    #[error("{doing}: {cause}")]
    Client {
        /// What the request was for.
        doing: &'static str,
        /// Why it failed.
        cause: ClientError,
    },
    /// The source could not make the backup.
    #[error("make the backup: job {job} of the source failed: {message}")]
    Failed {
        /// The id of the job.
        job: String,
        /// The server's words.
        message: String,
    },
    /// Somebody else stopped the job, or its state is none that the reference documents.
    #[error("make the backup: job {job} of the source is {state}")]
    Ended {
        /// The id of the job.
        job: String,
        /// Its state.
        state: String,
    },
    /// The job did not end in time.
    #[error("make the backup within {} s: job {job} of the source is still {state}; raise --patience", within.as_secs())]
    TooLong {
        /// The id of the job.
        job: String,
        /// Its state.
        state: String,
        /// The limit.
        within: Duration,
    },
    /// What was downloaded is no whole zip.
    #[error("download the file of job {job}: {problem}")]
    Download {
        /// The id of the job.
        job: String,
        /// What is wrong.
        problem: String,
    },
    /// The file can't be written.
    #[error("write {}: {cause}", path.display())]
    Write {
        /// Which file.
        path: PathBuf,
        /// What the system says.
        cause: std::io::Error,
    },
    /// The captures can't be held against each other.
    #[error(transparent)]
    Flux(#[from] FluxError),
    /// Too much moved.
    #[error(
        "claim what the backup must hold: {moved} of {of} items moved at the source while it ran, more than {limit} %; the backup {} is kept, without a manifest: \
         back up again when fewer people work, or raise --flux-limit",
        kept.display()
    )]
    TooMuchFlux {
        /// How many items moved.
        moved: u64,
        /// Of how many.
        of: u64,
        /// The limit in hundredths.
        limit: u8,
        /// The backup.
        kept: PathBuf,
    },
}

impl BackupError {
    /// Whose failing it is: a job that failed is the backup's.
    pub fn fault(&self) -> Fault {
        match self {
            Self::Failed { .. } => Fault::Backup,
            _ => Fault::Rig,
        }
    }
}

/// Captures the source, has it backed up, downloads the file, captures what moved, and lays a manifest beside the file that is bound to it.
///
/// # Errors
/// A source that can't be read, a job that fails or takes too long, a file that can't be written, too much that moved meanwhile. What was downloaded stays
/// where only the manifest failed.
pub async fn back_up(client: &Client, order: &Order, ctx: &Context) -> Result<Made, BackupError> {
    let before = capture(client, &order.scope, ctx).await?;
    let job = finished(client, asked(client, order).await?, order, ctx).await?;
    let id = job.id.to_string();
    let (digest, bytes) = download(client, &id, &order.to, ctx).await?;
    let after = again(&before, client, order, ctx).await?;
    let joined = tokio::task::spawn_blocking(move || bracketed(&before.reading, &after.reading)).await;
    let (reading, flux) = joined.map_err(|error| written(&order.to, std::io::Error::other(error)))??;
    if flux.exceeds(order.flux_limit) {
        let (moved, of, limit) = (flux.total(), flux.of, order.flux_limit);
        return Err(BackupError::TooMuchFlux { moved, of, limit, kept: order.to.clone() });
    }
    let manifest = bind(Manifest { reading, claim: Claim::Source, bound_to: None }, &digest);
    let manifest_path = beside(&order.to);
    write(&manifest, &manifest_path)?;
    Ok(Made { job: id, bytes, digest, manifest, manifest_path, flux })
}

/// Captures the source once more: texts, bytes and older versions of what has still its version are taken over.
async fn again(before: &Manifest, client: &Client, order: &Order, ctx: &Context) -> Result<Manifest, BackupError> {
    // What was just read has no file yet.
    let base = Base::new(&before.reading, &Digest::of("")).map_err(FluxError::from)?;
    let how = Capture { since: Some(base), ..Capture::default() };
    Ok(capture_as(client, &order.scope, &how, ctx).await?)
}

async fn asked(client: &Client, order: &Order) -> Result<Job, BackupError> {
    let job = match &order.scope {
        Scope::Site | Scope::Unknown => client.back_up_site(order.with_attachments).await,
        Scope::Spaces(keys) => client.back_up_spaces(keys).await,
    };
    job.map_err(|cause| BackupError::Client { doing: "ask for the backup", cause })
}

/// Waits for the end of the job.
async fn finished(client: &Client, mut job: Job, order: &Order, ctx: &Context) -> Result<Job, BackupError> {
    let (began, mut seen, mut wait) = (Instant::now(), Instant::now(), FIRST);
    loop {
        let id = job.id.to_string();
        let counted = job.statistics.unwrap_or_default();
        ctx.events.progress(Stage::Acquire, counted.processed.unwrap_or_default(), counted.total, Unit::Objects);
        match &job.job_state {
            JobState::Finished => return Ok(job),
            JobState::Failed => {
                let message = job.error_message.as_deref().unwrap_or("it gives no reason");
                let message = message.chars().filter(|c| !c.is_control()).take(1_000).collect();
                return Err(BackupError::Failed { job: id, message });
            }
            state @ (JobState::Cancelled | JobState::Unknown(_)) => {
                return Err(BackupError::Ended { job: id, state: format!("{state:?}") });
            }
            state if began.elapsed() > order.patience => {
                return Err(BackupError::TooLong { job: id, state: format!("{state:?}"), within: order.patience });
            }
            JobState::Queued | JobState::Processing | JobState::Cancelling => {}
        }
        tokio::select! {
            () = ctx.cancel.cancelled() => {}
            () = tokio::time::sleep(wait) => {}
        }
        wait = (wait * 2).min(LONGEST);
        match client.job(&id).await {
            Ok(now) => (job, seen) = (now, Instant::now()),
            // A server that is busy with a large backup answers late, or with an error; the job goes on all the same.
            Err(cause) if matches!(cause, ClientError::Cancelled(_)) || seen.elapsed() > BLIND => {
                return Err(BackupError::Client { doing: "follow the backup", cause });
            }
            Err(_) => {}
        }
    }
}

/// Downloads the file of a job; it takes its name only when it is whole.
async fn download(client: &Client, job: &str, to: &Path, ctx: &Context) -> Result<(Digest, u64), BackupError> {
    let failed = |cause| BackupError::Client { doing: "download the backup", cause };
    let mut coming = client.backup_file(job).await.map_err(failed)?;
    let length = coming.length();
    let folder = to.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // Temporary files are made with mode 0600, and go away when anything below fails.
    let mut file = NamedTempFile::new_in(folder).map_err(|cause| written(to, cause))?;
    let (mut hasher, mut bytes, mut head) = (Hasher::default(), 0_u64, Vec::new());
    while let Some(piece) = coming.next().await.map_err(failed)? {
        file.write_all(&piece).map_err(|cause| written(to, cause))?;
        hasher.update(&piece);
        if head.len() < ZIP.len() {
            head.extend(piece.iter().take(ZIP.len()));
        }
        bytes += piece.len() as u64;
        ctx.events.progress(Stage::Acquire, bytes, length, Unit::Bytes);
    }
    let problem = match length {
        Some(length) if length != bytes => format!("{bytes} of {length} bytes came"),
        _ if bytes == 0 => "it is empty".to_owned(),
        _ if !head.starts_with(ZIP) => "what came is not a zip".to_owned(),
        _ => {
            file.as_file().sync_all().map_err(|cause| written(to, cause))?;
            file.persist_noclobber(to).map_err(|error| written(to, error.error))?;
            return Ok((hasher.finish(), bytes));
        }
    };
    Err(BackupError::Download { job: job.to_owned(), problem })
}

fn written(path: &Path, cause: std::io::Error) -> BackupError {
    BackupError::Write { path: path.to_owned(), cause }
}
