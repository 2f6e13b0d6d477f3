use serde_json::{Map, Value, json};

use super::version::metadata;
use super::{View, attachment, by_operation, encode, history, instant, short_link, space, user, version};
use crate::mock::answer::Answer;
use crate::mock::expand::Expand;
use crate::mock::paging::nested;
use crate::mock::store::{Content, ContentKind, Inline, Status};

/// Content of any kind, with what the caller wants expanded.
pub fn content(view: &View<'_>, row: &Content, expand: &Expand) -> Answer {
    if row.kind == ContentKind::Page && view.troubles.breaks(row.id) {
        return Err(super::Refusal::broken(&"the mock was told that this page can't be shown"));
    }
    let live = row.original.unwrap_or(row.id);
    let mut out = Object { map: Map::new(), expandable: Map::new() };
    let status = if row.original.is_some() { "historical" } else { row.status.word() };
    out.put("id", row.id.to_string());
    out.put("type", row.kind.word());
    out.put("status", status);
    out.put("title", title(view, row));
    if !view.is_older() {
        out.put("position", row.position.filter(|_| row.kind == ContentKind::Page).unwrap_or(-1));
    }
    expand_space(view, row, expand, &mut out)?;
    if out.wants(expand, "history", &format!("/rest/api/content/{live}/history")) {
        out.put("history", history(view, row, &expand.under("history")));
    }
    if out.wants(expand, "version", "") {
        out.put("version", version(view, row));
    }
    if out.wants(expand, "ancestors", "") {
        out.put("ancestors", ancestors(view, row)?);
    }
    if out.wants(expand, "metadata", "") {
        let holder = view.site.content.get(&live).unwrap_or(row);
        out.put("metadata", metadata(view, Some(holder), &expand.under("metadata"))?);
    }
    if out.wants(expand, "restrictions", &format!("/rest/api/content/{live}/restriction/byOperation")) {
        out.put("restrictions", by_operation(view, row, &expand.under("restrictions")));
    }
    if out.wants(expand, "body", "") {
        out.put("body", body(view, row, &expand.under("body"))?);
    }
    if out.wants(expand, "children", &format!("/rest/api/content/{live}/child")) {
        out.put("children", children(view, row, &expand.under("children")));
    }
    for (name, path) in [("operations", String::new()), ("descendants", format!("/rest/api/content/{live}/descendant"))]
    {
        out.expandable.insert(name.into(), path.into());
    }
    if !view.is_older() {
        let path = format!("/rest/api/content/{live}/restriction/relevantViewRestrictions");
        out.expandable.insert("relevantViewRestrictions".into(), path.into());
    }
    if let Some(extensions) = extensions(view, row, &expand.under("extensions")) {
        out.put("extensions", extensions);
    }
    out.put("_links", links(view, row));
    out.map.insert("_expandable".into(), Value::Object(out.expandable));
    Ok(Value::Object(out.map))
}

/// Content as the only thing of an answer: `base`, `context` and `collection` stand on the outermost links alone.
pub fn outermost(view: &View<'_>, row: &Content, expand: &Expand) -> Answer {
    let mut value = content(view, row, expand)?;
    if let Some(Value::Object(links)) = value.get_mut("_links") {
        links.insert("base".into(), view.base.into());
        links.insert("context".into(), view.context.into());
        links.insert("collection".into(), "/rest/api/content".into());
    }
    Ok(value)
}

struct Object {
    map: Map<String, Value>,
    expandable: Map<String, Value>,
}

impl Object {
    fn put(&mut self, name: &str, value: impl Into<Value>) {
        self.map.insert(name.to_owned(), value.into());
    }

    /// Whether a member is to be expanded; notes it among the expandable ones otherwise.
    fn wants(&mut self, expand: &Expand, name: &str, path: &str) -> bool {
        let wanted = expand.has(name);
        if !wanted {
            self.expandable.insert(name.to_owned(), path.into());
        }
        wanted
    }
}

