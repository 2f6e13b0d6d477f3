//! Takes in raw objects one by one and keeps them as rows. Objects come in no order and refer forward and back, so nothing is joined here.

use std::borrow::Cow;

use super::keep;
use super::people::{self, subject, who};
use super::rows::{Body, Part, PermissionSet, Piece, Property, Rows, Sort};
use crate::mock::kept::{Kept, KeptWriter};
use crate::mock::spill::{Span, Spill, SpillWriter};
use crate::mock::store::{Content, ContentKind, File, Head, Label, Operation, Space, Status, Subject, Template};
use crate::package::Object;

/// Names of the content properties that the mock shows.
const PROPERTIES: [&str; 9] = [
    "MEDIA_TYPE",
    "FILESIZE",
    "MINOR_EDIT",
    "inline-comment",
    "inline-marker-ref",
    "inline-original-selection",
    "status",
    "status-lastmoddate",
    "status-lastmodifier",
];

/// The end of the module key of what apps store over REST (docs/confluence.md, C23).
const OF_APPS: &str = "confluence-content-property-storage:content-property";

/// Rows in the making.
pub struct Gather {
    rows: Rows,
    texts: SpillWriter,
    kept: KeptWriter,
    /// Whether macros get new ids.
    new_macro_ids: bool,
}

impl Gather {
    /// Begins, with no rows yet, and with empty files for the texts and for what is kept as it is.
    pub fn new(rows: Rows, texts: SpillWriter, kept: KeptWriter, new_macro_ids: bool) -> Self {
        Self { rows, texts, kept, new_macro_ids }
    }

    /// Takes in one object; false where it can't be placed. What no table is made of is kept as it is.
    pub fn take(&mut self, object: &Object<'_>) -> std::io::Result<bool> {
        if let Some(object) = keep::form(&mut self.rows, object) {
            self.kept.put(&object)?;
        }
        let placed = match object.class() {
            "Page" => self.content(object, ContentKind::Page),
            "BlogPost" => self.content(object, ContentKind::BlogPost),
            "Comment" => self.content(object, ContentKind::Comment),
            "Attachment" => self.content(object, ContentKind::Attachment),
            "SpaceDescription" => self.content(object, ContentKind::SpaceDescription),
            "CustomContentEntityObject" => {
                let stored = object.text("pluginModuleKey").is_some_and(|key| key.ends_with(OF_APPS));
                self.content(object, if stored { ContentKind::Property } else { ContentKind::Other })
            }
            "GlobalDescription" | "PersonalInformation" => self.content(object, ContentKind::Other),
            "Draft" => self.old_draft(object),
            "BodyContent" => return self.body(object),
            "PageTemplate" => return self.template(object),
            "Space" => self.space(object),
            "ContentProperty" => self.property(object),
            "Label" => self.label(object),
            "Labelling" => self.labelling(object),
            "ContentPermissionSet" | "ContentPermission" => self.restriction(object),
            "SpacePermission" => self.permission(object),
            "ConfluenceUserImpl"
            | "InternalUser"
            | "DefaultHibernateUser"
            | "InternalGroup"
            | "DefaultHibernateGroup"
            | "HibernateMembership" => people::take(&mut self.rows, object),
            _ => true,
        };
        Ok(placed)
    }

    /// All rows, their texts, and what is kept as it is.
    pub fn finish(self) -> std::io::Result<(Rows, Spill, Kept)> {
        Ok((self.rows, self.texts.finish()?, self.kept.finish()?))
    }

    /// A draft of before 6.0 (docs/confluence.md, C11): shown to nobody, held for its text.
    fn old_draft(&mut self, object: &Object<'_>) -> bool {
        if let (Some(id), Some(key)) = (object.number_id(), object.filled("draftSpaceKey")) {
            self.rows.draft_spaces.insert(id, key.to_owned());
        }
        self.content(object, ContentKind::Other)
    }

