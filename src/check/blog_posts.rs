use super::compare::{Comparison, Rules, What};
use super::{Check, Exhibits, check};
use crate::model::{Field, Hop, Kind, Needs, Outcome};
use crate::reading::ReadError;

check! {
    /// Every blog post of the manifest is in the restored copy with its text, and no other.
    ///
    /// Compares: existence, title, space, status, author and time of creation, editor and time of the last change, digest of the text, in normal form where it differs (as `page-bodies`). Posts are
    /// matched by content id in a site backup, by space, date and title in a space export.
    ///
    /// Can't see: drafts, how a post looks.
    ///
    /// A failure means that posts are gone, moved to another day, or open with another text.
    BlogPosts = "blog-posts"
}

const POSTS: Rules = Rules {
    core: &[Field::Title, Field::Body],
    fields: &[Field::Space, Field::Status, Field::Created, Field::Author, Field::Editor, Field::Edited],
    ..Rules::of(Kind::BlogPost)
};

impl Check for BlogPosts {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn needs(&self) -> Needs {
        Needs::of([Kind::BlogPost, Kind::Space])
    }

    fn examine(&self, exhibits: &Exhibits<'_>) -> Result<Outcome, ReadError> {
        let mut comparison = Comparison::new(Self::NAME, exhibits, remedy);
        comparison.kind(&POSTS, |_, _| false)?;
        Ok(comparison.finish())
    }
}

fn remedy(what: What, hop: Hop) -> Option<&'static str> {
    match (what, hop) {
        (What::Missing, Hop::Export) => Some("take a new backup"),
        (What::Missing, _) => Some("look for their ids in the log of the restore"),
        (What::Unexpected, _) => {
            Some("make sure that the target was empty, and that the manifest belongs to this backup")
        }
        (What::Differs, _) => None,
    }
}
