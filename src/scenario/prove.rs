use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Serialize;
use serde::de::{Deserialize, Deserializer, Visitor};

use crate::settings::Duration;

/// The words for spans, and their days.
const WORDS: [(&str, u64); 3] = [("daily", 1), ("weekly", 7), ("monthly", 31)];

/// For how long a proof stands until the drill is proven anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Every(pub Duration);

impl<'de> Deserialize<'de> for Every {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;
        impl Visitor<'_> for Text {
            type Value = Every;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("daily, weekly, monthly or a time span such as 14d")
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Every, E> {
                if let Some((_, days)) = WORDS.iter().find(|(word, _)| *word == text) {
                    return Ok(Every(Duration::days(*days)));
                }
                let refused = || {
                    E::custom(format!(
                        "`{text:.40}` is not a time span\nwrite daily, weekly, monthly or a span such as 14d"
                    ))
                };
                text.parse().map(Every).map_err(|_| refused())
            }
        }
        deserializer.deserialize_str(Text)
    }
}

impl JsonSchema for Every {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Every".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let words: Vec<&str> = WORDS.iter().map(|(word, _)| *word).collect();
        let span = generator.subschema_for::<Duration>();
        json_schema!({ "anyOf": [{ "type": "string", "enum": words }, span] })
    }
}
