use serde::{Deserialize, Serialize};

/// The kinds of item that a reading holds, in the order in which a manifest lists them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A space, its settings and its description.
    Space,
    /// A page that is live, archived or in the trash; Cloud folders too.
    Page,
    /// A blog post that is live or in the trash.
    BlogPost,
    /// A comment: footer, inline or a reply.
    Comment,
    /// The newest version of an attachment.
    Attachment,
    /// An older version of a page, blog post, comment or attachment.
    Version,
    /// A label on a page, blog post, attachment or space.
    Label,
    /// One user or group that a page restriction names.
    Restriction,
    /// One grant of a space permission.
    Permission,
    /// A page template of a space or of the site.
    Template,
    /// A user account.
    User,
    /// A group of users.
    Group,
    /// A user's membership in a group.
    Membership,
    /// An unpublished change.
    Draft,
}

impl Kind {
    /// Every kind, in manifest order.
    pub const ALL: [Self; 14] = [
        Self::Space,
        Self::Page,
        Self::BlogPost,
        Self::Comment,
        Self::Attachment,
        Self::Version,
        Self::Label,
        Self::Restriction,
        Self::Permission,
        Self::Template,
        Self::User,
        Self::Group,
        Self::Membership,
        Self::Draft,
    ];

    /// The word for one item, in kebab-case as in manifests.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Space => "space",
            Self::Page => "page",
            Self::BlogPost => "blog-post",
            Self::Comment => "comment",
            Self::Attachment => "attachment",
            Self::Version => "version",
            Self::Label => "label",
            Self::Restriction => "restriction",
            Self::Permission => "permission",
            Self::Template => "template",
            Self::User => "user",
            Self::Group => "group",
            Self::Membership => "membership",
            Self::Draft => "draft",
        }
    }

    /// The words for one and for many, as people read them.
    pub const fn noun(self, number: u64) -> &'static str {
        match (self, number) {
            (Self::BlogPost, 1) => "blog post",
            (Self::BlogPost, _) => "blog posts",
            (_, 1) => self.name(),
            (Self::Space, _) => "spaces",
            (Self::Page, _) => "pages",
            (Self::Comment, _) => "comments",
            (Self::Attachment, _) => "attachments",
            (Self::Version, _) => "versions",
            (Self::Label, _) => "labels",
            (Self::Restriction, _) => "restrictions",
            (Self::Permission, _) => "permissions",
            (Self::Template, _) => "templates",
            (Self::User, _) => "users",
            (Self::Group, _) => "groups",
            (Self::Membership, _) => "memberships",
            (Self::Draft, _) => "drafts",
        }
    }

    /// Whether items of this kind have a content id: all of those share one number space.
    pub const fn is_content(self) -> bool {
        matches!(self, Self::Page | Self::BlogPost | Self::Comment | Self::Attachment)
    }
}

impl std::fmt::Display for Kind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}
