//! Counts what would become items, without making any.

use std::collections::BTreeMap;

use super::files::FileRead;
use super::places::{Made, Places};
use super::spaces::status;
use super::survey::{AttachmentFiles, Held, HeldSpace};
use super::tables::Spine;
use super::times::Time;
use crate::model::{Aside, Field, Kind, Value};
use crate::reading::{Collector, Found, FoundValue, Holder};
use crate::runs::SpillError;

/// Numbers by kind.
#[derive(Debug, Default)]
pub(super) struct Tally {
    kinds: BTreeMap<Kind, Sum>,
    /// When the export was made; known when its objects were read.
    pub export: Time,
    pub spaces: Vec<HeldSpace>,
    pub attachments: AttachmentFiles,
    /// Items that were edited after the export.
    pub edited_later: u64,
}

#[derive(Debug, Default)]
struct Sum {
    held: Held,
    newest: Time,
    oldest: Time,
}

/// What is counted of one item.
struct One<'a> {
    kind: Kind,
    status: Option<&'a str>,
    aside: Option<Aside>,
    bytes: u64,
    time: Time,
}

impl Tally {
    /// Counts content.
    pub fn content(&mut self, row: &Spine, made: &Made, aside: Option<Aside>, file: Option<&FileRead>) {
        let is_attachment = row.class == super::classes::ContentClass::Attachment && made.kind != Kind::Draft;
        if is_attachment {
            if file.is_some() { self.attachments.with += 1 } else { self.attachments.without += 1 }
        }
        let bytes = match (is_attachment, row.text) {
            (true, _) => file.map_or(0, |file| file.bytes),
            (false, text) => text.map_or(0, |text| text.bytes),
        };
        // Of older versions and drafts the time of the edit alone is shown.
        let shown = made.kind.is_content();
        let time = if shown { row.edited.or(row.created) } else { row.edited };
        self.add(&One { kind: made.kind, status: shown.then(|| status(row.status)), aside, bytes, time });
    }

    /// Counts what is no content.
    pub fn found(&mut self, found: &Found, places: &Places<'_>) -> Result<(), SpillError> {
        let aside = match (found.aside, &found.holder) {
            (None, Holder::Content(id)) => places.below(*id)?,
            (own, _) => own,
        };
        let value = |wanted: Field| {
            found.fields.iter().find(|(field, _)| *field == wanted).and_then(|(_, value)| match value {
                FoundValue::Value(value) => Some(value),
                FoundValue::Absent | FoundValue::Content(_) | FoundValue::Named(_) => None,
            })
        };
        let text = |field| match value(field) {
            Some(Value::Text(text)) => Some(text.as_str()),
            _ => None,
        };
        let bytes = match value(Field::BodyBytes) {
            Some(Value::Number(bytes)) => u64::try_from(*bytes).unwrap_or_default(),
            _ => 0,
        };
        if found.kind == Kind::Space {
            self.spaces.push(HeldSpace {
                key: found.name.get(1).cloned().unwrap_or_default(),
                name: text(Field::Title).unwrap_or_default().to_owned(),
                claimed: aside != Some(Aside::ForeignSpace),
            });
        }
        let time = Time::of(text(Field::Edited).or(text(Field::Created)));
        self.add(&One { kind: found.kind, status: text(Field::Status), aside, bytes, time });
        Ok(())
    }

    fn add(&mut self, one: &One<'_>) {
        let sum = self.kinds.entry(one.kind).or_default();
        sum.held.number += 1;
        if let Some(status) = one.status {
            match sum.held.states.get_mut(status) {
                Some(number) => *number += 1,
                None => _ = sum.held.states.insert(status.to_owned(), 1),
            }
        }
        if let Some(aside) = one.aside {
            *sum.held.asides.entry(aside).or_default() += 1;
        }
        sum.held.bytes = sum.held.bytes.saturating_add(one.bytes);
        if self.export.is_some() && one.time > self.export {
            self.edited_later += 1;
        } else if one.time.is_some() {
            sum.newest = sum.newest.max(one.time);
            sum.oldest = if sum.oldest.is_some() { sum.oldest.min(one.time) } else { one.time };
        }
    }

    /// What is held of each kind of which there is anything.
    pub fn kinds(&mut self) -> BTreeMap<Kind, Held> {
        let kinds = std::mem::take(&mut self.kinds).into_iter();
        let held = |sum: Sum| Held { newest: sum.newest.text(), oldest: sum.oldest.text(), ..sum.held };
        kinds.map(|(kind, sum)| (kind, held(sum))).collect()
    }
}

/// What becomes of what was found: items, or numbers alone.
#[derive(Debug)]
pub(super) enum Sink<'a> {
    Items(&'a mut Collector),
    Numbers(&'a mut Tally),
}
