use serde_json::{Map, Value, json};

use super::content::content;
use super::version::metadata;
use super::{View, encode, instant, user};
use crate::mock::answer::Answer;
use crate::mock::expand::Expand;
use crate::mock::store::Space;

/// A space as 9.x prints it: with status, creator and last modifier unasked (docs/confluence.md, R8).
pub fn space(view: &View<'_>, row: &Space, expand: &Expand) -> Answer {
    let mut out = Map::new();
    let mut expandable = Map::new();
    for (name, value) in [
        ("id", Value::from(row.id)),
        ("key", row.key.as_str().into()),
        ("name", row.name.as_str().into()),
        ("status", if row.archived { "archived" } else { "current" }.into()),
        ("type", row.kind.as_deref().into()),
        ("creator", user(view, row.creator.as_deref())),
        ("lastModifier", user(view, row.modifier.as_deref())),
    ] {
        out.insert(name.into(), value);
    }
    for (name, digits) in [("creationDate", &row.created), ("lastModificationDate", &row.modified)] {
        out.insert(name.into(), digits.as_deref().and_then(instant).into());
    }
    let description = row.description.and_then(|id| view.site.content.get(&id));
    if expand.has("description") {
        let value = view.text(description.and_then(|row| row.body))?;
        let mut forms = json!({ "_expandable": { "view": "" } });
        if let Value::Object(forms) = &mut forms {
            let plain = json!({ "value": value, "representation": "plain", "embeddedContent": [] });
            forms.insert("plain".into(), plain);
        }
        out.insert("description".into(), forms);
    } else {
        expandable.insert("description".into(), "".into());
    }
    if expand.has("metadata") {
        out.insert("metadata".into(), metadata(view, description, &expand.under("metadata")));
    } else {
        expandable.insert("metadata".into(), "".into());
    }
    // A space without a home page lacks the member altogether.
    if let Some(home) = row.homepage.and_then(|id| view.site.content.get(&id)) {
        if expand.has("homepage") {
            out.insert("homepage".into(), content(view, home, &expand.under("homepage"))?);
        } else {
            expandable.insert("homepage".into(), format!("/rest/api/content/{}", home.id).into());
        }
    }
    for name in ["icon", "retentionPolicy"] {
        expandable.insert(name.into(), "".into());
    }
    let key = encode(&row.key);
    let own = format!("{}/rest/api/space/{key}", view.base);
    out.insert("_links".into(), json!({ "webui": format!("/spaces/{key}/overview"), "self": own }));
    out.insert("_expandable".into(), Value::Object(expandable));
    Ok(Value::Object(out))
}
