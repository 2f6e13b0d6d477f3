use std::fmt;
use std::path::PathBuf;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Serialize;
use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, Visitor};

use super::node::{Content, Node};

/// The name by which the reader knows that what stands there must not be shown.
pub(super) const SECRET: &str = "$rehearse::SecretRef";

/// What a refused secret gets to hear; never what was written.
pub(super) const REFUSED: &str = "a secret is given by reference\nnot shown, since it may be a secret\nwrite `{ env: NAME }` for an environment variable, or `{ file: PATH }`";

/// Where a secret is found. The secret itself never stands in a settings file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum SecretRef {
    /// In the environment variable of this name.
    Env(String),
    /// In this file; line breaks at its end don't belong to it.
    File(PathBuf),
}

/// Whether a text can be the name of an environment variable.
fn is_variable(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// Whether a node is a well-formed reference, so that showing it gives nothing away.
pub(super) fn is_reference(node: &Node) -> bool {
    let Content::Mapping(entries) = &node.content else { return false };
    match entries.as_slice() {
        [(key, Node { content: Content::Text(text), .. })] => match key.value.as_str() {
            "env" => is_variable(text),
            "file" => !text.is_empty(),
            _ => false,
        },
        _ => false,
    }
}

impl<'de> Deserialize<'de> for SecretRef {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_newtype_struct(SECRET, Reference)
    }
}

struct Reference;

impl<'de> Visitor<'de> for Reference {
    type Value = SecretRef;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a reference to a secret")
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<SecretRef, D::Error> {
        deserializer.deserialize_map(self)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<SecretRef, A::Error> {
        let refused = || A::Error::custom(REFUSED);
        let (key, text): (String, String) = map.next_entry()?.ok_or_else(refused)?;
        if map.next_key::<String>()?.is_some() {
            return Err(refused());
        }
        match key.as_str() {
            "env" if is_variable(&text) => Ok(SecretRef::Env(text)),
            "file" if !text.is_empty() => Ok(SecretRef::File(PathBuf::from(text))),
            _ => Err(refused()),
        }
    }
}

impl JsonSchema for SecretRef {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "SecretRef".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "Where a secret is found: an environment variable or a file. The secret itself never stands here.",
            "type": "object",
            "minProperties": 1,
            "maxProperties": 1,
            "additionalProperties": false,
            "properties": {
                "env": { "type": "string", "pattern": "^[A-Za-z_][A-Za-z0-9_]*$" },
                "file": { "type": "string", "minLength": 1 },
            },
        })
    }
}
