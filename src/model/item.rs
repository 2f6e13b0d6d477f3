use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Key, Kind};

/// A field of an item. Which kinds carry which fields is written at each field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Field {
    /// Title of a page, blog post, comment or attachment (its file name); name of a space or template; display name of a user.
    Title,
    /// Key of the space that holds a page, blog post or template.
    Space,
    /// `current`, `archived` or `trashed`; of a space `current` or `archived`; of a task `open` or `done`.
    Status,
    /// `global`, `personal`, … of a space; `text`, `number`, `date` or `json` of a property; what kind of content a watch is for.
    Type,
    /// Key of a space's home page; as a list.
    Homepage,
    /// Name of the user who made it; absent: anonymous, or a user whom nothing names.
    Author,
    /// When it was made: digits of the server's wall clock, `2012-03-07 17:16:48.158`.
    Created,
    /// Name of the user who changed it last.
    Editor,
    /// When it was changed last: digits of the server's wall clock.
    Edited,
    /// Number of this version, from 1.
    Number,
    /// What the editor wrote about this version; empty counts as absent.
    Note,
    /// Key of the parent page, or of the comment that a reply answers; absent at the root; as a list.
    Parent,
    /// Key of what a comment, attachment or older version is on. In findings alone: an item says it by its own key, and content that is
    /// matched by id may have moved.
    Holder,
    /// Whether it is a Cloud folder.
    Folder,
    /// Strict digest of the text, by the rules of [`super::body_digest`].
    Body,
    /// Bytes of the text, after the same repair.
    BodyBytes,
    /// How the text is written: `wiki`, `raw` or `storage`. REST turns wiki markup into storage format, so only archives say it.
    BodyType,
    /// Digest of the text in the form that a restore doesn't change, by the rules of `storage`; of texts in storage format that are well-formed.
    Normal,
    /// Users whom the text names, in its order; as a list.
    NamedUsers,
    /// Content that the text names by id, in its order; as a list.
    NamedContent,
    /// Media type of an attachment.
    MediaType,
    /// Length of an attachment's bytes, as counted.
    Bytes,
    /// SHA-256 of an attachment's bytes.
    Digest,
    /// `footer` or `inline`, of a comment.
    Location,
    /// Marker of an inline comment in the body of its page.
    Marker,
    /// `open`, `resolved` or `dangling`, of an inline comment that begins a discussion.
    Resolution,
    /// Description of a space (digest) or template (text).
    Description,
    /// E-mail address of a user.
    Email,
    /// Whether a user may log in.
    Active,
    /// Name of the user whom a task is given to.
    Assignee,
    /// When a task is due.
    Due,
}

impl Field {
    /// The word used in manifests and reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Title => "title",
            Self::Space => "space",
            Self::Status => "status",
            Self::Type => "type",
            Self::Homepage => "homepage",
            Self::Author => "author",
            Self::Created => "created",
            Self::Editor => "editor",
            Self::Edited => "edited",
            Self::Number => "number",
            Self::Note => "note",
            Self::Parent => "parent",
            Self::Holder => "holder",
            Self::Folder => "folder",
            Self::Body => "body",
            Self::BodyBytes => "body-bytes",
            Self::BodyType => "body-type",
            Self::Normal => "normal",
            Self::NamedUsers => "named-users",
            Self::NamedContent => "named-content",
            Self::MediaType => "media-type",
            Self::Bytes => "bytes",
            Self::Digest => "digest",
            Self::Location => "location",
            Self::Marker => "marker",
            Self::Resolution => "resolution",
            Self::Description => "description",
            Self::Email => "email",
            Self::Active => "active",
            Self::Assignee => "assignee",
            Self::Due => "due",
        }
    }
}

/// The value of a field.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Value {
    /// Yes or no.
    Flag(bool),
    /// A count or version number.
    Number(i64),
    /// Text, a digest or a time.
    Text(String),
    /// The key of another item.
    Key(Key),
    /// What a text refers to.
    Named(Vec<Named>),
}

