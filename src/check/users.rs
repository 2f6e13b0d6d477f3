use super::compare::{Comparison, Rules, What};
use super::{Check, Exhibits, check};
use crate::model::{Field, Hop, Kind, Needs, Outcome};
use crate::reading::ReadError;

check! {
    /// Every account, group and membership of the manifest is in the restored copy, and no other.
    ///
    /// Compares: user name, display name, e-mail address and whether the account is active where both sides show them; groups by name; who is
    /// in which group. Users are matched by name, never by key.
    ///
    /// Can't see: passwords, accounts of an outside directory (LDAP, Crowd), personal settings. Applies to site backups: a space export holds
    /// no accounts.
    ///
    /// A failure means that people can't sign in, have lost their rights, or that accounts exist that nobody knows.
    Users = "users"
}

const ACCOUNTS: Rules =
    Rules { core: &[Field::Title], fields: &[Field::Email, Field::Active], ..Rules::of(Kind::User) };

impl Check for Users {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn needs(&self) -> Needs {
        Needs::of([Kind::User, Kind::Group, Kind::Membership])
    }

    fn examine(&self, exhibits: &Exhibits<'_>) -> Result<Outcome, ReadError> {
        let mut comparison = Comparison::new(Self::NAME, exhibits, remedy);
        for rules in [ACCOUNTS, Rules::of(Kind::Group), Rules::of(Kind::Membership)] {
            comparison.kind(&rules, |_, _| false)?;
        }
        Ok(comparison.finish())
    }
}

fn remedy(what: What, hop: Hop) -> Option<&'static str> {
    match (what, hop) {
        (What::Missing, Hop::Export) => {
            Some("accounts of an outside directory are not in a backup: see which directory they belong to")
        }
        (What::Unexpected, _) => Some("find out who they are before anybody gets in"),
        _ => None,
    }
}
