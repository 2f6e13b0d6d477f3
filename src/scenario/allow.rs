use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Deserialize, Deserializer, IntoDeserializer as _, Visitor};

use super::CheckName;
use crate::model::{Field, Kind, Severity};
use crate::settings::{Day, Spanned};

/// One item of `allow:`, errors that are known and let pass.
#[derive(Debug, Clone, serde::Deserialize, JsonSchema)]
#[serde(
    deny_unknown_fields,
    rename_all = "kebab-case",
    expecting = "settings such as `{ finding: attachments/missing, … }`"
)]
pub struct Allow {
    /// Which errors: CHECK/WHAT, as reports and records name them.
    pub finding: Spanned<FindingName>,
    /// What they must be about. Without it, anything.
    #[serde(rename = "where")]
    pub place: Option<Place>,
    /// About how many items they may be. Where there are more, none of them is allowed.
    #[schemars(range(min = 1))]
    pub at_most: Spanned<u64>,
    /// Why; the reports print it.
    #[schemars(regex(pattern = r"\S"))]
    pub reason: Spanned<String>,
    /// The last day (UTC) on which it holds. On the day after it, the drill fails.
    pub expires: Spanned<Day>,
}

/// What a finding must be about: all that is given here.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", expecting = "settings such as `{ space: OLD }`")]
pub struct Place {
    /// Key of the space.
    pub space: Option<String>,
    /// Title of the page, name of the file, …: of the item itself. Restricted content is named by its id.
    pub title: Option<String>,
    /// Content id.
    pub id: Option<u64>,
    /// Kind of the item.
    pub kind: Option<Kind>,
    /// The field that differs.
    pub field: Option<Field>,
}

/// One item of `severity:`, findings that count for more or less than the check says.
#[derive(Debug, Clone, serde::Deserialize, JsonSchema)]
#[serde(
    deny_unknown_fields,
    rename_all = "kebab-case",
    expecting = "settings such as `{ finding: labels/missing, as: warning, … }`"
)]
#[schemars(extend("anyOf" = [
    { "properties": { "as": { "const": "error" } } },
    { "required": ["reason", "expires"] },
]))]
pub struct ChangeSeverity {
    /// Which findings: CHECK/WHAT, as reports and records name them.
    pub finding: Spanned<FindingName>,
    /// What they count as.
    #[serde(rename = "as")]
    pub counts_as: Spanned<Severity>,
    /// Why; the reports print it. Needed unless they count as errors.
    #[schemars(regex(pattern = r"\S"))]
    pub reason: Option<Spanned<String>>,
    /// The last day (UTC) on which it holds. On the day after it, the drill fails. Needed unless they count as errors.
    pub expires: Option<Spanned<Day>>,
}

/// The stable name of a finding: the check, and a word in kebab-case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FindingName {
    /// Which check.
    pub check: CheckName,
    /// What it found.
    pub what: String,
}

impl fmt::Display for FindingName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.check, self.what)
    }
}

impl<'de> Deserialize<'de> for FindingName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;
        impl Visitor<'_> for Text {
            type Value = FindingName;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the name of a finding, such as attachments/missing")
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<FindingName, E> {
                let refused = || {
                    let help = "write the check and what it found, such as attachments/missing";
                    E::custom(format!("`{text:.60}` is not the name of a finding\n{help}"))
                };
                let (check, what) = text.split_once('/').ok_or_else(refused)?;
                let word =
                    |word: &str| !word.is_empty() && word.bytes().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
                if what.len() > 100 || !what.split('-').all(word) {
                    return Err(refused());
                }
                // Its own words know what was probably meant.
                let check = CheckName::deserialize(check.into_deserializer())?;
                Ok(FindingName { check, what: what.to_owned() })
            }
        }
        deserializer.deserialize_str(Text)
    }
}

impl JsonSchema for FindingName {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "FindingName".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let checks: Vec<&str> = CheckName::ALL.iter().map(|check| check.name()).collect();
        json_schema!({
            "description": "A check and what it found: `attachments/missing`.",
            "type": "string",
            "pattern": format!("^({})/[a-z0-9]+(-[a-z0-9]+)*$", checks.join("|")),
        })
    }
}
