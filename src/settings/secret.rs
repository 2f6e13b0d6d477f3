use std::fmt;
use std::io::Read as _;
use std::path::PathBuf;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use secrecy::SecretString;
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

/// Longest secret file, in bytes: 64 KiB.
const SECRET_MAX: u64 = 64 << 10;

/// Why a secret can't be had.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    /// The environment has no such variable, or it is empty.
    #[error("the environment variable {0} is not set, or empty")]
    Unset(String),
    /// The file can't be read.
    #[error("the secret in {path} can't be read: {source}")]
    File {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// The file has no text.
    #[error("the file {0} is empty")]
    Empty(PathBuf),
}

impl SecretRef {
    /// Fetches the secret. `environment` looks up a variable.
    ///
    /// # Errors
    /// A variable that isn't set, a file that can't be read or isn't a short UTF-8 text, an empty secret.
    pub fn resolve(&self, environment: &dyn Fn(&str) -> Option<String>) -> Result<SecretString, SecretError> {
        match self {
            Self::Env(name) => environment(name)
                .filter(|value| !value.is_empty())
                .map(SecretString::from)
                .ok_or_else(|| SecretError::Unset(name.clone())),
            Self::File(path) => {
                let failed = |source| SecretError::File { path: path.clone(), source };
                let mut text = String::new();
                let file = std::fs::File::open(path).map_err(failed)?;
                let read = file.take(SECRET_MAX + 1).read_to_string(&mut text).map_err(failed)?;
                if read as u64 > SECRET_MAX {
                    return Err(failed(std::io::Error::other("it is longer than 64 KiB")));
                }
                match text.trim_end_matches(['\n', '\r']) {
                    "" => Err(SecretError::Empty(path.clone())),
                    secret => Ok(SecretString::from(secret)),
                }
            }
        }
    }
}

/// A secret that nobody knows: 48 hex digits. `None` where the system gives no random numbers.
pub fn random_secret() -> Option<SecretString> {
    use std::fmt::Write as _;
    let mut bytes = [0_u8; 24];
    rustls::crypto::ring::default_provider().secure_random.fill(&mut bytes).ok()?;
    let mut text = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        // Writing to a string can't fail.
        let _ = write!(text, "{byte:02x}");
    }
    Some(text.into())
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

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret as _;

    use super::*;

    #[test]
    fn a_secret_comes_from_where_the_reference_says() {
        let environment = |name: &str| (name == "TOKEN").then(|| "hunter2".to_owned());
        let secret = SecretRef::Env("TOKEN".to_owned()).resolve(&environment).unwrap();
        assert_eq!(secret.expose_secret(), "hunter2");
        assert!(!format!("{secret:?}").contains("hunter2"));
        let error = SecretRef::Env("OTHER".to_owned()).resolve(&environment).unwrap_err();
        assert_eq!(error.to_string(), "the environment variable OTHER is not set, or empty");

        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("token");
        for (text, expected) in [("hunter2\r\n", Some("hunter2")), (" a b ", Some(" a b ")), ("\n", None)] {
            std::fs::write(&path, text).unwrap();
            let secret = SecretRef::File(path.clone()).resolve(&environment).ok();
            assert_eq!(secret.as_ref().map(|secret| secret.expose_secret()), expected);
        }
        assert!(SecretRef::File(folder.path().join("gone")).resolve(&environment).is_err());
    }
}
