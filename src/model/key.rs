use serde::{Deserialize, Serialize};

/// How items of two readings are recognised as the same thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Identity {
    /// By content id: a site restore keeps the ids.
    Id,
    /// By space, title, author and date: a space restore gives new ids.
    Natural,
}

/// The name of an item within a reading: the path from its space or container, outermost first.
///
/// Natural keys, by kind (`…` stands for the key of the holder):
/// `["space", KEY]` · `["page", KEY, title]` · `["blog-post", KEY, date, title]` · `[…, "comment", author, time, digest of the normal form]` ·
/// `[…, "attachment", file name]` · `[…, "version", number]` · `[…, "label", prefix:name]` ·
/// `[…, "restriction", read|update, user|group, name]` · `["space", KEY, "permission", type, user|group|all|anonymous, name]` ·
/// `["permission", type, user|group|all|anonymous, name]` for one of the site ·
/// `["template", KEY or "", name]` · `["user", name]` · `["group", name]` · `["group", name, "member", user]` · `["draft", id]` ·
/// `[…, "watch", user, type or ""]` (on content or a space; `["label", prefix:name, "watch", …]` on a label, `["watch", …]` on the site) ·
/// `[…, "like", user]` · `[…, "property", name]` · `["profile", user]` · `[…, "task", number]`.
/// Trashed pages and blog posts carry `"trashed"` behind the title. Of several items with one key the second and later ones carry `#2`, `#3`, …; those that are set aside come last.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Key(Vec<String>);

impl Key {
    /// A key of these segments.
    pub fn new<S: Into<String>>(segments: impl IntoIterator<Item = S>) -> Self {
        Self(segments.into_iter().map(Into::into).collect())
    }

    /// The key of an item below this one.
    #[must_use]
    pub fn with<S: Into<String>>(&self, segments: impl IntoIterator<Item = S>) -> Self {
        let mut all = self.0.clone();
        all.extend(segments.into_iter().map(Into::into));
        Self(all)
    }

    /// What the key of an older version has behind that of its content; so that versions stand in the order of their numbers.
    pub fn of_version(number: impl std::fmt::Display) -> [String; 2] {
        ["version".to_owned(), format!("{number:06}")]
    }

    /// The segments, outermost first.
    pub fn segments(&self) -> &[String] {
        &self.0
    }
}

impl std::fmt::Display for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0.join(" / "))
    }
}
