//! What is kept of entities.xml: of the compared classes only, without texts, joined from both sides.
//!
//! What grows with the content stands in tables that go to disk when they are large ([`crate::runs`]); what is few (spaces, labels, groups,
//! names) stays in memory.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use foldhash::fast::RandomState;
use serde::{Deserialize, Serialize};

use super::classes::ContentClass;
use super::form::Form;
use super::likes::Like;
use super::properties;
use super::tasks::Task;
use super::times::Time;
use super::watches::Watch;
use crate::model::Digest;
use crate::runs::{SpillError, Table};

/// Strings that repeat, each kept once.
#[derive(Debug, Default)]
pub(super) struct Words {
    numbers: HashMap<Arc<str>, u32, RandomState>,
    words: Vec<Arc<str>>,
}

/// The number of a string among the [`Words`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) struct Word(u32);

impl Words {
    pub fn number(&mut self, text: &str) -> Word {
        if let Some(number) = self.numbers.get(text) {
            return Word(*number);
        }
        let number = u32::try_from(self.words.len()).unwrap_or(u32::MAX);
        let word: Arc<str> = Arc::from(text);
        self.numbers.insert(Arc::clone(&word), number);
        self.words.push(word);
        Word(number)
    }

    /// The number of a string that is there.
    pub fn find(&self, text: &str) -> Option<Word> {
        self.numbers.get(text).copied().map(Word)
    }

    pub fn text(&self, word: Word) -> &str {
        self.words.get(word.0 as usize).map_or("", AsRef::as_ref)
    }
}

/// A user, as a property names one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(super) enum Who {
    #[default]
    Nobody,
    /// By the key of a ConfluenceUserImpl, since 5.2.
    Key(Word),
    /// By name, up to 5.1.
    Name(Word),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(super) enum Status {
    #[default]
    Current,
    Archived,
    Deleted,
    Draft,
}

/// A text, digested while it was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Text {
    #[serde(with = "in_one_piece")]
    pub sum: [u8; 32],
    pub bytes: u64,
}

/// A digest as bytes: an array is written and read byte by byte, which is a good part of the work of a row.
pub(super) mod in_one_piece {
    use serde::de::Error as _;
    use serde::{Deserialize as _, Deserializer, Serializer};

    pub fn serialize<S: Serializer>(sum: &[u8; 32], to: S) -> Result<S::Ok, S::Error> {
        to.serialize_bytes(sum)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<[u8; 32], D::Error> {
        <&[u8]>::deserialize(from)?.try_into().map_err(D::Error::custom)
    }
}

impl Text {
    pub fn digest(&self) -> Digest {
        Digest::from(self.sum)
    }
}

/// What judging needs of a page, blog post, comment, attachment, draft, description or content of an app: all but its words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Spine {
    pub class: ContentClass,
    pub status: Status,
    pub offset: u64,
    pub original: Option<u64>,
    pub space: Option<u64>,
    /// Page above, or comment that this one answers.
    pub parent: Option<u64>,
    /// What a comment or attachment stands on.
    pub container: Option<u64>,
    pub number: Option<i64>,
    pub recorded_bytes: Option<i64>,
    pub author: Who,
    pub editor: Who,
    pub created: Time,
    pub edited: Time,
    pub folder: bool,
    pub inline: bool,
    /// Whether it lists its older versions.
    pub lists_versions: bool,
    /// Whether its original lists it.
    pub is_listed: bool,
    pub media_type: Option<Word>,
    /// Whose app it is content of.
    pub module: Option<Word>,
    /// Whose profile it is.
    pub whose: Who,
    /// Whether a body is its own, be it an empty one.
    pub has_body: bool,
    pub text: Option<Text>,
    /// How its text is written, by number.
    pub written: Option<i64>,
}

/// Some content with its words. Its spine stands in front, so that it can be read alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Content<Words = Box<str>> {
    pub spine: Spine,
    pub title: Words,
    pub note: Option<Words>,
    pub marker: Option<Words>,
    /// State of an inline comment.
    pub resolution: Option<Words>,
    /// The normal form of its text, were it storage format.
    pub form: Form,
}

/// A row that can be listed by its owner instead of naming it.
pub(super) trait Owned {
    fn owner(&mut self) -> &mut Option<u64>;
}

macro_rules! owned {
    ($($row:ident.$owner:ident)*) => {
        $(impl Owned for $row {
            fn owner(&mut self) -> &mut Option<u64> {
                &mut self.$owner
            }
        })*
    };
}

owned!(Body.owner Property.owner Labelling.content PermissionSet.content Restriction.set Permission.space Template.space);

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Body {
    pub offset: u64,
    pub owner: Option<u64>,
    pub text: Option<Text>,
    pub form: Form,
    /// How it is written, by number.
    pub written: Option<i64>,
}

