//! A page, a blog post or an older version of one: its text and what hangs on it.

use std::collections::{HashMap, HashSet};

use maud::{Markup, html};

use super::listing::{nested, pager, part};
use super::parts::{body, page_path, size, subject, when, who};
use super::spaces::{name, path};
use super::{Look, Made};
use crate::mock::answer::Refusal;
use crate::mock::shapes::encode;
use crate::mock::store::{Content, ContentKind, Operation, Space, Status};

/// `/pages/viewpage.action`, by `pageId`, or by `spaceKey` and `title`.
pub fn by_query(look: &Look<'_>) -> Made {
    match (look.ask.get("pageId"), look.ask.get("spaceKey"), look.ask.get("title")) {
        (None, Some(key), Some(title)) => show(look, titled(look, key, title)?),
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
        titled(look, key, title).or_else(|refusal| titled(look, key, &title.replace('+', " ")).map_err(|_| refusal))?;
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

fn titled<'a>(look: &Look<'a>, key: &str, title: &str) -> Result<&'a Content, Refusal> {
    let site = look.view.site;
    let missing = || Refusal::not_found(format!("There is no page called “{title}” in the space {key}."));
    let space = site.space(key).ok_or_else(missing)?;
    let of = |kind| site.listed(Some(space.id), kind).filter_map(|id| site.content.get(&id));
    let mut rows = of(ContentKind::Page).chain(of(ContentKind::BlogPost)).filter(|row| row.title == title);
    let first = rows.next().ok_or_else(missing)?;
    Ok(std::iter::once(first).chain(rows).find(|row| row.status == Status::Current).unwrap_or(first))
}

fn asked<'a>(look: &Look<'a>) -> Result<&'a Content, Refusal> {
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

fn title(row: &Content) -> String {
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
        @if row.original.is_none() {
            h2 { "Child pages" } (children(look, row))
            h2 { "Labels" } (labels(look, row))
            h2 { "Restrictions" } (restrictions(look, row))
            h2 #attachments { "Attachments" } (files(look, row, &format!("{}&", page_path(row.id)))?)
            h2 #comments { "Comments" } (comments(look, row)?)
            h2 #history { "History" } (versions(look, row, &format!("{}&", page_path(row.id)))?)
        }
    };
    Ok((title(row), content))
}

