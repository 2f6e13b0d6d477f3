//! What an archive holds: package → [`Inventory`].
//!
//! One pass over entities.xml, or the tables of the CSV form, into compact tables, joins in both directions (the writers differ in which side of a reference they write),
//! one pass over the files. Damage is collected, and reading goes on behind it. Must not know of targets, REST or checks.

mod attachments;
mod classes;
mod content;
mod csv;
mod damage;
mod extract;
mod files;
mod form;
mod join;
mod judge;
mod labels;
mod lane;
mod later;
mod likes;
mod load;
mod loaded;
mod patchwork;
mod people;
mod permissions;
mod places;
pub mod preflight;
mod profiles;
mod properties;
mod quote;
mod reads;
mod references;
mod rows;
mod scope;
mod slots;
mod spaces;
mod survey;
mod tables;
mod tally;
mod tasks;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod tests_beside;
mod times;
mod watches;
mod work;

use std::collections::BTreeMap;
use std::path::Path;

pub use extract::{Extract, ExtractError, extract};
pub use quote::bodies;
pub use survey::{AttachmentFiles, Held, HeldSpace, Survey, survey};

use crate::clock::Context;
use crate::model::{BODY_DIGEST_RULES, Backup, Damage, Descriptor, Fault, Ledger, wall_clock};
use crate::package::{Limits, Package, PackageError};
use crate::reading::{Collector, Header, Inventory, ReadError};
use crate::runs::{Budget, SpillError};
use crate::storage::NORMAL_RULES;
use damage::Damages;
use judge::Evidence;
use places::Places;
use preflight::Signals;
use tally::Sink;
use times::Time;
use work::{Mapping, Work};

