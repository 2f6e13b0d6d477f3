use super::lengths;
use crate::mock::answer::{Answer, Refusal};
use crate::mock::expand::Expand;
use crate::mock::import::made_key;
use crate::mock::json::Json;
use crate::mock::paging::offset;
use crate::mock::server::Call;
use crate::mock::settings::Dialect;
use crate::mock::shapes::{self, account, group, user};

/// `GET user/current`: who calls. The mock's administrator has a name whether or not the restored site has an account for it.
pub fn current_user(call: &Call<'_>) -> Answer<Json> {
    let mut to = Json::default();
    match call.view.caller_name() {
        None => user(&call.view, None, &mut to),
        Some(name) => match call.view.site.accounts.get(&name.to_lowercase()) {
            Some(known) => account(&call.view, known, &mut to),
            None => shapes::known(&call.view, name, &made_key(name), name, &mut to),
        },
    }
    Ok(to)
}

/// Refuses whoever may not look people up (docs/confluence.md, R33).
pub fn may_see_people(call: &Call<'_>) -> Result<(), Refusal> {
    let refusal = || Refusal::forbidden("Not permitted to view user profiles");
    call.view.rights().see_people().then_some(()).ok_or_else(refusal)
}

/// `GET user?username=` or `?key=`, of Cloud also `?accountId=`: anybody whom the site knows by name, with or without an account.
pub fn one_user(call: &Call<'_>) -> Answer<Json> {
    may_see_people(call)?;
    let site = call.view.site;
    // The mock knows no accounts of Cloud: its account ids are the keys of the package (docs/confluence.md, R63).
    let account = call.ask.get("accountId").filter(|_| call.view.settings.dialect == Dialect::Cloud);
    let key = match (call.ask.get("key").or(account), call.ask.get("username")) {
        (Some(key), _) => Some(key).filter(|key| site.users.contains_key(*key)),
        (None, Some(name)) => site.user_key(name),
        (None, None) => return Err(Refusal::bad_request("A username or a key is needed")),
    };
    let key = key.ok_or_else(|| Refusal::not_found("No user found"))?;
    let mut to = Json::default();
    user(&call.view, Some(key), &mut to);
    Ok(to)
}

/// `GET user/list`: the accounts.
pub fn users(call: &Call<'_>) -> Answer<Json> {
    may_see_people(call)?;
    let lengths = lengths(call, &Expand::default(), 200);
    let accounts = call.view.site.accounts.values();
    offset(&call.view, &call.ask, lengths, accounts, |known, to| {
        account(&call.view, known, to);
        Ok(())
    })
}

/// `GET group`.
pub fn groups(call: &Call<'_>) -> Answer<Json> {
    may_see_people(call)?;
    let lengths = lengths(call, &Expand::default(), 200);
    offset(&call.view, &call.ask, lengths, call.view.site.groups.keys(), |name, to| {
        group(&call.view, name, to);
        Ok(())
    })
}

/// `GET group/{name}/member`.
pub fn members(call: &Call<'_>) -> Answer<Json> {
    may_see_people(call)?;
    let site = call.view.site;
    let name = call.name("name");
    let members = site.groups.get(name).ok_or_else(|| Refusal::not_found(format!("No group with name : {name}")))?;
    let accounts = members.iter().filter_map(|lower| site.accounts.get(lower));
    let lengths = lengths(call, &Expand::default(), 200);
    offset(&call.view, &call.ask, lengths, accounts, |known, to| {
        account(&call.view, known, to);
        Ok(())
    })
}

/// `GET user/memberof?username=` or `?key=`.
pub fn member_of(call: &Call<'_>) -> Answer<Json> {
    may_see_people(call)?;
    let site = call.view.site;
    let by_key = call.ask.get("key").and_then(|key| site.users.get(key)).map(String::as_str);
    let name = by_key.or_else(|| call.ask.get("username")).unwrap_or_default().to_lowercase();
    let of = site.groups.iter().filter(|(_, members)| members.contains(&name)).map(|(name, _)| name);
    let lengths = lengths(call, &Expand::default(), 200);
    offset(&call.view, &call.ask, lengths, of, |name, to| {
        group(&call.view, name, to);
        Ok(())
    })
}
