use axum::http::StatusCode;

use super::lengths;
use crate::mock::answer::{Answer, Refusal};
use crate::mock::expand::Expand;
use crate::mock::json::Json;
use crate::mock::paging::{Page, cursor, offset, scan as scan_page};
use crate::mock::server::Call;
use crate::mock::shapes;
use crate::mock::store::{Content, ContentKind, Head, Site, Status};

/// Which content a list is about.
struct Filter {
    kind: ContentKind,
    statuses: Vec<Status>,
    space: Option<u64>,
}

fn filter(call: &Call<'_>) -> Result<Filter, Refusal> {
    let word = call.ask.get("type").unwrap_or("page");
    let unsupported =
        |what: &str| Refusal { status: StatusCode::NOT_IMPLEMENTED, message: format!("{what} is not supported") };
    let kind = ContentKind::from_word(word).ok_or_else(|| unsupported(&format!("Content type {word}")))?;
    let mut statuses = Vec::new();
    for word in call.ask.list("status") {
        match word {
            "current" => statuses.push(Status::Current),
            "archived" => statuses.push(Status::Archived),
            "trashed" => statuses.push(Status::Trashed),
            "draft" => statuses.push(Status::Draft),
            "any" => statuses.extend([Status::Current, Status::Trashed]),
            "historical" => return Err(unsupported("Status historical of a list")),
            _ => return Err(Refusal::bad_request(format!("Unknown status: {word}"))),
        }
    }
    if statuses.is_empty() {
        statuses.push(Status::Current);
    }
    // An unknown space is 404, while an unknown title is an empty list (docs/confluence.md, R11).
    let space = match call.ask.get("spaceKey") {
        Some(key) => {
            let found = call.view.site.space(key);
            Some(found.ok_or_else(|| Refusal::not_found(format!("No space with key : {key}")))?.id)
        }
        None => None,
    };
    Ok(Filter { kind, statuses, space })
}

impl Filter {
    fn takes(&self, head: &Head) -> bool {
        self.statuses.contains(&head.status)
    }
}

/// `GET content`.
pub fn contents(call: &Call<'_>) -> Answer<Json> {
    let (filter, expand) = (filter(call)?, call.ask.expand());
    let site = call.view.site;
    let takes = |id: &u64| site.content.head(*id).is_some_and(|head| filter.takes(head));
    let shape = |id: u64, to: &mut Json| shapes::content(&call.view, row(site, id)?, &expand, to);
    let lengths = lengths(call, &expand, 25);
    let Some(title) = call.ask.get("title") else {
        let page = Page::take(&call.view, &call.ask, lengths, site.listed(filter.space, filter.kind).filter(takes))?;
        site.read_ahead(&page.items, with_texts(&expand));
        let mut to = Json::default();
        page.write(&call.view, &call.ask, None, &mut to, shape)?;
        return Ok(to);
    };
    let of_kind = |id: &u64| {
        let space = |head: &Head| filter.space.is_none_or(|space| site.space_of_head(head) == Some(space));
        site.content.head(*id).is_some_and(|head| head.kind == filter.kind && space(head))
    };
    let called = |id: &u64| site.content.get(id).is_some_and(|row| row.title == title);
    let found = site.content.indexes().titled(title).filter(of_kind).filter(takes).filter(called);
    offset(&call.view, &call.ask, lengths, found, shape)
}

fn row(site: &Site, id: u64) -> Result<&Content, Refusal> {
    site.content.get(&id).ok_or_else(|| Refusal::broken(&"a row is gone"))
}

/// `GET content/scan`: by rising id behind a cursor; pages, and with `type` blog posts and comments too.
pub fn scan(call: &Call<'_>) -> Answer<Json> {
    let (filter, expand) = (filter(call)?, call.ask.expand());
    let site = call.view.site;
    let rest = site.listed_behind(filter.space, filter.kind, cursor(&call.ask)?);
    let found = rest.filter(|id| site.content.head(*id).is_some_and(|head| filter.takes(head)));
    let word = if filter.kind == ContentKind::Page { "content" } else { filter.kind.word() };
    let shape = |id: u64, to: &mut Json| shapes::content(&call.view, row(site, id)?, &expand, to);
    let before = |ids: &[u64]| site.read_ahead(ids, with_texts(&expand));
    scan_page(&call.view, &call.ask, lengths(call, &expand, 25), word, found, before, shape)
}

/// Whether the texts of a list's own items are to be shown.
pub fn with_texts(expand: &Expand) -> bool {
    expand.has("body.storage")
}
