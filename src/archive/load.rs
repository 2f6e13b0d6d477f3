//! Streams entities.xml into the tables.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::ArchiveError;
use super::classes::{self, ContentClass, PROPERTIES};
use super::damage::Damages;
use super::tables::{
    Account, Body, Content, Group, Label, Labelling, Membership, Permission, PermissionSet, Property, Restriction,
    Space, Status, Tables, Template, Text, Who,
};
use super::work::Work;
use super::{likes, profiles, properties, tasks, watches};
use crate::model::{body_digest, wall_clock};
use crate::package::{EntryError, Limits, Object, ObjectError, PackageError, objects_ahead};

/// The entry that holds the objects.
pub(super) const ENTITIES: &str = "entities.xml";

/// Objects between two looks at whether the drill was stopped.
const TICK: u64 = 2_000;

/// Reads all objects; false where the file broke off before its end, or isn't there.
pub(super) fn load(work: &mut Work<'_>, damages: &mut Damages) -> Result<bool, ArchiveError> {
    let Some(entry) = work.package.entry(ENTITIES) else {
        damages.no_entities();
        return Ok(false);
    };
    work.loaded.insert(entry.name.clone());
    let reader = match work.package.read(entry) {
        Ok(reader) => reader,
        Err(PackageError::Entry(error)) => {
            damages.entry(&error, &[]);
            return Ok(false);
        }
        Err(error) => return Err(error.into()),
    };
    let io = |source| PackageError::Io { path: work.package.path().to_owned(), source };
    let mut reader = objects_ahead(reader, &Limits::default()).map_err(io)?;
    let (mut number, mut whole, mut sound) = (0_u64, true, true);
    while let Some(object) = reader.next_object() {
        match object {
            Ok(object) => take(work, object, damages),
            Err(ObjectError::Read { source, .. }) if EntryError::within(&source).is_none() => {
                return Err(PackageError::Io { path: work.package.path().to_owned(), source }.into());
            }
            Err(error) => {
                if let ObjectError::Bad { class, .. } = &error {
                    let account = work.accounts.of(class.as_deref().unwrap_or("(none)"));
                    account.lexed += 1;
                    account.damaged += 1;
                }
                whole &= !error.is_fatal() || error.entry().is_some_and(|_| reader.is_complete());
                sound &= !error.is_fatal();
                damages.object(&entry.raw_name, &error);
            }
        }
        number += 1;
        if number.is_multiple_of(TICK) {
            work.tick(reader.position())?;
        }
    }
    work.signals.datetime = reader.datetime().map(str::to_owned);
    damages.illegal(&entry.raw_name, reader.illegal());
    work.object_bytes = reader.position();
    work.bytes = work.bytes.saturating_add(entry.bytes);
    work.entries += u64::from(sound);
    Ok(whole)
}

/// Takes an object into the tables.
pub(super) fn take(work: &mut Work<'_>, object: Object<'_>, damages: &mut Damages) {
    work.signals.take(object);
    let class = object.class();
    let known = classes::is_mapped(class);
    let account = if known || classes::ignored(class).is_some() { class.to_owned() } else { object.full_class() };
    work.accounts.of(&account).lexed += 1;
    if !work.references.take(object) {
        damages.duplicate(&account, object.offset());
    }
    let tables = &mut work.tables;
    signs(tables, object);
    let replaced = match (object.number_id(), ContentClass::of(class)) {
        _ if class == "ConfluenceUserImpl" => user(tables, object),
        (Some(id), Some(class)) => content(tables, id, class, object),
        (Some(id), None) if known => row(tables, id, object),
        (None, _) if known => {
            damages.no_id(&account, object.offset());
            work.accounts.damaged(&account);
            return;
        }
        _ => {
            if classes::ignored(class).is_none() {
                damages.unknown_class(&account, object.offset());
            }
            Taken::Ignored
        }
    };
    match replaced {
        Taken::New => {}
        Taken::Replaced => work.accounts.damaged(&account),
        Taken::Ignored => work.accounts.ignored(&account),
    }
}

/// What became of an object on its way into the tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Taken {
    New,
    /// An earlier one of the same id gave way: the last one wins.
    Replaced,
    Ignored,
}

pub(super) fn put<Row>(rows: &mut BTreeMap<u64, Row>, id: u64, row: Row) -> Taken {
    if rows.insert(id, row).is_some() { Taken::Replaced } else { Taken::New }
}

fn signs(tables: &mut Tables, object: Object<'_>) {
    let signs = &mut tables.signs;
    signs.cloud |= object.property("navigationType").is_some()
        || object.property("atlassianAccountId").is_some()
        || object.has_collection("childrens");
    signs.owned_properties |= object.class() == "ContentProperty" && object.reference("content").is_some();
    signs.body_lists |= object.has_collection("bodyContents");
}

fn user(tables: &mut Tables, object: Object<'_>) -> Taken {
    let key = object.id().unwrap_or_default();
    let name = object.filled("name").unwrap_or(key);
    let (key, name) = (tables.words.word(key), tables.words.word(name));
    if tables.users.insert(key, name).is_some() { Taken::Replaced } else { Taken::New }
}