/// A comment is called after what it hangs on.
pub fn title(view: &View<'_>, row: &Content) -> String {
    let holder = row.container.and_then(|id| view.site.content.get(&id));
    match holder {
        Some(holder) if row.kind == ContentKind::Comment => format!("Re: {}", holder.title),
        _ => row.title.clone(),
    }
}

/// `space`, and `container`: the space of a page, the page of a comment or an attachment.
fn expand_space(view: &View<'_>, row: &Content, expand: &Expand, out: &mut Object) -> Result<(), super::Refusal> {
    let home = view.site.space_of(row).and_then(|id| view.site.spaces.get(&id));
    let path = home.map(|home| format!("/rest/api/space/{}", encode(&home.key))).unwrap_or_default();
    if let (true, Some(home)) = (out.wants(expand, "space", &path), home) {
        out.put("space", space(view, home, &expand.under("space"))?);
    }
    let holder = row.container.and_then(|id| view.site.content.get(&id));
    let path = holder.map_or(path, |holder| format!("/rest/api/content/{}", holder.id));
    if out.wants(expand, "container", &path) {
        let expand = expand.under("container");
        match (holder, home) {
            (Some(holder), _) => out.put("container", content(view, holder, &expand)?),
            (None, Some(home)) => out.put("container", space(view, home, &expand)?),
            (None, None) => {}
        }
    }
    Ok(())
}

/// Ancestors, root first: parent pages of a page, parent comments of a reply.
fn ancestors(view: &View<'_>, row: &Content) -> Answer {
    let short = Expand::default();
    let chain = view.site.ancestors(row);
    chain.into_iter().map(|row| content(view, row, &short)).collect::<Result<Vec<_>, _>>().map(Value::Array)
}

fn body(view: &View<'_>, row: &Content, expand: &Expand) -> Answer {
    let mut out = Map::new();
    let mut expandable = Map::new();
    for name in ["editor", "view", "export_view", "styled_view", "anonymous_export_view"] {
        expandable.insert(name.into(), "".into());
    }
    if expand.has("storage") {
        let path = format!("/rest/api/content/{}", row.original.unwrap_or(row.id));
        let value = view.text(row.body)?;
        let storage = json!({ "value": value, "representation": "storage", "_expandable": { "content": path } });
        out.insert("storage".into(), storage);
    } else {
        expandable.insert("storage".into(), "".into());
    }
    out.insert("_expandable".into(), Value::Object(expandable));
    Ok(Value::Object(out))
}

/// Children, expanded without their own content: the sizes tell whether there are any.
pub fn children(view: &View<'_>, row: &Content, expand: &Expand) -> Value {
    let mut out = Map::new();
    let mut expandable = Map::new();
    for kind in [ContentKind::Comment, ContentKind::Attachment, ContentKind::Page] {
        let name = kind.word();
        let path = format!("/rest/api/content/{}/child/{name}", row.id);
        if expand.has(name) {
            let held: Vec<&Content> = match kind {
                ContentKind::Page => view.site.pages_below(row).collect(),
                _ => view.site.held(row.id, kind).filter(|held| held.status == Status::Current).collect(),
            };
            let shown =
                held.into_iter().take(25).filter_map(|held| content(view, held, &Expand::default()).ok()).collect();
            let mut list = nested(shown, 25);
            if let Value::Object(list) = &mut list {
                list.insert("_links".into(), json!({ "self": format!("{}{path}", view.base) }));
            }
            out.insert(name.into(), list);
        } else {
            expandable.insert(name.into(), path.into());
        }
    }
    out.insert("_links".into(), json!({ "self": format!("{}/rest/api/content/{}/child", view.base, row.id) }));
    out.insert("_expandable".into(), Value::Object(expandable));
    Value::Object(out)
}

