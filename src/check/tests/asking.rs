//! Checks that ask the restored copy: what their answers come to.

use super::*;
use crate::model::{Hits, Viewer};

fn codes(outcome: &Outcome) -> Vec<&str> {
    outcome.findings.iter().map(|finding| finding.code.what.as_str()).collect()
}

fn with_home() -> Sides {
    let home = Value::Key(Key::new(["page", "OPS", "Home"]));
    Sides::same(site()).edit("mac", &["space", "OPS"], Field::Homepage, Some(Some(home)))
}

#[test]
fn a_home_page_that_does_not_open_is_told_and_one_that_was_not_asked_for_is_no_pass() {
    let shown = Sides { answers: |_| Some(Answer::Shown), ..with_home() }.run("home-pages");
    assert_eq!((shown.tally.examined, shown.tally.of, shown.errors()), (2, 2, 0));
    let hidden = Sides { answers: |_| Some(Answer::Hidden), ..with_home() }.run("home-pages");
    assert_eq!(codes(&hidden), ["not-shown", "short-link"]);
    let silent = with_home().run("home-pages");
    assert!(silent.tally.examined == 0 && silent.tally.of == 2 && silent.unread.is_some());
}

#[test]
fn a_search_that_finds_another_page_is_no_find() {
    let search = Search { sample: Some(5), ..Search::default() };
    let other = |_: &Probe| Some(Answer::Found(Hits { number: 1, ids: [1].into(), after_rebuild: None }));
    let outcome = Sides { answers: other, ..Sides::same(site()) }.examine(&search);
    assert_eq!((codes(&outcome), outcome.tally.examined), (vec!["not-found", "not-found"], 2));
    let refused = |_: &Probe| Some(Answer::Refused("no".into()));
    let outcome = Sides { answers: refused, ..Sides::same(site()) }.examine(&search);
    assert!(outcome.tally.examined == 0 && outcome.tally.of == 2 && outcome.unread.is_some());
}

#[test]
fn whoever_sees_nothing_of_a_space_says_nothing_of_its_restrictions() {
    let visible = Visible { sample: Some(5), viewers: vec!["eve".into(), "ann".into()], ..Visible::default() };
    let looked = |answers| Sides { answers, ..Sides::same(site()) }.examine(&visible);
    // The page is restricted to eve.
    let right = looked(|probe| {
        let Probe::Look { viewer, .. } = probe else { return None };
        Some(if *viewer == Viewer::User("eve".into()) { Answer::Shown } else { Answer::Hidden })
    });
    assert_eq!((right.tally.examined, right.errors()), (1, 0));
    assert_eq!(right.uncompared.iter().map(|left| left.number).sum::<u64>(), 2);
    let open = looked(|_| Some(Answer::Shown));
    assert_eq!(codes(&open), ["shown", "shown"]);
    assert!(open.findings.iter().all(|finding| finding.subject.restricted));
    let shut = looked(|_| Some(Answer::Hidden));
    assert_eq!((shut.tally.of, shut.errors()), (0, 0));
    let broken = looked(|_| Some(Answer::Unknown("the server answered 500".into())));
    assert!(broken.tally.examined == 0 && broken.unread.is_some());
}
