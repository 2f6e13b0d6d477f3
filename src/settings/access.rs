//! How the reader hands over lists, mappings and members of families, piece by piece.

use serde::de::value::{BorrowedStrDeserializer, StrDeserializer, U32Deserializer};
use serde::de::{
    DeserializeSeed, Deserializer, EnumAccess, Error as _, IntoDeserializer as _, MapAccess, SeqAccess, VariantAccess,
    Visitor,
};
use serde::forward_to_deserialize_any;

use super::family::OR_BARE;
use super::node::{Content, Node};
use super::reader::{Reader, State};
use super::refusal::Refusal;
use super::{Span, Spanned};

/// Line, column, length and value, one after the other.
pub(super) struct Parts<'a> {
    pub step: u8,
    pub reader: Reader<'a>,
}

impl<'a> SeqAccess<'a> for Parts<'a> {
    type Error = Refusal;

    fn next_element_seed<T: DeserializeSeed<'a>>(&mut self, seed: T) -> Result<Option<T::Value>, Refusal> {
        let span = self.reader.node.span;
        self.step = self.step.saturating_add(1);
        let number = |number: u32| -> U32Deserializer<Refusal> { number.into_deserializer() };
        match self.step {
            1 => seed.deserialize(number(span.line)).map(Some),
            2 => seed.deserialize(number(span.column)).map(Some),
            3 => seed.deserialize(number(span.length)).map(Some),
            4 => seed.deserialize(self.reader).map(Some),
            _ => Ok(None),
        }
    }
}

pub(super) struct Items<'a> {
    pub items: std::slice::Iter<'a, Node>,
    pub state: &'a State,
}

impl<'a> SeqAccess<'a> for Items<'a> {
    type Error = Refusal;

    fn next_element_seed<T: DeserializeSeed<'a>>(&mut self, seed: T) -> Result<Option<T::Value>, Refusal> {
        let Some(node) = self.items.by_ref().find(|node| !self.state.left_out(node)) else { return Ok(None) };
        seed.deserialize(Reader { node, state: self.state }).map(Some)
    }
}

pub(super) struct Entries<'a> {
    pub entries: std::slice::Iter<'a, (Spanned<String>, Node)>,
    pub value: Option<&'a (Spanned<String>, Node)>,
    pub state: &'a State,
}

impl<'a> MapAccess<'a> for Entries<'a> {
    type Error = Refusal;

    fn next_key_seed<K: DeserializeSeed<'a>>(&mut self, seed: K) -> Result<Option<K::Value>, Refusal> {
        self.value = self.entries.by_ref().find(|(_, value)| !self.state.left_out(value));
        let Some((key, value)) = self.value else { return Ok(None) };
        let text = BorrowedStrDeserializer::<Refusal>::new(&key.value);
        seed.deserialize(text).map(Some).map_err(|refusal| refusal.at(value.id, key.span))
    }

    fn next_value_seed<V: DeserializeSeed<'a>>(&mut self, seed: V) -> Result<V::Value, Refusal> {
        let Some((key, node)) = self.value.take() else { return Err(Refusal::custom("a value is missing")) };
        seed.deserialize(Reader { node, state: self.state }).map_err(|refusal| at_key(refusal, key.span, node))
    }
}

/// Where nothing stands, or something is missing, the key in front of it is the place to show.
fn at_key(mut refusal: Refusal, key: Span, node: &Node) -> Refusal {
    let hollow = refusal.missing.is_some() || matches!(node.content, Content::Null);
    if hollow && refusal.at.is_none_or(|(id, _)| id == node.id) {
        refusal.at = Some((node.id, key));
    }
    refusal
}

/// A word with or without settings.
pub(super) struct Member<'a> {
    pub word: &'a str,
    pub span: Span,
    pub settings: Option<&'a Node>,
    pub reader: Reader<'a>,
}

impl<'a> EnumAccess<'a> for Member<'a> {
    type Error = Refusal;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'a>>(self, seed: V) -> Result<(V::Value, Self), Refusal> {
        Ok((seed.deserialize(StrDeserializer::<Refusal>::new(self.word))?, self))
    }
}

impl<'a> VariantAccess<'a> for Member<'a> {
    type Error = Refusal;

    fn unit_variant(self) -> Result<(), Refusal> {
        match self.settings {
            None => Ok(()),
            Some(_) => {
                let refusal = Refusal::new(format!("`{}` has no settings", self.word), "the word alone is enough");
                Err(refusal.at(self.reader.node.id, self.span))
            }
        }
    }

    fn newtype_variant_seed<T: DeserializeSeed<'a>>(self, seed: T) -> Result<T::Value, Refusal> {
        let state = self.reader.state;
        match self.settings {
            // Its settings were refused already, and the word with them.
            Some(node) if state.left_out(node) => Err(Refusal::custom("")),
            Some(node) => seed.deserialize(Reader { node, state }).map_err(|refusal| at_key(refusal, self.span, node)),
            None => seed.deserialize(Alone { word: self.word }),
        }
        .map_err(|refusal| refusal.at(self.reader.node.id, self.span))
    }

    fn tuple_variant<V: Visitor<'a>>(self, _: usize, _: V) -> Result<V::Value, Refusal> {
        Err(Refusal::custom("a list can't stand here"))
    }

    fn struct_variant<V: Visitor<'a>>(self, _: &'static [&'static str], _: V) -> Result<V::Value, Refusal> {
        Err(Refusal::custom("settings can't stand here"))
    }
}

/// The settings of a word that stands alone.
struct Alone<'a> {
    word: &'a str,
}

impl Alone<'_> {
    fn refused(&self) -> Refusal {
        Refusal::new(format!("`{}` needs settings", self.word), format!("write `{}: …`", self.word))
    }
}

impl<'a> Deserializer<'a> for Alone<'_> {
    type Error = Refusal;

    fn deserialize_any<V: Visitor<'a>>(self, _: V) -> Result<V::Value, Refusal> {
        Err(self.refused())
    }

    fn deserialize_newtype_struct<V: Visitor<'a>>(self, name: &'static str, visitor: V) -> Result<V::Value, Refusal> {
        if name != OR_BARE {
            return Err(self.refused());
        }
        visitor.visit_unit().map_err(|_: Refusal| self.refused())
    }

    forward_to_deserialize_any! {
        <V: Visitor<'a>>
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct seq
        tuple tuple_struct map struct enum identifier ignored_any
    }
}
