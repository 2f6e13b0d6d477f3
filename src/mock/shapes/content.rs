use super::links::links_within;
use super::version::metadata;
use super::{View, attachment, by_operation, encode, history, space, user, version};
use crate::mock::answer::{Answer, Refusal};
use crate::mock::expand::Expand;
use crate::mock::json::{Json, Object};
use crate::mock::store::{Content, ContentKind, Inline, Space, Status};

/// Content of any kind, with what the caller wants expanded.
pub fn content(view: &View<'_>, row: &Content, expand: &Expand, to: &mut Json) -> Answer<()> {
    write(view, row, expand, false, to)
}

/// Content as the only thing of an answer: `base`, `context` and `collection` stand on the outermost links alone.
pub fn outermost(view: &View<'_>, row: &Content, expand: &Expand) -> Answer<Json> {
    let mut to = Json::default();
    write(view, row, expand, true, &mut to)?;
    Ok(to)
}

fn write(view: &View<'_>, row: &Content, expand: &Expand, outermost: bool, to: &mut Json) -> Answer<()> {
    if row.kind == ContentKind::Page && view.troubles.breaks(row.id) {
        return Err(Refusal::broken(&"the mock was told that this page can't be shown"));
    }
    let (id, live) = (row.id.to_string(), row.original.unwrap_or(row.id));
    let home = view.site.space_of(row).and_then(|id| view.site.spaces.get(&id));
    let holder = row.container.and_then(|id| view.site.content.get(&id));
    let mut out = to.object();
    expandable(view, &Around { live, home, holder }, expand, &mut out.object("_expandable"));
    {
        let mut out = out.object("_links");
        if outermost {
            out.text("base", view.base);
            out.text("collection", "/rest/api/content");
            out.text("context", view.context);
        }
        links_within(view, row, home).write(view, &mut out);
    }
    if expand.has("ancestors") {
        ancestors(view, row, out.member("ancestors"))?;
    }
    if expand.has("body") {
        body(view, row, expand.under("body"), out.member("body"))?;
    }
    if expand.has("children") {
        children(view, row, expand.under("children"), false, out.member("children"))?;
    }
    if expand.has("container") {
        let expand = expand.under("container");
        match (holder, home) {
            (Some(holder), _) => content(view, holder, expand, out.member("container"))?,
            (None, Some(home)) => space(view, home, expand, out.member("container"))?,
            (None, None) => {}
        }
    }
    extensions(view, row, expand.under("extensions"), &mut out);
    if expand.has("history") {
        history(view, row, expand.under("history"), out.member("history"))?;
    }
    out.text("id", id.as_str());
    if expand.has("metadata") {
        let holder = view.site.content.get(&live).unwrap_or(row);
        metadata(view, Some(holder), expand.under("metadata"), out.member("metadata"))?;
    }
    if !view.is_older() {
        out.number("position", row.position.filter(|_| row.kind == ContentKind::Page).unwrap_or(-1));
    }
    if expand.has("restrictions") {
        by_operation(view, row, expand.under("restrictions"), out.member("restrictions"))?;
    }
    if let (true, Some(home)) = (expand.has("space"), home) {
        space(view, home, expand.under("space"), out.member("space"))?;
    }
    out.text("status", if row.original.is_some() { "historical" } else { row.status.word() });
    match holder.filter(|_| row.kind == ContentKind::Comment) {
        Some(holder) => out.joined("title", &[REPLY, &holder.title]),
        None => out.text("title", &row.title),
    }
    out.text("type", row.kind.word());
    if expand.has("version") {
        version(view, row, None, out.member("version"))?;
    }
    Ok(())
}

/// What lies around content.
struct Around<'a> {
    /// Of itself, or of the live row whose version it is.
    live: u64,
    home: Option<&'a Space>,
    /// What it hangs on.
    holder: Option<&'a Content>,
}

/// Names what is not expanded, and where it is.
fn expandable(view: &View<'_>, around: &Around<'_>, expand: &Expand, out: &mut Object<'_>) {
    let live = around.live.to_string();
    let below = |rest| ["/rest/api/content/", live.as_str(), rest];
    let key = around.home.map(|home| encode(&home.key));
    let space = key.as_deref().map_or(["", ""], |key| ["/rest/api/space/", key]);
    if !expand.has("ancestors") {
        out.text("ancestors", "");
    }
    if !expand.has("body") {
        out.text("body", "");
    }
    if !expand.has("children") {
        out.joined("children", &below("/child"));
    }
    if !expand.has("container") {
        match around.holder {
            Some(holder) => out.joined("container", &["/rest/api/content/", holder.id.to_string().as_str()]),
            None => out.joined("container", &space),
        }
    }
    out.joined("descendants", &below("/descendant"));
    if !expand.has("history") {
        out.joined("history", &below("/history"));
    }
    if !expand.has("metadata") {
        out.text("metadata", "");
    }
    out.text("operations", "");
    if !view.is_older() {
        out.joined("relevantViewRestrictions", &below("/restriction/relevantViewRestrictions"));
    }
    if !expand.has("restrictions") {
        out.joined("restrictions", &below("/restriction/byOperation"));
    }
    if !expand.has("space") {
        out.joined("space", &space);
    }
    if !expand.has("version") {
        out.text("version", "");
    }
}

