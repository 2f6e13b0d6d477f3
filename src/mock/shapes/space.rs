use serde_json::{Map, Value, json};

use super::content::content;
use super::version::metadata;
use super::{View, encode, instant, user};
use crate::mock::answer::Answer;
use crate::mock::expand::Expand;
use crate::mock::permissions;
use crate::mock::settings::Dialect;
use crate::mock::store::Space;

/// A space; 9.x prints status, creator and last modifier unasked (docs/confluence.md, R8).
pub fn space(view: &View<'_>, row: &Space, expand: &Expand) -> Answer {
    let mut out = Map::new();
    let mut expandable = Map::new();
    for (name, value) in [
        ("id", Value::from(row.id)),
        ("key", row.key.as_str().into()),
        ("name", row.name.as_str().into()),
        ("type", row.kind.as_deref().into()),
    ] {
        out.insert(name.into(), value);
    }
    if !view.is_older() {
        unasked(view, row, &mut out);
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
        out.insert("metadata".into(), metadata(view, description, &expand.under("metadata"))?);
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
    if view.settings.dialect == Dialect::Cloud {
        if expand.has("permissions") {
            out.insert("permissions".into(), permissions::list_of_cloud(view, row));
        } else {
            expandable.insert("permissions".into(), "".into());
        }
    }
    for name in ["icon", "retentionPolicy"] {
        expandable.insert(name.into(), "".into());
    }
    let key = encode(&row.key);
    let own = format!("{}/rest/api/space/{key}", view.base);
    out.insert("_links".into(), json!({ "webui": space_link(view, row), "self": own }));
    out.insert("_expandable".into(), Value::Object(expandable));
    Ok(Value::Object(out))
}

/// What 9.x prints of a space unasked.
fn unasked(view: &View<'_>, row: &Space, out: &mut Map<String, Value>) {
    out.insert("status".into(), if row.archived { "archived" } else { "current" }.into());
    out.insert("creator".into(), user(view, row.creator.as_deref()));
    out.insert("lastModifier".into(), user(view, row.modifier.as_deref()));
    for (name, digits) in [("creationDate", &row.created), ("lastModificationDate", &row.modified)] {
        out.insert(name.into(), digits.as_deref().and_then(instant).into());
    }
}

/// Where a space is shown, relative to `base`.
pub fn space_link(view: &View<'_>, row: &Space) -> String {
    let key = encode(&row.key);
    if view.is_older() { format!("/display/{key}") } else { format!("/spaces/{key}/overview") }
}
