//! A page, a blog post or an older version of one: its text and what hangs on it.

use maud::{Markup, html};

use super::comments::comments;
use super::files::files;
use super::listing::{pager, part};
use super::parts::{body, page_path, subject, titled, when, who};
use super::spaces::{name, path};
use super::{Look, Made};
use crate::mock::answer::Refusal;
use crate::mock::store::{Content, ContentKind, Operation, Space, Status};

/// `/pages/viewpage.action`, by `pageId`, or by `spaceKey` and `title`.
pub fn by_query(look: &Look<'_>) -> Made {
    match (look.ask.get("pageId"), look.ask.get("spaceKey"), look.ask.get("title")) {
        (None, Some(key), Some(title)) => show(look, named(look, key, title)?),
        _ => show(look, asked(look)?),
    }
}

/// `/spaces/{key}/pages/{id}/…` and the path of blog posts: the id alone counts.
pub fn by_path(look: &Look<'_>) -> Made {
    show(look, numbered(look, look.name("id"))?)
}

/// `/display/{key}/{title}`.
pub fn by_title(look: &Look<'_>) -> Made {
    let (key, title) = (look.name("key"), look.name("title"));
    // A plus stands for a space where no title has the plus itself.
    let row =
        named(look, key, title).or_else(|refusal| named(look, key, &title.replace('+', " ")).map_err(|_| refusal))?;
    show(look, row)
}

/// `/x/{tiny}`: base 64 of the id's bytes, lowest first.
pub fn by_short_link(look: &Look<'_>) -> Made {
    const DIGITS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";
    let tiny = look.name("tiny");
    let mut id = 0_u64;
    for (place, byte) in tiny.bytes().take(11).enumerate() {
        let unknown = || Refusal::not_found("There is no such short link.");
        let digit = DIGITS.iter().position(|known| *known == byte).ok_or_else(unknown)? as u64;
        // Groups of four digits hold three bytes, each group's highest bits first, and the bytes come lowest first.
        for bit in 0..6 {
            let at = place * 6 + bit;
            let (of_byte, within) = (at / 8, 7 - at % 8);
            if digit >> (5 - bit) & 1 == 1 && of_byte < 8 {
                id |= 1 << (of_byte * 8 + within);
            }
        }
    }
    show(look, numbered(look, &id.to_string())?)
}

fn named<'a>(look: &Look<'a>, key: &str, title: &str) -> Result<&'a Content, Refusal> {
    let missing = || Refusal::not_found(format!("There is no page called “{title}” in the space {key}."));
    titled(look, key, title).ok_or_else(missing)
}

/// The page that a request names by `pageId`.
pub fn asked<'a>(look: &Look<'a>) -> Result<&'a Content, Refusal> {
    numbered(look, look.ask.get("pageId").unwrap_or_default())
}

/// The content of an id; what is no page leads to what it hangs on.
fn numbered<'a>(look: &Look<'a>, id: &str) -> Result<&'a Content, Refusal> {
    let site = look.view.site;
    let missing = || Refusal::not_found(format!("There is no page with the id {id}."));
    let mut row = id.parse().ok().and_then(|id| site.content.get(&id)).ok_or_else(missing)?;
    // The bound keeps a cycle from turning for ever.
    for _ in 0..8 {
        if matches!(row.kind, ContentKind::Page | ContentKind::BlogPost) {
            return Ok(row);
        }
        row = row.container.or(row.original).and_then(|id| site.content.get(&id)).ok_or_else(missing)?;
    }
    Err(missing())
}

fn live<'a>(look: &Look<'a>, row: &'a Content) -> &'a Content {
    row.original.and_then(|id| look.view.site.content.get(&id)).unwrap_or(row)
}

fn space<'a>(look: &Look<'a>, row: &Content) -> Option<&'a Space> {
    look.view.site.space_of(row).and_then(|id| look.view.site.spaces.get(&id))
}

/// What content is called.
pub fn title(row: &Content) -> String {
    if row.title.is_empty() { "(without a title)".to_owned() } else { row.title.clone() }
}

fn show(look: &Look<'_>, row: &Content) -> Made {
    let content = html! {
        (head(look, row))
        @if row.original.is_some() {
            p .note { "This is version " (row.number) ". " a href=(look.to(&page_path(live(look, row).id))) { "The current version" } }
        } @else if row.status != Status::Current {
            p .note { "Its state is: " (row.status.word()) "." }
        }
        article aria-label="Text" { (body(look, row, 1)?) }
        @if row.original.is_none() { (hanging(look, row)?) }
    };
    Ok((title(row), content))
}

