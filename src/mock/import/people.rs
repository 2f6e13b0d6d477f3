//! Users, accounts, groups and memberships (docs/confluence.md, C18).

use std::collections::BTreeSet;

use super::error::RestoreError;
use super::gather::{ids, reference};
use super::rows::Rows;
use crate::mock::store::{Account, Subject};
use crate::model::Digest;
use crate::package::Object;

/// The key that the mock gives to a user who has none, as Confluence does when it carries names of before 5.2 over: 32 hex digits that
/// begin as others of one instance do. The same name always has the same key.
pub fn made_key(name: &str) -> String {
    let digest = Digest::of(name.to_lowercase());
    format!("ff808081{}", digest.hex().get(..24).unwrap_or_default())
}

/// The key of the user that an object names: by reference, or by name as up to 5.1.
pub fn who(rows: &mut Rows, object: &Object<'_>, by_key: &str, by_name: &str) -> Option<String> {
    if let Some((_, key)) = object.reference(by_key) {
        return Some(key.to_owned());
    }
    let name = object.filled(by_name)?;
    let key = made_key(name);
    rows.users.entry(key.clone()).or_insert_with(|| name.to_owned());
    Some(key)
}

/// Who is meant by a permission: a user, a group, a marker for many; none of them is everybody (docs/confluence.md, C17).
pub fn subject(rows: &mut Rows, object: &Object<'_>, group: &str) -> Subject {
    if let Some(name) = object.filled(group) {
        return Subject::Group(name.to_owned());
    }
    if let Some(key) = who(rows, object, "userSubject", "userName") {
        return Subject::User(key);
    }
    match object.filled("allUsersSubject") {
        Some("anonymous-users") | None => Subject::Anonymous,
        Some(name) => Subject::All(name.to_owned()),
    }
}

/// Takes in a person, a group or a membership; false where it can't be placed.
pub fn take(rows: &mut Rows, object: &Object<'_>) -> bool {
    match object.class() {
        "ConfluenceUserImpl" => {
            let Some(key) = object.id().filter(|key| !key.is_empty()).map(str::to_owned) else { return false };
            if let Some(lower) = object.text("lowerName") {
                rows.lower_names.insert(key.clone(), lower.to_owned());
            }
            let name = object.filled("name").unwrap_or(&key).to_owned();
            rows.users.insert(key, name);
        }
        "InternalUser" | "DefaultHibernateUser" => {
            let (Some(id), Some(name)) = (object.number_id(), object.filled("name")) else { return false };
            let display = object.filled("displayName").or_else(|| object.filled("fullName")).map(str::to_owned);
            let parts = [object.filled("firstName"), object.filled("lastName")];
            let full = parts.into_iter().flatten().collect::<Vec<_>>().join(" ");
            let display = display.or(Some(full).filter(|full| !full.is_empty()));
            let active =
                !object.text("active").is_some_and(|text| ["false", "f"].contains(&text.to_lowercase().as_str()));
            rows.accounts.insert(id, Account { name: name.to_owned(), display, active, indexed: false });
            rows.memberships.extend(ids(object, "groups").map(|group| (group, id)));
        }
        "InternalGroup" | "DefaultHibernateGroup" => {
            let (Some(id), Some(name)) = (object.number_id(), object.filled("name")) else { return false };
            rows.groups.insert(id, name.to_owned());
            rows.memberships.extend(ids(object, "localMembers").map(|user| (id, user)));
        }
        _ => {
            // A group within a group has no member that is a user; the mock keeps no table for it.
            if let (Some(group), Some(user)) = (reference(object, "parentGroup"), reference(object, "userMember")) {
                rows.memberships.insert((group, user));
            }
        }
    }
    true
}

/// Lower-case names must differ (docs/confluence.md, F6).
pub fn check_names(rows: &Rows) -> Result<(), RestoreError> {
    let mut seen = BTreeSet::new();
    for name in rows.lower_names.values() {
        if !seen.insert(name) {
            return Err(RestoreError::UserName(name.clone()));
        }
    }
    Ok(())
}
