use super::compare::{Comparison, Rules, What};
use super::{Check, Exhibits, check};
use crate::model::{Field, Hop, Item, Kind, Needs, Outcome};
use crate::reading::ReadError;

check! {
    /// Every page of the manifest is in the restored copy, in its place in the tree, and no other.
    ///
    /// Compares: existence, title, space, parent, status (current, archived or trashed), author and time of creation, editor and time of the
    /// last change. Pages are matched by content id in a site backup, by space and title in a space export.
    ///
    /// Can't see: the text of pages (`page-bodies`), where a page in the trash stood, the order of pages below one parent, drafts. A page below a missing parent is not
    /// reported for its parent as well.
    ///
    /// A failure means that pages are gone, stand elsewhere in the tree, or carry another name or date.
    PageTree = "page-tree"
}

const PAGES: Rules = Rules {
    part: |item| !is_trashed(item),
    core: &[Field::Title, Field::Parent],
    fields: &[Field::Space, Field::Status, Field::Author, Field::Created, Field::Editor, Field::Edited],
    ..Rules::of(Kind::Page)
};

/// REST doesn't show where a page in the trash stood.
const TRASHED: Rules = Rules { part: is_trashed, core: &[Field::Title], ..PAGES };

fn is_trashed(item: &Item) -> bool {
    item.text(Field::Status) == Some("trashed")
}

impl Check for PageTree {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn needs(&self) -> Needs {
        Needs::of([Kind::Page, Kind::Space])
    }

    fn examine(&self, exhibits: &Exhibits<'_>) -> Result<Outcome, ReadError> {
        let mut comparison = Comparison::new(Self::NAME, exhibits, remedy);
        for rules in [PAGES, TRASHED] {
            comparison.kind(&rules, |_, _| false)?;
        }
        Ok(comparison.finish())
    }
}

fn remedy(what: What, hop: Hop) -> Option<&'static str> {
    match (what, hop) {
        (What::Missing, Hop::Export) => {
            Some("take a new backup, and look at the account and the spaces it was taken with")
        }
        (What::Missing, _) => Some("look for their ids in the log of the restore"),
        (What::Unexpected, _) => {
            Some("make sure that the target was empty, and that the manifest belongs to this backup")
        }
        (What::Differs, Hop::Export) => Some("see whether they were edited while the backup ran"),
        (What::Differs, _) => None,
    }
}
