//! Fills settings types from a tree, strictly, and remembers the place of every mistake.
//!
//! A mistake doesn't end the reading: the value that made it is left out and the rest is read again, so that a file shows all its mistakes at once.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use serde::de::{Deserializer, Error as _, Unexpected, Visitor};
use serde::forward_to_deserialize_any;

use super::access::{Entries, Items, Member, Parts};
use super::family::OR_BARE;
use super::node::{Content, Node};
use super::refusal::Refusal;
use super::secret::{REFUSED, SECRET, is_reference};
use super::span::SPANNED;
use super::words::WORD_OR;
use super::{Span, Spanned};

/// What is known of a file while it is read.
#[derive(Default)]
pub(super) struct State {
    /// Words of later versions, refused with an answer of their own.
    pub later: &'static [&'static str],
    /// Nodes that were refused and are left out from now on.
    pub pruned: RefCell<BTreeSet<u32>>,
    /// Mistakes.
    pub refusals: RefCell<Vec<Refusal>>,
    /// Nodes that may hold a secret.
    pub masked: RefCell<BTreeMap<u32, Mask>>,
}

/// How much of a node is not shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Mask {
    /// Everything but its own keys.
    Values,
    /// Everything.
    All,
}

impl State {
    pub fn mask(&self, node: &Node, mask: Mask) {
        let mut masked = self.masked.borrow_mut();
        let known = masked.entry(node.id).or_insert(mask);
        *known = mask.max(*known);
    }

    pub fn left_out(&self, node: &Node) -> bool {
        self.pruned.borrow().contains(&node.id)
    }

    fn refuse(&self, node: &Node, span: Span, refusal: Refusal) {
        if self.pruned.borrow_mut().insert(node.id) {
            self.refusals.borrow_mut().push(refusal.at(node.id, span));
        }
    }

    fn unknown(&self, what: &str, word: &str, words: &[&str]) -> Refusal {
        if self.later.contains(&word) {
            let mut refusal = Refusal::new(
                format!("`{word}` is not supported by this version yet"),
                format!("this rehearse ({}) doesn't know it", env!("CARGO_PKG_VERSION")),
            );
            refusal.help = Some("leave it out, or use a newer rehearse".to_owned());
            return refusal;
        }
        Refusal::unknown(what, word, words)
    }
}

/// Reads one node.
#[derive(Clone, Copy)]
pub(super) struct Reader<'a> {
    pub node: &'a Node,
    pub state: &'a State,
}

impl<'a> Reader<'a> {
    fn refused(self, refusal: Refusal) -> Refusal {
        if refusal.at.is_none() && refusal.missing.is_none() && matches!(self.node.content, Content::Mapping(_)) {
            // Settings where none belong: nobody knows what they are, so they are not shown.
            self.state.mask(self.node, Mask::Values);
        }
        refusal.at(self.node.id, self.node.span)
    }

    /// Reports keys that are unknown, or stand there twice.
    fn check_keys(self, entries: &'a [(Spanned<String>, Node)], fields: &[&str]) {
        let mut seen: Vec<&Spanned<String>> = Vec::new();
        for (key, value) in entries {
            if let Some(first) = seen.iter().find(|first| first.value == key.value) {
                let mut refusal = Refusal::new(format!("the key `{}` stands here twice", key.value), "the second one");
                refusal.help = Some(format!("the first one is on line {}", first.span.line));
                self.state.refuse(value, key.span, refusal);
            } else if !fields.contains(&key.value.as_str()) {
                // Nobody knows what the value of an unknown key is, so it is not shown.
                self.state.mask(value, Mask::Values);
                self.state.refuse(value, key.span, self.state.unknown("key", &key.value, fields));
            }
            seen.push(key);
        }
    }

