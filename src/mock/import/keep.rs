//! Which objects are kept as they are, since no table holds all of them, and in which form: that of a Confluence since 8.3, into which
//! older ones are turned by a restore (docs/confluence.md, R54).

use super::people::who;
use super::rows::Rows;
use crate::mock::kept::Target;
use crate::package::{Object, Raw, RawObject};

/// Classes that are whole in the tables.
const IN_TABLES: [&str; 10] = [
    "Page",
    "BlogPost",
    "Comment",
    "Attachment",
    "SpaceDescription",
    "BodyContent",
    "Space",
    "Label",
    "ContentPermissionSet",
    "ContentPermission",
];

/// Classes of which nothing is kept: tokens, former passwords and keys are nobody's business here.
const SECRET: [&str; 5] = [
    "ConfluenceRememberMeToken",
    "InternalUserCredentialRecord",
    "AliasedKey",
    "KeyStore",
    "ConfluenceTrustedApplication",
];

/// Properties that name a person up to 5.1, by class (any, where it is empty), and those that refer to one since 5.2.
const PEOPLE: [(&str, &str, &str); 7] = [
    ("", "creatorName", "creator"),
    ("", "lastModifierName", "lastModifier"),
    ("Notification", "userName", "receiver"),
    ("SpacePermission", "userName", "userSubject"),
    ("PersonalInformation", "username", "user"),
    ("UserLoginInfo", "userName", "user"),
    ("Labelling", "user", "owningUser"),
];

/// The form in which an object is kept; `None` where the tables hold all of it.
pub fn form(rows: &mut Rows, object: &Object<'_>) -> Option<RawObject> {
    let class = object.class();
    let in_tables = match class {
        "Labelling" => object.reference("pageTemplate").is_none(),
        "SpacePermission" => object.reference("space").is_some(),
        "HibernateMembership" => object.reference("userMember").is_some(),
        _ => IN_TABLES.contains(&class) || SECRET.contains(&class),
    };
    // What has no id can't be told from others.
    if in_tables || object.id().is_none_or(str::is_empty) {
        return None;
    }
    match class {
        "DefaultHibernateUser" => return old_user(object),
        "DefaultHibernateGroup" => return old_group(object),
        _ => {}
    }
    let mut kept = object.to_raw();
    kept.properties.retain(|(name, value)| *value != Raw::Null && !is_secret(class, name));
    for (of, old, new) in PEOPLE {
        if (of.is_empty() || of == class) && object.filled(old).is_some() {
            kept.properties.retain(|(name, _)| name != old && name != new);
            let key = who(rows, object, new, old);
            kept.properties.extend(key.map(|id| (new.to_owned(), user(id))));
        }
    }
    if class == "Notification" && object.reference("content").is_none() {
        // `page` up to 4.x.
        kept.properties.iter_mut().filter(|(name, _)| name == "page").for_each(|(name, _)| "content".clone_into(name));
    }
    // What hangs on these says so itself, and has new numbers.
    if matches!(Target::of(class), Target::Content | Target::Template) {
        kept.collections.clear();
    }
    Some(kept)
}

fn is_secret(class: &str, property: &str) -> bool {
    class == "InternalUser" && matches!(property, "credential" | "password")
}

fn user(id: String) -> Raw {
    Raw::Reference { class: "ConfluenceUserImpl".to_owned(), id }
}

/// An account of up to 3.4 as one of today.
fn old_user(object: &Object<'_>) -> Option<RawObject> {
    let name = object.filled("name")?;
    let properties = [
        ("name", Some(name.to_owned())),
        ("lowerName", Some(name.to_lowercase())),
        ("displayName", object.filled("fullName").map(str::to_owned)),
        ("emailAddress", object.filled("email").map(str::to_owned)),
        ("createdDate", object.filled("created").map(str::to_owned)),
    ];
    Some(turned(object, "InternalUser", properties))
}

/// A group of up to 3.4 as one of today.
fn old_group(object: &Object<'_>) -> Option<RawObject> {
    let name = object.filled("name")?;
    let properties = [("name", Some(name.to_owned())), ("lowerName", Some(name.to_lowercase()))];
    Some(turned(object, "InternalGroup", properties))
}

fn turned<const N: usize>(object: &Object<'_>, class: &str, texts: [(&str, Option<String>); N]) -> RawObject {
    let properties = texts.into_iter().filter_map(|(name, text)| Some((name.to_owned(), Raw::Text(text?))));
    RawObject {
        class: class.to_owned(),
        id: object.id().map(str::to_owned),
        properties: properties.collect(),
        ..RawObject::default()
    }
}
