//! What a backup takes: everything, or what belongs to some spaces.

use std::collections::{BTreeMap, BTreeSet};

use crate::mock::import::is_of_space;
use crate::mock::kept::{Target, references};
use crate::mock::store::{Content, Head, Site};
use crate::package::RawObject;

/// What is taken.
pub struct Chosen<'a> {
    site: &'a Site,
    /// Numbers of spaces; none in a backup of the site.
    spaces: Option<BTreeSet<u64>>,
    /// Their keys in lower case.
    keys: BTreeSet<String>,
    /// Spaces by their descriptions, which don't always name their space.
    described: BTreeMap<u64, u64>,
}

impl<'a> Chosen<'a> {
    /// Everything, or the spaces of these keys. The error is a key that no space has.
    pub fn new<'b>(site: &'a Site, keys: Option<&'b [String]>) -> Result<Self, &'b str> {
        let named = |key: &'b String| site.space(key).map(|space| space.id).ok_or(key.as_str());
        let spaces = keys.map(|keys| keys.iter().map(named).collect()).transpose()?;
        let described = site.spaces.values().filter_map(|space| Some((space.description?, space.id))).collect();
        let keys = keys.unwrap_or_default().iter().map(|key| key.to_lowercase()).collect();
        Ok(Self { site, spaces, keys, described })
    }

    /// Whether it is a backup of the site.
    pub fn is_site(&self) -> bool {
        self.spaces.is_none()
    }

    /// Whether it takes a space.
    pub fn space(&self, id: u64) -> bool {
        self.spaces.as_ref().is_none_or(|spaces| spaces.contains(&id))
    }

    /// Whether it takes content.
    pub fn content(&self, row: &Content) -> bool {
        self.head(&Head::of(row))
    }

    fn head(&self, head: &Head) -> bool {
        self.is_site() || self.space_of(head).is_some_and(|space| self.space(space))
    }

    fn space_of(&self, head: &Head) -> Option<u64> {
        let mut head = head;
        // As deep as the site looks for spaces.
        for _ in 0..8 {
            if let Some(space) = self.site.space_of_head(head).or_else(|| self.described.get(&head.id).copied()) {
                return Some(space);
            }
            head = self.site.content.head(head.container().or(head.original())?)?;
        }
        None
    }

    /// Whether it takes an object without a table: one that names nothing that is missing, and in a backup of spaces something of them
    /// and nothing else.
    pub fn object(&self, object: &RawObject) -> bool {
        let own = object.id.as_deref().map(|id| (Target::of(&object.class), id));
        let mut placed = self.is_site() || is_of_space(object, &self.keys);
        for (target, id) in references(object).chain(own) {
            let is_in = match target {
                Target::User | Target::Other => continue,
                Target::Content => self.row(id).is_some_and(|head| self.head(head)),
                Target::Space => id.parse().is_ok_and(|id| self.site.spaces.contains_key(&id) && self.space(id)),
                Target::Template => self.template(object, id),
                Target::Label => id.parse().is_ok_and(|id: u64| self.site.labels.contains_key(&id)),
            };
            if !is_in {
                return false;
            }
            placed = true;
        }
        placed
    }

    fn row(&self, id: &str) -> Option<&'a Head> {
        self.site.content.head(id.parse().ok()?)
    }

    /// Whether it takes a template. An older version is in no table; it names the one of today, or its space.
    fn template(&self, object: &RawObject, id: &str) -> bool {
        let Some(template) = id.parse().ok().and_then(|id: u64| self.site.templates.get(&id)) else {
            let places = ["originalVersionPageTemplate", "space"];
            return self.is_site() || places.iter().any(|name| object.reference(name).is_some());
        };
        self.is_site() || template.space.is_some_and(|space| self.space(space))
    }
}