#[derive(Debug)]
pub(super) struct Space {
    pub offset: u64,
    pub key: Box<str>,
    pub name: Box<str>,
    pub kind: Option<Word>,
    pub archived: bool,
    pub home: Option<u64>,
    pub description: Option<u64>,
    pub author: Who,
    pub created: Time,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Property {
    /// Its place in [`super::classes::PROPERTIES`].
    pub name: u8,
    pub text: Option<Box<str>>,
    pub number: Option<i64>,
    pub owner: Option<u64>,
}

#[derive(Debug)]
pub(super) struct Label {
    pub name: Box<str>,
    pub namespace: Word,
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(super) struct Labelling {
    pub label: Option<u64>,
    pub content: Option<u64>,
    /// Whether it refers to the content, and doesn't only hold its number.
    pub referenced: bool,
    pub template: bool,
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(super) struct PermissionSet {
    pub edit: Option<bool>,
    pub content: Option<u64>,
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(super) struct Restriction {
    pub edit: Option<bool>,
    pub set: Option<u64>,
    pub user: Who,
    pub group: Option<Word>,
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(super) struct Permission {
    pub kind: Word,
    pub space: Option<u64>,
    pub user: Who,
    pub group: Option<Word>,
    pub all: Option<Word>,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Template {
    pub name: Box<str>,
    pub space: Option<u64>,
    pub description: Option<Box<str>>,
    pub text: Option<Text>,
    pub form: Form,
    /// How it is written, by number.
    pub written: Option<i64>,
    pub is_old: bool,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Account {
    /// Whether it is one of up to 3.4.
    pub old: bool,
    pub name: Box<str>,
    pub display: Option<Box<str>>,
    pub email: Option<Box<str>>,
    pub active: Option<bool>,
    /// Groups that it lists (2.10 to 3.4).
    pub groups: Vec<u64>,
}

impl Account {
    pub const fn class(&self) -> &'static str {
        if self.old { "DefaultHibernateUser" } else { "InternalUser" }
    }
}

#[derive(Debug)]
pub(super) struct Group {
    pub class: &'static str,
    pub name: Box<str>,
    /// Users that it lists (2.10 to 3.4).
    pub members: Vec<u64>,
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
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

/// Everything, by id, joined.
#[derive(Debug)]
pub(super) struct Tables {
    pub words: Words,
    pub signs: Signs,
    pub content: Table<Content>,
    pub spaces: BTreeMap<u64, Space>,
    pub labels: BTreeMap<u64, Label>,
    pub labellings: Table<Labelling>,
    pub sets: Table<PermissionSet>,
    pub restrictions: Table<Restriction>,
    pub permissions: Table<Permission>,
    pub templates: Table<Template>,
    /// Names of users by their keys.
    pub users: HashMap<Word, Word>,
    /// Names of users by their account ids of Cloud, where those are others.
    pub people: BTreeMap<String, String>,
    pub accounts: Table<Account>,
    pub groups: BTreeMap<u64, Group>,
    pub memberships: Table<Membership>,
    pub watches: Table<Watch>,
    pub likes: Table<Like>,
    pub tasks: Table<Task>,
    /// Properties that are no part of an item.
    pub more_properties: Table<properties::Property>,
    /// Objects of compared classes that were left out while they were read, by what they are.
    pub left_out: BTreeMap<Cow<'static, str>, u64>,
    /// Ids of live pages, by a number made of space and title.
    pub titles: Table<u64>,
    /// Older versions that content lists and that aren't there, by the content.
    pub lost_versions: Table<u64>,
    /// The first live description of each space.
    pub descriptions: BTreeMap<u64, u64>,
}

impl Tables {
    /// Some content without its words.
    pub fn spine(&self, id: u64) -> Result<Option<Spine>, SpillError> {
        self.content.front(id)
    }

    /// The live content that an older version belongs to: the end of the chain of originals.
    pub fn live(&self, original: u64) -> Result<u64, SpillError> {
        let mut current = original;
        for _ in 0..1_000 {
            match self.spine(current)?.and_then(|row| row.original) {
                Some(next) => current = next,
                None => break,
            }
        }
        Ok(current)
    }

    /// What a comment stands on; where a reply doesn't say, what the comments above it stand on.
    pub fn container(&self, row: &Spine) -> Result<Option<u64>, SpillError> {
        let mut current = *row;
        for _ in 0..1_000 {
            match (current.container, current.parent.filter(|_| current.class == ContentClass::Comment)) {
                (Some(container), _) => return Ok(Some(container)),
                (None, Some(parent)) => match self.spine(parent)? {
                    Some(row) => current = row,
                    None => return Ok(None),
                },
                (None, None) => return Ok(None),
            }
        }
        Ok(None)
    }

    /// Whether an older attachment has the number of the newest one, whose file it shares.
    pub fn clashes(&self, row: &Spine) -> Result<bool, SpillError> {
        let Some(original) = row.original.filter(|_| row.class == ContentClass::Attachment) else { return Ok(false) };
        Ok(self.spine(self.live(original)?)?.is_some_and(|live| live.number == row.number))
    }

    /// The name of a user; `None` for nobody, and for a key that the file doesn't explain.
    pub fn name(&self, who: Who) -> Option<&str> {
        match who {
            Who::Nobody => None,
            Who::Name(name) => Some(self.words.text(name)),
            Who::Key(key) => self.users.get(&key).map(|name| self.words.text(*name)),
        }
    }

    /// The name of a user; the key where the file doesn't explain it.
    pub fn name_or_key(&self, who: Who) -> Option<&str> {
        match who {
            Who::Key(key) => Some(self.words.text(self.users.get(&key).copied().unwrap_or(key))),
            other => self.name(other),
        }
    }
}
