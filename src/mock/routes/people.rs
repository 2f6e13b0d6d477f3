use super::lengths;
use crate::mock::answer::{Answer, Refusal};
use crate::mock::expand::Expand;
use crate::mock::import::made_key;
use crate::mock::paging::offset;
use crate::mock::server::Call;
use crate::mock::settings::Dialect;
use crate::mock::shapes::{self, account, group, user};
use crate::mock::store::Account;

/// `GET user/current`: who calls. The mock's administrator has a name whether or not the restored site has an account for it.
pub fn current_user(call: &Call<'_>) -> Answer {
    let site = call.view.site;
    let Some(name) = call.view.caller_name() else { return Ok(user(&call.view, None)) };
    let known = site.accounts.get(&name.to_lowercase()).map(|known| account(&call.view, known));
    Ok(known.unwrap_or_else(|| shapes::known(&call.view, name, &made_key(name), name)))
}

/// Refuses whoever may not look people up (docs/confluence.md, R33).
pub fn may_see_people(call: &Call<'_>) -> Result<(), Refusal> {
    let refusal = || Refusal::forbidden("Not permitted to view user profiles");
    call.view.rights().see_people().then_some(()).ok_or_else(refusal)
}

/// `GET user?username=` or `?key=`, of Cloud also `?accountId=`: anybody whom the site knows by name, with or without an account.
pub fn one_user(call: &Call<'_>) -> Answer {
    may_see_people(call)?;
    let site = call.view.site;
    // The mock knows no accounts of Cloud: its account ids are the keys of the package (docs/confluence.md, R63).
    let account = call.ask.get("accountId").filter(|_| call.view.settings.dialect == Dialect::Cloud);
    let key = match (call.ask.get("key").or(account), call.ask.get("username")) {
        (Some(key), _) => Some(key).filter(|key| site.users.contains_key(*key)),
        (None, Some(name)) => site.user_key(name),
        (None, None) => return Err(Refusal::bad_request("A username or a key is needed")),
    };
    key.map(|key| user(&call.view, Some(key))).ok_or_else(|| Refusal::not_found("No user found"))
}

/// `GET user/list`: the accounts.
pub fn users(call: &Call<'_>) -> Answer {
    may_see_people(call)?;
    let lengths = lengths(call, &Expand::default(), 200);
    let accounts = call.view.site.accounts.values();
    offset(&call.view, &call.ask, lengths, accounts, |known: &Account| Ok(account(&call.view, known)))
}

/// `GET group`.
pub fn groups(call: &Call<'_>) -> Answer {
    may_see_people(call)?;
    let lengths = lengths(call, &Expand::default(), 200);
    offset(&call.view, &call.ask, lengths, call.view.site.groups.keys(), |name| Ok(group(&call.view, name)))
}

/// `GET group/{name}/member`.
pub fn members(call: &Call<'_>) -> Answer {
    may_see_people(call)?;
    let site = call.view.site;
    let name = call.name("name");
    let members = site.groups.get(name).ok_or_else(|| Refusal::not_found(format!("No group with name : {name}")))?;
    let accounts = members.iter().filter_map(|lower| site.accounts.get(lower));
    let lengths = lengths(call, &Expand::default(), 200);
    offset(&call.view, &call.ask, lengths, accounts, |known| Ok(account(&call.view, known)))
}

/// `GET user/memberof?username=` or `?key=`.
pub fn member_of(call: &Call<'_>) -> Answer {
    may_see_people(call)?;
    let site = call.view.site;
    let by_key = call.ask.get("key").and_then(|key| site.users.get(key)).map(String::as_str);
    let name = by_key.or_else(|| call.ask.get("username")).unwrap_or_default().to_lowercase();
    let of = site.groups.iter().filter(|(_, members)| members.contains(&name)).map(|(name, _)| name);
    let lengths = lengths(call, &Expand::default(), 200);
    offset(&call.view, &call.ask, lengths, of, |name| Ok(group(&call.view, name)))
}
