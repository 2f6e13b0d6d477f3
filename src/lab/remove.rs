//! Removes what a ledger names, and strikes out what is gone.

use std::time::Duration;

use bollard::query_parameters::{RemoveContainerOptionsBuilder, RemoveVolumeOptionsBuilder};

use super::engine::is_absent;
use super::ledger::remove_folder;
use super::{Engine, LabError, Object};

/// How long the engine has to remove one object.
const PATIENCE: Duration = Duration::from_secs(45);

/// Removes objects of one drill, containers first, then what they hold on to. Each is told to `done` with what came of it; an object that
/// isn't there is removed already. Without an engine only folders are removed, the others are told as failures.
pub async fn remove_objects(
    engine: Result<&Engine, &LabError>,
    drill: &str,
    mut objects: Vec<Object>,
    mut done: impl FnMut(&Object, Result<(), String>),
) {
    objects.sort_by_key(|object| match object {
        Object::Container(_) => 0,
        Object::Volume(_) => 1,
        Object::Network(_) => 2,
        Object::Folder(_) => 3,
    });
    for object in objects {
        let result = match (&object, engine) {
            (Object::Folder(path), _) => {
                let (path, drill) = (path.clone(), drill.to_owned());
                match tokio::task::spawn_blocking(move || remove_folder(&path, &drill)).await {
                    Ok(result) => result.map_err(|error| error.to_string()),
                    Err(error) => Err(error.to_string()),
                }
            }
            (_, Ok(engine)) => remove(engine, &object).await,
            (_, Err(error)) => Err(error.to_string()),
        };
        done(&object, result);
    }
}

async fn remove(engine: &Engine, object: &Object) -> Result<(), String> {
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
        Ok(Err(error)) if is_absent(&error) => Ok(()),
        Ok(Err(error)) => Err(engine.plain(&format!("remove the {object}"), &error).to_string()),
        Err(_) => Err(LabError::EngineSilent { doing: format!("remove the {object}"), within: PATIENCE }.to_string()),
    }
}
