//! The target `embedded`: a mock Confluence in this process.

use std::sync::Arc;

use secrecy::SecretString;

use super::instance::{Rig, logins, random_password, tear_down};
use super::{ADMIN, EmbeddedSettings, Instance, TargetError};
use crate::clock::Context;
use crate::confluence::{Auth, Endpoint};
use crate::lab::{Ledger, WorkFolder};
use crate::mock::{Server, Settings};

pub(super) async fn provision(settings: &EmbeddedSettings, context: &Context) -> Result<Instance, TargetError> {
    if context.cancel.is_cancelled() {
        return Err(TargetError::Interrupted);
    }
    let ledger = Arc::new(Ledger::begin(&settings.state, context)?);
    let started = start(settings, &ledger).await;
    let (server, work, endpoint, logins) = match started {
        Ok(started) => started,
        Err(error) => {
            tear_down(None, &ledger).await;
            return Err(error);
        }
    };
    let ready = Instance::ready(Rig::Embedded(server), ledger, work, endpoint, settings.patience.clone(), context);
    Ok(ready.await?.with(logins, settings.guests.anonymous))
}

type Started = (Server, WorkFolder, Endpoint, Vec<(String, SecretString)>);

async fn start(settings: &EmbeddedSettings, ledger: &Ledger) -> Result<Started, TargetError> {
    let work = WorkFolder::create(ledger, "embedded")?;
    let password = random_password()?;
    let mut wanted = Settings::new(work.path().join("home"), ADMIN, password.clone());
    wanted.troubles = settings.troubles.clone();
    let logins = logins(&settings.guests)?;
    (wanted.users, wanted.anonymous) = (logins.clone(), settings.guests.anonymous);
    let server = Server::start(wanted).await.map_err(|error| TargetError::Start(error.to_string()))?;
    let endpoint = Endpoint { base: server.base_url(), auth: Auth::Basic { user: ADMIN.to_owned(), password } };
    Ok((server, work, endpoint, logins))
}
