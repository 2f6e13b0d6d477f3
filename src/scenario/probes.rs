use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

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
