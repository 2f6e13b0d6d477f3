//! What items hang on, by content id: keys are worked out by walking up the holders.

use std::borrow::Cow;
use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::Holder;
use crate::model::{Aside, Key};
use crate::reading::ReadError;
use crate::runs::Table;

/// Most holders one above the other that are looked at. Real ones are three at most: a picture in a comment on a picture on a page.
pub(super) const LONGEST: usize = 100;

/// Bytes of keys that are remembered: those of some thousand holders, as items of one holder come one after the other.
const REMEMBERED: usize = 1 << 20;

/// Content by which others are placed.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Held<'a> {
    /// The place in the order in which items were found, to tell apart two of one id.
    pub number: u64,
    pub holder: Cow<'a, Holder>,
    pub name: Cow<'a, [String]>,
    pub aside: Option<Aside>,
    pub trashed: bool,
}

/// Where some content stands.
#[derive(Debug, Clone)]
struct Place {
    key: Key,
    aside: Option<Aside>,
    trashed: bool,
    /// How many holders were looked at to know it, itself included.
    depth: usize,
}

impl Place {
    /// Where an item stands that hangs on it.
    fn below(&self, name: &[String], own: Option<Aside>) -> (Key, Option<Aside>) {
        (self.key.with(name.iter().cloned()), own.or_else(|| self.inherited()))
    }

    /// Why an item below this one is set aside.
    fn inherited(&self) -> Option<Aside> {
        match self.aside {
            Some(Aside::Draft | Aside::OnDraft) => Some(Aside::OnDraft),
            Some(Aside::Trashed) => Some(Aside::OnTrashed),
            None if self.trashed => Some(Aside::OnTrashed),
            other => other,
        }
    }

    /// Of nothing, or of the item of this key, as far as it is known here.
    fn of(key: Key, aside: Option<Aside>) -> Self {
        Self { key, aside, trashed: false, depth: 0 }
    }

    fn orphan(holder: u64) -> Self {
        Self::of(Key::new(["orphan".to_owned(), holder.to_string()]), Some(Aside::Orphan))
    }
}

/// See the module.
#[derive(Debug)]
pub(super) struct Holders {
    held: Table<Held<'static>>,
    known: HashMap<u64, Place>,
    bytes: usize,
}

impl Holders {
    pub fn new(held: Table<Held<'static>>) -> Self {
        Self { held, known: HashMap::new(), bytes: 0 }
    }

    /// The key of an item, and why it is set aside.
    pub fn place(
        &mut self,
        number: u64,
        holder: &Holder,
        name: &[String],
        aside: Option<Aside>,
    ) -> Result<(Key, Option<Aside>), ReadError> {
        let above = match holder {
            Holder::None => Place::of(Key::new(Vec::<String>::new()), None),
            Holder::Key(key) => Place::of(key.clone(), None),
            Holder::Content(id) => self.content(number, *id)?,
        };
        Ok(above.below(name, aside))
    }

    /// The key of the content item of this id, where there is one that is live.
    pub fn live(&mut self, id: u64) -> Result<Option<Key>, ReadError> {
        if let Some(place) = self.known.get(&id) {
            return Ok((place.aside.is_none() && !place.trashed).then(|| place.key.clone()));
        }
        let Some(held) = self.held.get(id)? else { return Ok(None) };
        let (key, aside) = self.place(held.number, &held.holder, &held.name, held.aside)?;
        Ok((aside.is_none() && !held.trashed).then_some(key))
    }

    /// Where the content of this id stands, on which the item of this number hangs: by a walk up and back down, so that deep or circular chains can't
    /// exhaust the stack.
    fn content(&mut self, number: u64, id: u64) -> Result<Place, ReadError> {
        let (mut chain, mut next): (Vec<(u64, Held<'static>)>, _) = (Vec::new(), id);
        // What is known of a holder by itself holds for all that hangs on it, but not where the walk was cut: the cut depends on where it began.
        let mut whole = true;
        let mut place = loop {
            if let Some(known) = self.known.get(&next).filter(|known| chain.len() + known.depth <= LONGEST) {
                break known.clone();
            }
            let Some(held) = self.held.get(next)? else { break Place::orphan(next) };
            let circular = held.number == number || chain.iter().any(|(_, below)| below.number == held.number);
            if circular || chain.len() == LONGEST {
                whole = false;
                break Place::orphan(next);
            }
            let (own, above) = (next, held.holder.clone());
            chain.push((own, held));
            match &*above {
                Holder::None => break Place::of(Key::new(Vec::<String>::new()), None),
                Holder::Key(key) => break Place::of(key.clone(), None),
                Holder::Content(id) => next = *id,
            }
        };
        while let Some((id, held)) = chain.pop() {
            let (key, aside) = place.below(&held.name, held.aside);
            place = Place { key, aside, trashed: held.trashed, depth: place.depth + 1 };
            if whole {
                self.remember(id, &place);
            }
        }
        Ok(place)
    }

    fn remember(&mut self, id: u64, place: &Place) {
        if self.bytes > REMEMBERED {
            self.known.clear();
            self.bytes = 0;
        }
        self.bytes += size_of::<Place>() + place.key.segments().iter().map(|text| text.len() + 24).sum::<usize>();
        self.known.insert(id, place.clone());
    }
}
