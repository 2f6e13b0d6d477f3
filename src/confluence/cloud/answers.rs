//! The JSON of REST v2 (docs/confluence.md, R62 to R66), and what of it Data Center's types have.

use serde::Deserialize;

use crate::confluence::answers::content::{
    Ancestor, Body, Content, Extensions, History, InlineProperties, Resolution, Version,
};
use crate::confluence::answers::space::{Descriptions, Space};
use crate::confluence::answers::user::User;
use crate::confluence::answers::{Expandable, Id, Links, shown};
use crate::confluence::cloud::Sort;

/// A page, blog post, folder, comment or attachment.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Piece {
    id: Id,
    #[serde(default)]
    title: Option<String>,
    #[serde(default)]
    status: Option<String>,
    #[serde(default, deserialize_with = "shown")]
    parent_id: Option<Option<Id>>,
    #[serde(default)]
    parent_type: Option<String>,
    #[serde(default, deserialize_with = "shown")]
    author_id: Option<Option<String>>,
    #[serde(default, deserialize_with = "shown")]
    created_at: Option<Option<String>>,
    #[serde(default)]
    version: Option<PieceVersion>,
    #[serde(default)]
    body: Option<Body>,
    #[serde(default)]
    parent_comment_id: Option<Id>,
    #[serde(default)]
    resolution_status: Option<String>,
    #[serde(default)]
    properties: Option<Marked>,
    #[serde(default)]
    media_type: Option<String>,
    #[serde(default)]
    file_size: Option<serde_json::Number>,
    #[serde(default)]
    comment: Option<String>,
    #[serde(default)]
    download_link: Option<String>,
}

/// A version; in a list of versions what it is of stands within.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PieceVersion {
    number: Option<u64>,
    #[serde(default)]
    message: Option<String>,
    #[serde(default, deserialize_with = "shown")]
    author_id: Option<Option<String>>,
    #[serde(default, deserialize_with = "shown")]
    created_at: Option<Option<String>>,
    #[serde(default, alias = "blogpost", alias = "comment", alias = "attachment", alias = "custom")]
    page: Option<OfVersion>,
}

/// What a version is of.
#[derive(Debug, Deserialize)]
struct OfVersion {
    id: Id,
    #[serde(default)]
    title: Option<String>,
    #[serde(default)]
    body: Option<Body>,
}

/// Where an inline comment sits. The same stands there in two spellings.
#[derive(Debug, Deserialize)]
struct Marked {
    #[serde(default, rename = "inlineMarkerRef")]
    marker: Option<String>,
    #[serde(default, rename = "inline-marker-ref")]
    also_marker: Option<String>,
}

/// A space.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct SpaceOfV2 {
    id: Id,
    key: String,
    #[serde(default)]
    name: Option<String>,
    #[serde(default, rename = "type")]
    kind: Option<String>,
    #[serde(default)]
    status: Option<String>,
    #[serde(default, deserialize_with = "shown")]
    author_id: Option<Option<String>>,
    #[serde(default, deserialize_with = "shown")]
    created_at: Option<Option<String>>,
    #[serde(default, deserialize_with = "shown")]
    homepage_id: Option<Option<Id>>,
    #[serde(default)]
    description: Option<Descriptions>,
}

/// Nobody, or somebody by account id.
fn person(id: Option<String>) -> Option<User> {
    id.map(|id| User { account_id: Some(id), ..User::default() })
}

impl From<PieceVersion> for Version {
    fn from(version: PieceVersion) -> Self {
        Self {
            by: version.author_id.map(person),
            when: version.created_at,
            message: version.message,
            number: version.number,
        }
    }
}

impl Piece {
    /// The same in Data Center's type.
    pub(super) fn content(self, sort: Sort) -> Content {
        let version = self.version.map(Version::from);
        let first = version.as_ref().filter(|version| version.number == Some(1));
        // Comments say nothing of their beginning, and attachments nothing of who made them, but by their first version
        // (docs/confluence.md, R67).
        let made = History {
            created_by: self.author_id.map(person).or_else(|| first.and_then(|first| first.by.clone())),
            created_date: self.created_at.or_else(|| first.and_then(|first| first.when.clone())),
        };
        let above = match sort {
            Sort::FooterComment | Sort::InlineComment => {
                let answered = self.parent_comment_id.map(|id| Ancestor { id, kind: Some("comment".to_owned()) });
                Some(answered.into_iter().collect())
            }
            _ => self.parent_id.map(|id| {
                let parent = id.map(|id| Ancestor { id, kind: self.parent_type });
                parent.into_iter().collect()
            }),
        };
        let marker = self.properties.and_then(|marked| marked.marker.or(marked.also_marker));
        // What answers an inline comment is listed beside it, and has no place of its own: other editions call that footer.
        let has_place = sort == Sort::InlineComment && (marker.is_some() || above.as_ref().is_none_or(Vec::is_empty));
        let inline = has_place.then_some(InlineProperties { marker: Some(marker), selection: None });
        let location = match sort {
            Sort::FooterComment => Some("footer".to_owned()),
            Sort::InlineComment if has_place => Some("inline".to_owned()),
            _ => None,
        };
        // Cloud tells a discussion that was opened again from one that was never settled; nothing else does.
        let status = self.resolution_status.map(|word| if word == "reopened" { "open".to_owned() } else { word });
        Content {
            id: self.id,
            kind: sort.kind().to_owned(),
            title: self.title,
            status: self.status,
            history: Some(made),
            version,
            ancestors: above,
            restrictions: None,
            metadata: None,
            body: self.body,
            extensions: Some(Extensions {
                media_type: self.media_type,
                file_size: self.file_size,
                comment: self.comment,
                location,
                inline,
                resolution: status.map(|status| Resolution { status: Some(status) }),
                position: None,
            }),
            children: None,
            links: Links { download: self.download_link, ..Links::default() },
        }
    }
}

impl PieceVersion {
    /// The version as content; `of` where the answer doesn't say what it is a version of.
    pub(super) fn content(mut self, sort: Sort, of: &str) -> Content {
        let inner = self.page.take();
        let (id, title, body) = match inner {
            Some(of) => (of.id, of.title, of.body),
            None => (Id::from(of), None, None),
        };
        Content {
            id,
            kind: sort.kind().to_owned(),
            title,
            status: None,
            history: None,
            version: Some(self.into()),
            ancestors: None,
            restrictions: None,
            metadata: None,
            body,
            extensions: None,
            children: None,
            links: Links::default(),
        }
    }
}

impl From<SpaceOfV2> for Space {
    fn from(space: SpaceOfV2) -> Self {
        // A space without a description shows none, where it was asked for.
        let description = space.description.unwrap_or(Descriptions {
            plain: Some(crate::confluence::answers::space::Description { value: Some(None) }),
        });
        Self {
            key: space.key,
            id: Some(space.id),
            name: space.name,
            kind: space.kind,
            status: space.status,
            description: Some(description),
            homepage: space.homepage_id.map(|id| id.map(|id| Ancestor { id, kind: Some("page".to_owned()) })),
            metadata: None,
            creator: space.author_id.map(person),
            creation_date: space.created_at,
            permissions: None,
            expandable: Expandable::from([("homepage".to_owned(), serde_json::Value::Null)]),
            links: Links::default(),
        }
    }
}
