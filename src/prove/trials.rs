//! What can be tried, and on which scenarios it makes sense.

use std::collections::BTreeMap;

use std::path::Path;

use crate::damage::Mutation;
use crate::expect;
use crate::model::proof::Sort;
use crate::model::{Digest, Kind, Misbehaviour};
use crate::plan::{Plan, PlannedTarget};
use crate::reading::read_manifest;

/// How many live items of each kind there are.
pub(super) type Claimed = BTreeMap<Kind, u64>;

/// Something that is changed on purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// In a copy of the backup.
    Backup(Mutation),
    /// At the target, while it restores or is read.
    Target(Misbehaviour),
    /// In a copy of the manifest.
    Manifest(Tampering),
}

/// What is done to a copy of the manifest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tampering {
    /// An item says something else.
    Edited,
    /// The end is missing.
    Cut,
    /// It is bound to another backup.
    Rebound,
}

impl Tampering {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Edited, Self::Cut, Self::Rebound];

    const fn word(self) -> &'static str {
        match self {
            Self::Edited => "edited",
            Self::Cut => "cut",
            Self::Rebound => "of-another-backup",
        }
    }
}

/// What a target does wrong that loses or changes content, and of which kind. The other misbehaviours are about how it answers.
const AT_THE_TARGET: [(Misbehaviour, Kind); 6] = [
    (Misbehaviour::MissingContent, Kind::Page),
    (Misbehaviour::RestrictionsNotApplied, Kind::Restriction),
    (Misbehaviour::WrongBytes, Kind::Attachment),
    (Misbehaviour::CutDownloads, Kind::Attachment),
    (Misbehaviour::ShortDownloads, Kind::Attachment),
    (Misbehaviour::SkippedSpace, Kind::Space),
];

/// Everything that can be tried, damage first.
pub fn all() -> Vec<Change> {
    let backup = |harmless| Mutation::ALL.into_iter().filter(move |one| one.is_harmless() == harmless);
    let target = AT_THE_TARGET.into_iter().map(|(misbehaviour, _)| Change::Target(misbehaviour));
    let manifest = Tampering::ALL.into_iter().map(Change::Manifest);
    backup(false).map(Change::Backup).chain(target).chain(manifest).chain(backup(true).map(Change::Backup)).collect()
}

impl Change {
    /// Its name in reports, in kebab-case.
    pub fn name(self) -> String {
        match self {
            Self::Backup(Mutation::CutZip { permille }) => {
                format!("cut-zip-{}", if permille < 1_000 { "half" } else { "end" })
            }
            Self::Backup(mutation) => mutation.name().to_owned(),
            Self::Target(misbehaviour) => format!("target-{}", misbehaviour.word()),
            Self::Manifest(tampering) => format!("manifest-{}", tampering.word()),
        }
    }

    /// What sort of change it is.
    pub const fn sort(self) -> Sort {
        match self {
            Self::Backup(mutation) if mutation.is_harmless() => Sort::Harmless,
            Self::Backup(_) => Sort::Damage,
            Self::Target(_) => Sort::Target,
            Self::Manifest(_) => Sort::Manifest,
        }
    }

    /// Whether there is something for it to harm, and the scenario claims to notice it. A change of a copy finds out by itself what it can harm.
    ///
    /// # Errors
    /// Why not, as a lower-case fragment.
    pub(super) fn fits(self, plan: &Plan, claimed: &Claimed) -> Result<(), String> {
        if let Self::Target(misbehaviour) = self {
            if !matches!(plan.target, PlannedTarget::Embedded { .. }) {
                return Err(format!("a target of the sort {} can't be told to misbehave", plan.target.name()));
            }
            let kind = AT_THE_TARGET.iter().find(|(one, _)| *one == misbehaviour).map(|(_, kind)| *kind);
            // What a restore skips must leave something.
            let least = if misbehaviour == Misbehaviour::SkippedSpace { 2 } else { 1 };
            let number = |kind: &Kind| claimed.get(kind).copied().unwrap_or_default();
            if let Some(kind) = kind.filter(|kind| number(kind) < least) {
                let few = if least == 1 { "no" } else { "too few" };
                return Err(format!("the backup holds {few} {}", kind.noun(2)));
            }
        }
        let Some(check) = self.check() else { return Ok(()) };
        if plan.checks.iter().any(|planned| planned.value.name() == check) {
            return Ok(());
        }
        Err(format!("the scenario doesn't ask for the check {check}"))
    }

