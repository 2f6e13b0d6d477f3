//! What is wrong with the archive, gathered while it is read.

use std::collections::BTreeMap;

use super::load::ENTITIES;
use super::{likes, tasks, watches};
use crate::model::{Damage, Place, Severity, Subject, count};
use crate::package::{EntryError, Illegal, ObjectError};

/// Most damages of one sort that are told one by one; the rest are counted in one more.
const MOST: u64 = 1_000;

/// Damage to the bytes of some content, whose subject is known only when all is joined.
#[derive(Debug)]
pub(super) struct Later {
    pub what: &'static str,
    pub id: u64,
    pub message: String,
    pub place: Option<Place>,
}

/// Objects that share a defect: how many, and where the first are.
#[derive(Debug, Default)]
struct Many {
    number: u64,
    first: Vec<u64>,
}

impl Many {
    pub fn add(&mut self, offset: u64) {
        self.number += 1;
        let place = self.first.partition_point(|first| *first < offset);
        if place < 5 {
            self.first.insert(place, offset);
            self.first.truncate(5);
        }
    }
}

/// Damage that is shown by what is missing: of an entities.xml that broke off, it says nothing.
const BY_ABSENCE: [&str; 15] = [
    "body-without-owner",
    "container-missing",
    "container-not-live",
    "dangling-reference",
    "descriptor-space-missing",
    "file-unclaimed",
    "nothing-inside",
    "owner-without-body",
    "parent-missing",
    "property-without-owner",
    "unplaced",
    "version-gap",
    "version-listed-but-missing",
    "version-not-listed",
    "version-without-content",
];

#[derive(Debug, Default)]
pub(super) struct Damages {
    partial: bool,
    list: Vec<Damage>,
    numbers: BTreeMap<String, (u64, Severity)>,
    pub later: Vec<Later>,
    /// The entries that hold the objects, and from where on the offsets of objects are theirs. Empty where entities.xml holds all.
    sources: Vec<(u64, String)>,
    many: BTreeMap<(&'static str, String), Many>,
}

impl Damages {
    pub fn extend(&mut self, damages: impl Iterator<Item = Damage>) {
        damages.for_each(|damage| self.push(damage));
    }

    /// Says that entities.xml broke off.
    pub fn partial(&mut self, partial: bool) {
        self.partial = partial;
        if partial {
            self.list.retain(|damage| !BY_ABSENCE.contains(&damage.what.as_str()));
        }
    }

    /// Says that objects of this offset and of higher ones stand in this entry.
    pub fn source(&mut self, from: u64, entry: &str) {
        self.sources.push((from, entry.to_owned()));
    }

    /// The entry in which an object stands, and its offset there.
    fn located(&self, offset: u64) -> Option<(&str, u64)> {
        let behind = self.sources.partition_point(|(from, _)| *from <= offset);
        let (from, entry) = self.sources.get(behind.checked_sub(1)?)?;
        Some((entry, offset - from))
    }

    /// Offsets of objects in words, as they are in their entries.
    pub fn numbers(&self, offsets: &[u64]) -> String {
        let own = offsets.iter().map(|offset| self.located(*offset).map_or(*offset, |(_, own)| own).to_string());
        own.collect::<Vec<_>>().join(", ")
    }

    /// Puts the table that holds an object in the place of entities.xml.
    fn place(&self, damage: &mut Damage) {
        let Some(place) = damage.place.as_mut().filter(|place| place.entry == ENTITIES) else { return };
        match place.offset.map(|offset| self.located(offset)) {
            Some(Some((entry, own))) => *place = Place { entry: entry.to_owned(), offset: Some(own) },
            None if self.sources.first().is_some_and(|(_, entry)| entry != ENTITIES) => damage.place = None,
            Some(None) | None => {}
        }
    }

    /// Whether more of a sort is only counted, so that nobody need find out what it is about.
    pub fn is_full(&self, what: &str) -> bool {
        (self.partial && BY_ABSENCE.contains(&what))
            || self.numbers.get(what).is_some_and(|(number, _)| *number >= MOST)
    }

    pub fn push(&mut self, damage: Damage) {
        if self.partial && BY_ABSENCE.contains(&damage.what.as_str()) {
            return;
        }
        let (number, worst) = self.numbers.entry(damage.what.clone()).or_insert((0, Severity::Info));
        *number += 1;
        *worst = (*worst).max(damage.severity);
        if *number <= MOST {
            self.list.push(damage);
        }
    }

