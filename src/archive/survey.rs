//! What an archive holds in numbers, whether it is whole, and which documented failures a restore of it would meet.

use std::collections::BTreeMap;
use std::path::Path;

use super::preflight::{Prediction, Signals, Version, predict};
use super::{ArchiveError, read_at};
use crate::clock::Context;
use crate::model::{Aside, Damage, Descriptor, Field, Form, Item, Kind, Ledger, Scope, Severity};
use crate::reading::{Inventory, ReadError};

/// What an archive holds of one kind.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Held {
    /// Items.
    pub number: u64,
    /// Items by their state, where the kind has one.
    pub states: BTreeMap<String, u64>,
    /// Items that a restore can't show, by reason.
    pub asides: BTreeMap<Aside, u64>,
    /// Bytes of their texts and files.
    pub bytes: u64,
    /// The newest edit that isn't later than the export, in digits of the server's wall clock.
    pub newest: Option<String>,
    /// The oldest.
    pub oldest: Option<String>,
}

/// A space of the archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldSpace {
    /// Its key.
    pub key: String,
    /// Its name.
    pub name: String,
    /// Whether the export claims to hold it.
    pub claimed: bool,
}

/// Attachments, older versions included, by what the package has of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct AttachmentFiles {
    /// With a file that was read to its end.
    pub with: u64,
    /// Without one.
    pub without: u64,
}

/// What an archive holds, in numbers.
#[derive(Debug)]
pub struct Survey {
    /// Zip or folder.
    pub form: Form,
    /// What the export claims to hold.
    pub scope: Scope,
    /// Version of the Confluence that made it, where it says so.
    pub product: Option<String>,
    /// Which of Confluence's writers made it, in words.
    pub writer: String,
    /// What it says of itself.
    pub descriptor: Descriptor,
    /// The spaces, in order of their keys.
    pub spaces: Vec<HeldSpace>,
    /// Kinds of which there are items.
    pub kinds: BTreeMap<Kind, Held>,
    /// Files of attachments.
    pub attachments: AttachmentFiles,
    /// Items that were edited after the export, by its own clock: a restore in another time zone leaves such.
    pub edited_later: u64,
    /// What is wrong with it, sorted.
    pub damage: Vec<Damage>,
    /// How its objects were accounted for.
    pub ledger: Ledger,
    /// What was counted and not looked into, in words.
    pub blind_spots: Vec<String>,
    /// What the predictions rest on.
    pub signals: Signals,
    /// Whether all of it was read.
    pub read_whole: bool,
}

/// Reads the archive at a path whole, as [`super::read`] does, and counts. Blocking.
///
/// # Errors
/// As for [`super::read`].
pub fn survey(path: &Path, ctx: &Context) -> Result<Survey, ArchiveError> {
    let (inventory, signals) = read_at(path, &path.display().to_string(), ctx)?;
    Ok(Survey::of(inventory, signals)?)
}

impl Survey {
    fn of(inventory: Inventory, signals: Signals) -> Result<Self, ReadError> {
        let export = signals.datetime.as_deref().and_then(crate::model::wall_clock);
        let (mut kinds, mut edited_later) = (BTreeMap::new(), 0);
        let (mut attachments, mut spaces) = (AttachmentFiles::default(), Vec::new());
        for kind in Kind::ALL {
            let mut held = Held::default();
            for item in inventory.reading.items(kind) {
                let item = &item?;
                edited_later += u64::from(!held.add(item, export.as_deref()));
                attachments.add(item);
                if kind == Kind::Space {
                    spaces.push(HeldSpace {
                        key: item.key.segments().get(1).cloned().unwrap_or_default(),
                        name: item.text(Field::Title).unwrap_or_default().to_owned(),
                        claimed: item.aside != Some(Aside::ForeignSpace),
                    });
                }
            }
            if held.number > 0 {
                kinds.insert(kind, held);
            }
        }
        let header = inventory.reading.header;
        Ok(Self {
            form: signals.form,
            scope: header.scope,
            product: header.product,
            writer: inventory.writer,
            descriptor: inventory.descriptor,
            spaces,
            kinds,
            attachments,
            edited_later,
            damage: inventory.damage,
            ledger: inventory.ledger,
            blind_spots: header.blind_spots,
            signals,
            read_whole: inventory.whole,
        })
    }

    /// Whether nothing of it is lost: all was read, every object is accounted for, and no damage is an error.
    pub fn is_whole(&self) -> bool {
        self.read_whole
            && self.is_accounted_for()
            && self.ledger.total().lexed > 0
            && self.ledger.entries == self.ledger.entries_of
            && self.damage.iter().all(|damage| damage.severity < Severity::Error)
    }

    /// The rule of the ledger: no object may vanish on the way.
    pub fn is_accounted_for(&self) -> bool {
        self.ledger.classes.values().all(|one| one.lexed == one.mapped + one.ignored + one.damaged)
    }

    /// The failures that a restore of it would meet, the worst first; `target` is the version to restore into.
    pub fn predictions(&self, target: Option<&Version>) -> Vec<Prediction> {
        predict(&self.signals, &self.descriptor, &self.damage, target)
    }
}

impl Held {
    /// Counts an item; false where it was edited after the export.
    fn add(&mut self, item: &Item, export: Option<&str>) -> bool {
        self.number += 1;
        if let Some(status) = item.text(Field::Status) {
            *self.states.entry(status.to_owned()).or_default() += 1;
        }
        if let Some(aside) = item.aside {
            *self.asides.entry(aside).or_default() += 1;
        }
        let bytes = item.number(Field::BodyBytes).or_else(|| item.number(Field::Bytes)).unwrap_or_default();
        self.bytes = self.bytes.saturating_add(u64::try_from(bytes).unwrap_or_default());
        let Some(edited) = item.text(Field::Edited).or_else(|| item.text(Field::Created)) else { return true };
        if export.is_some_and(|export| edited > export) {
            return false;
        }
        if self.newest.as_deref().is_none_or(|newest| newest < edited) {
            self.newest = Some(edited.to_owned());
        }
        if self.oldest.as_deref().is_none_or(|oldest| oldest > edited) {
            self.oldest = Some(edited.to_owned());
        }
        true
    }
}

impl AttachmentFiles {
    fn add(&mut self, item: &Item) {
        // Older versions of attachments are told from those of pages by the field that only attachments have.
        if let Some(digest) = item.fields.get(&Field::Digest) {
            if digest.is_some() { self.with += 1 } else { self.without += 1 }
        }
    }
}