    fn any<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, Refusal> {
        match &self.node.content {
            Content::Null => visitor.visit_unit(),
            Content::Bool(value) => visitor.visit_bool(*value),
            Content::Whole(value) => visitor.visit_u64(*value),
            Content::Negative(value) => visitor.visit_i64(*value),
            Content::Fraction(value) => visitor.visit_f64(*value),
            Content::Text(value) => visitor.visit_borrowed_str(value),
            Content::List(items) => visitor.visit_seq(Items { items: items.iter(), state: self.state }),
            Content::Mapping(entries) => {
                visitor.visit_map(Entries { entries: entries.iter(), value: None, state: self.state })
            }
        }
    }

    fn special<V: Visitor<'a>>(self, name: &'static str, visitor: V) -> Result<V::Value, Refusal> {
        match (name, &self.node.content) {
            (SPANNED, _) => visitor.visit_seq(Parts { step: 0, reader: self }),
            (OR_BARE, Content::Null) => visitor
                .visit_unit()
                .map_err(|_: Refusal| Refusal::new("a value is missing", "nothing stands behind this name")),
            (WORD_OR, Content::Text(word)) => visitor.visit_borrowed_str(word),
            (SECRET, _) => {
                if !is_reference(self.node) {
                    self.state.mask(self.node, Mask::All);
                }
                // Errors of what stands inside may quote it, so that none of them is passed on.
                self.any(visitor).map_err(|_| Refusal::custom(REFUSED))
            }
            _ => visitor.visit_newtype_struct(self),
        }
    }

    /// A word of a fixed list, or a mapping with one such word as its key.
    fn member<V: Visitor<'a>>(self, what: &str, words: &[&str], visitor: V) -> Result<V::Value, Refusal> {
        let (word, span, settings) = match &self.node.content {
            Content::Text(word) => (word, self.node.span, None),
            Content::Mapping(entries) => match entries.as_slice() {
                [(word, value)] => (&word.value, word.span, Some(value)),
                _ => {
                    let label = format!("one {what} here");
                    let refusal = Refusal::new(format!("expected one {what}, found {}", entries.len()), label);
                    return Err(self.refused(refusal));
                }
            },
            other => {
                let expected = format!("the name of a {what}");
                let message = format!("expected {expected}, found {}", other.kind());
                return Err(self.refused(Refusal::new(message, format!("expected {expected}"))));
            }
        };
        if !words.contains(&word.as_str()) {
            if let Some(value) = settings {
                self.state.mask(value, Mask::Values);
            }
            return Err(self.state.unknown(what, word, words).at(self.node.id, span));
        }
        visitor.visit_enum(Member { word, span, settings, reader: self })
    }
}

impl<'a> Deserializer<'a> for Reader<'a> {
    type Error = Refusal;

    fn deserialize_any<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, Refusal> {
        self.any(visitor).map_err(|refusal| self.refused(refusal))
    }

    fn deserialize_option<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, Refusal> {
        match self.node.content {
            // A key without a value was meant to say something; what, nobody knows.
            Content::Null => Err(self.refused(Refusal::new("a value is missing", "nothing stands behind this key"))),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'a>>(self, name: &'static str, visitor: V) -> Result<V::Value, Refusal> {
        self.special(name, visitor).map_err(|refusal| self.refused(refusal))
    }

    fn deserialize_struct<V: Visitor<'a>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Refusal> {
        let Content::Mapping(entries) = &self.node.content else {
            let found = match &self.node.content {
                Content::Null => Unexpected::Unit,
                Content::List(_) => Unexpected::Seq,
                Content::Text(_) => Unexpected::Str(""),
                Content::Bool(value) => Unexpected::Bool(*value),
                _ => Unexpected::Unsigned(0),
            };
            return Err(self.refused(Refusal::invalid_type(found, &visitor)));
        };
        self.check_keys(entries, fields);
        self.any(visitor).map_err(|refusal| self.refused(refusal))
    }

    fn deserialize_enum<V: Visitor<'a>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Refusal> {
        // Families are named by the word for their members; other enumerations are lists of words.
        let what = if name.starts_with(char::is_lowercase) { name } else { "word" };
        self.member(what, variants, visitor).map_err(|refusal| self.refused(refusal))
    }

    forward_to_deserialize_any! {
        <V: Visitor<'a>>
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct map identifier ignored_any
    }
}
