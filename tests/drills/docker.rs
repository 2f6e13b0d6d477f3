//! Drills in a container: green, stopped, killed, and without what they need.
#![cfg(feature = "containers")]

use crate::common::docker::{engine, objects};
use crate::rig::{Rig, Running, ended, scenario};
use crate::wiki::{big_backup, claim, ops, stored};

pub fn block_on<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap().block_on(work)
}

/// The objects of a drill that are still there; `None` where no engine answers.
fn objects_of(drill: &str) -> Vec<String> {
    block_on(async { objects(&engine().await.unwrap(), drill).await })
}

fn answers() -> bool {
    block_on(engine()).is_some()
}

/// The id in `drill NAME (ID)`.
fn drill_of(line: &str) -> String {
    line.split_once('(').unwrap().1.trim_end_matches(')').to_owned()
}

fn start_big(rig: &Rig) -> (Running, String) {
    let mut running = rig.start(&scenario("big", &[("backup", &big_backup()), ("target", "mock")]));
    let drill = drill_of(&running.until("drill big ("));
    running.until("provision");
    assert_eq!(objects_of(&drill).len(), 2, "a container and its volume");
    (running, drill)
}

#[test]
fn a_drill_in_a_container_passes_and_leaves_nothing() {
    if !answers() {
        return;
    }
    let rig = Rig::new();
    stored(&ops(), &rig.path("export.zip"));
    claim(&rig.path("export.zip"), &rig.path("export.zip"));
    let ended = rig.drill(&scenario("boxed", &[("manifest", "beside-backup"), ("target", "mock")]));
    ended.exits(0);
    assert!(!rig.junit("out/boxed.xml").is_red());
    let record = rig.record("boxed");
    assert_eq!((&record["target"]["kind"], &record["target"]["mock"]), (&"mock".into(), &true.into()));
    assert!(record["target"]["image"].as_str().unwrap().starts_with("sha256:"), "{}", record["target"]);
    assert_eq!(objects_of(&drill_of(ended.stderr.lines().next().unwrap())), [""; 0]);
    assert!(rig.left_behind().is_empty(), "{:?}", rig.left_behind());
}

#[test]
fn a_container_misbehaves_as_the_scenario_says() {
    if !answers() {
        return;
    }
    let rig = Rig::new();
    stored(&ops(), &rig.path("export.zip"));
    let ended = rig.drill(&scenario("boxed", &[("target", "{ mock: { misbehave: [wrong-bytes] } }")]));
    ended.exits(1).says("failed: attachments");
    assert_eq!(objects_of(&drill_of(ended.stderr.lines().next().unwrap())), [""; 0]);
}

#[test]
fn a_failed_drill_in_a_container_leaves_nothing() {
    if !answers() {
        return;
    }
    let rig = Rig::new();
    stored(&ops(), &rig.path("whole.zip"));
    stored(&crate::wiki::ops_without(&["Labelling 63"]), &rig.path("export.zip"));
    claim(&rig.path("whole.zip"), &rig.path("export.zip"));
    let ended = rig.drill(&scenario("boxed", &[("manifest", "beside-backup"), ("target", "mock")]));
    ended.exits(1);
    assert_eq!(rig.junit("out/boxed.xml").with("failure"), ["labels"]);
    assert_eq!(objects_of(&drill_of(ended.stderr.lines().next().unwrap())), [""; 0]);
    assert!(rig.left_behind().is_empty(), "{:?}", rig.left_behind());
}

#[test]
fn a_drill_that_is_interrupted_takes_its_container_with_it() {
    if !answers() {
        return;
    }
    let rig = Rig::new();
    let (running, drill) = start_big(&rig);
    running.signal("INT");
    running.ended().exits(130);
    assert!(rig.junit("out/big.xml").is_red());
    assert_eq!(objects_of(&drill), [""; 0]);
    assert!(rig.left_behind().is_empty(), "{:?}", rig.left_behind());
}

#[test]
fn what_a_killed_drill_leaves_in_the_engine_is_swept() {
    if !answers() {
        return;
    }
    let rig = Rig::new();
    let (running, drill) = start_big(&rig);
    running.signal("KILL");
    assert_eq!(running.ended().code, None);
    assert!(rig.junit("out/big.xml").cases.iter().all(|(_, found)| found == "error" || found == "skipped"));
    assert_eq!(objects_of(&drill).len(), 2);
    let swept = rig.run(&["sweep", "--older-than", "3650d"]);
    swept.exits(0);
    for word in ["removed container ", "removed volume ", "removed folder "] {
        assert!(swept.stdout.contains(word), "{}", swept.stdout);
    }
    assert_eq!(objects_of(&drill), [""; 0]);
    assert!(rig.left_behind().is_empty(), "{:?}", rig.left_behind());
    rig.run(&["sweep", "--older-than", "3650d"]).exits(0).says("nothing to remove");
}

#[test]
fn an_image_that_is_absent_is_inconclusive() {
    if !answers() {
        return;
    }
    let rig = Rig::new();
    stored(&ops(), &rig.path("export.zip"));
    let ended = rig.drill(&scenario("boxed", &[("target", "{ mock: { image: \"rehearse-no-such:1\" } }")]));
    ended.exits(3).says("rehearse-no-such:1");
    let junit = rig.junit("out/boxed.xml");
    assert!(junit.with("error").contains(&"provision") && junit.with("failure").is_empty(), "{:?}", junit.cases);
    assert!(rig.left_behind().is_empty(), "{:?}", rig.left_behind());
}

#[test]
fn an_engine_that_is_absent_is_inconclusive() {
    let rig = Rig::new();
    stored(&ops(), &rig.path("export.zip"));
    rig.write("scenario.yaml", scenario("boxed", &[("target", "mock")]));
    let mut command = rig.command(&["run", "scenario.yaml"]);
    command.env("DOCKER_HOST", "unix:///nonexistent.sock");
    let ended = ended(command);
    ended.exits(3).says("/nonexistent.sock");
    assert_eq!(rig.record("boxed")["verdict"], "inconclusive");
    assert!(rig.junit("out/boxed.xml").with("error").contains(&"provision"));
    assert!(rig.left_behind().is_empty(), "{:?}", rig.left_behind());
}

/// An engine that takes connections and never answers: the time limit ends the wait.
#[test]
fn an_engine_that_is_silent_does_not_outlast_the_time_limit() {
    let rig = Rig::new();
    stored(&ops(), &rig.path("export.zip"));
    let socket = rig.folder().join("engine.sock");
    let _silent = std::os::unix::net::UnixListener::bind(&socket).unwrap();
    rig.write("scenario.yaml", scenario("boxed", &[("target", "mock"), ("time-limit", "2s")]));
    let mut command = rig.command(&["run", "scenario.yaml"]);
    command.env("DOCKER_HOST", format!("unix://{}", socket.display()));
    let ended = ended(command);
    ended.exits(3).says("the time limit of 2s is over");
    assert!(rig.junit("out/boxed.xml").is_red());
    assert!(rig.left_behind().is_empty(), "{:?}", rig.left_behind());
}
