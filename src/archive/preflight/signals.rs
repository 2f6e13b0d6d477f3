use std::collections::{BTreeSet, HashMap};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use super::super::scope::has_tables;
use crate::model::{Form, Place};
use crate::package::{Object, Package, Value};

/// Most names of one sort that are kept.
pub(super) const NAMES: usize = 1_000;
/// Most bytes of one name that are kept.
const NAME_BYTES: usize = 200;

/// Things that share a sign: how many, and where the first are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Few {
    /// How many.
    pub number: u64,
    /// Offsets of the first five objects in entities.xml.
    pub first: Vec<u64>,
}

impl Few {
    fn add(&mut self, offset: u64) {
        self.number += 1;
        if self.first.len() < 5 {
            self.first.push(offset);
        }
    }
}

/// What the predictions rest on, gathered while the archive is read: in constant memory but for a hash of each user's name.
///
/// Holds no text of content but names of users, groups and spaces; never a password or a token.
#[derive(Debug, Clone)]
pub struct Signals {
    /// Zip or folder.
    pub form: Form,
    /// The folder around everything.
    pub top_folder: Option<String>,
    /// Whether the descriptor stands at the top, as the reader sees it.
    pub has_descriptor: bool,
    /// A descriptor that stands elsewhere.
    pub descriptor_elsewhere: Option<String>,
    /// Zips inside of the package, where there is no descriptor; at most five.
    pub inner_zips: Vec<String>,
    /// Whether it is in the CSV form.
    pub csv: bool,
    /// Length of entities.xml in bytes, unpacked.
    pub entities_bytes: u64,
    /// Entries below attachments/, and their length in bytes.
    pub attachment_entries: (u64, u64),
    /// Entries with the data of apps, and their lengths in bytes.
    pub app_data: Vec<(String, u64)>,
    /// Length of all other entries in bytes.
    pub other_bytes: u64,
    /// When the export was made, as the root of entities.xml says: opaque text.
    pub datetime: Option<String>,
    /// Objects looked at.
    pub objects: u64,
    /// Keys of Space objects, and their offsets; at most a thousand.
    pub spaces: Vec<(String, u64)>,
    /// Users that people are named by.
    pub users: u64,
    /// Names of the first thousand of them, sorted.
    pub user_names: BTreeSet<String>,
    /// Users without a lower-case name.
    pub blank_names: Few,
    /// Users whose lower-case name another one has, too.
    pub names_twice: Few,
    /// The first of these names.
    pub twice: Vec<String>,
    /// User keys with a colon or a dash.
    pub odd_keys: Few,
    /// Groups that permissions and restrictions name; at most a thousand.
    pub groups: BTreeSet<String>,
    /// Whether a permission of the site makes somebody an administrator.
    pub administrators: bool,
    /// Accounts that may log in.
    pub active_accounts: u64,
    /// Pages, blog posts, comments and attachments that are not in the trash, older versions included.
    pub live: u64,
    /// Those that are in it.
    pub trashed: u64,
    /// Pages, blog posts, comments and attachments without a creation date.
    pub undated: Few,
    /// Pages, blog posts and attachments without a title.
    pub untitled: Few,
    /// The newest edit, and the offset of what was edited.
    pub newest_edit: Option<(String, u64)>,
    /// Where the first object with a character beyond U+FFFF begins.
    pub astral: Option<u64>,
    names: HashMap<u64, u64>,
}

impl Signals {
    /// What the container shows.
    pub fn of(package: &Package) -> Self {
        let descriptor = ["exportDescriptor.properties", "exportDescriptor.properties.gz"];
        let has_descriptor = descriptor.iter().any(|name| package.entry(name).is_some());
        let mut signals = Self {
            form: package.form(),
            top_folder: package.top_folder().map(cut),
            has_descriptor,
            descriptor_elsewhere: None,
            inner_zips: Vec::new(),
            csv: package.entry("entities.xml").is_none() && has_tables(package),
            entities_bytes: 0,
            attachment_entries: (0, 0),
            app_data: Vec::new(),
            other_bytes: 0,
            datetime: None,
            objects: 0,
            spaces: Vec::new(),
            users: 0,
            user_names: BTreeSet::new(),
            blank_names: Few::default(),
            names_twice: Few::default(),
            twice: Vec::new(),
            odd_keys: Few::default(),
            groups: BTreeSet::new(),
            administrators: false,
            active_accounts: 0,
            live: 0,
            trashed: 0,
            undated: Few::default(),
            untitled: Few::default(),
            newest_edit: None,
            astral: None,
            names: HashMap::new(),
        };
        package.entries().iter().for_each(|entry| signals.entry(&entry.name, entry.bytes));
        signals
    }

    fn entry(&mut self, name: &str, bytes: u64) {
        if name == "entities.xml" || (self.csv && (name.ends_with(".csv") || name.ends_with(".csv.gz"))) {
            self.entities_bytes = self.entities_bytes.saturating_add(bytes);
        } else if name.starts_with("attachments/") {
            let (number, all) = self.attachment_entries;
            self.attachment_entries = (number + 1, all.saturating_add(bytes));
        } else if name.ends_with(".pdata") && self.app_data.len() < NAMES {
            self.app_data.push((cut(name), bytes));
        } else {
            self.other_bytes = self.other_bytes.saturating_add(bytes);
        }
        if !self.has_descriptor {
            if name.contains("exportDescriptor.properties") {
                self.descriptor_elsewhere.get_or_insert_with(|| cut(name));
            } else if name.to_ascii_lowercase().ends_with(".zip")
                && !name.starts_with("attachments/")
                && self.inner_zips.len() < 5
            {
                self.inner_zips.push(cut(name));
            }
        }
    }

