//! The rig fails: the drill is inconclusive, and the reason is said. Folders that can't be written to are files here, so that it makes no
//! difference who runs the tests.

use crate::rig::{Rig, ended, scenario};
use crate::wiki::{ops, stored};

fn rig() -> Rig {
    let rig = Rig::new();
    stored(&ops(), &rig.path("export.zip"));
    rig.write("file", "in the way");
    rig
}

#[test]
fn a_state_folder_that_cannot_be_written_to() {
    let rig = rig();
    rig.write("scenario.yaml", scenario("rig", &[]));
    let mut command = rig.command(&["run", "scenario.yaml"]);
    command.env("REHEARSE_STATE", rig.path("file/state"));
    let ended = ended(command);
    ended.exits(3).says("file/state");
    assert_eq!(rig.record("rig")["verdict"], "inconclusive");
    let junit = rig.junit("out/rig.xml");
    assert!(junit.with("error").contains(&"provision") && junit.with("failure").is_empty(), "{:?}", junit.cases);
    assert!(rig.left_behind().is_empty());
}

#[test]
fn a_folder_for_temporary_files_that_is_not_there() {
    let rig = rig();
    rig.write("scenario.yaml", scenario("rig", &[]));
    let mut command = rig.command(&["run", "scenario.yaml"]);
    command.env("TMPDIR", rig.path("file/tmp"));
    let ended = ended(command);
    ended.exits(3).says("file/tmp");
    assert!(rig.junit("out/rig.xml").is_red());
    assert!(rig.left_behind().is_empty());
}

#[test]
fn a_junit_file_that_cannot_be_written_keeps_the_drill_from_running() {
    let rig = rig();
    let ended = rig.drill(&scenario("rig", &[("reports", "[{ junit: file/rig.xml }]")]));
    ended.exits(3).says("file/rig.xml could not be written").says("nothing was drilled");
    assert!(!ended.stderr.contains("acquire"), "{}", ended.stderr);
}

#[test]
fn evidence_that_cannot_be_written_is_said_and_is_no_pass() {
    let rig = rig();
    let ended = rig.drill(&scenario("rig", &[("reports", "[{ junit: out/rig.xml }, { evidence: file/rig/ }]")]));
    ended.exits(3).says("could not be written").says("file/rig");
    assert!(rig.left_behind().is_empty());
}

#[test]
fn a_full_stdout_is_no_pass() {
    let Ok(full) = std::fs::File::options().write(true).open("/dev/full") else { return };
    let rig = rig();
    rig.write("scenario.yaml", scenario("rig", &[]));
    let mut command = rig.command(&["run", "--json", "scenario.yaml"]);
    let ended = command.stdout(full).stderr(std::process::Stdio::piped()).spawn().unwrap().wait_with_output().unwrap();
    let stderr = String::from_utf8_lossy(&ended.stderr);
    assert!(stderr.contains("stdout can't be written"), "{stderr}");
    assert_eq!(ended.status.code(), Some(3), "{stderr}");
}
