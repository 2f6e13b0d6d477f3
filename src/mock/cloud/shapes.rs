//! The JSON of v2 (docs/confluence.md, R63 to R66).

use serde_json::{Map, Value, json};

use super::unsupported;
use crate::mock::answer::{Answer, Ask, Refusal};
use crate::mock::shapes::{self, View, encode, instant};
use crate::mock::store::{Content, ContentKind, Inline, Space, Status};

/// What of content the caller wants.
pub struct Parts {
    body: bool,
    version: bool,
    labels: bool,
    versions: bool,
    below: bool,
}

impl Parts {
    /// By the parameters of the request.
    pub fn asked(ask: &Ask) -> Result<Self, Refusal> {
        let body = match ask.get("body-format") {
            None => false,
            Some("storage") => true,
            Some(format) => return Err(unsupported(format!("the mock has bodies as storage alone, not as {format}"))),
        };
        let wants = |name: &str| ask.get(name) == Some("true");
        let version = ask.get("include-version") != Some("false");
        let (labels, versions) = (wants("include-labels"), wants("include-versions"));
        Ok(Self { body, version, labels, versions, below: wants("include-direct-children") })
    }
}

/// A page or a blog post.
pub fn content(view: &View<'_>, row: &Content, parts: &Parts) -> Answer {
    let mut out = common(view, row, parts)?;
    let space = view.site.space_of(row).map(|id| id.to_string());
    out.insert("spaceId".into(), space.into());
    if row.kind == ContentKind::Page {
        // What lies in the trash has no parent and no place (R64).
        let placed = row.status != Status::Trashed;
        let parent = view.site.ancestors(row).last().filter(|_| placed).map(|parent| parent.id.to_string());
        out.insert("parentType".into(), parent.as_ref().map(|_| "page").into());
        out.insert("parentId".into(), parent.into());
        out.insert("position".into(), row.position.filter(|_| placed).into());
        out.insert("ownerId".into(), person(view, row.creator.as_deref()));
        out.insert("lastOwnerId".into(), Value::Null);
    }
    out.insert("authorId".into(), person(view, row.creator.as_deref()));
    out.insert("createdAt".into(), time(row.created.as_deref()));
    let live = row.original.and_then(|id| view.site.content.get(&id)).unwrap_or(row);
    if parts.labels {
        out.insert("labels".into(), included(live, "labels", shapes::labels(view, live)));
    }
    if parts.versions {
        let all = std::iter::once(live).chain(view.site.versions(live));
        out.insert("versions".into(), included(live, "versions", all.map(|row| version(view, row)).collect()));
    }
    if parts.below && row.kind == ContentKind::Page {
        let below = view.site.pages_below(live).map(direct_child).collect();
        out.insert("directChildren".into(), included(live, "direct-children", below));
    }
    out.insert("_links".into(), links(view, live));
    Ok(Value::Object(out))
}

/// What stands directly below a page, as its page lists it.
pub fn direct_child(row: &Content) -> Value {
    json!({ "id": row.id.to_string(), "status": row.status.word(), "title": row.title, "type": row.kind.word(),
            "childPosition": row.position })
}

/// A comment; what makes it an inline one stands beside.
pub fn comment(view: &View<'_>, row: &Content, parts: &Parts) -> Answer {
    let mut out = common(view, row, parts)?;
    let holder = row.container.and_then(|id| view.site.content.get(&id));
    out.extend(holder.and_then(held_by));
    if let Some(parent) = row.parent {
        out.insert("parentCommentId".into(), parent.to_string().into());
    }
    if let Some(inline) = &row.inline {
        resolution(view, inline, &mut out);
        let (marker, selection) = (&inline.marker, &inline.selection);
        let properties = json!({
            "inlineMarkerRef": marker, "inline-marker-ref": marker,
            "inlineOriginalSelection": selection, "inline-original-selection": selection,
        });
        out.insert("properties".into(), properties);
    }
    let page = holder.map(|holder| webui(view, holder)).unwrap_or_default();
    out.insert("_links".into(), json!({ "webui": format!("{page}?focusedCommentId={}", row.id) }));
    Ok(Value::Object(out))
}

/// Who settled an inline comment and when, where somebody did.
fn resolution(view: &View<'_>, inline: &Inline, out: &mut Map<String, Value>) {
    let status = inline.status.as_deref().unwrap_or("open");
    out.insert("resolutionStatus".into(), status.into());
    if status != "open" {
        out.insert("resolutionLastModifierId".into(), person(view, inline.status_by.as_deref()));
        let at = inline.status_at.and_then(|at| jiff::Timestamp::from_millisecond(at).ok());
        let at = at.map(|at| at.strftime("%Y-%m-%d %H:%M:%S.%3f").to_string());
        out.insert("resolutionLastModifiedAt".into(), time(at.as_deref()));
    }
}

/// An attachment.
pub fn attachment(view: &View<'_>, row: &Content) -> Answer {
    let mut out =
        common(view, row, &Parts { body: false, version: true, labels: false, versions: false, below: false })?;
    out.remove("body");
    out.insert("id".into(), format!("att{}", row.id).into());
    out.insert("createdAt".into(), time(row.created.as_deref()));
    out.extend(row.container.and_then(|id| view.site.content.get(&id)).and_then(held_by));
    let file = row.file.clone().unwrap_or_default();
    out.insert("mediaType".into(), file.media_type.into());
    out.insert("fileSize".into(), file.size.into());
    out.insert("comment".into(), row.message.as_deref().unwrap_or_default().into());
    let links = shapes::links(view, row);
    let (webui, download) = (&links.webui, &links.download);
    out.insert("webuiLink".into(), webui.as_str().into());
    out.insert("downloadLink".into(), download.as_deref().into());
    out.insert("_links".into(), json!({ "webui": webui, "download": download }));
    Ok(Value::Object(out))
}

