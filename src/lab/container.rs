//! Starts a container that belongs to a drill: on the loopback interface only, without privileges, with its own volume.

use std::collections::HashMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use bollard::models::{ContainerStateStatusEnum, PortBinding, VolumeCreateRequest};
use bollard::query_parameters::{InspectContainerOptions, LogsOptionsBuilder};
use futures_util::TryStreamExt as _;
use secrecy::{ExposeSecret as _, SecretString};
use testcontainers::core::{IntoContainerPort as _, Mount};
use testcontainers::runners::AsyncRunner as _;
use testcontainers::{ContainerAsync, GenericImage, ImageExt as _};

use super::engine::{chain, is_absent, said};
use super::error::bounded;
use super::{Engine, Image, LABEL_CREATED, LABEL_DRILL, LabError, Ledger, Object};

/// How long the engine has to create and start a container.
const START_PATIENCE: Duration = Duration::from_secs(120);
/// How long the end of a log is waited for.
const LOG_PATIENCE: Duration = Duration::from_secs(5);
/// Most processes and threads in a container.
const MOST_PROCESSES: i64 = 512;

/// What kind of container is asked for.
#[derive(Debug)]
pub struct Asked {
    /// What it runs.
    pub image: Image,
    /// The TCP port on which it listens.
    pub port: u16,
    /// Where its volume is mounted.
    pub home: String,
    /// What is added to the image's own command.
    pub arguments: Vec<String>,
    /// Environment variables; the values are this drill's own and end with it.
    pub environment: Vec<(String, SecretString)>,
    /// Most memory, in bytes.
    pub memory: u64,
}

/// A container that was started, and its volume.
#[derive(Debug)]
pub struct Container {
    engine: Engine,
    ledger: Arc<Ledger>,
    name: String,
    address: SocketAddr,
    handle: Option<ContainerAsync<GenericImage>>,
}

/// How a container does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Condition {
    /// It runs.
    Running,
    /// It ended, or is gone; how, in words that follow "it".
    Ended(String),
}

/// Creates the volume and the container, and starts it. Whatever was created before a failure is outstanding in the ledger.
///
/// The start itself is not interrupted, since a request that is cut off may still create the container; it is bounded by two minutes.
pub async fn start(engine: &Engine, ledger: &Arc<Ledger>, asked: Asked) -> Result<Container, LabError> {
    engine.must_be_local()?;
    let (name, volume) = (ledger.name("confluence"), ledger.name("home"));
    let labels =
        [(LABEL_DRILL.to_owned(), ledger.drill().to_owned()), (LABEL_CREATED.to_owned(), ledger.began().to_owned())];
    ledger.note(&Object::Volume(volume.clone()))?;
    let wanted = VolumeCreateRequest {
        name: Some(volume.clone()),
        labels: Some(HashMap::from(labels.clone())),
        ..Default::default()
    };
    engine.ask(&format!("create the volume {volume}"), engine.docker().create_volume(wanted)).await?;
    ledger.note(&Object::Container(name.clone()))?;
    let request = request(&asked, &name, &volume, labels);
    let handle = match tokio::time::timeout(START_PATIENCE, request.start()).await {
        Ok(Ok(handle)) => handle,
        Ok(Err(error)) => return Err(start_error(&name, &asked.image.name, &error)),
        Err(_) => {
            return Err(LabError::EngineSilent {
                doing: format!("start the container {name}"),
                within: START_PATIENCE,
            });
        }
    };
    let port = handle.get_host_port_ipv4(asked.port.tcp()).await;
    let mut container = Container {
        engine: engine.clone(),
        ledger: Arc::clone(ledger),
        name,
        address: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
        handle: Some(handle),
    };
    match port {
        Ok(port) => container.address.set_port(port),
        Err(error) => {
            // A container that ended at once has no port any more.
            container.must_run().await?;
            return Err(LabError::Port { container: container.disarmed(), reason: bounded(&chain(&error)) });
        }
    }
    Ok(container)
}

