//! Backup jobs of the backup-restore resource (8.3 and later). A job is asked for once: a second request would make a second backup.

use super::answers::restore::{Job, JobScope};
use super::{Client, ClientError, Download};

impl Client {
    /// Asks for a backup of the whole site. The server removes its file some time after the job is done.
    ///
    /// # Errors
    /// As any request; without the right to back up, a refusal.
    pub async fn back_up_site(&self, with_attachments: bool) -> Result<Job, ClientError> {
        let settings = serde_json::json!({ "skipAttachments": !with_attachments, "keepPermanently": false });
        self.ask(&self.post(&["backup", JobScope::Site.path()], Some(settings))?).await
    }

    /// Asks for a backup of some spaces, which always holds their attachments.
    ///
    /// # Errors
    /// As for a site; also where a backup of the same spaces is under way.
    pub async fn back_up_spaces(&self, keys: &[String]) -> Result<Job, ClientError> {
        let settings = serde_json::json!({ "spaceKeys": keys, "keepPermanently": false });
        self.ask(&self.post(&["backup", JobScope::Space.path()], Some(settings))?).await
    }

    /// Opens the file of a backup job that is done.
    ///
    /// # Errors
    /// As any request; where the file is gone already, a refusal.
    pub async fn backup_file(&self, job: &str) -> Result<Download, ClientError> {
        let url = self.url(["rest", "api", "backup-restore", "jobs", job, "download"], &[])?;
        self.open(&self.get(url)).await
    }
}
