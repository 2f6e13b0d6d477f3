use super::compare::{Comparison, Rules, What};
use super::{Check, Exhibits, check};
use crate::model::{Hop, Kind, Needs, Outcome};
use crate::reading::ReadError;

check! {
    /// Every page restriction of the manifest is in force in the restored copy, and no other.
    ///
    /// Compares: which users and groups may view or edit each page and blog post, as set on itself.
    ///
    /// Can't see: whether Confluence enforces them, which `visible` asks, and what a restriction on a page does to those below it. Titles of restricted pages are
    /// never shown, whatever the setting `privacy`.
    ///
    /// A failure is a matter of security: a page without its restriction is open to everybody who sees the space; one with another
    /// restriction is shut for those who need it.
    Restrictions = "restrictions"
}

impl Check for Restrictions {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn needs(&self) -> Needs {
        Needs::of([Kind::Restriction, Kind::Page, Kind::BlogPost, Kind::Space])
    }

    fn examine(&self, exhibits: &Exhibits<'_>) -> Result<Outcome, ReadError> {
        let mut comparison = Comparison::new(Self::NAME, exhibits, remedy);
        comparison.kind(&Rules::of(Kind::Restriction), |_, _| false)?;
        Ok(comparison.finish())
    }
}

fn remedy(what: What, _: Hop) -> Option<&'static str> {
    match what {
        What::Missing => Some(
            "after a restore the page may be open to more people than at the source: set the restriction before anybody gets in",
        ),
        What::Unexpected => Some(
            "after a restore the page admits other people than at the source: see who should, before anybody gets in",
        ),
        What::Differs => None,
    }
}
