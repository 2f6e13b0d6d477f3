//! A settings file as a tree in which every value knows its place. The only module that knows the YAML crate.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_saphyr::options::{DuplicateKeyPolicy, MergeKeyPolicy};
use serde_saphyr::{Location, Spanned as Located};

use super::{Span, Spanned};

/// Deeper nesting is refused; the deepest scenario needs six levels.
const DEPTH_MAX: usize = 24;
/// More values than this are refused, repeated anchors counted each time.
const NODES_MAX: usize = 20_000;

/// One value and its place.
#[derive(Debug)]
pub(super) struct Node {
    /// Distinct within the file; the root has 0.
    pub id: u32,
    /// Of a mapping, the place of its first key.
    pub span: Span,
    /// What stands there.
    pub content: Content,
}

/// What a value is.
#[derive(Debug)]
pub(super) enum Content {
    Null,
    Bool(bool),
    Whole(u64),
    Negative(i64),
    Fraction(f64),
    Text(String),
    List(Vec<Node>),
    /// In the order of the file; a key may stand there twice.
    Mapping(Vec<(Spanned<String>, Node)>),
}

impl Content {
    /// The word for it in messages.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Null => "nothing",
            Self::Bool(_) => "true or false",
            Self::Whole(_) | Self::Negative(_) | Self::Fraction(_) => "a number",
            Self::Text(_) => "text",
            Self::List(_) => "a list",
            Self::Mapping(_) => "settings",
        }
    }
}

/// Why a text is no tree.
pub(super) struct Malformed {
    /// A lower-case fragment.
    pub message: String,
    /// Where, as far as the parser knows.
    pub span: Span,
}

/// Parses YAML 1.2: one document, no merge keys, no tags, `true` and `false` the only truth values.
pub(super) fn parse(source: &str) -> Result<Node, Malformed> {
    let options = serde_saphyr::options! {
        duplicate_keys: DuplicateKeyPolicy::PassThrough,
        merge_keys: MergeKeyPolicy::AsOrdinary,
        strict_booleans: true,
        reject_unsupported_tags: true,
        with_snippet: false,
        budget: serde_saphyr::budget! { max_depth: DEPTH_MAX, max_nodes: NODES_MAX },
        alias_limits: serde_saphyr::alias_limits! { max_total_replayed_events: NODES_MAX },
    };
    let raw: Located<Raw> = serde_saphyr::from_str_with_options(source, options).map_err(|error| malformed(&error))?;
    Ok(node(raw, &mut 0))
}

fn malformed(error: &serde_saphyr::Error) -> Malformed {
    let span = error.location().map_or(Span { line: 1, column: 1, length: 0 }, |location| span(&location));
    let text = error.to_string();
    let place = format!(" at line {}, column {}", span.line, span.column);
    let text = text.lines().next().unwrap_or_default().trim_end_matches(place.as_str()).to_owned();
    let message = if text.contains("multiple YAML documents") {
        "one file holds one scenario, and this one holds several documents".to_owned()
    } else if text.contains("expected string scalar") {
        "a key must be a word; there is no template language".to_owned()
    } else {
        format!("this is not YAML: {text}")
    };
    Malformed { message, span }
}

fn span(location: &Location) -> Span {
    let small = |number: u64| u32::try_from(number).unwrap_or(u32::MAX);
    Span { line: small(location.line()), column: small(location.column()), length: small(location.span().len()) }
}

fn node(raw: Located<Raw>, next: &mut u32) -> Node {
    let id = *next;
    *next += 1;
    let mut place = span(&raw.referenced);
    let content = match raw.value {
        Raw::Scalar(content) => content,
        Raw::List(items) => Content::List(items.into_iter().map(|item| node(item, next)).collect()),
        Raw::Mapping(entries) => Content::Mapping(
            entries
                .into_iter()
                .map(|(key, value)| (Spanned::new(key.value, span(&key.referenced)), node(value, next)))
                .collect(),
        ),
    };
    if let Content::Mapping(entries) = &content
        && let Some((key, _)) = entries.first()
    {
        place = key.span;
    }
    Node { id, span: place, content }
}

/// What the YAML crate hands over.
enum Raw {
    Scalar(Content),
    List(Vec<Located<Self>>),
    Mapping(Vec<(Located<String>, Located<Self>)>),
}

impl<'de> Deserialize<'de> for Raw {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Anything)
    }
}

struct Anything;

impl<'de> Visitor<'de> for Anything {
    type Value = Raw;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Raw, E> {
        Ok(Raw::Scalar(Content::Null))
    }

    fn visit_bool<E>(self, value: bool) -> Result<Raw, E> {
        Ok(Raw::Scalar(Content::Bool(value)))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Raw, E> {
        Ok(Raw::Scalar(Content::Whole(value)))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Raw, E> {
        Ok(Raw::Scalar(u64::try_from(value).map_or(Content::Negative(value), Content::Whole)))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Raw, E> {
        Ok(Raw::Scalar(Content::Fraction(value)))
    }

    fn visit_str<E>(self, value: &str) -> Result<Raw, E> {
        Ok(Raw::Scalar(Content::Text(value.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Raw, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = list.next_element()? {
            items.push(item);
        }
        Ok(Raw::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut mapping: A) -> Result<Raw, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = mapping.next_entry()? {
            entries.push(entry);
        }
        Ok(Raw::Mapping(entries))
    }
}