/// A space; `description` is null unless it is asked for.
pub fn space(view: &View<'_>, row: &Space, described: bool) -> Answer {
    let home = row.homepage.filter(|id| view.site.content.contains_key(id)).map(|id| id.to_string());
    let text = row.description.and_then(|id| view.site.content.get(&id)).and_then(|row| row.body);
    let description = match described {
        true => json!({ "plain": { "representation": "plain", "value": view.text(text)? } }),
        false => Value::Null,
    };
    Ok(json!({
        "id": row.id.to_string(), "key": row.key, "name": row.name, "type": row.kind,
        "status": if row.archived { "archived" } else { "current" },
        "authorId": person(view, row.creator.as_deref()), "spaceOwnerId": person(view, row.creator.as_deref()),
        "createdAt": time(row.created.as_deref()), "homepageId": home, "currentActiveAlias": row.key,
        "description": description, "icon": null, "_links": { "webui": format!("/spaces/{}", encode(&row.key)) },
    }))
}

/// The version of a row.
pub fn version(view: &View<'_>, row: &Content) -> Value {
    json!({
        "number": row.number, "message": row.message.as_deref().unwrap_or_default(), "minorEdit": row.minor,
        "authorId": person(view, row.modifier.as_deref().or(row.creator.as_deref())),
        "createdAt": time(row.modified.as_deref().or(row.created.as_deref())),
    })
}

/// What an app stored on content or on a space.
pub fn property(view: &View<'_>, row: &Content) -> Answer {
    let value = shapes::property_value(view, row)?;
    Ok(json!({ "id": row.id.to_string(), "key": row.title, "value": value, "version": version(view, row) }))
}

/// A version in the list of a row's versions: what it is a version of stands within.
pub fn listed_version(view: &View<'_>, row: &Content, parts: &Parts) -> Answer {
    let live = row.original.unwrap_or(row.id);
    let mut of = json!({ "id": live.to_string(), "title": shapes::title(view, row) });
    if let (Value::Object(of), true) = (&mut of, parts.body) {
        of.insert("body".into(), body(view, row, parts)?);
    }
    let mut out = version(view, row);
    if let Value::Object(out) = &mut out {
        out.insert(row.kind.word().into(), of);
    }
    Ok(out)
}

/// The only thing of an answer: `base` stands on the outermost links alone.
pub fn outermost(view: &View<'_>, mut value: Value) -> Value {
    if let Some(Value::Object(links)) = value.get_mut("_links") {
        links.insert("base".into(), view.base.into());
    }
    value
}

fn common(view: &View<'_>, row: &Content, parts: &Parts) -> Result<Map<String, Value>, Refusal> {
    let status = if row.original.is_some() { "historical" } else { row.status.word() };
    let mut out = Map::new();
    out.insert("id".into(), row.original.unwrap_or(row.id).to_string().into());
    out.insert("status".into(), status.into());
    out.insert("title".into(), shapes::title(view, row).into());
    if parts.version {
        out.insert("version".into(), version(view, row));
    }
    out.insert("body".into(), body(view, row, parts)?);
    Ok(out)
}

fn body(view: &View<'_>, row: &Content, parts: &Parts) -> Answer {
    if !parts.body {
        return Ok(json!({}));
    }
    Ok(json!({ "storage": { "representation": "storage", "value": view.text(row.body)? } }))
}

/// A list inside of content. The mock gives all of it.
fn included(row: &Content, name: &str, results: Vec<Value>) -> Value {
    let word = if row.kind == ContentKind::BlogPost { "blogposts" } else { "pages" };
    let own = format!("/api/v2/{word}/{}/{name}", row.id);
    json!({ "results": results, "meta": { "hasMore": false }, "_links": { "self": own } })
}

/// The member that names what a comment or a file hangs on.
fn held_by(holder: &Content) -> Option<(String, Value)> {
    let name = match holder.kind {
        ContentKind::Page => "pageId",
        ContentKind::BlogPost => "blogPostId",
        ContentKind::Attachment => return Some(("attachmentId".to_owned(), format!("att{}", holder.id).into())),
        ContentKind::Other | ContentKind::Property => "customContentId",
        ContentKind::Comment | ContentKind::SpaceDescription => return None,
    };
    Some((name.to_owned(), holder.id.to_string().into()))
}

fn links(view: &View<'_>, row: &Content) -> Value {
    let known = shapes::links(view, row);
    let home = view.site.space_of(row).and_then(|id| view.site.spaces.get(&id));
    let place = if row.kind == ContentKind::BlogPost { "blog" } else { "pages" };
    let edit = format!("/spaces/{}/{place}/edit-v2/{}", home.map(|home| encode(&home.key)).unwrap_or_default(), row.id);
    json!({ "webui": webui(view, row), "editui": known.edit, "edituiv2": edit, "tinyui": known.tiny })
}

/// A home page is shown at the address of its space.
fn webui(view: &View<'_>, row: &Content) -> String {
    let home = view.site.space_of(row).and_then(|id| view.site.spaces.get(&id));
    match home.filter(|home| home.homepage == Some(row.id)) {
        Some(home) => format!("/spaces/{}/overview", encode(&home.key)),
        None => shapes::links(view, row).webui,
    }
}

/// The id of a user. The mock knows no accounts of Cloud, so it is the key that the package has; anonymous ones have none.
fn person(view: &View<'_>, key: Option<&str>) -> Value {
    key.filter(|key| view.site.users.contains_key(*key)).into()
}

/// v2 leaves a fraction of zero out (R63).
fn time(digits: Option<&str>) -> Value {
    digits.and_then(instant).map(|text| text.replace(".000Z", "Z")).into()
}
