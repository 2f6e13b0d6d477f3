use axum::http::StatusCode;

use super::content::{list, missing, row};
use super::lengths;
use super::listing::with_texts;
use super::people::may_see_people;
use super::spaces::find;
use crate::mock::answer::{Answer, Ask, Refusal};
use crate::mock::expand::Expand;
use crate::mock::json::Json;
use crate::mock::paging::Page;
use crate::mock::server::Call;
use crate::mock::shapes;
use crate::mock::store::{ContentKind, Status};

/// `GET content/{id}/child`: a map with one list for every type that is expanded (docs/confluence.md, R25).
pub fn children(call: &Call<'_>) -> Answer<Json> {
    let mut to = Json::default();
    shapes::children(&call.view, row(call)?, &call.ask.expand(), true, &mut to)?;
    Ok(to)
}

/// `GET content/{id}/descendant/{type}`: comments at any depth; the reference knows no other type.
pub fn descendants(call: &Call<'_>) -> Answer<Json> {
    let (holder, expand) = (row(call)?, call.ask.expand());
    if call.name("type") != "comment" {
        let message = format!("Descendants of type {} are not supported", call.name("type"));
        return Err(Refusal { status: StatusCode::NOT_IMPLEMENTED, message });
    }
    let found = call.view.site.held(holder.id, ContentKind::Comment).filter(|row| row.status == Status::Current);
    list(call, 25, found, &expand)
}

/// `GET content/{id}/version/{number}`.
pub fn one_version(call: &Call<'_>) -> Answer<Json> {
    let live = row(call)?;
    let number = call.name("number").parse::<u64>();
    let number = number.map_err(|_| Refusal::bad_request("The number of a version must be a whole number"))?;
    let mut all = std::iter::once(live).chain(call.view.site.versions(live));
    let found = all.find(|row| row.number == number).ok_or_else(|| missing(call.name("id")))?;
    let mut to = Json::default();
    shapes::version(&call.view, found, None, &mut to)?;
    Ok(to)
}

/// `GET space/{key}/content`: a map with the pages and the blog posts of a space, a list each.
pub fn space_content(call: &Call<'_>) -> Answer<Json> {
    let mut to = Json::default();
    let mut out = to.object();
    out.object("_expandable");
    {
        let mut out = out.object("_links");
        out.text("base", call.view.base);
        out.text("context", call.view.context);
        out.joined("self", &[call.view.base, &call.ask.path]);
    }
    for kind in [ContentKind::BlogPost, ContentKind::Page] {
        // The links of each list are those of its own address.
        let path = format!("{}/{}", call.ask.path.trim_end_matches('/'), kind.word());
        listed(call, kind, &Ask { path, params: call.ask.params.clone() }, out.member(kind.word()))?;
    }
    drop(out);
    Ok(to)
}

/// `GET space/{key}/content/{type}`.
pub fn space_content_of_type(call: &Call<'_>) -> Answer<Json> {
    match ContentKind::from_word(call.name("type")) {
        Some(kind @ (ContentKind::Page | ContentKind::BlogPost)) => {
            let mut to = Json::default();
            listed(call, kind, &call.ask, &mut to)?;
            Ok(to)
        }
        _ => Err(Refusal::bad_request(format!("Unsupported content type: {}", call.name("type")))),
    }
}

/// Live content of a space: all of it, or with `depth=root` that without a parent.
fn listed(call: &Call<'_>, kind: ContentKind, ask: &Ask, to: &mut Json) -> Answer<()> {
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
    let shape =
        |id: u64, to: &mut Json| shapes::content(&call.view, site.content.get(&id).ok_or_else(gone)?, &expand, to);
    let found = site.listed(Some(space.id), kind).filter(wanted);
    let page = Page::take(&call.view, ask, lengths(call, &expand, 25), found)?;
    site.read_ahead(&page.items, with_texts(&expand));
    page.write(&call.view, ask, None, to, shape)
}

/// `GET group/{name}`.
pub fn one_group(call: &Call<'_>) -> Answer<Json> {
    may_see_people(call)?;
    let name = call.name("name");
    let known = call.view.site.groups.contains_key(name);
    if known {
        let mut to = Json::default();
        shapes::group(&call.view, name, &mut to);
        Ok(to)
    } else {
        Err(Refusal::not_found(format!("No group with name : {name}")))
    }
}

/// `GET user/anonymous`.
pub fn anonymous(call: &Call<'_>) -> Answer<Json> {
    let mut to = Json::default();
    shapes::user(&call.view, None, &mut to);
    Ok(to)
}

/// `GET template/{id}`.
pub fn one_template(call: &Call<'_>) -> Answer<Json> {
    let found = call.name("id").parse().ok().and_then(|id: u64| call.view.site.templates.get(&id));
    let gone = || Refusal::not_found(format!("No template with id : {}", call.name("id")));
    Ok(shapes::template(&call.view, found.ok_or_else(gone)?, &Expand::parse(["body"].into_iter()))?.into())
}