fn head(look: &Look<'_>, row: &Content) -> Markup {
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

fn children(look: &Look<'_>, row: &Content) -> Markup {
    let site = look.view.site;
    let pages = site.listed(site.space_of(row), ContentKind::Page).filter_map(|id| site.content.get(&id));
    let found: Vec<&Content> =
        pages.filter(|child| child.parent == Some(row.id) && child.status == Status::Current).collect();
    html! {
        @if found.is_empty() { p { "None." } } @else {
            ul { @for child in found.iter().take(1_000) { li { a href=(look.to(&page_path(child.id))) { (title(child)) } } } }
            @if found.len() > 1_000 { p { "And " (found.len() - 1_000) " more; the list of the space's pages has them all." } }
        }
    }
}

fn labels(look: &Look<'_>, row: &Content) -> Markup {
    let labels: Vec<_> = row.labels.iter().filter_map(|id| look.view.site.labels.get(id)).collect();
    html! {
        @if labels.is_empty() { p { "None." } } @else {
            ul { @for label in labels { li { @if label.prefix != "global" { (label.prefix) ":" } (label.name) } } }
        }
    }
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

/// `/pages/viewpageattachments.action`.
pub fn attachments(look: &Look<'_>) -> Made {
    let row = asked(look)?;
    let content = html! { (head(look, row)) p { a href=(look.to(&page_path(row.id))) { "The page" } } (files(look, row, &format!("/pages/viewpageattachments.action?pageId={}&", row.id))?) };
    Ok((format!("Attachments of {}", title(row)), content))
}

fn files(look: &Look<'_>, row: &Content, path: &str) -> Result<Markup, Refusal> {
    let site = look.view.site;
    let of = |live| std::iter::once(live).chain(site.versions(live));
    let found: Vec<&Content> = site.held(row.id, ContentKind::Attachment).flat_map(of).collect();
    let shown = part(look, found.len())?;
    Ok(html! {
        @if found.is_empty() { p { "None." } } @else {
            div .wide role="region" aria-label="Attachments" tabindex="0" {
                table {
                    caption { "Attachments and their versions: " (found.len()) }
                    thead { tr { th scope="col" { "File" } th scope="col" { "Version" } th scope="col" { "Size" } th scope="col" { "Type" } th scope="col" { "By" } th scope="col" { "When" } } }
                    tbody { @for file in found.get(shown.clone()).unwrap_or_default() { (file_row(look, row, file)) } }
                }
            }
            (pager(look, path, &shown, found.len()))
        }
    })
}

fn file_row(look: &Look<'_>, holder: &Content, row: &Content) -> Markup {
    let file = row.file.clone().unwrap_or_default();
    let link = format!("/download/attachments/{}/{}?version={}", holder.id, encode(&row.title), row.number);
    let bytes = file.bytes.as_ref().map(|bytes| bytes.length);
    html! {
        tr {
            th scope="row" { @if bytes.is_some() { a href=(look.to(&link)) { (title(row)) } } @else { (title(row)) } @if row.status == Status::Trashed { " (in the trash)" } }
            td { (row.number) }
            td {
                @match bytes { Some(bytes) => { (size(bytes)) } None => { strong { "its bytes are not in the backup" } } }
                @if let (Some(told), true) = (file.size, file.size != bytes) { ", should have " (told) " bytes" }
            }
            td { (file.media_type.as_deref().unwrap_or("not told")) }
            td { (who(look, row.modifier.as_deref().or(row.creator.as_deref()))) }
            td { (when(row.modified.as_deref().or(row.created.as_deref()))) @if let Some(message) = row.message.as_deref().filter(|text| !text.is_empty()) { br; (message) } }
        }
    }
}

fn comments(look: &Look<'_>, row: &Content) -> Result<Markup, Refusal> {
    let all: Vec<&Content> =
        look.view.site.held(row.id, ContentKind::Comment).filter(|comment| comment.status == Status::Current).collect();
    let known: HashSet<u64> = all.iter().map(|comment| comment.id).collect();
    let mut answers: HashMap<Option<u64>, Vec<&Content>> = HashMap::new();
    for comment in all.iter().rev() {
        answers.entry(comment.parent.filter(|parent| known.contains(parent))).or_default().push(comment);
    }
    let mut order = Vec::new();
    let mut next: Vec<(usize, &Content)> =
        answers.remove(&None).unwrap_or_default().into_iter().map(|one| (0, one)).collect();
    while let Some((depth, comment)) = next.pop() {
        order.push((depth, comment));
        next.extend(answers.remove(&Some(comment.id)).unwrap_or_default().into_iter().map(|one| (depth + 1, one)));
    }
    // Comments that answer one another in a circle begin nowhere.
    let placed: HashSet<u64> = order.iter().map(|(_, comment)| comment.id).collect();
    order.extend(all.iter().filter(|comment| !placed.contains(&comment.id)).map(|comment| (0, *comment)));
    let shown = part(look, order.len())?;
    let mut entries = Vec::new();
    for (depth, comment) in order.get(shown.clone()).unwrap_or_default() {
        entries.push((*depth, one_comment(look, comment)?));
    }
    Ok(html! {
        @if entries.is_empty() { p { "None." } }
        (nested(&entries, Clone::clone))
        (pager(look, &format!("{}&", page_path(row.id)), &shown, order.len()))
    })
}

fn one_comment(look: &Look<'_>, row: &Content) -> Result<Markup, Refusal> {
    let status = row.inline.as_ref().map(|inline| inline.status.as_deref().unwrap_or("open"));
    Ok(html! {
        p id=(format!("comment-{}", row.id)) {
            strong { (who(look, row.creator.as_deref())) } ", " (when(row.created.as_deref()))
            @if let Some(status) = status { ". Inline comment: " (status) }
            @if let Some(by) = row.inline.as_ref().and_then(|inline| inline.status_by.as_deref()) { " by " (who(look, Some(by))) }
        }
        @if let Some(selection) = row.inline.as_ref().and_then(|inline| inline.selection.as_deref()) { blockquote { mark { (selection) } } }
        (body(look, row, 2)?)
    })
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
                            th scope="row" { a href=(look.to(&page_path(version.id))) { "Version " (version.number) } }
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
