use serde_json::{Map, Value, json};

use super::View;
use crate::mock::answer::Answer;
use crate::mock::expand::Expand;
use crate::mock::store::Template;

/// A page template, as `/rest/experimental/template/page` words it. Documented for Cloud; whether Data Center answers there isn't
/// settled (docs/confluence.md, R18).
pub fn template(view: &View<'_>, row: &Template, expand: &Expand) -> Answer {
    let mut out = Map::new();
    let mut expandable = Map::new();
    out.insert("templateId".into(), row.id.to_string().into());
    out.insert("name".into(), row.name.as_str().into());
    out.insert("description".into(), row.description.as_str().into());
    out.insert("templateType".into(), "page".into());
    out.insert("labels".into(), json!([]));
    if expand.has("body") {
        let value = view.text(row.body)?;
        out.insert("body".into(), json!({ "storage": { "value": value, "representation": "storage" } }));
    } else {
        expandable.insert("body".into(), "".into());
    }
    let path = format!("{}/rest/experimental/template/{}", view.base, row.id);
    out.insert("_links".into(), json!({ "self": path }));
    out.insert("_expandable".into(), Value::Object(expandable));
    Ok(Value::Object(out))
}