fn boxed(text: Option<&str>) -> Option<Box<str>> {
    text.filter(|text| !text.is_empty()).map(Box::from)
}

pub(super) fn id(object: Object<'_>, property: &str) -> Option<u64> {
    object.reference(property)?.1.parse().ok()
}

pub(super) fn who(tables: &mut Tables, object: Object<'_>, key: &str, name: &str) -> Who {
    match (object.reference(key), object.filled(name)) {
        (Some((_, key)), _) => Who::Key(tables.words.word(key)),
        (None, Some(name)) => Who::Name(tables.words.word(name)),
        (None, None) => Who::Nobody,
    }
}

/// The digits of a time, where it is one.
pub(super) fn digits(object: Object<'_>, property: &str) -> Option<Box<str>> {
    boxed(object.text(property).and_then(wall_clock).as_deref())
}

pub(super) fn text(object: Object<'_>, property: &str) -> Text {
    object.filled(property).map(body_digest)
}

fn members<'a>(object: Object<'a>, collection: &str) -> impl Iterator<Item = u64> + use<'a> {
    object.collection(collection).filter_map(|member| member.as_reference()?.1.parse().ok())
}

fn content(tables: &mut Tables, own: u64, class: ContentClass, object: Object<'_>) -> Taken {
    tables.listed.bodies.extend(members(object, "bodyContents").map(|id| (id, own)));
    if class.is_mapped() {
        let listed = &mut tables.listed;
        listed.properties.extend(members(object, "contentProperties").map(|id| (id, own)));
        listed.attachments.extend(members(object, "attachments").map(|id| (id, own)));
        listed.comments.extend(members(object, "comments").map(|id| (id, own)));
        listed.versions.extend(members(object, "historicalVersions").map(|id| (id, own)));
        listed.labellings.extend(members(object, "labellings").map(|id| (id, own)));
        listed.sets.extend(members(object, "contentPermissionSets").map(|id| (id, own)));
    } else {
        tables.listed.properties.extend(members(object, "contentProperties").map(|id| (id, own)));
        tables.listed.versions.extend(members(object, "historicalVersions").map(|id| (id, own)));
    }
    match class {
        ContentClass::Custom => properties::take_module(tables, own, object),
        ContentClass::PersonalInformation => profiles::take_owner(tables, own, object),
        _ => {}
    }
    let is_attachment = class == ContentClass::Attachment;
    let either = |old: &str, new: &str| object.filled(new).or(object.filled(old));
    let (title, note, number) = if is_attachment {
        let number = object.number("version").or(object.number("attachmentVersion"));
        (either("fileName", "title"), either("comment", "versionComment"), number)
    } else {
        (object.filled("title"), object.filled("versionComment"), object.number("version"))
    };
    let status = match object.text("contentStatus") {
        _ if class == ContentClass::Draft => Status::Draft,
        Some("deleted") => Status::Deleted,
        Some("archived") => Status::Archived,
        Some("draft") => Status::Draft,
        _ => Status::Current,
    };
    let original = id(object, "originalVersion")
        .or_else(|| object.filled("originalVersionId")?.trim().parse().ok())
        .or_else(|| object.filled("originalVersion")?.trim().parse().ok())
        .filter(|original| *original != 0 && *original != own);
    let row = Content {
        class,
        offset: object.offset(),
        title: title.unwrap_or_default().into(),
        status,
        original,
        space: id(object, "space"),
        parent: id(object, "parent"),
        container: ["containerContent", "owner", "content"].into_iter().find_map(|name| id(object, name)),
        number,
        author: who(tables, object, "creator", "creatorName"),
        editor: who(tables, object, "lastModifier", "lastModifierName"),
        created: boxed(object.text("creationDate").and_then(wall_clock).as_deref()),
        edited: boxed(object.text("lastModificationDate").and_then(wall_clock).as_deref()),
        note: boxed(note),
        folder: object.text("isFolder") == Some("true"),
        media_type: object.filled("contentType").filter(|_| is_attachment).map(|word| tables.words.word(word)),
        recorded_bytes: object.number("fileSize").filter(|_| is_attachment),
        inline: false,
        marker: None,
        resolution: None,
        versions: object.has_collection("historicalVersions").then(|| members(object, "historicalVersions").collect()),
        body: None,
    };
    put(&mut tables.content, own, row)
}

