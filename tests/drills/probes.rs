//! Checks that ask the restored copy as its users would.

use serde_json::{Value, json};

use crate::package::Build;
use crate::rig::{Rig, scenario};
use crate::wiki::{OPS, ops, stored};

fn rig() -> Rig {
    let rig = Rig::new();
    stored(&ops(), &rig.path("export.zip"));
    rig
}

/// A drill whose checks are these.
fn with_checks(checks: &str, changes: &[(&str, &str)]) -> String {
    scenario("rig", &[&[("checks", checks)], changes].concat())
}

#[test]
fn pages_are_found_and_the_record_says_how_soon() {
    let rig = rig();
    rig.drill(&with_checks("[all]", &[])).exits(0).says("searches were complete");
    let record = rig.record("rig");
    assert!(record["index"]["complete-millis"].is_u64(), "{record}");
    let search = record["checks"].as_array().unwrap().iter().find(|check| check["name"] == "search").unwrap();
    assert_eq!(search["state"]["ran"]["tally"], json!({ "examined": 3, "of": 3 }));
    assert!(rig.junit("out/rig.xml").cases.iter().any(|(name, found)| name == "search" && found.is_empty()));
}

#[test]
fn an_index_that_lacks_the_restored_pages_fails_the_drill_although_a_rebuild_heals_it() {
    let rig = rig();
    let target = ("target", "{ embedded: { misbehave: [search-not-indexed] } }");
    rig.drill(&with_checks("[all]", &[target]))
        .exits(1)
        .says("failed: search")
        .says("once the index was rebuilt, it does");
    let record = rig.record("rig");
    assert!(record["index"]["rebuilt-millis"].is_u64() && record["index"]["complete-millis"].is_null(), "{record}");
    assert_eq!(rig.junit("out/rig.xml").with("failure"), ["search"]);
    // The title of a restricted page is told nowhere.
    assert!(!rig.read("out/rig/record.json").contains("merger"));
}

#[test]
fn queries_of_the_scenario_must_find_as_much_as_it_says() {
    let rig = rig();
    let checks = "
  - integrity
  - search: { cql: 'type = page and text ~ \"promote the replica\"', at-least: 1, at-most: 1 }
  - search: { cql: 'type = page', at-least: 3 }";
    rig.drill(&with_checks(checks, &[])).exits(0).says("passed: search — examined 2 of 2");

    let checks = "
  - integrity
  - search: { cql: 'text ~ \"fence the primary\"' }
  - search: { cql: 'type = page', at-most: 2 }";
    rig.drill(&with_checks(checks, &[])).exits(1).says("finds 0, and at least 1").says("finds 3, and at most 2");
}

#[test]
fn a_query_that_the_target_refuses_is_no_pass_and_no_failure() {
    let rig = rig();
    let checks = "[all, search: { cql: 'type = ' }]";
    rig.drill(&with_checks(checks, &[])).exits(3).says("the target refuses the search of line 5");
}

#[test]
fn pages_that_are_missing_are_left_to_the_page_tree() {
    let rig = rig();
    let target = ("target", "{ embedded: { misbehave: [missing-content] } }");
    rig.drill(&with_checks("[all]", &[target])).exits(1);
    assert!(!rig.junit("out/rig.xml").with("failure").contains(&"search"));
    // Where nobody tells of them, nobody may be silent.
    rig.drill(&with_checks("[search]", &[target])).exits(3).says("to the check page-tree, which did not run");
}

#[test]
fn a_copy_that_cannot_be_asked_is_no_pass() {
    let rig = rig();
    let target = ("target", "{ embedded: { misbehave: [server-errors] } }");
    rig.drill(&with_checks("[search]", &[target])).exits(3);
    assert!(rig.junit("out/rig.xml").with("error").contains(&"search"));
}

#[test]
fn a_comparison_has_nobody_to_ask() {
    let rig = rig();
    let ended = rig.run(&["compare", "--check", "search", "export.zip", "export.zip"]);
    ended.exits(2).says("asks a restored copy, and a comparison has none");
}