    pub fn add(
        &mut self,
        what: &str,
        severity: Severity,
        message: impl Into<String>,
        place: Option<Place>,
        remedy: Option<&str>,
    ) {
        self.push(Damage {
            what: what.to_owned(),
            severity,
            subject: Subject::default(),
            message: message.into(),
            place,
            remedy: remedy.map(str::to_owned),
        });
    }

    pub fn no_descriptor(&mut self) {
        let message = "exportDescriptor.properties is missing, and Confluence refuses a package without it";
        let remedy = "make the backup again; a package that was packed by hand needs it at its top";
        self.add("no-descriptor", Severity::Error, message, None, Some(remedy));
    }

    pub fn no_entities(&mut self) {
        let message = "entities.xml is missing: the package holds no content";
        self.add("no-entities", Severity::Error, message, None, Some("make the backup again"));
    }

    pub fn nothing_inside(&mut self) {
        self.add("nothing-inside", Severity::Error, "it holds no space and no content at all", at_entities(None), None);
    }

    pub fn descriptor_space_missing(&mut self, key: &str) {
        self.push(Damage {
            what: "descriptor-space-missing".to_owned(),
            severity: Severity::Error,
            subject: Subject { space: Some(key.to_owned()), ..Subject::default() },
            message: "the descriptor names a space that is not in the package".to_owned(),
            place: at_entities(None),
            remedy: Some("make the backup again".to_owned()),
        });
    }

    pub fn foreign_spaces(&mut self, spaces: impl Iterator<Item = (u64, u64)>) {
        for (_, offset) in spaces {
            let message = "a space that the export doesn't claim to hold; Confluence fails with such a package (CONFSERVER-16575)";
            let remedy =
                "in the source, move the comment or attachment that belongs to the other space, and export again";
            self.add("foreign-space", Severity::Warning, message, at_entities(Some(offset)), Some(remedy));
        }
    }

    /// An object, or all that comes behind it, that can't be read.
    pub fn object(&mut self, entry: &str, error: &ObjectError) {
        let place = Some(Place { entry: entry.to_owned(), offset: Some(error.offset()) });
        let what = match error {
            ObjectError::Bad { .. } => "bad-object",
            ObjectError::CutOff { .. } => "cut-off",
            ObjectError::Read { .. } => match error.entry() {
                Some(error) => return self.entry(error, &[]),
                None => "cut-off",
            },
            ObjectError::Malformed { .. }
            | ObjectError::Doctype { .. }
            | ObjectError::TooLong { .. }
            | ObjectError::TooDeep { .. } => "malformed-xml",
        };
        self.add(
            what,
            Severity::Error,
            error.to_string(),
            place,
            Some("what stands behind it was not read; make the backup again"),
        );
    }

    /// An entry whose bytes are damaged, and the attachments whose bytes they are.
    pub fn entry(&mut self, error: &EntryError, attachments: &[u64]) {
        let place = Some(Place { entry: error.entry.clone(), offset: Some(error.offset) });
        let message = error.problem.to_string();
        if attachments.is_empty() {
            self.add(error.what(), Severity::Error, message, place, Some("make the backup again"));
            return;
        }
        for id in attachments {
            let (message, place) = (message.clone(), place.clone());
            self.later.push(Later { what: error.what(), id: *id, message, place });
        }
    }

    pub fn illegal(&mut self, entry: &str, illegal: &Illegal) {
        let Some((offset, _)) = illegal.places.first() else { return };
        let first: Vec<String> =
            illegal.places.iter().take(5).map(|(offset, code)| format!("U+{code:04X} at byte {offset}")).collect();
        let message = format!("{} characters that XML forbids: {}", count(illegal.number), first.join(", "));
        let place = Some(Place { entry: entry.to_owned(), offset: Some(*offset) });
        let remedy = "Confluence stops at them; replace them in the source, or clean the package with Atlassian's tool";
        self.add("illegal-character", Severity::Error, message, place, Some(remedy));
    }

