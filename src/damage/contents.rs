//! All objects of a package, who points to whom, and what belongs to what.

use std::collections::{BTreeSet, HashMap};

use super::DamageError;
use crate::model::{Digest, Kind, Subject};
use crate::package::{Limits, Package, Raw, RawObject, objects};

/// Texts longer than this are not kept.
const KEPT: usize = 600;

/// What an object is known by. All classes of content share one number space, and references may name any of them.
pub(super) type Name = (String, String);

/// One object, its long texts cut.
#[derive(Debug)]
pub(super) struct Thing {
    pub raw: RawObject,
    /// Digest of its property `body`, where it has one that isn't empty.
    pub body: Option<Digest>,
    /// Whether that text holds the marker of an inline comment.
    pub marked: bool,
    /// Whether it holds a macro with a parameter.
    pub parameter: bool,
}

/// Somebody points to an object.
#[derive(Debug, Clone)]
pub(super) struct Pointer {
    /// Who.
    pub from: usize,
    /// By which property or collection.
    pub name: String,
    /// By a collection.
    pub member: bool,
}

/// Properties that say: I belong to that one.
const OWNERS: [&str; 15] = [
    "content",
    "containerContent",
    "sourceContent",
    "targetContent",
    "owningContent",
    "owningSet",
    "originalVersion",
    "originalVersionId",
    "originalVersionPageTemplate",
    "owner",
    "page",
    "pageTemplate",
    "attachment",
    "entityId",
    "userMember",
];

/// Collections that say: these belong to me.
const OWNED: [&str; 14] = [
    "bodyContents",
    "contentProperties",
    "historicalVersions",
    "contentPermissionSets",
    "contentPermissions",
    "labellings",
    "comments",
    "attachments",
    "outgoingLinks",
    "referralLinks",
    "customContent",
    "imageDetailsDTO",
    "adfContentBodies",
    "likes",
];

/// See the module.
#[derive(Debug)]
pub(super) struct Contents {
    package: Package,
    things: Vec<Thing>,
    names: HashMap<Name, usize>,
    pointers: HashMap<Name, Vec<Pointer>>,
}

fn group(class: &str) -> &str {
    match class {
        "Page"
        | "BlogPost"
        | "Comment"
        | "Attachment"
        | "CustomContentEntityObject"
        | "SpaceDescription"
        | "Draft"
        | "PersonalInformation"
        | "GlobalDescription"
        | "ContentEntityObject" => "content",
        other => other,
    }
}

pub(super) fn name(class: &str, id: &str) -> Name {
    (group(class).to_owned(), id.to_owned())
}

impl Contents {
    /// Reads all objects.
    pub(super) fn read(package: Package) -> Result<Self, DamageError> {
        let unreadable = |problem: String| DamageError::Unreadable { path: package.path().to_owned(), problem };
        let entry = package.entry("entities.xml").ok_or_else(|| unreadable("it has no entities.xml".to_owned()))?;
        let mut things = Vec::new();
        for object in objects(package.read(entry)?, &Limits::default()) {
            things.push(Thing::new(object.map_err(|error| unreadable(error.to_string()))?));
        }
        let mut contents = Self { package, things, names: HashMap::new(), pointers: HashMap::new() };
        contents.index();
        Ok(contents)
    }

    fn index(&mut self) {
        for (index, thing) in self.things.iter().enumerate() {
            let raw = &thing.raw;
            if let Some(id) = &raw.id {
                self.names.insert(name(&raw.class, id), index);
            }
            let mut point = |to: Name, by: &str, member| {
                self.pointers.entry(to).or_default().push(Pointer { from: index, name: by.to_owned(), member });
            };
            for (by, value) in &raw.properties {
                match value {
                    Raw::Reference { class, id } => point(name(class, id), by, false),
                    // Cloud and some hand-made files write the id of the newest version as text.
                    Raw::Text(id) if by.starts_with("originalVersion") && !id.is_empty() => {
                        point(name("Page", id), by, false)
                    }
                    _ => {}
                }
            }
            for (by, members) in &raw.collections {
                for (class, id) in members.iter().filter_map(Raw::as_reference) {
                    point(name(class, id), by, true);
                }
            }
            if let Some(id) = content_of_bucket(raw) {
                point(name("Page", &id), "entityId", false);
            }
        }
    }

    pub(super) fn package(&self) -> &Package {
        &self.package
    }

    pub(super) fn things(&self) -> &[Thing] {
        &self.things
    }

    pub(super) fn raw(&self, index: usize) -> Option<&RawObject> {
        self.things.get(index).map(|thing| &thing.raw)
    }

    pub(super) fn name_of(&self, index: usize) -> Option<Name> {
        let raw = self.raw(index)?;
        Some(name(&raw.class, raw.id.as_deref()?))
    }

    pub(super) fn find(&self, class: &str, id: &str) -> Option<usize> {
        self.names.get(&name(class, id)).copied()
    }

    /// Who points to this object.
    pub(super) fn pointers(&self, index: usize) -> &[Pointer] {
        self.name_of(index).and_then(|name| self.pointers.get(&name)).map_or(&[], Vec::as_slice)
    }

    /// The objects of a class, in the order in which they stand.
    pub(super) fn of_class<'a>(&'a self, class: &'a str) -> impl Iterator<Item = usize> + 'a {
        self.things.iter().enumerate().filter(move |(_, thing)| thing.raw.class == class).map(|(index, _)| index)
    }