/// A site whose space everybody sees, but for a page that is restricted to bob and the page below it.
fn public_site() -> Build {
    let account = |id: u32, name: &str| {
        format!(
            "ConfluenceUserImpl 4028da960000000{id} name={name} lowerName={name}
             InternalUser 90{id} name={name} lowerName={name} active=true createdDate=2024-01-01|00:00:00.000 updatedDate=2024-01-01|00:00:00.000\n"
        )
    };
    let own: String = OPS
        .lines()
        .filter(|line| !line.trim().starts_with("ConfluenceUserImpl"))
        .map(|line| format!("{line}\n"))
        .collect();
    let more = "
    Page 14 title=Price|of|the|merger version=1 contentStatus=current space>Space:1 parent>Page:13 position=1 creator>ConfluenceUserImpl:4028da9600000002 creationDate=2024-01-04|00:00:00.000 lastModifier>ConfluenceUserImpl:4028da9600000002 lastModificationDate=2024-01-04|00:00:00.000
    BodyContent 24 content>Page:14 body=<p>much</p> bodyType=2
    SpacePermission 82 type=VIEWSPACE space>Space:1
    SpacePermission 83 type=USECONFLUENCE";
    let lines = [account(1, "ann"), account(2, "bob"), own, more.to_owned()].concat();
    Build { files: ops().files, ..Build::site(&lines) }
}

fn public_rig() -> Rig {
    let rig = Rig::new();
    stored(&public_site(), &rig.path("export.zip"));
    rig
}

fn check<'r>(record: &'r Value, name: &str) -> &'r Value {
    record["checks"].as_array().unwrap().iter().find(|check| check["name"] == name).unwrap()
}

#[test]
fn restricted_pages_are_hidden_from_others_and_shown_to_those_whom_they_name() {
    let rig = public_rig();
    rig.drill(&with_checks("[all]", &[])).exits(0);
    // Two pages, one of them by the page above it; for nobody, ann and bob.
    let record = rig.record("rig");
    let ran = &check(&record, "visible")["state"]["ran"];
    assert_eq!(ran["tally"], json!({ "examined": 6, "of": 6 }), "{ran}");
}

#[test]
fn restrictions_that_are_not_in_force_fail_the_drill_and_tell_no_title() {
    let rig = public_rig();
    let target = ("target", "{ embedded: { misbehave: [restrictions-not-applied] } }");
    rig.drill(&with_checks("[integrity, visible]", &[target])).exits(1).says("shown to anonymous callers");
    assert_eq!(rig.junit("out/rig.xml").with("failure"), ["visible"]);
    let record = rig.read("out/rig/record.json");
    assert!(!record.contains("merger"), "{record}");
}

#[test]
fn a_copy_that_shows_nothing_to_others_says_nothing_of_restrictions() {
    let rig = rig();
    rig.drill(&with_checks("[all]", &[])).exits(0).says("says nothing of restrictions");
    let record = rig.record("rig");
    assert!(check(&record, "visible")["state"]["excluded"].is_object());
    // Whoever asks for it is not given a pass.
    rig.drill(&with_checks("[all, visible: { sample: 5 }]", &[])).exits(3);
}

#[test]
fn what_a_scenario_expects_to_be_hidden_or_shown_is_looked_at() {
    let rig = public_rig();
    let checks = "
  - integrity
  - visible: { page: 13, as: anonymous, expect: hidden }
  - visible: { page: { space: OPS, title: Plan of the merger }, as: bob, expect: shown }
  - visible: { page: 12, as: ann, expect: shown }";
    rig.drill(&with_checks(checks, &[])).exits(0).says("passed: visible — examined 3 of 3");

    let wrong = "
  - integrity
  - visible: { page: { space: OPS, title: Plan of the merger }, as: ann, expect: shown }
  - visible: { page: 12, as: anonymous, expect: hidden }
  - visible: { page: 99, as: anonymous, expect: hidden }";
    let ended = rig.drill(&with_checks(wrong, &[]));
    ended.exits(1).says("hidden from the one whom line 7 names").says("shown to the one whom line 8 names");
    ended.says("the page that line 9 names is not in the restored copy");
    let record = rig.read("out/rig/record.json");
    assert!(!record.contains("merger"), "{record}");

    let stranger = "[integrity, visible: { page: 12, as: zoe, expect: hidden }]";
    rig.drill(&with_checks(stranger, &[])).exits(3).says("the target doesn't let that user in");
}

#[test]
fn home_pages_open_by_id_and_by_short_link() {
    let rig = rig();
    rig.drill(&with_checks("[all]", &[])).exits(0).says("passed: home-pages — examined 2 of 2");
}
