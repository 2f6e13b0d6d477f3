//! Checks that ask the restored copy: which questions the scenario names, and whether they make sense.

use super::settle::Desk;
use crate::scenario::{Check, CheckName, SearchSettings, VisibleSettings};
use crate::settings::{Span, Spanned};

/// Every item of the checks that ask. What `all` alone stands for is among them, beside what the scenario names.
pub(super) fn settle_asked(
    named: &[(CheckName, Spanned<Check>)],
    all: Option<Span>,
    checks: &[Spanned<Check>],
    desk: &mut Desk<'_>,
) -> Vec<Spanned<Check>> {
    let mut asked: Vec<Spanned<Check>> = Vec::new();
    for name in CheckName::ALL.into_iter().filter(|name| name.asks()) {
        if !checks.iter().any(|check| CheckName::of(&check.value) == Some(name)) {
            continue;
        }
        let own: Vec<_> = named.iter().filter(|(other, _)| *other == name).map(|(_, check)| check.clone()).collect();
        let derived: Vec<_> = own.iter().filter(|item| is_derived(&item.value)).collect();
        if let [_, second, ..] = derived.as_slice() {
            let message = format!("`{name}` without a question of its own stands among the checks twice");
            desk.refuse(second.span, message, "the second one", "leave one of them out");
        }
        if let Some(span) = all.filter(|_| derived.is_empty()) {
            asked.push(Spanned::new(name.bare(), span));
        }
        asked.extend(own);
    }
    for item in &asked {
        match &item.value {
            Check::Search(settings) => settle_search(settings, item.span, desk),
            Check::Visible(settings) => settle_visible(settings, item.span, desk),
            _ => {}
        }
    }
    asked
}

/// Whether a check finds out by itself what it asks.
fn is_derived(check: &Check) -> bool {
    match check {
        Check::Search(settings) => settings.cql.is_none(),
        Check::Visible(settings) => settings.page.is_none(),
        _ => true,
    }
}

fn settle_search(settings: &SearchSettings, span: Span, desk: &mut Desk<'_>) {
    let number = |value: &Option<Spanned<u64>>| value.map(|value| value.value);
    if let Some(cql) = settings.cql.as_ref().filter(|cql| cql.value.trim().is_empty()) {
        desk.refuse(cql.span, "the query is empty", "it asks for nothing", "write a query, such as `type = page`");
    }
    if let Some(sample) = settings.sample.filter(|_| settings.cql.is_some()) {
        let help = "leave it out, or make it an item of its own: `- search: { sample: 50 }`";
        desk.refuse(sample.span, "a query has no sample", "it asks once", help);
    }
    for bound in [settings.at_least, settings.at_most].into_iter().flatten().filter(|_| settings.cql.is_none()) {
        let help = "add `cql`; without it, each page that is searched for must be found";
        desk.refuse(bound.span, "there is no query that this number is for", "how many of what?", help);
    }
    for none in [settings.at_least, settings.sample].into_iter().flatten().filter(|number| number.value == 0) {
        desk.refuse(none.span, "0 asks for nothing", "expected 1 or more", "leave it out");
    }
    if let (Some(least), Some(most)) = (number(&settings.at_least).or(Some(1)), number(&settings.at_most))
        && most < least
    {
        let span = settings.at_most.map_or(span, |most| most.span);
        desk.refuse(span, "no number is so small and so large", format!("at least {least}"), "raise it");
    }
}

fn settle_visible(settings: &VisibleSettings, span: Span, desk: &mut Desk<'_>) {
    let help = "write `{ page: 77120, as: anonymous, expect: hidden }`, or `visible` alone";
    let (page, viewer, expected) = (settings.page.is_some(), settings.viewer.is_some(), settings.expect.is_some());
    if page != viewer || page != expected {
        desk.refuse(span, "`page`, `as` and `expect` go together", "one of them is missing", help);
    }
    if let Some(sample) = settings.sample.as_ref().filter(|sample| page || sample.value == 0) {
        let (message, label) = if page {
            ("one page has no sample", "it is looked at once")
        } else {
            ("0 asks for nothing", "expected 1 or more")
        };
        desk.refuse(sample.span, message, label, "leave it out");
    }
    if let Some(viewer) = &settings.viewer
        && (viewer.value.trim().is_empty()
            || viewer.value.contains([':', '='])
            || viewer.value.contains(char::is_control))
    {
        let label = "expected `anonymous` or the name of a user";
        desk.refuse(viewer.span, "nobody can log in by this name", label, "names have no `:` and no `=`");
    }
}
