//! What changed at the source after the backup began is told apart from loss.

use super::*;
use crate::model::Drift;

const CUT: &str = "2026-11-23 02:00:00.000";
const BEFORE: &str = "2026-11-20 10:00:00.000";
const AFTER: &str = "2026-11-23 09:30:00.000";
const LATER: &str = "2026-11-24 09:30:00.000";

fn dated(title: &str, number: i64, body: &str, created: &str, edited: &str) -> Item {
    let mut page = page(title, None, body);
    page.fields.insert(Field::Number, Some(Value::Number(number)));
    page.fields.insert(Field::Created, text(created));
    page.fields.insert(Field::Edited, text(edited));
    page
}

fn version(title: &str, number: i64, body: &str, edited: &str) -> Item {
    let key = ["page", "OPS", title, "version", &format!("{number:06}")];
    let number = Some(Value::Number(number));
    item(Kind::Version, &key, &[(Field::Number, number), (Field::Body, digest(body)), (Field::Edited, text(edited))])
}

fn label(title: &str) -> Item {
    item(Kind::Label, &["page", "OPS", title, "label", "global:x"], &[])
}

/// The source edited a page twice and made another one since the backup began; archive and copy have what was there before.
fn moved_on() -> Sides {
    let then = vec![dated("Plan", 2, "second", BEFORE, BEFORE), version("Plan", 1, "first", BEFORE)];
    let now = vec![
        dated("Plan", 4, "fourth", BEFORE, LATER),
        version("Plan", 1, "first", BEFORE),
        version("Plan", 2, "second", BEFORE),
        version("Plan", 3, "third", AFTER),
        dated("New", 1, "new", LATER, LATER),
        label("New"),
    ];
    Sides { manifest: now, made: Some(CUT.to_owned()), ..Sides::same(then) }
}

const CHECKS: [&str; 4] = ["page-tree", "page-bodies", "history", "labels"];

#[test]
fn what_came_after_the_backup_is_no_loss_and_counts_as_exposure() {
    let mut exposure = Drift::default();
    for name in CHECKS {
        let outcome = moved_on().run(name);
        assert_eq!(outcome.findings, [], "{name}");
        assert!(!outcome.uncompared.is_empty(), "{name}");
        exposure.add(outcome.drift);
    }
    assert_eq!(exposure, Drift { edits: 3, items: 2, oldest: Some(AFTER.to_owned()) });
}

#[test]
fn another_title_since_the_backup_is_no_loss() {
    // By the key that the backup knows: `reading::retitled`.
    let sides = moved_on().edit("m", &["page", "OPS", "Plan"], Field::Title, Some(text("Plan 2027")));
    assert_eq!(sides.run("page-tree").findings, []);
    let sides = Sides { made: None, ..sides };
    assert!(!sides.run("page-tree").findings.is_empty());
}

#[test]
fn without_a_time_of_the_backup_nothing_is_excused() {
    let sides = Sides { made: None, ..moved_on() };
    assert!(CHECKS.iter().all(|name| !sides.run(name).findings.is_empty()));
}

#[test]
fn what_was_there_before_must_be_there() {
    // An older text than the one that was live then.
    let stale = moved_on().edit("ac", &["page", "OPS", "Plan"], Field::Body, Some(digest("first")));
    assert_eq!(codes(&stale.run("page-bodies")).len(), 1);
    // A version too old.
    let old = moved_on().edit("ac", &["page", "OPS", "Plan"], Field::Number, Some(Some(Value::Number(1))));
    assert_eq!(codes(&old.run("page-tree")).len(), 1);
    // A page that was made before, and one whose date no clock can have shown yet.
    for date in [BEFORE, "2036-01-01 00:00:00.000"] {
        let mut lost = moved_on().edit("m", &["page", "OPS", "New"], Field::Created, Some(text(date)));
        lost.read_at = "2026-11-25T00:00:00Z";
        assert_eq!(codes(&lost.run("page-tree")), [("page-tree/missing".to_owned(), Hop::Export)], "{date}");
    }
    // An older version that was there before.
    let gone = moved_on().lose(&["page", "OPS", "Plan", "version", "000001"], Hop::Restore);
    assert_eq!(codes(&gone.run("history")), [("history/missing".to_owned(), Hop::Restore)]);
}

#[test]
fn what_the_source_lacks_by_now_is_told() {
    let mut removed = moved_on();
    let page = dated("Old", 1, "old", BEFORE, BEFORE);
    removed.archive.push(page.clone());
    removed.copy.as_mut().unwrap().push(page);
    removed.read_at = "2026-11-24T00:00:00Z";
    assert_eq!(codes(&removed.run("page-tree")), [("page-tree/unexpected".to_owned(), Hop::Export)]);
}