fn row(tables: &mut Tables, own: u64, object: Object<'_>) -> Taken {
    match object.class() {
        "Space" => space(tables, own, object),
        "BodyContent" => {
            let row = Body {
                offset: object.offset(),
                owner: id(object, "content"),
                text: text(object, "body"),
                written: object.number("bodyType"),
            };
            put(&mut tables.bodies, own, row)
        }
        "ContentProperty" => property(tables, own, object),
        "Label" => {
            let namespace = tables.words.word(object.filled("namespace").unwrap_or("global"));
            put(&mut tables.labels, own, Label { name: object.text("name").unwrap_or_default().into(), namespace })
        }
        "Labelling" => {
            let template = object.reference("pageTemplate").is_some();
            let row = Labelling {
                label: id(object, "label"),
                content: id(object, "content").or_else(|| labelable(object)),
                referenced: object.reference("content").is_some(),
                template,
            };
            put(&mut tables.labellings, own, row)
        }
        "ContentPermissionSet" => {
            tables.listed.restrictions.extend(members(object, "contentPermissions").map(|id| (id, own)));
            let row = PermissionSet { edit: edit(object), content: id(object, "owningContent") };
            put(&mut tables.sets, own, row)
        }
        "ContentPermission" => {
            let user = who(tables, object, "userSubject", "userName");
            let group = object.filled("groupName").map(|name| tables.words.word(name));
            let row = Restriction { edit: edit(object), set: id(object, "owningSet"), user, group };
            put(&mut tables.restrictions, own, row)
        }
        "SpacePermission" => {
            let user = who(tables, object, "userSubject", "userName");
            let mut word = |name: &str| object.filled(name).map(|text| tables.words.word(text));
            let (kind, group, all) = (word("type"), word("group"), word("allUsersSubject"));
            let row = Permission {
                kind: kind.unwrap_or_else(|| Arc::from("")),
                space: id(object, "space"),
                user,
                group,
                all,
            };
            put(&mut tables.permissions, own, row)
        }
        "PageTemplate" => {
            let old = object.reference("originalVersionPageTemplate").is_some();
            let row = Template {
                name: object.text("name").unwrap_or_default().into(),
                space: id(object, "space"),
                description: boxed(object.text("description")),
                text: text(object, "content"),
                written: object.number("bodyType"),
                is_old: old || object.filled("contentStatus").is_some_and(|status| status != "current"),
            };
            put(&mut tables.templates, own, row)
        }
        "HibernateMembership" => {
            let row = Membership { group: id(object, "parentGroup"), user: id(object, "userMember") };
            put(&mut tables.memberships, own, row)
        }
        "InternalGroup" | "DefaultHibernateGroup" => {
            let class = if object.class() == "InternalGroup" { "InternalGroup" } else { "DefaultHibernateGroup" };
            let members = members(object, "localMembers").collect();
            put(&mut tables.groups, own, Group { class, name: object.text("name").unwrap_or_default().into(), members })
        }
        watches::CLASS => watches::take(tables, own, object),
        likes::CLASS => likes::take(tables, own, object),
        tasks::CLASS => tasks::take(tables, own, object),
        _ => account(tables, own, object),
    }
}

/// What a label stands on, where only the number of it is written. A reference is to be trusted more (docs/confluence.md, C16).
fn labelable(object: Object<'_>) -> Option<u64> {
    let is_content = object.text("labelableType").is_none_or(|kind| kind == "CONTENT");
    object.number("labelableId").filter(|_| is_content).and_then(|id| u64::try_from(id).ok())
}

fn edit(object: Object<'_>) -> Option<bool> {
    match object.text("type") {
        Some("View") => Some(false),
        Some("Edit") => Some(true),
        _ => None,
    }
}

fn space(tables: &mut Tables, own: u64, object: Object<'_>) -> Taken {
    tables.listed.permissions.extend(members(object, "permissions").map(|id| (id, own)));
    tables.listed.templates.extend(members(object, "pageTemplates").map(|id| (id, own)));
    let row = Space {
        offset: object.offset(),
        key: object.text("key").unwrap_or_default().into(),
        name: object.text("name").unwrap_or_default().into(),
        kind: object.filled("spaceType").map(|word| tables.words.word(word)),
        archived: object.text("spaceStatus").is_some_and(|status| status.eq_ignore_ascii_case("archived")),
        home: id(object, "homePage"),
        description: id(object, "description"),
        author: who(tables, object, "creator", "creatorName"),
        created: boxed(object.text("creationDate").and_then(wall_clock).as_deref()),
    };
    put(&mut tables.spaces, own, row)
}

fn property(tables: &mut Tables, own: u64, object: Object<'_>) -> Taken {
    let name = object.text("name").unwrap_or_default();
    let Some(name) = PROPERTIES.iter().find(|known| **known == name) else {
        return properties::take(tables, own, object);
    };
    let row = Property {
        name,
        text: boxed(object.text("stringValue")),
        number: object.number("longValue"),
        owner: id(object, "content"),
    };
    put(&mut tables.properties, own, row)
}

fn account(tables: &mut Tables, own: u64, object: Object<'_>) -> Taken {
    let old = object.class() == "DefaultHibernateUser";
    let full =
        [object.filled("firstName"), object.filled("lastName")].into_iter().flatten().collect::<Vec<_>>().join(" ");
    let row = Account {
        class: if old { "DefaultHibernateUser" } else { "InternalUser" },
        name: object.text("name").unwrap_or_default().into(),
        display: boxed(object.filled("displayName").or(object.filled("fullName")).or(Some(full.as_str()))),
        email: boxed(object.filled("emailAddress").or(object.filled("email"))),
        active: object.text("active").map(|text| matches!(text, "true" | "T")),
        groups: members(object, "groups").collect(),
    };
    put(&mut tables.accounts, own, row)
}
