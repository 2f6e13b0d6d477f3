use serde_json::{Map, Value, json};

use super::{View, content, encode, space, version};
use crate::mock::answer::{Answer, Refusal};
use crate::mock::expand::Expand;
use crate::mock::store::{Content, ContentKind, Site, Space, Status};

/// What a property hangs on.
#[derive(Clone, Copy)]
pub enum Owner<'a> {
    Content(&'a Content),
    Space(&'a Space),
}

/// What an app stored over REST (docs/confluence.md, R26).
pub fn property(view: &View<'_>, row: &Content, owner: Owner<'_>, expand: &Expand) -> Answer {
    let (name, path) = match owner {
        Owner::Content(owner) => ("content", format!("/rest/api/content/{}", owner.id)),
        Owner::Space(owner) => ("space", format!("/rest/api/space/{}", encode(&owner.key))),
    };
    let mut out = Map::new();
    let mut expandable = Map::new();
    out.insert("id".into(), row.id.to_string().into());
    out.insert("key".into(), row.title.as_str().into());
    out.insert("value".into(), value(view, row)?);
    if expand.has("version") {
        out.insert("version".into(), version(view, row));
    } else {
        expandable.insert("version".into(), "".into());
    }
    let inner = expand.under(name);
    match (expand.has(name), owner) {
        (false, _) => drop(expandable.insert(name.into(), path.as_str().into())),
        (true, Owner::Content(owner)) => drop(out.insert(name.into(), content(view, owner, &inner)?)),
        (true, Owner::Space(owner)) => drop(out.insert(name.into(), space(view, owner, &inner)?)),
    }
    let own = format!("{}{path}/property/{}", view.base, encode(&row.title));
    out.insert("_links".into(), json!({ "self": own }));
    out.insert("_expandable".into(), Value::Object(expandable));
    Ok(Value::Object(out))
}

/// `metadata.properties`: those that are asked for by their keys, and the keys of the others.
pub fn properties(view: &View<'_>, owner: &Content, expand: &Expand) -> Answer {
    let mut out = Map::new();
    let mut expandable = Map::new();
    let path = format!("/rest/api/content/{}/property", owner.id);
    for row in of_content(view.site, owner) {
        if expand.has(&row.title) {
            let value = property(view, row, Owner::Content(owner), &Expand::parse(std::iter::once("version")))?;
            out.insert(row.title.clone(), value);
        } else {
            expandable.insert(row.title.clone(), format!("{path}/{}", encode(&row.title)).into());
        }
    }
    out.insert("_links".into(), json!({ "self": format!("{}{path}", view.base) }));
    out.insert("_expandable".into(), Value::Object(expandable));
    Ok(Value::Object(out))
}

/// What apps stored on content, by id.
pub fn of_content<'a>(site: &'a Site, owner: &Content) -> impl Iterator<Item = &'a Content> + use<'a> {
    site.held(owner.id, ContentKind::Property).filter(is_live)
}

/// What apps stored on a space: on itself, or on its description.
pub fn of_space<'a>(site: &'a Site, owner: &Space) -> impl Iterator<Item = &'a Content> + use<'a> {
    let (space, described) = (owner.id, owner.description);
    let of_itself = move |row: &&Content| row.container.is_none_or(|holder| Some(holder) == described);
    let listed = site.listed(Some(space), ContentKind::Property).filter_map(|id| site.content.get(&id));
    listed.filter(is_live).filter(of_itself)
}

fn is_live(row: &&Content) -> bool {
    row.status == Status::Current
}

/// The JSON of the package; what isn't JSON can only be shown as text.
pub fn value(view: &View<'_>, row: &Content) -> Result<Value, Refusal> {
    let text = view.text(row.body)?;
    Ok(serde_json::from_str(&text).unwrap_or(Value::String(text)))
}
