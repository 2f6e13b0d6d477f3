use super::compare::{Comparison, Rules, What};
use super::{Check, Exhibits, check};
use crate::model::{Field, Hop, Kind, Needs, Outcome};
use crate::reading::ReadError;

check! {
    /// Every space that the manifest claims is in the restored copy, and no other.
    ///
    /// Compares: key, title, type (global or personal), status (current or archived), home page, description.
    ///
    /// Can't see: logos, themes, colour schemes, and what apps keep with a space. The other content of a space that is missing is told once by
    /// each check, not item by item.
    ///
    /// A failure means that people won't find the space, or find it under another name, archived, or without its front page.
    Spaces = "spaces"
}

const SPACES: Rules = Rules {
    core: &[Field::Title],
    fields: &[Field::Type, Field::Status, Field::Homepage, Field::Description],
    ..Rules::of(Kind::Space)
};

impl Check for Spaces {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn needs(&self) -> Needs {
        Needs::of([Kind::Space, Kind::Page])
    }

    fn examine(&self, exhibits: &Exhibits<'_>) -> Result<Outcome, ReadError> {
        let mut comparison = Comparison::new(Self::NAME, exhibits, remedy);
        comparison.kind(&SPACES, |_, _| false)?;
        Ok(comparison.finish())
    }
}

fn remedy(what: What, hop: Hop) -> Option<&'static str> {
    match (what, hop) {
        (What::Missing, Hop::Export) => {
            Some("take the backup with an account that may see all spaces, and choose all of them")
        }
        (What::Missing, _) => {
            Some("look for the space key in the log of the restore: a key that exists already is skipped")
        }
        (What::Unexpected, _) => {
            Some("make sure that the target was empty, and that the manifest belongs to this backup")
        }
        (What::Differs, _) => None,
    }
}
