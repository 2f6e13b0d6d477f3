use super::lengths;
use crate::mock::answer::{Answer, Refusal};
use crate::mock::json::Json;
use crate::mock::paging::offset;
use crate::mock::permissions;
use crate::mock::server::Call;
use crate::mock::shapes;
use crate::mock::store::Space;

/// `GET space`. A type that isn't personal counts as global in the filter: Data Center knows these two.
pub fn spaces(call: &Call<'_>) -> Answer<Json> {
    let expand = call.ask.expand();
    let keys: Vec<String> = call.ask.list("spaceKey").into_iter().map(str::to_lowercase).collect();
    let (kind, status) = (call.ask.get("type"), call.ask.get("status"));
    let wanted = |space: &&Space| {
        (keys.is_empty() || keys.contains(&space.key.to_lowercase()))
            && kind.is_none_or(|kind| (kind == "personal") == (space.kind.as_deref() == Some("personal")))
            && status.is_none_or(|status| (status.eq_ignore_ascii_case("archived")) == space.archived)
    };
    let found = call.view.site.spaces.values().filter(wanted);
    let lengths = lengths(call, &expand, 25);
    offset(&call.view, &call.ask, lengths, found, |space, to| shapes::space(&call.view, space, &expand, to))
}

pub fn find<'a>(call: &Call<'a>, key: &str) -> Result<&'a Space, Refusal> {
    call.view.site.space(key).ok_or_else(|| Refusal::not_found(format!("No space with key : {key}")))
}

/// `GET space/{key}`.
pub fn one_space(call: &Call<'_>) -> Answer<Json> {
    let mut to = Json::default();
    shapes::outermost_space(&call.view, find(call, call.name("key"))?, &call.ask.expand(), &mut to)?;
    Ok(to)
}

/// `GET space/{key}/permissions`: a bare array, for those who administer the space.
pub fn space_permissions(call: &Call<'_>) -> Answer {
    let space = find(call, call.name("key"))?;
    if !call.view.rights().administer_space(space) {
        return Err(Refusal::forbidden(format!("Not permitted to see the permissions of the space {}", space.key)));
    }
    Ok(permissions::list(call.view.site, space))
}

/// `GET /rest/experimental/template/page`: of a space, or of the site.
pub fn templates(call: &Call<'_>) -> Answer<Json> {
    let expand = call.ask.expand();
    let space = call.ask.get("spaceKey").map(|key| find(call, key).map(|space| space.id)).transpose()?;
    let found = call.view.site.templates.values().filter(|template| template.space == space);
    let lengths = lengths(call, &expand, 25);
    offset(&call.view, &call.ask, lengths, found, |template, to| {
        to.value(&shapes::template(&call.view, template, &expand)?);
        Ok(())
    })
}
