use axum::http::StatusCode;
use serde_json::{Map, Value, json};

use super::content::{missing, row};
use super::lengths;
use super::people::may_see_people;
use super::spaces::find;
use crate::mock::answer::{Answer, Ask, Refusal};
use crate::mock::expand::Expand;
use crate::mock::paging::offset;
use crate::mock::server::Call;
use crate::mock::shapes;
use crate::mock::store::{ContentKind, Status};

/// `GET content/{id}/child`: a map with one list for every type that is expanded (docs/confluence.md, R25).
pub fn children(call: &Call<'_>) -> Answer {
    let mut value = shapes::children(&call.view, row(call)?, &call.ask.expand());
    if let Some(Value::Object(links)) = value.get_mut("_links") {
        links.insert("base".into(), call.view.base.into());
        links.insert("context".into(), call.view.context.into());
    }
    Ok(value)
}

/// `GET content/{id}/descendant/{type}`: comments at any depth; the reference knows no other type.
pub fn descendants(call: &Call<'_>) -> Answer {
    let (holder, expand) = (row(call)?, call.ask.expand());
    if call.name("type") != "comment" {
        let message = format!("Descendants of type {} are not supported", call.name("type"));
        return Err(Refusal { status: StatusCode::NOT_IMPLEMENTED, message });
    }
    let found = call.view.site.held(holder.id, ContentKind::Comment).filter(|row| row.status == Status::Current);
    offset(&call.view, &call.ask, lengths(call, &expand, 25), found, |row| shapes::content(&call.view, row, &expand))
}

/// `GET content/{id}/version/{number}`.
pub fn one_version(call: &Call<'_>) -> Answer {
    let live = row(call)?;
    let number = call.name("number").parse::<u64>();
    let number = number.map_err(|_| Refusal::bad_request("The number of a version must be a whole number"))?;
    let mut all = std::iter::once(live).chain(call.view.site.versions(live));
    let found = all.find(|row| row.number == number).ok_or_else(|| missing(call.name("id")))?;
    Ok(shapes::version(&call.view, found))
}

/// `GET space/{key}/content`: a map with the pages and the blog posts of a space, a list each.
pub fn space_content(call: &Call<'_>) -> Answer {
    let mut out = Map::new();
    for kind in [ContentKind::Page, ContentKind::BlogPost] {
        // The links of each list are those of its own address.
        let path = format!("{}/{}", call.ask.path.trim_end_matches('/'), kind.word());
        out.insert(kind.word().into(), listed(call, kind, &Ask { path, params: call.ask.params.clone() })?);
    }
    let path = format!("{}{}", call.view.base, call.ask.path);
    out.insert("_links".into(), json!({ "self": path, "base": call.view.base, "context": call.view.context }));
    out.insert("_expandable".into(), json!({}));
    Ok(Value::Object(out))
}

/// `GET space/{key}/content/{type}`.
pub fn space_content_of_type(call: &Call<'_>) -> Answer {
    match ContentKind::from_word(call.name("type")) {
        Some(kind @ (ContentKind::Page | ContentKind::BlogPost)) => listed(call, kind, &call.ask),
        _ => Err(Refusal::bad_request(format!("Unsupported content type: {}", call.name("type")))),
    }
}

/// Live content of a space: all of it, or with `depth=root` that without a parent.
fn listed(call: &Call<'_>, kind: ContentKind, ask: &Ask) -> Answer {
    let (site, expand) = (call.view.site, ask.expand());
    let space = find(call, call.name("key"))?;
    let root = match ask.get("depth") {
        None | Some("all") => false,
        Some("root") => true,
        Some(depth) => return Err(Refusal::bad_request(format!("Unsupported depth: {depth}"))),
    };
    let wanted = |id: &u64| {
        let head = site.content.head(*id);
        head.is_some_and(|head| head.status == Status::Current && (!root || site.ancestor_ids(head).is_empty()))
    };
    let gone = || Refusal::broken(&"a row is gone");
    let shape = |id: u64| shapes::content(&call.view, site.content.get(&id).ok_or_else(gone)?, &expand);
    offset(&call.view, ask, lengths(call, &expand, 25), site.listed(Some(space.id), kind).filter(wanted), shape)
}

/// `GET group/{name}`.
pub fn one_group(call: &Call<'_>) -> Answer {
    may_see_people(call)?;
    let name = call.name("name");
    let known = call.view.site.groups.contains_key(name);
    if known {
        Ok(shapes::group(&call.view, name))
    } else {
        Err(Refusal::not_found(format!("No group with name : {name}")))
    }
}

/// `GET user/anonymous`.
pub fn anonymous(call: &Call<'_>) -> Answer {
    Ok(shapes::user(&call.view, None))
}

/// `GET template/{id}`.
pub fn one_template(call: &Call<'_>) -> Answer {
    let found = call.name("id").parse().ok().and_then(|id: u64| call.view.site.templates.get(&id));
    let gone = || Refusal::not_found(format!("No template with id : {}", call.name("id")));
    shapes::template(&call.view, found.ok_or_else(gone)?, &Expand::parse(["body"].into_iter()))
}
