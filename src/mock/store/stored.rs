//! One state of the site. A restore makes a new one, which takes the place of the old one as a whole.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use roaring::RoaringTreemap;
use serde::{Deserialize, Serialize};

use super::{Account, ContentTable, Disk, Heads, Label, Pooled, Site, Space, Subject, Template};
use crate::mock::kept::Kept;
use crate::mock::spill::Spill;
use crate::package::Package;

/// What is small by nature: it stays in memory.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Tables {
    pub spaces: BTreeMap<u64, Space>,
    pub labels: BTreeMap<u64, Label>,
    pub templates: BTreeMap<u64, Template>,
    /// Names of users by their keys.
    pub users: BTreeMap<String, String>,
    /// Accounts by lower-case name.
    pub accounts: BTreeMap<String, Account>,
    /// Members (lower-case names) of groups.
    pub groups: BTreeMap<String, BTreeSet<String>>,
    /// Permissions of the site: type as in the package, and who has it.
    pub permissions: BTreeSet<(String, Subject)>,
    /// What the next space restore numbers from.
    pub next_id: u64,
    #[serde(skip)]
    keys: HashMap<String, u64>,
    #[serde(skip)]
    names: HashMap<String, String>,
}

impl Tables {
    /// Makes the indexes anew; called once the tables are filled.
    pub fn reindex(&mut self) {
        self.keys = self.spaces.iter().map(|(id, space)| (space.key.to_lowercase(), *id)).collect();
        self.names = HashMap::new();
        for (key, name) in &self.users {
            self.names.entry(name.to_lowercase()).or_insert_with(|| key.clone());
        }
    }

    /// Makes the search index know all spaces and accounts that are here now.
    pub fn index_for_search(&mut self) {
        self.spaces.values_mut().for_each(|space| space.indexed = true);
        self.accounts.values_mut().for_each(|account| account.indexed = true);
    }

    /// The space with this key; keys don't tell upper from lower case.
    pub fn space(&self, key: &str) -> Option<&Space> {
        self.spaces.get(self.keys.get(&key.to_lowercase())?)
    }

    /// The key of the user with this name, case apart.
    pub fn user_key(&self, name: &str) -> Option<&str> {
        self.names.get(&name.to_lowercase()).map(String::as_str)
    }
}

/// A package that was restored, and still holds the bytes of its attachments.
#[derive(Debug)]
pub struct Held {
    pub package: Package,
    /// Where the site has a copy of its own.
    pub file: Option<Pooled>,
    /// Where it lies otherwise.
    pub path: std::path::PathBuf,
}

/// The files of a site.
#[derive(Debug, Clone, Default)]
pub struct Files {
    /// Packages that hold the bytes of attachments.
    pub packages: Vec<Arc<Held>>,
    /// Where the texts are.
    pub texts: Vec<Arc<Spill>>,
    /// Objects that no table is made of.
    pub kept: Vec<Arc<Kept>>,
}

/// One state of the site. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Stored {
    pub tables: Arc<Tables>,
    pub heads: Arc<Heads>,
    pub disk: Arc<Disk>,
    pub files: Arc<Files>,
    /// Ids of content that the search index doesn't know.
    pub unindexed: Arc<RoaringTreemap>,
}

impl Stored {
    /// The site as somebody sees it who sees everything.
    pub fn whole(&self) -> Site {
        Site::new(self, self.tables.clone(), None)
    }

    /// The site as somebody sees it who sees these tables and this content.
    pub fn part(&self, tables: Arc<Tables>, visible: Arc<RoaringTreemap>) -> Site {
        Site::new(self, tables, Some(visible))
    }

    pub(super) fn content(&self, visible: Option<Arc<RoaringTreemap>>) -> ContentTable {
        ContentTable::new(self.heads.clone(), self.disk.clone(), visible)
    }

    /// The files that it can't do without.
    pub fn pooled(&self) -> Vec<&Pooled> {
        let Files { packages, texts, kept } = &*self.files;
        let packages = packages.iter().filter_map(|held| held.file.as_ref());
        let (texts, kept) = (texts.iter().map(|text| text.file()), kept.iter().map(|kept| kept.file()));
        self.disk.file().into_iter().chain(packages).chain(texts).chain(kept).collect()
    }
}
