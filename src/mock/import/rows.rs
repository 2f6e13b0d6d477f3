//! What was read and isn't joined yet. Ids are those of the package.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::mock::spill::Span;
use crate::mock::store::{Account, Content, Label, Operation, Space, Subject, Template};

/// All rows of a package.
#[derive(Debug, Default)]
pub struct Rows {
    pub spaces: BTreeMap<u64, Space>,
    pub content: BTreeMap<u64, Content>,
    pub bodies: HashMap<u64, Body>,
    pub properties: HashMap<u64, Property>,
    pub labels: BTreeMap<u64, Label>,
    pub labellings: BTreeMap<u64, Labelling>,
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
    /// The other direction of the joins: what the collections of an owner name.
    pub listed: Listed,
}

/// Owners by what their collections name.
#[derive(Debug, Default)]
pub struct Listed {
    pub bodies: HashMap<u64, u64>,
    pub properties: HashMap<u64, u64>,
    pub labellings: HashMap<u64, u64>,
    pub permission_sets: HashMap<u64, u64>,
    pub content_permissions: HashMap<u64, u64>,
    pub versions: HashMap<u64, u64>,
}

/// A text.
#[derive(Debug)]
pub struct Body {
    pub content: Option<u64>,
    pub span: Option<Span>,
    /// How it is written (docs/confluence.md, C13).
    pub kind: Option<i64>,
}

/// A content property of a name that the mock shows.
#[derive(Debug)]
pub struct Property {
    pub content: Option<u64>,
    pub name: String,
    pub text: Option<String>,
    pub number: Option<i64>,
}

/// A label on something.
#[derive(Debug)]
pub struct Labelling {
    pub label: Option<u64>,
    pub content: Option<u64>,
    /// The weaker hint of `labelableId`, which can disagree with the reference.
    pub hint: Option<u64>,
}

/// A set of page restrictions of one operation.
#[derive(Debug)]
pub struct PermissionSet {
    pub content: Option<u64>,
    pub operation: Option<Operation>,
}
