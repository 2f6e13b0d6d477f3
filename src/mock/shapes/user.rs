use super::{View, encode};
use crate::mock::import::made_key;
use crate::mock::json::{Json, Object};
use crate::mock::store::Account;
use crate::mock::troubles::Trouble;

/// The user with this key; `None`, or a key that nothing names, is the anonymous one (docs/confluence.md, R17).
pub fn user(view: &View<'_>, key: Option<&str>, to: &mut Json) {
    let key = key.filter(|_| !view.troubles.has(&Trouble::AnonymousEditors));
    let named = key.and_then(|key| view.site.users.get(key).map(|name| (key, name)));
    let Some((key, name)) = named else {
        let mut out = to.object();
        out.text("displayName", "Anonymous");
        picture(view, &mut out);
        out.text("type", "anonymous");
        return;
    };
    let account = view.site.accounts.get(&name.to_lowercase());
    let display = account.and_then(|account| account.display.as_deref()).unwrap_or(name);
    known(view, name, key, display, to);
}

/// The user of an account.
pub fn account(view: &View<'_>, account: &Account, to: &mut Json) {
    let key = view.site.user_key(&account.name).map_or_else(|| made_key(&account.name), str::to_owned);
    known(view, &account.name, &key, account.display.as_deref().unwrap_or(&account.name), to);
}

/// A user with a name.
pub fn known(view: &View<'_>, name: &str, key: &str, display: &str, to: &mut Json) {
    let mut out = to.object();
    out.object("_expandable").text("status", "");
    out.object("_links").joined("self", &[view.base, "/rest/api/user?key=", &encode(key)]);
    out.text("displayName", display);
    picture(view, &mut out);
    out.text("type", "known");
    out.text("userKey", key);
    out.text("username", name);
}

fn picture(view: &View<'_>, to: &mut Object<'_>) {
    let mut out = to.object("profilePicture");
    out.number("height", 48);
    out.flag("isDefault", true);
    out.joined("path", &[view.context, "/images/icons/profilepics/default.svg"]);
    out.number("width", 48);
}

/// A user whom nothing names.
pub fn unknown(view: &View<'_>, key: &str, to: &mut Json) {
    let mut out = to.object();
    out.joined("displayName", &["Unknown User (", key, ")"]);
    picture(view, &mut out);
    out.text("type", "unknown");
    out.text("userKey", key);
}

/// A group.
pub fn group(view: &View<'_>, name: &str, to: &mut Json) {
    let mut out = to.object();
    out.object("_links").joined("self", &[view.base, "/rest/experimental/group/", &encode(name)]);
    out.text("name", name);
    out.text("type", "group");
}
