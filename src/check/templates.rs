use super::compare::{Comparison, Rules, What};
use super::{Check, Exhibits, check};
use crate::model::{Field, Hop, Kind, Needs, Outcome};
use crate::reading::ReadError;

check! {
    /// Every page template of the manifest is in the restored copy, with its text, and no other.
    ///
    /// Compares: existence, name, description, digest of the text, in normal form where it differs (as `page-bodies`); of the newest version of each template of a space or of the site.
    ///
    /// Can't see: older versions and labels of templates, and blueprints that apps bring along.
    ///
    /// A failure means that people who begin a page from a template find none, or another one.
    Templates = "templates"
}

const TEMPLATES: Rules =
    Rules { core: &[Field::Title, Field::Body], fields: &[Field::Description], ..Rules::of(Kind::Template) };

impl Check for Templates {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn needs(&self) -> Needs {
        Needs::of([Kind::Template, Kind::Space])
    }

    fn examine(&self, exhibits: &Exhibits<'_>) -> Result<Outcome, ReadError> {
        let mut comparison = Comparison::new(Self::NAME, exhibits, remedy);
        comparison.kind(&TEMPLATES, |_, _| false)?;
        Ok(comparison.finish())
    }
}

fn remedy(what: What, hop: Hop) -> Option<&'static str> {
    match (what, hop) {
        (What::Missing, Hop::Export) => Some("take a new backup"),
        (What::Missing, _) => Some("look at the log of the restore"),
        _ => None,
    }
}
