use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::Misbehaviour;
use crate::settings::{Bare, Duration, Size, Spanned, family};

/// How long the mock container may take until it is ready, unless the scenario says otherwise.
pub const MOCK_READY_WITHIN: Duration = Duration::seconds(60);

family! {
    /// Where the backup is restored.
    pub enum Target as "target" {
        /// A mock Confluence inside the drill itself: no container, no licence. Reaches `simulated`.
        "embedded" => Embedded(EmbeddedSettings),
        /// A mock Confluence in a container that is started for the drill and removed behind it. Reaches `simulated`.
        "mock" => Mock(MockSettings),
    }
}

/// Settings of the mock inside the drill.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct EmbeddedSettings {
    /// What it does wrong on purpose, to see that the drill notices.
    pub misbehave: Vec<Misbehaviour>,
}

impl Bare for EmbeddedSettings {
    fn bare() -> Option<Self> {
        Some(Self::default())
    }
}

/// Settings of the mock container.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct MockSettings {
    /// The image. Without it, the image of this version, which is built from this program where it is missing.
    #[schemars(length(min = 1))]
    pub image: Option<Spanned<String>>,
    /// Memory of the container. Without it, as much as the engine gives.
    pub memory: Option<Size>,
    /// How long it may take until it is ready. Default: 60s.
    pub ready_within: Option<Duration>,
    /// What it does wrong on purpose, to see that the drill notices.
    pub misbehave: Vec<Misbehaviour>,
}

impl Bare for MockSettings {
    fn bare() -> Option<Self> {
        Some(Self::default())
    }
}
