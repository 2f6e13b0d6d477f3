use super::compare::{Comparison, Rules, What};
use super::{Check, Exhibits, check};
use crate::model::{Field, Hop, Kind, Needs, Outcome};
use crate::reading::ReadError;

check! {
    /// The text of every page says what the manifest says.
    ///
    /// Compares: the digest of the storage format, of pages that are on both sides. Line ends, and the `]] >` that Confluence's exports put in
    /// place of `]]>`, are evened out before. Texts that differ are compared in normal form, without what changes unedited, such as ids of macros;
    /// a difference of form alone is no error, and is counted. Users are compared by name and content by key, whatever ids a text has for them. Missing and unexpected pages are told by `page-tree`, which has to run as well.
    ///
    /// Can't see: how a page looks, whether its macros work, the text of older versions (`history`).
    ///
    /// A failure means that the page opens with another text than it should: cut, empty, older, or that of another page.
    PageBodies = "page-bodies"
}

const BODIES: Rules = Rules { core: &[Field::Body], existence: Some("page-tree"), ..Rules::of(Kind::Page) };

impl Check for PageBodies {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn needs(&self) -> Needs {
        Needs::of([Kind::Page])
    }

    fn examine(&self, exhibits: &Exhibits<'_>) -> Result<Outcome, ReadError> {
        let mut comparison = Comparison::new(Self::NAME, exhibits, remedy);
        comparison.kind(&BODIES, |_, _| false)?;
        Ok(comparison.finish())
    }
}

fn remedy(_: What, hop: Hop) -> Option<&'static str> {
    match hop {
        Hop::Export => Some("see whether the page was edited while the backup ran, else take a new one"),
        Hop::Restore => Some("look for the page's id in the log of the restore"),
        Hop::Unknown => None,
    }
}
