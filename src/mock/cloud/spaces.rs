use super::contents::listed;
use super::hanging::{label_list, property_list, property_of};
use super::paging::{in_order, list};
use super::{shapes, unsupported};
use crate::mock::answer::{Answer, Refusal};
use crate::mock::server::Call;
use crate::mock::shapes::properties_of_space;
use crate::mock::store::{ContentKind, Space};

/// `GET spaces`.
pub fn spaces(call: &Call<'_>) -> Answer {
    in_order(call, "id")?;
    let ids = call.ask.list("ids");
    let keys: Vec<String> = call.ask.list("keys").into_iter().map(str::to_lowercase).collect();
    let (kind, described) = (call.ask.get("type"), described(call)?);
    let archived = match call.ask.get("status") {
        None => None,
        Some("current") => Some(false),
        Some("archived") => Some(true),
        Some(status) => return Err(Refusal::bad_request(format!("Invalid status: {status}"))),
    };
    let wanted = |space: &&Space| {
        (ids.is_empty() || ids.contains(&space.id.to_string().as_str()))
            && (keys.is_empty() || keys.contains(&space.key.to_lowercase()))
            && kind.is_none_or(|kind| space.kind.as_deref() == Some(kind))
            && archived.is_none_or(|archived| archived == space.archived)
    };
    let found = call.view.site.spaces.values().filter(wanted);
    list(call, found, |space| shapes::space(&call.view, space, described))
}

/// `GET spaces/{id}`.
pub fn one_space(call: &Call<'_>) -> Answer {
    let space = shapes::space(&call.view, space(call)?, described(call)?)?;
    Ok(shapes::outermost(&call.view, space))
}

/// `GET spaces/{id}/pages`.
pub fn space_pages(call: &Call<'_>) -> Answer {
    listed(call, ContentKind::Page, &[space(call)?.id])
}

/// `GET spaces/{id}/blogposts`.
pub fn space_blogposts(call: &Call<'_>) -> Answer {
    listed(call, ContentKind::BlogPost, &[space(call)?.id])
}

/// `GET spaces/{id}/labels`: those of the space itself.
pub fn space_labels(call: &Call<'_>) -> Answer {
    let description = space(call)?.description.and_then(|id| call.view.site.content.get(&id));
    label_list(call, description)
}

/// `GET spaces/{id}/properties`.
pub fn space_properties(call: &Call<'_>) -> Answer {
    property_list(call, properties_of_space(call.view.site, space(call)?))
}

/// `GET spaces/{id}/properties/{property}`.
pub fn space_property(call: &Call<'_>) -> Answer {
    property_of(call, properties_of_space(call.view.site, space(call)?))
}

fn space<'a>(call: &Call<'a>) -> Result<&'a Space, Refusal> {
    let id = call.name("id");
    let number = id.parse::<u64>().map_err(|_| Refusal::bad_request(format!("Invalid space id: {id}")))?;
    let missing = || Refusal::not_found(format!("Cannot find a space with id [{id}]"));
    call.view.site.spaces.get(&number).ok_or_else(missing)
}

fn described(call: &Call<'_>) -> Result<bool, Refusal> {
    match call.ask.get("description-format") {
        None => Ok(false),
        Some("plain") => Ok(true),
        Some(format) => Err(unsupported(format!("the mock has descriptions as plain alone, not as {format}"))),
    }
}
