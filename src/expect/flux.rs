//! What moved at a source while it was backed up: two captures of it, one before and one behind the backup, made into one claim.
//!
//! What both show alike must be in the backup as it is. What was there throughout and changed must be in it in one form or the other, so that it is
//! expected and not compared; what came or went may be in it or not.

use std::collections::BTreeMap;

use roaring::RoaringTreemap;

use crate::model::{Aside, Item, Kind, Subject};
use crate::reading::{Coverage, Gathering, Header, ReadError, Reading};

/// Most things in flux that are kept by name; all of them are counted.
const NAMED: usize = 20;
/// Most things that may come or go: they are held in memory. A source that moves more than this can't be backed up in one piece.
const COME_OR_GONE: usize = 200_000;

/// What moved.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Flux {
    /// How many items changed, came or went, by kind.
    pub numbers: BTreeMap<Kind, u64>,
    /// How many items were seen in all.
    pub of: u64,
    /// The first of them, by kind and id alone.
    pub named: Vec<Subject>,
}

impl Flux {
    /// How many items moved.
    pub fn total(&self) -> u64 {
        self.numbers.values().sum()
    }

    /// Whether more than so many hundredths of all items moved.
    pub fn exceeds(&self, percent: u8) -> bool {
        u128::from(self.total()) * 100 > u128::from(self.of) * u128::from(percent)
    }

    fn note(&mut self, item: &Item) {
        *self.numbers.entry(item.kind).or_default() += 1;
        if self.named.len() < NAMED && item.id.is_some() {
            self.named.push(Subject { kind: Some(item.kind), id: item.id, ..Subject::default() });
        }
    }
}

/// Why two captures can't be made into one claim.
#[derive(Debug, thiserror::Error)]
pub enum FluxError {
    /// Captured items can't be read back.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The source is rebuilt while it is backed up.
    #[error(
        "hold both captures against each other: more than {COME_OR_GONE} things came or went in between; back up while nobody imports or deletes spaces"
    )]
    TooMuch,
}

/// Makes one claim of the capture before a backup and the one behind it.
///
/// # Errors
/// A disk that doesn't give back what was captured; too much that came or went.
pub fn bracketed(before: &Reading, after: &Reading) -> Result<(Reading, Flux), FluxError> {
    let (mut items, mut flux) = (Gathering::default(), Flux::default());
    let (mut gone, mut came) = (Vec::new(), Vec::new());
    for kind in Kind::ALL {
        walk(before, after, kind, |pair| {
            flux.of += 1;
            match pair {
                Pair::Both(old, new) if old == new => items.push(&new),
                Pair::Both(_, new) => items.push(&set_aside(new, Aside::InFlux, &mut flux)),
                Pair::Gone(old) => gone.push(old),
                Pair::Came(new) => came.push(new),
            }
            if gone.len() + came.len() > COME_OR_GONE { Err(FluxError::TooMuch) } else { Ok(()) }
        })?;
    }
    // Whatever was renamed or moved goes under one name and comes under another: it was there throughout.
    let ids = |side: &[Item]| -> RoaringTreemap { side.iter().filter_map(own_id).collect() };
    let (left, arrived) = (ids(&gone), ids(&came));
    for item in came {
        let renamed = own_id(&item).is_some_and(|id| left.contains(id));
        items.push(&set_aside(item, if renamed { Aside::InFlux } else { Aside::Passing }, &mut flux));
    }
    for item in gone {
        if !own_id(&item).is_some_and(|id| arrived.contains(id)) {
            items.push(&set_aside(item, Aside::Passing, &mut flux));
        }
    }
    let reading = items.finish(header(before, after, &flux))?;
    Ok((reading, flux))
}

/// The id of content, which it keeps through every change of its name.
fn own_id(item: &Item) -> Option<u64> {
    item.id.filter(|_| item.kind.is_content())
}

fn set_aside(item: Item, aside: Aside, flux: &mut Flux) -> Item {
    flux.note(&item);
    // What was outside the comparison for another reason stays so.
    Item { aside: item.aside.or(Some(aside)), ..item }
}

fn header(before: &Reading, after: &Reading, flux: &Flux) -> Header {
    let mut header = after.header.clone();
    header.began = before.header.began.clone();
    // What the second one took over, it took over from the first.
    header.capture = before.header.capture.clone();
    for (kind, coverage) in &before.header.coverage {
        if let Coverage::NotRead(_) = coverage {
            header.coverage.insert(*kind, coverage.clone());
        }
    }
    header.blind_spots.extend(before.header.blind_spots.iter().cloned());
    if flux.total() > 0 {
        header.blind_spots.push(format!(
            "{} of {} items changed, came or went at the source while the backup ran: that they are there is expected where they were there throughout, what they are is not compared",
            flux.total(),
            flux.of
        ));
    }
    header.blind_spots.sort();
    header.blind_spots.dedup();
    header
}

