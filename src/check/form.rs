//! Texts that differ to the byte and are the same to whoever reads them, and what texts refer to (docs/confluence.md, C30 to C32).

use super::compare::{Comparison, What};
use crate::model::{
    Code, Discrepancy, Field, Finding, Hop, Identity, Item, Key, Kind, Named, Presence, Severity, Subject, Uncompared,
    Value, count, elements,
};
use crate::reading::{Alignment, ReadError, Reading, Row, Shown};

/// Whether two sides have the same text, in the strict sense or in normal form.
pub(super) fn same_text(alignment: &Alignment<'_>, one: &Item, other: &Item) -> bool {
    one.get(Field::Body) == other.get(Field::Body) || same_form(alignment, one, other) == Some(true)
}

/// Whether two sides have the same text in normal form; `None` where that can't be told: a side has none, or one by other rules.
pub(super) fn same_form(alignment: &Alignment<'_>, one: &Item, other: &Item) -> Option<bool> {
    let digest = |item: &Item| match item.get(Field::Normal) {
        Presence::Seen(Value::Text(digest)) => Some(digest.clone()),
        _ => None,
    };
    let (one, other) = (digest(one)?, digest(other)?);
    has_one_form(alignment).then_some(one == other)
}

/// Whether all sides that are there have normal forms by the same rules.
pub(super) fn has_one_form(alignment: &Alignment<'_>) -> bool {
    let (manifest, inventory) = (&alignment.manifest().reading, &alignment.inventory().reading);
    let rules = |reading: &Reading| reading.header.normal.clone();
    let inventory = Some(inventory).filter(|_| alignment.has_archive());
    let others = [inventory, alignment.observation().map(|side| &side.reading)];
    rules(manifest).is_some() && others.into_iter().flatten().all(|reading| rules(reading) == rules(manifest))
}

/// The key of a comment without digests of texts, where those are made by other rules on each side.
pub(super) fn without_texts(key: &Key) -> Key {
    let (mut segments, mut at) = (Vec::new(), 0);
    for element in elements(key) {
        let own = key.segments().get(at..element.end).unwrap_or_default();
        let left_out = if element.word == "comment" { 3 } else { usize::MAX };
        segments.extend(own.iter().enumerate().filter(|(number, _)| *number != left_out).map(|(_, text)| text.clone()));
        at = element.end;
    }
    Key::new(segments)
}

/// How two references compare.
#[derive(Debug, PartialEq, Eq)]
enum Compared {
    Same,
    Different,
    /// This side doesn't say what it is: the claim, the copy.
    Unknown(bool, bool),
}

/// Compares what texts refer to, which are the same but for that.
///
/// What is written alike and is unknown to a side leaves nothing to compare. What is written otherwise was changed: that it still means the same must be
/// shown. Only content that neither side shows (it lies in the trash, or in a space that was not backed up) may get another id without a word.
fn compared(
    field: Field,
    identity: Identity,
    (claimed, shown): (&Named, &Named),
    reads: impl Fn(&Key) -> bool,
) -> Compared {
    let same_id = claimed.id == shown.id;
    if field == Field::NamedContent && identity == Identity::Id {
        return if same_id { Compared::Same } else { Compared::Different };
    }
    match (&claimed.key, &shown.key) {
        (Some(one), Some(other)) if one == other => Compared::Same,
        (Some(_), Some(_)) => Compared::Different,
        (None, None) if same_id => Compared::Same,
        (None, None) if field == Field::NamedContent => Compared::Unknown(true, true),
        (one, other) if same_id => Compared::Unknown(one.is_none(), other.is_none()),
        (Some(key), None) if field == Field::NamedContent && !reads(key) => Compared::Unknown(false, true),
        _ => Compared::Different,
    }
}

impl Comparison<'_, '_> {
    /// Whether values that differ mean the same: texts in normal form, keys of comments that are made by other rules on each side.
    pub(super) fn is_same_otherwise(
        &mut self,
        field: Field,
        values: [&Option<Value>; 2],
        expected: &Shown,
        actual: &Shown,
    ) -> bool {
        match (field, values) {
            (Field::Body, _) => self.is_form(expected, actual),
            (Field::Parent, [Some(Value::Key(one)), Some(Value::Key(other))]) if expected.kind == Kind::Comment => {
                !has_one_form(self.alignment) && without_texts(one) == without_texts(other)
            }
            _ => false,
        }
    }

