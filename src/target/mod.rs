//! Places to restore into: brought up, restored into, torn down.
//!
//! Must not know what will be compared with what. Whatever a target creates is in the lab's ledger first, and is removed by
//! [`Instance::tear_down`], which is awaited on every way out of a drill.

mod disk;
mod embedded;
mod error;
mod instance;
#[cfg(feature = "containers")]
mod mock;
mod pack;
mod ready;
mod restore;

use std::path::PathBuf;
use std::time::Duration;

pub use error::TargetError;
pub(crate) use instance::random_password;
pub use instance::{Instance, TearDown};
pub use restore::Restored;

use crate::clock::Context;
pub use crate::confluence::JobScope as RestoreScope;
use crate::event::Stage;
use crate::lab::state_folder;
use crate::mock::Trouble;
use crate::model::Misbehaviour;

/// The administrator of a mock that a drill starts.
const ADMIN: &str = "admin";

/// How long a target is waited for.
#[derive(Debug, Clone)]
pub struct Patience {
    /// For the word RUNNING.
    pub ready: Duration,
    /// For one answer while a job runs.
    pub answer: Duration,
    /// For a job that can't be seen, since the server doesn't answer or refuses to: a site restore replaces its users
    /// (docs/confluence.md, R5).
    pub blind: Duration,
    /// For a job whose counters and state don't change.
    pub standstill: Duration,
    /// For a job altogether.
    pub total: Duration,
    /// For the upload, where no byte moves.
    pub upload: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            ready: Duration::from_secs(120),
            answer: Duration::from_secs(30),
            blind: Duration::from_secs(120),
            standstill: Duration::from_secs(600),
            total: Duration::from_secs(12 * 3600),
            upload: Duration::from_secs(300),
        }
    }
}

/// Who besides the drill itself is let into a target that it starts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Guests {
    /// Whether callers without a name are, where the restored site lets them in.
    pub anonymous: bool,
    /// People of the backup, who get a password that lasts as long as the target.
    pub users: Vec<String>,
}

/// How the mock in this process is set up.
#[derive(Debug, Clone)]
pub struct EmbeddedSettings {
    /// How long it is waited for.
    pub patience: Patience,
    /// The state folder that keeps the ledger.
    pub state: PathBuf,
    /// What goes wrong on purpose; for tests.
    pub troubles: Vec<Trouble>,
    /// Who else is let in.
    pub guests: Guests,
}

impl Default for EmbeddedSettings {
    fn default() -> Self {
        Self { patience: Patience::default(), state: state_folder(), troubles: Vec::new(), guests: Guests::default() }
    }
}

/// How the mock in a container is set up.
#[derive(Debug, Clone)]
pub struct MockSettings {
    /// The image, which must be on this machine; none: one made of the executable.
    pub image: Option<String>,
    /// The executable of which an image is made; none: the running one.
    pub executable: Option<PathBuf>,
    /// Most memory of the container, in bytes.
    pub memory: u64,
    /// What it does wrong on purpose.
    pub misbehave: Vec<Misbehaviour>,
    /// How long it is waited for.
    pub patience: Patience,
    /// The state folder that keeps the ledger.
    pub state: PathBuf,
    /// Who else is let in.
    pub guests: Guests,
}

impl Default for MockSettings {
    fn default() -> Self {
        Self {
            image: None,
            executable: None,
            memory: 2 << 30,
            misbehave: Vec::new(),
            patience: Patience::default(),
            state: state_folder(),
            guests: Guests::default(),
        }
    }
}

/// A place to restore into.
#[derive(Debug, Clone)]
pub enum Target {
    /// A mock Confluence in this process.
    Embedded(EmbeddedSettings),
    /// A mock Confluence in a container.
    Mock(MockSettings),
}

impl Target {
    /// Its name in scenarios and reports.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Embedded(_) => "embedded",
            Self::Mock(_) => "mock",
        }
    }

    /// How it is kept from everything else, in words for the record.
    pub fn isolation(&self) -> &'static str {
        match self {
            Self::Embedded(_) => {
                "a mock Confluence in the process of the drill, on a free port of 127.0.0.1, with a private temporary folder; it opens no connections"
            }
            Self::Mock(_) => {
                "a mock Confluence in a container, published on a free port of 127.0.0.1 only, as a user without privileges on a read-only root file \
                 system, with a volume of its own; it opens no connections, and its network is not cut off"
            }
        }
    }

    /// Brings it up and waits until it says RUNNING. Where that fails, whatever was created is removed before this returns.
    ///
    /// # Errors
    /// All of them are the rig's.
    pub async fn provision(&self, context: &Context) -> Result<Instance, TargetError> {
        match self {
            Self::Embedded(settings) => embedded::provision(settings, context).await,
            #[cfg(feature = "containers")]
            Self::Mock(settings) => mock::provision(settings, context).await,
            #[cfg(not(feature = "containers"))]
            Self::Mock(_) => Err(TargetError::NoContainers),
        }
    }

    /// Whether the rig can restore at all: brings up a fresh instance, restores a known-good sample of this scope, and tears it down.
    pub async fn rig_is_sound(&self, scope: RestoreScope, context: &Context) -> bool {
        let Ok(instance) = self.provision(context).await else { return false };
        let restored = instance.restore_sample(scope, context).await;
        let gone = instance.tear_down().await;
        restored.is_ok() && gone.left.is_empty()
    }

    /// Finds out whose failing an unexplained refusal is: where a known-good sample restores in the same sort of rig, the backup's; else the
    /// rig's. Other errors are given back as they are.
    pub async fn explain(&self, error: TargetError, scope: RestoreScope, context: &Context) -> TargetError {
        let TargetError::Unexplained { message } = error else { return error };
        context
            .events
            .say(Stage::Restore, "the refusal is unexplained: restoring a known-good sample in a fresh instance");
        if self.rig_is_sound(scope, context).await {
            TargetError::Refused { message }
        } else if context.cancel.is_cancelled() {
            TargetError::Interrupted
        } else {
            TargetError::Unsound { message }
        }
    }
}
