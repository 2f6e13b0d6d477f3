//! What a verdict covers: samples and what they support, the memory that makes them go round, and proofs that stand for a while.

use serde_json::Value;

use rehearsal::sample::{Sample, SampleScope, write};

use crate::rig::{Rig, scenario};
use crate::wiki::{claim, ops, ops_without, stored};

/// A site with attachments, in a folder of its own.
fn rig() -> Rig {
    let rig = Rig::new();
    let sample = Sample {
        scope: SampleScope::Site,
        spaces: 2,
        attachments: 40,
        attachment_versions: 20,
        ..Sample::sized(20, 7)
    };
    write(&sample, &rig.path("export.zip")).unwrap();
    rig
}

const STATE: (&str, &str) = ("state", "memory");

fn sampled(sample: &str) -> String {
    format!("[all, attachments: {{ sample: {sample} }}]")
}

fn sample(rig: &Rig) -> Value {
    rig.record("cover")["samples"][0].clone()
}

fn tally(rig: &Rig, check: &str) -> Value {
    let record = rig.record("cover");
    let found = record["checks"].as_array().unwrap().iter().find(|one| one["name"] == check).unwrap().clone();
    found["state"]["ran"]["tally"].clone()
}

/// Changes the state that the last drill left.
fn edit(rig: &Rig, change: impl FnOnce(&mut Value)) {
    let mut state = state(rig);
    change(&mut state);
    rig.write("memory/cover.state.json", state.to_string());
}

fn state(rig: &Rig) -> Value {
    serde_json::from_str(&rig.read("memory/cover.state.json")).unwrap()
}

#[test]
fn a_sample_downloads_what_was_drawn_counts_as_its_sample_and_says_what_it_supports() {
    let rig = rig();
    rig.drill(&scenario("cover", &[])).exits(0);
    let all = tally(&rig, "attachments")["of"].as_u64().unwrap();
    assert_eq!(rig.record("cover").get("samples"), None);
    let ended = rig.drill(&scenario("cover", &[("checks", &sampled("10"))]));
    ended.exits(0).says("a sample of 10 of").says("0 of 10: fewer than").says("within: the bytes of 10 of");
    let drawn = sample(&rig);
    assert_eq!(
        (&drawn["drawn"], &drawn["examined"], &drawn["damaged"], drawn["population"].as_u64()),
        (&10.into(), &10.into(), &0.into(), Some(all))
    );
    assert_eq!(tally(&rig, "attachments"), serde_json::json!({ "examined": 10, "of": 10 }));
    assert_eq!(rig.record("cover")["reached"], "simulated");
    rig.drill(&scenario("cover", &[("checks", &sampled("10"))])).exits(0);
    assert_ne!(sample(&rig)["stretch"], drawn["stretch"], "every drill looks elsewhere");
    rig.drill(&scenario("cover", &[("checks", &sampled("100%"))])).exits(0).says("all of them, and none is damaged");
    assert_eq!(tally(&rig, "attachments")["of"], all);
    rig.drill(&scenario("cover", &[("checks", &sampled("1B"))])).exits(0);
    assert_eq!(sample(&rig)["drawn"], 1, "never nothing");
}

#[test]
fn damage_in_the_sample_fails_and_supports_no_bound_and_what_is_missing_is_noticed_without_a_download() {
    let rig = rig();
    let changes = [("checks", sampled("10")), ("target", "{ embedded: { misbehave: [wrong-bytes] } }".to_owned())];
    let changes: Vec<(&str, &str)> = changes.iter().map(|(key, value)| (*key, value.as_str())).collect();
    let ended = rig.drill(&scenario("cover", &changes));
    ended.exits(1).says("10 of 10 are damaged");
    assert!(!ended.stderr.contains("fewer than"), "{}", ended.stderr);
    // One attachment alone is drawn of none that is there.
    let rig = Rig::new();
    stored(&ops(), &rig.path("whole.zip"));
    stored(&ops_without(&["Attachment 50", "ContentProperty 53", "ContentProperty 54"]), &rig.path("export.zip"));
    claim(&rig.path("whole.zip"), &rig.path("export.zip"));
    rig.drill(&scenario("cover", &[("checks", &sampled("1")), ("manifest", "beside-backup")]))
        .exits(1)
        .says("1 attachment is missing");
}

