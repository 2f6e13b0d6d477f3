//! The one comparison that all content checks share: row by row, field by field, with the hop that lost what is wrong.
//!
//! Must not know what a kind means; that is said by the [`Rules`] of each check.

use std::collections::BTreeMap;

use super::Exhibits;
use super::drift::{edited_since, made_since};
use super::lost::{Cascade, Lost, holder};
use super::near::nearness;
use super::readable::unreadable;
use super::rows::{State, each_row, state};
use super::subject::subject;
use super::tail::above;
use super::upgraded::{REWRITTEN, is_put_aside, is_upgraded};
use crate::model::{
    Aside, Code, Discrepancy, Field, Finding, Hop, Item, Key, Kind, Outcome, Presence, Sample, Severity, Subject,
    Uncompared, Value, count,
};
use crate::reading::{Alignment, Names, ReadError, Row, Shown};

/// How one kind is compared.
#[derive(Clone, Copy)]
pub(super) struct Rules {
    /// Which kind.
    pub kind: Kind,
    /// Which items of it.
    pub part: fn(&Item) -> bool,
    /// Fields without which the check says nothing of an item.
    pub core: &'static [Field],
    /// Fields that are compared where both sides show them.
    pub fields: &'static [Field],
    /// The check that answers for items that only one side has, where it isn't this one.
    pub existence: Option<&'static str>,
    /// A sample of the items, and what alone is compared of those that are not in it: core fields, and others.
    pub sample: Option<(Sample, &'static [Field], &'static [Field])>,
    /// The key without what may differ between twins: an item that is missing and one that is unexpected, and are the same but for that.
    pub twin: Option<fn(&Key) -> Key>,
}

impl Rules {
    /// All items of a kind, by their existence alone.
    pub const fn of(kind: Kind) -> Self {
        Self { kind, part: |_| true, core: &[], fields: &[], existence: None, sample: None, twin: None }
    }
}

/// What was found about an item, to choose a remedy by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum What {
    /// The copy lacks it.
    Missing,
    /// Nobody claimed it.
    Unexpected,
    /// A field differs.
    Differs,
}

/// A comparison under way.
pub(super) struct Comparison<'e, 'a> {
    pub(super) check: &'static str,
    remedy: fn(What, Hop) -> Option<&'static str>,
    pub(super) alignment: &'e Alignment<'a>,
    lost: &'e Lost,
    missing_with: Cascade,
    unexpected_with: Cascade,
    pub(super) uncompared: BTreeMap<(String, String, Option<String>), u64>,
    unread: Vec<String>,
    /// Texts that differ in form only.
    pub(super) forms: BTreeMap<Kind, u64>,
    pub(super) outcome: Outcome,
}

impl<'e, 'a> Comparison<'e, 'a> {
    /// Begins one, with the remedies of the check.
    pub fn new(check: &'static str, exhibits: &'e Exhibits<'a>, remedy: fn(What, Hop) -> Option<&'static str>) -> Self {
        let alignment = &exhibits.alignment;
        Self {
            check,
            remedy,
            alignment,
            lost: &exhibits.lost,
            missing_with: Cascade::default(),
            unexpected_with: Cascade::default(),
            uncompared: BTreeMap::new(),
            unread: Vec::new(),
            forms: BTreeMap::new(),
            outcome: Outcome::default(),
        }
    }

    /// Compares the items of one kind; `each` sees every row that both sides have and may judge it itself (`true`: done with it).
    pub fn kind(&mut self, rules: &Rules, mut each: impl FnMut(&mut Self, &Row) -> bool) -> Result<(), ReadError> {
        if let Some(reason) = unreadable(self.alignment, rules.kind) {
            each_row(self.alignment, rules, |row| {
                self.outcome.tally.of += u64::from(!matches!(state(row), State::Aside(_)));
                Ok(())
            })?;
            if !self.unread.contains(&reason) {
                self.unread.push(reason);
            }
            return Ok(());
        }
        let mut short: BTreeMap<(Field, String), u64> = BTreeMap::new();
        each_row(self.alignment, rules, |row| self.row(rules, row, &mut short, &mut each))?;
        for ((field, reason), number) in short {
            let noun = rules.kind.noun(number);
            self.unread.push(format!("the field {} of {} {noun} is {reason}", field.name(), count(number)));
        }
        Ok(())
    }

