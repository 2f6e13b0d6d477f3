//! The backup-restore resource (8.3 and later). Nothing here is sent twice: a second restore would meet the first.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use futures_util::StreamExt as _;
use reqwest::Method;
use reqwest::multipart::{Form, Part};
use tokio::io::AsyncReadExt as _;
use tokio_util::io::ReaderStream;

use super::answers::restore::{Job, JobScope};
use super::transport::{Answer, Call};
use super::{At, Client, ClientError};

/// Bytes read from the file at once.
const PIECE: usize = 256 << 10;

impl Client {
    /// Uploads a zip and has it restored. The file streams: it is never whole in memory. `progress` hears how many bytes have gone out.
    ///
    /// # Errors
    /// A file that can't be read, a connection that breaks or stands still, an answer other than the job.
    pub async fn upload(
        &self,
        scope: JobScope,
        path: &Path,
        progress: impl Fn(u64) + Send + Sync + 'static,
    ) -> Result<Job, ClientError> {
        let file_error = |error: std::io::Error| ClientError::File { path: path.to_owned(), cause: error.to_string() };
        let file = tokio::fs::File::open(path).await.map_err(file_error)?;
        let length = file.metadata().await.map_err(file_error)?.len();
        let sent = Arc::new(AtomicU64::new(0));
        let count = sent.clone();
        let pieces = ReaderStream::with_capacity(file.take(length), PIECE).inspect(move |piece| {
            if let Ok(bytes) = piece {
                let bytes = bytes.len() as u64;
                progress(count.fetch_add(bytes, Ordering::Relaxed) + bytes);
            }
        });
        let part = Part::stream_with_length(reqwest::Body::wrap_stream(pieces), length)
            .file_name(plain_name(path))
            .mime_str("application/zip")
            .map_err(|error| ClientError::Setup(super::transport::cause(&error)))?;
        let call = self.post(&["restore", scope.path(), "upload"], None)?;
        let at = self.at(&call, 1);
        let request = self.build(&call).multipart(Form::new().part("file", part));
        let response = self.moving(&at, &sent, request.send()).await?;
        let response = self.judge(at.clone(), response).await?;
        let body = self.body(&at, response).await?;
        Answer { at, body }.json()
    }

    /// Has a file restored that lies in the server's restore folder; `name` is its bare name.
    ///
    /// # Errors
    /// As any request.
    pub async fn restore_file(&self, scope: JobScope, name: &str, skip_reindex: bool) -> Result<Job, ClientError> {
        let settings = serde_json::json!({ "fileName": name, "skipReindex": skip_reindex });
        self.ask(&self.post(&["restore", scope.path()], Some(settings))?).await
    }

    /// How far a job is.
    ///
    /// # Errors
    /// As any request. While a site restore replaces the users, any refusal can come.
    pub async fn job(&self, id: &str) -> Result<Job, ClientError> {
        self.ask(&self.get(self.url(["rest", "api", "backup-restore", "jobs", id], &[])?)).await
    }

    /// Asks for a job to be stopped.
    ///
    /// # Errors
    /// As any request.
    pub async fn cancel_job(&self, id: &str) -> Result<Job, ClientError> {
        let mut call = self.get(self.url(["rest", "api", "backup-restore", "jobs", id, "cancel"], &[])?);
        call.method = Method::PUT;
        self.ask(&call).await
    }

    pub(super) fn post(&self, segments: &[&str], json: Option<serde_json::Value>) -> Result<Call, ClientError> {
        let path = ["rest", "api", "backup-restore"].iter().chain(segments).copied();
        let url = self.url(path, &[])?;
        Ok(Call { method: Method::POST, url, json, auth: true, retry: false, retry_500: false })
    }

    /// Waits for an upload as long as bytes go out.
    async fn moving(
        &self,
        at: &At,
        sent: &AtomicU64,
        work: impl Future<Output = reqwest::Result<reqwest::Response>>,
    ) -> Result<reqwest::Response, ClientError> {
        let stall = self.settings().upload_stall;
        let mut last = 0;
        tokio::pin!(work);
        loop {
            tokio::select! {
                biased;
                () = self.0.cancel.cancelled() => return Err(ClientError::Cancelled(at.clone())),
                done = &mut work => {
                    let cause = |error| ClientError::Connection { at: at.clone(), cause: super::transport::cause(&error) };
                    return done.map_err(cause);
                }
                () = tokio::time::sleep(stall) => {
                    let now = sent.load(Ordering::Relaxed);
                    if now == last {
                        return Err(ClientError::TimedOut { at: at.clone(), seconds: stall.as_secs() });
                    }
                    last = now;
                }
            }
        }
    }
}

/// The name under which a file is uploaded: its own, with whatever isn't plain replaced, and `.zip` at its end.
fn plain_name(path: &Path) -> String {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let plain = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_') { c } else { '_' };
    let name: String = name.chars().rev().take(100).map(plain).collect::<Vec<_>>().into_iter().rev().collect();
    let name = name.trim_start_matches('.').to_owned();
    match name.as_str() {
        "" => "backup.zip".to_owned(),
        _ if name.to_ascii_lowercase().ends_with(".zip") => name,
        _ => format!("{name}.zip"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_uploaded_under_plain_names() {
        assert_eq!(plain_name(Path::new("/b/export 2026 ü.zip")), "export_2026__.zip");
        assert_eq!(plain_name(Path::new("/b/../..")), "backup.zip");
        assert_eq!(plain_name(Path::new("dump")), "dump.zip");
    }
}
