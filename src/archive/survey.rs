//! What an archive holds in numbers, whether it is whole, and which documented failures a restore of it would meet.

use std::collections::BTreeMap;
use std::path::Path;

use super::preflight::{Prediction, Signals, Version, predict};
use super::tally::{Sink, Tally};
use super::{ArchiveError, look};
use crate::clock::Context;
use crate::model::{Aside, Damage, Descriptor, Form, Kind, Ledger, Scope, Severity};

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
    let mut tally = Tally::default();
    let looked = look(path, &path.display().to_string(), ctx, Sink::Numbers(&mut tally))?;
    tally.spaces.sort_by(|a, b| (&a.key, &a.name).cmp(&(&b.key, &b.name)));
    Ok(Survey {
        form: looked.signals.form,
        scope: looked.header.scope,
        product: looked.header.product,
        writer: looked.writer,
        descriptor: looked.descriptor,
        kinds: tally.kinds(),
        spaces: tally.spaces,
        attachments: tally.attachments,
        edited_later: tally.edited_later,
        damage: looked.damage,
        ledger: looked.ledger,
        blind_spots: looked.header.blind_spots,
        signals: looked.signals,
        read_whole: looked.whole,
    })
}

impl Survey {
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
