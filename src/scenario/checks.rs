use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Serialize;
use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, Visitor};

use super::{SearchSettings, VisibleSettings};
use crate::check::Compare;
use crate::settings::{Bare, Duration, Nothing, Portion, Spanned, family};

family! {
    /// One item of `checks:`.
    pub enum Check as "check" {
        /// Every check.
        "all" => All(Nothing),
        /// The archive is whole: every entry was read and checked, every object accounted for.
        "integrity" => Integrity(Nothing),
        /// Every space is there, with its name, type and home page.
        "spaces" => Spaces(Nothing),
        /// Every page is there, under its parent.
        "page-tree" => PageTree(Nothing),
        /// Every page has its text.
        "page-bodies" => PageBodies(Nothing),
        /// Every blog post is there, with its text.
        "blog-posts" => BlogPosts(Nothing),
        /// Every comment is there, on its page.
        "comments" => Comments(Nothing),
        /// Every attachment is there, with its bytes.
        "attachments" => Attachments(AttachmentSettings),
        /// Every older version is there.
        "history" => History(Nothing),
        /// Every label is there.
        "labels" => Labels(Nothing),
        /// Every view and edit restriction of pages is there, and no other.
        "restrictions" => Restrictions(Nothing),
        /// Every space permission is there, and no other.
        "permissions" => Permissions(Nothing),
        /// Every user, group and membership is there.
        "users" => Users(Nothing),
        /// Every template is there.
        "templates" => Templates(Nothing),
        /// A search finds what was restored.
        "search" => Search(SearchSettings),
        /// Pages are hidden from those who must not see them, and shown to those who may.
        "visible" => Visible(VisibleSettings),
        /// The home page of every space opens, by its id and by its short link.
        "home-pages" => HomePages(Nothing),
    }
}

/// Settings of `attachments`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct AttachmentSettings {
    /// What is compared. Default: `bytes`.
    pub compare: Compare,
    /// Only so many files are downloaded and hashed, drawn by lot: a number, a share or a size. Without it, all.
    pub sample: Option<Portion>,
    /// The samples go on where the last one ended, so that all files come by within this span. Needs `state`.
    pub rotate: Option<Duration>,
}

impl Bare for AttachmentSettings {
    fn bare() -> Option<Self> {
        Some(Self::default())
    }
}

/// The name of a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Deserialize, Serialize, JsonSchema)]
#[serde(rename = "check", rename_all = "kebab-case")]
pub enum CheckName {
    /// The archive itself.
    Integrity,
    /// Spaces.
    Spaces,
    /// Pages and their places.
    PageTree,
    /// Texts of pages.
    PageBodies,
    /// Blog posts.
    BlogPosts,
    /// Comments.
    Comments,
    /// Attachments.
    Attachments,
    /// Older versions.
    History,
    /// Labels.
    Labels,
    /// Restrictions of pages.
    Restrictions,
    /// Permissions of spaces.
    Permissions,
    /// Users, groups, memberships.
    Users,
    /// Templates.
    Templates,
    /// Searches.
    Search,
    /// Who is shown what.
    Visible,
    /// Home pages of spaces.
    HomePages,
}

impl CheckName {
    /// Every check, in the order in which reports list them.
    pub const ALL: [Self; 16] = [
        Self::Integrity,
        Self::Spaces,
        Self::PageTree,
        Self::PageBodies,
        Self::BlogPosts,
        Self::Comments,
        Self::Attachments,
        Self::History,
        Self::Labels,
        Self::Restrictions,
        Self::Permissions,
        Self::Users,
        Self::Templates,
        Self::Search,
        Self::Visible,
        Self::HomePages,
    ];

    /// The word in scenarios and reports.
    pub fn name(self) -> &'static str {
        self.bare().name()
    }

    /// The check with the settings that its name alone means.
    pub fn bare(self) -> Check {
        const N: Nothing = Nothing {};
        match self {
            Self::Integrity => Check::Integrity(N),
            Self::Spaces => Check::Spaces(N),
            Self::PageTree => Check::PageTree(N),
            Self::PageBodies => Check::PageBodies(N),
            Self::BlogPosts => Check::BlogPosts(N),
            Self::Comments => Check::Comments(N),
            Self::Attachments => Check::Attachments(AttachmentSettings::default()),
            Self::History => Check::History(N),
            Self::Labels => Check::Labels(N),
            Self::Restrictions => Check::Restrictions(N),
            Self::Permissions => Check::Permissions(N),
            Self::Users => Check::Users(N),
            Self::Templates => Check::Templates(N),
            Self::Search => Check::Search(SearchSettings::default()),
            Self::Visible => Check::Visible(VisibleSettings::default()),
            Self::HomePages => Check::HomePages(N),
        }
    }

    /// Whether it asks the restored copy, so that a scenario can name it several times.
    pub const fn asks(self) -> bool {
        matches!(self, Self::Search | Self::Visible | Self::HomePages)
    }

    /// The check that this item of `checks:` names; `None` for `all`.
    pub fn of(check: &Check) -> Option<Self> {
        Self::ALL.into_iter().find(|name| name.name() == check.name())
    }
}

impl fmt::Display for CheckName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// One item of `without:`, a check and why it is left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Without {
    /// Which.
    pub check: CheckName,
    /// Why.
    pub excuse: Excuse,
}

/// Why a check is left out.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", expecting = "settings such as `{ reason: \"…\" }`")]
pub struct Excuse {
    /// The reason, which the reports print.
    #[schemars(regex(pattern = r"\S"))]
    pub reason: Spanned<String>,
}

impl<'de> Deserialize<'de> for Without {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(WithoutVisitor)
    }
}

struct WithoutVisitor;

impl<'de> Visitor<'de> for WithoutVisitor {
    type Value = Without;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a check with its reason")
    }

    fn visit_str<E: serde::de::Error>(self, name: &str) -> Result<Without, E> {
        Err(E::custom(format!(
            "a check is left out for a reason, and this one has none\nwrite `{name:.40}: {{ reason: \"…\" }}`"
        )))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Without, A::Error> {
        let empty = || A::Error::custom("expected the name of a check\none check here");
        let (check, excuse): (CheckName, Excuse) = map.next_entry()?.ok_or_else(empty)?;
        if map.next_key::<String>()?.is_some() {
            return Err(A::Error::custom("expected one check, found several\nbegin a new item for each check"));
        }
        Ok(Without { check, excuse })
    }
}

impl JsonSchema for Without {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Without".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let excuse = generator.subschema_for::<Excuse>();
        let properties: serde_json::Map<String, serde_json::Value> =
            CheckName::ALL.into_iter().map(|name| (name.name().to_owned(), excuse.clone().into())).collect();
        json_schema!({
            "description": "A check that is left out, and why.",
            "type": "object",
            "minProperties": 1,
            "maxProperties": 1,
            "additionalProperties": false,
            "properties": properties,
        })
    }
}
