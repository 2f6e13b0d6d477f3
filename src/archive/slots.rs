//! The properties of content, found by one walk over them: looking each up by its name would walk over all of them every time.

use super::rows::named;
use super::tables::{Who, Words};
use crate::package::{Object, Value};

/// A property of content that a row is made of.
#[derive(Clone, Copy)]
pub(super) enum Slot {
    Title,
    FileName,
    Note,
    OldNote,
    Number,
    OldNumber,
    Status,
    Original,
    OriginalId,
    Space,
    Parent,
    Container,
    Owner,
    Content,
    Bytes,
    Author,
    AuthorName,
    Editor,
    EditorName,
    Created,
    Edited,
    Folder,
    MediaType,
}

const SLOTS: usize = Slot::MediaType as usize + 1;

impl Slot {
    fn of(name: &str) -> Option<Self> {
        Some(match name {
            "title" => Self::Title,
            "fileName" => Self::FileName,
            "versionComment" => Self::Note,
            "comment" => Self::OldNote,
            "version" => Self::Number,
            "attachmentVersion" => Self::OldNumber,
            "contentStatus" => Self::Status,
            "originalVersion" => Self::Original,
            "originalVersionId" => Self::OriginalId,
            "space" => Self::Space,
            "parent" => Self::Parent,
            "containerContent" => Self::Container,
            "owner" => Self::Owner,
            "content" => Self::Content,
            "fileSize" => Self::Bytes,
            "creator" => Self::Author,
            "creatorName" => Self::AuthorName,
            "lastModifier" => Self::Editor,
            "lastModifierName" => Self::EditorName,
            "creationDate" => Self::Created,
            "lastModificationDate" => Self::Edited,
            "isFolder" => Self::Folder,
            "contentType" => Self::MediaType,
            _ => return None,
        })
    }
}

/// See [`Slot`]. What its methods mean is what those of [`Object`] mean.
pub(super) struct Slots<'a>([Value<'a>; SLOTS]);

impl<'a> Slots<'a> {
    pub fn of(object: Object<'a>) -> Self {
        let mut slots = [Value::Null; SLOTS];
        for (name, value) in object.properties() {
            // Of several of one name, the first that says something.
            if let Some(slot @ Value::Null) = Slot::of(name).and_then(|slot| slots.get_mut(slot as usize)) {
                *slot = value;
            }
        }
        Self(slots)
    }

    pub fn value(&self, slot: Slot) -> Value<'a> {
        self.0.get(slot as usize).copied().unwrap_or(Value::Null)
    }

    pub fn text(&self, slot: Slot) -> Option<&'a str> {
        match self.value(slot) {
            Value::Text(text) | Value::Enum(text) => Some(text),
            Value::Null | Value::Reference { .. } | Value::Parts(_) => None,
        }
    }

    pub fn filled(&self, slot: Slot) -> Option<&'a str> {
        self.text(slot).filter(|text| !text.is_empty())
    }

    pub fn number<Number: std::str::FromStr>(&self, slot: Slot) -> Option<Number> {
        self.filled(slot)?.trim().parse().ok()
    }

    pub fn id(&self, slot: Slot) -> Option<u64> {
        self.value(slot).as_reference()?.1.parse().ok()
    }

    pub fn who(&self, words: &mut Words, key: Slot, name: Slot) -> Who {
        named(words, self.value(key).as_reference(), self.filled(name))
    }
}
