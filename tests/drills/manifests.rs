//! Manifests that can't be trusted: the drill is inconclusive, and says why.

use crate::rig::{Rig, scenario};
use crate::wiki::{claim, ops, source_manifest, stored};

const BESIDE: (&str, &str) = ("manifest", "beside-backup");
const FILE: &str = "export.zip.manifest.jsonl";

/// A whole backup with its manifest.
fn rig() -> Rig {
    let rig = Rig::new();
    stored(&ops(), &rig.path("export.zip"));
    claim(&rig.path("export.zip"), &rig.path("export.zip"));
    rig
}

#[track_caller]
fn refused(rig: &Rig, words: &str) {
    let ended = rig.drill(&scenario("claim", &[BESIDE]));
    ended.exits(3).says(words).says(FILE);
    let record = rig.record("claim");
    assert_eq!(record["verdict"], "inconclusive");
    assert!(record["why"].to_string().contains(words), "{}", record["why"]);
    let junit = rig.junit("out/claim.xml");
    assert!(junit.with("error").contains(&"expect") && junit.with("failure").is_empty(), "{:?}", junit.cases);
    assert!(rig.left_behind().is_empty());
}

#[test]
fn a_whole_one_is_taken() {
    let rig = rig();
    rig.drill(&scenario("claim", &[BESIDE])).exits(0).says("of the source, bound to this backup");
    assert!(!rig.junit("out/claim.xml").is_red());
}

#[test]
fn one_that_is_cut_off_is_refused_wherever_it_ends() {
    let rig = rig();
    let text = rig.read(FILE);
    let lines = text.lines().count();
    for keep in [1, 2, lines / 2, lines - 1] {
        let cut: String = text.lines().take(keep).map(|line| line.to_owned() + "\n").collect();
        rig.write(FILE, cut);
        refused(&rig, "cut off");
    }
    for keep in [40, text.len() / 2, text.len() - 20] {
        rig.write(FILE, &text[..keep]);
        refused(&rig, "line ");
    }
    rig.write(FILE, "");
    refused(&rig, "not the header of a manifest");
}

#[test]
fn one_that_was_edited_is_refused() {
    let rig = rig();
    let text = rig.read(FILE);
    let without: String =
        text.lines().filter(|line| !line.contains("Runbook")).map(|line| line.to_owned() + "\n").collect();
    for edited in [text.replace("Runbook", "Runboot"), without] {
        assert_ne!(edited, text);
        rig.write(FILE, edited);
        refused(&rig, "it was changed after it was written");
    }
    rig.write(FILE, text.clone() + text.lines().nth(1).unwrap() + "\n");
    refused(&rig, "line ");
}

#[test]
fn one_of_another_backup_is_refused() {
    let rig = rig();
    let manifest =
        rehearsal::expect::bind(source_manifest(&rig.path("export.zip")), &rehearsal::model::Digest::of("x"));
    rehearsal::expect::write(&manifest, &rig.path(FILE)).unwrap();
    refused(&rig, "it is bound to the backup with digest");
}

#[test]
fn one_of_a_newer_program_is_refused() {
    let rig = rig();
    rig.write(FILE, rig.read(FILE).replacen("\"manifest\":4", "\"manifest\":7", 1));
    refused(&rig, "it has format 7");
}

#[test]
fn what_is_no_manifest_is_refused() {
    for text in ["Dear all\n", "{}\n", "[1]\n", "\u{0}\u{0}\u{0}", "{\"manifest\":1}\n"] {
        let rig = rig();
        rig.write(FILE, text);
        refused(&rig, "not the header of a manifest");
    }
    let rig = rig();
    std::fs::copy(rig.path("export.zip"), rig.path(FILE)).unwrap();
    refused(&rig, "not the header of a manifest");
}

#[test]
fn another_one_than_the_scenario_names_is_refused() {
    let rig = rig();
    let digest = rehearsal::model::Digest::of("another").to_string();
    let manifest = format!("{{ file: {FILE}, exactly: \"{digest}\" }}");
    let ended = rig.drill(&scenario("claim", &[("manifest", &manifest)]));
    ended.exits(3).says("wants exactly");
}

#[test]
fn a_missing_one_is_a_mistake_in_the_scenario() {
    let rig = rig();
    std::fs::remove_file(rig.path(FILE)).unwrap();
    rig.drill(&scenario("claim", &[BESIDE])).exits(2).says("there is no manifest beside the backup");
    assert!(!rig.path("out").exists());
}