    /// The one check that can notice it, where there is only one.
    const fn check(self) -> Option<&'static str> {
        match self {
            Self::Backup(mutation) => match mutation {
                Mutation::CutBody | Mutation::EmptyBody | Mutation::SwapBodies | Mutation::AlterParameter => {
                    Some("page-bodies")
                }
                Mutation::DropInlineMarker => Some("page-bodies"),
                Mutation::ChangeParent
                | Mutation::RenameTitle
                | Mutation::GarbleTitle
                | Mutation::DecomposeTitle
                | Mutation::RecaseTitle => Some("page-tree"),
                Mutation::RemoveBlogPost => Some("blog-posts"),
                Mutation::DropRestriction => Some("restrictions"),
                Mutation::DropLabel => Some("labels"),
                Mutation::DropComment => Some("comments"),
                Mutation::DropOldVersion | Mutation::DropHistory => Some("history"),
                Mutation::DropOldAttachmentVersion | Mutation::RemoveAttachment | Mutation::FlipAttachmentByte => {
                    Some("attachments")
                }
                Mutation::DropSpacePermission => Some("permissions"),
                Mutation::DropTemplate => Some("templates"),
                Mutation::RenameSpace => Some("spaces"),
                Mutation::DropUser | Mutation::DropMembership => Some("users"),
                // No restore unpacks an entry that nothing in the export names.
                Mutation::TraversalName | Mutation::Bomb => Some("integrity"),
                _ => None,
            },
            Self::Target(Misbehaviour::RestrictionsNotApplied) => Some("restrictions"),
            Self::Target(Misbehaviour::WrongBytes | Misbehaviour::CutDownloads | Misbehaviour::ShortDownloads) => {
                Some("attachments")
            }
            Self::Target(Misbehaviour::SkippedSpace) => Some("spaces"),
            Self::Target(_) | Self::Manifest(_) => None,
        }
    }
}

/// Writes a copy of a manifest that was tampered with, and says what was done.
///
/// # Errors
/// What the file system says, or that nothing changed.
pub(super) fn tampered(tampering: Tampering, from: &Path, to: &Path) -> Result<&'static str, String> {
    let said = |error: &dyn std::fmt::Display| format!("tamper with a copy of the manifest: {error}");
    let text = std::fs::read_to_string(from).map_err(|error| said(&error))?;
    let (copy, what) = match tampering {
        Tampering::Edited => {
            let edited = text.replacen("\"fields\":{\"", "\"fields\":{\"note\":\"x\",\"", 1);
            (edited, "added a field to an item of the manifest")
        }
        Tampering::Cut => {
            let keep = text.trim_end().rfind('\n').map_or(0, |at| at + 1);
            (text.get(..keep).unwrap_or_default().to_owned(), "cut the last line off the manifest")
        }
        Tampering::Rebound => {
            let (manifest, _) = read_manifest(text.as_bytes()).map_err(|error| said(&error))?;
            let bound = expect::bind(manifest, &Digest::of("another backup"));
            expect::write(&bound, to).map_err(|error| said(&error))?;
            return Ok("bound the manifest to another backup");
        }
    };
    if copy == text {
        return Err(said(&"nothing changed"));
    }
    std::fs::write(to, copy).map_err(|error| said(&error))?;
    Ok(what)
}

/// The same drill on a target that misbehaves.
pub(super) fn misbehaving(plan: &Plan, misbehaviour: Misbehaviour) -> Plan {
    let mut plan = plan.clone();
    if let PlannedTarget::Embedded { misbehave } = &mut plan.target {
        misbehave.push(misbehaviour);
    }
    plan
}
