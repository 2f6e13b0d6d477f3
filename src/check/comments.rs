use super::compare::{Comparison, Rules, What};
use super::{Check, Exhibits, check};
use crate::model::{Field, Hop, Key, Kind, Needs, Outcome, elements};
use crate::reading::ReadError;

check! {
    /// Every comment of the manifest is on its page or blog post, with its text, and no other.
    ///
    /// Compares: existence, author, time, text, editor and time of the last change, the comment that it answers, footer or inline, the marker that ties an inline comment to its
    /// place in the page, whether that discussion is resolved, status. In a space export a comment has no lasting id: it is matched by page, author, time and the normal form of its text.
    ///
    /// Can't see: comments in the trash, likes, whether an inline comment's marker stands at the right word.
    ///
    /// A failure means that a discussion is incomplete or torn apart. Comments of a missing page are told once, with their number.
    Comments = "comments"
}

const COMMENTS: Rules = Rules {
    core: &[Field::Body],
    fields: &[
        Field::Author,
        Field::Created,
        Field::Editor,
        Field::Edited,
        Field::Parent,
        Field::Location,
        Field::Marker,
        Field::Resolution,
        Field::Status,
    ],
    twin: Some(without_text),
    ..Rules::of(Kind::Comment)
};

impl Check for Comments {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn needs(&self) -> Needs {
        Needs::of([Kind::Comment, Kind::Page, Kind::BlogPost, Kind::Space])
    }

    fn examine(&self, exhibits: &Exhibits<'_>) -> Result<Outcome, ReadError> {
        let mut comparison = Comparison::new(Self::NAME, exhibits, remedy);
        comparison.kind(&COMMENTS, |_, _| false)?;
        Ok(comparison.finish())
    }
}

/// The key up to author and time: two comments that are the same but for their text are one whose text changed.
fn without_text(key: &Key) -> Key {
    match elements(key).last() {
        Some(comment) if comment.word == "comment" => {
            let keep = comment.end.saturating_sub(comment.arguments.len()) + 2;
            Key::new(key.segments().iter().take(keep).cloned())
        }
        _ => key.clone(),
    }
}

fn remedy(what: What, hop: Hop) -> Option<&'static str> {
    match (what, hop) {
        (What::Missing, Hop::Export) => Some("the export must be taken with comments"),
        (What::Missing, _) => Some("look at the log of the restore"),
        (What::Unexpected | What::Differs, _) => None,
    }
}
