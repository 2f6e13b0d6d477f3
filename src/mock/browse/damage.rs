//! What the reader of archives found wrong with the backup.

use maud::{Markup, html};

use super::listing::{pager, part};
use super::parts::{page_path, titled};
use super::spaces::path;
use super::{Look, Made};
use crate::mock::answer::Refusal;
use crate::model::{Damage, Severity, Subject};

/// The findings, the worst first.
pub fn all(look: &Look<'_>) -> Made {
    if !look.view.rights().administer_site() {
        return Err(Refusal::forbidden(
            "What was damaged is told to administrators alone: it names what may be restricted.",
        ));
    }
    let title = "What was damaged".to_owned();
    let Some(load) = &look.state.settings.load else {
        let content = html! {
            p { "This mock was not started with a backup, so it doesn't know what was damaged in what was restored. " code { "rehearse inspect" } " tells." }
        };
        return Ok((title, content));
    };
    let mut damages: Vec<&Damage> = load.damage.iter().collect();
    damages.sort_by_key(|damage| std::cmp::Reverse(damage.severity));
    let shown = part(look, damages.len())?;
    let content = html! {
        p {
            @if load.whole { "The reader read all of the backup, and nothing of it is lost." }
            @else { "Something of this backup is lost, or could not be read. The pages show what is left." }
            @if look.state.jobs.any_began() { " Something else was restored into this mock since; this page is about the backup alone." }
        }
        @if damages.is_empty() { p { "There is no single finding." } } @else {
            p { strong { "Findings: " (damages.len()) } }
            ul .findings { @for damage in damages.get(shown.clone()).unwrap_or_default() { li { (finding(look, damage)) } } }
            (pager(look, "/browse/damage?", &shown, damages.len()))
        }
    };
    Ok((title, content))
}

/// One finding. A list has room for sentences where a table has none on a telephone.
fn finding(look: &Look<'_>, damage: &Damage) -> Markup {
    let subject = &damage.subject;
    let severity = match damage.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "note",
    };
    html! {
        p { strong { (severity) ": " (damage.what) } }
        @if subject.kind.is_some() || !subject.title.is_empty() {
            p { (about(look, subject)) @if let Some(id) = subject.id { " (id " (id) " in the backup)" } }
        }
        p { (damage.message) }
        @if let Some(remedy) = &damage.remedy { p { "Remedy: " (remedy) } }
        @if let Some(place) = &damage.place { p .target { "Where: " (place) } }
    }
}

/// What a finding is about, with a way there. Ids of a restored space are new, so titles lead to it: those of comments and attachments to what
/// they hang on, which is the title before.
fn about(look: &Look<'_>, subject: &Subject) -> Markup {
    let called = subject.title.join(" / ");
    let space = subject.space.as_deref().and_then(|key| look.view.site.space(key));
    let page =
        space.and_then(|space| subject.title.iter().rev().take(2).find_map(|title| titled(look, &space.key, title)));
    html! {
        @if let Some(kind) = subject.kind { (kind.noun(1)) " " }
        @match (page, space) {
            (Some(page), _) => { a href=(look.to(&page_path(page.id))) { (called) } }
            (None, Some(space)) => { a href=(look.to(&path(space))) { @if called.is_empty() { "space " (space.key) } @else { (called) } } }
            (None, None) => { (called) }
        }
    }
}
