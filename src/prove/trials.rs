//! What can be tried, and on which scenarios it makes sense.

use std::collections::BTreeSet;

use crate::damage::Mutation;
use crate::model::proof::Sort;
use crate::model::{Kind, Misbehaviour};
use crate::plan::{Plan, PlannedTarget};

/// The kinds of which there is at least one live item.
pub(super) type Claimed = BTreeSet<Kind>;

/// Something that is changed on purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// In a copy of the backup.
    Backup(Mutation),
    /// At the target, while it restores or is read.
    Target(Misbehaviour),
}

/// What a target does wrong that loses or changes content, and of which kind. The other misbehaviours are about how it answers.
const AT_THE_TARGET: [(Misbehaviour, Kind); 4] = [
    (Misbehaviour::MissingContent, Kind::Page),
    (Misbehaviour::RestrictionsNotApplied, Kind::Restriction),
    (Misbehaviour::WrongBytes, Kind::Attachment),
    (Misbehaviour::CutDownloads, Kind::Attachment),
];

/// Everything that can be tried, damage first.
pub fn all() -> Vec<Change> {
    let backup = |harmless| Mutation::ALL.into_iter().filter(move |one| one.is_harmless() == harmless);
    let target = AT_THE_TARGET.into_iter().map(|(misbehaviour, _)| Change::Target(misbehaviour));
    backup(false).map(Change::Backup).chain(target).chain(backup(true).map(Change::Backup)).collect()
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
        }
    }

    /// What sort of change it is.
    pub const fn sort(self) -> Sort {
        match self {
            Self::Backup(mutation) if mutation.is_harmless() => Sort::Harmless,
            Self::Backup(_) => Sort::Damage,
            Self::Target(_) => Sort::Target,
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
            if let Some(kind) = kind.filter(|kind| !claimed.contains(kind)) {
                return Err(format!("the backup holds no {}", kind.noun(2)));
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
                Mutation::ChangeParent | Mutation::RenameTitle | Mutation::GarbleTitle => Some("page-tree"),
                Mutation::RemoveBlogPost => Some("blog-posts"),
                Mutation::DropRestriction => Some("restrictions"),
                Mutation::DropLabel => Some("labels"),
                Mutation::DropComment => Some("comments"),
                Mutation::DropOldVersion => Some("history"),
                Mutation::DropOldAttachmentVersion | Mutation::RemoveAttachment | Mutation::FlipAttachmentByte => {
                    Some("attachments")
                }
                Mutation::DropSpacePermission => Some("permissions"),
                Mutation::DropTemplate => Some("templates"),
                Mutation::RenameSpace => Some("spaces"),
                Mutation::DropUser | Mutation::DropMembership => Some("users"),
                _ => None,
            },
            Self::Target(Misbehaviour::RestrictionsNotApplied) => Some("restrictions"),
            Self::Target(Misbehaviour::WrongBytes | Misbehaviour::CutDownloads) => Some("attachments"),
            Self::Target(_) => None,
        }
    }
}

/// The same drill on a target that misbehaves.
pub(super) fn misbehaving(plan: &Plan, misbehaviour: Misbehaviour) -> Plan {
    let mut plan = plan.clone();
    if let PlannedTarget::Embedded { misbehave } = &mut plan.target {
        misbehave.push(misbehaviour);
    }
    plan
}
