//! Several drills of one command: their records, and the one exit code that they come to.

use crate::rig::{Ended, Rig, Running, scenario};
use crate::wiki::{big_backup, ops, stored};

/// How a scenario differs from one that passes.
type Changes = &'static [(&'static str, &'static str)];

const PASSES: Changes = &[];
const FAILS: Changes = &[("backup", "{ file: bad.zip }")];
const OPEN: Changes = &[("manifest", "{ file: bad.zip }")];

/// A folder of scenarios, named `a`, `b`, `c` in this order.
fn rig(drills: &[&[(&str, &str)]]) -> Rig {
    let rig = Rig::new();
    stored(&ops(), &rig.path("export.zip"));
    rig.write("bad.zip", "neither a zip nor a manifest");
    for (name, changes) in ["a", "b", "c"].into_iter().zip(drills) {
        rig.write(&format!("drills/{name}.yaml"), scenario(name, changes));
    }
    rig
}

fn run(drills: &[&[(&str, &str)]]) -> (Rig, Ended) {
    let rig = rig(drills);
    let ended = rig.run(&["run", "drills"]);
    (rig, ended)
}

#[test]
fn the_worst_drill_gives_the_exit_code() {
    let table: [(&[Changes], i32); 5] = [
        (&[PASSES, PASSES], 0),
        (&[PASSES, OPEN], 3),
        (&[FAILS, PASSES], 1),
        (&[OPEN, FAILS, PASSES], 1),
        (&[FAILS, OPEN], 1),
    ];
    for (drills, code) in table {
        let (rig, ended) = run(drills);
        ended.exits(code);
        for (name, changes) in ["a", "b", "c"].into_iter().zip(drills) {
            assert_eq!(rig.junit(&format!("out/{name}.xml")).is_red(), *changes != PASSES, "{name}: {}", ended.stderr);
        }
        assert!(rig.left_behind().is_empty());
    }
}

#[test]
fn an_interruption_outweighs_all_and_what_was_not_begun_is_red() {
    let rig = rig(&[FAILS, &[("backup", &big_backup())], PASSES]);
    // What an earlier night left: green.
    rig.write("out/c.xml", "<testsuites><testsuite><testcase name=\"x\"/></testsuite></testsuites>");
    let mut running = Running::start(rig.command(&["run", "drills"]));
    running.until("drill b (");
    running.until("provision");
    running.signal("INT");
    running.ended().exits(130);
    for name in ["a", "b", "c"] {
        assert!(rig.junit(&format!("out/{name}.xml")).is_red(), "{name}");
    }
    assert!(!rig.path("out/c/record.json").exists());
    assert!(rig.left_behind().is_empty());
}

#[test]
fn one_bad_scenario_keeps_all_from_running() {
    for bad in
        [&[("cheks", "[all]")][..], &[("manifest", "{ file: gone.jsonl }")], &[("require", "{ assurance: usable }")]]
    {
        let (rig, ended) = run(&[PASSES, bad]);
        ended.exits(2).says("drills/b.yaml");
        assert_eq!(ended.stdout, "");
        assert!(!rig.path("out").exists() && rig.left_behind().is_empty());
        assert!(!ended.stderr.contains("acquire"), "{}", ended.stderr);
    }
}

#[test]
fn the_records_are_printed_for_programs() {
    let rig = rig(&[PASSES, FAILS]);
    let ended = rig.run(&["run", "--json", "drills"]);
    ended.exits(1);
    let records: serde_json::Value = serde_json::from_str(&ended.stdout).unwrap();
    let told: Vec<_> =
        records.as_array().unwrap().iter().map(|one| (&one["scenario"]["name"], &one["verdict"])).collect();
    assert_eq!(told, [(&"a".into(), &"passed".into()), (&"b".into(), &"failed".into())]);
    assert_eq!(records[0], rig.record("a"));
    assert_eq!(records[1], rig.record("b"));
}

#[test]
fn reports_go_into_the_folder_that_the_command_names() {
    let rig = rig(&[PASSES]);
    rig.run(&["run", "--report-dir", "there", "drills"]).exits(0);
    assert!(!rig.junit("there/a.xml").is_red() && rig.path("there/a/record.json").is_file());
    assert!(!rig.path("out").exists());
}
