//! What Confluence answers, as types. Members beyond id, type and title are optional, unknown ones are ignored, and a member that is
//! shown as null is told apart from one that is missing where that makes a difference.

pub mod content;
pub mod restore;
pub mod space;
pub mod user;

use std::collections::BTreeMap;

use serde::de::{Deserialize, Deserializer};

/// An id as the answer prints it: a number, or text such as `98311` or (attachments of some versions) `att98311`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Id(String);

impl Id {
    /// As it is printed, for use in a request.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The number in it, without the prefix `att`.
    pub fn number(&self) -> Option<u64> {
        self.0.trim_start_matches("att").parse().ok()
    }
}

impl From<&str> for Id {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl std::fmt::Display for Id {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        text_or_number(from).map(Self)
    }
}

/// Text, or a number taken as its digits.
fn text_or_number<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    #[derive(serde::Deserialize)]
    #[serde(untagged)]
    enum Either {
        Number(i64),
        Text(String),
    }
    Ok(match Either::deserialize(from)? {
        Either::Number(number) => number.to_string(),
        Either::Text(text) => text,
    })
}

/// For members that can be missing, null or a value: `None`, `Some(None)`, `Some(Some(value))`.
pub(super) fn shown<'de, T: Deserialize<'de>, D: Deserializer<'de>>(from: D) -> Result<Option<Option<T>>, D::Error> {
    Option::<T>::deserialize(from).map(Some)
}

/// A point in time in any form that the backup-restore resource was seen or documented to print: ISO 8601, seconds or milliseconds since 1970.
#[derive(Debug, Clone, PartialEq)]
pub struct Moment(pub String);

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let value = serde_json::Value::deserialize(from)?;
        let text = match &value {
            serde_json::Value::String(text) => text.clone(),
            serde_json::Value::Number(number) => {
                let number = number.as_f64().unwrap_or_default();
                // Seconds reach this bound in the year 5138; milliseconds passed it in 1973.
                let millis = if number.abs() < 100e9 { number * 1_000.0 } else { number };
                jiff::Timestamp::from_millisecond(millis as i64)
                    .map_or_else(|_| value.to_string(), |time| time.to_string())
            }
            other => other.to_string(),
        };
        Ok(Self(text))
    }
}

/// The links of an answer that are used; none is followed to another host.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(default)]
pub struct Links {
    /// The rest of a list.
    pub next: Option<String>,
    /// The bytes of an attachment.
    pub download: Option<String>,
    /// The address that the server believes to have.
    pub base: Option<String>,
}

/// A part of a list. `results` must be there: an object without it is no empty list.
#[derive(Debug, Clone, PartialEq, serde::Deserialize)]
pub struct List<T> {
    /// The members of this part.
    pub results: Vec<T>,
    /// The limit that the server kept to.
    #[serde(default)]
    pub limit: Option<u64>,
    /// How many members this part has, as the server says.
    #[serde(default)]
    pub size: Option<u64>,
    /// Where a scan goes on; opaque.
    #[serde(default, rename = "nextCursor")]
    pub next_cursor: Option<String>,
    /// Links.
    #[serde(default, rename = "_links")]
    pub links: Links,
}

impl<T> List<T> {
    /// The same list of something else.
    pub(super) fn map<U>(self, each: impl FnMut(T) -> U) -> List<U> {
        let Self { results, limit, size, next_cursor, links } = self;
        List { results: results.into_iter().map(each).collect(), limit, size, next_cursor, links }
    }

    /// Whether a list that is nested in another answer may have been cut off.
    pub fn may_be_cut(&self) -> bool {
        let seen = self.results.len() as u64;
        self.links.next.is_some()
            || self.limit.is_some_and(|limit| limit > 0 && seen >= limit)
            || self.size.is_some_and(|size| size > seen)
    }
}

/// What was not expanded.
pub type Expandable = BTreeMap<String, serde_json::Value>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_text_or_number() {
        let ids: Vec<Id> = serde_json::from_str(r#"["att98311", "98311", 98311]"#).unwrap();
        assert!(ids.iter().all(|id| id.number() == Some(98_311)));
        assert_eq!(ids.first().map(Id::as_str), Some("att98311"));
    }

    #[test]
    fn moments_come_in_four_forms() {
        let all: Vec<Moment> =
            serde_json::from_str(r#"["2026-11-23T01:02:03Z", 1795395723, 1795395723000, 1795395723.5, null]"#).unwrap();
        assert!(all.iter().take(3).all(|moment| moment.0.starts_with("2026-11-23T01:02:03")), "{all:?}");
    }

    #[test]
    fn an_object_without_results_is_no_empty_list() {
        assert!(serde_json::from_str::<List<Id>>("{}").is_err());
        let cut: List<Id> = serde_json::from_str(r#"{"results":[1],"limit":1}"#).unwrap();
        assert!(cut.may_be_cut());
    }
}
