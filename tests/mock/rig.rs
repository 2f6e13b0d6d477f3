//! A running mock and a client for it.

use std::path::Path;

use rehearsal::mock::{Server, Settings};
use secrecy::SecretString;
use serde_json::Value;

use crate::package::Build;

pub const ADMIN: &str = "admin";
pub const PASSWORD: &str = "correct horse";

pub struct Rig {
    pub server: Server,
    pub client: reqwest::Client,
    pub home: tempfile::TempDir,
}

impl Rig {
    pub async fn start() -> Self {
        Self::with(|_| ()).await
    }

    pub async fn with(change: impl FnOnce(&mut Settings)) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let home = tempfile::tempdir().unwrap();
        let mut settings = Settings::new(home.path(), ADMIN, SecretString::from(PASSWORD));
        change(&mut settings);
        let server = Server::start(settings).await.unwrap();
        let client = reqwest::Client::builder().tls_certs_only([]).build().unwrap();
        Self { server, client, home }
    }

    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.server.base_url())
    }

    pub fn request(&self, method: reqwest::Method, path: &str) -> reqwest::RequestBuilder {
        self.client.request(method, self.url(path)).basic_auth(ADMIN, Some(PASSWORD))
    }

    pub async fn response(&self, path: &str) -> reqwest::Response {
        self.request(reqwest::Method::GET, path).send().await.unwrap()
    }

    /// The JSON of a GET that must succeed.
    pub async fn get(&self, path: &str) -> Value {
        let response = self.response(path).await;
        let status = response.status();
        let text = response.text().await.unwrap();
        assert_eq!(status, 200, "{path}: {text}");
        serde_json::from_str(&text).unwrap()
    }

    pub async fn status(&self, path: &str) -> u16 {
        self.response(path).await.status().as_u16()
    }

    /// Puts a package into the home and restores it; gives the job when it has ended.
    pub async fn restore(&self, scope: &str, build: &Build) -> Value {
        let path = self.home.path().join("restore").join(scope).join("backup.zip");
        build.zip(&path);
        self.restore_file(scope, "backup.zip").await
    }

    pub async fn restore_file(&self, scope: &str, name: &str) -> Value {
        let job = self.start_restore(scope, &serde_json::json!({ "fileName": name, "skipReindex": false })).await;
        self.wait(&job["id"]).await
    }

    pub async fn start_restore(&self, scope: &str, body: &Value) -> Value {
        let path = format!("/rest/api/backup-restore/restore/{scope}");
        let response = self.request(reqwest::Method::POST, &path).json(body).send().await.unwrap();
        assert_eq!(response.status(), 200);
        response.json().await.unwrap()
    }

    pub async fn wait(&self, id: &Value) -> Value {
        loop {
            let job = self.get(&format!("/rest/api/backup-restore/jobs/{id}")).await;
            if ["FINISHED", "FAILED", "CANCELLED"].contains(&job["jobState"].as_str().unwrap()) {
                return job;
            }
            tokio::task::yield_now().await;
        }
    }

    /// Restores and asserts that it worked.
    pub async fn restored(scope: &str, build: &Build) -> Self {
        let rig = Self::start().await;
        let job = rig.restore(scope, build).await;
        assert_eq!(job["jobState"], "FINISHED", "{job}");
        rig
    }

    pub fn home(&self) -> &Path {
        self.home.path()
    }
}
