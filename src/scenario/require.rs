use schemars::JsonSchema;
use serde::Deserialize;

use super::CheckName;
use crate::model::{Assurance, Kind};
use crate::settings::Spanned;

/// What the drill must reach.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", expecting = "settings such as `{ assurance: simulated }`")]
pub struct Require {
    /// How much must be proven. Default: the most that target, manifest and checks can reach.
    pub assurance: Option<Spanned<Assurance>>,
    /// Least numbers of items that the restored copy must hold.
    pub at_least: Option<AtLeast>,
}

/// Least numbers of items; a backup that shrank below them fails.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", expecting = "settings such as `{ pages: 1000 }`")]
pub struct AtLeast {
    /// Spaces.
    #[schemars(range(min = 1))]
    pub spaces: Option<Spanned<u64>>,
    /// Pages, archived ones included.
    #[schemars(range(min = 1))]
    pub pages: Option<Spanned<u64>>,
    /// Blog posts.
    #[schemars(range(min = 1))]
    pub blog_posts: Option<Spanned<u64>>,
    /// Comments.
    #[schemars(range(min = 1))]
    pub comments: Option<Spanned<u64>>,
    /// Attachments.
    #[schemars(range(min = 1))]
    pub attachments: Option<Spanned<u64>>,
}

impl AtLeast {
    /// The numbers that are set: the key, the kind that is counted, the check that counts it.
    pub fn numbers(&self) -> impl Iterator<Item = (&'static str, Kind, CheckName, Spanned<u64>)> {
        [
            ("spaces", Kind::Space, CheckName::Spaces, self.spaces),
            ("pages", Kind::Page, CheckName::PageTree, self.pages),
            ("blog-posts", Kind::BlogPost, CheckName::BlogPosts, self.blog_posts),
            ("comments", Kind::Comment, CheckName::Comments, self.comments),
            ("attachments", Kind::Attachment, CheckName::Attachments, self.attachments),
        ]
        .into_iter()
        .filter_map(|(key, kind, check, number)| Some((key, kind, check, number?)))
    }
}