fn request(
    asked: &Asked,
    name: &str,
    volume: &str,
    labels: [(String, String); 2],
) -> testcontainers::ContainerRequest<GenericImage> {
    let port = asked.port;
    let memory = i64::try_from(asked.memory).unwrap_or(i64::MAX);
    // An image is named by its digest here: "sha256" and the hex digits look like name and tag.
    let (algorithm, hex) = asked.image.digest.split_once(':').unwrap_or(("sha256", &asked.image.digest));
    let request = GenericImage::new(algorithm, hex)
        .with_exposed_port(port.tcp())
        .with_cmd(asked.arguments.clone())
        .with_container_name(name)
        .with_labels(labels)
        .with_mount(Mount::volume_mount(volume, asked.home.clone()))
        .with_readonly_rootfs(true)
        .with_cap_drop("ALL")
        .with_security_opt("no-new-privileges")
        .with_startup_timeout(START_PATIENCE)
        .with_host_config_modifier(move |host| {
            // By default the port would be open on every address of this machine.
            let binding =
                PortBinding { host_ip: Some(Ipv4Addr::LOCALHOST.to_string()), host_port: Some(String::new()) };
            host.publish_all_ports = Some(false);
            host.port_bindings = Some(HashMap::from([(format!("{port}/tcp"), Some(vec![binding]))]));
            host.memory = Some(memory);
            host.memory_swap = Some(memory);
            host.pids_limit = Some(MOST_PROCESSES);
        });
    asked.environment.iter().fold(request, |request, (name, value)| request.with_env_var(name, value.expose_secret()))
}

fn start_error(name: &str, image: &str, error: &testcontainers::TestcontainersError) -> LabError {
    let reason = bounded(&chain(error));
    let small = reason.to_lowercase();
    if small.contains("port") && (small.contains("already allocated") || small.contains("address already in use")) {
        return LabError::Port { container: name.to_owned(), reason };
    }
    said(&format!("start the container {name} from the image {image}"), reason)
}

impl Container {
    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Where its port is reached from this machine.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// How it does.
    pub async fn condition(&self) -> Result<Condition, LabError> {
        let doing = format!("look at the container {}", self.name);
        let answer = self.engine.docker().inspect_container(&self.name, None::<InspectContainerOptions>);
        let found = self.engine.ask(&doing, async {
            match answer.await {
                Ok(container) => Ok(Some(container)),
                Err(error) if is_absent(&error) => Ok(None),
                Err(error) => Err(error),
            }
        });
        let Some(container) = found.await? else {
            return Ok(Condition::Ended("was removed by somebody else".to_owned()));
        };
        let state = container.state.unwrap_or_default();
        let code = state.exit_code.unwrap_or_default();
        Ok(match state.status {
            _ if state.oom_killed == Some(true) => Condition::Ended("ran out of memory and was killed".to_owned()),
            Some(ContainerStateStatusEnum::RUNNING | ContainerStateStatusEnum::CREATED) => Condition::Running,
            Some(status) => Condition::Ended(format!("is {status} with exit code {code}")),
            None => Condition::Running,
        })
    }

    /// An error with the end of its log where it doesn't run.
    pub async fn must_run(&self) -> Result<(), LabError> {
        match self.condition().await? {
            Condition::Running => Ok(()),
            Condition::Ended(how) => {
                Err(LabError::Ended { container: self.name.clone(), how, log: self.last_lines().await })
            }
        }
    }

    /// The end of its log, bounded.
    pub async fn last_lines(&self) -> String {
        let options = LogsOptionsBuilder::default().stdout(true).stderr(true).tail("20").build();
        let lines = self.engine.docker().logs(&self.name, Some(options)).map_ok(|line| line.to_string());
        match tokio::time::timeout(LOG_PATIENCE, lines.try_collect::<String>()).await {
            Ok(Ok(text)) if text.trim().is_empty() => "(it said nothing)".to_owned(),
            Ok(Ok(text)) => bounded(&text),
            Ok(Err(_)) | Err(_) => "(its log can't be read)".to_owned(),
        }
    }

    /// Leaves the removal to [`super::clear`], which goes by the ledger; the name stays.
    pub fn disarmed(mut self) -> String {
        if let Some(handle) = self.handle.take() {
            // Its destructor would ask the engine again and wait for the answer, without a bound of ours.
            std::mem::forget(handle);
        }
        std::mem::take(&mut self.name)
    }

    /// The ledger in which it is noted.
    pub fn ledger(&self) -> &Arc<Ledger> {
        &self.ledger
    }
}

#[cfg(test)]
mod tests {
    use testcontainers::TestcontainersError;

    use super::*;

    #[test]
    fn a_port_that_is_taken_has_its_own_words() {
        let error = |words: &str| start_error("c", "i", &TestcontainersError::other(words.to_owned()));
        let taken = error("driver failed: Bind for 127.0.0.1:8090 failed: port is already allocated");
        assert!(matches!(taken, LabError::Port { .. }), "{taken}");
        assert!(taken.to_string().starts_with("publish a port of c on 127.0.0.1: "));
        assert!(matches!(error("write: no space left on device"), LabError::DiskFull { .. }));
        assert!(matches!(error("something else"), LabError::Engine { .. }));
    }
}
