use super::compare::{Comparison, Rules, What};
use super::{Check, Exhibits, check};
use crate::model::{Hop, Kind, Needs, Outcome};
use crate::reading::ReadError;

check! {
    /// Every label of the manifest is on the page, blog post, attachment or space that it was on, and no other.
    ///
    /// Compares: existence of global and team labels.
    ///
    /// Can't see: personal labels, which Confluence shows to their owner only; labels of templates.
    ///
    /// A failure means that searches and macros by label find less, or more, than before. Labels of missing pages are told once.
    Labels = "labels"
}

impl Check for Labels {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn needs(&self) -> Needs {
        Needs::of([Kind::Label, Kind::Page, Kind::BlogPost, Kind::Attachment, Kind::Space])
    }

    fn examine(&self, exhibits: &Exhibits<'_>) -> Result<Outcome, ReadError> {
        let mut comparison = Comparison::new(Self::NAME, exhibits, remedy);
        comparison.kind(&Rules::of(Kind::Label), |_, _| false)?;
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
