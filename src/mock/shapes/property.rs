use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{View, content, encode, space, version};
use crate::mock::answer::{Answer, Refusal};
use crate::mock::expand::Expand;
use crate::mock::json::Json;
use crate::mock::store::{Content, ContentKind, Site, Space, Status};

/// What a property hangs on.
#[derive(Clone, Copy)]
pub enum Owner<'a> {
    Content(&'a Content),
    Space(&'a Space),
}

/// What an app stored over REST (docs/confluence.md, R26).
pub fn property(view: &View<'_>, row: &Content, owner: Owner<'_>, expand: &Expand, to: &mut Json) -> Answer<()> {
    let (name, path) = match owner {
        Owner::Content(owner) => ("content", format!("/rest/api/content/{}", owner.id)),
        Owner::Space(owner) => ("space", format!("/rest/api/space/{}", encode(&owner.key))),
    };
    let (owned, dated) = (expand.has(name), expand.has("version"));
    let value = value(view, row)?;
    let mut out = to.object();
    {
        let mut out = out.object("_expandable");
        if !owned {
            out.text(name, &path);
        }
        if !dated {
            out.text("version", "");
        }
    }
    out.object("_links").joined("self", &[view.base, &path, "/property/", &encode(&row.title)]);
    let inner = expand.under(name);
    match owner {
        Owner::Content(owner) if owned => content(view, owner, inner, out.member(name))?,
        Owner::Content(_) | Owner::Space(_) => {}
    }
    out.joined("id", &[row.id.to_string().as_str()]);
    out.text("key", &row.title);
    match owner {
        Owner::Space(owner) if owned => space(view, owner, inner, out.member(name))?,
        Owner::Content(_) | Owner::Space(_) => {}
    }
    out.member("value").value(&value);
    if dated {
        version(view, row, None, out.member("version"))?;
    }
    Ok(())
}

/// A member of `metadata.properties`.
enum Member<'a> {
    Expandable,
    Links,
    Property(&'a Content),
}

/// `metadata.properties`: those that are asked for by their keys, and the keys of the others.
pub fn properties(view: &View<'_>, owner: &Content, expand: &Expand, to: &mut Json) -> Answer<()> {
    let path = format!("/rest/api/content/{}/property", owner.id);
    let (mut members, mut expandable) = (BTreeMap::new(), BTreeSet::new());
    for row in of_content(view.site, owner) {
        if expand.has(&row.title) {
            members.insert(row.title.as_str(), Member::Property(row));
        } else {
            expandable.insert(row.title.as_str());
        }
    }
    members.insert("_links", Member::Links);
    members.insert("_expandable", Member::Expandable);
    let dated = Expand::parse(std::iter::once("version"));
    let mut out = to.object();
    for (name, member) in members {
        let to = out.free_member(name);
        match member {
            Member::Expandable => {
                let mut out = to.object();
                for key in &expandable {
                    out.free_member(key).joined(&[&path, "/", &encode(key)]);
                }
            }
            Member::Links => to.object().joined("self", &[view.base, &path]),
            Member::Property(row) => property(view, row, Owner::Content(owner), &dated, to)?,
        }
    }
    Ok(())
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
    Ok(serde_json::from_str(&text).unwrap_or(Value::String(text.into_owned())))
}
