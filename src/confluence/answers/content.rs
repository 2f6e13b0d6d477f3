//! Pages, blog posts, comments and attachments.

use serde::Deserialize;

use super::user::{Group, User};
use super::{Expandable, Id, Links, List, shown};

/// A page, blog post, comment or attachment.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Content {
    /// Its id.
    pub id: Id,
    /// `page`, `blogpost`, `comment`, `attachment`, or an app's word.
    #[serde(rename = "type")]
    pub kind: String,
    /// Its title.
    #[serde(default)]
    pub title: Option<String>,
    /// `current`, `trashed`, `archived`, `historical`, `draft`; from 5.8 on.
    #[serde(default)]
    pub status: Option<String>,
    /// Who made it and when.
    #[serde(default)]
    pub history: Option<History>,
    /// Its version.
    #[serde(default)]
    pub version: Option<Version>,
    /// What it lies below, outermost first.
    #[serde(default)]
    pub ancestors: Option<Vec<Ancestor>>,
    /// Who may see and edit it.
    #[serde(default)]
    pub restrictions: Option<Restrictions>,
    /// Labels.
    #[serde(default)]
    pub metadata: Option<Metadata>,
    /// Its text.
    #[serde(default)]
    pub body: Option<Body>,
    /// What only its type has.
    #[serde(default)]
    pub extensions: Option<Extensions>,
    /// What hangs on it, as far as that was expanded.
    #[serde(default)]
    pub children: Option<Children>,
    /// Links.
    #[serde(default, rename = "_links")]
    pub links: Links,
}

/// A page or comment above another.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Ancestor {
    /// Its id.
    pub id: Id,
    /// `page` or `comment`.
    #[serde(default, rename = "type")]
    pub kind: Option<String>,
}

/// Who made a content and when.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct History {
    /// Who.
    #[serde(default, rename = "createdBy", deserialize_with = "shown")]
    pub created_by: Option<Option<User>>,
    /// When, in the server's zone.
    #[serde(default, rename = "createdDate", deserialize_with = "shown")]
    pub created_date: Option<Option<String>>,
}

/// A version.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Version {
    /// Who made it.
    #[serde(default, deserialize_with = "shown")]
    pub by: Option<Option<User>>,
    /// When, in the server's zone.
    #[serde(default, deserialize_with = "shown")]
    pub when: Option<Option<String>>,
    /// What the editor wrote about it; missing after an update without a message.
    #[serde(default)]
    pub message: Option<String>,
    /// From 1.
    #[serde(default)]
    pub number: Option<u64>,
}

/// What the answer calls metadata.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Metadata {
    /// Labels, cut off at the server's limit.
    #[serde(default)]
    pub labels: Option<List<Label>>,
    /// Media type of an attachment.
    #[serde(default, rename = "mediaType")]
    pub media_type: Option<String>,
    /// What the editor wrote about an attachment.
    #[serde(default)]
    pub comment: Option<String>,
}

/// A label.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Label {
    /// `global`, `my` or `team`.
    #[serde(default)]
    pub prefix: Option<String>,
    /// The label.
    pub name: String,
}

/// The forms of a text.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Body {
    /// As it is stored.
    #[serde(default)]
    pub storage: Option<BodyValue>,
}

/// A text.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct BodyValue {
    /// The text.
    #[serde(default, deserialize_with = "shown")]
    pub value: Option<Option<String>>,
}

/// What only some types have.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Extensions {
    /// Media type of an attachment.
    #[serde(default, rename = "mediaType")]
    pub media_type: Option<String>,
    /// Recorded length of an attachment in bytes, which its file may not have.
    #[serde(default, rename = "fileSize")]
    pub file_size: Option<serde_json::Number>,
    /// What the editor wrote about an attachment.
    #[serde(default)]
    pub comment: Option<String>,
    /// `footer`, `inline` or `resolved`, of a comment.
    #[serde(default)]
    pub location: Option<String>,
    /// Where an inline comment sits.
    #[serde(default, rename = "inlineProperties")]
    pub inline: Option<InlineProperties>,
    /// Whether the discussion that an inline comment begins is open.
    #[serde(default)]
    pub resolution: Option<Resolution>,
    /// Place among its siblings: a number, or `none`.
    #[serde(default)]
    pub position: Option<serde_json::Value>,
}

/// Where an inline comment sits.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct InlineProperties {
    /// The marker in the text of the page.
    #[serde(default, rename = "markerRef", deserialize_with = "shown")]
    pub marker: Option<Option<String>>,
    /// The words that were marked.
    #[serde(default, rename = "originalSelection")]
    pub selection: Option<String>,
}

/// The state of a discussion.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Resolution {
    /// `open`, `resolved` or `dangling`.
    #[serde(default)]
    pub status: Option<String>,
}

/// Restrictions by operation.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
pub struct Restrictions {
    /// Who may see it.
    #[serde(default)]
    pub read: Option<Restriction>,
    /// Who may edit it.
    #[serde(default)]
    pub update: Option<Restriction>,
}

/// The restriction of one operation.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Restriction {
    /// `read` or `update`.
    #[serde(default)]
    pub operation: Option<String>,
    /// Whom it names; missing where that was not expanded.
    #[serde(default)]
    pub restrictions: Option<Subjects>,
}

/// Users and groups.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
pub struct Subjects {
    /// Users, cut off at the server's limit.
    #[serde(default)]
    pub user: Option<List<User>>,
    /// Groups, cut off at the server's limit.
    #[serde(default)]
    pub group: Option<List<Group>>,
}

/// What hangs on a content, as far as that was expanded.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Children {
    /// Comments.
    #[serde(default)]
    pub comment: Option<List<serde::de::IgnoredAny>>,
    /// Attachments.
    #[serde(default)]
    pub attachment: Option<List<serde::de::IgnoredAny>>,
    /// What was not expanded.
    #[serde(default, rename = "_expandable")]
    pub expandable: Expandable,
}
