//! Space permissions as `GET space/{key}/permissions` words them since 9.1: a bare array of
//! `{operation {targetType, operationKey}, subject {type, name|userKey}, spaceKey, spaceId}`. The shape is the vendor's own
//! (docs/confluence.md, R16), users by key alone included; the words for anonymous and licensed users are guesses.

use serde_json::{Value, json};

use super::answer::Answer;
use super::json::{Json, Object};
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
pub fn list_of_cloud(view: &View<'_>, space: &Space, to: &mut Json) -> Answer<()> {
    let mut list = to.array();
    for (number, (kind, subject)) in (1_u64..).zip(&space.permissions) {
        let Some((_, operation, target)) = OPERATIONS.iter().find(|(known, ..)| known == kind) else { continue };
        list.item(|to| {
            let mut out = to.object();
            out.flag("anonymousAccess", *subject == Subject::Anonymous);
            out.number("id", number);
            {
                let mut out = out.object("operation");
                out.text("operation", operation);
                out.text("targetType", target);
            }
            subject_of_cloud(view, subject, &mut out.object("subjects"))?;
            out.flag("unlicensedAccess", matches!(subject, Subject::All(_)));
            Ok(())
        })?;
    }
    Ok(())
}

fn subject_of_cloud(view: &View<'_>, subject: &Subject, out: &mut Object<'_>) -> Answer<()> {
    let name = match subject {
        Subject::User(_) => "user",
        Subject::Group(_) => "group",
        Subject::All(_) | Subject::Anonymous => return Ok(()),
    };
    let mut out = out.object(name);
    out.member("results").array().item(|to| {
        match subject {
            Subject::User(key) if view.site.users.contains_key(key) => user(view, Some(key), to),
            Subject::User(key) => to.value(&json!({ "type": "known", "accountId": key })),
            Subject::Group(name) => group(view, name, to),
            Subject::All(_) | Subject::Anonymous => {}
        }
        Ok(())
    })?;
    out.number("size", 1);
    Ok(())
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
