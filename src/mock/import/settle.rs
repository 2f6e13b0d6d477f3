//! Gives what is kept as it is its place on the site: leaves out what names content, spaces, labels or templates that aren't there, as a
//! database with foreign keys does, and renumbers what a space restore brings.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::atomic::Ordering;

use super::error::RestoreError;
use super::write::Writing;
use crate::mock::jobs::Progress;
use crate::mock::kept::{Kept, KeptWriter, Target, references};
use crate::mock::store::{ContentKind, Head};
use crate::package::{Limits, Raw, RawObject};

/// Texts that hold the id of content.
const IDS_AS_TEXT: [&str; 3] = ["originalVersionId", "pageId", "labelableId"];

/// What settling looks at.
pub struct Settling<'a> {
    /// What is restored, and what of it is left out.
    pub writing: &'a Writing<'a>,
    /// Keys of the restored spaces.
    pub keys: &'a [String],
}

impl Settling<'_> {
    /// Goes through all objects of a package.
    pub fn run(
        &self,
        raw: &Kept,
        mut to: KeptWriter,
        limits: &Limits,
        progress: &Progress,
    ) -> Result<Kept, RestoreError> {
        let keys: BTreeSet<String> = self.keys.iter().map(|key| key.to_lowercase()).collect();
        for object in raw.objects(limits)? {
            if progress.cancel.load(Ordering::Relaxed) {
                return Err(RestoreError::Cancelled);
            }
            let mut object = object?;
            if self.is_owned(&mut object) && self.belongs(&object, &keys) && self.settle(&mut object) {
                to.put(&object)?;
            }
        }
        Ok(to.finish()?)
    }

    /// Hangs a property on its owner, whom up to 8.2 the owner alone names; false where it has none, or the tables hold it.
    fn is_owned(&self, object: &mut RawObject) -> bool {
        if object.class != "ContentProperty" {
            return true;
        }
        let own = object.number_id();
        if object.reference("content").is_none()
            && let Some(owner) = own.and_then(|own| self.writing.assembled.loose.owners.get(&own))
        {
            let reference = Raw::Reference { class: "ContentEntityObject".to_owned(), id: owner.to_string() };
            object.properties.push(("content".to_owned(), reference));
        }
        let row = object.reference("content").and_then(|(_, id)| self.row(id.parse().ok()?));
        let is_file = matches!(object.text("name"), Some("MEDIA_TYPE" | "FILESIZE"));
        row.is_some_and(|row| !(is_file && row.kind == ContentKind::Attachment))
    }

    /// Whether a space restore takes it: it belongs to something of the space. A site restore takes all.
    fn belongs(&self, object: &RawObject, keys: &BTreeSet<String>) -> bool {
        self.writing.renumber.is_none()
            || Target::of(&object.class) != Target::Other
            || references(object).any(|(target, _)| !matches!(target, Target::User | Target::Other))
            || is_of_space(object, keys)
    }

    /// Gives it the ids of the site; false where one of them leads nowhere.
    fn settle(&self, object: &mut RawObject) -> bool {
        let own = Target::of(&object.class);
        let Some(id) = object.id.as_deref().and_then(|id| self.now(own, id)) else { return false };
        // Somebody whom the site knew under another key stays who they were.
        if own == Target::User && object.id.as_deref() != Some(&*id) {
            return false;
        }
        if let Cow::Owned(id) = id {
            object.id = Some(id);
        }
        for (name, value) in &mut object.properties {
            match value {
                Raw::Reference { class, id } => match self.now(Target::of(class), id) {
                    Some(Cow::Owned(now)) => *id = now,
                    Some(Cow::Borrowed(_)) => {}
                    None => return false,
                },
                Raw::Text(text) if IDS_AS_TEXT.contains(&name.as_str()) => {
                    // Of the uses of labels, those on templates alone are kept so.
                    let target = if name == "labelableId" { Target::Template } else { Target::Content };
                    if let Some(Cow::Owned(now)) = self.now(target, text) {
                        *text = now;
                    }
                }
                Raw::Null | Raw::Text(_) | Raw::Enum(_) | Raw::Parts(_) => {}
            }
        }
        for member in object.collections.iter_mut().flat_map(|(_, members)| members) {
            if let Raw::Reference { class, id } = member
                && let Some(Cow::Owned(now)) = self.now(Target::of(class), id)
            {
                *id = now;
            }
        }
        true
    }

    /// The content of the package with this id, where it has a place.
    fn row(&self, id: u64) -> Option<&Head> {
        self.writing.assembled.head(id).filter(|head| !self.writing.leaves_out(head))
    }

    /// The id on the site of what had this one in the package; `None` where there is no such thing.
    fn now<'a>(&self, target: Target, id: &'a str) -> Option<Cow<'a, str>> {
        let number = id.parse::<u64>().ok();
        let Some(renumber) = self.writing.renumber else {
            let tables = &self.writing.assembled.tables;
            let is_there = match target {
                Target::Content => number.is_some_and(|id| self.row(id).is_some()),
                Target::Space => number.is_some_and(|id| tables.spaces.contains_key(&id)),
                Target::Label => number.is_some_and(|id| tables.labels.contains_key(&id)),
                // Older versions of templates are in no table.
                Target::Template | Target::User | Target::Other => true,
            };
            return is_there.then_some(Cow::Borrowed(id));
        };
        let now = match target {
            Target::Content => return renumber.content.get(number?).map(|now| now.to_string().into()),
            Target::Space => renumber.spaces.get(&number?),
            Target::Label => renumber.labels.get(&number?),
            Target::Template => renumber.templates.get(&number?),
            Target::User => return Some(renumber.users.get(id).map_or(Cow::Borrowed(id), |now| now.clone().into())),
            // Ids of several parts name the content by its number, in a form that isn't taken apart here.
            Target::Other => return Some(number?.saturating_add(renumber.others).to_string().into()),
        };
        now.map(|now| now.to_string().into())
    }
}

/// Whether settings are those of one of these spaces, given by their keys in lower case.
pub fn is_of_space(object: &RawObject, keys: &BTreeSet<String>) -> bool {
    object.class == "ConfluenceBandanaRecord"
        && object.text("context").is_some_and(|context| keys.contains(&context.to_lowercase()))
}
