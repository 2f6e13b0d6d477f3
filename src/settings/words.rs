use std::fmt;
use std::marker::PhantomData;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Deserialize, Deserializer, IntoDeserializer as _, Visitor};

/// The name by which the reader knows that a word or settings may stand there.
pub(super) const WORD_OR: &str = "$rehearse::WordOr";

/// One of some words, or settings of several keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WordOr<W, S> {
    /// A word.
    Word(W),
    /// Settings.
    Settings(S),
}

impl<'de, W: Deserialize<'de>, S: Deserialize<'de>> Deserialize<'de> for WordOr<W, S> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_newtype_struct(WORD_OR, Either(PhantomData))
    }
}

struct Either<W, S>(PhantomData<(W, S)>);

impl<'de, W: Deserialize<'de>, S: Deserialize<'de>> Visitor<'de> for Either<W, S> {
    type Value = WordOr<W, S>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a word or settings")
    }

    fn visit_str<E: serde::de::Error>(self, word: &str) -> Result<Self::Value, E> {
        W::deserialize(word.into_deserializer()).map(WordOr::Word)
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        S::deserialize(deserializer).map(WordOr::Settings)
    }
}

impl<W: JsonSchema, S: JsonSchema> JsonSchema for WordOr<W, S> {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        format!("{}Or{}", W::schema_name(), S::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let (word, settings) = (generator.subschema_for::<W>(), generator.subschema_for::<S>());
        json_schema!({ "anyOf": [word, settings] })
    }
}