    /// Compares one row; notes in `short` which fields that the check can't do without are not shown.
    fn row(
        &mut self,
        rules: &Rules,
        row: &Row,
        short: &mut BTreeMap<(Field, String), u64>,
        each: &mut impl FnMut(&mut Self, &Row) -> bool,
    ) -> Result<(), ReadError> {
        let (expected, actual) = match state(row) {
            State::Aside(_) | State::ArchiveOnly if rules.existence.is_some() => return Ok(()),
            State::Aside(aside) => {
                let see = (aside == Aside::Orphan).then_some("integrity");
                self.leave_out(rules.kind.noun(2), aside.reason(), see);
                return Ok(());
            }
            State::ArchiveOnly => {
                self.tick();
                self.leave_out(rules.kind.noun(2), "in the archive alone: neither claimed nor restored", None);
                return Ok(());
            }
            State::Missing(item) => return self.absent(rules, row, item, What::Missing),
            State::Unexpected(item) => return self.absent(rules, row, item, What::Unexpected),
            State::Both(expected, actual) => (expected, actual),
        };
        let outside =
            rules.sample.filter(|(sample, ..)| !sample.takes(actual.key.segments().iter().map(String::as_str)));
        let rules = &outside.map_or(*rules, |(_, core, fields)| Rules { core, fields, ..*rules });
        let within = u64::from(outside.is_none());
        if outside.is_some() {
            self.leave_out(format!("files of {}", rules.kind.noun(2)), "outside of the sample of this drill", None);
            // The archive was read whole, so that what it shows otherwise than claimed is known without a download.
            self.archived_otherwise(row, Field::Digest, expected, actual)?;
        }
        self.outcome.tally.of += within;
        let hidden: Vec<_> =
            rules.core.iter().filter_map(|field| Some((*field, self.hidden(*field, expected, actual)?))).collect();
        self.outcome.tally.examined += within * u64::from(hidden.is_empty());
        for field in hidden {
            *short.entry(field).or_default() += 1;
        }
        self.place(row, expected, actual)?;
        if each(self, row) { Ok(()) } else { self.fields(rules, row, expected, actual) }
    }

    /// The outcome, findings sorted.
    pub fn finish(mut self) -> Outcome {
        self.tell_forms();
        for (what, cascade) in [
            (What::Missing, std::mem::take(&mut self.missing_with)),
            (What::Unexpected, std::mem::take(&mut self.unexpected_with)),
        ] {
            let Some(outermost) = cascade.outermost() else { continue };
            let (items, holders) = cascade.words();
            let copy = self.alignment.names.copy;
            let (code, message) = match what {
                What::Unexpected => ("unexpected-with", format!("{items} came with {holders} that nobody claimed")),
                _ => ("missing-with", format!("{items} went with {holders} that the {copy} lacks")),
            };
            let hop = match what {
                _ if !self.alignment.has_archive() => Hop::Unknown,
                What::Unexpected => flip(cascade.hop()),
                What::Missing | What::Differs => cascade.hop(),
            };
            let told = (cascade.number(), message);
            self.all(&format!("{code}-{}", outermost.name()), told, hop, self.advice(what, hop));
        }
        let mut outcome = self.outcome;
        outcome.findings.sort_by(|a, b| (std::cmp::Reverse(a.severity), a).cmp(&(std::cmp::Reverse(b.severity), b)));
        outcome.uncompared = self
            .uncompared
            .into_iter()
            .map(|((what, reason, see), number)| Uncompared { what, number, reason, see })
            .collect();
        if !self.unread.is_empty() {
            outcome.unread = Some(self.unread.join("; "));
        }
        outcome
    }

