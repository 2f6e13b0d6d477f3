//! The tables of the mock: what a restore filled, and the indexes that answers are made from.
//!
//! Knows neither packages nor HTTP. Texts lie in a spill file, objects without a table in a file of their own, everything else in memory.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::kept::Kept;
use super::spill::{Span, Spill};

/// The kinds of content that share one number space.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ContentKind {
    Page,
    BlogPost,
    Comment,
    Attachment,
    /// Description of a space: a holder of labels and of the logo, never listed.
    SpaceDescription,
    /// Custom content and the like: a holder, never listed.
    Other,
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
            Self::Other => "custom",
        }
    }

    /// The kind for the word of a request.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Page, Self::BlogPost, Self::Comment, Self::Attachment].into_iter().find(|kind| kind.word() == word)
    }
}

/// The status of content. An older version is told by [`Content::original`], not by its status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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
#[derive(Debug, Clone)]
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
    /// The search index knows it.
    pub indexed: bool,
}

impl Content {
    /// Whether its body is wiki markup or plain text, not storage format.
    pub fn is_wiki(&self) -> bool {
        self.body_type != Some(2)
    }
}

/// The file of an attachment row.
#[derive(Debug, Clone, Default)]
pub struct File {
    pub media_type: Option<String>,
    /// The size that the row claims, in bytes.
    pub size: Option<u64>,
    /// Where its bytes are; `None` where the package has none.
    pub bytes: Option<Bytes>,
}

/// Bytes that stayed in a restored package.
#[derive(Debug, Clone)]
pub struct Bytes {
    /// Index into [`Site::packages`].
    pub package: usize,
    /// Name of the entry.
    pub entry: String,
    /// Bytes, counted on restore.
    pub length: u64,
}

/// What makes a comment an inline comment.
#[derive(Debug, Clone, Default)]
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
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Restriction {
    pub operation: Operation,
    pub subject: Subject,
}

/// What a restriction restricts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
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
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// The key of a user.
    User(String),
    Group(String),
    /// A marker for many, such as `all-licensed-users`.
    All(String),
    Anonymous,
}

/// A row of the space table.
#[derive(Debug, Clone)]
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
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Label {
    pub prefix: String,
    pub name: String,
    /// The key of a user.
    pub owner: Option<String>,
}

/// A page template.
#[derive(Debug, Clone)]
pub struct Template {
    pub id: u64,
    pub space: Option<u64>,
    pub name: String,
    pub description: String,
    pub body: Option<Span>,
}

/// A user account.
#[derive(Debug, Clone)]
pub struct Account {
    pub name: String,
    pub display: Option<String>,
    /// Whether it can log in.
    pub active: bool,
    /// The search index knows it.
    pub indexed: bool,
}

/// All tables of the mock.
#[derive(Debug, Clone, Default)]
pub struct Site {
    pub spaces: BTreeMap<u64, Space>,
    pub content: BTreeMap<u64, Content>,
    pub labels: BTreeMap<u64, Label>,
    pub templates: BTreeMap<u64, Template>,
    /// Names of users by their keys.
    pub users: BTreeMap<String, String>,
    /// Accounts by lower-case name.
    pub accounts: BTreeMap<String, Account>,
    /// Members (lower-case names) of groups.
    pub groups: BTreeMap<String, BTreeSet<String>>,
    /// Permissions of the site: type as in the package, and who has it.
    pub permissions: BTreeSet<(String, Subject)>,
    /// Packages that hold the bytes of attachments.
    pub packages: Vec<std::sync::Arc<crate::package::Package>>,
    /// Where the texts are.
    pub texts: Vec<std::sync::Arc<Spill>>,
    /// Objects that no table is made of.
    pub kept: Vec<std::sync::Arc<Kept>>,
    /// What the next space restore numbers from.
    pub next_id: u64,
    index: Index,
}

#[derive(Debug, Clone, Default)]
struct Index {
    listed: HashMap<(u64, ContentKind), Vec<u64>>,
    kinds: HashMap<ContentKind, Vec<u64>>,
    held: HashMap<u64, Vec<u64>>,
    versions: HashMap<u64, Vec<u64>>,
    keys: HashMap<String, u64>,
    names: HashMap<String, String>,
}

