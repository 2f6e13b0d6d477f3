//! Objects as rows of tables: which property says what, see docs/confluence.md, C10 to C18.

use super::classes::{ContentClass, PROPERTIES};
use super::form::Form;
use super::loaded::Loaded;
use super::patchwork::title_number;
use super::slots::{Slot, Slots};
use super::tables::{
    Account, Body, Content, Group, Label, Labelling, Membership, Permission, PermissionSet, Property, Restriction,
    Space, Spine, Status, Template, Text, Who, Words,
};
use super::times::Time;
use super::{likes, properties, tasks, watches};
use crate::model::body_sum;
use crate::package::{Object, Values};
use crate::runs::Filling;
use crate::storage::Digester;

/// What became of an object on its way into the tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Taken {
    /// It is in a table. Whether a later one takes its place shows when the table is walked.
    New,
    /// An earlier one of the same id gave way: the last one wins.
    Replaced,
    Ignored,
}

/// Takes in a row that is kept in memory, since there are few.
fn put<Row>(rows: &mut std::collections::BTreeMap<u64, Row>, id: u64, row: Row) -> Taken {
    if rows.insert(id, row).is_some() { Taken::Replaced } else { Taken::New }
}

/// Takes in a row.
pub(super) fn push<Row: serde::Serialize>(rows: &mut Filling, id: u64, row: &Row) -> Taken {
    rows.push(id, row);
    Taken::New
}

fn boxed(text: Option<&str>) -> Option<Box<str>> {
    text.filter(|text| !text.is_empty()).map(Box::from)
}

pub(super) fn id(object: Object<'_>, property: &str) -> Option<u64> {
    object.reference(property)?.1.parse().ok()
}

pub(super) fn who(words: &mut Words, object: Object<'_>, key: &str, name: &str) -> Who {
    named(words, object.reference(key), object.filled(name))
}

pub(super) fn named(words: &mut Words, reference: Option<(&str, &str)>, name: Option<&str>) -> Who {
    match (reference, name) {
        (Some((_, key)), _) => Who::Key(words.number(key)),
        (None, Some(name)) => Who::Name(words.number(name)),
        (None, None) => Who::Nobody,
    }
}

/// The digest of a text, where there is one.
pub(super) fn digested(text: Option<&str>) -> Option<Text> {
    let (sum, bytes) = body_sum(text.filter(|text| !text.is_empty())?);
    Some(Text { sum, bytes })
}

fn members<'a>(object: Object<'a>, collection: &str) -> impl Iterator<Item = u64> + use<'a> {
    numbers(object.collection(collection))
}

fn numbers<'a>(values: Values<'a>) -> impl Iterator<Item = u64> + use<'a> {
    values.filter_map(|member| member.as_reference()?.1.parse().ok())
}

fn list(listed: &mut Filling, object: Object<'_>, collection: &str, own: u64) {
    members(object, collection).for_each(|id| listed.push(id, &own));
}

pub(super) fn user(tables: &mut Loaded, object: Object<'_>) -> Taken {
    let key = object.id().unwrap_or_default();
    let name = object.filled("name").unwrap_or(key);
    if let Some(account) = object.filled("atlassianAccountId").filter(|account| *account != name) {
        tables.people.insert(account.to_owned(), name.to_owned());
    }
    let (key, name) = (tables.words.number(key), tables.words.number(name));
    if tables.users.insert(key, name).is_some() { Taken::Replaced } else { Taken::New }
}

/// What an object lists, taken in by one walk over its collections.
fn lists(tables: &mut Loaded, own: u64, class: ContentClass, object: Object<'_>) {
    let (listed, mapped) = (&mut tables.listed, class.is_mapped());
    let mut seen = 0_u8;
    for (name, values) in object.collections() {
        let (bit, filling) = match name {
            "bodyContents" => (1, &mut listed.bodies),
            "contentProperties" => (2, &mut listed.properties),
            "historicalVersions" => (4, &mut listed.versions),
            "attachments" if mapped => (8, &mut listed.attachments),
            "comments" if mapped => (16, &mut listed.comments),
            "labellings" if mapped => (32, &mut listed.labellings),
            "contentPermissionSets" if mapped => (64, &mut listed.sets),
            _ => continue,
        };
        // Of several collections of one name the first counts.
        if seen & bit != 0 {
            continue;
        }
        seen |= bit;
        for member in numbers(values) {
            filling.push(member, &own);
            if name == "historicalVersions" {
                listed.are_versions.insert(member);
            }
        }
    }
}