    /// Whether the archive shows this value of a field, as this side does.
    pub(super) fn has(&self, archived: &Shown, field: Field, value: &Option<Value>, side: &Shown) -> bool {
        archived.comparable(field) == *value
            || (field == Field::Body && same_form(self.alignment, archived, side) == Some(true))
    }

    /// Whether a text that differs to the byte is the same in normal form; counts it then, and says where the forms could not be compared.
    fn is_form(&mut self, expected: &Item, actual: &Item) -> bool {
        match same_form(self.alignment, expected, actual) {
            Some(same) => {
                *self.forms.entry(expected.kind).or_default() += u64::from(same);
                same
            }
            None => {
                if !has_one_form(self.alignment) {
                    let what = format!("normal form of {}", expected.kind.noun(2));
                    self.leave_out(what, "by other rules on each side, or on one side alone", None);
                }
                false
            }
        }
    }

    /// Tells of the texts that differ in form only.
    pub(super) fn tell_forms(&mut self) {
        for (kind, number) in std::mem::take(&mut self.forms).into_iter().filter(|(_, number)| *number > 0) {
            let of = kind.noun(number);
            // Told where reports list what was not compared, since a text that is equal to the byte is something else.
            let (what, reason) =
                (format!("form of the text of {}", kind.noun(2)), "it differs, and the text says the same");
            *self.uncompared.entry((what, reason.to_owned(), None)).or_default() += number;
            let verb = if number == 1 { "differs" } else { "differ" };
            let message = format!("the text of {} {of} {verb} in form only, not in what it says", count(number));
            self.outcome.findings.push(Finding {
                code: Code { check: self.check.to_owned(), what: "form-only".to_owned() },
                severity: Severity::Info,
                subject: Subject { kind: Some(kind), ..Subject::default() },
                discrepancy: Discrepancy::Many { items: number, message },
                hop: Hop::Unknown,
                place: None,
                remedy: None,
            });
        }
    }

    /// Compares what a text refers to, of an item whose text is the same on both sides but for that.
    pub(super) fn references(&mut self, row: &Row, expected: &Shown, actual: &Shown) -> Result<(), ReadError> {
        for (field, code) in
            [(Field::NamedUsers, "names-another-user"), (Field::NamedContent, "links-to-other-content")]
        {
            let named = |item: &Item| match item.get(field) {
                Presence::Seen(Value::Named(all)) => Some(all.clone()),
                Presence::Absent => Some(Vec::new()),
                _ => None,
            };
            let (claimed, shown) = match (named(expected), named(actual)) {
                (Some(claimed), Some(shown)) if claimed.len() == shown.len() => (claimed, shown),
                (None, None) => continue,
                (claimed, shown) => {
                    if claimed.into_iter().chain(shown).any(|all| !all.is_empty()) {
                        let what = Uncompared::field(expected.kind, field);
                        self.leave_out(what, "shown by one side alone", None);
                    }
                    continue;
                }
            };
            for pair in claimed.iter().zip(&shown) {
                if !self.reference(row, (field, code), pair)? {
                    break;
                }
            }
        }
        Ok(())
    }

