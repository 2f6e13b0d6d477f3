//! Removes what drills left behind that were killed.
//!
//! A drill that is under way holds the lock of its ledger; its objects are left alone. Objects that carry our label and are in no
//! ledger here (another user's, another state folder's) are removed only when they are old.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Duration;

use super::found::{DeadLedger, FoundLedger, ledgers};
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
    #[cfg(feature = "containers")]
    containers::sweep(settings, dead, &mut swept).await;
    #[cfg(not(feature = "containers"))]
    folders_only(dead, &mut swept);
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

#[cfg(not(feature = "containers"))]
fn folders_only(dead: Vec<DeadLedger>, swept: &mut Swept) {
    for ledger in dead {
        let mut whole = true;
        for object in &ledger.outstanding {
            let result = match object {
                Object::Folder(path) => super::ledger::remove_folder(path, &ledger.drill).map_err(|e| e.to_string()),
                _ => Err("remove it: this build has no containers; take one with the feature `containers`".to_owned()),
            };
            whole &= swept.tell(object, result);
        }
        swept.finish(&ledger, whole);
    }
}

#[cfg(feature = "containers")]
mod containers {
    use std::collections::HashMap;

    use bollard::query_parameters::{
        ListContainersOptionsBuilder, ListNetworksOptionsBuilder, ListVolumesOptionsBuilder,
    };

    use super::{BTreeSet, DeadLedger, Object, SweepSettings, Swept};
    use crate::lab::{Engine, LABEL_CREATED, LABEL_DRILL, LabError, remove_objects};

    pub(super) async fn sweep(settings: &SweepSettings, dead: Vec<DeadLedger>, swept: &mut Swept) {
        let engine = Engine::connect().await;
        let mut found = match &engine {
            Ok(engine) => match labelled(engine).await {
                Ok(found) => found,
                Err(error) => {
                    swept.left.push(format!("objects of the container engine: failed to {error}"));
                    Vec::new()
                }
            },
            // Where there is no engine there is nothing of ours in it; objects that ledgers name are told below.
            Err(_) => Vec::new(),
        };
        for ledger in dead {
            let mut objects = ledger.outstanding.clone();
            found.retain(|one| {
                let ours = one.drill == ledger.drill;
                if ours && !objects.contains(&one.object) {
                    objects.push(one.object.clone());
                }
                !ours
            });
            let mut whole = true;
            remove_objects(engine.as_ref(), &ledger.drill, objects, |object, result| {
                whole &= swept.tell(object, result)
            })
            .await;
            swept.finish(&ledger, whole);
        }
        let alive: BTreeSet<&String> = swept.alive.iter().collect();
        found.retain(|one| !alive.contains(&one.drill) && one.is_older_than(settings));
        for one in found {
            remove_objects(engine.as_ref(), &one.drill, vec![one.object], |object, result| {
                swept.tell(object, result);
            })
            .await;
        }
    }

    struct Labelled {
        object: Object,
        drill: String,
        created: String,
    }

    impl Labelled {
        fn new(object: Object, labels: &HashMap<String, String>) -> Self {
            let label = |name: &str| labels.get(name).cloned().unwrap_or_default();
            Self { object, drill: label(LABEL_DRILL), created: label(LABEL_CREATED) }
        }

        /// One whose age isn't known is left alone.
        fn is_older_than(&self, settings: &SweepSettings) -> bool {
            let Ok(created) = self.created.parse::<jiff::Timestamp>() else { return false };
            let age = jiff::Timestamp::now().duration_since(created);
            std::time::Duration::try_from(age).is_ok_and(|age| age >= settings.older_than)
        }
    }

    /// Everything in the engine that carries the label of a drill.
    async fn labelled(engine: &Engine) -> Result<Vec<Labelled>, LabError> {
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
