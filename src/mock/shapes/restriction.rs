use super::{View, group, unknown, user};
use crate::mock::answer::Answer;
use crate::mock::expand::Expand;
use crate::mock::json::Json;
use crate::mock::paging::nested;
use crate::mock::store::{Content, Operation, Subject};

/// Page restrictions as a map keyed by operation: the form of `restriction/byOperation`, and of `restrictions` expanded in content.
/// Present doesn't mean loaded: users and groups stand there only where they were asked for (docs/confluence.md, R10).
pub fn by_operation(view: &View<'_>, row: &Content, expand: &Expand, to: &mut Json) -> Answer<()> {
    let id = row.id.to_string();
    let mut out = to.object();
    {
        let mut out = out.object("_expandable");
        for name in [Operation::Read.word(), Operation::Update.word()] {
            if !expand.has(name) {
                out.joined(name, &["/rest/api/content/", id.as_str(), "/restriction/byOperation/", name]);
            }
        }
    }
    out.object("_links").joined("self", &[view.base, "/rest/api/content/", id.as_str(), "/restriction/byOperation"]);
    for operation in [Operation::Read, Operation::Update] {
        let name = operation.word();
        if expand.has(name) {
            of_operation(view, row, operation, expand.under(name), out.member(name))?;
        }
    }
    Ok(())
}

/// The restrictions of one operation.
pub fn of_operation(
    view: &View<'_>,
    row: &Content,
    operation: Operation,
    expand: &Expand,
    to: &mut Json,
) -> Answer<()> {
    let (id, name) = (row.id.to_string(), operation.word());
    let shown = expand.has("restrictions");
    let mut out = to.object();
    {
        let mut out = out.object("_expandable");
        out.joined("content", &["/rest/api/content/", id.as_str()]);
        if !shown {
            out.text("restrictions", "");
        }
    }
    let path = [view.base, "/rest/api/content/", id.as_str(), "/restriction/byOperation/", name];
    out.object("_links").joined("self", &path);
    out.text("operation", name);
    if shown {
        subjects(view, row, operation, expand.under("restrictions"), out.member("restrictions"))?;
    }
    Ok(())
}

fn subjects(view: &View<'_>, row: &Content, operation: Operation, expand: &Expand, to: &mut Json) -> Answer<()> {
    let of = row.restrictions.iter().filter(|restriction| restriction.operation == operation);
    let (mut users, mut groups) = (Vec::new(), Vec::new());
    for restriction in of {
        match &restriction.subject {
            Subject::User(key) => users.push(key),
            Subject::Group(name) => groups.push(name),
            Subject::All(_) | Subject::Anonymous => {}
        }
    }
    let mut out = to.object();
    {
        let mut out = out.object("_expandable");
        for name in ["group", "user"] {
            if !expand.has(name) {
                out.text(name, "");
            }
        }
    }
    if expand.has("group") {
        nested(None, groups, 200, out.member("group"), |name, to| {
            group(view, name, to);
            Ok(())
        })?;
    }
    if expand.has("user") {
        nested(None, users, 200, out.member("user"), |key, to| {
            match view.site.users.contains_key(key) {
                true => user(view, Some(key), to),
                // Nobody knows whom the key means, and the restriction holds all the same.
                false => unknown(view, key, to),
            }
            Ok(())
        })?;
    }
    Ok(())
}