/// Why nothing can be read at all.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// The package can't be opened, or the machine can't read it on.
    #[error("read the backup: {0}")]
    Package(#[from] PackageError),
    /// What was read can't be kept.
    #[error("read the backup: failed to {0}")]
    Rows(#[from] SpillError),
    /// The thread that digests texts can't work.
    #[error("read the backup: digest its texts: {0}")]
    Digests(std::io::Error),
    /// The items can't be kept, or not be gone through again.
    #[error("read the backup: {0}")]
    Read(#[from] ReadError),
    /// The machine gives no thread, or one died.
    #[error("read the backup: a thread of it: {0}")]
    Threads(std::io::Error),
    /// The drill was stopped.
    #[error("read the backup: the drill was told to stop")]
    Stopped,
}

impl ArchiveError {
    /// Whose failing it is.
    pub fn fault(&self) -> Fault {
        match self {
            Self::Package(error) => error.fault(),
            Self::Read(_) | Self::Rows(_) | Self::Digests(_) | Self::Threads(_) | Self::Stopped => Fault::Rig,
        }
    }
}

/// Reads the archive whole: every object and every byte of every entry. Blocking; takes minutes on a large site.
///
/// # Errors
/// Only where nothing can be read at all, or the drill is stopped; everything else is damage in the inventory.
pub fn read(backup: &Backup, ctx: &Context) -> Result<Inventory, ArchiveError> {
    items(&backup.path, &backup.origin, ctx)
}

/// The same for what lies at a path and needs no digest. Blocking.
///
/// # Errors
/// As for [`read`].
pub fn inventory(path: &Path, ctx: &Context) -> Result<Inventory, ArchiveError> {
    items(path, &path.display().to_string(), ctx)
}

/// What became of an archive that was read.
struct Looked {
    header: Header,
    damage: Vec<Damage>,
    ledger: Ledger,
    writer: String,
    descriptor: Descriptor,
    signals: Signals,
    whole: bool,
    accounts: BTreeMap<String, String>,
}

/// Reads the archive whole, and makes items of it.
fn items(path: &Path, origin: &str, ctx: &Context) -> Result<Inventory, ArchiveError> {
    let mut collector = Collector::default();
    let looked = look(path, origin, ctx, Sink::Items(&mut collector))?;
    Ok(Inventory {
        reading: collector.finish(looked.header)?,
        damage: looked.damage,
        ledger: looked.ledger,
        writer: looked.writer,
        made: looked.signals.datetime.as_deref().and_then(wall_clock),
        descriptor: looked.descriptor,
        whole: looked.whole,
        accounts: looked.accounts,
    })
}

/// Reads the archive whole, and hands what becomes items to `sink`.
fn look(path: &Path, origin: &str, ctx: &Context, mut sink: Sink<'_>) -> Result<Looked, ArchiveError> {
    let began = ctx.clock.stamp();
    let package = Package::open(path, &Limits::default())?;
    let mut damages = Damages::default();
    damages.extend(package.damage().iter().cloned());
    let descriptor = scope::descriptor(&package, &mut damages)?;
    let mut work = Work::new(&package, descriptor, ctx);
    let whole = load_all(&mut work, &mut damages)?;
    later::judge(&work.signals, &mut damages);
    let budget = work.intake.budget.clone();
    let (mut tables, dangling) = work.join(&mut damages)?;
    let left_out = std::mem::take(&mut tables.left_out);
    let claims = files::claim(&package, &tables)?;
    let files = reads::read_all(&mut work, &claims, &mut damages)?;
    let scope = scope::scope(&work.descriptor, &tables, &mut damages);
    damages.partial(!whole);
    damages.dangling(dangling);
    damages.spaces_of_one_key(&tables);
    damages.descriptor_against_content(&work.descriptor, &work.accounts, &package);
    let places = Places::new(&tables, &scope.claimed)?;
    let accounts = work.accounts;
    if let Sink::Numbers(tally) = &mut sink {
        tally.export = Time::of(work.signals.datetime.as_deref());
    }
    let mut mapping = Mapping { places: &places, sink, accounts, damages, left_out };
    let with_attachments = work.descriptor.with_attachments();
    judge::judge(&mut mapping, &Evidence { claims: &claims, files: &files, with_attachments, budget: &budget })?;
    content::map(&mut mapping, &claims, &files)?;
    others(&mut mapping, scope.accounts, &budget)?;
    mapping.name_users();
    let Mapping { accounts, damages, left_out, .. } = mapping;
    let classes = accounts.by_class();
    let header = Header {
        origin: origin.to_owned(),
        began,
        ended: ctx.clock.stamp(),
        product: scope::product(&work.descriptor),
        coverage: scope::coverage(scope.accounts, !tables.tasks.is_empty()),
        scope: scope.scope,
        blind_spots: classes::blind_spots(&classes, &left_out),
        texts: BODY_DIGEST_RULES.to_owned(),
        normal: Some(NORMAL_RULES.to_owned()),
        capture: None,
    };
    Ok(Looked {
        header,
        damage: damages.finish(),
        ledger: Ledger {
            classes,
            entries: work.entries,
            entries_of: package.entries().len() as u64,
            bytes: work.object_bytes,
        },
        writer: scope::writer(&work.descriptor, &tables.signs, work.csv).to_owned(),
        descriptor: work.descriptor,
        signals: work.signals,
        whole: whole && !work.short,
        accounts: tables.people,
    })
}

/// Makes the items of all kinds that are no content.
fn others(mapping: &mut Mapping<'_>, accounts: bool, budget: &Budget) -> Result<(), SpillError> {
    spaces::map(mapping)?;
    labels::map(mapping, budget)?;
    permissions::map(mapping, budget)?;
    people::map(mapping, accounts, budget)?;
    properties::map(mapping)?;
    watches::map(mapping)?;
    likes::map(mapping)?;
    tasks::map(mapping)
}

/// Reads all objects, whatever the form; false where some of them can't be read.
fn load_all(work: &mut Work<'_>, damages: &mut Damages) -> Result<bool, ArchiveError> {
    work.csv = scope::is_csv(work.package, &work.descriptor, damages);
    let whole = if work.csv {
        csv::load(work, damages)?
    } else {
        let whole = load::load(work, damages)?;
        csv::load_beside(work, damages)? && whole
    };
    work.intake.settle().map_err(ArchiveError::Digests)?;
    Ok(whole)
}