pub(super) fn content(tables: &mut Loaded, own: u64, class: ContentClass, object: Object<'_>) -> Taken {
    lists(tables, own, class, object);
    let slots = Slots::of(object);
    let is_attachment = class == ContentClass::Attachment;
    let (title, note, number) = if is_attachment {
        let title = slots.filled(Slot::Title).or(slots.filled(Slot::FileName));
        let note = slots.filled(Slot::Note).or(slots.filled(Slot::OldNote));
        (title, note, slots.number(Slot::Number).or(slots.number(Slot::OldNumber)))
    } else {
        (slots.filled(Slot::Title), slots.filled(Slot::Note), slots.number(Slot::Number))
    };
    let status = match slots.text(Slot::Status) {
        _ if class == ContentClass::Draft => Status::Draft,
        Some("deleted") => Status::Deleted,
        Some("archived") => Status::Archived,
        Some("draft") => Status::Draft,
        _ => Status::Current,
    };
    let original = slots
        .id(Slot::Original)
        .or_else(|| slots.number(Slot::OriginalId))
        .or_else(|| slots.number(Slot::Original))
        .filter(|original| *original != 0 && *original != own);
    let _ = if original.is_some() { tables.older.insert(own) } else { tables.older.remove(own) };
    let words = &mut tables.words;
    let spine = Spine {
        class,
        status,
        offset: object.offset(),
        original,
        space: slots.id(Slot::Space),
        parent: slots.id(Slot::Parent),
        container: [Slot::Container, Slot::Owner, Slot::Content].into_iter().find_map(|slot| slots.id(slot)),
        number,
        recorded_bytes: slots.number(Slot::Bytes).filter(|_| is_attachment),
        author: slots.who(words, Slot::Author, Slot::AuthorName),
        editor: slots.who(words, Slot::Editor, Slot::EditorName),
        created: Time::of(slots.text(Slot::Created)),
        edited: Time::of(slots.text(Slot::Edited)),
        folder: slots.text(Slot::Folder) == Some("true"),
        inline: false,
        lists_versions: object.has_collection("historicalVersions"),
        is_listed: false,
        media_type: slots.filled(Slot::MediaType).filter(|_| is_attachment).map(|word| words.number(word)),
        module: (class == ContentClass::Custom).then(|| properties::module(words, object)),
        whose: match class {
            ContentClass::PersonalInformation => who(words, object, "user", "username"),
            _ => Who::Nobody,
        },
        has_body: false,
        text: None,
        written: None,
    };
    let title = title.unwrap_or_default();
    if let (ContentClass::Page, Status::Current, None, Some(space)) = (class, status, original, spine.space) {
        tables.titles.push(title_number(space, title), &own);
    }
    push(
        &mut tables.content,
        own,
        &Content { spine, title, note, marker: None, resolution: None, form: Form::default() },
    )
}