/// Absent on a blog post, as in a scan of 9.x.
fn extensions(view: &View<'_>, row: &Content, expand: &Expand) -> Option<Value> {
    match row.kind {
        ContentKind::Page => {
            let position = row.position.map_or_else(|| Value::from("none"), Value::from);
            Some(json!({ "position": position }))
        }
        ContentKind::Comment => Some(comment_extensions(view, row, expand)),
        ContentKind::Attachment => Some(attachment::extensions(row)),
        _ => None,
    }
}

fn comment_extensions(view: &View<'_>, row: &Content, expand: &Expand) -> Value {
    let mut out = Map::new();
    let mut expandable = Map::new();
    let Some(inline) = &row.inline else {
        return json!({ "location": "footer", "_expandable": { "resolution": "" } });
    };
    out.insert("location".into(), "inline".into());
    if expand.has("inlineProperties") {
        let properties = json!({ "originalSelection": inline.selection, "markerRef": inline.marker });
        out.insert("inlineProperties".into(), properties);
    } else {
        expandable.insert("inlineProperties".into(), "".into());
    }
    if expand.has("resolution") {
        out.insert("resolution".into(), resolution(view, inline));
    } else {
        expandable.insert("resolution".into(), "".into());
    }
    out.insert("_expandable".into(), Value::Object(expandable));
    Value::Object(out)
}

/// A comment that was never resolved has an anonymous modifier and a date of 1970 (docs/confluence.md, R13).
fn resolution(view: &View<'_>, inline: &Inline) -> Value {
    let at = jiff::Timestamp::from_millisecond(inline.status_at.unwrap_or_default()).unwrap_or_default();
    json!({
        "status": inline.status.as_deref().unwrap_or("open"),
        "lastModifier": user(view, inline.status_by.as_deref()),
        "lastModifiedDate": at.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string(),
    })
}

/// Links of content of any kind, relative to `base` but for `self`.
pub fn links(view: &View<'_>, row: &Content) -> Value {
    let own = format!("{}/rest/api/content/{}", view.base, row.original.unwrap_or(row.id));
    let home = view.site.space_of(row).and_then(|id| view.site.spaces.get(&id)).map(|home| encode(&home.key));
    let home = home.unwrap_or_default();
    let words = encode(&row.title).replace("%20", "+");
    let tiny = short_link(row.id);
    match row.kind {
        ContentKind::Attachment => attachment::links(view, row),
        ContentKind::Comment => {
            let holder = row.container.unwrap_or_default();
            let webui = format!("/pages/viewpage.action?pageId={holder}&focusedCommentId={0}#comment-{0}", row.id);
            json!({ "webui": webui, "self": own })
        }
        ContentKind::BlogPost => {
            let day = row.created.as_deref().and_then(instant).unwrap_or_default();
            let day = day.get(..10).unwrap_or_default().replace('-', "/");
            let webui = if view.is_older() {
                format!("/display/{home}/{day}/{words}")
            } else {
                format!("/spaces/{home}/blog/{day}/{}/{words}", row.id)
            };
            json!({ "webui": webui, "edit": format!("/pages/resumedraft.action?draftId={}", row.id), "tinyui": tiny, "self": own })
        }
        _ => {
            let webui = match (view.is_older(), fits_path(&row.title)) {
                (true, true) => format!("/display/{home}/{words}"),
                (true, false) => format!("/pages/viewpage.action?pageId={}", row.id),
                (false, _) => format!("/spaces/{home}/pages/{}/{words}", row.id),
            };
            json!({ "webui": webui, "edit": format!("/pages/resumedraft.action?draftId={}", row.id), "tinyui": tiny, "self": own })
        }
    }
}

/// Whether a title can stand in the path of a link of before 9.x. Which characters can't isn't documented (docs/confluence.md, R8).
fn fits_path(title: &str) -> bool {
    title.chars().all(|letter| letter.is_ascii_alphanumeric() || " -_.,()!".contains(letter))
}
