//! Space permissions as `GET space/{key}/permissions` words them since 9.1: a bare array of
//! `{operation {targetType, operationKey}, subject {type, name|userKey}, spaceKey, spaceId}`. The shape is the vendor's own
//! (docs/confluence.md, R16), users by key alone included; the words for anonymous and licensed users are guesses.

use serde_json::{Value, json};

use super::shapes::{View, group, user};
use super::store::{Site, Space, Subject};

/// Types of the package, and operation and target of the REST answer.
pub const OPERATIONS: [(&str, &str, &str); 16] = [
    ("VIEWSPACE", "read", "space"),
    ("EDITSPACE", "create", "page"),
    ("REMOVEPAGE", "delete", "page"),
    ("EDITBLOG", "create", "blogpost"),
    ("REMOVEBLOG", "delete", "blogpost"),
    ("COMMENT", "create", "comment"),
    ("REMOVECOMMENT", "delete", "comment"),
    ("CREATEATTACHMENT", "create", "attachment"),
    ("REMOVEATTACHMENT", "delete", "attachment"),
    ("SETPAGEPERMISSIONS", "restrict_content", "space"),
    ("SETSPACEPERMISSIONS", "administer", "space"),
    ("EXPORTSPACE", "export", "space"),
    ("EXPORTPAGE", "export", "page"),
    ("REMOVEOWNCONTENT", "delete_own", "space"),
    ("REMOVEMAIL", "delete", "mail"),
    ("ARCHIVEPAGE", "archive", "page"),
];

/// Whether Data Center knows a type of space permission.
pub fn is_known(kind: &str) -> bool {
    OPERATIONS.iter().any(|(known, ..)| *known == kind)
}

/// The permissions of a space as Cloud's v1 shows them with the space, one subject each (docs/confluence.md, R69).
pub fn list_of_cloud(view: &View<'_>, space: &Space) -> Value {
    let one = |(number, (kind, subject)): (u64, &(String, Subject))| {
        let (_, operation, target) = OPERATIONS.iter().find(|(known, ..)| known == kind)?;
        let only = |member: &str, one: Value| json!({ member: { "results": [one], "size": 1 } });
        let subjects = match subject {
            Subject::User(key) if view.site.users.contains_key(key) => only("user", user(view, Some(key))),
            Subject::User(key) => only("user", json!({ "type": "known", "accountId": key })),
            Subject::Group(name) => only("group", group(view, name)),
            Subject::All(_) | Subject::Anonymous => json!({}),
        };
        Some(json!({
            "id": number, "subjects": subjects, "operation": { "operation": operation, "targetType": target },
            "anonymousAccess": *subject == Subject::Anonymous, "unlicensedAccess": matches!(subject, Subject::All(_)),
        }))
    };
    (1..).zip(&space.permissions).filter_map(one).collect()
}

/// The permissions of a space.
pub fn list(site: &Site, space: &Space) -> Value {
    let one = |(kind, subject): &(String, Subject)| {
        let (_, operation, target) = OPERATIONS.iter().find(|(known, ..)| known == kind)?;
        let subject = match subject {
            // A key that no user has is shown as it is: that is what Confluence keeps.
            Subject::User(key) => json!({ "type": "user", "userKey": key, "username": site.users.get(key) }),
            Subject::Group(name) => json!({ "type": "group", "name": name }),
            Subject::All(name) => json!({ "type": "all", "name": name }),
            Subject::Anonymous => json!({ "type": "anonymous" }),
        };
        Some(json!({
            "operation": { "targetType": target, "operationKey": operation },
            "subject": subject, "spaceKey": space.key, "spaceId": space.id,
        }))
    };
    space.permissions.iter().filter_map(one).collect()
}
