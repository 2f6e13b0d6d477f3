//! Spaces, their permissions and templates.

use serde::Deserialize;

use super::content::{Ancestor, Metadata, Subjects};
use super::user::User;
use super::{Expandable, Id, Links, shown};

/// A space.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Space {
    /// Its key.
    pub key: String,
    /// Its id, which is no content id.
    #[serde(default)]
    pub id: Option<Id>,
    /// Its name.
    #[serde(default)]
    pub name: Option<String>,
    /// `global`, `personal`, and an open set of others.
    #[serde(default, rename = "type")]
    pub kind: Option<String>,
    /// `current` or `archived`; from 9.x on.
    #[serde(default)]
    pub status: Option<String>,
    /// What it says of itself.
    #[serde(default)]
    pub description: Option<Descriptions>,
    /// Its home page.
    #[serde(default, deserialize_with = "shown")]
    pub homepage: Option<Option<Ancestor>>,
    /// Labels.
    #[serde(default)]
    pub metadata: Option<Metadata>,
    /// Who made it; from 9.x on.
    #[serde(default, deserialize_with = "shown")]
    pub creator: Option<Option<User>>,
    /// When, in the server's zone; from 9.x on.
    #[serde(default, deserialize_with = "shown")]
    pub creation_date: Option<Option<String>>,
    /// Who may do what in it; Cloud alone shows it here.
    #[serde(default)]
    pub permissions: Option<Vec<SpacePermission>>,
    /// What was not expanded.
    #[serde(default, rename = "_expandable")]
    pub expandable: Expandable,
    /// Links.
    #[serde(default, rename = "_links")]
    pub links: Links,
}

/// The forms of a description.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Descriptions {
    /// As plain text.
    #[serde(default)]
    pub plain: Option<Description>,
}

/// A description.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Description {
    /// The text.
    #[serde(default, deserialize_with = "shown")]
    pub value: Option<Option<String>>,
}

/// A grant of space permissions.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SpacePermission {
    /// What is granted.
    pub operation: Operation,
    /// To whom, in lists.
    #[serde(default)]
    pub subjects: Option<Subjects>,
    /// To whom, as one.
    #[serde(default)]
    pub subject: Option<Subject>,
    /// To everybody, logged in or not.
    #[serde(default)]
    pub anonymous_access: Option<bool>,
    /// To everybody who is logged in, on Cloud.
    #[serde(default)]
    pub unlicensed_access: Option<bool>,
}

/// An operation on a type of content. Two editions of Confluence's reference name its members differently.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Operation {
    /// `read`, `create`, ….
    #[serde(alias = "operationKey", alias = "key")]
    pub operation: String,
    /// `space`, `page`, ….
    #[serde(alias = "targetType", alias = "target")]
    #[serde(rename = "targetType")]
    pub target: String,
}

/// Whom a permission names.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Subject {
    /// `group`, `known`, `user`, `anonymous`, ….
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// Name of a group.
    pub name: Option<String>,
    /// Name of a user.
    pub username: Option<String>,
    /// Key of a user.
    pub user_key: Option<String>,
}

/// A page template.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Template {
    /// Its id.
    #[serde(default)]
    pub template_id: Option<Id>,
    /// Its name.
    pub name: String,
    /// What it says of itself.
    #[serde(default, deserialize_with = "shown")]
    pub description: Option<Option<String>>,
    /// Its text.
    #[serde(default)]
    pub body: Option<super::content::Body>,
}
