use std::time::Instant;

use axum::http::StatusCode;
use serde_json::Value;

use super::lengths;
use crate::mock::answer::{Answer, Refusal};
use crate::mock::cql::{self, CqlError, Filter, Hit};
use crate::mock::expand::Expand;
use crate::mock::paging::offset;
use crate::mock::server::Call;
use crate::mock::shapes;

impl From<CqlError> for Refusal {
    fn from(error: CqlError) -> Self {
        Self { status: StatusCode::BAD_REQUEST, message: error.to_string() }
    }
}

/// `GET content/search`: content that fits a query.
pub fn content_search(call: &Call<'_>) -> Answer {
    let expand = call.ask.expand();
    answer(call, false, &expand, |hit| match hit {
        Hit::Content(row) => shapes::content(&call.view, row, &expand),
        Hit::Space(_) | Hit::User(_) => Err(Refusal::broken(&"only content was searched for")),
    })
}

/// `GET search`: rows about content, spaces and users that fit a query.
pub fn search(call: &Call<'_>) -> Answer {
    let expand = call.ask.expand();
    let excerpt = call.ask.get("excerpt") != Some("none");
    answer(call, true, &expand.under("content"), |hit| shapes::found(&call.view, hit, &expand, excerpt))
}

/// A list with the query, its duration in milliseconds and the number of all that fits behind it (docs/confluence.md, R23).
fn answer<'a>(call: &Call<'a>, all: bool, expand: &Expand, shape: impl FnMut(Hit<'a>) -> Answer) -> Answer {
    let began = Instant::now();
    let query = call.ask.get("cql").ok_or_else(|| Refusal::bad_request("A cql query is needed"))?;
    let now = jiff::tz::TimeZone::UTC.to_datetime(jiff::Timestamp::now());
    let filter = Filter::new(cql::parse(query)?, query, now, call.view.caller_name().unwrap_or_default())?;
    let archived = call.ask.get("includeArchivedSpaces") == Some("true");
    let hits = filter.hits(&call.view, archived, all)?;
    let total = hits.len();
    let mut list = offset(&call.view, &call.ask, lengths(call, expand, 25), hits.into_iter(), shape)?;
    if let Value::Object(list) = &mut list {
        list.insert("cqlQuery".into(), query.into());
        list.insert("searchDuration".into(), u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX).into());
        list.insert("totalSize".into(), total.into());
    }
    Ok(list)
}
