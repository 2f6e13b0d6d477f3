use serde_json::{Value, json};

use super::{View, encode};
use crate::mock::import::made_key;
use crate::mock::store::Account;
use crate::mock::troubles::Trouble;

/// The user with this key; `None`, or a key that nothing names, is the anonymous one (docs/confluence.md, R17).
pub fn user(view: &View<'_>, key: Option<&str>) -> Value {
    let key = key.filter(|_| !view.troubles.has(&Trouble::AnonymousEditors));
    let named = key.and_then(|key| view.site.users.get(key).map(|name| (key, name)));
    let Some((key, name)) = named else {
        return json!({ "type": "anonymous", "profilePicture": picture(view), "displayName": "Anonymous" });
    };
    let account = view.site.accounts.get(&name.to_lowercase());
    let display = account.and_then(|account| account.display.as_deref()).unwrap_or(name);
    known(view, name, key, display)
}

/// The user of an account.
pub fn account(view: &View<'_>, account: &Account) -> Value {
    let key = view.site.user_key(&account.name).map_or_else(|| made_key(&account.name), str::to_owned);
    known(view, &account.name, &key, account.display.as_deref().unwrap_or(&account.name))
}

/// A user with a name.
pub fn known(view: &View<'_>, name: &str, key: &str, display: &str) -> Value {
    json!({
        "type": "known", "username": name, "userKey": key, "profilePicture": picture(view), "displayName": display,
        "_links": { "self": format!("{}/rest/api/user?key={}", view.base, encode(key)) },
        "_expandable": { "status": "" },
    })
}

fn picture(view: &View<'_>) -> Value {
    json!({ "path": format!("{}/images/icons/profilepics/default.svg", view.context), "width": 48, "height": 48, "isDefault": true })
}

/// A user whom nothing names.
pub fn unknown(view: &View<'_>, key: &str) -> Value {
    json!({ "type": "unknown", "userKey": key, "profilePicture": picture(view), "displayName": format!("Unknown User ({key})") })
}

/// A group.
pub fn group(view: &View<'_>, name: &str) -> Value {
    json!({
        "type": "group", "name": name,
        "_links": { "self": format!("{}/rest/experimental/group/{}", view.base, encode(name)) },
    })
}
