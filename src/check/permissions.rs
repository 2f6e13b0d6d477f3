use super::compare::{Comparison, Rules, What};
use super::{Check, Exhibits, check};
use crate::model::{Hop, Kind, Needs, Outcome};
use crate::reading::ReadError;

check! {
    /// Every space permission of the manifest is granted in the restored copy, and no other.
    ///
    /// Compares: kind of permission, and the user, group, anonymous visitors or all signed-in users who have it.
    ///
    /// Can't see: permissions of the whole site and forms that only Cloud knows (both counted as left out), permissions of apps, and who is in a group.
    ///
    /// A failure is a matter of security: a permission that is missing shuts people out, one that is unexpected lets people in.
    Permissions = "permissions"
}

impl Check for Permissions {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn needs(&self) -> Needs {
        Needs::of([Kind::Permission, Kind::Space])
    }

    fn examine(&self, exhibits: &Exhibits<'_>) -> Result<Outcome, ReadError> {
        let mut comparison = Comparison::new(Self::NAME, exhibits, remedy);
        comparison.kind(&Rules::of(Kind::Permission), |_, _| false)?;
        Ok(comparison.finish())
    }
}

fn remedy(what: What, hop: Hop) -> Option<&'static str> {
    match (what, hop) {
        (What::Missing, Hop::Restore) => {
            Some("a restore drops grants of users and groups that don't exist in the target: make them first")
        }
        (What::Missing, _) => Some("grant them again before anybody gets in"),
        (What::Unexpected, _) => {
            Some("more people may get in than at the source: take the permission away before anybody does")
        }
        (What::Differs, _) => None,
    }
}
