//! What the reader of archives found wrong with the backup.

use maud::{Markup, html};

use super::listing::{pager, part};
use super::{Look, Made};
use crate::mock::answer::Refusal;
use crate::mock::shapes::encode;
use crate::model::{Damage, Severity};

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
            div .wide role="region" aria-label="Findings" tabindex="0" {
                table {
                    caption { "Findings: " (damages.len()) }
                    thead { tr { th scope="col" { "Finding" } th scope="col" { "Severity" } th scope="col" { "About" } th scope="col" { "What is wrong" } th scope="col" { "Where" } } }
                    tbody { @for damage in damages.get(shown.clone()).unwrap_or_default() { (row(look, damage)) } }
                }
            }
            (pager(look, "/browse/damage?", &shown, damages.len()))
        }
    };
    Ok((title, content))
}

fn row(look: &Look<'_>, damage: &Damage) -> Markup {
    let subject = &damage.subject;
    let last = subject.title.last();
    // Ids of a restored space are new, so titles lead to what a finding is about.
    let known = subject.space.as_deref().filter(|key| look.view.site.space(key).is_some());
    html! {
        tr {
            th scope="row" { (damage.what) }
            td { (match damage.severity { Severity::Error => "error", Severity::Warning => "warning", Severity::Info => "note" }) }
            td {
                @if let Some(kind) = subject.kind { (kind.noun(1)) " " }
                @match (known, last) {
                    (Some(key), Some(title)) => { a href=(look.to(&format!("/display/{}/{}", encode(key), encode(title)))) { (subject.title.join(" / ")) } }
                    (Some(key), None) => { a href=(look.to(&format!("/display/{}", encode(key)))) { "space " (key) } }
                    (None, _) => { (subject.title.join(" / ")) }
                }
                @if let Some(id) = subject.id { " (id " (id) " in the backup)" }
            }
            td { (damage.message) @if let Some(remedy) = &damage.remedy { br; "Remedy: " (remedy) } }
            td { @if let Some(place) = &damage.place { (place) } }
        }
    }
}
