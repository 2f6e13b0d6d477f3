use serde::{Deserialize, Serialize};

/// The kinds of item that a reading holds, in the order in which a manifest lists them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
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
    /// That a user is told of changes to content, to a space, to a label, or to the site.
    Watch,
    /// That a user likes content.
    Like,
    /// A named value that Confluence or an app keeps with content.
    Property,
    /// What a user says of themselves.
    Profile,
    /// A task in the text of content, as the table of tasks holds it.
    Task,
}

impl Kind {
    /// Every kind, in manifest order.
    pub const ALL: [Self; 19] = [
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
        Self::Watch,
        Self::Like,
        Self::Property,
        Self::Profile,
        Self::Task,
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
            Self::Watch => "watch",
            Self::Like => "like",
            Self::Property => "property",
            Self::Profile => "profile",
            Self::Task => "task",
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
            (Self::Watch, _) => "watches",
            (Self::Like, _) => "likes",
            (Self::Property, _) => "properties",
            (Self::Profile, _) => "profiles",
            (Self::Task, _) => "tasks",
        }
    }

    /// Why a running Confluence is not asked for items of this kind, where it isn't (docs/confluence.md, R22).
    pub const fn unasked(self) -> Option<&'static str> {
        match self {
            Self::Draft => Some("Confluence shows drafts to their authors only"),
            Self::Watch => Some("Confluence is not asked who watches what; only recent versions list it, page by page"),
            Self::Like => {
                Some("Confluence is not asked who likes what; no documented resource of Data Center lists it")
            }
            Self::Property => Some("Confluence is not asked for them; it shows those of apps, and none of its own"),
            Self::Profile => Some("Confluence shows what users say of themselves on their profile pages only"),
            Self::Task => {
                Some("no documented resource of Data Center lists tasks; the texts that hold them are compared")
            }
            _ => None,
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

/// The permissions of spaces that Data Center knows (docs/confluence.md, C17).
pub const SPACE_PERMISSIONS: [&str; 16] = [
    "VIEWSPACE",
    "EDITSPACE",
    "COMMENT",
    "CREATEATTACHMENT",
    "EDITBLOG",
    "REMOVEPAGE",
    "REMOVEBLOG",
    "REMOVECOMMENT",
    "REMOVEATTACHMENT",
    "REMOVEMAIL",
    "REMOVEOWNCONTENT",
    "SETPAGEPERMISSIONS",
    "SETSPACEPERMISSIONS",
    "EXPORTPAGE",
    "EXPORTSPACE",
    "ARCHIVEPAGE",
];
