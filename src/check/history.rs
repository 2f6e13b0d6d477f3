use super::compare::{Comparison, Rules, What};
use super::tail::is_attachment_version;
use super::{Check, Exhibits, check};
use crate::model::{Field, Hop, Kind, Needs, Outcome};
use crate::reading::ReadError;

check! {
    /// Every older version of pages, blog posts and comments is in the restored copy, and the live ones carry their version number.
    ///
    /// Compares: existence, number, title, text (in normal form where it differs, as `page-bodies`), editor, time; of live pages and blog posts the number. Live content that is missing is told by
    /// `page-tree` and `blog-posts`, which have to run as well.
    ///
    /// Can't see: versions of drafts. Older versions of attachments belong to `attachments`.
    ///
    /// A failure means that nobody can go back to how a page was, or show who changed it when. Versions of a missing page are told once.
    History = "history"
}

const VERSIONS: Rules = Rules {
    part: |item| !is_attachment_version(&item.key),
    core: &[Field::Number, Field::Body],
    fields: &[Field::Title, Field::Editor, Field::Edited, Field::Note],
    ..Rules::of(Kind::Version)
};

const PAGES: Rules =
    Rules { core: &[Field::Number], fields: &[Field::Note], existence: Some("page-tree"), ..Rules::of(Kind::Page) };

const POSTS: Rules = Rules {
    core: &[Field::Number],
    fields: &[Field::Note],
    existence: Some("blog-posts"),
    ..Rules::of(Kind::BlogPost)
};

impl Check for History {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn needs(&self) -> Needs {
        Needs::of([Kind::Version, Kind::Page, Kind::BlogPost, Kind::Comment, Kind::Space])
    }

    fn examine(&self, exhibits: &Exhibits<'_>) -> Result<Outcome, ReadError> {
        let mut comparison = Comparison::new(Self::NAME, exhibits, remedy);
        for rules in [VERSIONS, PAGES, POSTS] {
            comparison.kind(&rules, |_, _| false)?;
        }
        Ok(comparison.finish())
    }
}

fn remedy(what: What, hop: Hop) -> Option<&'static str> {
    match (what, hop) {
        (What::Missing, Hop::Export) => {
            Some("see whether versions were purged at the source before the backup (retention rules)")
        }
        (What::Missing, _) => Some("look at the log of the restore"),
        _ => None,
    }
}
