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
mod judge;
mod labels;
mod later;
mod likes;
mod load;
mod people;
mod permissions;
mod places;
pub mod preflight;
mod profiles;
mod properties;
mod quote;
mod references;
mod scope;
mod spaces;
mod survey;
mod tables;
mod tasks;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod tests_beside;
mod watches;
mod work;

use std::borrow::Cow;
use std::path::Path;

pub use extract::{Extract, ExtractError, extract};
pub use quote::bodies;
pub use survey::{AttachmentFiles, Held, HeldSpace, Survey, survey};

use crate::clock::Context;
use crate::model::{BODY_DIGEST_RULES, Backup, Fault, Ledger};
use crate::package::{Limits, Package, PackageError};
use crate::reading::{Collector, Header, Inventory, ReadError};
use damage::Damages;
use preflight::Signals;
use work::{Mapping, Work};

/// Why nothing can be read at all.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// The package can't be opened, or the machine can't read it on.
    #[error("read the backup: {0}")]
    Package(#[from] PackageError),
    /// What was read can't be gone through again.
    #[error("read the backup: {0}")]
    Read(#[from] ReadError),
    /// The drill was stopped.
    #[error("read the backup: the drill was told to stop")]
    Stopped,
}

impl ArchiveError {
    /// Whose failing it is.
    pub fn fault(&self) -> Fault {
        match self {
            Self::Package(error) => error.fault(),
            Self::Read(_) | Self::Stopped => Fault::Rig,
        }
    }
}

/// Reads the archive whole: every object and every byte of every entry. Blocking; takes minutes on a large site.
///
/// # Errors
/// Only where nothing can be read at all, or the drill is stopped; everything else is damage in the inventory.
pub fn read(backup: &Backup, ctx: &Context) -> Result<Inventory, ArchiveError> {
    Ok(read_at(&backup.path, &backup.origin, ctx)?.0)
}

/// The same for what lies at a path and needs no digest. Blocking.
///
/// # Errors
/// As for [`read`].
pub fn inventory(path: &Path, ctx: &Context) -> Result<Inventory, ArchiveError> {
    Ok(read_at(path, &path.display().to_string(), ctx)?.0)
}

fn read_at(path: &Path, origin: &str, ctx: &Context) -> Result<(Inventory, Signals), ArchiveError> {
    let began = ctx.clock.stamp();
    let package = Package::open(path, &Limits::default())?;
    let mut damages = Damages::default();
    damages.extend(package.damage().iter().cloned());
    let descriptor = scope::descriptor(&package, &mut damages)?;
    let mut work = Work::new(&package, descriptor, ctx);
    let csv = scope::is_csv(&package, &work.descriptor, &mut damages);
    let whole = load_all(&mut work, csv, &mut damages)?;
    later::judge(&work.signals, &mut damages);
    work.tables.join();
    let claims = files::claim(&package, &work.tables);
    let files = files::read_all(&mut work, &claims, &mut damages)?;
    let scope = scope::scope(&work.descriptor, &work.tables, &mut damages);
    damages.partial(!whole);
    let mut mapping = Mapping {
        tables: &work.tables,
        claimed: scope.claimed,
        collector: Collector::default(),
        accounts: work.accounts,
        damages,
        left_out: work.tables.left_out.iter().map(|(what, number)| (Cow::Borrowed(*what), *number)).collect(),
    };
    spaces::map(&mut mapping);
    content::map(&mut mapping);
    attachments::map(&mut mapping, &claims, &files);
    labels::map(&mut mapping);
    permissions::map(&mut mapping);
    people::map(&mut mapping, scope.accounts);
    mapping.properties();
    properties::map(&mut mapping);
    watches::map(&mut mapping);
    likes::map(&mut mapping);
    tasks::map(&mut mapping);
    let header = Header {
        origin: origin.to_owned(),
        began,
        ended: ctx.clock.stamp(),
        product: scope::product(&work.descriptor),
        coverage: scope::coverage(scope.accounts, !work.tables.tasks.is_empty()),
        scope: scope.scope,
        blind_spots: classes::blind_spots(&mapping.accounts.0, &mapping.left_out),
        texts: BODY_DIGEST_RULES.to_owned(),
    };
    let Mapping { collector, accounts, mut damages, .. } = mapping;
    let reading = collector.finish(header);
    damages.judge(&reading, &work.tables, &work.references, &claims, &files, work.descriptor.with_attachments());
    let inventory = Inventory {
        reading,
        damage: damages.finish(),
        ledger: Ledger {
            classes: accounts.0,
            entries: work.entries,
            entries_of: package.entries().len() as u64,
            bytes: work.object_bytes,
        },
        writer: scope::writer(&work.descriptor, &work.tables.signs, csv).to_owned(),
        descriptor: work.descriptor,
        whole: whole && !work.short,
    };
    Ok((inventory, work.signals))
}

/// Reads all objects, in whatever form; false where they broke off before their end.
fn load_all(work: &mut Work<'_>, csv: bool, damages: &mut Damages) -> Result<bool, ArchiveError> {
    if csv { csv::load(work, damages) } else { Ok(load::load(work, damages)? & csv::load_beside(work, damages)?) }
}
