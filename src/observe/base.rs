//! An older manifest of the same source, of which texts, bytes and older versions are taken over where content has still the version that it had.

use std::collections::BTreeMap;

use super::ObserveError;
use super::contents::Live;
use super::found::Fields;
use crate::model::{CarriedOver, Digest, Field, Item, Key, Kind, Named, Value};
use crate::reading::{FoundValue, Keyed, KeyedFilling, ReadError, Reading};
use crate::runs::Budget;
use crate::storage::NORMAL_RULES;

/// See the module.
#[derive(Debug)]
pub struct Base {
    /// Items of content by id, as JSON: the form of a value says what it is there.
    contents: Keyed<String>,
    /// The older versions of content by the key of that.
    versions: Keyed<Vec<String>>,
    digest: Digest,
    captured: String,
    /// Whether its texts are in the normal form of this program.
    normal: bool,
}

impl Base {
    /// Makes ready to take over from this reading of a manifest, whose file has this digest.
    ///
    /// # Errors
    /// A disk that doesn't give back what was written.
    pub fn new(reading: &Reading, digest: &Digest) -> Result<Self, ReadError> {
        let budget = Budget::of_reading();
        let mut contents = KeyedFilling::new(&budget);
        for kind in Kind::ALL.into_iter().filter(|kind| kind.is_content()) {
            for item in reading.items(kind) {
                let item = item?;
                if let (Some(id), None) = (item.id, item.aside) {
                    contents.push(&by_id(id), &json(&item));
                }
            }
        }
        let mut versions = KeyedFilling::new(&budget);
        let mut group: Option<(Key, Vec<String>)> = None;
        for item in reading.items(Kind::Version) {
            let item = item?;
            let Some(holder) = holder(&item.key) else { continue };
            match &mut group {
                Some((key, all)) if *key == holder => all.push(json(&item)),
                _ => {
                    if let Some((key, all)) = group.replace((holder, vec![json(&item)])) {
                        versions.push(&key, &all);
                    }
                }
            }
        }
        if let Some((key, all)) = group {
            versions.push(&key, &all);
        }
        Ok(Self {
            contents: contents.finish()?,
            versions: versions.finish()?,
            digest: digest.clone(),
            captured: reading.header.began.clone(),
            normal: reading.header.normal.as_deref() == Some(NORMAL_RULES),
        })
    }

    /// Digest of the manifest's file.
    pub fn digest(&self) -> &Digest {
        &self.digest
    }

    /// Whether its texts can be taken over. Others are read again, so that a capture holds all texts in one form.
    pub(super) const fn has_texts(&self) -> bool {
        self.normal
    }

    /// The item of this content, where it had the same version, made at the same time.
    pub(super) fn unchanged(&self, live: &Live) -> Result<Option<Item>, ObserveError> {
        let Some(text) = self.contents.get(&by_id(live.number))? else { return Ok(None) };
        let number = i64::try_from(live.version).unwrap_or(i64::MAX);
        let same = |item: &Item| {
            item.number(Field::Number) == Some(number)
                && !live.edited.is_empty()
                && item.text(Field::Edited) == Some(live.edited.as_str())
        };
        Ok(serde_json::from_str::<Item>(&text).ok().filter(same))
    }

    /// The older versions of an unchanged item.
    pub(super) fn versions(&self, of: &Item) -> Result<Vec<Item>, ObserveError> {
        let found = self.versions.get(&of.key)?.unwrap_or_default();
        Ok(found.iter().filter_map(|text| serde_json::from_str(text).ok()).collect())
    }

    /// What is to be said of so much that was taken over.
    pub(super) fn carried(&self, counts: BTreeMap<Kind, u64>) -> CarriedOver {
        CarriedOver { base: self.digest.clone(), captured: self.captured.clone(), counts }
    }
}

/// Takes over the fields of an older item that were not read anew. Keys are never taken over: what content lies below can change without a new version.
pub(super) fn carry(old: &Item, fields: &mut Fields) {
    for (field, value) in &old.fields {
        let known = fields.0.iter().any(|(known, _)| known == field);
        match value {
            Some(Value::Key(_)) => {}
            // Whom and what it refers to may have other names by now.
            Some(Value::Named(all)) if !known => {
                let unnamed = |one: &Named| Named { key: named_for_ever(one), id: one.id.clone() };
                fields.0.push((*field, FoundValue::Named(all.iter().map(unnamed).collect())));
            }
            _ if known || matches!(field, Field::Parent | Field::Homepage | Field::Holder) => {}
            Some(value) => fields.0.push((*field, FoundValue::Value(value.clone()))),
            None => fields.0.push((*field, FoundValue::Absent)),
        }
    }
}

/// The key of a user who is named by an account id, which is the name.
fn named_for_ever(one: &Named) -> Option<Key> {
    one.key.clone().filter(|key| matches!(key.segments(), [kind, name] if kind == "user" && *name == one.id))
}

fn by_id(id: u64) -> Key {
    Key::new([id.to_string()])
}

fn json(item: &Item) -> String {
    serde_json::to_string(item).unwrap_or_default()
}

/// The key of what a version is of: all before the word `version`, behind which stand the number and, of twins, a counter.
fn holder(key: &Key) -> Option<Key> {
    let segments = key.segments();
    let at = segments.iter().rposition(|segment| segment == "version")?;
    Some(Key::new(segments.get(..at)?.iter().cloned()))
}
