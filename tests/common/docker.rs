//! The container engine, as tests ask it.

use std::collections::HashMap;

use bollard::query_parameters::{ListContainersOptionsBuilder, ListNetworksOptionsBuilder, ListVolumesOptionsBuilder};
use rehearsal::lab::{Engine, LABEL_DRILL};

/// The engine; `None`, said plainly, where there is none and none must be.
pub async fn engine() -> Option<Engine> {
    match Engine::connect().await {
        Ok(engine) => Some(engine),
        Err(error) => {
            super::not_run("docker", &format!("Docker doesn't answer: failed to {error}"));
            None
        }
    }
}

/// Names of all containers, volumes and networks that carry the label of this drill.
pub async fn objects(engine: &Engine, drill: &str) -> Vec<String> {
    let filter = HashMap::from([("label", vec![format!("{LABEL_DRILL}={drill}")])]);
    let docker = engine.docker();
    let containers = ListContainersOptionsBuilder::default().all(true).filters(&filter).build();
    let volumes = ListVolumesOptionsBuilder::default().filters(&filter).build();
    let networks = ListNetworksOptionsBuilder::default().filters(&filter).build();
    let mut found: Vec<String> =
        docker.list_containers(Some(containers)).await.unwrap().into_iter().filter_map(|one| one.id).collect();
    found.extend(
        docker.list_volumes(Some(volumes)).await.unwrap().volumes.unwrap_or_default().into_iter().map(|one| one.name),
    );
    found.extend(docker.list_networks(Some(networks)).await.unwrap().into_iter().filter_map(|one| one.name));
    found
}
