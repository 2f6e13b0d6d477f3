//! What was read and isn't joined yet. Ids are those of the package.
//!
//! Content, and what is joined to it, goes to sorted rows on disk beyond a budget: [`Piece`]s under the id of the content, and [`Part`]s, of which
//! it isn't known yet what they belong to, under their own. Everything else is small by nature.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::mock::spill::Span;
use crate::mock::store::{Account, Content, Head, Label, Operation, Space, Subject, Template};
use crate::runs::{self, Budget, Runs, Sorted, SpillError};

/// All rows of a package.
#[derive(Debug)]
pub struct Rows {
    pub spaces: BTreeMap<u64, Space>,
    pub labels: BTreeMap<u64, Label>,
    pub permission_sets: HashMap<u64, PermissionSet>,
    pub content_permissions: HashMap<u64, (Option<u64>, Subject)>,
    /// Permissions; without a space they are the site's.
    pub permissions: Vec<(Option<u64>, String, Subject)>,
    pub templates: BTreeMap<u64, Template>,
    /// Older versions of templates, of which nothing more is known here.
    pub old_templates: BTreeSet<u64>,
    /// Keys of the spaces of old drafts, which name no space by its id.
    pub draft_spaces: HashMap<u64, String>,
    /// Names by user key.
    pub users: BTreeMap<String, String>,
    /// Lower-case names as the package writes them, by user key.
    pub lower_names: BTreeMap<String, String>,
    pub accounts: BTreeMap<u64, Account>,
    pub groups: BTreeMap<u64, String>,
    /// Group and user.
    pub memberships: BTreeSet<(u64, u64)>,
    /// Owners of properties, as the owners name them.
    pub owners: HashMap<u64, u64>,
    /// Owners of sets of restrictions, and sets of restrictions, as the owners and the sets name them.
    pub listed_sets: HashMap<u64, u64>,
    pub listed_permissions: HashMap<u64, u64>,
    /// Pieces of content, by its id.
    content: Runs,
    /// Parts of each sort, by their id.
    parts: [Runs; Sort::ALL.len()],
    buffer: Vec<u8>,
}

impl Rows {
    /// No rows yet; those on disk lie in this folder.
    pub fn new(folder: &Path) -> Self {
        let budget = Budget::default().beside(folder);
        Self {
            spaces: BTreeMap::new(),
            labels: BTreeMap::new(),
            permission_sets: HashMap::new(),
            content_permissions: HashMap::new(),
            permissions: Vec::new(),
            templates: BTreeMap::new(),
            old_templates: BTreeSet::new(),
            draft_spaces: HashMap::new(),
            users: BTreeMap::new(),
            lower_names: BTreeMap::new(),
            accounts: BTreeMap::new(),
            groups: BTreeMap::new(),
            memberships: BTreeSet::new(),
            owners: HashMap::new(),
            listed_sets: HashMap::new(),
            listed_permissions: HashMap::new(),
            content: Runs::walked(&budget),
            parts: Sort::ALL.map(|_| Runs::walked(&budget)),
            buffer: Vec::new(),
        }
    }

    /// Takes in something that belongs to this content.
    pub fn piece(&mut self, content: u64, piece: &Piece) {
        self.buffer.clear();
        runs::write(piece, &mut self.buffer);
        self.content.push(&content.to_be_bytes(), &self.buffer);
    }

    /// All pieces so far.
    pub fn take_pieces(&mut self) -> Result<Sorted, SpillError> {
        let empty = Runs::walked(&Budget::new(0));
        std::mem::replace(&mut self.content, empty).finish()
    }

    /// All parts of a sort so far.
    pub fn take_parts(&mut self, sort: Sort) -> Result<Sorted, SpillError> {
        let mut parts = Runs::walked(&Budget::new(0));
        self.parts.get_mut(sort as usize).into_iter().for_each(|of_sort| std::mem::swap(of_sort, &mut parts));
        parts.finish()
    }

    /// Takes in a part, or what somebody says of it.
    pub fn part(&mut self, sort: Sort, id: u64, part: &Part) {
        self.buffer.clear();
        runs::write(part, &mut self.buffer);
        self.parts.get_mut(sort as usize).into_iter().for_each(|parts| parts.push(&id.to_be_bytes(), &self.buffer));
    }
}

/// Something that belongs to content whose id is known.
#[derive(Debug, Serialize, Deserialize)]
pub enum Piece {
    /// The row itself, behind its front.
    Row(Head, Box<Content>),
    /// It is an older version of this one, as that one says.
    VersionOf(u64),
    Body(u64, Body),
    Property(u64, Property),
    /// Its number, and that of the label.
    Labelling(u64, u64),
}

/// The front of a [`Piece`], in the order of its variants: as much of it as tells what has a place.
#[derive(Debug, Deserialize)]
pub enum Front {
    Row(Head),
    VersionOf(u64),
    Body,
    Property,
    Labelling,
}

/// The sorts of parts, each with a number space of its own.
#[derive(Debug, Clone, Copy)]
pub enum Sort {
    Body,
    Property,
    Labelling,
}

impl Sort {
    /// All of them, in order.
    pub const ALL: [Self; 3] = [Self::Body, Self::Property, Self::Labelling];
}

/// A part, or what is said of it.
#[derive(Debug, Serialize, Deserialize)]
pub enum Part {
    /// The content whose collection names it.
    Owner(u64),
    Body(Body),
    Property(Property),
    /// The label, and the weaker hint of `labelableId`, which can disagree with the reference.
    Labelling(u64, Option<u64>),
}

/// A text.
#[derive(Debug, Serialize, Deserialize)]
pub struct Body {
    pub span: Option<Span>,
    /// How it is written (docs/confluence.md, C13).
    pub kind: Option<i64>,
}

/// A content property of a name that the mock shows.
#[derive(Debug, Serialize, Deserialize)]
pub struct Property {
    pub name: String,
    pub text: Option<String>,
    pub number: Option<i64>,
}

/// A set of page restrictions of one operation.
#[derive(Debug)]
pub struct PermissionSet {
    pub content: Option<u64>,
    pub operation: Option<Operation>,
}
