//! The normal form of a text, as it stands in rows.

use serde::{Deserialize, Serialize};

use super::tables::{Text, in_one_piece};
use crate::model::Digest;
use crate::storage::{Digested, Reference};

/// The normal form of a text, as far as it is kept.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Form {
    pub sum: FormSum,
    pub references: Vec<Reference>,
}

/// The digest of a normal form.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum FormSum {
    /// The text isn't well-formed.
    #[default]
    None,
    /// The text is in form: the strict digest.
    Strict,
    Other(#[serde(with = "in_one_piece")] [u8; 32]),
}

impl Form {
    /// Text and form of what was digested; nothing of an empty text.
    pub fn of(digested: Digested) -> (Option<Text>, Self) {
        let text = Text { sum: digested.sum, bytes: digested.bytes };
        let form = digested.normal.map_or_else(Self::default, |normal| Self {
            sum: if normal.sum == text.sum { FormSum::Strict } else { FormSum::Other(normal.sum) },
            references: normal.references,
        });
        (Some(text).filter(|text| text.bytes > 0), form)
    }

    /// The digest of the form of this text.
    pub fn digest(&self, text: Text) -> Option<Digest> {
        match self.sum {
            FormSum::None => None,
            FormSum::Strict => Some(text.digest()),
            FormSum::Other(sum) => Some(Digest::from(sum)),
        }
    }
}
