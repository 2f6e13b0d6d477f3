//! Breaks one thing in a copy of a package, so that somebody can see whether a drill notices.
//!
//! A mutation of the content leaves an archive that is whole and consistent within itself: a removed page takes its text, comments,
//! attachments and labels with it, and nothing points to it any more. Only a comparison with the claim of the source can notice. What stands
//! in other objects is kept byte for byte. A mutation that changed nothing is an error, never a silent success.
//!
//! Must not know which check should notice, nor how anybody reads a package beyond its raw objects.

mod container;
mod contents;
mod files;
mod hung;
mod pages;
mod pick;
mod rewrite;
mod spans;
mod texts;

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::model::{Fault, Subject};
use crate::package::{Limits, Package, PackageError};

/// One thing to break (or, for the last ones, to change without breaking it).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mutation {
    /// A live page without children vanishes, with all that belongs to it.
    RemovePage,
    /// A live blog post vanishes, with all that belongs to it.
    RemoveBlogPost,
    /// The second half of a page's text vanishes.
    CutBody,
    /// A page's text becomes empty.
    EmptyBody,
    /// Two pages of a space have each other's text.
    SwapBodies,
    /// A parameter of a macro has another value.
    AlterParameter,
    /// The newest edit of a page is missing: it has the text and the date of the version before.
    StaleText,
    /// A page without children hangs below another page.
    ChangeParent,
    /// A page has another title.
    RenameTitle,
    /// A page has the title of another one of its space.
    DuplicateTitle,
    /// A title with letters beyond ASCII was read in the wrong encoding.
    GarbleTitle,
    /// A title with composed letters has them decomposed: it looks the same, and is found by nobody who types it.
    DecomposeTitle,
    /// A title is written in capitals.
    RecaseTitle,
    /// All pages of the backup have other titles and another one's texts, as many as before: a backup of another wiki.
    AnotherWiki,
    /// The newest edits of every page are missing: a new file with an old content.
    StaleContent,
    /// The marker of an inline comment vanishes from the text of its page.
    DropInlineMarker,
    /// All older versions of a page vanish.
    DropHistory,
    /// The view restriction of a page vanishes: everybody can read it.
    DropRestriction,
    /// A label vanishes from a page.
    DropLabel,
    /// A comment vanishes.
    DropComment,
    /// An older version of a page vanishes.
    DropOldVersion,
    /// An older version of an attachment vanishes, with its file.
    DropOldAttachmentVersion,
    /// A permission of a space vanishes.
    DropSpacePermission,
    /// A template vanishes.
    DropTemplate,
    /// A space has another name.
    RenameSpace,
    /// A space of several vanishes, with all that is in it.
    RemoveSpace,
    /// A user who wrote something has another name: whoever is looked up by the old one is nobody.
    RenameUser,
    /// An account vanishes from a site, with its memberships. What it wrote stays.
    DropUser,
    /// An account is in one group less.
    DropMembership,
    /// An attachment vanishes, with its record and its files.
    RemoveAttachment,
    /// The file of an attachment vanishes; its record stays.
    RemoveAttachmentFile,
    /// One bit of an attachment flips; the checksum in the zip is right.
    FlipAttachmentByte,
    /// The file of an attachment has no bytes.
    EmptyAttachment,
    /// The zip ends early: so many thousandths of it are left, and never all.
    CutZip {
        /// Thousandths.
        permille: u16,
    },
    /// One bit of a packed entry flips: its checksum is wrong, or it can't be unpacked.
    FlipArchiveByte,
    /// The file has no bytes.
    EmptyFile,
    /// exportDescriptor.properties is missing.
    RemoveDescriptor,
    /// entities.xml is missing.
    RemoveEntities,
    /// The end tag of an object is misspelt.
    MalformXml,
    /// An entry is called `../../…`.
    TraversalName,
    /// An entry claims to be almost 4 GiB unpacked.
    Bomb,
    /// Harmless: packed again by another tool, sorted, with folders as entries.
    Rezip,
    /// Harmless: the entries in reverse order.
    ReorderEntries,
    /// Harmless: nothing is compressed.
    StoreInsteadOfDeflate,
    /// Harmless: the second half of the objects stands before the first.
    ReorderObjects,
    /// Harmless: the objects stand further apart.
    SpaceObjects,
}

