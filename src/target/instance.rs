use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use secrecy::SecretString;

use super::{Guests, Patience, RestoreScope, Restored, TargetError, pack, ready, restore};
use crate::clock::Context;
use crate::confluence::{Auth, Client, ClientSettings, Endpoint};
use crate::lab::{self, LabError, Ledger, WorkFolder};
use crate::model::{Backup, Viewer};

/// How long a tear-down has, whatever else happens.
const TEAR_DOWN: Duration = Duration::from_secs(60);

/// A target that is up. It must be torn down by [`Instance::tear_down`].
#[derive(Debug)]
#[must_use = "an instance must be torn down"]
pub struct Instance {
    rig: Rig,
    ledger: Arc<Ledger>,
    work: WorkFolder,
    endpoint: Endpoint,
    client: Client,
    product: String,
    patience: Patience,
    /// Names and passwords of those who are let in besides.
    logins: Vec<(String, SecretString)>,
    anonymous: bool,
}

/// What runs.
#[derive(Debug)]
pub(super) enum Rig {
    /// A server in this process.
    Embedded(crate::mock::Server),
    /// A container, and its image.
    #[cfg(feature = "containers")]
    Container(Box<lab::Container>, lab::Image),
}

impl Rig {
    /// An error where it has ended.
    pub(super) async fn must_run(&self) -> Result<(), LabError> {
        match self {
            Self::Embedded(_) => Ok(()),
            #[cfg(feature = "containers")]
            Self::Container(container, _) => container.must_run().await,
        }
    }

    /// Stops what runs in this process; containers are removed by the ledger.
    async fn stop(self) {
        match self {
            Self::Embedded(server) => server.stop().await,
            #[cfg(feature = "containers")]
            Self::Container(container, _) => drop(container.disarmed()),
        }
    }
}

/// What came of a tear-down.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct TearDown {
    /// What is gone, in words: `container rehearse-…`.
    pub removed: Vec<String>,
    /// What is still there, or may be, with the reason. `rehearse sweep` tries again.
    pub left: Vec<String>,
}

impl Instance {
    /// Waits until what was started says RUNNING and calls itself a mock. Tears it down where it doesn't.
    pub(super) async fn ready(
        rig: Rig,
        ledger: Arc<Ledger>,
        work: WorkFolder,
        endpoint: Endpoint,
        patience: Patience,
        context: &Context,
    ) -> Result<Self, TargetError> {
        let settings = ClientSettings { upload_stall: patience.upload, ..ClientSettings::default() };
        let client = match Client::new(endpoint.clone(), settings, context.cancel.clone()) {
            Ok(client) => client,
            Err(error) => {
                tear_down(Some(rig), &ledger).await;
                return Err(error.into());
            }
        };
        let mut instance = Self {
            rig,
            ledger,
            work,
            endpoint,
            client,
            product: String::new(),
            patience,
            logins: Vec::new(),
            anonymous: false,
        };
        match instance.recognise(context).await {
            Ok(product) => {
                instance.product = product;
                Ok(instance)
            }
            Err(error) => {
                instance.tear_down().await;
                Err(error)
            }
        }
    }

    async fn recognise(&self, context: &Context) -> Result<String, TargetError> {
        ready::wait_until_running(&self.client, &self.rig, self.patience.ready, context).await?;
        let information = self.client.server_information().await?;
        if !self.client.met_mock() {
            return Err(TargetError::Stranger { base: self.client.base().to_owned() });
        }
        Ok(format!(
            "mock Confluence with the interface of {}",
            information.version.as_deref().unwrap_or("an unknown version")
        ))
    }

    /// The same, letting these in besides.
    pub(super) fn with(mut self, logins: Vec<(String, SecretString)>, anonymous: bool) -> Self {
        (self.logins, self.anonymous) = (logins, anonymous);
        self
    }

