use serde_json::{Value, json};

use super::property::properties;
use super::{View, content, instant, user};
use crate::mock::answer::Answer;
use crate::mock::expand::Expand;
use crate::mock::json::Json;
use crate::mock::paging::nested;
use crate::mock::store::Content;
use crate::mock::troubles::Trouble;

/// The version object of a row (docs/confluence.md, R12), with its content where that is wanted. `message` is left out where the row has null.
pub fn version(view: &View<'_>, row: &Content, wanted: Option<&Expand>, to: &mut Json) -> Answer<()> {
    let (live, number) = (row.original.unwrap_or(row.id).to_string(), row.number.to_string());
    let mut out = to.object();
    {
        let mut out = out.object("_expandable");
        match row.original {
            Some(_) => {
                let query = "?status=historical&version=";
                out.joined("content", &["/rest/api/content/", live.as_str(), query, number.as_str()]);
            }
            None => out.joined("content", &["/rest/api/content/", live.as_str()]),
        }
    }
    let path = [view.base, "/rest/experimental/content/", live.as_str(), "/version/", number.as_str()];
    out.object("_links").joined("self", &path);
    user(view, row.modifier.as_deref(), out.member("by"));
    if let Some(expand) = wanted {
        content(view, row, expand, out.member("content"))?;
    }
    out.flag("hidden", false);
    if let Some(message) = row.message.as_ref().filter(|_| !view.troubles.has(&Trouble::NoMessages)) {
        out.text("message", message);
    }
    out.flag("minorEdit", row.minor);
    out.number("number", row.number);
    out.optional("when", row.modified.as_deref().and_then(instant).as_deref());
    Ok(())
}

/// The history of a row.
pub fn history(view: &View<'_>, row: &Content, expand: &Expand, to: &mut Json) -> Answer<()> {
    let live = view.site.content.get(&row.original.unwrap_or(row.id)).unwrap_or(row);
    let versions = view.site.versions(live);
    let newest_first: Vec<&Content> = std::iter::once(live).chain(versions).collect();
    let at = newest_first.iter().position(|version| version.id == row.id);
    let previous = at.and_then(|at| newest_first.get(at + 1)).copied();
    let next = at.and_then(|at| newest_first.get(at.checked_sub(1)?)).copied();
    let others = [("nextVersion", next), ("previousVersion", previous)];
    let others = others.map(|(name, of)| (name, of.filter(|_| expand.has(name))));
    let updated = expand.has("lastUpdated");
    let mut out = to.object();
    {
        let mut out = out.object("_expandable");
        out.text("contributors", "");
        if !updated {
            out.text("lastUpdated", "");
        }
        for (name, _) in others.iter().filter(|(_, of)| of.is_none()) {
            out.text(name, "");
        }
    }
    let id = row.id.to_string();
    out.object("_links").joined("self", &[view.base, "/rest/api/content/", id.as_str(), "/history"]);
    user(view, row.creator.as_deref(), out.member("createdBy"));
    out.optional("createdDate", row.created.as_deref().and_then(instant).as_deref());
    if updated {
        version(view, live, None, out.member("lastUpdated"))?;
    }
    out.flag("latest", row.original.is_none());
    for (name, of) in others {
        if let Some(of) = of {
            version(view, of, None, out.member(name))?;
        }
    }
    Ok(())
}

/// The labels of a row that the caller sees: personal ones (prefix `my`) are seen by their owners alone.
pub fn labels(view: &View<'_>, row: &Content) -> Vec<Value> {
    row.labels.iter().filter_map(|id| label(view, *id)).collect()
}

/// One label.
pub fn label(view: &View<'_>, id: u64) -> Option<Value> {
    let label = view.site.labels.get(&id).filter(|label| view.rights().see_label(label))?;
    Some(json!({ "prefix": label.prefix, "name": label.name, "id": id.to_string() }))
}

/// `metadata` of content or a space.
pub fn metadata(view: &View<'_>, row: Option<&Content>, expand: &Expand, to: &mut Json) -> Answer<()> {
    let shown = row.filter(|_| expand.has("properties"));
    let mut out = to.object();
    {
        let mut out = out.object("_expandable");
        for name in ["currentuser", "editorHtml", "frontend"] {
            out.text(name, "");
        }
        if !expand.has("labels") {
            out.text("labels", "");
        }
        if shown.is_none() {
            out.text("properties", "");
        }
    }
    if expand.has("labels") {
        let path = row.map(|row| format!("{}/rest/api/content/{}/label", view.base, row.id));
        let labels = row.map(|row| labels(view, row)).unwrap_or_default();
        nested(path.as_deref(), labels.iter(), 200, out.member("labels"), |label, to| {
            to.value(label);
            Ok(())
        })?;
    }
    match shown {
        Some(row) => properties(view, row, expand.under("properties"), out.member("properties")),
        None => Ok(()),
    }
}
