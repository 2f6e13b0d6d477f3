//! Users and groups.

use serde::Deserialize;

/// A user. Data Center names it by `username`; Cloud by account id.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct User {
    /// `known`, `unknown` or `anonymous`.
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// Name by which it logs in.
    pub username: Option<String>,
    /// Key that content refers to.
    pub user_key: Option<String>,
    /// Account id of Cloud.
    pub account_id: Option<String>,
    /// Name that is shown.
    pub display_name: Option<String>,
    /// E-mail address; absent from answers before version 10.
    pub email: Option<String>,
    /// `current`, `deactivated`, …, where it was expanded.
    pub status: Option<String>,
    /// Whether it may log in, where the answer says so.
    pub active: Option<bool>,
}

impl User {
    /// The user's name: absent for the anonymous user and for one that nothing names.
    pub fn name(&self) -> Option<&str> {
        self.username.as_deref().filter(|name| !name.is_empty() && !self.is_anonymous())
    }

    /// What a restriction or permission calls the user: the name or, where nothing names it, the key.
    pub fn name_or_key(&self) -> Option<&str> {
        self.name().or(self.user_key.as_deref()).or(self.account_id.as_deref()).filter(|name| !name.is_empty())
    }

    /// Whether this is nobody who is logged in.
    pub fn is_anonymous(&self) -> bool {
        self.kind.as_deref() == Some("anonymous")
    }
}

/// A group.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Group {
    /// Its name.
    pub name: String,
    /// Its id; Cloud alone has one.
    #[serde(default)]
    pub id: Option<String>,
}
