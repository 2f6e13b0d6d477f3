use serde_json::json;

use super::paging::{in_order, list};
use super::shapes::{self, Parts};
use super::unsupported;
use crate::mock::answer::{Answer, Refusal};
use crate::mock::server::Call;
use crate::mock::store::{Content, ContentKind, Status};

/// `GET pages` and `GET blogposts`.
pub fn contents(call: &Call<'_>, kind: ContentKind) -> Answer {
    let spaces = call
        .ask
        .list("space-id")
        .into_iter()
        .map(|id| id.parse().map_err(|_| Refusal::bad_request(format!("Invalid space id: {id}"))));
    listed(call, kind, &spaces.collect::<Result<Vec<u64>, _>>()?)
}

/// Content of some spaces, or of all where none is named.
pub fn listed(call: &Call<'_>, kind: ContentKind, spaces: &[u64]) -> Answer {
    in_order(call, "id")?;
    let (site, ask, parts) = (call.view.site, &call.ask, Parts::asked(&call.ask)?);
    let usual: &[Status] =
        if kind == ContentKind::Page { &[Status::Current, Status::Archived] } else { &[Status::Current] };
    let (statuses, ids, title) = (statuses(call, usual)?, ask.list("id"), ask.get("title"));
    let root = match ask.get("depth") {
        None | Some("all") => false,
        Some("root") => true,
        Some(depth) => return Err(Refusal::bad_request(format!("Invalid depth: {depth}"))),
    };
    let wanted = |row: &&Content| {
        statuses.contains(&row.status)
            && (spaces.is_empty() || site.space_of(row).is_some_and(|space| spaces.contains(&space)))
            && (ids.is_empty() || ids.contains(&row.id.to_string().as_str()))
            && title.is_none_or(|title| row.title == title)
            && (!root || site.ancestors(row).is_empty())
    };
    let rows = site.listed(None, kind).filter_map(|id| site.content.get(&id));
    list(call, rows.filter(wanted), |row| shapes::content(&call.view, row, &parts))
}

/// `GET pages/{id}` and `GET blogposts/{id}`: what lies in the trash is answered too (R64); a draft must be asked for, and an older version
/// by its number.
pub fn one_content(call: &Call<'_>, kind: ContentKind) -> Answer {
    let (live, parts) = (found(call, kind)?, Parts::asked(&call.ask)?);
    let row = match call.ask.number::<u64>("version")? {
        Some(number) if number != live.number => {
            let versions = call.view.site.versions(live);
            versions.into_iter().find(|row| row.number == number).ok_or_else(|| missing(call, kind))?
        }
        Some(_) | None => live,
    };
    let wants_draft = call.ask.get("get-draft") == Some("true") || call.ask.list("status").contains(&"draft");
    if row.status == Status::Draft && !wants_draft {
        return Err(missing(call, kind));
    }
    Ok(shapes::outermost(&call.view, shapes::content(&call.view, row, &parts)?))
}

/// `GET pages/{id}/children`.
pub fn children(call: &Call<'_>) -> Answer {
    let found = below(call)?;
    list(call, found, |row| {
        let space = call.view.site.space_of(row).map(|id| id.to_string());
        Ok(json!({ "id": row.id.to_string(), "status": row.status.word(), "title": row.title, "spaceId": space,
                   "childPosition": row.position }))
    })
}

/// `GET pages/{id}/direct-children`: pages alone, as the mock has nothing else below a page.
pub fn direct_children(call: &Call<'_>) -> Answer {
    let found = below(call)?;
    list(call, found, |row| Ok(shapes::direct_child(row)))
}

/// `GET pages/{id}/ancestors`: root first.
pub fn ancestors(call: &Call<'_>) -> Answer {
    let chain = call.view.site.ancestors(found(call, ContentKind::Page)?);
    list(call, chain.into_iter(), |row| Ok(json!({ "id": row.id.to_string(), "type": row.kind.word() })))
}

fn below<'a>(call: &Call<'a>) -> Result<impl Iterator<Item = &'a Content> + use<'a>, Refusal> {
    in_order(call, "id")?;
    Ok(call.view.site.pages_below(found(call, ContentKind::Page)?))
}

/// The row of the path's id, of this kind; older versions have no id of their own.
pub fn found<'a>(call: &Call<'a>, kind: ContentKind) -> Result<&'a Content, Refusal> {
    let id = call.name("id");
    let digits = if kind == ContentKind::Attachment { id.strip_prefix("att").unwrap_or(id) } else { id };
    let number = digits.parse::<u64>().map_err(|_| Refusal::bad_request(format!("Invalid id: {id}")))?;
    let fits = |row: &&Content| row.kind == kind && row.original.is_none();
    call.view.site.content.get(&number).filter(fits).ok_or_else(|| missing(call, kind))
}

/// An error that is about the thing names it (R61).
pub fn missing(call: &Call<'_>, kind: ContentKind) -> Refusal {
    Refusal::not_found(format!("Cannot find a {} with id [{}]", kind.word(), call.name("id")))
}

/// The statuses that the request wants; `usual` where it doesn't say.
pub fn statuses(call: &Call<'_>, usual: &[Status]) -> Result<Vec<Status>, Refusal> {
    let words = call.ask.list("status");
    if words.is_empty() {
        return Ok(usual.to_vec());
    }
    let known = words.into_iter().filter_map(|word| match word {
        "current" => Some(Ok(Status::Current)),
        "archived" => Some(Ok(Status::Archived)),
        "trashed" => Some(Ok(Status::Trashed)),
        "draft" => Some(Ok(Status::Draft)),
        // Purged content is in no package.
        "deleted" => None,
        "historical" => Some(Err(unsupported("the mock lists older versions below versions alone".to_owned()))),
        _ => Some(Err(Refusal::bad_request(format!("Invalid status: {word}")))),
    });
    known.collect()
}
