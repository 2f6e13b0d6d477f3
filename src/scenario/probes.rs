use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::value::MapAccessDeserializer;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use crate::settings::{Bare, Duration, Spanned};

/// Settings of `search`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct SearchSettings {
    /// A query in the language of Confluence (CQL). Without it, pages of the manifest are searched for by their titles.
    #[schemars(length(min = 1))]
    pub cql: Option<Spanned<String>>,
    /// How much the query must find. Default: 1.
    #[schemars(range(min = 1))]
    pub at_least: Option<Spanned<u64>>,
    /// How much it may find at most.
    pub at_most: Option<Spanned<u64>>,
    /// How many pages are searched for, where there is no query. Default: 20.
    #[schemars(range(min = 1))]
    pub sample: Option<Spanned<u64>>,
    /// How long the index is waited for. Default: 2m.
    pub within: Option<Duration>,
}

impl Bare for SearchSettings {
    fn bare() -> Option<Self> {
        Some(Self::default())
    }
}

/// Settings of `visible`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct VisibleSettings {
    /// A page: its id at the source, or its space and title. Without it, pages that the manifest restricts are looked at.
    pub page: Option<Spanned<PageSettings>>,
    /// As whom it is asked for: `anonymous`, or the name of a user of the backup.
    #[serde(rename = "as")]
    #[schemars(length(min = 1))]
    pub viewer: Option<Spanned<String>>,
    /// What must come of it.
    pub expect: Option<Spanned<Expected>>,
    /// How many restricted pages are looked at, where no page is named. Default: 20.
    #[schemars(range(min = 1))]
    pub sample: Option<Spanned<u64>>,
}

impl Bare for VisibleSettings {
    fn bare() -> Option<Self> {
        Some(Self::default())
    }
}

/// What must come of a look at a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Expected {
    /// It is hidden.
    Hidden,
    /// It is shown.
    Shown,
}

/// A page by space and title.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", expecting = "`{ space: KEY, title: … }`")]
pub struct PageByTitle {
    /// Key of the space.
    #[schemars(length(min = 1))]
    pub space: String,
    /// Title of the page.
    #[schemars(length(min = 1))]
    pub title: String,
}

/// A page, as a scenario names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum PageSettings {
    /// By the id that it has at the source.
    Id(u64),
    /// By space and title.
    Title(PageByTitle),
}

impl<'de> Deserialize<'de> for PageSettings {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;
        impl<'de> Visitor<'de> for Either {
            type Value = PageSettings;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the id of a page, or `{ space: KEY, title: … }`")
            }

            fn visit_u64<E: serde::de::Error>(self, id: u64) -> Result<PageSettings, E> {
                Ok(PageSettings::Id(id))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<PageSettings, A::Error> {
                PageByTitle::deserialize(MapAccessDeserializer::new(map)).map(PageSettings::Title)
            }
        }
        deserializer.deserialize_any(Either)
    }
}

impl JsonSchema for PageSettings {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Page".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let by_title = generator.subschema_for::<PageByTitle>();
        json_schema!({ "anyOf": [{ "type": "integer", "minimum": 0 }, by_title] })
    }
}
