use serde_json::{Map, Value, json};

use super::{View, account, content, encode, space, space_link};
use crate::mock::answer::Answer;
use crate::mock::cql::{Field, Hit, digits, readable, title};
use crate::mock::expand::Expand;
use crate::mock::store::{Content, Space};

/// Characters of an excerpt.
const EXCERPT: usize = 300;

/// A row of a search: it wraps the content, space or user that was found (docs/confluence.md, R23).
pub fn found(view: &View<'_>, hit: Hit<'_>, expand: &Expand, excerpt: bool) -> Answer {
    let mut out = Map::new();
    let (kind, icon, url, home, text) = match hit {
        Hit::Content(row) => {
            let value = content(view, row, &expand.under("content"))?;
            let url = value.pointer("/_links/webui").cloned().unwrap_or_default();
            out.insert("content".into(), value);
            let home = view.site.space_of(row).and_then(|id| view.site.spaces.get(&id));
            let text = if excerpt { beginning(view, row)? } else { String::new() };
            ("content", row.kind.word(), url, home, text)
        }
        Hit::Space(row) => {
            out.insert("space".into(), space(view, row, &expand.under("space"))?);
            ("space", "space", Value::from(space_link(view, row)), Some(row), String::new())
        }
        Hit::User(row) => {
            out.insert("user".into(), account(view, row));
            ("user", "user", Value::from(format!("/display/~{}", encode(&row.name))), None, String::new())
        }
    };
    for (name, value) in [
        ("title", Value::from(escaped(&title(view, hit)))),
        ("excerpt", text.into()),
        ("url", url),
        ("entityType", kind.into()),
        ("iconCssClass", format!("aui-icon content-type-{icon}").into()),
    ] {
        out.insert(name.into(), value);
    }
    if let Some(home) = home {
        out.insert("resultGlobalContainer".into(), container(home));
    }
    if let Some(changed) = digits(Field::LastModified, hit) {
        out.insert("lastModified".into(), changed.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string().into());
        out.insert("friendlyLastModified".into(), changed.strftime("%b %d, %Y").to_string().into());
        let moment = jiff::tz::TimeZone::UTC.to_timestamp(changed).map(|moment| moment.as_millisecond());
        out.insert("timestamp".into(), moment.ok().into());
    }
    Ok(Value::Object(out))
}

fn container(home: &Space) -> Value {
    json!({ "title": home.name, "displayUrl": format!("/spaces/{}", encode(&home.key)) })
}

/// How the text begins, as it is read.
fn beginning(view: &View<'_>, row: &Content) -> Result<String, super::Refusal> {
    let text = readable(&view.text(row.body)?);
    let words: Vec<&str> = text.split_whitespace().collect();
    Ok(words.join(" ").chars().take(EXCERPT).collect())
}

/// Titles of rows are escaped, those of what they wrap aren't.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\'', "&#39;")
}
