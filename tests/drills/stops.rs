//! Drills that are stopped in the middle: by their time limit, by signals, and by `kill -9` with a sweep behind it.
//!
//! The backup takes many seconds to drill; the signal is sent when the program has said that a stage is over, so it meets a drill under way.

use crate::rig::{Ended, Rig, ended, scenario};
use crate::wiki::big_backup;

fn big(changes: &[(&str, &str)]) -> String {
    let backup = big_backup();
    scenario("big", &[&[("backup", backup.as_str())], changes].concat())
}

/// An interrupted drill: red, filed, nothing left.
#[track_caller]
fn is_put_away(rig: &Rig, ended: &Ended, code: i32) {
    ended.exits(code);
    let record = rig.record("big");
    assert_eq!((&record["verdict"], &record["interrupted"]), (&"inconclusive".into(), &true.into()));
    let junit = rig.junit("out/big.xml");
    assert!(junit.with("error").contains(&"verdict.work-done"), "{:?}", junit.cases);
    assert!(rig.left_behind().is_empty(), "{:?}", rig.left_behind());
}

#[test]
fn a_time_limit_stops_the_drill_even_while_it_reads() {
    let rig = Rig::new();
    let ended = rig.drill(&big(&[("time-limit", "1s")]));
    ended.says("the time limit of 1s is over");
    is_put_away(&rig, &ended, 3);
    assert_ne!(rig.record("big")["stages"][1]["state"]["state"], "done", "the archive was read to its end");
}

#[test]
fn a_signal_stops_the_drill_and_everything_is_put_away() {
    for (signal, behind) in [("INT", "acquire"), ("INT", "inspect"), ("INT", "provision"), ("TERM", "restore")] {
        let rig = Rig::new();
        let mut running = rig.start(&big(&[]));
        running.until(behind);
        running.signal(signal);
        let ended = running.ended();
        ended.says("stopping: what was started is being removed");
        is_put_away(&rig, &ended, 130);
    }
}

#[test]
fn a_second_signal_ends_the_program_at_once_and_the_report_is_red() {
    let rig = Rig::new();
    let mut running = rig.start(&big(&[]));
    running.until("provision");
    running.signal("INT");
    running.until("stopping:");
    running.signal("INT");
    running.ended().exits(130);
    assert!(rig.junit("out/big.xml").is_red());
    rig.run(&["sweep"]).exits(0);
    assert!(rig.left_behind().is_empty(), "{:?}", rig.left_behind());
}

#[test]
fn what_a_killed_drill_leaves_is_red_and_swept() {
    let rig = Rig::new();
    rig.write("out/big.xml", "<testsuites><testsuite><testcase name=\"yesterday\"/></testsuite></testsuites>");
    let mut running = rig.start(&big(&[]));
    running.until("provision");
    // It runs: a sweep leaves it alone.
    rig.run(&["sweep", "--older-than", "3650d"]).exits(0).says("is under way");
    running.signal("KILL");
    assert_eq!(running.ended().code, None);
    let junit = rig.junit("out/big.xml");
    assert!(junit.cases.iter().all(|(_, found)| found == "error" || found == "skipped"), "{:?}", junit.cases);
    for case in ["acquire", "tear-down", "integrity", "page-tree", "verdict.work-done"] {
        assert!(junit.with("error").contains(&case), "{case}: {:?}", junit.cases);
    }
    assert_eq!(rig.left_behind().len(), 2, "a ledger and a work folder: {:?}", rig.left_behind());

    let sweep = || rig.run(&["sweep", "--older-than", "3650d"]);
    let first = sweep();
    first.exits(0);
    assert!(first.stdout.contains("removed folder "), "{}{}", first.stdout, first.stderr);
    assert!(rig.left_behind().is_empty(), "{:?}", rig.left_behind());
    let second = sweep();
    second.exits(0).says("nothing to remove");
    assert_eq!(second.stdout, "");
}

#[test]
fn a_sweep_does_without_a_container_engine() {
    let rig = Rig::new();
    let mut running = rig.start(&big(&[]));
    running.until("provision");
    running.signal("KILL");
    running.ended();
    let mut sweep = rig.command(&["sweep"]);
    sweep.env("DOCKER_HOST", "unix:///nonexistent.sock");
    ended(sweep).exits(0);
    assert!(rig.left_behind().is_empty(), "{:?}", rig.left_behind());
}
