//! Removes what a ledger names, and strikes out what is gone.

use std::time::{Duration, Instant};

use super::ledger::remove_folder;
use super::{Ledger, Object};

/// How long the removal of one object may take.
const PATIENCE: Duration = Duration::from_secs(45);

/// What a removal came to.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Cleared {
    /// What is gone, in words: `container rehearse-…`.
    pub removed: Vec<String>,
    /// What is still there, or may be, with the reason.
    pub left: Vec<String>,
}

/// Removes all that is outstanding in a ledger, within so much time, and ends the ledger. What is left stays in it, for the sweep.
pub async fn clear(ledger: &Ledger, within: Duration) -> Cleared {
    let deadline = Instant::now() + within;
    let mut cleared = Cleared::default();
    let mut remover = Remover::default();
    for object in in_order(ledger.outstanding()) {
        let rest = deadline.saturating_duration_since(Instant::now()).min(PATIENCE);
        let result = match tokio::time::timeout(rest, remover.remove(ledger.drill(), &object)).await {
            Ok(result) => result,
            Err(_) => Err("remove it in time".to_owned()),
        };
        match result.and_then(|()| ledger.strike(&object).map_err(|error| error.to_string())) {
            Ok(()) => cleared.removed.push(object.to_string()),
            Err(reason) => cleared.left.push(format!("{object}: failed to {reason}")),
        }
    }
    if let Err(error) = ledger.end() {
        cleared.left.push(format!("ledger: failed to {error}"));
    }
    cleared
}

/// Containers first, then what they hold on to.
pub(super) fn in_order(mut objects: Vec<Object>) -> Vec<Object> {
    objects.sort_by_key(|object| match object {
        Object::Container(_) => 0,
        Object::Volume(_) => 1,
        Object::Network(_) => 2,
        Object::Folder(_) => 3,
    });
    objects
}

/// Removes objects, and connects to the container engine once one of them is there.
#[derive(Debug, Default)]
pub(super) struct Remover {
    #[cfg(feature = "containers")]
    engine: Option<Result<super::Engine, String>>,
}

impl Remover {
    /// Removes one object; one that isn't there is removed already. The error follows "failed to".
    pub(super) async fn remove(&mut self, drill: &str, object: &Object) -> Result<(), String> {
        if let Object::Folder(path) = object {
            let (path, drill) = (path.clone(), drill.to_owned());
            let removal = tokio::task::spawn_blocking(move || remove_folder(&path, &drill));
            return match removal.await {
                Ok(result) => result.map_err(|error| error.to_string()),
                Err(error) => Err(error.to_string()),
            };
        }
        self.remove_from_engine(object).await
    }

    #[cfg(not(feature = "containers"))]
    #[expect(clippy::unused_async, reason = "the same signature as with containers")]
    async fn remove_from_engine(&mut self, _: &Object) -> Result<(), String> {
        Err("remove it: this build has no containers; take one with the feature `containers`".to_owned())
    }

    #[cfg(feature = "containers")]
    async fn remove_from_engine(&mut self, object: &Object) -> Result<(), String> {
        if self.engine.is_none() {
            self.engine = Some(super::Engine::connect().await.map_err(|error| error.to_string()));
        }
        match &self.engine {
            Some(Ok(engine)) => remove_from(engine, object).await,
            Some(Err(error)) => Err(error.clone()),
            None => Ok(()),
        }
    }
}

#[cfg(feature = "containers")]
async fn remove_from(engine: &super::Engine, object: &Object) -> Result<(), String> {
    use bollard::query_parameters::{RemoveContainerOptionsBuilder, RemoveVolumeOptionsBuilder};

    let docker = engine.docker();
    let removal = async {
        match object {
            Object::Container(name) => {
                let options = RemoveContainerOptionsBuilder::default().force(true).v(true).build();
                docker.remove_container(name, Some(options)).await
            }
            Object::Volume(name) => {
                docker.remove_volume(name, Some(RemoveVolumeOptionsBuilder::default().force(true).build())).await
            }
            Object::Network(name) => docker.remove_network(name).await,
            Object::Folder(_) => Ok(()),
        }
    };
    match tokio::time::timeout(PATIENCE, removal).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(error)) if super::engine::is_absent(&error) => Ok(()),
        Ok(Err(error)) => Err(engine.plain("remove it", &error).to_string()),
        Err(_) => Err("remove it: the container engine gave no answer".to_owned()),
    }
}
