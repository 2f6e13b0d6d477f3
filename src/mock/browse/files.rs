//! The files that hang on a page.

use std::cmp::Reverse;

use maud::{Markup, html};

use super::listing::{pager, part};
use super::page::{asked, head, title};
use super::parts::{page_path, size, when, who};
use super::{Look, Made};
use crate::mock::answer::Refusal;
use crate::mock::shapes::encode;
use crate::mock::store::{Content, ContentKind, Status};

/// `/pages/viewpageattachments.action`.
pub fn attachments(look: &Look<'_>) -> Made {
    let row = asked(look)?;
    let content = html! { (head(look, row)) p { a href=(look.to(&page_path(row.id))) { "The page" } } (files(look, row, &format!("/pages/viewpageattachments.action?pageId={}&", row.id))?) };
    Ok((format!("Attachments of {}", title(row)), content))
}

/// The attachments of a page with their versions, by name.
pub fn files(look: &Look<'_>, row: &Content, path: &str) -> Result<Markup, Refusal> {
    let site = look.view.site;
    let of = |live| std::iter::once(live).chain(site.versions(live));
    let mut live: Vec<&Content> = site.held(row.id, ContentKind::Attachment).collect();
    live.sort_by_key(|row| (row.title.to_lowercase(), row.status != Status::Current, Reverse(row.number), row.id));
    let found: Vec<&Content> = live.into_iter().flat_map(of).collect();
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
                @if let (Some(told), true) = (file.size, file.size != bytes) { ", " strong { "should have " (told) " bytes" } }
            }
            td { (file.media_type.as_deref().unwrap_or("not told")) }
            td { (who(look, row.modifier.as_deref().or(row.creator.as_deref()))) }
            td { (when(row.modified.as_deref().or(row.created.as_deref()))) @if let Some(message) = row.message.as_deref().filter(|text| !text.is_empty()) { br; (message) } }
        }
    }
}