    fn content(&mut self, object: &Object<'_>, kind: ContentKind) -> bool {
        let Some(id) = object.number_id() else { return false };
        let file = kind == ContentKind::Attachment;
        let either = |new: &str, old: &str| object.filled(new).or_else(|| object.filled(old).filter(|_| file));
        let original = reference(object, "originalVersion").or_else(|| whole(object, "originalVersionId"));
        let message = object.text("versionComment").or_else(|| object.text("comment").filter(|_| file));
        let number = either("version", "attachmentVersion").and_then(|text| text.trim().parse().ok());
        let holder = ["containerContent", "content", "owner"].iter().find_map(|name| reference(object, name));
        let creator = who(&mut self.rows, object, "creator", "creatorName");
        let modifier = who(&mut self.rows, object, "lastModifier", "lastModifierName");
        let row = Content {
            id,
            kind,
            status: status(object.text("contentStatus")),
            original: original.filter(|original| *original != id),
            title: either("title", "fileName").unwrap_or_default().to_owned(),
            space: reference(object, "space"),
            parent: reference(object, "parent").filter(|parent| *parent != id),
            container: holder
                .filter(|_| !matches!(kind, ContentKind::Page | ContentKind::BlogPost | ContentKind::SpaceDescription)),
            number: number.unwrap_or(1),
            creator,
            modifier,
            created: object.filled("creationDate").map(str::to_owned),
            modified: object.filled("lastModificationDate").map(str::to_owned),
            message: message.map(str::to_owned),
            position: object.number("position"),
            minor: false,
            body: None,
            body_type: None,
            file: file.then(|| File {
                media_type: object.filled("contentType").map(str::to_owned),
                size: whole(object, "fileSize"),
                bytes: None,
            }),
            inline: None,
            labels: Vec::new(),
            restrictions: Vec::new(),
        };
        self.rows.piece(id, &Piece::Row(Head::of(&row), Box::new(row)));
        let owner = Part::Owner(id);
        for (collection, sort) in [("bodyContents", Sort::Body), ("labellings", Sort::Labelling)] {
            ids(object, collection).for_each(|part| self.rows.part(sort, part, &owner));
        }
        for property in ids(object, "contentProperties") {
            self.rows.part(Sort::Property, property, &owner);
            self.rows.owners.insert(property, id);
        }
        self.rows.listed_sets.extend(ids(object, "contentPermissionSets").map(|set| (set, id)));
        let versions = ids(object, "historicalVersions").filter(|version| *version != id);
        versions.for_each(|version| self.rows.piece(version, &Piece::VersionOf(id)));
        true
    }

    fn body(&mut self, object: &Object<'_>) -> std::io::Result<bool> {
        let Some(id) = object.number_id() else { return Ok(false) };
        let kind = object.number("bodyType");
        let repair = kind == Some(2);
        // A body without a text is an empty one.
        let span = self.text(object.text("body").or(Some("")), repair)?;
        let body = Body { span, kind };
        match reference(object, "content") {
            Some(content) => self.rows.piece(content, &Piece::Body(id, body)),
            None => self.rows.part(Sort::Body, id, &Part::Body(body)),
        }
        Ok(true)
    }

    /// Confluence writes `]] >` for `]]>` in CDATA; in storage format nothing else can be meant (docs/confluence.md, C8).
    fn text(&mut self, text: Option<&str>, repair: bool) -> std::io::Result<Option<Span>> {
        let Some(text) = text else { return Ok(None) };
        let mut text = Cow::Borrowed(text);
        if repair && text.contains("]] >") {
            text = Cow::Owned(text.replace("]] >", "]]>"));
        }
        if repair && self.new_macro_ids {
            text = Cow::Owned(text.replace("ac:macro-id=\"", "ac:macro-id=\"0"));
        }
        self.texts.put(&text).map(Some)
    }

    fn template(&mut self, object: &Object<'_>) -> std::io::Result<bool> {
        let (Some(id), Some(name)) = (object.number_id(), object.text("name")) else { return Ok(false) };
        if object.reference("originalVersionPageTemplate").is_some() {
            self.rows.old_templates.insert(id);
            return Ok(true);
        }
        let body = self.text(object.text("content"), true)?;
        let description = object.text("description").unwrap_or_default().to_owned();
        let space = reference(object, "space");
        self.rows.templates.insert(id, Template { id, space, name: name.to_owned(), description, body });
        Ok(true)
    }