impl Mutation {
    /// Every mutation; [`Self::CutZip`] with the half and with all but the last byte.
    pub const ALL: [Self; 47] = [
        Self::RemovePage,
        Self::RemoveBlogPost,
        Self::CutBody,
        Self::EmptyBody,
        Self::SwapBodies,
        Self::AlterParameter,
        Self::StaleText,
        Self::ChangeParent,
        Self::RenameTitle,
        Self::DuplicateTitle,
        Self::GarbleTitle,
        Self::DecomposeTitle,
        Self::RecaseTitle,
        Self::AnotherWiki,
        Self::StaleContent,
        Self::DropInlineMarker,
        Self::DropHistory,
        Self::DropRestriction,
        Self::DropLabel,
        Self::DropComment,
        Self::DropOldVersion,
        Self::DropOldAttachmentVersion,
        Self::DropSpacePermission,
        Self::DropTemplate,
        Self::RenameSpace,
        Self::RemoveSpace,
        Self::RenameUser,
        Self::DropUser,
        Self::DropMembership,
        Self::RemoveAttachment,
        Self::RemoveAttachmentFile,
        Self::FlipAttachmentByte,
        Self::EmptyAttachment,
        Self::CutZip { permille: 500 },
        Self::CutZip { permille: 1_000 },
        Self::FlipArchiveByte,
        Self::EmptyFile,
        Self::RemoveDescriptor,
        Self::RemoveEntities,
        Self::MalformXml,
        Self::TraversalName,
        Self::Bomb,
        Self::Rezip,
        Self::ReorderEntries,
        Self::StoreInsteadOfDeflate,
        Self::ReorderObjects,
        Self::SpaceObjects,
    ];

    /// Its name in reports, in kebab-case.
    pub const fn name(self) -> &'static str {
        match self {
            Self::RemovePage => "remove-page",
            Self::RemoveBlogPost => "remove-blog-post",
            Self::CutBody => "cut-body",
            Self::EmptyBody => "empty-body",
            Self::SwapBodies => "swap-bodies",
            Self::AlterParameter => "alter-parameter",
            Self::StaleText => "stale-text",
            Self::ChangeParent => "change-parent",
            Self::RenameTitle => "rename-title",
            Self::DuplicateTitle => "duplicate-title",
            Self::GarbleTitle => "garble-title",
            Self::DecomposeTitle => "decompose-title",
            Self::RecaseTitle => "recase-title",
            Self::AnotherWiki => "another-wiki",
            Self::StaleContent => "stale-content",
            Self::DropInlineMarker => "drop-inline-marker",
            Self::DropHistory => "drop-history",
            Self::DropRestriction => "drop-restriction",
            Self::DropLabel => "drop-label",
            Self::DropComment => "drop-comment",
            Self::DropOldVersion => "drop-old-version",
            Self::DropOldAttachmentVersion => "drop-old-attachment-version",
            Self::DropSpacePermission => "drop-space-permission",
            Self::DropTemplate => "drop-template",
            Self::RenameSpace => "rename-space",
            Self::RemoveSpace => "remove-space",
            Self::RenameUser => "rename-user",
            Self::DropUser => "drop-user",
            Self::DropMembership => "drop-membership",
            Self::RemoveAttachment => "remove-attachment",
            Self::RemoveAttachmentFile => "remove-attachment-file",
            Self::FlipAttachmentByte => "flip-attachment-byte",
            Self::EmptyAttachment => "empty-attachment",
            Self::CutZip { .. } => "cut-zip",
            Self::FlipArchiveByte => "flip-archive-byte",
            Self::EmptyFile => "empty-file",
            Self::RemoveDescriptor => "remove-descriptor",
            Self::RemoveEntities => "remove-entities",
            Self::MalformXml => "malform-xml",
            Self::TraversalName => "traversal-name",
            Self::Bomb => "bomb",
            Self::Rezip => "rezip",
            Self::ReorderEntries => "reorder-entries",
            Self::StoreInsteadOfDeflate => "store-instead-of-deflate",
            Self::ReorderObjects => "reorder-objects",
            Self::SpaceObjects => "space-objects",
        }
    }

    /// Whether a drill must pass all the same.
    pub const fn is_harmless(self) -> bool {
        matches!(
            self,
            Self::Rezip
                | Self::ReorderEntries
                | Self::StoreInsteadOfDeflate
                | Self::ReorderObjects
                | Self::SpaceObjects
        )
    }
}