/// What hangs on a page. What there is none of is told in one sentence, so that nobody scrolls past empty headings.
fn hanging(look: &Look<'_>, row: &Content) -> Result<Markup, Refusal> {
    let site = look.view.site;
    let path = format!("{}&", page_path(row.id));
    let (below, labels) = (children(look, row), labels(look, row));
    let has_files = site.held(row.id, ContentKind::Attachment).next().is_some();
    let has_comments = site.held(row.id, ContentKind::Comment).any(|comment| comment.status == Status::Current);
    let all = [
        ("child pages", below.is_some()),
        ("labels", labels.is_some()),
        ("attachments", has_files),
        ("comments", has_comments),
    ];
    let none: Vec<&str> = all.iter().filter(|(_, any)| !any).map(|(word, _)| *word).collect();
    let none = match none.split_last() {
        Some((last, [])) => (*last).to_owned(),
        Some((last, before)) => format!("{} and no {last}", before.join(", no ")),
        None => String::new(),
    };
    Ok(html! {
        @if !none.is_empty() { p .note { "There are no " (none) "." } }
        @if let Some(below) = below { h2 #children { "Child pages" } (below) }
        @if let Some(labels) = labels { h2 #labels { "Labels" } (labels) }
        h2 #restrictions { "Restrictions" } (restrictions(look, row))
        @if has_files { h2 #attachments { "Attachments" } (files(look, row, &path)?) }
        @if has_comments { h2 #comments { "Comments" } (comments(look, row)?) }
        h2 #history { "History" } (versions(look, row, &path)?)
    })
}

/// Where a page is, and who wrote this version when.
pub fn head(look: &Look<'_>, row: &Content) -> Markup {
    html! {
        nav aria-label="Where it is" {
            p {
                @if let Some(space) = space(look, row) { a href=(look.to(&path(space))) { (name(space)) } }
                @for above in look.view.site.ancestors(live(look, row)) { " / " a href=(look.to(&page_path(above.id))) { (title(above)) } }
            }
        }
        p {
            "Version " (row.number) ", by " (who(look, row.modifier.as_deref().or(row.creator.as_deref()))) ", "
            (when(row.modified.as_deref().or(row.created.as_deref())))
            @if row.kind == ContentKind::BlogPost { ". A blog post of " (when(row.created.as_deref())) }
            "."
        }
    }
}

/// The pages right below, in the order of the page tree.
fn children(look: &Look<'_>, row: &Content) -> Option<Markup> {
    let mut found: Vec<&Content> = look.view.site.pages_below(row).collect();
    found.sort_by_key(|child| (child.position.unwrap_or(i64::MAX), &child.title, child.id));
    (!found.is_empty()).then(|| html! {
        ul { @for child in found.iter().take(1_000) { li { a href=(look.to(&page_path(child.id))) { (title(child)) } } } }
        @if found.len() > 1_000 { p { "And " (found.len() - 1_000) " more; the list of the space's pages has them all." } }
    })
}

fn labels(look: &Look<'_>, row: &Content) -> Option<Markup> {
    let labels: Vec<_> = row.labels.iter().filter_map(|id| look.view.site.labels.get(id)).collect();
    (!labels.is_empty()).then(|| {
        html! {
            ul { @for label in labels { li { @if label.prefix != "global" { (label.prefix) ":" } (label.name) } } }
        }
    })
}

fn restrictions(look: &Look<'_>, row: &Content) -> Markup {
    let of = |row: &Content, operation| -> Vec<String> {
        row.restrictions
            .iter()
            .filter(|one| one.operation == operation)
            .map(|one| subject(look, &one.subject))
            .collect()
    };
    let above: Vec<(&Content, Vec<String>)> =
        look.view.site.ancestors(row).into_iter().map(|above| (above, of(above, Operation::Read))).collect();
    html! {
        dl {
            @for (operation, word) in [(Operation::Read, "View"), (Operation::Update, "Edit")] {
                dt { (word) }
                dd { @let subjects = of(row, operation); @if subjects.is_empty() { "whoever the space lets" } @else { "only " (subjects.join(", ")) } }
            }
            @for (page, subjects) in above.iter().filter(|(_, subjects)| !subjects.is_empty()) {
                dt { "View, by " a href=(look.to(&page_path(page.id))) { (title(page)) } }
                dd { "only " (subjects.join(", ")) }
            }
        }
    }
}

/// `/pages/viewpreviousversions.action`.
pub fn history(look: &Look<'_>) -> Made {
    let row = live(look, asked(look)?);
    let content = html! { (head(look, row)) p { a href=(look.to(&page_path(row.id))) { "The page" } } (versions(look, row, &format!("/pages/viewpreviousversions.action?pageId={}&", row.id))?) };
    Ok((format!("History of {}", title(row)), content))
}

fn versions(look: &Look<'_>, row: &Content, path: &str) -> Result<Markup, Refusal> {
    let all: Vec<&Content> = std::iter::once(row).chain(look.view.site.versions(row)).collect();
    let shown = part(look, all.len())?;
    Ok(html! {
        div .wide role="region" aria-label="Versions" tabindex="0" {
            table {
                caption { "Versions: " (all.len()) }
                thead { tr { th scope="col" { "Version" } th scope="col" { "When" } th scope="col" { "By" } th scope="col" { "Note" } } }
                tbody {
                    @for version in all.get(shown.clone()).unwrap_or_default() {
                        tr {
                            th scope="row" { a href=(look.to(&page_path(version.id))) { "Version " (version.number) } @if version.id == row.id { " (current)" } }
                            td { (when(version.modified.as_deref().or(version.created.as_deref()))) }
                            td { (who(look, version.modifier.as_deref().or(version.creator.as_deref()))) }
                            td { (version.message.as_deref().unwrap_or_default()) }
                        }
                    }
                }
            }
        }
        (pager(look, path, &shown, all.len()))
    })
}
