//! Objects that no table is made of, kept as they were in a file of the home, in the form of an entities.xml: links, relations, watches,
//! likes, properties, settings, profiles, content of apps. Nothing reads them but a backup, which hands them on.

use std::fs::File;
use std::io::{BufWriter, Error, Result};

use super::store::Pooled;
use crate::package::{Habit, Limits, ObjectWriter, RawObject, objects};

/// Takes in objects.
#[derive(Debug)]
pub struct KeptWriter {
    to: ObjectWriter<BufWriter<File>>,
    place: Pooled,
    last: u64,
}

impl KeptWriter {
    /// Begins a file at this place.
    pub fn create(place: Pooled) -> Result<Self> {
        let file = File::create_new(place.path())?;
        let to = ObjectWriter::begin(BufWriter::with_capacity(1 << 18, file), Habit::Modern, "")?;
        Ok(Self { to, place, last: 0 })
    }

    /// Takes in one object.
    pub fn put(&mut self, object: &RawObject) -> Result<()> {
        self.last = self.last.max(object.number_id().unwrap_or_default());
        self.to.object(object)
    }

    /// Ends the file.
    pub fn finish(self) -> Result<Kept> {
        self.to.finish()?;
        Ok(Kept { place: self.place, last: self.last })
    }
}

/// A finished file.
#[derive(Debug)]
pub struct Kept {
    place: Pooled,
    last: u64,
}

impl Kept {
    /// A file that was finished before.
    pub fn known(place: Pooled, last: u64) -> Self {
        Self { place, last }
    }

    /// Where it lies.
    pub fn file(&self) -> &Pooled {
        &self.place
    }

    /// The highest id of its objects.
    pub fn last(&self) -> u64 {
        self.last
    }

    /// Its objects, one after the other.
    pub fn objects(&self, limits: &Limits) -> Result<impl Iterator<Item = Result<RawObject>> + use<>> {
        Ok(objects(File::open(self.place.path())?, limits).map(|object| object.map_err(Error::other)))
    }
}

/// What a reference leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    Content,
    Space,
    Label,
    Template,
    User,
    /// An object without a table.
    Other,
}

impl Target {
    /// By the class that is referred to. All content shares one number space (docs/confluence.md, C10).
    pub fn of(class: &str) -> Self {
        match class {
            "Page"
            | "BlogPost"
            | "Comment"
            | "Attachment"
            | "Draft"
            | "SpaceDescription"
            | "PersonalInformation"
            | "GlobalDescription"
            | "CustomContentEntityObject"
            | "ContentEntityObject" => Self::Content,
            "Space" => Self::Space,
            "Label" => Self::Label,
            "PageTemplate" => Self::Template,
            "ConfluenceUserImpl" => Self::User,
            _ => Self::Other,
        }
    }
}

/// The references of an object's properties: where each leads, and to which id.
pub fn references(object: &RawObject) -> impl Iterator<Item = (Target, &str)> {
    let all = object.properties.iter().filter_map(|(_, value)| value.as_reference());
    all.map(|(class, id)| (Target::of(class), id))
}
