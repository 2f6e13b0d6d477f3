//! The target `mock` under Docker: the suite that every target passes, the ways in which a container fails, and the sweep.
//!
//! Where no engine answers, the tests say so and end, unless `REHEARSE_MUST_RUN` holds the word `docker`.
#![cfg(feature = "containers")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that can't go on ends")]

mod common;
mod suite;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use bollard::models::VolumeCreateRequest;
use bollard::query_parameters::KillContainerOptions;
use common::docker::{engine, objects};
use rehearsal::clock::Context;
use rehearsal::event::{Event, Events, Stage, Unit};
use rehearsal::lab::{self, Engine, LABEL_CREATED, LABEL_DRILL, LabError, Ledger, Object, SweepSettings};
use rehearsal::model::Fault;
use rehearsal::target::{MockSettings, Patience, RestoreScope, Target, TargetError};
use suite::{backup, conforms, context, ledgers, package};
use tokio_util::sync::CancellationToken;

fn target(state: &Path) -> Target {
    Target::Mock(MockSettings {
        executable: Some(PathBuf::from(env!("CARGO_BIN_EXE_rehearse"))),
        patience: Patience { ready: Duration::from_secs(60), blind: Duration::from_secs(20), ..Patience::default() },
        state: state.to_owned(),
        ..MockSettings::default()
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn the_mock_target_conforms_and_leaves_nothing_behind() {
    let Some(engine) = engine().await else { return };
    // Each build of the program makes another image.
    lab::remove_old_mock_images(&engine, None, Duration::from_secs(3 * 3600)).await.unwrap();
    let state = tempfile::tempdir().unwrap();
    let target = target(state.path());
    conforms(&target, state.path()).await;

    let context = context();
    let instance = target.provision(&context).await.unwrap();
    let drill = context.drill.to_string();
    assert!(instance.image_digest().unwrap().starts_with("sha256:"));
    assert_eq!(objects(&engine, &drill).await.len(), 2, "a container and its volume");
    let container = engine
        .docker()
        .inspect_container(instance.container().unwrap(), None::<bollard::query_parameters::InspectContainerOptions>);
    let host = container.await.unwrap().host_config.unwrap();
    assert_eq!((host.readonly_rootfs, host.publish_all_ports), (Some(true), Some(false)));
    assert_eq!(host.cap_drop.unwrap(), ["ALL"]);
    assert_eq!(host.security_opt.unwrap(), ["no-new-privileges"]);
    assert!(host.memory.unwrap() > 0 && host.pids_limit.unwrap() > 0);
    let bindings: Vec<_> = host.port_bindings.unwrap().into_values().flatten().flatten().collect();
    assert!(bindings.iter().all(|binding| binding.host_ip.as_deref() == Some("127.0.0.1")), "{bindings:?}");
    let gone = instance.tear_down().await;
    assert_eq!(gone.left, [""; 0]);
    assert_eq!(gone.removed.len(), 3, "container, volume and work folder: {:?}", gone.removed);
    assert_eq!(objects(&engine, &drill).await, [""; 0]);
    assert_eq!(ledgers(state.path()), [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_image_that_is_absent_is_said_and_never_pulled() {
    if engine().await.is_none() {
        return;
    }
    let state = tempfile::tempdir().unwrap();
    let image = Some("rehearse-no-such-image:1".to_owned());
    let target = Target::Mock(MockSettings { image, state: state.path().to_owned(), ..MockSettings::default() });
    let error = target.provision(&context()).await.unwrap_err();
    assert!(matches!(error, TargetError::Lab(LabError::ImageAbsent { .. })), "{error}");
    assert!(error.to_string().contains("docker pull rehearse-no-such-image:1"), "{error}");
    assert_eq!(error.fault(), Fault::Rig);
    assert_eq!(ledgers(state.path()), [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_executable_that_no_image_can_be_made_of_is_refused() {
    if engine().await.is_none() {
        return;
    }
    let state = tempfile::tempdir().unwrap();
    let script = state.path().join("rehearse");
    std::fs::write(&script, "#!/bin/sh\n").unwrap();
    let target = Target::Mock(MockSettings {
        executable: Some(script),
        state: state.path().to_owned(),
        ..MockSettings::default()
    });
    let error = target.provision(&context()).await.unwrap_err();
    assert!(matches!(error, TargetError::Lab(LabError::UnfitExecutable { .. })), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_container_that_ends_at_once_is_told_with_its_last_lines_and_removed() {
    let Some(engine) = engine().await else { return };
    let state = tempfile::tempdir().unwrap();
    let image = lab::ensure_mock_image(&engine, Some(Path::new(env!("CARGO_BIN_EXE_rehearse")))).await.unwrap();
    let context = context();
    let ledger = Arc::new(Ledger::begin(state.path(), &context).unwrap());
    // Its volume hides the folder in which it would write: the home is then not its own.
    let asked = lab::Asked {
        image,
        port: 8090,
        home: "/elsewhere".to_owned(),
        arguments: Vec::new(),
        environment: Vec::new(),
        memory: 256 << 20,
    };
    let ended = match lab::start(&engine, &ledger, asked).await {
        Ok(container) => {
            let ended = async {
                loop {
                    if let Err(error) = container.must_run().await {
                        return error;
                    }
                }
            };
            let ended = tokio::time::timeout(Duration::from_secs(60), ended).await.unwrap();
            container.disarmed();
            ended
        }
        Err(error) => error,
    };
    assert!(matches!(ended, LabError::Ended { .. }), "{ended}");
    assert!(ended.to_string().contains("the mock needs a password"), "{ended}");
    assert_eq!(lab::clear(&ledger, Duration::from_secs(60)).await.left, [""; 0]);
    assert_eq!(objects(&engine, context.drill.as_str()).await, [""; 0]);
}

/// A context whose listener does something once, when the restore counts objects.
fn when_restoring(act: impl Fn() + Send + Sync + 'static, cancel: CancellationToken) -> Context {
    let done = AtomicBool::new(false);
    let listener = move |event: &Event| {
        let restoring = matches!(event, Event::Progress { stage: Stage::Restore, unit: Unit::Objects, .. });
        if restoring && !done.swap(true, Ordering::SeqCst) {
            act();
        }
    };
    Context::new(Events::to(listener), cancel)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_container_that_dies_during_the_restore_is_the_rigs_fault_and_is_removed() {
    let Some(engine) = engine().await else { return };
    let (state, folder) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let target = target(state.path());
    let (docker, handle) = (engine.docker().clone(), tokio::runtime::Handle::current());
    let name = Arc::new(std::sync::OnceLock::<String>::new());
    let victim = Arc::clone(&name);
    let kill = move || {
        let (docker, victim) = (docker.clone(), victim.get().unwrap().clone());
        tokio::task::block_in_place(|| {
            handle.block_on(docker.kill_container(&victim, None::<KillContainerOptions>)).unwrap();
        });
    };
    let context = when_restoring(kill, CancellationToken::new());
    let instance = target.provision(&context).await.unwrap();
    name.set(instance.container().unwrap().to_owned()).unwrap();
    // The first count is of the job as the upload returned it; a job that was over by then can't be broken any more.
    match instance.restore(&backup(package(folder.path(), false)), RestoreScope::Space, &context).await {
        Err(error) => {
            assert!(matches!(error, TargetError::Lab(LabError::Ended { .. })), "{error}");
            assert_eq!(error.fault(), Fault::Rig);
        }
        Ok(restored) => panic!("the job was finished in the upload's answer: {restored:?}"),
    }
    assert_eq!(instance.tear_down().await.left, [""; 0]);
    assert_eq!(objects(&engine, context.drill.as_str()).await, [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_interrupted_drill_removes_its_container() {
    let Some(engine) = engine().await else { return };
    let (state, folder) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let cancel = CancellationToken::new();
    let stop = cancel.clone();
    let context = when_restoring(move || stop.cancel(), cancel);
    let instance = target(state.path()).provision(&context).await.unwrap();
    let error =
        instance.restore(&backup(package(folder.path(), false)), RestoreScope::Space, &context).await.unwrap_err();
    assert!(matches!(error, TargetError::Interrupted), "{error}");
    assert_eq!(instance.tear_down().await.left, [""; 0]);
    assert_eq!(objects(&engine, context.drill.as_str()).await, [""; 0]);
    assert_eq!(ledgers(state.path()), [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_drill_that_is_interrupted_while_its_container_starts_removes_it() {
    let Some(engine) = engine().await else { return };
    let state = tempfile::tempdir().unwrap();
    let cancel = CancellationToken::new();
    let stop = cancel.clone();
    let listener = move |event: &Event| {
        if matches!(event, Event::Said { stage: Stage::Provision, .. }) {
            stop.cancel();
        }
    };
    let context = Context::new(Events::to(listener), cancel);
    let error = target(state.path()).provision(&context).await.unwrap_err();
    assert!(matches!(error, TargetError::Interrupted), "{error}");
    assert_eq!(objects(&engine, context.drill.as_str()).await, [""; 0]);
    assert_eq!(ledgers(state.path()), [""; 0]);
}

/// Names the state folder to the process that is going to be killed.
const VICTIM: &str = "REHEARSE_TEST_VICTIM";

/// No test: what the next one runs in a process of its own, and kills.
#[tokio::test(flavor = "multi_thread")]
async fn victim() {
    let Some(state) = std::env::var_os(VICTIM).map(PathBuf::from) else { return };
    let context = context();
    let _instance = target(&state).provision(&context).await.unwrap();
    println!("drill {}", context.drill);
    std::future::pending::<()>().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sweep_removes_what_a_killed_process_left() {
    use std::io::BufRead as _;

    let Some(engine) = engine().await else { return };
    let state = tempfile::tempdir().unwrap();
    let mut child = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "victim", "--nocapture"])
        .env(VICTIM, state.path())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = std::io::BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    let drill = lines.find_map(|line| line.split_once("drill ").map(|(_, drill)| drill.to_owned())).unwrap();
    let settings = SweepSettings { state: state.path().to_owned(), older_than: Duration::MAX };
    let alive = lab::sweep(&settings).await;
    assert_eq!((alive.alive.as_slice(), alive.removed.len()), ([drill.clone()].as_slice(), 0), "{alive:?}");
    assert_eq!(objects(&engine, &drill).await.len(), 2);

    // SIGKILL: no destructor runs.
    child.kill().unwrap();
    child.wait().unwrap();
    let swept = lab::sweep(&settings).await;
    assert_eq!(swept.removed.len(), 3, "container, volume and work folder: {swept:?}");
    assert_eq!(swept.left, [""; 0]);
    assert_eq!(objects(&engine, &drill).await, [""; 0]);
    assert_eq!(ledgers(state.path()), [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sweep_removes_what_is_left_behind_and_nothing_of_a_live_drill() {
    let Some(engine) = engine().await else { return };
    let state = tempfile::tempdir().unwrap();
    let volume = async |ledger: &Ledger, name: String| {
        ledger.note(&Object::Volume(name.clone())).unwrap();
        labelled_volume(&engine, name, ledger.drill(), ledger.began()).await;
    };
    let (live, dead) = (context(), context());
    let alive = Ledger::begin(state.path(), &live).unwrap();
    volume(&alive, alive.name("home")).await;
    let killed = Ledger::begin(state.path(), &dead).unwrap();
    volume(&killed, killed.name("home")).await;
    let left = killed.name("home");
    drop(killed);
    // In no ledger here: another user's, who may be at work.
    let stranger = format!("rehearse-stranger-{}", live.drill);
    labelled_volume(&engine, stranger.clone(), "stranger", "2026-01-01T00:00:00Z").await;

    let settings = SweepSettings { state: state.path().to_owned(), older_than: Duration::MAX };
    let swept = lab::sweep(&settings).await;
    assert_eq!(swept.removed, [format!("volume {left}")]);
    assert_eq!(objects(&engine, live.drill.as_str()).await, [alive.name("home")]);
    assert_eq!(objects(&engine, "stranger").await, std::slice::from_ref(&stranger));
    let again = lab::sweep(&settings).await;
    assert!(again.removed.is_empty() && again.left.is_empty(), "{again:?}");

    assert_eq!(lab::clear(&alive, Duration::from_secs(60)).await.left, [""; 0]);
    engine.docker().remove_volume(&stranger, None::<bollard::query_parameters::RemoveVolumeOptions>).await.unwrap();
}

async fn labelled_volume(engine: &Engine, name: String, drill: &str, created: &str) {
    let labels =
        HashMap::from([(LABEL_DRILL.to_owned(), drill.to_owned()), (LABEL_CREATED.to_owned(), created.to_owned())]);
    let wanted = VolumeCreateRequest { name: Some(name), labels: Some(labels), ..VolumeCreateRequest::default() };
    engine.docker().create_volume(wanted).await.unwrap();
}
