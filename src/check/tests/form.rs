//! Texts that differ in form only, what texts refer to, and manifests of other rules.

use super::*;
use crate::model::Named;

const OTHER: &str = "strict digest of the same text in another form";

/// The site with normal forms, equal to the strict digests.
fn formed() -> Vec<Item> {
    let mut items = site();
    for item in &mut items {
        if let Some(body) = item.fields.get(&Field::Body).cloned() {
            item.fields.extend([(Field::Normal, body), (Field::NamedUsers, None), (Field::NamedContent, None)]);
        }
    }
    items
}

const CHILD: [&str; 3] = ["page", "OPS", "Child"];

fn what(outcome: &Outcome) -> Vec<(&str, Severity, Hop)> {
    outcome.findings.iter().map(|found| (found.code.what.as_str(), found.severity, found.hop)).collect()
}

fn named(id: &str, key: &[&str]) -> Named {
    Named { id: id.into(), key: Some(Key::new(key.iter().copied())).filter(|_| !key.is_empty()) }
}

fn naming(field: Field, claimed: Named, shown: Named) -> Sides {
    Sides::same(formed()).edit("ma", &CHILD, field, Some(Some(Value::Named(vec![claimed])))).edit(
        "c",
        &CHILD,
        field,
        Some(Some(Value::Named(vec![shown]))),
    )
}

#[test]
fn a_text_that_differs_in_form_only_is_counted_and_no_error() {
    let other = || Some(digest(OTHER));
    let places: [(&str, &[&str]); 5] = [
        ("page-bodies", &CHILD),
        ("blog-posts", &["blog-post", "OPS", "2026-01-01", "News"]),
        ("comments", &["page", "OPS", "Child", "comment", "eve", "2026-01-01 00:00:00.000", "d"]),
        ("history", &["page", "OPS", "Child", "version", "000001"]),
        ("templates", &["template", "OPS", "Minutes"]),
    ];
    for (name, key) in places {
        let outcome = Sides::same(formed()).edit("c", key, Field::Body, other()).run(name);
        assert_eq!(what(&outcome), [("form-only", Severity::Info, Hop::Unknown)], "{name}");
        assert_eq!(outcome.tally.examined, outcome.tally.of, "{name}");
    }
}

#[test]
fn a_text_that_says_something_else_is_an_error_whatever_its_form() {
    let sides = Sides::same(formed()).edit("c", &CHILD, Field::Body, Some(digest(OTHER)));
    let outcome = sides.edit("c", &CHILD, Field::Normal, Some(digest("other"))).run("page-bodies");
    assert_eq!(what(&outcome), [("differs", Severity::Error, Hop::Restore)]);
    // The archive has it in a form of its own: the restore is to blame all the same.
    let sides = Sides::same(formed()).edit("c", &CHILD, Field::Body, Some(digest("other")));
    let sides = sides.edit("c", &CHILD, Field::Normal, Some(digest("other")));
    let outcome = sides.edit("a", &CHILD, Field::Body, Some(digest(OTHER))).run("page-bodies");
    assert_eq!(what(&outcome), [("differs", Severity::Error, Hop::Restore)]);
}

#[test]
fn without_a_normal_form_on_both_sides_a_text_is_compared_to_the_byte() {
    let differing = || Sides::same(formed()).edit("c", &CHILD, Field::Body, Some(digest(OTHER)));
    for sides in ["c", "ma", "mac"] {
        let outcome = differing().edit(sides, &CHILD, Field::Normal, None).run("page-bodies");
        assert_eq!(what(&outcome), [("differs", Severity::Error, Hop::Restore)], "{sides}");
        assert!(!outcome.uncompared.iter().any(|left| left.what.contains("normal form")));
    }
    for rules in [None, Some("normal/0")] {
        let outcome = Sides { normal: rules, ..differing() }.run("page-bodies");
        assert_eq!(what(&outcome), [("differs", Severity::Error, Hop::Restore)], "{rules:?}");
        assert!(outcome.uncompared.iter().any(|left| left.what == "normal form of pages"), "{:?}", outcome.uncompared);
        assert_eq!(what(&Sides { normal: rules, ..Sides::same(formed()) }.run("page-bodies")), []);
    }
}

#[test]
fn a_reference_that_leads_elsewhere_is_an_error_of_its_own_be_the_text_the_same() {
    let (ann, bob) = (["user", "ann"], ["user", "bob"]);
    let users = |claimed, shown| naming(Field::NamedUsers, claimed, shown).run("page-bodies");
    assert_eq!(what(&users(named("8a", &ann), named("40", &ann))), []);
    let outcome = users(named("8a", &ann), named("8a", &bob));
    assert_eq!(what(&outcome), [("names-another-user", Severity::Error, Hop::Restore)]);
    let Discrepancy::Differs { expected, actual, .. } = &outcome.findings[0].discrepancy else { panic!() };
    assert_eq!((expected, actual), (&text("ann"), &text("bob")));
    assert_eq!(
        what(&users(named("8a", &ann), named("40", &[]))),
        [("names-another-user", Severity::Error, Hop::Restore)]
    );
    let outcome = users(named("8a", &ann), named("8a", &[]));
    assert_eq!(what(&outcome), []);
    assert!(outcome.uncompared.iter().any(|left| left.what == "users that texts name"), "{:?}", outcome.uncompared);
    let (home, child) = (["page", "OPS", "Home"], ["page", "OPS", "Child"]);
    let content = |claimed, shown| naming(Field::NamedContent, claimed, shown).run("page-bodies");
    assert_eq!(what(&content(named("1", &home), named("7", &home))), []);
    let outcome = content(named("1", &home), named("1", &child));
    assert_eq!(what(&outcome), [("links-to-other-content", Severity::Error, Hop::Restore)]);
    // What is restricted is not named. The page itself is, in this site.
    let Discrepancy::Differs { actual, .. } = &outcome.findings[0].discrepancy else { panic!() };
    assert_eq!(actual, &text("(restricted)"));
}

#[test]
fn what_only_one_side_says_of_references_is_named_as_not_compared() {
    let sides = naming(Field::NamedUsers, named("8a", &["user", "ann"]), named("8a", &["user", "ann"]));
    let outcome = sides.edit("c", &CHILD, Field::NamedUsers, None).run("page-bodies");
    assert_eq!(what(&outcome), []);
    assert!(outcome.uncompared.iter().any(|left| left.what == "page field named-users"), "{:?}", outcome.uncompared);
}

#[test]
fn answers_are_found_below_comments_that_are_keyed_by_other_rules() {
    let parent = |digest: &str| {
        Some(Value::Key(Key::new(["page", "OPS", "Child", "comment", "ann", "2026-01-01 00:00:00.000", digest])))
    };
    let key = ["page", "OPS", "Child", "comment", "eve", "2026-01-01 00:00:00.000", "d"];
    let sides = |rules| {
        let sides = Sides::same(formed()).edit("m", &key, Field::Parent, Some(parent("strict")));
        Sides { normal: rules, ..sides.edit("ac", &key, Field::Parent, Some(parent("normal"))) }
    };
    assert_eq!(what(&sides(None).run("comments")), []);
    assert_eq!(what(&sides(Some(NORMAL)).run("comments")), [("differs", Severity::Error, Hop::Export)]);
}