    /// A client for each of those who are let in besides the drill itself.
    ///
    /// # Errors
    /// A client that can't be made.
    pub fn others(&self, context: &Context) -> Result<BTreeMap<Viewer, Client>, TargetError> {
        let named = self.logins.iter().map(|(name, password)| {
            (Viewer::User(name.clone()), Auth::Basic { user: name.clone(), password: password.clone() })
        });
        let anonymous = self.anonymous.then_some((Viewer::Anonymous, Auth::Anonymous));
        let each = named.chain(anonymous).map(|(viewer, auth)| {
            let endpoint = Endpoint { base: self.endpoint.base.clone(), auth };
            Ok((viewer, Client::new(endpoint, ClientSettings::default(), context.cancel.clone())?))
        });
        each.collect()
    }

    /// Where it answers, and as whom it is asked.
    pub fn endpoint(&self) -> Endpoint {
        self.endpoint.clone()
    }

    /// The client with which it was brought up.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// Whether it is a mock, by its own word; a drill in one proves no more than `simulated`.
    pub fn is_mock(&self) -> bool {
        self.client.met_mock()
    }

    /// What answers, in words.
    pub fn product(&self) -> String {
        self.product.clone()
    }

    /// The digest of the image, as `sha256:…`; `None` without a container.
    pub fn image_digest(&self) -> Option<String> {
        match &self.rig {
            Rig::Embedded(_) => None,
            #[cfg(feature = "containers")]
            Rig::Container(_, image) => Some(image.digest.clone()),
        }
    }

    /// The name of the container; `None` without one.
    pub fn container(&self) -> Option<&str> {
        match &self.rig {
            Rig::Embedded(_) => None,
            #[cfg(feature = "containers")]
            Rig::Container(container, _) => Some(container.name()),
        }
    }

    /// Restores a backup into it, which must be fresh. A folder is packed into a zip first.
    ///
    /// # Errors
    /// A refusal that is documented is the backup's fault; all else is the rig's, a refusal that isn't documented included: pass
    /// that on to [`super::Target::explain`].
    pub async fn restore(
        &self,
        backup: &Backup,
        scope: RestoreScope,
        context: &Context,
    ) -> Result<Restored, TargetError> {
        restore::restore(self, backup, scope, context).await
    }

    /// Restores the known-good sample.
    pub(super) async fn restore_sample(&self, scope: RestoreScope, context: &Context) -> Result<Restored, TargetError> {
        let zip = self.work.path().join("sample.zip");
        pack::write_sample(&zip, scope)?;
        restore::restore_zip(self, &zip, scope, context).await
    }

    /// Removes all that belongs to it, within a minute of its own, and says what came of it. Interruption doesn't reach this.
    pub async fn tear_down(self) -> TearDown {
        tear_down(Some(self.rig), &self.ledger).await
    }

    pub(super) fn rig(&self) -> &Rig {
        &self.rig
    }

    pub(super) fn patience(&self) -> &Patience {
        &self.patience
    }

    pub(super) fn work(&self) -> &Path {
        self.work.path()
    }
}

/// Stops what runs and removes all that the ledger names.
pub(super) async fn tear_down(rig: Option<Rig>, ledger: &Ledger) -> TearDown {
    let began = std::time::Instant::now();
    let mut left = Vec::new();
    if let Some(rig) = rig
        && tokio::time::timeout(TEAR_DOWN / 4, rig.stop()).await.is_err()
    {
        left.push("server: failed to stop it in time".to_owned());
    }
    let cleared = lab::clear(ledger, TEAR_DOWN.saturating_sub(began.elapsed())).await;
    left.extend(cleared.left);
    TearDown { removed: cleared.removed, left }
}

/// A password that nobody knows, for one drill.
pub(crate) fn random_password() -> Result<secrecy::SecretString, TargetError> {
    let failed = || TargetError::Start("the system gives no random numbers".to_owned());
    crate::settings::random_secret().ok_or_else(failed)
}

/// A password for each of the guests.
pub(super) fn logins(guests: &Guests) -> Result<Vec<(String, SecretString)>, TargetError> {
    guests.users.iter().map(|name| Ok((name.clone(), random_password()?))).collect()
}
