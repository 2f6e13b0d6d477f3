//! Who answers, and as whom.

use serde::Deserialize;

use super::answers::user::User;
use super::{Client, ClientError};

/// What `/status` says. The word counts, not the HTTP status: `FIRST_RUN` comes with 200 and is not ready.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ServerState {
    /// It boots.
    Starting,
    /// The set-up wizard waits.
    FirstRun,
    /// It is ready.
    Running,
    /// It failed to start.
    Error,
    /// It goes down.
    Stopping,
    /// Maintenance, or an upgrade is pending.
    Maintenance,
    /// Another word, or no Confluence at all.
    Other(String),
}

/// Which product answers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ServerInformation {
    /// Its version, such as `9.2.20`.
    pub version: Option<String>,
    /// Its build number.
    pub build: Option<String>,
}

#[derive(Deserialize)]
struct State {
    state: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Information {
    #[serde(default, alias = "versionNumber")]
    version: Option<String>,
    #[serde(default)]
    build_number: Option<super::Id>,
}

impl Client {
    /// Asks for the state, once and without credentials.
    ///
    /// # Errors
    /// No connection, or no answer in time. An answer of any status is a state.
    pub async fn status(&self) -> Result<ServerState, ClientError> {
        let mut call = self.get(self.url(["status"], &[])?);
        (call.auth, call.retry) = (false, false);
        let at = self.at(&call, 1);
        let (status, body) = self.send_for_any_status(&call, &at).await?;
        let word = serde_json::from_slice::<State>(&body).map(|state| state.state);
        Ok(match word.as_deref() {
            Ok("STARTING") => ServerState::Starting,
            Ok("FIRST_RUN") => ServerState::FirstRun,
            Ok("RUNNING") => ServerState::Running,
            Ok("ERROR") => ServerState::Error,
            Ok("STOPPING") => ServerState::Stopping,
            Ok("MAINTENANCE") => ServerState::Maintenance,
            Ok(other) => ServerState::Other(super::error::visible(other)),
            Err(_) => ServerState::Other(format!("HTTP status {status} without a state")),
        })
    }

    /// Asks which product answers: its own resource (10.x), or the manifest that all versions have.
    ///
    /// # Errors
    /// Neither can be had.
    pub async fn server_information(&self) -> Result<ServerInformation, ClientError> {
        let own = self.get(self.url(["rest", "api", "server-information"], &[])?);
        let information: Information = match self.ask(&own).await {
            Ok(information) => information,
            Err(error) if error.is_not_shown() => {
                self.ask(&self.get(self.url(["rest", "applinks", "1.0", "manifest"], &[])?)).await?
            }
            Err(error) => return Err(error),
        };
        let build = information.build_number.map(|build| build.to_string());
        Ok(ServerInformation { version: information.version, build })
    }

    /// Asks as whom the server sees this client. An anonymous answer with status 200 means that the credentials were dropped.
    ///
    /// # Errors
    /// As any request.
    pub async fn current_user(&self) -> Result<User, ClientError> {
        self.ask(&self.get(self.url(["rest", "api", "user", "current"], &[])?)).await
    }
}