impl Site {
    /// Makes the indexes anew; called once the tables are filled.
    pub fn reindex(&mut self) {
        let mut index = Index::default();
        for (id, space) in &self.spaces {
            index.keys.insert(space.key.to_lowercase(), *id);
        }
        for (key, name) in &self.users {
            index.names.entry(name.to_lowercase()).or_insert_with(|| key.clone());
        }
        for (id, content) in &self.content {
            if let Some(original) = content.original {
                // The draft of a live page refers to it as a version does.
                if content.status != Status::Draft {
                    index.versions.entry(original).or_default().push(*id);
                }
                continue;
            }
            if let Some(space) = self.space_of(content) {
                index.listed.entry((space, content.kind)).or_default().push(*id);
            }
            index.kinds.entry(content.kind).or_default().push(*id);
            if let Some(container) = content.container {
                index.held.entry(container).or_default().push(*id);
            }
        }
        self.index = index;
    }

    /// Makes the search index know everything that is here now.
    pub fn index_for_search(&mut self) {
        self.spaces.values_mut().for_each(|space| space.indexed = true);
        self.content.values_mut().for_each(|row| row.indexed = true);
        self.accounts.values_mut().for_each(|account| account.indexed = true);
    }

    /// The space of content: its own, or that of what holds it.
    pub fn space_of(&self, content: &Content) -> Option<u64> {
        let mut row = content;
        // Comment on an attachment of a page is the deepest that Confluence has; the bound keeps a cycle from turning for ever.
        for _ in 0..8 {
            if row.space.is_some() && row.kind != ContentKind::Comment {
                return row.space;
            }
            row = self.content.get(&row.container.or(row.original)?)?;
        }
        None
    }

    /// The space with this key; keys don't tell upper from lower case.
    pub fn space(&self, key: &str) -> Option<&Space> {
        self.spaces.get(self.index.keys.get(&key.to_lowercase())?)
    }

    /// Live rows of a kind, by id, in one space or in all.
    pub fn listed(&self, space: Option<u64>, kind: ContentKind) -> &[u64] {
        let ids = match space {
            Some(space) => self.index.listed.get(&(space, kind)),
            None => self.index.kinds.get(&kind),
        };
        ids.map(Vec::as_slice).unwrap_or_default()
    }

    /// What hangs on a content row, older versions apart, by id.
    pub fn held(&self, id: u64, kind: ContentKind) -> impl Iterator<Item = &Content> {
        let ids = self.index.held.get(&id).map(Vec::as_slice).unwrap_or_default();
        ids.iter().filter_map(|id| self.content.get(id)).filter(move |row| row.kind == kind)
    }

    /// Live pages directly below a page, by id.
    pub fn pages_below(&self, parent: &Content) -> impl Iterator<Item = &Content> {
        let above = parent.id;
        let pages = self.listed(self.space_of(parent), ContentKind::Page).iter().filter_map(|id| self.content.get(id));
        pages.filter(move |row| row.parent == Some(above) && row.status == Status::Current)
    }

    /// Older versions of a live row, newest first. Rows that share the live one's number are left out: such a clash of numbers occurs in
    /// data of 2.10 to 5.1, and Confluence answers with the live row (docs/confluence.md, C15).
    pub fn versions(&self, live: &Content) -> Vec<&Content> {
        let ids = self.index.versions.get(&live.id).map(Vec::as_slice).unwrap_or_default();
        let mut rows: Vec<&Content> = ids.iter().filter_map(|id| self.content.get(id)).collect();
        rows.retain(|row| row.number != live.number);
        rows.sort_by_key(|row| (std::cmp::Reverse(row.number), row.id));
        rows
    }

    /// Parent pages of a page, root first; ends at a parent that is a draft, an older version or in the trash.
    pub fn ancestors(&self, content: &Content) -> Vec<&Content> {
        let mut chain = Vec::new();
        let mut seen = BTreeSet::from([content.id]);
        let mut next = content.parent;
        while let Some(row) = next.and_then(|id| self.content.get(&id)) {
            let live = row.kind == content.kind
                && row.original.is_none()
                && matches!(row.status, Status::Current | Status::Archived);
            if !live || !seen.insert(row.id) {
                break;
            }
            chain.push(row);
            next = row.parent;
        }
        chain.reverse();
        chain
    }

    /// The key of the user with this name, case apart.
    pub fn user_key(&self, name: &str) -> Option<&str> {
        self.index.names.get(&name.to_lowercase()).map(String::as_str)
    }
}
