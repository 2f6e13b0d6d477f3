use serde_json::{Map, Value, json};

use super::property::properties;
use super::{View, instant, user};
use crate::mock::answer::Answer;
use crate::mock::expand::Expand;
use crate::mock::paging::nested;
use crate::mock::store::Content;
use crate::mock::troubles::Trouble;

/// The version object of a row (docs/confluence.md, R12). `message` is left out where the row has null.
pub fn version(view: &View<'_>, row: &Content) -> Value {
    let live = row.original.unwrap_or(row.id);
    let mut out = Map::new();
    out.insert("by".into(), user(view, row.modifier.as_deref()));
    out.insert("when".into(), row.modified.as_deref().and_then(instant).into());
    if let Some(message) = row.message.as_ref().filter(|_| !view.troubles.has(&Trouble::NoMessages)) {
        out.insert("message".into(), message.as_str().into());
    }
    out.insert("number".into(), row.number.into());
    out.insert("minorEdit".into(), row.minor.into());
    out.insert("hidden".into(), false.into());
    let path = format!("{}/rest/experimental/content/{live}/version/{}", view.base, row.number);
    out.insert("_links".into(), json!({ "self": path }));
    let content = match row.original {
        Some(live) => format!("/rest/api/content/{live}?status=historical&version={}", row.number),
        None => format!("/rest/api/content/{live}"),
    };
    out.insert("_expandable".into(), json!({ "content": content }));
    Value::Object(out)
}

/// The history of a row.
pub fn history(view: &View<'_>, row: &Content, expand: &Expand) -> Value {
    let live = view.site.content.get(&row.original.unwrap_or(row.id)).unwrap_or(row);
    let mut out = Map::new();
    let mut expandable = Map::new();
    out.insert("latest".into(), row.original.is_none().into());
    out.insert("createdBy".into(), user(view, row.creator.as_deref()));
    out.insert("createdDate".into(), row.created.as_deref().and_then(instant).into());
    let versions = view.site.versions(live);
    let newest_first: Vec<&Content> = std::iter::once(live).chain(versions).collect();
    let at = newest_first.iter().position(|version| version.id == row.id);
    let previous = at.and_then(|at| newest_first.get(at + 1)).copied();
    let next = at.and_then(|at| newest_first.get(at.checked_sub(1)?)).copied();
    for (name, value) in [("lastUpdated", Some(live)), ("previousVersion", previous), ("nextVersion", next)] {
        match value {
            Some(value) if expand.has(name) => drop(out.insert(name.into(), version(view, value))),
            _ => drop(expandable.insert(name.into(), "".into())),
        }
    }
    expandable.insert("contributors".into(), "".into());
    out.insert("_links".into(), json!({ "self": format!("{}/rest/api/content/{}/history", view.base, row.id) }));
    out.insert("_expandable".into(), Value::Object(expandable));
    Value::Object(out)
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
pub fn metadata(view: &View<'_>, row: Option<&Content>, expand: &Expand) -> Answer {
    let mut out = Map::new();
    let mut expandable = Map::new();
    for name in ["currentuser", "frontend", "editorHtml"] {
        expandable.insert(name.into(), "".into());
    }
    match row.filter(|_| expand.has("properties")) {
        Some(row) => drop(out.insert("properties".into(), properties(view, row, &expand.under("properties"))?)),
        None => drop(expandable.insert("properties".into(), "".into())),
    }
    if expand.has("labels") {
        let mut list = nested(row.map(|row| labels(view, row)).unwrap_or_default(), 200);
        if let (Value::Object(list), Some(row)) = (&mut list, row) {
            let path = format!("{}/rest/api/content/{}/label", view.base, row.id);
            list.insert("_links".into(), json!({ "self": path }));
        }
        out.insert("labels".into(), list);
    } else {
        expandable.insert("labels".into(), "".into());
    }
    out.insert("_expandable".into(), Value::Object(expandable));
    Ok(Value::Object(out))
}
