use axum::http::StatusCode;

use super::lengths;
use crate::mock::answer::{Answer, Refusal};
use crate::mock::paging::{cursor, offset, scan as scan_page};
use crate::mock::server::Call;
use crate::mock::shapes;
use crate::mock::store::{Content, ContentKind, Status};

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
    fn takes(&self, row: &Content) -> bool {
        self.statuses.contains(&row.status)
    }
}

/// `GET content`.
pub fn contents(call: &Call<'_>) -> Answer {
    let (filter, expand) = (filter(call)?, call.ask.expand());
    let site = call.view.site;
    let title = call.ask.get("title");
    let rows = site.listed(filter.space, filter.kind).iter().filter_map(|id| site.content.get(id));
    let found = rows.filter(|row| filter.takes(row) && title.is_none_or(|title| row.title == title));
    offset(&call.view, &call.ask, lengths(call, &expand, 25), found, |row| shapes::content(&call.view, row, &expand))
}

/// `GET content/scan`: by rising id behind a cursor; pages, and with `type` blog posts and comments too.
pub fn scan(call: &Call<'_>) -> Answer {
    let (filter, expand) = (filter(call)?, call.ask.expand());
    let site = call.view.site;
    let ids = site.listed(filter.space, filter.kind);
    let behind = cursor(&call.ask)?.map_or(0, |last| ids.partition_point(|id| *id <= last));
    let rest = ids.get(behind..).unwrap_or_default().iter().copied();
    let found = rest.filter(|id| site.content.get(id).is_some_and(|row| filter.takes(row)));
    let word = if filter.kind == ContentKind::Page { "content" } else { filter.kind.word() };
    let gone = || Refusal::broken(&"a row is gone");
    let shape = |id: u64| shapes::content(&call.view, site.content.get(&id).ok_or_else(gone)?, &expand);
    scan_page(&call.view, &call.ask, lengths(call, &expand, 25), word, found, shape)
}
