//! The lists of v2: `results` and `_links`, an opaque cursor, no sizes (docs/confluence.md, R62).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::unsupported;
use crate::mock::answer::{Answer, Refusal};
use crate::mock::paging::query;
use crate::mock::server::Call;

/// Where a request doesn't say.
const DEFAULT: usize = 25;

/// However much a request asks for.
const MOST: usize = 250;

/// A page of a list. `items` are all of it; `shape` makes the JSON of one.
pub fn list<T>(call: &Call<'_>, items: impl Iterator<Item = T>, shape: impl FnMut(T) -> Answer) -> Answer {
    let (view, ask) = (&call.view, &call.ask);
    let settings = view.settings;
    let most = if ask.get("body-format").is_some() { settings.limit_with_bodies } else { settings.limit };
    let limit = ask.number::<usize>("limit")?.unwrap_or(DEFAULT);
    if limit == 0 {
        return Err(Refusal::bad_request("limit must be at least 1"));
    }
    let limit = limit.min(MOST).min(most).max(1);
    let start = ask.get("cursor").map(decode).transpose()?.unwrap_or(0);
    let mut page: Vec<T> = items.skip(start).take(limit + 1).collect();
    let more = page.len() > limit;
    page.truncate(limit);
    if more && view.troubles.drops_page(&ask.path) {
        page.clear();
    }
    let results = page.into_iter().map(shape).collect::<Result<Vec<Value>, Refusal>>()?;
    let mut links = json!({ "base": view.base });
    if let (true, Value::Object(links)) = (more && !view.troubles.ends_early(&ask.path), &mut links) {
        let next = encode(if view.troubles.self_next(&ask.path) { start } else { start + limit });
        let query = query(ask, &["cursor", "limit"], &[("limit", &limit.to_string()), ("cursor", &next)]);
        links.insert("next".into(), format!("{}{}{query}", view.context, ask.path).into());
    }
    Ok(json!({ "results": results, "_links": links }))
}

/// Refuses an order that the mock doesn't have; `own` is the one that it has.
pub fn in_order(call: &Call<'_>, own: &str) -> Result<(), Refusal> {
    match call.ask.get("sort") {
        Some(sort) if sort != own => {
            Err(unsupported(format!("the mock sorts this list by {own} alone, not by {sort}")))
        }
        Some(_) | None => Ok(()),
    }
}

fn encode(start: usize) -> String {
    URL_SAFE_NO_PAD.encode(format!("behind:{start}"))
}

fn decode(cursor: &str) -> Result<usize, Refusal> {
    let bytes = URL_SAFE_NO_PAD.decode(cursor).ok();
    let text = bytes.and_then(|bytes| String::from_utf8(bytes).ok());
    let start = text.and_then(|text| text.strip_prefix("behind:")?.parse().ok());
    start.ok_or_else(|| Refusal::bad_request(format!("Invalid cursor: {cursor}")))
}
