//! What an archive holds: package → [`Inventory`].
//!
//! One pass over entities.xml into compact tables, joins in both directions (the writers differ in which side of a reference they write),
//! one pass over the files. Damage is collected, and reading goes on behind it. Must not know of targets, REST or checks.

mod attachments;
mod classes;
mod content;
mod damage;
mod files;
mod labels;
mod load;
mod people;
mod permissions;
mod places;
mod quote;
mod references;
mod scope;
mod spaces;
mod tables;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

pub use quote::bodies;

use crate::clock::Context;
use crate::model::{Account, BODY_DIGEST_RULES, Backup, Descriptor, Fault, Ledger};
use crate::package::{Limits, Package, PackageError};
use crate::reading::{Collector, Found, Header, Inventory};
use damage::Damages;
use tables::Tables;

/// Why nothing can be read at all.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// The package can't be opened, or the machine can't read it on.
    #[error(transparent)]
    Package(#[from] PackageError),
    /// The other form of a Cloud export.
    #[error(
        "{0} is the CSV form of a Cloud space export, which this version can't read yet; Confluence Data Center can't restore it either"
    )]
    Csv(String),
    /// The drill was stopped.
    #[error("reading the archive was stopped")]
    Stopped,
}

impl ArchiveError {
    /// Whose failing it is.
    pub fn fault(&self) -> Fault {
        match self {
            Self::Package(error) => error.fault(),
            Self::Csv(_) => Fault::Backup,
            Self::Stopped => Fault::Rig,
        }
    }
}

/// Reads the archive whole: every object of entities.xml and every byte of every entry. Blocking; takes minutes on a large site.
///
/// # Errors
/// Only where nothing can be read at all, or the drill is stopped; everything else is damage in the inventory.
pub fn read(backup: &Backup, ctx: &Context) -> Result<Inventory, ArchiveError> {
    let began = ctx.clock.stamp();
    let package = Package::open(&backup.path, &Limits::default())?;
    let mut damages = Damages::default();
    damages.extend(package.damage().iter().cloned());
    let descriptor = scope::descriptor(&package, &mut damages)?;
    let mut work = Work::new(&package, descriptor, ctx);
    let whole = load::load(&mut work, &mut damages)?;
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
        left_out: BTreeMap::new(),
    };
    spaces::map(&mut mapping);
    content::map(&mut mapping);
    attachments::map(&mut mapping, &claims, &files);
    labels::map(&mut mapping);
    permissions::map(&mut mapping);
    people::map(&mut mapping, scope.accounts);
    mapping.properties();
    let header = Header {
        origin: backup.origin.clone(),
        began,
        ended: ctx.clock.stamp(),
        product: scope::product(&work.descriptor),
        coverage: scope::coverage(scope.accounts),
        scope: scope.scope,
        blind_spots: classes::blind_spots(&mapping.accounts.0, &mapping.left_out),
        texts: BODY_DIGEST_RULES.to_owned(),
    };
    let Mapping { collector, accounts, mut damages, .. } = mapping;
    let reading = collector.finish(header);
    damages.judge(&reading, &work.tables, &work.references, &claims, &files, work.descriptor.with_attachments());
    Ok(Inventory {
        reading,
        damage: damages.finish(),
        ledger: Ledger {
            classes: accounts.0,
            entries: work.entries,
            entries_of: package.entries().len() as u64,
            bytes: work.object_bytes,
        },
        writer: scope::writer(&work.descriptor, &work.tables.signs).to_owned(),
        descriptor: work.descriptor,
        whole,
    })
}

/// What is carried from entry to entry while the archive is read.
struct Work<'a> {
    package: &'a Package,
    descriptor: Descriptor,
    ctx: &'a Context,
    tables: Tables,
    references: references::References,
    accounts: Accounts,
    entries: u64,
    object_bytes: u64,
    bytes: u64,
    bytes_of: u64,
}

impl<'a> Work<'a> {
    fn new(package: &'a Package, descriptor: Descriptor, ctx: &'a Context) -> Self {
        Self {
            package,
            descriptor,
            ctx,
            tables: Tables::default(),
            references: references::References::default(),
            accounts: Accounts::default(),
            entries: 0,
            object_bytes: 0,
            bytes: 0,
            bytes_of: package.entries().iter().fold(0, |sum, entry| entry.bytes.saturating_add(sum)),
        }
    }

    /// Stops if the drill was stopped, else says how far it is.
    fn tick(&self, done: u64) -> Result<(), ArchiveError> {
        if self.ctx.cancel.is_cancelled() {
            return Err(ArchiveError::Stopped);
        }
        let (stage, unit) = (crate::event::Stage::Inspect, crate::event::Unit::Bytes);
        self.ctx.events.progress(stage, self.bytes.saturating_add(done), Some(self.bytes_of), unit);
        Ok(())
    }
}

/// Counts what became of each object, by class.
#[derive(Debug, Default)]
struct Accounts(BTreeMap<String, Account>);

impl Accounts {
    fn of(&mut self, class: &str) -> &mut Account {
        if !self.0.contains_key(class) {
            self.0.insert(class.to_owned(), Account::default());
        }
        self.0.entry(class.to_owned()).or_default()
    }

    fn mapped(&mut self, class: &str) {
        self.of(class).mapped += 1;
    }

    fn ignored(&mut self, class: &str) {
        self.of(class).ignored += 1;
    }

    fn damaged(&mut self, class: &str) {
        self.of(class).damaged += 1;
    }
}

/// What is carried from kind to kind while the tables become items.
struct Mapping<'a> {
    tables: &'a Tables,
    claimed: scope::Claimed,
    collector: Collector,
    accounts: Accounts,
    damages: Damages,
    /// Objects of compared classes that are left out, by what they are.
    left_out: BTreeMap<&'static str, u64>,
}

impl Mapping<'_> {
    fn push(&mut self, class: &str, found: Found) {
        self.collector.push(found);
        self.accounts.mapped(class);
    }

    /// An object of a class of which items are made, and no item is made of it, for this reason.
    fn leave_out(&mut self, class: &str, what: &'static str) {
        self.accounts.ignored(class);
        *self.left_out.entry(what).or_default() += 1;
    }

    /// An object that can't be placed. Where it refers to something that isn't there, the reference is told already.
    fn unplaced(&mut self, class: &'static str, refers: bool) {
        self.accounts.damaged(class);
        if !refers {
            self.damages.unplaced(class);
        }
    }

    /// Accounts for the properties of content that say something about it.
    fn properties(&mut self) {
        for property in self.tables.properties.values() {
            match property.owner.and_then(|owner| self.tables.content.get(&owner)) {
                Some(owner) if owner.class.is_mapped() => self.accounts.mapped("ContentProperty"),
                Some(_) => self.accounts.ignored("ContentProperty"),
                None => {
                    self.accounts.damaged("ContentProperty");
                    if property.owner.is_none() {
                        self.damages.property_without_owner();
                    }
                }
            }
        }
    }
}
