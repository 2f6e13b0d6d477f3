//! What is kept of entities.xml: of the compared classes only, without texts, joined from both sides.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use super::classes::ContentClass;
use super::likes::Like;
use super::properties;
use super::tasks::Task;
use super::watches::Watch;
use crate::model::Digest;

/// Strings that repeat, each kept once.
#[derive(Debug, Default)]
pub(super) struct Words(HashSet<Arc<str>>);

impl Words {
    pub fn word(&mut self, text: &str) -> Arc<str> {
        if let Some(word) = self.0.get(text) {
            return Arc::clone(word);
        }
        let word: Arc<str> = Arc::from(text);
        self.0.insert(Arc::clone(&word));
        word
    }
}

/// A user, as a property names one.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(super) enum Who {
    #[default]
    Nobody,
    /// By the key of a ConfluenceUserImpl, since 5.2.
    Key(Arc<str>),
    /// By name, up to 5.1.
    Name(Arc<str>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Status {
    #[default]
    Current,
    Archived,
    Deleted,
    Draft,
}

/// A text, digested while it was read; `None` where it is null or empty.
pub(super) type Text = Option<(Digest, u64)>;

/// A page, blog post, comment, attachment, draft, description or content of an app.
#[derive(Debug)]
pub(super) struct Content {
    pub class: ContentClass,
    pub offset: u64,
    pub title: Box<str>,
    pub status: Status,
    pub original: Option<u64>,
    pub space: Option<u64>,
    /// Page above, or comment that this one answers.
    pub parent: Option<u64>,
    /// What a comment or attachment stands on.
    pub container: Option<u64>,
    pub number: Option<i64>,
    pub author: Who,
    pub editor: Who,
    pub created: Option<Box<str>>,
    pub edited: Option<Box<str>>,
    pub note: Option<Box<str>>,
    pub folder: bool,
    pub media_type: Option<Arc<str>>,
    pub recorded_bytes: Option<i64>,
    pub inline: bool,
    pub marker: Option<Box<str>>,
    /// State of an inline comment.
    pub resolution: Option<Box<str>>,
    /// The older versions that it lists, where it lists them.
    pub versions: Option<Vec<u64>>,
    /// Its body, once joined: the id in [`Tables::bodies`].
    pub body: Option<u64>,
}

#[derive(Debug)]
pub(super) struct Body {
    pub offset: u64,
    pub owner: Option<u64>,
    pub text: Text,
    /// How it is written, by number.
    pub written: Option<i64>,
}

#[derive(Debug)]
pub(super) struct Space {
    pub offset: u64,
    pub key: Box<str>,
    pub name: Box<str>,
    pub kind: Option<Arc<str>>,
    pub archived: bool,
    pub home: Option<u64>,
    pub description: Option<u64>,
    pub author: Who,
    pub created: Option<Box<str>>,
}

#[derive(Debug)]
pub(super) struct Property {
    pub name: &'static str,
    pub text: Option<Box<str>>,
    pub number: Option<i64>,
    pub owner: Option<u64>,
}

#[derive(Debug)]
pub(super) struct Label {
    pub name: Box<str>,
    pub namespace: Arc<str>,
}

#[derive(Debug)]
pub(super) struct Labelling {
    pub label: Option<u64>,
    pub content: Option<u64>,
    /// Whether it refers to the content, and doesn't only hold its number.
    pub referenced: bool,
    pub template: bool,
}

#[derive(Debug)]
pub(super) struct PermissionSet {
    pub edit: Option<bool>,
    pub content: Option<u64>,
}

#[derive(Debug)]
pub(super) struct Restriction {
    pub edit: Option<bool>,
    pub set: Option<u64>,
    pub user: Who,
    pub group: Option<Arc<str>>,
}

#[derive(Debug)]
pub(super) struct Permission {
    pub kind: Arc<str>,
    pub space: Option<u64>,
    pub user: Who,
    pub group: Option<Arc<str>>,
    pub all: Option<Arc<str>>,
}

#[derive(Debug)]
pub(super) struct Template {
    pub name: Box<str>,
    pub space: Option<u64>,
    pub description: Option<Box<str>>,
    pub text: Text,
    /// How it is written, by number.
    pub written: Option<i64>,
    pub is_old: bool,
}

#[derive(Debug)]
pub(super) struct Account {
    pub class: &'static str,
    pub name: Box<str>,
    pub display: Option<Box<str>>,
    pub email: Option<Box<str>>,
    pub active: Option<bool>,
    /// Groups that it lists (2.10 to 3.4).
    pub groups: Vec<u64>,
}

#[derive(Debug)]
pub(super) struct Group {
    pub class: &'static str,
    pub name: Box<str>,
    /// Users that it lists (2.10 to 3.4).
    pub members: Vec<u64>,
}

#[derive(Debug)]
pub(super) struct Membership {
    pub group: Option<u64>,
    pub user: Option<u64>,
}

/// What tells the writers apart.
#[derive(Debug, Default)]
pub(super) struct Signs {
    pub cloud: bool,
    pub owned_properties: bool,
    pub body_lists: bool,
}

/// Everything, by id.
#[derive(Debug, Default)]
pub(super) struct Tables {
    pub words: Words,
    pub signs: Signs,
    pub content: BTreeMap<u64, Content>,
    pub bodies: BTreeMap<u64, Body>,
    pub spaces: BTreeMap<u64, Space>,
    pub properties: BTreeMap<u64, Property>,
    pub labels: BTreeMap<u64, Label>,
    pub labellings: BTreeMap<u64, Labelling>,
    pub sets: BTreeMap<u64, PermissionSet>,
    pub restrictions: BTreeMap<u64, Restriction>,
    pub permissions: BTreeMap<u64, Permission>,
    pub templates: BTreeMap<u64, Template>,
    /// Names of users by their keys.
    pub users: BTreeMap<Arc<str>, Arc<str>>,
    pub accounts: BTreeMap<u64, Account>,
    pub groups: BTreeMap<u64, Group>,
    pub memberships: BTreeMap<u64, Membership>,
    pub watches: BTreeMap<u64, Watch>,
    pub likes: BTreeMap<u64, Like>,
    pub tasks: BTreeMap<u64, Task>,
    /// Properties that are no part of an item.
    pub more_properties: BTreeMap<u64, properties::Property>,
    /// Module keys of content of apps, by its id.
    pub modules: BTreeMap<u64, Arc<str>>,
    /// Whose profile some content is, by its id.
    pub profiles: BTreeMap<u64, Who>,
    /// Objects of compared classes that were left out while they were read, by what they are.
    pub left_out: BTreeMap<&'static str, u64>,
    /// Owners by what they list: the other direction of each join.
    pub listed: Listed,
}

#[derive(Debug, Default)]
pub(super) struct Listed {
    pub bodies: HashMap<u64, u64>,
    pub properties: HashMap<u64, u64>,
    pub attachments: HashMap<u64, u64>,
    pub comments: HashMap<u64, u64>,
    pub versions: HashMap<u64, u64>,
    pub labellings: HashMap<u64, u64>,
    pub sets: HashMap<u64, u64>,
    pub restrictions: HashMap<u64, u64>,
    pub permissions: HashMap<u64, u64>,
    pub templates: HashMap<u64, u64>,
}

impl Tables {
    /// Fills in owners that only the other side names, and hangs bodies and properties on their owners.
    pub fn join(&mut self) {
        let listed = std::mem::take(&mut self.listed);
        fill(&mut self.bodies, &listed.bodies, |row| &mut row.owner);
        fill(&mut self.properties, &listed.properties, |row| &mut row.owner);
        fill(&mut self.more_properties, &listed.properties, |row| &mut row.owner);
        fill(&mut self.labellings, &listed.labellings, |row| &mut row.content);
        fill(&mut self.sets, &listed.sets, |row| &mut row.content);
        fill(&mut self.restrictions, &listed.restrictions, |row| &mut row.set);
        fill(&mut self.permissions, &listed.permissions, |row| &mut row.space);
        fill(&mut self.templates, &listed.templates, |row| &mut row.space);
        let live = |owner: &u64| {
            !listed.versions.contains_key(owner) && self.content.get(owner).is_some_and(|row| row.original.is_none())
        };
        let versions: HashMap<u64, u64> =
            listed.versions.iter().filter(|(_, owner)| live(owner)).map(|(id, owner)| (*id, *owner)).collect();
        for (id, content) in &mut self.content {
            match content.class {
                ContentClass::Attachment => {
                    content.container = content.container.or(listed.attachments.get(id).copied())
                }
                ContentClass::Comment => content.container = content.container.or(listed.comments.get(id).copied()),
                _ => {}
            }
            // A draft names what it is a draft of in the same way and is no version of it.
            if content.status != Status::Draft {
                content.original = content.original.or(versions.get(id).copied());
            }
        }
        self.hang();
    }

    fn hang(&mut self) {
        for (id, body) in &self.bodies {
            if let Some(owner) = body.owner.and_then(|owner| self.content.get_mut(&owner)) {
                owner.body = Some(*id);
            }
        }
        for property in self.properties.values() {
            let Some(owner) = property.owner.and_then(|owner| self.content.get_mut(&owner)) else { continue };
            let text = property.text.as_deref().filter(|text| !text.is_empty());
            match property.name {
                "MEDIA_TYPE" => owner.media_type = owner.media_type.take().or(text.map(Arc::from)),
                "FILESIZE" => owner.recorded_bytes = owner.recorded_bytes.or(property.number),
                "inline-comment" => owner.inline |= text.is_some_and(|text| text.eq_ignore_ascii_case("true")),
                "actualCommentType" => owner.inline |= text == Some("inline"),
                "inline-marker-ref" => {
                    owner.inline |= text.is_some();
                    owner.marker = owner.marker.take().or(text.map(Box::from));
                }
                "status" => owner.resolution = owner.resolution.take().or(text.map(Box::from)),
                _ => {}
            }
        }
    }

    /// The live content that an older version belongs to: the end of the chain of originals.
    pub fn live(&self, original: u64) -> u64 {
        let mut current = original;
        for _ in 0..1_000 {
            match self.content.get(&current).and_then(|row| row.original) {
                Some(next) => current = next,
                None => break,
            }
        }
        current
    }

    /// What a comment stands on; where a reply doesn't say, what the comments above it stand on.
    pub fn container(&self, id: u64) -> Option<u64> {
        let mut current = self.content.get(&id)?;
        for _ in 0..1_000 {
            match (current.container, current.parent.filter(|_| current.class == ContentClass::Comment)) {
                (Some(container), _) => return Some(container),
                (None, Some(parent)) => current = self.content.get(&parent)?,
                (None, None) => return None,
            }
        }
        None
    }

    /// The name of a user; `None` for nobody, and for a key that the file doesn't explain.
    pub fn name<'a>(&'a self, who: &'a Who) -> Option<&'a str> {
        match who {
            Who::Nobody => None,
            Who::Name(name) => Some(name),
            Who::Key(key) => self.users.get(key).map(AsRef::as_ref),
        }
    }

    /// The name of a user; the key where the file doesn't explain it.
    pub fn name_or_key<'a>(&'a self, who: &'a Who) -> Option<&'a str> {
        match who {
            Who::Key(key) => Some(self.users.get(key).map_or(key, |name| name)),
            other => self.name(other),
        }
    }

    /// The text of some content.
    pub fn text(&self, content: &Content) -> Option<&(Digest, u64)> {
        self.body(content)?.text.as_ref()
    }

    /// The body of some content.
    pub fn body(&self, content: &Content) -> Option<&Body> {
        self.bodies.get(&content.body?)
    }
}

fn fill<Row>(rows: &mut BTreeMap<u64, Row>, listed: &HashMap<u64, u64>, slot: impl Fn(&mut Row) -> &mut Option<u64>) {
    for (id, row) in rows {
        let slot = slot(row);
        *slot = slot.or(listed.get(id).copied());
    }
}