/// An item of one key, as the captures show it.
enum Pair {
    Both(Item, Item),
    Gone(Item),
    Came(Item),
}

/// Walks the items of a kind in both readings side by side.
fn walk(
    before: &Reading,
    after: &Reading,
    kind: Kind,
    mut each: impl FnMut(Pair) -> Result<(), FluxError>,
) -> Result<(), FluxError> {
    let (mut old, mut new) = (before.items(kind), after.items(kind));
    let (mut one, mut other) = (old.next().transpose()?, new.next().transpose()?);
    loop {
        let pair = match (one.take(), other.take()) {
            (None, None) => return Ok(()),
            (Some(gone), None) => Pair::Gone(gone),
            (None, Some(came)) => Pair::Came(came),
            (Some(gone), Some(came)) if gone.key < came.key => {
                other = Some(came);
                Pair::Gone(gone)
            }
            (Some(gone), Some(came)) if gone.key > came.key => {
                one = Some(gone);
                Pair::Came(came)
            }
            (Some(old), Some(new)) => Pair::Both(old, new),
        };
        each(pair)?;
        if one.is_none() {
            one = old.next().transpose()?;
        }
        if other.is_none() {
            other = new.next().transpose()?;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{BODY_DIGEST_RULES, Field, Key, Scope, Value};

    fn page(title: &str, id: u64, body: &str) -> Item {
        let fields = BTreeMap::from([(Field::Body, Some(Value::from(body)))]);
        Item { kind: Kind::Page, key: Key::new(["page", "OPS", title]), id: Some(id), aside: None, fields }
    }

    fn reading(began: &str, items: &[Item]) -> Reading {
        let header = Header {
            origin: "http://wiki".into(),
            began: began.into(),
            ended: began.into(),
            product: None,
            scope: Scope::Spaces(vec!["OPS".into()]),
            coverage: BTreeMap::new(),
            blind_spots: Vec::new(),
            texts: BODY_DIGEST_RULES.into(),
            normal: None,
            capture: None,
        };
        Reading::new(header, items.iter().cloned()).unwrap()
    }

    fn asides(reading: &Reading) -> Vec<(String, Option<Aside>)> {
        let title = |item: Item| (item.key.segments().last().cloned().unwrap(), item.aside);
        reading.items(Kind::Page).map(|item| title(item.unwrap())).collect()
    }

    #[test]
    fn what_moved_is_told_apart() {
        let before = [page("Calm", 1, "a"), page("Edited", 2, "a"), page("Gone", 3, "a"), page("Old name", 4, "a")];
        let after = [page("Calm", 1, "a"), page("Edited", 2, "b"), page("Came", 5, "a"), page("New name", 4, "a")];
        let (claim, flux) = bracketed(&reading("1", &before), &reading("2", &after)).unwrap();
        let expected = [
            ("Calm", None),
            ("Came", Some(Aside::Passing)),
            ("Edited", Some(Aside::InFlux)),
            ("Gone", Some(Aside::Passing)),
            ("New name", Some(Aside::InFlux)),
        ];
        assert_eq!(asides(&claim), expected.map(|(title, aside)| (title.to_owned(), aside)));
        assert_eq!((flux.total(), flux.of), (4, 6));
        assert_eq!((claim.header.began.as_str(), claim.header.ended.as_str()), ("1", "2"));
        assert!(flux.exceeds(50) && !flux.exceeds(67));
        assert_eq!(claim.header.blind_spots.len(), 1);
    }

    #[test]
    fn a_source_at_rest_is_claimed_as_it_is() {
        let items = [page("A", 1, "a"), page("B", 2, "b")];
        let (claim, flux) = bracketed(&reading("1", &items), &reading("2", &items)).unwrap();
        assert!(asides(&claim).iter().all(|(_, aside)| aside.is_none()));
        assert!(flux.total() == 0 && !flux.exceeds(0) && claim.header.blind_spots.is_empty());
    }

    #[test]
    fn what_one_capture_could_not_read_is_not_claimed() {
        let mut before = reading("1", &[]);
        before.header.coverage.insert(Kind::Label, Coverage::NotRead("no right".into()));
        let mut after = reading("2", &[]);
        after.header.coverage.insert(Kind::Label, Coverage::Read);
        let (claim, _) = bracketed(&before, &after).unwrap();
        assert!(!claim.header.reads(Kind::Label));
    }
}
