//! The target `mock`: a mock Confluence in a container.

use std::sync::Arc;

use secrecy::SecretString;

use super::instance::{Rig, logins, random_password, tear_down};
use super::{ADMIN, Instance, MockSettings, TargetError};
use crate::clock::Context;
use crate::confluence::{Auth, Endpoint};
use crate::event::Stage;
use crate::lab::{self, Asked, Engine, Ledger, WorkFolder};

/// The port on which the server in the image listens.
const PORT: u16 = 8090;
/// Where it writes.
const HOME: &str = "/home/confluence";
/// The environment variable from which it takes the password of its administrator.
const PASSWORD: &str = "REHEARSE_MOCK_PASSWORD";

pub(super) async fn provision(settings: &MockSettings, context: &Context) -> Result<Instance, TargetError> {
    if context.cancel.is_cancelled() {
        return Err(TargetError::Interrupted);
    }
    let (engine, image) = tokio::select! {
        () = context.cancel.cancelled() => return Err(TargetError::Interrupted),
        found = engine_and_image(settings) => found?,
    };
    context.events.say(Stage::Provision, format!("starting a container from {}", image.name));
    let ledger = Arc::new(Ledger::begin(&settings.state, context)?);
    match start(settings, &engine, &ledger, image).await {
        Ok((rig, work, endpoint, logins)) => {
            let ready = Instance::ready(rig, ledger, work, endpoint, settings.patience.clone(), context);
            Ok(ready.await?.with(logins, settings.guests.anonymous))
        }
        Err(error) => {
            tear_down(None, &ledger).await;
            Err(error)
        }
    }
}

async fn engine_and_image(settings: &MockSettings) -> Result<(Engine, lab::Image), TargetError> {
    let engine = Engine::connect().await?;
    let image = match &settings.image {
        Some(name) => lab::existing_image(&engine, name).await?,
        None => lab::ensure_mock_image(&engine, settings.executable.as_deref()).await?,
    };
    Ok((engine, image))
}

async fn start(
    settings: &MockSettings,
    engine: &Engine,
    ledger: &Arc<Ledger>,
    image: lab::Image,
) -> Result<(Rig, WorkFolder, Endpoint, Vec<(String, SecretString)>), TargetError> {
    let work = WorkFolder::create(ledger, "mock")?;
    let password = random_password()?;
    let logins = logins(&settings.guests)?;
    let mut environment = vec![(PASSWORD.to_owned(), password.clone())];
    let mut guests: Vec<String> = settings.guests.anonymous.then(|| "--anonymous".to_owned()).into_iter().collect();
    for (number, (name, secret)) in logins.iter().enumerate() {
        let variable = format!("REHEARSE_MOCK_GUEST_{number}");
        guests.extend(["--user".to_owned(), format!("{name}=env:{variable}")]);
        environment.push((variable, secret.clone()));
    }
    let asked = Asked {
        image: image.clone(),
        port: PORT,
        home: HOME.to_owned(),
        arguments: settings
            .misbehave
            .iter()
            .flat_map(|one| ["--misbehave".to_owned(), one.word().to_owned()])
            .chain(guests)
            .collect(),
        environment,
        memory: settings.memory,
    };
    let container = lab::start(engine, ledger, asked).await?;
    let base = format!("http://{}", container.address());
    let auth = Auth::Basic { user: ADMIN.to_owned(), password };
    Ok((Rig::Container(Box::new(container), image), work, Endpoint { base, auth }, logins))
}
