//! From members of answers to fields of items. A member that the answer doesn't have gives no field.

use crate::confluence::{Body, Content, User, Version};
use crate::model::{Digest, Field, Key, Named, Value, wall_clock};
use crate::reading::FoundValue;
use crate::storage::{By, Digester, Normal};

/// What is said of a text by its normal form.
pub(super) const OF_THE_FORM: [Field; 3] = [Field::Normal, Field::NamedUsers, Field::NamedContent];

/// The fields of one item, as they gather.
#[derive(Debug, Default)]
pub(super) struct Fields(pub(super) Vec<(Field, FoundValue)>);

impl Fields {
    /// A value that is there.
    pub(super) fn value(&mut self, field: Field, value: impl Into<Value>) {
        self.0.push((field, FoundValue::Value(value.into())));
    }

    /// A number that is there.
    pub(super) fn number(&mut self, field: Field, number: u64) {
        self.0.push((field, FoundValue::Value(Value::Number(i64::try_from(number).unwrap_or(i64::MAX)))));
    }

    /// A text of which the empty one counts as absent.
    pub(super) fn text(&mut self, field: Field, text: Option<&str>) {
        self.0.push((
            field,
            match text {
                Some(text) if !text.is_empty() => FoundValue::Value(Value::from(text)),
                _ => FoundValue::Absent,
            },
        ));
    }

    /// A reference to the content of this id.
    pub(super) fn content(&mut self, field: Field, id: Option<u64>) {
        self.0.push((field, id.map_or(FoundValue::Absent, FoundValue::Content)));
    }

    /// A user by name; absent where nothing names it.
    pub(super) fn user(&mut self, field: Field, user: Option<&Option<User>>) {
        if let Some(user) = user {
            self.text(field, user.as_ref().and_then(User::name));
        }
    }

    /// A time in the digits of the server's wall clock. One in a form that isn't known is kept as it is.
    pub(super) fn time(&mut self, field: Field, time: Option<&Option<String>>) {
        if let Some(time) = time {
            let digits = time.as_ref().map(|time| wall_clock(time).unwrap_or_else(|| time.clone()));
            self.text(field, digits.as_deref());
        }
    }

    /// A text's digest, length and normal form. An empty text counts as absent: REST prints none and empty alike.
    pub(super) fn body(&mut self, body: Option<&Body>) {
        let Some(text) = body.and_then(|body| body.storage.as_ref()).and_then(|storage| storage.value.as_ref()) else {
            return;
        };
        match text.as_deref().filter(|text| !text.is_empty()) {
            Some(text) => {
                let digested = Digester::default().digest(text);
                self.value(Field::Body, Digest::from(digested.sum).as_str());
                self.number(Field::BodyBytes, digested.bytes);
                digested.normal.into_iter().for_each(|normal| self.form(normal));
            }
            None => {
                let absent = |field| (field, FoundValue::Absent);
                self.0.extend([Field::Body, Field::BodyBytes].into_iter().chain(OF_THE_FORM).map(absent));
            }
        }
    }

    /// The digest of a normal form, and what the text refers to.
    fn form(&mut self, normal: Normal) {
        self.value(Field::Normal, Digest::from(normal.sum).as_str());
        let named = |by: By, value: String| {
            // An account id means the same everywhere, and is known by it (docs/confluence.md, C18).
            let key = (by == By::Account).then(|| Key::new(["user", value.as_str()]));
            Named { id: value, key }
        };
        let (content, users): (Vec<_>, Vec<_>) = normal.references.into_iter().partition(|one| one.by == By::Content);
        for (field, references) in [(Field::NamedUsers, users), (Field::NamedContent, content)] {
            let all: Vec<_> = references.into_iter().map(|one| named(one.by, one.value)).collect();
            self.0.push((field, if all.is_empty() { FoundValue::Absent } else { FoundValue::Named(all) }));
        }
    }

    /// The digest by which a comment is keyed: of the form that a restore doesn't change, or of a text that has none.
    pub(super) fn key_digest(&self) -> String {
        let field = if self.has(Field::Normal) { Field::Normal } else { Field::Body };
        self.word(field)
    }

    /// Who made a version, when, its number and what was written about it.
    pub(super) fn version(&mut self, version: Option<&Version>) {
        let Some(version) = version else { return };
        self.user(Field::Editor, version.by.as_ref());
        self.time(Field::Edited, version.when.as_ref());
        if let Some(number) = version.number {
            self.number(Field::Number, number);
        }
        self.text(Field::Note, version.message.as_deref());
    }

    /// Who made the content and when.
    pub(super) fn creation(&mut self, content: &Content) {
        let history = content.history.as_ref();
        self.user(Field::Author, history.and_then(|history| history.created_by.as_ref()));
        self.time(Field::Created, history.and_then(|history| history.created_date.as_ref()));
    }

    /// The text of a field that was put in before, or the empty one.
    pub(super) fn word(&self, field: Field) -> String {
        self.0
            .iter()
            .find_map(|(other, value)| match value {
                FoundValue::Value(Value::Text(text)) if *other == field => Some(text.clone()),
                _ => None,
            })
            .unwrap_or_default()
    }

    /// Whether a field is there, be it absent.
    pub(super) fn has(&self, field: Field) -> bool {
        self.0.iter().any(|(other, _)| *other == field)
    }

    /// Leaves a field out.
    pub(super) fn without(&mut self, field: Field) {
        self.0.retain(|(other, _)| *other != field);
    }
}
