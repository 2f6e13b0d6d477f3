//! What is carried along while an archive is read and mapped.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use foldhash::fast::RandomState;

use super::ArchiveError;
use super::classes::Sorts;
use super::damage::{Damages, at_entities};
use super::loaded::Loaded;
use super::places::Places;
use super::preflight::Signals;
use super::references::{AllDangling, References};
use super::tables::{Spine, Tables, Who};
use super::tally::Sink;
use crate::clock::Context;
use crate::model::{Account, Damage, Descriptor, Severity, Subject};
use crate::package::Package;
use crate::reading::Found;
use crate::runs::{Budget, Numbered, SpillError, Table};

/// What is carried from entry to entry while the archive is read.
pub(super) struct Work<'a> {
    pub package: &'a Package,
    pub descriptor: Descriptor,
    pub ctx: &'a Context,
    pub intake: Loaded,
    pub references: References,
    pub signals: Signals,
    pub accounts: Accounts,
    /// What is made of each class.
    pub sorts: Sorts,
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
        let budget = Budget::default();
        Self {
            package,
            descriptor,
            ctx,
            references: References::new(&budget),
            intake: Loaded::new(budget),
            signals: Signals::of(package),
            accounts: Accounts::default(),
            sorts: Sorts::default(),
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

impl Work<'_> {
    /// Joins what was read, and gives the references that lead nowhere. No more is read behind it.
    pub fn join(&mut self, damages: &mut Damages) -> Result<(Tables, AllDangling), ArchiveError> {
        let budget = self.intake.budget.clone();
        let references = std::mem::replace(&mut self.references, References::new(&budget));
        let intake = std::mem::replace(&mut self.intake, Loaded::new(budget));
        let (tables, dangling) =
            super::join::aside(|| references.dangling(), || intake.join(&mut self.accounts, damages))?;
        Ok((tables?, dangling?))
    }
}

/// Counts what became of each object, by class.
#[derive(Debug, Default)]
pub(super) struct Accounts {
    places: HashMap<Box<str>, usize, RandomState>,
    list: Vec<(Box<str>, Account)>,
    /// The one that was asked for last: objects of one class stand together.
    last: usize,
}

impl Accounts {
    pub fn of(&mut self, class: &str) -> &mut Account {
        if self.list.get(self.last).is_none_or(|(last, _)| **last != *class) {
            self.last = match self.places.get(class) {
                Some(place) => *place,
                None => {
                    self.places.insert(class.into(), self.list.len());
                    self.list.push((class.into(), Account::default()));
                    self.list.len() - 1
                }
            };
        }
        let place = self.last;
        #[expect(clippy::indexing_slicing, reason = "each place was given out above, and none is ever taken back")]
        &mut self.list[place].1
    }

    /// How many of a class were found.
    pub fn lexed(&self, class: &str) -> u64 {
        self.places.get(class).and_then(|place| self.list.get(*place)).map_or(0, |(_, account)| account.lexed)
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

    /// Adds what was counted elsewhere.
    pub fn add(&mut self, class: &str, more: &Account) {
        if *more != Account::default() {
            let account = self.of(class);
            account.lexed += more.lexed;
            account.mapped += more.mapped;
            account.ignored += more.ignored;
            account.damaged += more.damaged;
        }
    }

    /// All of them by name.
    pub fn by_class(self) -> BTreeMap<String, Account> {
        self.list.into_iter().map(|(class, account)| (class.into(), account)).collect()
    }
}

/// What is carried from kind to kind while the tables become items.
pub(super) struct Mapping<'a> {
    pub places: &'a Places<'a>,
    pub sink: Sink<'a>,
    pub accounts: Accounts,
    pub damages: Damages,
    /// Objects of compared classes that are left out, by what they are.
    pub left_out: BTreeMap<Cow<'static, str>, u64>,
}

impl Mapping<'_> {
    /// Something that an object of this class became.
    pub fn push(&mut self, class: &str, found: Found) -> Result<(), SpillError> {
        self.accounts.mapped(class);
        self.item(found)
    }

    /// Something that the objects that are accounted for elsewhere became.
    pub fn item(&mut self, found: Found) -> Result<(), SpillError> {
        match &mut self.sink {
            Sink::Items(collector) => collector.push(found),
            Sink::Numbers(tally) => tally.found(&found, self.places)?,
        }
        Ok(())
    }

    /// Names the users whom texts name by key. A key that the file doesn't explain stays one.
    pub fn name_users(&mut self) {
        let tables = self.places.tables;
        if let Sink::Items(collector) = &mut self.sink {
            for (key, name) in collector.users() {
                let found = tables.words.find(key).and_then(|key| tables.name(Who::Key(key)));
                *name = found.map(str::to_owned);
            }
        }
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

    /// The rows of a class that count. Those that were replaced are accounted for as damaged.
    pub fn each<Row: serde::de::DeserializeOwned>(
        &mut self,
        table: &Table<Row>,
        class: impl Fn(&Row) -> &'static str,
        mut map: impl FnMut(&mut Self, u64, Row) -> Result<(), SpillError>,
    ) -> Result<(), SpillError> {
        for row in table.all() {
            let Numbered { number, replaced, row } = row?;
            if replaced {
                self.accounts.damaged(class(&row));
            } else {
                map(self, number, row)?;
            }
        }
        Ok(())
    }

    /// Damage to some content.
    pub fn tell(
        &mut self,
        what: &'static str,
        severity: Severity,
        id: u64,
        row: &Spine,
        message: &str,
    ) -> Result<(), SpillError> {
        // Whom it is about is worth finding out only where it is told.
        let subject = if self.damages.is_full(what) { Subject::default() } else { self.places.subject(id)? };
        let (what, message) = (what.to_owned(), message.to_owned());
        let place = at_entities(Some(row.offset));
        self.damages.push(Damage { what, severity, subject, message, place, remedy: None });
        Ok(())
    }
}