    /// What to do about it. The checks know advice for drills alone.
    pub(super) fn advice(&self, what: What, hop: Hop) -> Option<&'static str> {
        if self.alignment.names == Names::DRILL { (self.remedy)(what, hop) } else { None }
    }

    /// Counts one item in scope and examined.
    fn tick(&mut self) {
        self.outcome.tally.of += 1;
        self.outcome.tally.examined += 1;
    }

    /// Notes something that is left out of the comparison; `see` is the check that answers for it.
    pub fn leave_out(&mut self, what: impl Into<String>, reason: impl Into<String>, see: Option<&str>) {
        *self.uncompared.entry((what.into(), reason.into(), see.map(str::to_owned))).or_default() += 1;
    }

    /// A finding about so many items at once; its message holds no content.
    pub fn all(&mut self, what: &str, (items, message): (u64, String), hop: Hop, remedy: Option<&str>) {
        self.outcome.findings.push(Finding {
            code: Code { check: self.check.to_owned(), what: what.to_owned() },
            severity: Severity::Error,
            subject: Subject::default(),
            discrepancy: Discrepancy::Many { items, message },
            hop,
            place: None,
            remedy: remedy.map(str::to_owned),
        });
    }

    /// An item that one side lacks.
    fn absent(&mut self, rules: &Rules, row: &Row, item: &Item, what: What) -> Result<(), ReadError> {
        let (among, word, code) = match what {
            What::Unexpected => (&self.lost.unexpected, "not claimed".to_owned(), "unexpected"),
            _ => (&self.lost.missing, format!("not in the {}", self.alignment.names.copy), "missing"),
        };
        if let Some(other) = rules.existence {
            self.leave_out(rules.kind.noun(2), word, Some(other));
            return Ok(());
        }
        if what == What::Missing && self.is_drift(rules, item)? {
            return Ok(());
        }
        if what == What::Unexpected && is_put_aside(self.alignment, item)? {
            self.leave_out(rules.kind.noun(2), "put aside by an upgrade", None);
            return Ok(());
        }
        if let Some(found) = holder(item, among)? {
            let (kind, cascade) = match what {
                What::Unexpected => (found.1, &mut self.unexpected_with),
                _ => (found.1, &mut self.missing_with),
            };
            cascade.push(row, rules.kind, found);
            self.leave_out(
                rules.kind.noun(2),
                format!("on {} that are {word}; told in one finding", kind.noun(2)),
                None,
            );
            return Ok(());
        }
        self.tick();
        let (hop, discrepancy) = match what {
            What::Unexpected => (flip(self.in_archive(row)), Discrepancy::Unexpected),
            _ => (self.in_archive(row), Discrepancy::Missing),
        };
        let near = self.lost.near.of(state(row))?;
        self.push(row, code, discrepancy, near.or_else(|| self.advice(what, hop)), hop)
    }

    /// Whether something that the copy lacks was made at the source after the backup began, by itself or with what holds it; notes it then.
    fn is_drift(&mut self, rules: &Rules, item: &Item) -> Result<bool, ReadError> {
        let with = holder(item, &self.lost.since)?;
        let Some(drift) = made_since(self.alignment, item)? else {
            if let Some((_, kind)) = &with {
                let reason = format!("on {} that were made at the source after the backup began", kind.noun(2));
                self.leave_out(rules.kind.noun(2), reason, None);
            }
            return Ok(with.is_some());
        };
        self.leave_out(rules.kind.noun(2), "made at the source after the backup began", None);
        // Older versions are edits of what holds them, which counts them.
        if rules.kind != Kind::Version {
            self.outcome.drift.add(drift);
        }
        Ok(true)
    }

    /// The hop that lost something, by whether the archive has it.
    fn in_archive(&self, row: &Row) -> Hop {
        match &row.inventory {
            Some(item) if item.aside.is_none() => Hop::Restore,
            // The source has it live, and the archive in the trash, in another space, or on nothing.
            Some(_) => Hop::Export,
            None if row.any().is_some_and(|item| self.alignment.inventory().reading.header.reads(item.kind)) => {
                Hop::Export
            }
            None => Hop::Unknown,
        }
    }

    /// Compares what the item is on. Keys that name it matched already; content that is matched by id may stand elsewhere.
    fn place(&mut self, row: &Row, expected: &Shown, actual: &Shown) -> Result<(), ReadError> {
        let held = |item: &Shown| above(&item.key).map(|key| item.comparable_front(key.segments().len()));
        let (claimed, shown) = (held(expected), held(actual));
        if claimed == shown {
            return Ok(());
        }
        let hop = match row.inventory.as_ref().map(held) {
            Some(archived) if archived == claimed => Hop::Restore,
            Some(archived) if archived == shown => Hop::Export,
            _ => Hop::Unknown,
        };
        let discrepancy = Discrepancy::Differs {
            field: Field::Holder,
            expected: self.safe(above(&expected.key).map(Value::Key))?,
            actual: self.safe(above(&actual.key).map(Value::Key))?,
        };
        self.push(row, "differs", discrepancy, self.advice(What::Differs, hop), hop)
    }

    /// Compares the fields of an item that both sides have.
    fn fields(&mut self, rules: &Rules, row: &Row, expected: &Shown, actual: &Shown) -> Result<(), ReadError> {
        if let Some(drift) = edited_since(self.alignment, expected, actual)? {
            let reason = "edited at the source after the backup began; the copy has them as they were then";
            self.leave_out(rules.kind.noun(2), reason, None);
            if rules.existence.is_none() {
                self.outcome.drift.add(drift);
            }
            return Ok(());
        }
        let upgraded = is_upgraded(self.alignment, expected, actual)?;
        if upgraded {
            let reason = "rewritten by an upgrade; the text that was claimed is in their history";
            self.leave_out(rules.kind.noun(2), reason, None);
        }
        for field in rules.core.iter().chain(rules.fields) {
            if upgraded && REWRITTEN.contains(field) {
                continue;
            }
            if let Some(reason) = self.hidden(*field, expected, actual) {
                if !rules.core.contains(field) && !self.archived_otherwise(row, *field, expected, actual)? {
                    self.leave_out(Uncompared::field(rules.kind, *field), reason, None);
                }
                continue;
            }
            let (claimed, shown) = (expected.comparable(*field), actual.comparable(*field));
            let same = claimed == shown || self.is_same_otherwise(*field, [&claimed, &shown], expected, actual);
            if *field == Field::Body && same {
                self.references(row, expected, actual)?;
            }
            if same {
                continue;
            }
            let seen = |item: &Item| item.fields.get(field).cloned().flatten();
            if *field == Field::Parent && self.parent_is_missing(rules, seen(expected).as_ref())? {
                self.leave_out(
                    format!("parent of {}", rules.kind.noun(2)),
                    "the parent itself is missing, which is told there",
                    None,
                );
                continue;
            }
            let hop = match row.inventory.as_ref().filter(|item| item.get(*field) != Presence::NotObservable) {
                Some(item) if self.has(item, *field, &claimed, expected) => Hop::Restore,
                Some(item) if self.has(item, *field, &shown, actual) => Hop::Export,
                _ => Hop::Unknown,
            };
            let discrepancy = Discrepancy::Differs {
                field: *field,
                expected: self.safe(seen(expected))?,
                actual: self.safe(seen(actual))?,
            };
            let titles = expected.text(*field).zip(actual.text(*field)).filter(|_| *field == Field::Title);
            let near = titles.and_then(|(one, other)| nearness(one, other));
            self.push(row, "differs", discrepancy, near.or_else(|| self.advice(What::Differs, hop)), hop)?;
            if *field == Field::Digest {
                // Other bytes: their length says nothing more.
                break;
            }
        }
        Ok(())
    }

    /// A field that the copy doesn't show, and of which the archive already shows another value than the source claims.
    fn archived_otherwise(
        &mut self,
        row: &Row,
        field: Field,
        expected: &Shown,
        actual: &Shown,
    ) -> Result<bool, ReadError> {
        let Some(archived) = row.inventory.as_ref().filter(|item| item.get(field) != Presence::NotObservable) else {
            return Ok(false);
        };
        // An address may be masked for whoever asked the source for it, and a digest be made by other rules.
        let plain = !matches!(field, Field::Email | Field::Body | Field::BodyBytes | Field::Description);
        let unseen = actual.get(field) == Presence::NotObservable && expected.get(field) != Presence::NotObservable;
        let (claimed, archived) = [expected, archived].map(|item| item.fields.get(&field).cloned().flatten()).into();
        if !plain || !unseen || matches!(claimed, Some(Value::Key(_))) || claimed == archived {
            return Ok(false);
        }
        let discrepancy = Discrepancy::Differs { field, expected: self.safe(claimed)?, actual: self.safe(archived)? };
        self.push(row, "differs", discrepancy, self.advice(What::Differs, Hop::Export), Hop::Export)?;
        Ok(true)
    }

    fn parent_is_missing(&self, rules: &Rules, claimed: Option<&Value>) -> Result<bool, ReadError> {
        match claimed {
            Some(Value::Key(key)) if rules.existence.is_none() => Ok(self.lost.missing.get(key)?.is_some()),
            _ => Ok(false),
        }
    }

    /// Why a field can't be compared, if it can't.
    fn hidden(&self, field: Field, expected: &Item, actual: &Item) -> Option<String> {
        let Names { claim, copy } = self.alignment.names;
        let hidden = |item: &Item| item.get(field) == Presence::NotObservable;
        match (hidden(expected), hidden(actual)) {
            (true, true) => return Some(format!("shown by neither the {claim} nor the {copy}")),
            (true, false) => return Some(format!("not shown by the {claim}")),
            (false, true) => return Some(format!("not shown by the {copy}")),
            (false, false) => {}
        }
        let digested = matches!(field, Field::Body | Field::BodyBytes)
            || (field == Field::Description && expected.kind == Kind::Space);
        let texts = self.alignment.observation().map(|side| &side.reading.header.texts);
        (digested && texts != Some(&self.alignment.manifest().reading.header.texts))
            .then(|| "digested by other rules on each side".to_owned())
    }

    /// A value as a finding may carry it: the key of restricted content holds its title.
    pub(super) fn safe(&self, value: Option<Value>) -> Result<Option<Value>, ReadError> {
        Ok(match value {
            Some(Value::Key(key)) if self.alignment.restricted(&key)? => Some(Value::from("(restricted)")),
            other => other,
        })
    }

    pub(super) fn push(
        &mut self,
        row: &Row,
        code: &str,
        discrepancy: Discrepancy,
        remedy: Option<&str>,
        hop: Hop,
    ) -> Result<(), ReadError> {
        self.outcome.findings.push(Finding {
            code: Code { check: self.check.to_owned(), what: code.to_owned() },
            severity: Severity::Error,
            subject: subject(self.alignment, row)?,
            discrepancy,
            hop,
            place: None,
            remedy: remedy.map(str::to_owned),
        });
        Ok(())
    }
}

/// The hop of something that is there and shouldn't be: the archive has it, so the export brought it; it hasn't, so the restore made it up.
fn flip(hop: Hop) -> Hop {
    match hop {
        Hop::Restore => Hop::Export,
        Hop::Export => Hop::Restore,
        Hop::Unknown => Hop::Unknown,
    }
}