    fn space(&mut self, object: &Object<'_>) -> bool {
        let (Some(id), Some(key)) = (object.number_id(), object.filled("key")) else { return false };
        let row = Space {
            id,
            key: key.to_owned(),
            name: object.text("name").unwrap_or_default().to_owned(),
            kind: object.filled("spaceType").map(str::to_owned),
            archived: object.text("spaceStatus").is_some_and(|status| status.eq_ignore_ascii_case("archived")),
            homepage: reference(object, "homePage"),
            description: reference(object, "description"),
            creator: who(&mut self.rows, object, "creator", "creatorName"),
            created: object.filled("creationDate").map(str::to_owned),
            modifier: who(&mut self.rows, object, "lastModifier", "lastModifierName"),
            modified: object.filled("lastModificationDate").map(str::to_owned),
            permissions: std::collections::BTreeSet::new(),
            indexed: false,
        };
        self.rows.spaces.insert(id, row);
        true
    }

    fn property(&mut self, object: &Object<'_>) -> bool {
        let (Some(id), Some(name)) = (object.number_id(), object.filled("name")) else { return false };
        if PROPERTIES.contains(&name) {
            let row = Property {
                name: name.to_owned(),
                text: object.text("stringValue").map(str::to_owned),
                number: object.number("longValue"),
            };
            match reference(object, "content") {
                Some(content) => self.rows.piece(content, &Piece::Property(id, row)),
                None => self.rows.part(Sort::Property, id, &Part::Property(row)),
            }
        }
        true
    }

    fn label(&mut self, object: &Object<'_>) -> bool {
        let (Some(id), Some(name)) = (object.number_id(), object.text("name")) else { return false };
        let prefix = object.filled("namespace").unwrap_or("global").to_owned();
        let owner = who(&mut self.rows, object, "owningUser", "owner");
        self.rows.labels.insert(id, Label { prefix, name: name.to_owned(), owner });
        true
    }

    fn labelling(&mut self, object: &Object<'_>) -> bool {
        let Some(id) = object.number_id() else { return false };
        let on_content = object.text("labelableType").is_none_or(|kind| kind == "CONTENT");
        let on_template = object.reference("pageTemplate").is_some();
        let hint = whole(object, "labelableId").filter(|_| on_content && !on_template);
        if let Some(label) = reference(object, "label") {
            match reference(object, "content") {
                Some(content) => self.rows.piece(content, &Piece::Labelling(id, label)),
                None => self.rows.part(Sort::Labelling, id, &Part::Labelling(label, hint)),
            }
        }
        true
    }

    fn restriction(&mut self, object: &Object<'_>) -> bool {
        let Some(id) = object.number_id() else { return false };
        if object.class() == "ContentPermissionSet" {
            let operation = object.text("type").and_then(|kind| match kind.to_lowercase().as_str() {
                "view" => Some(Operation::Read),
                "edit" => Some(Operation::Update),
                _ => None,
            });
            let row = PermissionSet { content: reference(object, "owningContent"), operation };
            self.rows.permission_sets.insert(id, row);
            let members = ids(object, "contentPermissions").map(|member| (member, id));
            self.rows.listed_permissions.extend(members);
            return true;
        }
        let subject = subject(&mut self.rows, object, "groupName");
        let set = reference(object, "owningSet");
        self.rows.content_permissions.insert(id, (set, subject));
        true
    }

    fn permission(&mut self, object: &Object<'_>) -> bool {
        let Some(kind) = object.filled("type") else { return false };
        let space = reference(object, "space");
        if space.is_some() && !crate::mock::permissions::is_known(kind) {
            return false;
        }
        let subject: Subject = subject(&mut self.rows, object, "group");
        self.rows.permissions.push((space, kind.to_owned(), subject));
        true
    }
}

fn status(word: Option<&str>) -> Status {
    match word {
        Some("deleted") => Status::Trashed,
        Some("draft") => Status::Draft,
        Some("archived") => Status::Archived,
        _ => Status::Current,
    }
}

/// The id of a reference. The class is not asked: all content shares one number space, and a reference may name a parent class.
pub fn reference(object: &Object<'_>, name: &str) -> Option<u64> {
    object.reference(name)?.1.parse().ok()
}

/// The ids that a collection names.
pub fn ids<'a>(object: &Object<'a>, name: &str) -> impl Iterator<Item = u64> + use<'a> {
    object.collection(name).filter_map(|member| member.as_reference()?.1.parse().ok())
}

fn whole(object: &Object<'_>, name: &str) -> Option<u64> {
    object.text(name)?.trim().parse().ok()
}
