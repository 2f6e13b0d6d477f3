//! Small things that several pages show.

use maud::{Markup, PreEscaped, html};

use super::Look;
use super::storage::{Place, render, verbatim};
use crate::mock::answer::Refusal;
use crate::mock::store::{Content, ContentKind, File, Status, Subject};

/// Where content of this id is.
pub fn page_path(id: u64) -> String {
    format!("/pages/viewpage.action?pageId={id}")
}

/// Digits of a wall clock, for people.
pub fn when(digits: Option<&str>) -> Markup {
    html! {
        @match digits.and_then(crate::model::wall_clock) {
            Some(digits) => { (digits.get(..16).unwrap_or(&digits)) }
            None => "at an unknown time",
        }
    }
}

/// What a user is called; nobody is anonymous.
pub fn who(look: &Look<'_>, key: Option<&str>) -> String {
    let Some(key) = key else { return "Anonymous".to_owned() };
    named(look, key).unwrap_or_else(|| format!("an unknown user ({key})"))
}

fn named(look: &Look<'_>, key: &str) -> Option<String> {
    let site = look.view.site;
    let name = site.users.get(key)?;
    let account = site.accounts.get(&name.to_lowercase());
    Some(account.and_then(|account| account.display.as_ref()).unwrap_or(name).clone())
}

/// Who is meant by a restriction.
pub fn subject(look: &Look<'_>, subject: &Subject) -> String {
    match subject {
        Subject::User(key) => who(look, Some(key)),
        Subject::Group(name) => format!("group {name}"),
        Subject::All(name) => name.clone(),
        Subject::Anonymous => "everybody".to_owned(),
    }
}

/// The text of content, below a heading of this level.
pub fn body(look: &Look<'_>, row: &Content, level: u8) -> Result<Markup, Refusal> {
    let Some(span) = row.body else { return Ok(html! { p .note { "There is no text." } }) };
    let source = look.text(Some(span))?;
    let site = look.view.site;
    let space = site.space_of(row).and_then(|id| site.spaces.get(&id)).map_or("", |space| space.key.as_str());
    let own = row.original.unwrap_or(row.id);
    let holder = site.content.get(&own).and_then(|live| live.container).unwrap_or(own);
    let user = |key: &str| named(look, key);
    let picture = |page: Option<(&str, &str)>, name: &str| {
        let holder = page.map_or(Some(holder), |(key, title)| Some(titled(look, key, title)?.id))?;
        has_picture(look, holder, name).then_some(holder)
    };
    let place = Place { context: look.view.context, space, holder, level, user: &user, picture: &picture };
    let shown = if row.is_wiki() { verbatim(&source, &place) } else { render(&source, &place) };
    Ok(html! {
        @if source.is_empty() { p .note { "The text is empty." } } @else { div .text { (PreEscaped(shown)) } }
    })
}

/// The page or blog post of this title, a current one before others.
pub fn titled<'a>(look: &Look<'a>, key: &str, title: &str) -> Option<&'a Content> {
    let site = look.view.site;
    let space = site.space(key)?;
    let paged = |row: &&Content| matches!(row.kind, ContentKind::Page | ContentKind::BlogPost) && row.title == title;
    let found = site.content.indexes().titled(title).filter_map(|id| site.content.get(&id)).filter(paged);
    let mut found = found.filter(|row| row.original.is_none() && site.space_of(row) == Some(space.id));
    let first = found.next()?;
    Some(std::iter::once(first).chain(found).find(|row| row.status == Status::Current).unwrap_or(first))
}

/// Pictures that browsers show and that hold nothing but a picture; SVG is a document.
const PICTURES: [&str; 5] = ["image/png", "image/jpeg", "image/gif", "image/webp", "image/bmp"];

/// Whether content holds a picture of this name that can be shown.
fn has_picture(look: &Look<'_>, holder: u64, name: &str) -> bool {
    let site = look.view.site;
    let hangs = |id: &u64| site.content.head(*id).is_some_and(|head| head.container() == Some(holder));
    let mut rows = site.content.indexes().titled(name).filter(hangs).filter_map(|id| site.content.get(&id));
    rows.any(|row| row.title == name && row.status == Status::Current && row.file.as_ref().is_some_and(is_picture))
}

/// Whether a file is a picture, and as long as its row says: of another one nobody should think that it is what was there.
fn is_picture(file: &File) -> bool {
    let is_whole = file.bytes.as_ref().is_some_and(|bytes| file.size.is_none_or(|told| told == bytes.length));
    is_whole && file.media_type.as_deref().is_some_and(|own| PICTURES.contains(&own))
}

/// A number of bytes.
pub fn size(bytes: u64) -> String {
    match bytes {
        0..10_000 => format!("{bytes} bytes"),
        10_000..10_000_000 => format!("{} kB", bytes / 1_000),
        _ => format!("{} MB", bytes / 1_000_000),
    }
}
