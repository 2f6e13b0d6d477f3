//! The connection to the container engine, and its errors in plain words.

use std::time::Duration;

use bollard::Docker;
use bollard::errors::Error as DockerError;

use super::LabError;
use super::error::bounded;

/// How long the engine has for a small question.
const PATIENCE: Duration = Duration::from_secs(30);

/// Where it is looked for, where `DOCKER_HOST` doesn't say.
const USUAL: &str = "unix:///var/run/docker.sock";

/// A container engine that answered.
#[derive(Debug, Clone)]
pub struct Engine {
    docker: Docker,
    host: String,
    version: String,
    architecture: String,
}

impl Engine {
    /// Connects as testcontainers does (`DOCKER_HOST`, else the usual sockets) and asks the engine who it is.
    pub async fn connect() -> Result<Self, LabError> {
        let host = std::env::var("DOCKER_HOST").unwrap_or_else(|_| USUAL.to_owned());
        let docker = match testcontainers::core::client::docker_client_instance().await {
            Ok(docker) => docker,
            Err(error) => return Err(absent_or_denied(&host, &error)),
        };
        // The version is asked for without a version in the path, so that an older engine answers too.
        let docker = match tokio::time::timeout(PATIENCE, docker.negotiate_version()).await {
            Ok(Ok(docker)) => docker,
            Ok(Err(error)) => return Err(absent_or_denied(&host, &error)),
            Err(_) => return Err(LabError::EngineSilent { doing: format!("reach {host}"), within: PATIENCE }),
        };
        let engine = Self { docker, host, version: String::new(), architecture: String::new() };
        let version = engine.ask("ask the engine for its version", engine.docker.version()).await?;
        Ok(Self {
            version: version.version.unwrap_or_default(),
            architecture: version.arch.unwrap_or_default(),
            ..engine
        })
    }

    /// Its version, as `20.10.24`.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The architecture of its machine in Go's words, as `amd64`.
    pub fn architecture(&self) -> &str {
        &self.architecture
    }

    /// An error where the engine is on another machine: what it publishes on its 127.0.0.1 can't be reached from here, and nothing is
    /// published on any other address.
    pub(super) fn must_be_local(&self) -> Result<(), LabError> {
        if is_local(&self.host) { Ok(()) } else { Err(LabError::EngineRemote { host: self.host.clone() }) }
    }

    /// The client, for what this module doesn't offer.
    pub fn docker(&self) -> &Docker {
        &self.docker
    }

    /// Asks a small question, within half a minute.
    pub(super) async fn ask<T>(
        &self,
        doing: &str,
        question: impl Future<Output = Result<T, DockerError>>,
    ) -> Result<T, LabError> {
        match tokio::time::timeout(PATIENCE, question).await {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(error)) => Err(self.plain(doing, &error)),
            Err(_) => Err(LabError::EngineSilent { doing: doing.to_owned(), within: PATIENCE }),
        }
    }

    /// An error of the engine in plain words.
    pub(super) fn plain(&self, doing: &str, error: &DockerError) -> LabError {
        let reason = match error {
            DockerError::DockerResponseServerError { message, .. } => bounded(message),
            other if io_kind(other).is_some() => return absent_or_denied(&self.host, other),
            other => bounded(&chain(other)),
        };
        said(doing, reason)
    }
}

/// What the engine's words come to.
pub(super) fn said(doing: &str, reason: String) -> LabError {
    if reason.to_lowercase().contains("no space left on device") {
        return LabError::DiskFull { doing: doing.to_owned(), place: "the container engine".to_owned() };
    }
    LabError::Engine { doing: doing.to_owned(), reason }
}

/// Whether the engine says that there is no such object.
pub(super) fn is_absent(error: &DockerError) -> bool {
    matches!(error, DockerError::DockerResponseServerError { status_code: 404, .. })
}

fn is_local(host: &str) -> bool {
    let Some((_, address)) = host.split_once("://").filter(|(scheme, _)| matches!(*scheme, "tcp" | "http" | "https"))
    else {
        return true;
    };
    ["localhost", "127.", "[::1]"].iter().any(|local| address.starts_with(local))
}

fn absent_or_denied(host: &str, error: &(dyn std::error::Error + 'static)) -> LabError {
    if io_kind(error) == Some(std::io::ErrorKind::PermissionDenied) {
        return LabError::EngineDenied { host: host.to_owned() };
    }
    LabError::EngineAbsent { host: host.to_owned(), reason: bounded(&chain(error)) }
}

fn io_kind(error: &(dyn std::error::Error + 'static)) -> Option<std::io::ErrorKind> {
    std::iter::successors(Some(error), |error| error.source())
        .find_map(|error| error.downcast_ref::<std::io::Error>().map(std::io::Error::kind))
}

/// An error with its causes, each once.
pub(super) fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = String::new();
    for error in std::iter::successors(Some(error), |error| error.source()).take(8) {
        let words = error.to_string();
        if !text.contains(&words) {
            text.push_str(if text.is_empty() { "" } else { ": " });
            text.push_str(&words);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_engine_on_another_machine_is_told_apart() {
        for local in [USUAL, "unix:///run/docker.sock", "tcp://127.0.0.1:2375", "tcp://localhost:2375"] {
            assert!(is_local(local), "{local}");
        }
        assert!(!is_local("tcp://docker:2375") && !is_local("https://10.0.0.7:2376"));
    }

    #[test]
    fn a_full_disk_of_the_engine_has_its_own_words() {
        let error = said("build it", "write /x: no space left on device".to_owned());
        assert!(matches!(error, LabError::DiskFull { .. }), "{error}");
    }
}
