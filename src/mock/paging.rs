//! List envelopes: offset lists, and the cursor list of `content/scan` (docs/confluence.md, R9).

use serde_json::{Value, json};

use super::answer::{Answer, Ask, Refusal};
use super::shapes::{View, encode};

/// How long a page may be.
#[derive(Debug, Clone, Copy)]
pub struct Lengths {
    /// Where the request doesn't say.
    pub default: usize,
    /// However much the request asks for.
    pub most: usize,
}

/// A page of an offset list. `items` are all of the list; `shape` makes the JSON of one.
pub fn offset<T>(
    view: &View<'_>,
    ask: &Ask,
    lengths: Lengths,
    items: impl Iterator<Item = T>,
    mut shape: impl FnMut(T) -> Answer,
) -> Answer {
    let start = ask.number::<usize>("start")?.unwrap_or(0);
    let limit = ask.number::<usize>("limit")?.unwrap_or(lengths.default).min(lengths.most);
    let mut page: Vec<T> = items.skip(start).take(limit.saturating_add(1)).collect();
    let more = page.len() > limit;
    page.truncate(limit);
    if more && view.troubles.drops_page(&ask.path) {
        page.clear();
    }
    let results = page.into_iter().map(&mut shape).collect::<Result<Vec<Value>, Refusal>>()?;
    let mut links = links(view, ask);
    if more && !view.troubles.ends_early(&ask.path) {
        let next = if view.troubles.self_next(&ask.path) { start } else { start + limit };
        let query = query(ask, &["start", "limit"], &[("limit", &limit.to_string()), ("start", &next.to_string())]);
        set(&mut links, "next", format!("{}{query}", ask.path));
    }
    if start > 0 {
        let back = start.saturating_sub(limit).to_string();
        let query = query(ask, &["start", "limit"], &[("limit", &limit.to_string()), ("start", &back)]);
        set(&mut links, "prev", format!("{}{query}", ask.path));
    }
    Ok(json!({ "results": results, "start": start, "limit": limit, "size": results.len(), "_links": links }))
}

/// A page of a cursor list over ids in rising order; `ids` begin behind the cursor already.
pub fn scan(
    view: &View<'_>,
    ask: &Ask,
    lengths: Lengths,
    kind: &str,
    ids: impl Iterator<Item = u64>,
    mut shape: impl FnMut(u64) -> Answer,
) -> Answer {
    let limit = ask.number::<usize>("limit")?.unwrap_or(lengths.default).min(lengths.most).max(1);
    let cursor = ask.get("cursor").map_or_else(|| format!("{kind}:false:null"), str::to_owned);
    let mut page: Vec<u64> = ids.take(limit + 1).collect();
    let more = page.len() > limit;
    page.truncate(limit);
    let last = page.last().copied().unwrap_or_default();
    if more && view.troubles.drops_page(&ask.path) {
        page.clear();
    }
    let results = page.into_iter().map(&mut shape).collect::<Result<Vec<Value>, Refusal>>()?;
    let mut links = links(view, ask);
    let size = results.len();
    let mut answer = json!({ "results": results, "cursor": cursor, "limit": limit, "size": size });
    if more && !view.troubles.ends_early(&ask.path) {
        // The vendor's own sample shows the word content in later cursors, whatever the type.
        let next = if view.troubles.self_next(&ask.path) { cursor } else { format!("content:false:{last}") };
        let query = query(ask, &["cursor", "limit"], &[("limit", &limit.to_string()), ("cursor", &next)]);
        set(&mut links, "next", format!("{}{query}", ask.path));
        set(&mut answer, "nextCursor", next);
    }
    set(&mut answer, "_links", links);
    Ok(answer)
}

/// The id behind which a cursor list goes on: `None` at its beginning.
pub fn cursor(ask: &Ask) -> Result<Option<u64>, Refusal> {
    let Some(text) = ask.get("cursor") else { return Ok(None) };
    let parts: Vec<&str> = text.split(':').collect();
    match parts.as_slice() {
        [_, "false", "null"] => Ok(None),
        [_, "false", id] => id.parse().map(Some).map_err(|_| Refusal::bad_request(format!("Invalid cursor: {text}"))),
        _ => Err(Refusal::bad_request(format!("Invalid cursor: {text}"))),
    }
}

/// A nested list, whole.
pub fn nested(results: Vec<Value>, limit: usize) -> Value {
    json!({ "size": results.len(), "results": results, "start": 0, "limit": limit })
}

/// `self`, `base` and `context` of a list: the query without its window.
fn links(view: &View<'_>, ask: &Ask) -> Value {
    let query = query(ask, &["start", "limit", "cursor"], &[]);
    json!({ "self": format!("{}{}{query}", view.base, ask.path), "base": view.base, "context": view.context })
}

/// The query of a request without some parameters and with others.
pub fn query(ask: &Ask, without: &[&str], with: &[(&str, &str)]) -> String {
    let kept = ask.params.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let pairs = kept.filter(|(name, _)| !without.contains(name)).chain(with.iter().copied());
    let text: Vec<String> = pairs.map(|(name, value)| format!("{}={}", encode(name), encode(value))).collect();
    if text.is_empty() { String::new() } else { format!("?{}", text.join("&")) }
}

fn set(object: &mut Value, name: &str, value: impl Into<Value>) {
    if let Value::Object(map) = object {
        map.insert(name.to_owned(), value.into());
    }
}