    /// Compares one reference; false where it leads elsewhere, which is told once an item.
    fn reference(
        &mut self,
        row: &Row,
        (field, code): (Field, &str),
        pair: (&Named, &Named),
    ) -> Result<bool, ReadError> {
        let copy = self.alignment.observation().map(|side| &side.reading.header);
        let reads = |key: &Key| {
            let word = elements(key).last().map_or("", |element| element.word);
            let kind = Kind::ALL.into_iter().find(|kind| kind.name() == word);
            kind.zip(copy).is_some_and(|(kind, copy)| copy.reads(kind))
        };
        match compared(field, self.alignment.identity, pair, reads) {
            Compared::Same => Ok(true),
            Compared::Unknown(claim, shown) => {
                let what = if field == Field::NamedUsers { "users" } else { "content" };
                let names = self.alignment.names;
                let side = match (claim, shown) {
                    (true, true) => format!("neither the {} nor the {}", names.claim, names.copy),
                    (true, false) => format!("not the {}", names.claim),
                    _ => format!("not the {}", names.copy),
                };
                self.leave_out(format!("{what} that texts name"), format!("{side} shows which"), None);
                Ok(true)
            }
            Compared::Different => {
                let discrepancy = Discrepancy::Differs {
                    field,
                    expected: self.named(field, pair.0)?,
                    actual: self.named(field, pair.1)?,
                };
                let seen = |item: &Item| match item.get(field) {
                    Presence::Seen(Value::Named(all)) => {
                        Some(all.iter().map(|one| one.key.clone()).collect::<Vec<_>>())
                    }
                    _ => None,
                };
                let side = |item: Option<&Shown>| item.and_then(|item| seen(item));
                let hop = match side(row.inventory.as_ref()) {
                    archived if archived.is_none() => Hop::Unknown,
                    archived if archived == side(row.manifest.as_ref()) => Hop::Restore,
                    archived if archived == side(row.observation.as_ref()) => Hop::Export,
                    _ => Hop::Unknown,
                };
                self.push(row, code, discrepancy, self.advice(What::Differs, hop), hop)?;
                Ok(false)
            }
        }
    }

    /// What a reference refers to, as a finding may carry it.
    fn named(&self, field: Field, one: &Named) -> Result<Option<Value>, ReadError> {
        let unknown = || Value::from(format!("unknown ({})", one.id));
        let name = |key: &Key| Value::from(key.segments().last().cloned().unwrap_or_default());
        Ok(Some(match &one.key {
            Some(key) if field == Field::NamedUsers => name(key),
            Some(key) => self.safe(Some(Value::Key(key.clone())))?.unwrap_or_else(unknown),
            None => unknown(),
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(id: &str, key: &[&str]) -> Named {
        Named { id: id.into(), key: Some(Key::new(key.iter().copied())).filter(|_| !key.is_empty()) }
    }

    #[test]
    fn users_are_the_same_by_name_and_a_changed_key_must_be_shown_to_mean_the_same() {
        let of = |one: &Named, other: &Named| compared(Field::NamedUsers, Identity::Natural, (one, other), |_| true);
        let (ann, ann_here) = (named("8a", &["user", "ann"]), named("40", &["user", "ann"]));
        assert_eq!(of(&ann, &ann_here), Compared::Same);
        assert_eq!(of(&ann, &named("8a", &["user", "bob"])), Compared::Different);
        assert_eq!(of(&ann, &named("8a", &[])), Compared::Unknown(false, true));
        assert_eq!(of(&ann, &named("40", &[])), Compared::Different);
        assert_eq!(of(&named("8a", &[]), &named("8a", &[])), Compared::Same);
        assert_eq!(of(&named("8a", &[]), &named("40", &[])), Compared::Different);
    }

    #[test]
    fn content_is_the_same_by_id_or_by_key_as_items_are_matched() {
        let of = |identity, one: &Named, other: &Named, reads: bool| {
            compared(Field::NamedContent, identity, (one, other), |_| reads)
        };
        let (home, home_here) = (named("1", &["page", "OPS", "Home"]), named("9", &["page", "OPS", "Home"]));
        assert_eq!(of(Identity::Natural, &home, &home_here, true), Compared::Same);
        assert_eq!(of(Identity::Id, &home, &home_here, true), Compared::Different);
        assert_eq!(of(Identity::Id, &home, &named("1", &["page", "OPS", "Renamed"]), true), Compared::Same);
        assert_eq!(of(Identity::Natural, &home, &named("9", &["page", "OPS", "Start"]), true), Compared::Different);
        assert_eq!(of(Identity::Natural, &home, &named("9", &[]), true), Compared::Different);
        assert_eq!(of(Identity::Natural, &home, &named("9", &[]), false), Compared::Unknown(false, true));
        assert_eq!(of(Identity::Natural, &named("1", &[]), &named("9", &[]), true), Compared::Unknown(true, true));
    }

    #[test]
    fn keys_of_comments_lose_their_digests_alone() {
        let key = Key::new(["page", "S", "T", "comment", "ann", "2024", "sha256:1", "#2", "attachment", "a"]);
        let short = Key::new(["page", "S", "T", "comment", "ann", "2024", "#2", "attachment", "a"]);
        assert_eq!(without_texts(&key), short);
    }
}