/// A user or content that a text refers to by what is another in every instance.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Named {
    /// User key, account id or content id, as the text has it.
    pub id: String,
    /// The key of the item; `None` where this side doesn't know it, or it is not live.
    pub key: Option<Key>,
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl std::fmt::Display for Value {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Flag(flag) => write!(f, "{flag}"),
            Self::Number(number) => write!(f, "{number}"),
            Self::Text(text) => f.write_str(text),
            Self::Key(key) => write!(f, "{key}"),
            Self::Named(all) => {
                for (number, one) in all.iter().enumerate() {
                    f.write_str(if number == 0 { "" } else { ", " })?;
                    match &one.key {
                        Some(key) => write!(f, "{key}")?,
                        None => f.write_str(&one.id)?,
                    }
                }
                Ok(())
            }
        }
    }
}

/// What a reading says of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence<'a> {
    /// The side shows this value.
    Seen(&'a Value),
    /// The side shows that there is none.
    Absent,
    /// The side can't show this field.
    NotObservable,
}

/// Why an item stands in a reading and yet outside the comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Aside {
    /// Unpublished changes: Confluence shows them to their authors only.
    Draft,
    /// A comment or attachment in the trash: REST doesn't list it.
    Trashed,
    /// On a page or blog post that is in the trash: REST doesn't list it.
    OnTrashed,
    /// On a draft.
    OnDraft,
    /// Its container or space is not in the backup, so that no restore can place it. The check `integrity` reports it.
    Orphan,
    /// In a space that the export doesn't claim to hold (docs/confluence.md, C12).
    ForeignSpace,
    /// On something that REST doesn't show: the logo of a space, the picture of a user.
    NoPage,
    /// A permission or label form that Data Center has no word for.
    CloudOnly,
    /// A permission of the whole site.
    SiteWide,
    /// It was at the source throughout and changed while the backup ran: it must be there, in one form or the other.
    InFlux,
    /// It came to the source or went from it while the backup ran.
    Passing,
}

impl Aside {
    /// The reason in words, for "not compared" lines.
    pub const fn reason(self) -> &'static str {
        match self {
            Self::Draft => "unpublished changes, which Confluence shows to their authors only",
            Self::Trashed => "in the trash, where REST doesn't list them",
            Self::OnTrashed => "on content in the trash, where REST doesn't list them",
            Self::OnDraft => "on unpublished content",
            Self::Orphan => "their container is not in the backup; see the check integrity",
            Self::ForeignSpace => "in a space that this export doesn't claim to hold",
            Self::NoPage => "on the description of a space or a profile, which REST doesn't list",
            Self::CloudOnly => "of a form that Data Center has no word for",
            Self::SiteWide => "of the whole site, for which a restored copy is not asked",
            Self::InFlux => "changed at the source while the backup ran",
            Self::Passing => "came to the source or went from it while the backup ran",
        }
    }
}

/// One item of a reading.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Item {
    /// What it is.
    pub kind: Kind,
    /// Its natural key, unique within its kind.
    pub key: Key,
    /// Its content id (for [`Kind::Version`] of the older version itself), where the side shows one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub id: Option<u64>,
    /// Why it is not compared, if it isn't.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub aside: Option<Aside>,
    /// Fields: missing from the map means not observable, `None` means absent.
    pub fields: BTreeMap<Field, Option<Value>>,
}

impl Item {
    /// What this side says of a field.
    pub fn get(&self, field: Field) -> Presence<'_> {
        match self.fields.get(&field) {
            Some(Some(value)) => Presence::Seen(value),
            Some(None) => Presence::Absent,
            None => Presence::NotObservable,
        }
    }

    /// A text field, where it is seen and is text.
    pub fn text(&self, field: Field) -> Option<&str> {
        match self.fields.get(&field) {
            Some(Some(Value::Text(text))) => Some(text),
            _ => None,
        }
    }

    /// A number field, where it is seen and is a number.
    pub fn number(&self, field: Field) -> Option<i64> {
        match self.fields.get(&field) {
            Some(Some(Value::Number(number))) => Some(*number),
            _ => None,
        }
    }
}
