//! `rehearse prove`, the real program: damage to copies of a backup, and whether the drill notices.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that stumbles has failed"
)]

mod common;

use std::path::{Path, PathBuf};
use std::process::Command;

use rehearsal::damage::{Mutation, apply};
use rehearsal::sample::{Sample, SampleScope, write};
use serde_json::Value;

/// A folder with the package `s.zip` and the scenario `s.yaml` that drills it with these checks.
fn made(checks: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let sample = Sample { scope: SampleScope::Site, spaces: 2, ..Sample::sized(20, 7) };
    write(&sample, &folder.path().join("s.zip")).unwrap();
    scenario(folder.path(), "s.zip", checks);
    folder
}

fn scenario(folder: &Path, backup: &str, checks: &str) {
    let text = format!(
        "rehearse: 1\nscenario: nightly\nbackup: {{ file: '{backup}' }}\ntarget: embedded\nchecks: {checks}\nreports:\n  - junit: s.xml\n"
    );
    std::fs::write(folder.join("s.yaml"), text).unwrap();
}

fn program(folder: &Path, arguments: &[&str]) -> (i32, String, String) {
    let temporary = folder.join("temporary");
    std::fs::create_dir_all(&temporary).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_rehearse"));
    let output = command.arg("prove").args(arguments).current_dir(folder).env("TMPDIR", &temporary).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    assert_eq!(std::fs::read_dir(&temporary).unwrap().count(), 0, "something is left of the copies");
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

/// The exit code, the proof, and what was said.
fn proven(folder: &Path, arguments: &[&str]) -> (i32, Value, String) {
    let all: Vec<&str> = ["s.yaml", "--json", "--seed", "3"].iter().chain(arguments).copied().collect();
    let (code, out, said) = program(folder, &all);
    let proof: Value = serde_json::from_str(&out).unwrap_or_else(|error| panic!("{error}: {out}{said}"));
    let schema: Value = serde_json::from_str(&std::fs::read_to_string(schema_file()).unwrap()).unwrap();
    let validator = jsonschema::draft7::new(&schema).unwrap();
    let wrong: Vec<String> = validator.iter_errors(&proof).map(|error| error.to_string()).collect();
    assert!(wrong.is_empty(), "{wrong:?}");
    (code, proof, said)
}

fn schema_file() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("schema/prove.schema.json")
}

#[test]
fn the_committed_schema_is_the_printed_one() {
    let output = Command::new(env!("CARGO_BIN_EXE_rehearse")).args(["schema", "prove"]).output().unwrap();
    let schema: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(jsonschema::meta::is_valid(&schema));
    if std::env::var_os("REHEARSE_BLESS").is_some() {
        std::fs::write(schema_file(), &output.stdout).unwrap();
    }
    let committed = std::fs::read(schema_file()).unwrap_or_default();
    assert!(committed == output.stdout, "schema/prove.schema.json differs; REHEARSE_BLESS=1 rewrites it");
}

fn trial<'a>(proof: &'a Value, name: &str) -> &'a Value {
    let trials = proof["trials"].as_array().unwrap();
    trials.iter().find(|trial| trial["name"] == name).unwrap_or_else(|| panic!("no trial {name}: {trials:?}"))
}

#[test]
fn all_damage_to_a_backup_is_caught_and_harmless_changes_pass_and_the_backup_is_left_alone() {
    let folder = made("[all]");
    let before = std::fs::read(folder.path().join("s.zip")).unwrap();
    let (code, proof, said) = proven(folder.path(), &[]);
    assert_eq!((code, &proof["verdict"]), (0, &"passed".into()), "{said}");
    let tried = proof["trials"].as_array().unwrap().iter().filter(|trial| trial["state"]["drilled"].is_object());
    assert_eq!(tried.count(), proof["trials"].as_array().unwrap().len(), "everything can be tried on a sample: {said}");
    assert_eq!(trial(&proof, "manifest-of-another-backup")["sort"], "manifest");
    let caught = &trial(&proof, "drop-restriction")["state"]["drilled"]["caught-by"];
    assert_eq!(caught, &serde_json::json!(["restrictions"]));
    assert_eq!(trial(&proof, "empty-file")["state"]["drilled"]["caught-by"][0], "stage/acquire");
    assert_eq!(trial(&proof, "rezip")["state"]["drilled"]["verdict"], "passed");
    assert!(said.ends_with("proven: nightly\n"), "{said}");
    assert_eq!(before, std::fs::read(folder.path().join("s.zip")).unwrap());
    assert!(!folder.path().join("s.xml").exists(), "a proof writes no report of the scenario");
}

