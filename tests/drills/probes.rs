//! Checks that ask the restored copy as its users would.

use crate::rig::{Rig, scenario};
use crate::wiki::{ops, stored};

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
    assert_eq!(search["state"]["ran"]["tally"], serde_json::json!({ "examined": 3, "of": 3 }));
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
