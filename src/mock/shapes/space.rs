use super::content::content;
use super::version::metadata;
use super::{View, encode, instant, user};
use crate::mock::answer::Answer;
use crate::mock::expand::Expand;
use crate::mock::json::Json;
use crate::mock::permissions;
use crate::mock::settings::Dialect;
use crate::mock::store::Space;

/// A space; 9.x prints status, creator and last modifier unasked (docs/confluence.md, R8).
pub fn space(view: &View<'_>, row: &Space, expand: &Expand, to: &mut Json) -> Answer<()> {
    write(view, row, expand, false, to)
}

/// A space as the only thing of an answer.
pub fn outermost_space(view: &View<'_>, row: &Space, expand: &Expand, to: &mut Json) -> Answer<()> {
    write(view, row, expand, true, to)
}

fn write(view: &View<'_>, row: &Space, expand: &Expand, outermost: bool, to: &mut Json) -> Answer<()> {
    let description = row.description.and_then(|id| view.site.content.get(&id));
    // A space without a home page lacks the member altogether.
    let home = row.homepage.and_then(|id| view.site.content.get(&id));
    let is_cloud = view.settings.dialect == Dialect::Cloud;
    let mut out = to.object();
    {
        let mut out = out.object("_expandable");
        if !expand.has("description") {
            out.text("description", "");
        }
        if let (Some(home), false) = (home, expand.has("homepage")) {
            out.joined("homepage", &["/rest/api/content/", home.id.to_string().as_str()]);
        }
        out.text("icon", "");
        if !expand.has("metadata") {
            out.text("metadata", "");
        }
        if is_cloud && !expand.has("permissions") {
            out.text("permissions", "");
        }
        out.text("retentionPolicy", "");
    }
    {
        let mut out = out.object("_links");
        if outermost {
            out.text("base", view.base);
            out.text("collection", "/rest/api/space");
            out.text("context", view.context);
        }
        out.joined("self", &[view.base, "/rest/api/space/", &encode(&row.key)]);
        out.text("webui", &space_link(view, row));
    }
    let unasked = !view.is_older();
    if unasked {
        out.optional("creationDate", row.created.as_deref().and_then(instant).as_deref());
        user(view, row.creator.as_deref(), out.member("creator"));
    }
    if expand.has("description") {
        let mut out = out.object("description");
        out.object("_expandable").text("view", "");
        let mut plain = out.object("plain");
        plain.member("embeddedContent").array();
        plain.text("representation", "plain");
        plain.text("value", &view.text(description.and_then(|row| row.body))?);
    }
    if let (Some(home), true) = (home, expand.has("homepage")) {
        content(view, home, expand.under("homepage"), out.member("homepage"))?;
    }
    out.number("id", row.id);
    out.text("key", &row.key);
    if unasked {
        out.optional("lastModificationDate", row.modified.as_deref().and_then(instant).as_deref());
        user(view, row.modifier.as_deref(), out.member("lastModifier"));
    }
    if expand.has("metadata") {
        metadata(view, description, expand.under("metadata"), out.member("metadata"))?;
    }
    out.text("name", &row.name);
    if is_cloud && expand.has("permissions") {
        permissions::list_of_cloud(view, row, out.member("permissions"))?;
    }
    if unasked {
        out.text("status", if row.archived { "archived" } else { "current" });
    }
    out.optional("type", row.kind.as_deref());
    Ok(())
}

/// Where a space is shown, relative to `base`.
pub fn space_link(view: &View<'_>, row: &Space) -> String {
    let key = encode(&row.key);
    if view.is_older() { format!("/display/{key}") } else { format!("/spaces/{key}/overview") }
}
