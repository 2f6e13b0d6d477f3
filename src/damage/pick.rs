//! Chooses what to break in the objects of a package.

use std::collections::{BTreeMap, BTreeSet};

use super::contents::{Contents, Name};
use super::{Applied, Mutation, files, hung, pages};
use crate::model::{Kind, Lot};

/// What is to be done to one object's text.
#[derive(Debug, Clone)]
pub(super) enum Op {
    /// Takes references to these objects out of one collection, or out of all.
    DropMembers { collection: Option<&'static str>, members: BTreeSet<Name> },
    /// Puts a page into the collection of children, if there is one.
    AddChild { id: String },
    /// Takes a collection out.
    DropCollection { name: &'static str },
    /// Another text for a property.
    SetText { name: &'static str, text: String },
    /// Another id in a reference.
    SetReference { name: &'static str, id: String },
    /// The text of a property of another object, as it is written there.
    CopyProperty { name: &'static str, from: usize },
    /// The first half of a text.
    Halve { name: &'static str },
    /// The first marker of an inline comment in a text, not what it marks.
    Unmark { name: &'static str },
    /// One more letter at the end of the first parameter of a macro in a text.
    Lengthen { name: &'static str },
}

/// What will be broken, before anything is written.
#[derive(Debug)]
pub(super) struct Victim {
    /// Objects that vanish.
    pub remove: BTreeSet<usize>,
    /// Objects that change.
    pub edits: BTreeMap<usize, Vec<Op>>,
    /// Entries that vanish.
    pub drop: BTreeSet<String>,
    /// Entries of which one bit flips (the byte of this number), or which become empty.
    pub bytes: BTreeMap<String, Option<u64>>,
    /// What to tell.
    pub applied: Applied,
}

impl Victim {
    pub(super) fn new(contents: &Contents, what: &str, subjects: &[(Kind, usize)]) -> Self {
        let subjects: Vec<_> = subjects.iter().map(|(kind, index)| contents.subject(*kind, *index)).collect();
        let ids: Vec<String> = subjects.iter().filter_map(|subject| subject.id).map(|id| id.to_string()).collect();
        let what = if ids.is_empty() { what.to_owned() } else { format!("{what} ({})", ids.join(", ")) };
        let (remove, edits, drop, bytes) = Default::default();
        Self { remove, edits, drop, bytes, applied: Applied { what, subjects } }
    }

    /// Objects with all that belongs to them vanish, files included, and nobody names them any more.
    pub(super) fn removing(mut self, contents: &Contents, roots: &[usize]) -> Option<Self> {
        self.remove = contents.belongings(roots)?;
        let gone: BTreeSet<Name> = self.remove.iter().filter_map(|index| contents.name_of(*index)).collect();
        for index in &self.remove {
            for pointer in contents
                .pointers(*index)
                .iter()
                .filter(|pointer| pointer.member && !self.remove.contains(&pointer.from))
            {
                let ops = self.edits.entry(pointer.from).or_default();
                if ops.is_empty() {
                    ops.push(Op::DropMembers { collection: None, members: gone.clone() });
                }
            }
            self.drop.extend(files::of(contents, *index));
        }
        Some(self)
    }

    /// With what is to be done to others as well.
    pub(super) fn and(mut self, other: Self) -> Self {
        self.edits.extend(other.edits);
        self.applied.subjects.extend(other.applied.subjects);
        self
    }

    pub(super) fn editing(mut self, index: usize, ops: impl IntoIterator<Item = Op>) -> Self {
        self.edits.entry(index).or_default().extend(ops);
        self
    }
}

/// The first that is fit, in an order drawn by lot.
pub(super) fn first<T>(
    mutation: Mutation,
    seed: u64,
    mut candidates: Vec<usize>,
    fit: impl FnMut(usize) -> Option<T>,
) -> Option<T> {
    Lot::new(seed, mutation.name(), 0).shuffle(&mut candidates);
    candidates.into_iter().find_map(fit)
}

/// Something fit for this mutation; `None` where there is nothing, or the mutation is about files.
pub(super) fn choose(mutation: Mutation, seed: u64, contents: &Contents) -> Option<Victim> {
    match mutation {
        Mutation::AnotherWiki => return pages::all_others(contents),
        Mutation::StaleContent => return pages::all_stale(contents),
        _ => {}
    }
    let class = match mutation {
        Mutation::RemovePage
        | Mutation::CutBody
        | Mutation::EmptyBody
        | Mutation::SwapBodies
        | Mutation::AlterParameter
        | Mutation::StaleText
        | Mutation::DuplicateTitle
        | Mutation::ChangeParent
        | Mutation::RenameTitle
        | Mutation::GarbleTitle
        | Mutation::DecomposeTitle
        | Mutation::RecaseTitle
        | Mutation::DropInlineMarker
        | Mutation::DropHistory
        | Mutation::DropOldVersion => "Page",
        Mutation::RemoveBlogPost => "BlogPost",
        Mutation::DropRestriction => "ContentPermissionSet",
        Mutation::DropLabel => "Labelling",
        Mutation::DropComment => "Comment",
        Mutation::DropSpacePermission => "SpacePermission",
        Mutation::DropTemplate => "PageTemplate",
        Mutation::RenameSpace | Mutation::RemoveSpace => "Space",
        Mutation::RenameUser => "ConfluenceUserImpl",
        Mutation::DropUser => "InternalUser",
        Mutation::DropMembership => "HibernateMembership",
        Mutation::RemoveAttachment | Mutation::DropOldAttachmentVersion => "Attachment",
        _ => return None,
    };
    first(mutation, seed, contents.of_class(class).collect(), |index| {
        if class == "Page" { pages::fit(mutation, seed, contents, index) } else { hung::fit(mutation, contents, index) }
    })
}
