//! List envelopes: offset lists, and the cursor list of `content/scan` (docs/confluence.md, R9).

use std::time::Instant;

use super::answer::{Answer, Ask, Refusal};
use super::json::{Json, Object};
use super::shapes::{View, encode};

/// How long a page may be.
#[derive(Debug, Clone, Copy)]
pub struct Lengths {
    /// Where the request doesn't say.
    pub default: usize,
    /// However much the request asks for.
    pub most: usize,
}

/// Bytes that are made ready for an item. Texts take more, most of the rest less.
const ITEM: usize = 1_024;

/// What a search says of itself in its list.
pub struct Searched<'a> {
    pub query: &'a str,
    pub began: Instant,
    /// How many fit, on whatever page.
    pub total: usize,
}

/// A page of an offset list. `items` are all of the list; `shape` writes one.
pub fn offset<T>(
    view: &View<'_>,
    ask: &Ask,
    lengths: Lengths,
    items: impl Iterator<Item = T>,
    shape: impl FnMut(T, &mut Json) -> Answer<()>,
) -> Answer<Json> {
    let mut to = Json::default();
    Page::take(view, ask, lengths, items)?.write(view, ask, None, &mut to, shape)?;
    Ok(to)
}

/// What of an offset list stands on one page.
pub struct Page<T> {
    pub items: Vec<T>,
    start: usize,
    limit: usize,
    links: Links,
}

impl<T> Page<T> {
    /// The page that is asked for; `items` are all of the list.
    pub fn take(view: &View<'_>, ask: &Ask, lengths: Lengths, items: impl Iterator<Item = T>) -> Answer<Self> {
        let start = ask.number::<usize>("start")?.unwrap_or(0);
        let limit = ask.number::<usize>("limit")?.unwrap_or(lengths.default).min(lengths.most);
        let mut items: Vec<T> = items.skip(start).take(limit.saturating_add(1)).collect();
        let more = items.len() > limit;
        items.truncate(limit);
        if more && view.troubles.drops_page(&ask.path) {
            items.clear();
        }
        let link = |start: usize| {
            let window = [("limit", &*limit.to_string()), ("start", &*start.to_string())];
            format!("{}{}", ask.path, query(ask, &["start", "limit"], &window))
        };
        let mut links = Links::default();
        if more && !view.troubles.ends_early(&ask.path) {
            links.next = Some(link(if view.troubles.self_next(&ask.path) { start } else { start + limit }));
        }
        if start > 0 {
            links.prev = Some(link(start.saturating_sub(limit)));
        }
        Ok(Self { items, start, limit, links })
    }

    /// Writes it, with what a search says of itself.
    pub fn write(
        self,
        view: &View<'_>,
        ask: &Ask,
        searched: Option<&Searched<'_>>,
        to: &mut Json,
        mut shape: impl FnMut(T, &mut Json) -> Answer<()>,
    ) -> Answer<()> {
        let mut out = to.object();
        self.links.write(view, ask, &mut out.object("_links"));
        if let Some(searched) = searched {
            out.text("cqlQuery", searched.query);
        }
        out.number("limit", self.limit);
        let size = all(self.items, out.member("results"), &mut shape)?;
        if let Some(searched) = searched {
            let taken = u64::try_from(searched.began.elapsed().as_millis()).unwrap_or(u64::MAX);
            out.number("searchDuration", taken);
        }
        out.number("size", size);
        out.number("start", self.start);
        if let Some(searched) = searched {
            out.number("totalSize", searched.total);
        }
        Ok(())
    }
}

/// A page of a cursor list over ids in rising order; `ids` begin behind the cursor already; `before` is told which
/// of them are to be written.
pub fn scan(
    view: &View<'_>,
    ask: &Ask,
    lengths: Lengths,
    kind: &str,
    ids: impl Iterator<Item = u64>,
    before: impl FnOnce(&[u64]),
    mut shape: impl FnMut(u64, &mut Json) -> Answer<()>,
) -> Answer<Json> {
    let limit = ask.number::<usize>("limit")?.unwrap_or(lengths.default).min(lengths.most).max(1);
    let cursor = ask.get("cursor").map_or_else(|| format!("{kind}:false:null"), str::to_owned);
    let mut page: Vec<u64> = ids.take(limit + 1).collect();
    let more = page.len() > limit;
    page.truncate(limit);
    let last = page.last().copied().unwrap_or_default();
    if more && view.troubles.drops_page(&ask.path) {
        page.clear();
    }
    before(&page);
    let mut links = Links::default();
    let mut next = None;
    if more && !view.troubles.ends_early(&ask.path) {
        // The vendor's own sample shows the word content in later cursors, whatever the type.
        let is_same = view.troubles.self_next(&ask.path);
        let cursor = if is_same { cursor.clone() } else { format!("content:false:{last}") };
        let query = query(ask, &["cursor", "limit"], &[("limit", &limit.to_string()), ("cursor", &cursor)]);
        links.next = Some(format!("{}{query}", ask.path));
        next = Some(cursor);
    }
    let mut to = Json::default();
    to.reserve(page.len().saturating_mul(ITEM));
    let mut out = to.object();
    links.write(view, ask, &mut out.object("_links"));
    out.text("cursor", &cursor);
    out.number("limit", limit);
    if let Some(next) = next {
        out.text("nextCursor", &next);
    }
    let size = all(page, out.member("results"), &mut shape)?;
    out.number("size", size);
    drop(out);
    Ok(to)
}

/// Writes all of these; gives their number.
fn all<T>(
    items: impl IntoIterator<Item = T>,
    to: &mut Json,
    shape: &mut impl FnMut(T, &mut Json) -> Answer<()>,
) -> Answer<usize> {
    let mut list = to.array();
    for item in items {
        list.item(|to| shape(item, to))?;
    }
    Ok(list.end())
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

/// A nested list, whole, and where it is where it has an address.
pub fn nested<T>(
    own: Option<&str>,
    results: impl IntoIterator<Item = T>,
    limit: usize,
    to: &mut Json,
    mut shape: impl FnMut(T, &mut Json) -> Answer<()>,
) -> Answer<()> {
    let mut out = to.object();
    if let Some(own) = own {
        out.object("_links").text("self", own);
    }
    out.number("limit", limit);
    let size = all(results, out.member("results"), &mut shape)?;
    out.number("size", size);
    out.number("start", 0);
    Ok(())
}

/// Where a list goes on and where it comes from.
#[derive(Default)]
struct Links {
    next: Option<String>,
    prev: Option<String>,
}

impl Links {
    /// With `self`, `base` and `context` of the list: the query without its window.
    fn write(&self, view: &View<'_>, ask: &Ask, out: &mut Object<'_>) {
        out.text("base", view.base);
        out.text("context", view.context);
        for (name, link) in [("next", &self.next), ("prev", &self.prev)] {
            if let Some(link) = link {
                out.text(name, link);
            }
        }
        out.joined("self", &[view.base, &ask.path, &query(ask, &["start", "limit", "cursor"], &[])]);
    }
}

/// The query of a request without some parameters and with others.
pub fn query(ask: &Ask, without: &[&str], with: &[(&str, &str)]) -> String {
    let kept = ask.params.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let pairs = kept.filter(|(name, _)| !without.contains(name)).chain(with.iter().copied());
    let text: Vec<String> = pairs.map(|(name, value)| format!("{}={}", encode(name), encode(value))).collect();
    if text.is_empty() { String::new() } else { format!("?{}", text.join("&")) }
}