/// What was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Applied {
    /// In words: which object or entry. Holds ids and names of entries, no text.
    pub what: String,
    /// What it harms: kind, id, space and title of each.
    pub subjects: Vec<Subject>,
}

/// Why a package could not be damaged.
#[derive(Debug, thiserror::Error)]
pub enum DamageError {
    /// The package has nothing of the kind, or nothing whose loss would leave it consistent.
    #[error("nothing in {path} is fit for {}", mutation.name(), path = path.display())]
    NoVictim {
        /// Which mutation.
        mutation: Mutation,
        /// Which package.
        path: PathBuf,
    },
    /// What came out holds what went in.
    #[error("{} changed nothing in {path}: this is a mistake in rehearse", mutation.name(), path = path.display())]
    Unchanged {
        /// Which mutation.
        mutation: Mutation,
        /// Which package.
        path: PathBuf,
    },
    /// The package to copy is damaged already.
    #[error("the objects of {path} can't be read, and only a whole package can be damaged: {problem}", path = path.display())]
    Unreadable {
        /// Which package.
        path: PathBuf,
        /// What is wrong.
        problem: String,
    },
    /// Reading or writing failed.
    #[error(transparent)]
    Package(#[from] PackageError),
    /// The system refuses.
    #[error("{path}: {source}", path = path.display())]
    Io {
        /// Which file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
}

impl DamageError {
    /// Whose failing it is.
    pub fn fault(&self) -> Fault {
        match self {
            Self::NoVictim { .. } => Fault::Scenario,
            Self::Unreadable { .. } => Fault::Backup,
            Self::Package(error) => error.fault(),
            Self::Unchanged { .. } | Self::Io { .. } => Fault::Rig,
        }
    }
}

/// Writes a zip with the entries of the package `from`, a folder perhaps, and nothing broken.
///
/// # Errors
/// A package that can't be read, a file that can't be written.
pub fn copy(from: &Path, to: &Path) -> Result<(), DamageError> {
    rewrite::write(&Package::open(from, &Limits::default())?, &rewrite::Plan::default(), to)
}

/// Writes a copy of the package `from` to `to`, with one thing broken. What is broken is drawn by lot from what is fit for it: the same seed
/// breaks the same thing. The objects of the package are held in memory, their long texts apart.
///
/// # Errors
/// Nothing fit for it; a package that can't be read; a file that can't be written; and where the copy turns out not to differ.
pub fn apply(mutation: Mutation, seed: u64, from: &Path, to: &Path) -> Result<Applied, DamageError> {
    if let Some(applied) = container::apply(mutation, seed, from, to)? {
        return Ok(applied);
    }
    let package = Package::open(from, &Limits::default())?;
    let contents = contents::Contents::read(package)?;
    let victim = pick::choose(mutation, seed, &contents)
        .or_else(|| files::choose(mutation, seed, &contents))
        .ok_or_else(|| DamageError::NoVictim { mutation, path: from.to_owned() })?;
    let plan = texts::plan(&contents, &victim)?;
    rewrite::write(contents.package(), &plan, to)?;
    if rewrite::same(contents.package(), &plan, to)? {
        return Err(DamageError::Unchanged { mutation, path: from.to_owned() });
    }
    Ok(victim.applied)
}
