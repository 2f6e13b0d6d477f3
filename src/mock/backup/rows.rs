//! Rows of the tables as objects, in the form of the writer since 8.3 (docs/confluence.md, C1 and R53).

use crate::mock::store::{Content, ContentKind, Label, Operation, Restriction, Site, Space, Status, Subject};
use crate::package::{Raw, RawObject};

/// An object in the making; null is left out.
#[derive(Default)]
pub struct Made(RawObject);

impl Made {
    /// Begins; the package of the class is the writer's to know.
    pub fn new(class: &str, id: impl ToString) -> Self {
        Self(RawObject { class: class.to_owned(), id: Some(id.to_string()), ..RawObject::default() })
    }

    /// A text, number or time.
    pub fn text(mut self, name: &str, value: impl Into<Option<String>>) -> Self {
        self.0.properties.extend(value.into().map(|text| (name.to_owned(), Raw::Text(text))));
        self
    }

    /// A reference.
    pub fn reference(mut self, name: &str, class: &str, id: Option<impl ToString>) -> Self {
        let reference = id.map(|id| Raw::Reference { class: class.to_owned(), id: id.to_string() });
        self.0.properties.extend(reference.map(|value| (name.to_owned(), value)));
        self
    }

    /// A reference to a user.
    pub fn user(self, name: &str, key: Option<&String>) -> Self {
        self.reference(name, "ConfluenceUserImpl", key)
    }

    /// A constant of an enum.
    pub fn constant(mut self, name: &str, value: &str) -> Self {
        self.0.properties.push((name.to_owned(), Raw::Enum(value.to_owned())));
        self
    }

    /// The object.
    pub fn end(self) -> RawObject {
        self.0
    }
}

/// The class of content. That of content without a table isn't known, and references may name the parent class.
fn class(kind: ContentKind) -> &'static str {
    match kind {
        ContentKind::Page => "Page",
        ContentKind::BlogPost => "BlogPost",
        ContentKind::Comment => "Comment",
        ContentKind::Attachment => "Attachment",
        ContentKind::SpaceDescription => "SpaceDescription",
        ContentKind::Other | ContentKind::Property => "ContentEntityObject",
    }
}

/// A row of content.
pub fn content(site: &Site, row: &Content) -> RawObject {
    let own = class(row.kind);
    let container =
        row.container.and_then(|id| site.content.head(id)).map_or("ContentEntityObject", |row| class(row.kind));
    let status = match row.status {
        Status::Current => "current",
        Status::Archived => "archived",
        Status::Draft => "draft",
        Status::Trashed => "deleted",
    };
    let title = Some(row.title.clone()).filter(|title| !title.is_empty());
    Made::new(own, row.id)
        .text("title", title.clone())
        .text("lowerTitle", title.map(|title| title.to_lowercase()))
        .text("version", row.number.to_string())
        .user("creator", row.creator.as_ref())
        .text("creationDate", row.created.clone())
        .user("lastModifier", row.modifier.as_ref())
        .text("lastModificationDate", row.modified.clone())
        .text("versionComment", row.message.clone())
        .reference("originalVersion", own, row.original)
        .text("contentStatus", status.to_owned())
        .reference("space", "Space", row.space)
        .reference("parent", own, row.parent)
        .reference("containerContent", container, row.container)
        .text("position", row.position.map(|position| position.to_string()))
        .end()
}

/// The text of a row.
pub fn body(id: u64, row: &Content, text: String) -> RawObject {
    Made::new("BodyContent", id)
        .text("body", text)
        .reference("content", class(row.kind), Some(row.id))
        .text("bodyType", row.body_type.map(|kind| kind.to_string()))
        .end()
}

/// Media type and length of an attachment, which its row doesn't hold since 5.7 (docs/confluence.md, C15).
pub fn file(row: &Content, mut next: impl FnMut() -> u64) -> Vec<RawObject> {
    let Some(file) = &row.file else { return Vec::new() };
    let mut property = |name: &str, of: &str, value: Option<String>| {
        let value = value?;
        let object = Made::new("ContentProperty", next()).text("name", name.to_owned()).text(of, value);
        Some(object.reference("content", class(row.kind), Some(row.id)).end())
    };
    let media_type = property("MEDIA_TYPE", "stringValue", file.media_type.clone());
    let size = property("FILESIZE", "longValue", file.size.map(|size| size.to_string()));
    media_type.into_iter().chain(size).collect()
}

/// The labels of a row.
pub fn labellings(row: &Content, mut next: impl FnMut() -> u64) -> Vec<RawObject> {
    let one = |label: &u64| {
        Made::new("Labelling", next())
            .reference("label", "Label", Some(label))
            .reference("content", class(row.kind), Some(row.id))
            .text("labelableId", row.id.to_string())
            .text("labelableType", "CONTENT".to_owned())
            .end()
    };
    row.labels.iter().map(one).collect()
}

/// The restrictions of a row: a set for each operation.
pub fn restrictions(row: &Content, mut next: impl FnMut() -> u64) -> Vec<RawObject> {
    let mut objects = Vec::new();
    for (operation, word) in [(Operation::Read, "View"), (Operation::Update, "Edit")] {
        let of_it: Vec<&Restriction> = row.restrictions.iter().filter(|own| own.operation == operation).collect();
        if of_it.is_empty() {
            continue;
        }
        let set = next();
        let own = Made::new("ContentPermissionSet", set).text("type", word.to_owned());
        objects.push(own.reference("owningContent", class(row.kind), Some(row.id)).end());
        for restriction in of_it {
            let own = Made::new("ContentPermission", next()).text("type", word.to_owned());
            let own = own.reference("owningSet", "ContentPermissionSet", Some(set));
            objects.push(subject(own, "groupName", &restriction.subject).end());
        }
    }
    objects
}

/// Who is meant: of anonymous nothing is written (docs/confluence.md, C17).
fn subject(object: Made, group: &str, subject: &Subject) -> Made {
    match subject {
        Subject::User(key) => object.user("userSubject", Some(key)),
        Subject::Group(name) => object.text(group, name.clone()),
        Subject::All(name) => object.text("allUsersSubject", name.clone()),
        Subject::Anonymous => object,
    }
}

/// A space.
pub fn space(space: &Space) -> RawObject {
    Made::new("Space", space.id)
        .text("name", space.name.clone())
        .text("key", space.key.clone())
        .text("lowerKey", space.key.to_lowercase())
        .reference("description", "SpaceDescription", space.description)
        .reference("homePage", "Page", space.homepage)
        .user("creator", space.creator.as_ref())
        .text("creationDate", space.created.clone())
        .user("lastModifier", space.modifier.as_ref())
        .text("lastModificationDate", space.modified.clone())
        .text("spaceType", space.kind.clone())
        .constant("spaceStatus", if space.archived { "ARCHIVED" } else { "CURRENT" })
        .end()
}

/// The permissions of a space.
pub fn permissions(space: &Space, mut next: impl FnMut() -> u64) -> Vec<RawObject> {
    let one = |(kind, who): &(String, Subject)| {
        let own = Made::new("SpacePermission", next()).text("type", kind.clone());
        subject(own.reference("space", "Space", Some(space.id)), "group", who).end()
    };
    space.permissions.iter().map(one).collect()
}

/// A label.
pub fn label(id: u64, label: &Label) -> RawObject {
    let own = Made::new("Label", id).text("name", label.name.clone()).text("namespace", label.prefix.clone());
    own.user("owningUser", label.owner.as_ref()).end()
}