#[test]
fn what_the_archive_shows_otherwise_than_claimed_is_told_whatever_the_sample() {
    let rig = Rig::new();
    stored(&ops(), &rig.path("whole.zip"));
    let other = b"a nap".to_vec();
    let xml = ops();
    stored(
        &crate::package::Build { files: vec![("attachments/12/50/1".to_owned(), other)], ..xml },
        &rig.path("export.zip"),
    );
    claim(&rig.path("whole.zip"), &rig.path("export.zip"));
    for sample in ["1", "100%"] {
        rig.drill(&scenario("cover", &[("checks", &sampled(sample)), ("manifest", "beside-backup")])).exits(1);
    }
}

#[test]
fn a_rotating_sample_goes_round_and_says_how_far_it_is() {
    let rig = rig();
    let rotating = "[all, attachments: { sample: 40%, rotate: 90d }]";
    let drill = || rig.drill(&scenario("cover", &[("checks", rotating), STATE]));
    drill().exits(0).says("verified 4").says("one drill alone tells no rate");
    let first = sample(&rig);
    assert_eq!(first["rotation"]["whole"], false);
    drill().exits(0).says("verified 8");
    let second = sample(&rig);
    assert_eq!(second["stretch"]["seed"], first["stretch"]["seed"]);
    assert_ne!(second["stretch"]["from"], first["stretch"]["from"]);
    drill().exits(0).says("verified 100 %").says("gone round once");
    assert_eq!(sample(&rig)["rotation"]["whole"], true);
    assert!(!rig.junit("out/cover.xml").is_red());
    // A sample in which damage was found is looked at again.
    let before = state(&rig)["rotation"].clone();
    let wrong = ("target", "{ embedded: { misbehave: [wrong-bytes] } }");
    rig.drill(&scenario("cover", &[("checks", rotating), STATE, wrong])).exits(1);
    assert_eq!(state(&rig)["rotation"], before);
    // The span is over, and the ring isn't gone round.
    edit(&rig, |state| {
        state["rotation"]["began"] = "2020-01-01T00:00:00Z".into();
        state["rotation"]["verified"] = serde_json::json!([]);
    });
    drill().exits(3).says("not all was verified within 90d");
}

#[test]
fn a_state_that_cannot_be_had_is_no_pass() {
    let rig = rig();
    let text = scenario("cover", &[("checks", &sampled("10")), STATE]);
    rig.drill(&text).exits(0);
    let good = rig.read("memory/cover.state.json");
    for (bad, said) in [
        ("{", "it is no state"),
        (&good.replacen("\"state\": 1", "\"state\": 9", 1), "has format 9"),
        (&good.replace("\"cover\"", "\"other\""), "another scenario"),
    ] {
        rig.write("memory/cover.state.json", bad);
        rig.drill(&text).exits(3).says(said);
        assert!(rig.junit("out/cover.xml").with("error").contains(&"verdict.state"));
        assert_eq!(rig.read("memory/cover.state.json"), bad, "it is left alone");
    }
    rig.write("memory/cover.state.json", &good);
    let lock = std::fs::File::options().write(true).open(rig.path("memory/cover.lock")).unwrap();
    lock.lock().unwrap();
    rig.drill(&text).exits(3).says("another drill of this scenario is under way");
    drop(lock);
    rig.drill(&text).exits(0);
    rig.write("file", "in the way");
    rig.drill(&scenario("cover", &[("state", "file/memory")])).exits(3).says("file/memory");
    // It can be read and not replaced: a folder is in the way of the file.
    std::fs::remove_file(rig.path("memory/cover.state.json")).unwrap();
    std::fs::create_dir(rig.path("memory/cover.state.json")).unwrap();
    rig.drill(&text).exits(3);
    assert_eq!(rig.record("cover")["verdict"], "inconclusive");
}

