use std::time::Instant;

use axum::http::StatusCode;

use super::lengths;
use crate::mock::answer::{Answer, Refusal};
use crate::mock::cql::{self, CqlError, Filter, Hit};
use crate::mock::expand::Expand;
use crate::mock::json::Json;
use crate::mock::paging::{Page, Searched};
use crate::mock::server::Call;
use crate::mock::shapes;

impl From<CqlError> for Refusal {
    fn from(error: CqlError) -> Self {
        Self { status: StatusCode::BAD_REQUEST, message: error.to_string() }
    }
}

/// `GET content/search`: content that fits a query.
pub fn content_search(call: &Call<'_>) -> Answer<Json> {
    let expand = call.ask.expand();
    answer(call, false, &expand, |hit, to| match hit {
        Hit::Content(row) => shapes::content(&call.view, row, &expand, to),
        Hit::Space(_) | Hit::User(_) => Err(Refusal::broken(&"only content was searched for")),
    })
}

/// `GET search`: rows about content, spaces and users that fit a query.
pub fn search(call: &Call<'_>) -> Answer<Json> {
    let expand = call.ask.expand();
    let excerpt = call.ask.get("excerpt") != Some("none");
    answer(call, true, expand.under("content"), |hit, to| shapes::found(&call.view, hit, &expand, excerpt, to))
}

/// A list with the query, its duration in milliseconds and the number of all that fits behind it (docs/confluence.md, R23).
fn answer<'a>(
    call: &Call<'a>,
    all: bool,
    expand: &Expand,
    shape: impl FnMut(Hit<'a>, &mut Json) -> Answer<()>,
) -> Answer<Json> {
    let began = Instant::now();
    let query = call.ask.get("cql").ok_or_else(|| Refusal::bad_request("A cql query is needed"))?;
    let now = jiff::tz::TimeZone::UTC.to_datetime(jiff::Timestamp::now());
    let filter = Filter::new(cql::parse(query)?, query, now, call.view.caller_name().unwrap_or_default())?;
    let archived = call.ask.get("includeArchivedSpaces") == Some("true");
    let hits = filter.hits(&call.view, archived, all)?;
    let searched = Searched { query, began, total: hits.len() };
    let mut to = Json::default();
    let page = Page::take(&call.view, &call.ask, lengths(call, expand, 25), hits.into_iter())?;
    page.write(&call.view, &call.ask, Some(&searched), &mut to, shape)?;
    Ok(to)
}
