use super::{View, account, content, encode, links, space, space_link};
use crate::mock::answer::Answer;
use crate::mock::cql::{Field, Hit, digits, readable, title};
use crate::mock::expand::Expand;
use crate::mock::json::Json;
use crate::mock::store::Content;

/// Characters of an excerpt.
const EXCERPT: usize = 300;

/// A row of a search: it wraps the content, space or user that was found (docs/confluence.md, R23).
pub fn found(view: &View<'_>, hit: Hit<'_>, expand: &Expand, excerpt: bool, to: &mut Json) -> Answer<()> {
    let mut out = to.object();
    let (kind, icon, url, home, text) = match hit {
        Hit::Content(row) => {
            content(view, row, expand.under("content"), out.member("content"))?;
            let home = view.site.space_of(row).and_then(|id| view.site.spaces.get(&id));
            let text = if excerpt { beginning(view, row)? } else { String::new() };
            ("content", row.kind.word(), links(view, row).webui, home, text)
        }
        Hit::Space(row) => ("space", "space", space_link(view, row), Some(row), String::new()),
        Hit::User(row) => ("user", "user", format!("/display/~{}", encode(&row.name)), None, String::new()),
    };
    let changed = digits(Field::LastModified, hit);
    out.text("entityType", kind);
    out.text("excerpt", &text);
    if let Some(changed) = changed {
        out.text("friendlyLastModified", &changed.strftime("%b %d, %Y").to_string());
    }
    out.joined("iconCssClass", &["aui-icon content-type-", icon]);
    if let Some(changed) = changed {
        out.text("lastModified", &changed.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string());
    }
    if let Some(home) = home {
        let mut out = out.object("resultGlobalContainer");
        out.joined("displayUrl", &["/spaces/", &encode(&home.key)]);
        out.text("title", &home.name);
    }
    if let Hit::Space(row) = hit {
        space(view, row, expand.under("space"), out.member("space"))?;
    }
    if let Some(changed) = changed {
        match jiff::tz::TimeZone::UTC.to_timestamp(changed) {
            Ok(moment) => out.number("timestamp", moment.as_millisecond()),
            Err(_) => out.member("timestamp").null(),
        }
    }
    out.text("title", &escaped(&title(view, hit)));
    out.text("url", &url);
    if let Hit::User(row) = hit {
        account(view, row, out.member("user"));
    }
    Ok(())
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
