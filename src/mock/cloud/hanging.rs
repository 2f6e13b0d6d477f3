//! What hangs on content: comments, files, labels, versions, properties.

use super::contents::{found, missing, statuses};
use super::paging::{in_order, list};
use super::shapes::{self, Parts};
use crate::mock::answer::{Answer, Refusal};
use crate::mock::server::Call;
use crate::mock::shapes::{labels as labels_of, properties_of_content};
use crate::mock::store::{Content, ContentKind, Status};

/// Which comments a call is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    Footer,
    Inline,
}

/// `GET pages/{id}/footer-comments` and the like: those that answer none.
pub fn comments(call: &Call<'_>, kind: ContentKind, place: Place) -> Answer {
    let site = call.view.site;
    let holder = found(call, kind)?;
    let root = |row: &&Content| row.parent.is_none_or(|parent| !site.content.contains_key(&parent));
    comment_list(call, site.held(holder.id, ContentKind::Comment).filter(root), place)
}

/// `GET footer-comments` and `GET inline-comments`: all of the site, replies too.
pub fn all_comments(call: &Call<'_>, place: Place) -> Answer {
    let site = call.view.site;
    let rows = site.listed(None, ContentKind::Comment).filter_map(|id| site.content.get(&id));
    comment_list(call, rows, place)
}

/// `GET footer-comments/{id}`.
pub fn one_comment(call: &Call<'_>, place: Place) -> Answer {
    let (row, parts) = (comment(call, place)?, Parts::asked(&call.ask)?);
    Ok(shapes::outermost(&call.view, shapes::comment(&call.view, row, &parts)?))
}

/// `GET footer-comments/{id}/children`: the replies.
pub fn replies(call: &Call<'_>, place: Place) -> Answer {
    in_order(call, "id")?;
    let (row, parts) = (comment(call, place)?, Parts::asked(&call.ask)?);
    let all = row.container.map(|holder| call.view.site.held(holder, ContentKind::Comment)).into_iter().flatten();
    let found = all.filter(|reply| reply.parent == Some(row.id) && reply.status == Status::Current);
    list(call, found, |row| shapes::comment(&call.view, row, &parts))
}

fn comment<'a>(call: &Call<'a>, place: Place) -> Result<&'a Content, Refusal> {
    let row = found(call, ContentKind::Comment)?;
    if placed(call, row) == place { Ok(row) } else { Err(missing(call, ContentKind::Comment)) }
}

/// A reply is where the comment is that began it. The bound keeps a cycle from turning for ever.
fn placed(call: &Call<'_>, row: &Content) -> Place {
    let above = |row: &&Content| call.view.site.content.get(&row.parent?);
    let first = std::iter::successors(Some(row), above).take(1000).last().unwrap_or(row);
    if first.inline.is_some() { Place::Inline } else { Place::Footer }
}

fn comment_list<'a>(call: &Call<'a>, rows: impl Iterator<Item = &'a Content>, place: Place) -> Answer {
    in_order(call, "id")?;
    let (parts, statuses) = (Parts::asked(&call.ask)?, statuses(call, &[Status::Current])?);
    let wanted = call.ask.list("resolution-status");
    let resolved = |row: &Content| {
        let own = row.inline.as_ref().and_then(|inline| inline.status.as_deref()).unwrap_or("open");
        wanted.is_empty() || wanted.contains(&own)
    };
    let found = rows.filter(|row| placed(call, row) == place && statuses.contains(&row.status) && resolved(row));
    list(call, found, |row| shapes::comment(&call.view, row, &parts))
}

/// `GET pages/{id}/attachments`.
pub fn attachments(call: &Call<'_>, kind: ContentKind) -> Answer {
    attachment_list(call, call.view.site.held(found(call, kind)?.id, ContentKind::Attachment))
}

/// `GET attachments`.
pub fn all_attachments(call: &Call<'_>) -> Answer {
    let site = call.view.site;
    let rows = site.listed(None, ContentKind::Attachment).filter_map(|id| site.content.get(&id));
    attachment_list(call, rows)
}

fn attachment_list<'a>(call: &Call<'a>, rows: impl Iterator<Item = &'a Content>) -> Answer {
    in_order(call, "id")?;
    let statuses = statuses(call, &[Status::Current, Status::Archived])?;
    let (name, media_type) = (call.ask.get("filename"), call.ask.get("mediaType"));
    let wanted = |row: &&Content| {
        let own = row.file.as_ref().and_then(|file| file.media_type.as_deref());
        statuses.contains(&row.status)
            && name.is_none_or(|name| row.title == name)
            && media_type.is_none_or(|wanted| own == Some(wanted))
    };
    list(call, rows.filter(wanted), |row| shapes::attachment(&call.view, row))
}

/// `GET attachments/{id}`.
pub fn one_attachment(call: &Call<'_>) -> Answer {
    let row = found(call, ContentKind::Attachment)?;
    Ok(shapes::outermost(&call.view, shapes::attachment(&call.view, row)?))
}

/// `GET pages/{id}/labels` and the like.
pub fn labels(call: &Call<'_>, kind: ContentKind) -> Answer {
    label_list(call, Some(found(call, kind)?))
}

/// The labels of a row, or of none.
pub fn label_list(call: &Call<'_>, row: Option<&Content>) -> Answer {
    in_order(call, "id")?;
    let prefix = call.ask.get("prefix");
    let all = row.map(|row| labels_of(&call.view, row)).unwrap_or_default().into_iter();
    let found = all.filter(|label| prefix.is_none_or(|prefix| label.get("prefix").is_some_and(|own| own == prefix)));
    list(call, found, Ok)
}

/// `GET pages/{id}/versions` and the like: newest first, the live one included.
pub fn versions(call: &Call<'_>, kind: ContentKind) -> Answer {
    in_order(call, "-modified-date")?;
    let (live, parts) = (found(call, kind)?, Parts::asked(&call.ask)?);
    let all = std::iter::once(live).chain(call.view.site.versions(live));
    list(call, all, |row| shapes::listed_version(&call.view, row, &parts))
}

/// `GET pages/{id}/properties` and the like.
pub fn properties(call: &Call<'_>, kind: ContentKind) -> Answer {
    property_list(call, properties_of_content(call.view.site, found(call, kind)?))
}

/// What apps stored, by key where one is asked for.
pub fn property_list<'a>(call: &Call<'a>, rows: impl Iterator<Item = &'a Content>) -> Answer {
    in_order(call, "id")?;
    let key = call.ask.get("key");
    list(call, rows.filter(|row| key.is_none_or(|key| row.title == key)), |row| shapes::property(&call.view, row))
}

/// `GET pages/{id}/properties/{property}` and the like.
pub fn one_property(call: &Call<'_>, kind: ContentKind) -> Answer {
    property_of(call, properties_of_content(call.view.site, found(call, kind)?))
}

/// The one of these that the path names.
pub fn property_of<'a>(call: &Call<'a>, mut rows: impl Iterator<Item = &'a Content>) -> Answer {
    let id = call.name("property");
    let row = rows.find(|row| row.id.to_string() == id);
    shapes::property(&call.view, row.ok_or_else(|| Refusal::not_found(format!("No property with id {id}")))?)
}
