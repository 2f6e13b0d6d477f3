//! The tables of the mock: what a restore filled, and the indexes that answers are made from.
//!
//! Rows of content lie in a database on disk ([`disk`]), their texts and the objects without a table in files beside it ([`pool`]). In memory is
//! what finds them, some hundred bytes a row ([`heads`]), and what is small by nature: spaces, labels, heads of templates, people.
//! Knows neither the form of packages nor HTTP.

pub mod disk;
mod heads;
mod pool;
pub mod saved;
mod site;
mod stored;
mod table;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::spill::Span;
pub use disk::{Disk, StoreError};
pub use heads::{Head, Heads};
pub use pool::{Pool, Pooled};
pub use site::Site;
pub use stored::{Files, Held, Stored, Tables};
pub use table::ContentTable;

/// The kinds of content that share one number space.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum ContentKind {
    Page,
    BlogPost,
    Comment,
    Attachment,
    /// Description of a space: a holder of labels and of the logo, never listed.
    SpaceDescription,
    /// Custom content and the like: a holder, never listed.
    Other,
    /// What an app stores over REST on content or on a space: its title is the key, its body the JSON (docs/confluence.md, C23).
    Property,
}

impl ContentKind {
    /// The word that REST uses.
    pub fn word(self) -> &'static str {
        match self {
            Self::Page => "page",
            Self::BlogPost => "blogpost",
            Self::Comment => "comment",
            Self::Attachment => "attachment",
            Self::SpaceDescription => "spacedesc",
            Self::Other | Self::Property => "custom",
        }
    }

    /// Whether content of this kind is listed among other content, and answered for by its id.
    pub fn is_shown(self) -> bool {
        !matches!(self, Self::SpaceDescription | Self::Other | Self::Property)
    }

    /// Whether its objects are kept as they are, so that rows aren't made into objects again.
    pub fn is_kept(self) -> bool {
        matches!(self, Self::Other | Self::Property)
    }

    /// The kind for the word of a request.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Page, Self::BlogPost, Self::Comment, Self::Attachment].into_iter().find(|kind| kind.word() == word)
    }
}

/// The status of content. An older version is told by [`Content::original`], not by its status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Status {
    Current,
    Archived,
    Draft,
    Trashed,
}

impl Status {
    /// The word that REST uses.
    pub fn word(self) -> &'static str {
        match self {
            Self::Current => "current",
            Self::Archived => "archived",
            Self::Draft => "draft",
            Self::Trashed => "trashed",
        }
    }
}

/// A row of the content table.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Content {
    pub id: u64,
    pub kind: ContentKind,
    pub status: Status,
    /// The live row whose older version this is.
    pub original: Option<u64>,
    pub title: String,
    pub space: Option<u64>,
    /// Parent page of a page, or the comment that a reply answers.
    pub parent: Option<u64>,
    /// What a comment or an attachment hangs on.
    pub container: Option<u64>,
    pub number: u64,
    /// Keys of users.
    pub creator: Option<String>,
    pub modifier: Option<String>,
    /// Digits of the server's wall clock, as the package has them.
    pub created: Option<String>,
    pub modified: Option<String>,
    /// What the editor wrote: `None` where the row has null.
    pub message: Option<String>,
    pub position: Option<i64>,
    pub minor: bool,
    pub body: Option<Span>,
    /// How its body is written, as the package says it: 2 is storage format (docs/confluence.md, C13).
    pub body_type: Option<i64>,
    pub file: Option<File>,
    pub inline: Option<Inline>,
    /// Numbers of labels.
    pub labels: Vec<u64>,
    pub restrictions: Vec<Restriction>,
}

impl Content {
    /// Whether its body is wiki markup or plain text, not storage format.
    pub fn is_wiki(&self) -> bool {
        self.body_type != Some(2)
    }
}

/// The file of an attachment row.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct File {
    pub media_type: Option<String>,
    /// The size that the row claims, in bytes.
    pub size: Option<u64>,
    /// Where its bytes are; `None` where the package has none.
    pub bytes: Option<Bytes>,
}

/// Bytes that stayed in a restored package.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Bytes {
    /// Index into [`Site::packages`].
    pub package: usize,
    /// Name of the entry.
    pub entry: String,
    /// Bytes, counted on restore.
    pub length: u64,
}

/// What makes a comment an inline comment.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Inline {
    /// Whether it says by itself that it is one.
    pub marked: bool,
    pub marker: Option<String>,
    pub selection: Option<String>,
    /// `open`, `resolved` or `dangling`.
    pub status: Option<String>,
    pub status_by: Option<String>,
    /// Milliseconds since 1970, as the package has them.
    pub status_at: Option<i64>,
}

/// One user or group that a restriction names.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Restriction {
    pub operation: Operation,
    pub subject: Subject,
}

/// What a restriction restricts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Operation {
    Read,
    Update,
}

impl Operation {
    /// The word that REST uses.
    pub fn word(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Update => "update",
        }
    }
}

/// Who is meant by a restriction or a permission.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Subject {
    /// The key of a user.
    User(String),
    Group(String),
    /// A marker for many, such as `all-licensed-users`.
    All(String),
    Anonymous,
}

/// A row of the space table.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Space {
    pub id: u64,
    pub key: String,
    pub name: String,
    /// `global`, `personal`, …; an open set.
    pub kind: Option<String>,
    pub archived: bool,
    pub homepage: Option<u64>,
    /// Content id of its description.
    pub description: Option<u64>,
    pub creator: Option<String>,
    pub created: Option<String>,
    pub modifier: Option<String>,
    pub modified: Option<String>,
    /// Type as in the package, and who has it.
    pub permissions: BTreeSet<(String, Subject)>,
    /// The search index knows it.
    pub indexed: bool,
}

/// A label: namespace and name, and whose it is, where it is a personal one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Label {
    pub prefix: String,
    pub name: String,
    /// The key of a user.
    pub owner: Option<String>,
}

/// A page template.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Template {
    pub id: u64,
    pub space: Option<u64>,
    pub name: String,
    pub description: String,
    pub body: Option<Span>,
}

/// A user account.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Account {
    pub name: String,
    pub display: Option<String>,
    /// Whether it can log in.
    pub active: bool,
    /// The search index knows it.
    pub indexed: bool,
}
