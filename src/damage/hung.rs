//! Chooses something that hangs on a page, belongs to a space, or to the site.

use super::contents::Contents;
use super::pick::{Op, Victim};
use super::{Mutation, files};
use crate::model::{Kind, SPACE_PERMISSIONS};

/// What to do to this object, where it is fit for the mutation.
pub(super) fn fit(mutation: Mutation, contents: &Contents, index: usize) -> Option<Victim> {
    let say = |what: &str, kind, about| Victim::new(contents, what, &[(kind, about)]);
    let (said, suits) = match mutation {
        Mutation::RemoveBlogPost => {
            (say("removed the blog post", Kind::BlogPost, index), contents.is_live_holder(index))
        }
        Mutation::DropRestriction => {
            let owner = live_holder(contents, index)?;
            let view = contents.raw(index)?.text("type")?.eq_ignore_ascii_case("view") && has_members(contents, index);
            (say("dropped the view restriction of", kind_of(contents, owner), owner), view)
        }
        Mutation::DropLabel => {
            let owner = live_holder(contents, index)?;
            let (class, id) = contents.raw(index)?.reference("label")?;
            let global = contents.raw(contents.find(class, id)?)?.text("namespace") == Some("global");
            (say("dropped a label of", kind_of(contents, owner), owner), global)
        }
        Mutation::DropComment => {
            live_holder(contents, index)?;
            let answered = contents.pointers(index).iter().any(|pointer| pointer.name == "parent");
            let fit = contents.is_live(index) && !answered && !is_inline(contents, index);
            (say("dropped the comment", Kind::Comment, index), fit)
        }
        Mutation::DropSpacePermission => {
            // Cloud's other types are set aside, since Data Center has no word for them.
            let raw = contents.raw(index)?;
            let known = raw.text("type").is_some_and(|kind| SPACE_PERMISSIONS.contains(&kind));
            let fit = known && raw.reference("space").is_some() && single(contents, index);
            (say("dropped the space permission", Kind::Permission, index), fit)
        }
        Mutation::DropTemplate => {
            let newest = contents.raw(index)?.reference("originalVersionPageTemplate").is_none();
            (say("dropped the template", Kind::Template, index), newest)
        }
        Mutation::RenameSpace => {
            let name = format!("{} (renamed)", contents.raw(index)?.filled("name")?);
            let set = Op::SetText { name: "name", text: name };
            return Some(say("renamed the space", Kind::Space, index).editing(index, [set]));
        }
        Mutation::RemoveSpace => return whole_space(contents, index),
        Mutation::RenameUser => return renamed_user(contents, index),
        Mutation::DropUser => {
            // An account that is in no group may be one that nobody reads; one with a group is in use.
            let member = contents.pointers(index).iter().any(|pointer| pointer.name == "userMember");
            (say("dropped the account", Kind::User, index), member)
        }
        Mutation::DropMembership => {
            let whole = ["parentGroup", "userMember"]
                .iter()
                .all(|name| contents.raw(index).is_some_and(|raw| raw.reference(name).is_some()));
            (say("dropped the membership", Kind::Membership, index), whole)
        }
        Mutation::RemoveAttachment => {
            (say("removed the attachment", Kind::Attachment, index), files::is_live(contents, index))
        }
        Mutation::DropOldAttachmentVersion => {
            let original = contents.original(index).filter(|original| files::is_live(contents, *original))?;
            // Up to 5.1 an older version may carry the number of the newest, and both have one file.
            let apart = files::number(contents, index) != files::number(contents, original);
            (say("dropped the older version", Kind::Version, index), apart && !files::of(contents, index).is_empty())
        }
        _ => return None,
    };
    if suits { said.removing(contents, &[index]) } else { None }
}

/// A space with all that belongs to it, where another stays.
fn whole_space(contents: &Contents, index: usize) -> Option<Victim> {
    contents.of_class("Space").nth(1)?;
    let within: Vec<usize> = std::iter::once(index)
        .chain(contents.pointers(index).iter().filter(|one| one.name == "space").map(|one| one.from))
        .chain(contents.raw(index)?.reference("description").and_then(|(class, id)| contents.find(class, id)))
        .collect();
    Victim::new(contents, "removed the space", &[(Kind::Space, index)]).removing(contents, &within)
}

/// A user who wrote something that is live, under another name. Where two records have one key, either may be the one that counts.
fn renamed_user(contents: &Contents, index: usize) -> Option<Victim> {
    let wrote = |one: &super::contents::Pointer| one.name == "creator" && contents.is_live_holder(one.from);
    contents.pointers(index).iter().find(|one| wrote(one))?;
    let own = contents.name_of(index)?;
    if contents
        .of_class(&contents.raw(index)?.class)
        .filter(|other| contents.name_of(*other).as_ref() == Some(&own))
        .count()
        > 1
    {
        return None;
    }
    let name = format!("{}-renamed", contents.raw(index)?.filled("name")?);
    let set = |property, text| Op::SetText { name: property, text };
    let ops = [set("lowerName", name.to_lowercase()), set("name", name)];
    Some(Victim::new(contents, "renamed the user", &[(Kind::User, index)]).editing(index, ops))
}

fn live_holder(contents: &Contents, index: usize) -> Option<usize> {
    contents.holder(index).filter(|holder| contents.is_live_holder(*holder))
}

fn kind_of(contents: &Contents, index: usize) -> Kind {
    if contents.raw(index).is_some_and(|raw| raw.class == "BlogPost") { Kind::BlogPost } else { Kind::Page }
}

fn has_members(contents: &Contents, set: usize) -> bool {
    contents.pointers(set).iter().any(|pointer| pointer.name == "owningSet")
        || contents.raw(set).is_some_and(|raw| !raw.collection("contentPermissions").is_empty())
}

fn is_inline(contents: &Contents, comment: usize) -> bool {
    let is_mark = |index: usize| {
        contents.raw(index).is_some_and(|raw| raw.text("name").is_some_and(|name| name.starts_with("inline-")))
    };
    let listed = contents.raw(comment).map_or(&[][..], |raw| raw.collection("contentProperties"));
    contents.pointers(comment).iter().any(|pointer| is_mark(pointer.from))
        || listed
            .iter()
            .filter_map(crate::package::Raw::as_reference)
            .filter_map(|(class, id)| contents.find(class, id))
            .any(is_mark)
}

/// Whether no other permission of the space says the same: duplicates are harmless, and real packages have them.
fn single(contents: &Contents, permission: usize) -> bool {
    let says = |index: usize| {
        contents.raw(index).map(|raw| {
            let texts = ["type", "group", "userName", "allUsersSubject"].map(|name| raw.filled(name));
            (texts, raw.reference("space"), raw.reference("userSubject"))
        })
    };
    contents.of_class("SpacePermission").filter(|other| says(*other) == says(permission)).count() == 1
}
