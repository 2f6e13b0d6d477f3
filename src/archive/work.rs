//! What is carried along while an archive is read and mapped.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::ArchiveError;
use super::classes::ContentClass;
use super::damage::Damages;
use super::preflight::Signals;
use super::references::References;
use super::scope::Claimed;
use super::tables::Tables;
use crate::clock::Context;
use crate::model::{Account, Descriptor};
use crate::package::Package;
use crate::reading::{Collector, Found};

/// What is carried from entry to entry while the archive is read.
pub(super) struct Work<'a> {
    pub package: &'a Package,
    pub descriptor: Descriptor,
    pub ctx: &'a Context,
    pub tables: Tables,
    pub references: References,
    pub signals: Signals,
    pub accounts: Accounts,
    pub entries: u64,
    /// Whether it is the CSV form.
    pub csv: bool,
    /// Names of the entries whose objects were read.
    pub loaded: BTreeSet<String>,
    /// Whether rows are missing that the exporter counted.
    pub short: bool,
    pub object_bytes: u64,
    pub bytes: u64,
    pub bytes_of: u64,
}

impl<'a> Work<'a> {
    pub fn new(package: &'a Package, descriptor: Descriptor, ctx: &'a Context) -> Self {
        Self {
            package,
            descriptor,
            ctx,
            tables: Tables::default(),
            references: References::default(),
            signals: Signals::of(package),
            accounts: Accounts::default(),
            entries: 0,
            csv: false,
            loaded: BTreeSet::new(),
            short: false,
            object_bytes: 0,
            bytes: 0,
            bytes_of: package.entries().iter().fold(0, |sum, entry| entry.bytes.saturating_add(sum)),
        }
    }

    /// Stops if the drill was stopped, else says how far it is.
    pub fn tick(&self, done: u64) -> Result<(), ArchiveError> {
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
pub(super) struct Accounts(pub BTreeMap<String, Account>);

impl Accounts {
    pub fn of(&mut self, class: &str) -> &mut Account {
        if !self.0.contains_key(class) {
            self.0.insert(class.to_owned(), Account::default());
        }
        self.0.entry(class.to_owned()).or_default()
    }

    pub fn mapped(&mut self, class: &str) {
        self.of(class).mapped += 1;
    }

    pub fn ignored(&mut self, class: &str) {
        self.of(class).ignored += 1;
    }

    pub fn damaged(&mut self, class: &str) {
        self.of(class).damaged += 1;
    }
}

/// What is carried from kind to kind while the tables become items.
pub(super) struct Mapping<'a> {
    pub tables: &'a Tables,
    pub claimed: Claimed,
    pub collector: Collector,
    pub accounts: Accounts,
    pub damages: Damages,
    /// Objects of compared classes that are left out, by what they are.
    pub left_out: BTreeMap<Cow<'static, str>, u64>,
}

impl Mapping<'_> {
    pub fn push(&mut self, class: &str, found: Found) {
        self.collector.push(found);
        self.accounts.mapped(class);
    }

    /// An object of a class of which items are made, and no item is made of it, for this reason.
    pub fn leave_out(&mut self, class: &str, what: impl Into<Cow<'static, str>>) {
        self.accounts.ignored(class);
        *self.left_out.entry(what.into()).or_default() += 1;
    }

    /// An object that can't be placed. Where it refers to something that isn't there, the reference is told already.
    pub fn unplaced(&mut self, class: &'static str, refers: bool) {
        self.accounts.damaged(class);
        if !refers {
            self.damages.unplaced(class);
        }
    }

    /// Accounts for the properties of content that say something about it.
    pub fn properties(&mut self) {
        for property in self.tables.properties.values() {
            match property.owner.and_then(|owner| self.tables.content.get(&owner)) {
                Some(owner) if property.name == "status" && owner.class != ContentClass::Comment => {
                    self.leave_out("ContentProperty", "properties called status of what is no comment");
                }
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