/// What stands before the title of that which a comment hangs on.
const REPLY: &str = "Re: ";

/// A comment is called after what it hangs on.
pub fn title(view: &View<'_>, row: &Content) -> String {
    let holder = row.container.and_then(|id| view.site.content.get(&id));
    match holder {
        Some(holder) if row.kind == ContentKind::Comment => format!("{REPLY}{}", holder.title),
        _ => row.title.clone(),
    }
}

/// Ancestors, root first: parent pages of a page, parent comments of a reply.
fn ancestors(view: &View<'_>, row: &Content, to: &mut Json) -> Answer<()> {
    let short = Expand::default();
    let mut list = to.array();
    view.site.ancestors(row).into_iter().try_for_each(|row| list.item(|to| content(view, row, &short, to)))
}

fn body(view: &View<'_>, row: &Content, expand: &Expand, to: &mut Json) -> Answer<()> {
    let shown = expand.has("storage");
    let mut out = to.object();
    {
        let mut out = out.object("_expandable");
        out.text("anonymous_export_view", "");
        out.text("editor", "");
        out.text("export_view", "");
        if !shown {
            out.text("storage", "");
        }
        out.text("styled_view", "");
        out.text("view", "");
    }
    if shown {
        let live = row.original.unwrap_or(row.id).to_string();
        let mut out = out.object("storage");
        out.object("_expandable").joined("content", &["/rest/api/content/", live.as_str()]);
        out.text("representation", "storage");
        out.text("value", &view.text(row.body)?);
    }
    Ok(())
}

/// Children, expanded without their own content: the sizes tell whether there are any.
pub fn children(view: &View<'_>, row: &Content, expand: &Expand, outermost: bool, to: &mut Json) -> Answer<()> {
    let id = row.id.to_string();
    let short = Expand::default();
    let kinds = [ContentKind::Attachment, ContentKind::Comment, ContentKind::Page];
    let mut out = to.object();
    {
        let mut out = out.object("_expandable");
        for name in kinds.map(ContentKind::word) {
            if !expand.has(name) {
                out.joined(name, &["/rest/api/content/", id.as_str(), "/child/", name]);
            }
        }
    }
    {
        let mut out = out.object("_links");
        if outermost {
            out.text("base", view.base);
            out.text("context", view.context);
        }
        out.joined("self", &[view.base, "/rest/api/content/", id.as_str(), "/child"]);
    }
    for kind in kinds {
        let name = kind.word();
        if !expand.has(name) {
            continue;
        }
        let held: Vec<&Content> = match kind {
            ContentKind::Page => view.site.pages_below(row).take(MOST_CHILDREN).collect(),
            _ => {
                let live = view.site.held(row.id, kind).filter(|held| held.status == Status::Current);
                live.take(MOST_CHILDREN).collect()
            }
        };
        let own = format!("{}/rest/api/content/{}/child/{name}", view.base, row.id);
        let mut out = out.object(name);
        out.object("_links").text("self", &own);
        out.number("limit", MOST_CHILDREN);
        let mut list = out.member("results").array();
        for held in held {
            // What can't be shown is left out here.
            let _ = list.item(|to| content(view, held, &short, to));
        }
        let size = list.end();
        out.number("size", size);
        out.number("start", 0);
    }
    Ok(())
}

/// Children of one kind that are shown with what they are below.
const MOST_CHILDREN: usize = 25;

/// Absent on a blog post, as in a scan of 9.x.
fn extensions(view: &View<'_>, row: &Content, expand: &Expand, out: &mut Object<'_>) {
    match row.kind {
        ContentKind::Page => {
            let mut out = out.object("extensions");
            match row.position {
                Some(position) => out.number("position", position),
                None => out.text("position", "none"),
            }
        }
        ContentKind::Comment => comment_extensions(view, row, expand, out.member("extensions")),
        ContentKind::Attachment => attachment::extensions(row, out.member("extensions")),
        _ => {}
    }
}

fn comment_extensions(view: &View<'_>, row: &Content, expand: &Expand, to: &mut Json) {
    let mut out = to.object();
    let Some(inline) = &row.inline else {
        out.object("_expandable").text("resolution", "");
        out.text("location", "footer");
        return;
    };
    let (placed, resolved) = (expand.has("inlineProperties"), expand.has("resolution"));
    {
        let mut out = out.object("_expandable");
        if !placed {
            out.text("inlineProperties", "");
        }
        if !resolved {
            out.text("resolution", "");
        }
    }
    if placed {
        let mut out = out.object("inlineProperties");
        out.optional("markerRef", inline.marker.as_deref());
        out.optional("originalSelection", inline.selection.as_deref());
    }
    out.text("location", "inline");
    if resolved {
        resolution(view, inline, &mut out.object("resolution"));
    }
}

/// A comment that was never resolved has an anonymous modifier and a date of 1970 (docs/confluence.md, R13).
fn resolution(view: &View<'_>, inline: &Inline, out: &mut Object<'_>) {
    let at = jiff::Timestamp::from_millisecond(inline.status_at.unwrap_or_default()).unwrap_or_default();
    out.text("lastModifiedDate", &at.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string());
    user(view, inline.status_by.as_deref(), out.member("lastModifier"));
    out.text("status", inline.status.as_deref().unwrap_or("open"));
}