    /// The newest version that this is an older one (or a draft) of.
    pub(super) fn original(&self, index: usize) -> Option<usize> {
        let raw = self.raw(index)?;
        if let Some((class, id)) = raw.reference("originalVersion") {
            return self.find(class, id);
        }
        self.find(&raw.class, raw.filled("originalVersionId").or_else(|| raw.filled("originalVersion"))?)
    }

    /// Whether it is the newest version of something that is neither draft nor trash nor archived.
    pub(super) fn is_live(&self, index: usize) -> bool {
        self.raw(index).is_some_and(|raw| {
            raw.text("contentStatus").is_none_or(|status| status == "current")
                && raw.reference("originalVersion").is_none()
                && raw.filled("originalVersion").is_none()
                && raw.filled("originalVersionId").is_none()
                && raw.text("isFolder") != Some("true")
        })
    }

    /// Whether it is a live page or blog post of a space that is in the package.
    pub(super) fn is_live_holder(&self, index: usize) -> bool {
        self.is_live(index)
            && self.raw(index).is_some_and(|raw| {
                matches!(raw.class.as_str(), "Page" | "BlogPost")
                    && raw.reference("space").is_some_and(|(class, id)| self.find(class, id).is_some())
            })
    }

    /// What a comment, attachment, label, body or property hangs on, told by itself or by the other's collection.
    pub(super) fn holder(&self, index: usize) -> Option<usize> {
        let raw = self.raw(index)?;
        let own = ["containerContent", "content", "owner", "owningContent"]
            .iter()
            .find_map(|name| raw.reference(name))
            .and_then(|(class, id)| self.find(class, id));
        own.or_else(|| {
            self.pointers(index)
                .iter()
                .find(|pointer| pointer.member && OWNED.contains(&pointer.name.as_str()))
                .map(|one| one.from)
        })
    }

    /// The body of a content object.
    pub(super) fn body(&self, index: usize) -> Option<usize> {
        let direct = |pointer: &&Pointer| {
            pointer.name == "content" && self.raw(pointer.from).is_some_and(|raw| raw.class == "BodyContent")
        };
        if let Some(pointer) = self.pointers(index).iter().find(direct) {
            return Some(pointer.from);
        }
        let (class, id) = self.raw(index)?.collection("bodyContents").first()?.as_reference()?;
        self.find(class, id)
    }

    /// These objects and all that belongs to them; `None` where something else points to one of them by a property and would be left dangling.
    pub(super) fn belongings(&self, roots: &[usize]) -> Option<BTreeSet<usize>> {
        let mut all = BTreeSet::new();
        let mut todo = roots.to_vec();
        while let Some(index) = todo.pop() {
            if !all.insert(index) {
                continue;
            }
            let reply = |pointer: &Pointer| {
                pointer.name == "parent" && self.raw(pointer.from).is_some_and(|raw| raw.class == "Comment")
            };
            let owned =
                |pointer: &&Pointer| !pointer.member && (OWNERS.contains(&pointer.name.as_str()) || reply(pointer));
            todo.extend(self.pointers(index).iter().filter(owned).map(|pointer| pointer.from));
            let collections = self.raw(index).map_or(&[][..], |raw| raw.collections.as_slice());
            for (_, members) in collections.iter().filter(|(name, _)| OWNED.contains(&name.as_str())) {
                todo.extend(
                    members.iter().filter_map(Raw::as_reference).filter_map(|(class, id)| self.find(class, id)),
                );
            }
        }
        let dangling = all
            .iter()
            .flat_map(|index| self.pointers(*index))
            .any(|pointer| !pointer.member && !all.contains(&pointer.from));
        (!dangling).then_some(all)
    }

    /// What an object is, for a report.
    pub(super) fn subject(&self, kind: Kind, index: usize) -> Subject {
        let raw = self.raw(index);
        let space = raw
            .and_then(|raw| raw.reference("space"))
            .and_then(|(class, id)| self.raw(self.find(class, id)?)?.text("key"));
        let title =
            raw.and_then(|raw| raw.filled("title").or_else(|| raw.filled("fileName")).or_else(|| raw.filled("name")));
        Subject {
            kind: Some(kind),
            id: raw.and_then(RawObject::number_id),
            space: space.map(str::to_owned),
            title: title.map(str::to_owned).into_iter().collect(),
            ..Subject::default()
        }
    }
}

impl Thing {
    fn new(mut raw: RawObject) -> Self {
        let body = raw.filled("body").map(Digest::of);
        let marked = raw.text("body").is_some_and(|text| text.contains("inline-comment-marker"));
        let parameter = raw.text("body").is_some_and(|text| text.contains("</ac:parameter>"));
        for (_, value) in &mut raw.properties {
            if let Raw::Text(text) = value
                && text.len() > KEPT
            {
                let end = (0..=KEPT).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
                text.truncate(end);
                text.shrink_to_fit();
            }
        }
        Self { raw, body, marked, parameter }
    }
}

/// The id of the content object that a property-set item belongs to: part of its composite id.
fn content_of_bucket(raw: &RawObject) -> Option<String> {
    let id = raw.id.as_deref().filter(|id| id.contains("entityName=confluence_ContentEntityObject"))?;
    id.split(',').find_map(|part| part.strip_prefix("entityId=")).map(str::to_owned)
}