#[test]
fn a_drill_is_proven_once_and_the_proof_stands_until_it_is_old_or_the_scenario_changes() {
    let rig = rig();
    let text = scenario("cover", &[STATE, ("prove", "weekly")]);
    let ended = rig.drill(&text);
    ended
        .exits(0)
        .says("proving cover")
        .says("assurance: simulated+proven(embedded)")
        .says("proof: proven on embedded");
    assert_eq!(rig.record("cover")["proven"], "embedded");
    assert!(rig.read("out/cover.xml").contains("simulated+proven(embedded)"));
    assert!(rig.left_behind().is_empty());
    let proof = state(&rig)["proof"].clone();
    let again = rig.drill(&text);
    again.exits(0).says("assurance: simulated+proven(embedded)");
    assert!(!again.stderr.contains("proving"), "{}", again.stderr);
    assert_eq!(state(&rig)["proof"], proof);
    // A drill that fails is not proven; an old proof is said to be old.
    edit(&rig, |state| state["proof"]["ended"] = "2020-01-01T00:00:00Z".into());
    let failing = scenario("cover", &[STATE, ("prove", "weekly"), ("require", "{ at-least: { pages: 100000 } }")]);
    let failed = rig.drill(&failing);
    failed.exits(1).says("proof: not proven: the last proof is");
    assert!(!failed.stderr.contains("proving"), "{}", failed.stderr);
    assert_eq!(rig.record("cover").get("proven"), None);
    // Damage that nobody noticed fails the drills that follow, without being tried again.
    edit(&rig, |state| {
        state["proof"] = proof.clone();
        state["proof"]["verdict"] = "failed".into();
        state["proof"]["why"] = serde_json::json!(["damage that the drill did not notice: remove-page"]);
    });
    rig.drill(&text).exits(1).says("because: prove: damage that the drill did not notice: remove-page");
    assert!(rig.junit("out/cover.xml").with("failure").contains(&"verdict.proof"));
    // What could not be proven is said, and takes nothing from the verdict.
    edit(&rig, |state| state["proof"]["verdict"] = "inconclusive".into());
    rig.drill(&text).exits(0).says("proved nothing");
    assert!(rig.junit("out/cover.xml").with("skipped").contains(&"verdict.proof"));
}

#[test]
fn damage_that_the_scenario_excuses_is_named_and_does_not_fail_the_proof() {
    let rig = rig();
    let lowered = "[{ finding: labels/missing, as: warning, reason: nobody uses them, expires: 2999-12-31 }]";
    let ended = rig.drill(&scenario("cover", &[STATE, ("prove", "daily"), ("severity", lowered)]));
    ended.exits(0).says("noticed, and let pass because the scenario excuses it: drop-label");
    assert_eq!(rig.record("cover")["proven"], "embedded");
}

#[test]
fn damage_that_a_drill_does_not_notice_fails_it() {
    let rig = Rig::new();
    stored(&ops(), &rig.path("export.zip"));
    let ended = rig.drill(&scenario("cover", &[STATE, ("prove", "1d"), ("checks", "[integrity, spaces]")]));
    ended.exits(1).says("SURVIVED").says("because: prove: damage that the drill did not notice: remove-page");
    assert_eq!(rig.record("cover")["verdict"], "failed");
    assert!(state(&rig)["proof"]["survivors"].to_string().contains("remove-page"));
}

#[test]
fn where_all_that_matters_is_missing_and_excused_nothing_is_shown() {
    let rig = Rig::new();
    stored(&ops(), &rig.path("whole.zip"));
    let gone = ["Page 10", "Page 11", "Page 12", "Page 13", "BlogPost 30"];
    let below = [
        "BodyContent 20",
        "BodyContent 21",
        "BodyContent 22",
        "BodyContent 23",
        "BodyContent 31",
        "Comment 40",
        "BodyContent 41",
    ];
    let hung = [
        "Attachment 50",
        "ContentProperty 53",
        "ContentProperty 54",
        "Label 60",
        "Labelling 63",
        "ContentPermissionSet 70",
        "ContentPermission 71",
    ];
    let build = ops_without(&[&gone[..], &below, &hung].concat());
    let xml = build.xml.replace("homePage", "formerPage");
    stored(&crate::package::Build { files: Vec::new(), xml, ..build }, &rig.path("export.zip"));
    claim(&rig.path("whole.zip"), &rig.path("export.zip"));
    let allow =
        |finding: &str| format!("\n  - {{ finding: {finding}, at-most: 100, reason: known, expires: 2999-12-31 }}");
    let all = [
        "page-tree/missing",
        "blog-posts/missing",
        "comments/missing-with-page",
        "attachments/missing-with-page",
        "labels/missing-with-page",
        "restrictions/missing-with-page",
        "history/missing-with-page",
        "spaces/differs",
    ];
    let allow: String = all.iter().map(|finding| allow(finding)).collect();
    let ended = rig.drill(&scenario("cover", &[("manifest", "beside-backup"), ("allow", &allow)]));
    ended.exits(3).says("because: not one page or blog post was examined");
}
