use serde_json::{Map, Value, json};

use super::{View, group, unknown, user};
use crate::mock::expand::Expand;
use crate::mock::paging::nested;
use crate::mock::store::{Content, Operation, Subject};

/// Page restrictions as a map keyed by operation: the form of `restriction/byOperation`, and of `restrictions` expanded in content.
/// Present doesn't mean loaded: users and groups stand there only where they were asked for (docs/confluence.md, R10).
pub fn by_operation(view: &View<'_>, row: &Content, expand: &Expand) -> Value {
    let mut out = Map::new();
    let mut expandable = Map::new();
    for operation in [Operation::Read, Operation::Update] {
        let name = operation.word();
        if expand.has(name) {
            out.insert(name.into(), of_operation(view, row, operation, &expand.under(name)));
        } else {
            let path = format!("/rest/api/content/{}/restriction/byOperation/{name}", row.id);
            expandable.insert(name.into(), path.into());
        }
    }
    let path = format!("{}/rest/api/content/{}/restriction/byOperation", view.base, row.id);
    out.insert("_links".into(), json!({ "self": path }));
    out.insert("_expandable".into(), Value::Object(expandable));
    Value::Object(out)
}

/// The restrictions of one operation.
pub fn of_operation(view: &View<'_>, row: &Content, operation: Operation, expand: &Expand) -> Value {
    let name = operation.word();
    let path = format!("{}/rest/api/content/{}/restriction/byOperation/{name}", view.base, row.id);
    let content = format!("/rest/api/content/{}", row.id);
    let mut out = Map::new();
    let mut expandable = Map::new();
    out.insert("operation".into(), name.into());
    out.insert("_links".into(), json!({ "self": path }));
    expandable.insert("content".into(), content.into());
    if expand.has("restrictions") {
        out.insert("restrictions".into(), subjects(view, row, operation, &expand.under("restrictions")));
    } else {
        expandable.insert("restrictions".into(), "".into());
    }
    out.insert("_expandable".into(), Value::Object(expandable));
    Value::Object(out)
}

fn subjects(view: &View<'_>, row: &Content, operation: Operation, expand: &Expand) -> Value {
    let of = row.restrictions.iter().filter(|restriction| restriction.operation == operation);
    let (mut users, mut groups) = (Vec::new(), Vec::new());
    for restriction in of {
        match &restriction.subject {
            Subject::User(key) if view.site.users.contains_key(key) => users.push(user(view, Some(key))),
            // Nobody knows whom the key means, and the restriction holds all the same.
            Subject::User(key) => users.push(unknown(view, key)),
            Subject::Group(name) => groups.push(group(view, name)),
            Subject::All(_) | Subject::Anonymous => {}
        }
    }
    let mut out = Map::new();
    let mut expandable = Map::new();
    for (name, list) in [("user", users), ("group", groups)] {
        if expand.has(name) {
            out.insert(name.into(), nested(list, 200));
        } else {
            expandable.insert(name.into(), "".into());
        }
    }
    out.insert("_expandable".into(), Value::Object(expandable));
    Value::Object(out)
}