#[test]
fn damage_that_no_check_of_the_scenario_looks_for_survives_by_name() {
    let folder = made("[spaces, integrity]");
    let names = [
        "--only",
        "remove-page",
        "--only",
        "rename-space",
        "--only",
        "drop-label",
        "--only",
        "reorder-objects",
        "--junit",
        "p.xml",
    ];
    let (code, proof, said) = proven(folder.path(), &names);
    assert_eq!((code, &proof["verdict"]), (1, &"failed".into()), "{said}");
    assert!(said.contains("remove-page                      SURVIVED"), "{said}");
    assert!(proof["why"][0].as_str().unwrap().ends_with("did not notice: remove-page"), "{said}");
    assert_eq!(trial(&proof, "rename-space")["state"]["drilled"]["caught-by"][0], "spaces");
    let reason = &trial(&proof, "drop-label")["state"]["not-applicable"]["reason"];
    assert_eq!(reason, "the scenario doesn't ask for the check labels");
    let junit = std::fs::read_to_string(folder.path().join("p.xml")).unwrap();
    for words in [
        "name=\"rehearse.nightly.changes\" package=\"rehearse.nightly\" tests=\"4\" errors=\"0\" failures=\"1\"",
        "<skipped",
        "SURVIVED",
        "name=\"proof.proven\"",
        "did not notice: remove-page",
    ] {
        assert!(junit.contains(words), "{words}: {junit}");
    }
}

#[test]
fn nothing_is_proven_by_a_backup_that_fails_anyway_nor_by_harmless_changes_alone() {
    let folder = made("[all]");
    let whole = folder.path().join("s.zip");
    apply(Mutation::RemoveAttachmentFile, 7, &whole, &folder.path().join("less.zip")).unwrap();
    scenario(folder.path(), "less.zip", "[all]");
    let (code, proof, said) = proven(folder.path(), &[]);
    assert_eq!((code, proof["trials"].as_array().unwrap().len()), (3, 0), "{said}");
    assert!(proof["why"][0].as_str().unwrap().contains("the drill of the undamaged backup is failed"), "{said}");
    scenario(folder.path(), "s.zip", "[all]");
    let (code, _, said) = proven(folder.path(), &["--only", "rezip"]);
    assert_eq!(code, 3, "{said}");
    assert!(said.contains("no damage was tried and caught"), "{said}");
}

#[test]
fn wrong_usage_is_told_from_a_backup_that_is_not_there() {
    let folder = made("[all]");
    let (code, _, said) = program(folder.path(), &["s.yaml", "--only", "nothing"]);
    assert!(code == 2 && said.contains("there is no change nothing"), "{said}");
    let (code, _, said) = program(folder.path(), &["nowhere.yaml"]);
    assert_eq!(code, 2, "{said}");
    let (code, names, _) = program(folder.path(), &["--list"]);
    assert!(code == 0 && names.lines().any(|name| name == "target-missing-content"), "{names}");
    std::fs::remove_file(folder.path().join("s.zip")).unwrap();
    let (code, _, said) = program(folder.path(), &["s.yaml"]);
    assert!(code == 1 && said.contains("s.zip"), "{said}");
    std::fs::create_dir(folder.path().join("s.zip")).unwrap();
    let (code, _, said) = program(folder.path(), &["s.yaml"]);
    assert!(code == 1 && said.contains("the backup holds nothing"), "{said}");
}

/// Damage that no drill of a backup of this form can notice, by package. None is known.
const BLIND_SPOTS: [(&str, &[&str]); 5] = [
    ("site-4.0.zip", &[]),
    ("site-5.1.zip", &[]),
    ("site-5.9.zip", &[]),
    ("space-5.4.zip", &[]),
    // A folder: copies of it are packed.
    ("space-cloud-2017", &[]),
];

#[test]
fn drills_of_real_backups_notice_all_that_can_be_damaged_in_them() {
    let Some(corpus) = common::corpus() else { return };
    let (_, names, _) = program(tempfile::tempdir().unwrap().path(), &["--list"]);
    // What is done to the zip, or while all of it is read, is the same whatever is in it.
    let container = ["zip", "file", "archive", "descriptor", "entities", "xml", "name", "bomb", "entries", "deflate"];
    let about = |name: &&str| !container.iter().any(|word| name.split('-').any(|part| part == *word));
    let content: Vec<&str> = names.lines().filter(about).flat_map(|name| ["--only", name]).collect();
    for (at, (package, blind)) in BLIND_SPOTS.into_iter().enumerate() {
        let folder = tempfile::tempdir().unwrap();
        scenario(folder.path(), common::package(&corpus, package).to_str().unwrap(), "[all]");
        let (code, proof, said) = proven(folder.path(), if at == 0 { &[] } else { &content });
        let trials = proof["trials"].as_array().unwrap();
        let survived: Vec<&str> = trials
            .iter()
            .filter(|trial| trial["sort"] != "harmless" && trial["state"]["drilled"]["verdict"] == "passed")
            .map(|trial| trial["name"].as_str().unwrap())
            .collect();
        assert_eq!(survived, blind, "{package}: {said}");
        assert_eq!(code, i32::from(!blind.is_empty()), "{package}: {said}");
        let drilled = trials.iter().filter(|trial| trial["state"]["drilled"].is_object()).count();
        assert!(drilled >= 17, "{package}: {said}");
    }
}