    /// A place in entities.xml. Offsets in tables of CSV say nothing without the table's name.
    pub(super) fn at(&self, offset: u64) -> Option<Place> {
        (!self.csv).then(|| Place { entry: "entities.xml".to_owned(), offset: Some(offset) })
    }

    pub(super) fn first(&self, few: &Few) -> Option<Place> {
        few.first.first().and_then(|offset| self.at(*offset))
    }

    /// Takes in an object. Called for each of millions: classes that say nothing cost a comparison of their name.
    pub fn take(&mut self, object: Object<'_>) {
        self.objects += 1;
        match object.class() {
            "BodyContent" if self.astral.is_none() => {
                self.astral(object.text("body").unwrap_or_default(), object.offset());
            }
            "Page" | "BlogPost" | "Comment" | "Attachment" => self.content(object),
            "SpacePermission" => self.permission(object),
            "ContentPermission" => {
                if let Some(group) = object.filled("groupName") {
                    self.group(group);
                }
            }
            "ConfluenceUserImpl" => self.user(object),
            "InternalUser" => {
                self.active_accounts +=
                    u64::from(object.text("active").is_none_or(|active| !matches!(active, "false" | "F")))
            }
            "DefaultHibernateUser" => self.active_accounts += 1,
            "Space" if self.spaces.len() < NAMES => {
                self.spaces.push((cut(object.text("key").unwrap_or_default()), object.offset()));
            }
            _ => {}
        }
    }

    /// Looks for characters beyond U+FFFF, whose first byte is 0xF0 or more, until one is found.
    fn astral(&mut self, text: &str, offset: u64) {
        if self.astral.is_some() {
            return;
        }
        // The greatest byte of a block is found many bytes at a time.
        let greatest = |block: &[u8]| block.iter().fold(0, |most: u8, byte| most.max(*byte));
        if text.as_bytes().chunks(4_096).any(|block| greatest(block) >= 0xf0) {
            self.astral = Some(offset);
        }
    }

    /// One pass over the properties: looking each up by its name would walk over all of them every time.
    fn content(&mut self, object: Object<'_>) {
        let (mut status, mut title, mut created, mut edited) = ("", "", "", "");
        for (name, value) in object.properties() {
            let slot = match name {
                "contentStatus" => &mut status,
                "title" | "fileName" => &mut title,
                "creationDate" => &mut created,
                "lastModificationDate" => &mut edited,
                _ => continue,
            };
            if let (true, Value::Text(text) | Value::Enum(text)) = (slot.is_empty(), value) {
                *slot = text;
            }
        }
        if status == "deleted" {
            self.trashed += 1;
        } else {
            self.live += 1;
        }
        // Comments have no title of their own, and drafts none yet.
        if title.is_empty() && object.class() != "Comment" && status != "draft" {
            self.untitled.add(object.offset());
        }
        if created.is_empty() {
            self.undated.add(object.offset());
        }
        if self.newest_edit.as_ref().is_none_or(|(newest, _)| newest.as_str() < edited) && edited.len() < 40 {
            self.newest_edit = Some((edited.to_owned(), object.offset()));
        }
        self.astral(title, object.offset());
    }

    fn permission(&mut self, object: Object<'_>) {
        let (mut kind, mut group, mut of_space) = ("", "", false);
        for (name, value) in object.properties() {
            match (name, value) {
                ("type", Value::Text(text) | Value::Enum(text)) => kind = text,
                ("group", Value::Text(text)) => group = text,
                ("space", Value::Reference { .. }) => of_space = true,
                _ => {}
            }
        }
        if !group.is_empty() {
            self.group(group);
        }
        self.administrators |= !of_space && matches!(kind, "SYSTEMADMINISTRATOR" | "ADMINISTRATECONFLUENCE");
    }

    fn group(&mut self, name: &str) {
        if !self.groups.contains(name) && self.groups.len() < NAMES {
            self.groups.insert(cut(name));
        }
    }

    fn user(&mut self, object: Object<'_>) {
        let key = object.id().unwrap_or_default();
        let name = object.filled("name");
        self.users += 1;
        if let Some(name) = name.filter(|_| self.user_names.len() < NAMES) {
            self.user_names.insert(cut(name));
        }
        if key.contains([':', '-']) {
            self.odd_keys.add(object.offset());
        }
        let lower = match object.text("lowerName") {
            Some(lower) => lower.trim().to_owned(),
            None => name.map(str::to_lowercase).unwrap_or_default(),
        };
        if lower.is_empty() {
            return self.blank_names.add(object.offset());
        }
        // The same user written twice is a duplicate id, and no second user of the name.
        let own = hash(key);
        if self.names.insert(hash(&lower), own).is_some_and(|other| other != own) {
            self.names_twice.add(object.offset());
            if self.twice.len() < NAMES {
                self.twice.push(cut(&lower));
            }
        }
    }
}

fn hash(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

fn cut(text: &str) -> String {
    let end = (0..=NAME_BYTES.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or_default();
    text.split_at(end).0.to_owned()
}