    /// Characters that XML forbids in the CSV form, which bears control characters. Bytes that are no text at all are another matter.
    pub fn illegal_in_table(&mut self, entry: &str, illegal: &Illegal) {
        let Some((offset, _)) = illegal.places.first() else { return };
        let codes = illegal.places.iter().map(|(_, code)| *code);
        let broken = codes.clone().any(|code| matches!(code, 0 | 0x80..=0xff | 0xd800..=0xdfff));
        let first: Vec<String> =
            (illegal.places.iter().take(5)).map(|(offset, code)| format!("U+{code:04X} at byte {offset}")).collect();
        let (number, severity) = (count(illegal.number), if broken { Severity::Error } else { Severity::Warning });
        let message = format!("{number} characters that are no text, read as U+FFFD: {}", first.join(", "));
        let place = Some(Place { entry: entry.to_owned(), offset: Some(*offset) });
        self.add("illegal-character", severity, message, place, None);
    }

    pub fn bad_row(&mut self, table: &str, offset: u64) {
        self.many.entry(("bad-row", table.to_owned())).or_default().add(offset);
    }

    pub fn duplicate(&mut self, class: &str, offset: u64) {
        self.many.entry(("duplicate-id", class.to_owned())).or_default().add(offset);
    }

    pub fn id_of_two_classes(&mut self, class: &str, offset: u64) {
        self.many.entry(("id-of-two-classes", class.to_owned())).or_default().add(offset);
    }

    pub fn unknown_class(&mut self, class: &str, offset: u64) {
        self.many.entry(("unknown-class", class.to_owned())).or_default().add(offset);
    }

    pub fn no_id(&mut self, class: &str, offset: u64) {
        self.many.entry(("no-id", class.to_owned())).or_default().add(offset);
    }

    pub fn body_without_owner(&mut self, offset: u64) {
        self.many.entry(("body-without-owner", "BodyContent".to_owned())).or_default().add(offset);
    }

    pub fn second_body(&mut self, offset: u64) {
        self.many.entry(("second-body", "BodyContent".to_owned())).or_default().add(offset);
    }

    pub fn unplaced(&mut self, class: &'static str) {
        self.many.entry(("unplaced", class.to_owned())).or_default().number += 1;
    }

    pub fn property_without_owner(&mut self) {
        self.many.entry(("property-without-owner", "ContentProperty".to_owned())).or_default().number += 1;
    }

    /// All damage, sorted.
    pub fn finish(mut self) -> Vec<Damage> {
        for ((what, class), many) in std::mem::take(&mut self.many) {
            let (severity, words) = match what {
                "duplicate-id" => (Severity::Warning, "their id was another one's before; the last one counts"),
                "id-of-two-classes" => (
                    Severity::Error,
                    "content of another class has their number: objects of two sites stand together, and the last one of each number counts",
                ),
                "unknown-class" => (Severity::Info, "the class is not known here, and they are not compared"),
                "second-body" => (Severity::Warning, "their content has another body; the last one counts"),
                // A backup that is taken while people work disagrees with itself in these (docs/confluence.md, C22).
                "unplaced" if [watches::CLASS, likes::CLASS, tasks::CLASS].contains(&class.as_str()) => (
                    Severity::Info,
                    "they name nothing that they could belong to, as happens when people work meanwhile",
                ),
                "unplaced" => (Severity::Warning, "they name nothing that they could belong to"),
                "property-without-owner" => {
                    (Severity::Info, "they belong to no content, as happens in healthy exports")
                }
                "bad-row" => (Severity::Error, "their fields are not those of the header, and nothing is made of them"),
                "body-without-owner" => (Severity::Error, "they belong to no content"),
                _ => (Severity::Error, "their id is missing, or no number"),
            };
            let sort = if class.ends_with(".csv") { "rows" } else { "of class" };
            let mut message = format!("{} {sort} {class}: {words}", count(many.number));
            if !many.first.is_empty() {
                message = format!("{message}; the first at bytes {}", self.numbers(&many.first));
            }
            self.add(what, severity, message, at_entities(many.first.first().copied()), None);
        }
        for (what, (number, severity)) in std::mem::take(&mut self.numbers) {
            if number > MOST {
                let message = format!("{} more of this sort", count(number - MOST));
                let subject = Subject::default();
                self.list.push(Damage { what, severity, subject, message, place: None, remedy: None });
            }
        }
        let mut list = std::mem::take(&mut self.list);
        list.iter_mut().for_each(|damage| self.place(damage));
        list.sort();
        list
    }
}

pub(super) fn at_entities(offset: Option<u64>) -> Option<Place> {
    Some(Place { entry: ENTITIES.to_owned(), offset })
}
