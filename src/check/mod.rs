//! The checks: each examines the exhibits and says what it found. Pure, synchronous, total but for the disk that the readings lie on.
//!
//! Must not know where a reading came from, nor what the verdict will be. A new check is one file and two lines here: its `mod` and its entry
//! in the registry.

mod attachments;
mod blog_posts;
mod comments;
mod compare;
mod draw;
mod drift;
mod form;
mod history;
mod home_pages;
mod integrity;
mod labels;
mod lost;
mod near;
mod page_bodies;
mod page_tree;
mod permissions;
mod readable;
mod restrictions;
mod rows;
mod search;
mod spaces;
mod subject;
mod tail;
mod templates;
#[cfg(test)]
mod tests;
mod upgraded;
mod users;
mod visible;

pub use attachments::{Attachments, Compare};
pub use search::{Query, SEARCHED, Search};
pub use tail::is_attachment_version;
pub use visible::{LOOKED_AT, Named, Sight, Visible, chosen};

use crate::model::{Answers, Needs, Outcome, Probe, Scope};
use crate::reading::{Alignment, ReadError};
use lost::Lost;

/// All that a check may look at.
#[derive(Debug)]
pub struct Exhibits<'a> {
    /// The readings side by side; the archive's damage, ledger and descriptor are in its inventory.
    pub alignment: Alignment<'a>,
    /// What the restored copy answered to those checks that asked.
    pub answers: Answers,
    /// What of the readings holds other items and is on one side alone.
    lost: Lost,
}

impl<'a> Exhibits<'a> {
    /// Lays them out.
    ///
    /// # Errors
    /// A reading that could not be read to its end.
    pub fn new(alignment: Alignment<'a>) -> Result<Self, ReadError> {
        let lost = Lost::of(&alignment)?;
        Ok(Self { alignment, answers: Answers::default(), lost })
    }
}

/// One check.
pub trait Check {
    /// Its name in scenarios and reports, in kebab-case.
    fn name(&self) -> &'static str;
    /// What must be read from the restored copy for it; nothing, where it looks at the archive alone.
    fn needs(&self) -> Needs;
    /// What the restored copy is to be asked for it, once it was read.
    ///
    /// # Errors
    /// A reading that could not be read to its end.
    fn probes(&self, _exhibits: &Exhibits<'_>) -> Result<Vec<Probe>, ReadError> {
        Ok(Vec::new())
    }
    /// Whether it judges answers, so that it can't run without a restored copy that answers.
    fn asks(&self) -> bool {
        false
    }
    /// Why it has nothing to say of these exhibits, if so, as a lower-case fragment: `all` does without it then, and whoever names it isn't
    /// given a pass.
    ///
    /// # Errors
    /// A reading that could not be read to its end.
    fn impossible(&self, _exhibits: &Exhibits<'_>) -> Result<Option<String>, ReadError> {
        Ok(None)
    }
    /// Examines.
    ///
    /// # Errors
    /// A reading that could not be read to its end: nothing is said then of what was examined before.
    fn examine(&self, exhibits: &Exhibits<'_>) -> Result<Outcome, ReadError>;
}

/// Declares a check: its doc comment is its documentation and its `explain` text at once.
macro_rules! check {
    ($(#[doc = $doc:literal])+ $type:ident $({ $($(#[doc = $field_doc:literal])+ $field:ident: $field_type:ty,)+ })? = $name:literal) => {
        $(#[doc = $doc])+
        #[derive(Debug, Clone, Default, PartialEq, Eq)]
        pub struct $type {
            $($($(#[doc = $field_doc])+ pub $field: $field_type,)+)?
        }

        impl $type {
            pub(super) const NAME: &'static str = $name;
            pub(super) const EXPLAIN: &'static str = concat!($($doc, "\n"),+);
        }
    };
}
use check;

/// The registry: makes the list of names, the constructor and the `explain` texts of one entry a check, in display order.
macro_rules! registry {
    ($($entry:ty,)+; $($asking:ty,)+) => {
        /// The names of the checks that compare what was read, in display order.
        pub const ALL: &[&str] = &[$(<$entry>::NAME),+];

        /// The names of the checks that ask the restored copy, in display order.
        pub const ASKING: &[&str] = &[$(<$asking>::NAME),+];

        /// The check of this name with its default settings.
        pub fn by_name(name: &str) -> Option<Box<dyn Check + Send + Sync>> {
            $(if name == <$entry>::NAME {
                return Some(Box::new(<$entry>::default()));
            })+
            $(if name == <$asking>::NAME {
                return Some(Box::new(<$asking>::default()));
            })+
            None
        }

        fn doc(name: &str) -> Option<&'static str> {
            $(if name == <$entry>::NAME {
                return Some(<$entry>::EXPLAIN);
            })+
            $(if name == <$asking>::NAME {
                return Some(<$asking>::EXPLAIN);
            })+
            None
        }
    };
}

registry! {
    integrity::Integrity,
    spaces::Spaces,
    page_tree::PageTree,
    page_bodies::PageBodies,
    blog_posts::BlogPosts,
    comments::Comments,
    attachments::Attachments,
    history::History,
    labels::Labels,
    restrictions::Restrictions,
    permissions::Permissions,
    users::Users,
    templates::Templates,
    ;
    search::Search,
    visible::Visible,
    home_pages::HomePages,
}

/// What a check proves, which fields it compares, what it can't see, and what a failure means: its doc comment.
pub fn explain(name: &str) -> Option<String> {
    let text = doc(name)?;
    Some(text.lines().map(|line| line.strip_prefix(' ').unwrap_or(line)).collect::<Vec<_>>().join("\n"))
}

/// Whether a check can be carried out on a backup of this scope, so that `all` includes it.
///
/// # Errors
/// Why not, as a lower-case fragment.
pub fn applicable(name: &str, scope: &Scope) -> Result<(), String> {
    match (name, scope) {
        (users::Users::NAME, Scope::Spaces(_)) => Err("a space export holds no accounts".to_owned()),
        _ => Ok(()),
    }
}
