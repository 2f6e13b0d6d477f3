//! Titles that a reader would take for the same.

use super::*;

/// The page of the sides, found under another title in the archive and in the copy.
fn titled(scope: Scope, claimed: &str, found: &str) -> Outcome {
    let mut sides = Sides::same(vec![page(claimed, None, "text")]);
    let mut other = page(found, None, "text");
    if scope == Scope::Site {
        other.id = sides.manifest[0].id;
    }
    (sides.scope, sides.archive, sides.copy) = (scope, vec![other.clone()], Some(vec![other]));
    sides.run("page-tree")
}

fn remedies(outcome: &Outcome) -> Vec<&str> {
    outcome.findings.iter().map(|finding| finding.remedy.as_deref().unwrap_or_default()).collect()
}

#[test]
fn a_page_under_nearly_the_same_title_is_missing_and_it_is_said_what_is_there() {
    let spaces = || Scope::Spaces(vec!["OPS".into()]);
    let outcome = titled(spaces(), "Übersicht", "U\u{308}bersicht");
    let found: Vec<_> = codes(&outcome).into_iter().map(|(code, _)| code).collect();
    assert_eq!(found, ["page-tree/missing", "page-tree/unexpected"], "near is not equal");
    assert!(remedies(&outcome).iter().all(|remedy| remedy.starts_with("the titles look the same")), "{outcome:?}");
    let outcome = titled(spaces(), "Übersicht", "ÜBERSICHT");
    assert!(remedies(&outcome).iter().all(|remedy| remedy.contains("upper and lower case alone")), "{outcome:?}");
    let outcome = titled(spaces(), "Übersicht", "Uebersicht");
    assert!(remedies(&outcome).iter().all(|remedy| !remedy.contains("titles")), "{outcome:?}");
}

#[test]
fn a_page_of_the_same_id_with_nearly_the_same_title_differs_and_it_is_said_how() {
    let outcome = titled(Scope::Site, "Übersicht", "U\u{308}bersicht");
    let [finding] = outcome.findings.as_slice() else { panic!("{outcome:?}") };
    assert_eq!(finding.code.to_string(), "page-tree/differs");
    assert!(remedies(&outcome)[0].starts_with("the titles look the same"), "{outcome:?}");
}