/// An object of a class that isn't content.
pub(super) fn other(tables: &mut Loaded, own: u64, object: Object<'_>) -> Taken {
    match object.class() {
        "Space" => space(tables, own, object),
        "BodyContent" => {
            let row = Body {
                offset: object.offset(),
                owner: id(object, "content"),
                text: None,
                form: Form::default(),
                written: object.number("bodyType"),
            };
            tables.body(own, row, object.text("body").unwrap_or_default());
            Taken::New
        }
        "ContentProperty" => property(tables, own, object),
        "Label" => {
            let namespace = tables.words.number(object.filled("namespace").unwrap_or("global"));
            put(&mut tables.labels, own, Label { name: object.text("name").unwrap_or_default().into(), namespace })
        }
        "Labelling" => {
            let row = Labelling {
                label: id(object, "label"),
                content: id(object, "content").or_else(|| labelable(object)),
                referenced: object.reference("content").is_some(),
                template: object.reference("pageTemplate").is_some(),
            };
            push(&mut tables.labellings, own, &row)
        }
        "ContentPermissionSet" => {
            list(&mut tables.listed.restrictions, object, "contentPermissions", own);
            push(&mut tables.sets, own, &PermissionSet { edit: edit(object), content: id(object, "owningContent") })
        }
        "ContentPermission" => {
            let user = who(&mut tables.words, object, "userSubject", "userName");
            let group = object.filled("groupName").map(|name| tables.words.number(name));
            let row = Restriction { edit: edit(object), set: id(object, "owningSet"), user, group };
            push(&mut tables.restrictions, own, &row)
        }
        "SpacePermission" => {
            let user = who(&mut tables.words, object, "userSubject", "userName");
            let mut word = |name: &str| object.filled(name).map(|text| tables.words.number(text));
            let (kind, group, all) = (word("type"), word("group"), word("allUsersSubject"));
            let kind = kind.unwrap_or_else(|| tables.words.number(""));
            push(&mut tables.permissions, own, &Permission { kind, space: id(object, "space"), user, group, all })
        }
        "PageTemplate" => template(tables, own, object),
        "HibernateMembership" => {
            let row = Membership { group: id(object, "parentGroup"), user: id(object, "userMember") };
            push(&mut tables.memberships, own, &row)
        }
        class @ ("InternalGroup" | "DefaultHibernateGroup") => {
            let class = if class == "InternalGroup" { "InternalGroup" } else { "DefaultHibernateGroup" };
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

fn space(tables: &mut Loaded, own: u64, object: Object<'_>) -> Taken {
    list(&mut tables.listed.permissions, object, "permissions", own);
    list(&mut tables.listed.templates, object, "pageTemplates", own);
    let row = Space {
        offset: object.offset(),
        key: object.text("key").unwrap_or_default().into(),
        name: object.text("name").unwrap_or_default().into(),
        kind: object.filled("spaceType").map(|word| tables.words.number(word)),
        archived: object.text("spaceStatus").is_some_and(|status| status.eq_ignore_ascii_case("archived")),
        home: id(object, "homePage"),
        description: id(object, "description"),
        author: who(&mut tables.words, object, "creator", "creatorName"),
        created: Time::of(object.text("creationDate")),
    };
    put(&mut tables.spaces, own, row)
}

fn template(tables: &mut Loaded, own: u64, object: Object<'_>) -> Taken {
    let old = object.reference("originalVersionPageTemplate").is_some();
    let (text, form) = Form::of(Digester::default().digest(object.text("content").unwrap_or_default()));
    let row = Template {
        name: object.text("name").unwrap_or_default().into(),
        space: id(object, "space"),
        description: boxed(object.text("description")),
        text,
        form,
        written: object.number("bodyType"),
        is_old: old || object.filled("contentStatus").is_some_and(|status| status != "current"),
    };
    push(&mut tables.templates, own, &row)
}

fn property(tables: &mut Loaded, own: u64, object: Object<'_>) -> Taken {
    let name = object.text("name").unwrap_or_default();
    let Some(name) = PROPERTIES.iter().position(|known| *known == name) else {
        return properties::take(tables, own, object);
    };
    let row = Property {
        name: u8::try_from(name).unwrap_or(u8::MAX),
        text: boxed(object.text("stringValue")),
        number: object.number("longValue"),
        owner: id(object, "content"),
    };
    push(&mut tables.properties, own, &row)
}

fn account(tables: &mut Loaded, own: u64, object: Object<'_>) -> Taken {
    let full =
        [object.filled("firstName"), object.filled("lastName")].into_iter().flatten().collect::<Vec<_>>().join(" ");
    let row = Account {
        old: object.class() == "DefaultHibernateUser",
        name: object.text("name").unwrap_or_default().into(),
        display: boxed(object.filled("displayName").or(object.filled("fullName")).or(Some(full.as_str()))),
        email: boxed(object.filled("emailAddress").or(object.filled("email"))),
        active: object.text("active").map(|text| matches!(text, "true" | "T")),
        groups: members(object, "groups").collect(),
    };
    push(&mut tables.accounts, own, &row)
}
