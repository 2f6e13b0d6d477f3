//! Removes what drills left behind that were killed.
//!
//! A drill that is under way holds the lock of its ledger; its objects are left alone. Objects that carry our label and are in no
//! ledger here (another user's, another state folder's) are removed only when they are old.

use std::path::PathBuf;
use std::time::Duration;

use super::found::{DeadLedger, FoundLedger, ledgers};
use super::remove::{Remover, in_order};
use super::{Object, state_folder};

/// What to sweep.
#[derive(Debug, Clone)]
pub struct SweepSettings {
    /// The state folder whose ledgers are read.
    pub state: PathBuf,
    /// The age from which an object with our label that is in no ledger here counts as left behind. It may belong to a drill of another
    /// user, so this must be longer than a drill takes.
    pub older_than: Duration,
}

impl Default for SweepSettings {
    fn default() -> Self {
        Self { state: state_folder(), older_than: Duration::from_secs(24 * 3600) }
    }
}

/// What a sweep did.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Swept {
    /// What was removed, in words: `container rehearse-…`.
    pub removed: Vec<String>,
    /// What could not be removed, with the reason.
    pub left: Vec<String>,
    /// Drills under way, which were left alone.
    pub alive: Vec<String>,
}

/// Removes what killed drills left. A second sweep finds nothing more to do.
pub async fn sweep(settings: &SweepSettings) -> Swept {
    let mut swept = Swept::default();
    let mut dead = Vec::new();
    match ledgers(&settings.state) {
        Ok(found) => {
            for ledger in found {
                match ledger {
                    FoundLedger::Alive { drill } => swept.alive.push(drill),
                    FoundLedger::Dead(ledger) => dead.push(ledger),
                    FoundLedger::Unreadable { path, reason } => {
                        swept.left.push(format!("ledger {}: {reason}", path.display()));
                    }
                }
            }
        }
        Err(error) => swept.left.push(format!("ledgers: failed to {error}")),
    }
    swept.alive.dedup();
    let mut remover = Remover::default();
    #[cfg(feature = "containers")]
    let mut labelled = containers::labelled(&mut swept).await;
    for ledger in dead {
        #[cfg_attr(not(feature = "containers"), expect(unused_mut, reason = "the engine may know of more"))]
        let mut objects = ledger.outstanding.clone();
        #[cfg(feature = "containers")]
        containers::take(&mut labelled, &ledger.drill, &mut objects);
        let mut whole = true;
        for object in in_order(objects) {
            let result = remover.remove(&ledger.drill, &object).await;
            whole &= swept.tell(&object, result);
        }
        swept.finish(&ledger, whole);
    }
    #[cfg(feature = "containers")]
    for one in labelled {
        if !swept.alive.contains(&one.drill) && one.is_older_than(settings.older_than) {
            let result = remover.remove(&one.drill, &one.object).await;
            swept.tell(&one.object, result);
        }
    }
    swept
}

impl Swept {
    fn tell(&mut self, object: &Object, result: Result<(), String>) -> bool {
        match &result {
            Ok(()) => self.removed.push(object.to_string()),
            Err(reason) => self.left.push(format!("{object}: failed to {reason}")),
        }
        result.is_ok()
    }

    /// The file of a ledger goes away once all that it names is gone.
    fn finish(&mut self, ledger: &DeadLedger, whole: bool) {
        if whole && let Err(error) = std::fs::remove_file(&ledger.path) {
            self.left.push(format!("ledger {}: {error}", ledger.path.display()));
        }
    }
}

#[cfg(feature = "containers")]
mod containers {
    use std::collections::HashMap;
    use std::time::Duration;

    use bollard::query_parameters::{
        ListContainersOptionsBuilder, ListNetworksOptionsBuilder, ListVolumesOptionsBuilder,
    };

    use super::{Object, Swept};
    use crate::lab::{Engine, LABEL_CREATED, LABEL_DRILL, LabError};

    /// Everything in the engine that carries the label of a drill; nothing where there is no engine.
    pub(super) async fn labelled(swept: &mut Swept) -> Vec<Labelled> {
        let Ok(engine) = Engine::connect().await else { return Vec::new() };
        ask(&engine).await.unwrap_or_else(|error| {
            swept.left.push(format!("objects of the container engine: failed to {error}"));
            Vec::new()
        })
    }

    /// Moves the objects of one drill over to those that its ledger names.
    pub(super) fn take(labelled: &mut Vec<Labelled>, drill: &str, objects: &mut Vec<Object>) {
        for one in labelled.extract_if(.., |one| one.drill == drill) {
            if !objects.contains(&one.object) {
                objects.push(one.object);
            }
        }
    }

    pub(super) struct Labelled {
        pub(super) object: Object,
        pub(super) drill: String,
        created: String,
    }

    impl Labelled {
        fn new(object: Object, labels: &HashMap<String, String>) -> Self {
            let label = |name: &str| labels.get(name).cloned().unwrap_or_default();
            Self { object, drill: label(LABEL_DRILL), created: label(LABEL_CREATED) }
        }

        /// One whose age isn't known is left alone.
        pub(super) fn is_older_than(&self, least: Duration) -> bool {
            let Ok(created) = self.created.parse::<jiff::Timestamp>() else { return false };
            let age = jiff::Timestamp::now().duration_since(created);
            Duration::try_from(age).is_ok_and(|age| age >= least)
        }
    }

    async fn ask(engine: &Engine) -> Result<Vec<Labelled>, LabError> {
        let filter = HashMap::from([("label", vec![LABEL_DRILL])]);
        let docker = engine.docker();
        let mut found = Vec::new();
        let options = ListContainersOptionsBuilder::default().all(true).filters(&filter).build();
        for container in engine.ask("list containers", docker.list_containers(Some(options))).await? {
            let name = container.names.and_then(|names| names.into_iter().next());
            let Some(name) = name.map(|name| name.trim_start_matches('/').to_owned()).or(container.id) else {
                continue;
            };
            found.push(Labelled::new(Object::Container(name), &container.labels.unwrap_or_default()));
        }
        let options = ListVolumesOptionsBuilder::default().filters(&filter).build();
        let volumes = engine.ask("list volumes", docker.list_volumes(Some(options))).await?;
        for volume in volumes.volumes.unwrap_or_default() {
            found.push(Labelled::new(Object::Volume(volume.name), &volume.labels));
        }
        let options = ListNetworksOptionsBuilder::default().filters(&filter).build();
        for network in engine.ask("list networks", docker.list_networks(Some(options))).await? {
            let Some(name) = network.name.or(network.id) else { continue };
            found.push(Labelled::new(Object::Network(name), &network.labels.unwrap_or_default()));
        }
        Ok(found)
    }
}
