//! The classes of entities.xml by what is made of them.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use foldhash::fast::RandomState;
use serde::{Deserialize, Serialize};

use super::{likes, tasks, watches};
use crate::model::{Account, count};

/// The classes whose objects share one space of ids and can hold bodies, attachments and labels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) enum ContentClass {
    Page,
    BlogPost,
    Comment,
    Attachment,
    Draft,
    SpaceDescription,
    PersonalInformation,
    GlobalDescription,
    Custom,
}

impl ContentClass {
    pub fn of(class: &str) -> Option<Self> {
        Some(match class {
            "Page" => Self::Page,
            "BlogPost" => Self::BlogPost,
            "Comment" => Self::Comment,
            "Attachment" => Self::Attachment,
            "Draft" => Self::Draft,
            "SpaceDescription" => Self::SpaceDescription,
            "PersonalInformation" => Self::PersonalInformation,
            "GlobalDescription" => Self::GlobalDescription,
            "CustomContentEntityObject" => Self::Custom,
            _ => return None,
        })
    }

    pub const fn name(self) -> &'static str {
        match self {
            Self::Page => "Page",
            Self::BlogPost => "BlogPost",
            Self::Comment => "Comment",
            Self::Attachment => "Attachment",
            Self::Draft => "Draft",
            Self::SpaceDescription => "SpaceDescription",
            Self::PersonalInformation => "PersonalInformation",
            Self::GlobalDescription => "GlobalDescription",
            Self::Custom => "CustomContentEntityObject",
        }
    }

    /// Whether items, or parts of items, are made of all of it. Of content of apps and profiles items are made of some.
    pub const fn is_mapped(self) -> bool {
        !matches!(self, Self::PersonalInformation | Self::GlobalDescription | Self::Custom)
    }

    /// Whether its attachments stand on nothing that REST lists.
    pub const fn is_no_page(self) -> bool {
        matches!(self, Self::SpaceDescription | Self::PersonalInformation | Self::GlobalDescription | Self::Custom)
    }
}

/// The properties of content that items are made of.
pub(super) const PROPERTIES: [&str; 6] =
    ["MEDIA_TYPE", "FILESIZE", "inline-comment", "inline-marker-ref", "actualCommentType", "status"];

/// Classes that are known and of which no item is made, with what is lost by that.
const IGNORED: [(&str, &str); 29] = [
    ("AliasedKey", "keys of trusted applications"),
    ("ApplicationImpl", "user directory settings"),
    ("BucketPropertySetItem", "settings of users and content"),
    ("ConfluenceBandanaRecord", "settings, look and feel"),
    ("ConfluenceRememberMeToken", "log-in tokens"),
    ("ConfluenceTrustedApplication", "trusted applications"),
    ("Content2ContentRelationEntity", "relations between pages"),
    ("DirectoryImpl", "user directories"),
    ("DirectoryMapping", "user directory settings"),
    ("ExternalLink", "links"),
    ("FavouriteRelationEntity", "favourites"),
    ("Follow", "who follows whom"),
    ("GlobalDescription", "the description of the site"),
    ("ImageDetailsDto", "sizes of images"),
    ("InternalGroupAttribute", "attributes of groups"),
    ("InternalUserAttribute", "attributes of users"),
    ("InternalUserCredentialRecord", "former passwords"),
    ("KeyStore", "keys"),
    ("OutgoingLink", "links"),
    ("PluginData", "plugins"),
    ("ReferralLink", "links from elsewhere"),
    ("SchedulerClusteredJob", "scheduled jobs"),
    ("SchedulerRunDetails", "runs of scheduled jobs"),
    ("SpaceGroup", "groups of spaces"),
    ("TrackbackLink", "links from elsewhere"),
    ("User2ContentRelationEntity", "who worked on which page"),
    ("UserLoginInfo", "log-ins"),
    ("VersionHistory", "the upgrade history"),
    ("Sequence", "counters"),
];

/// What a class holds, if it is known and no item is made of it.
pub(super) fn ignored(class: &str) -> Option<&'static str> {
    IGNORED.iter().find(|(name, _)| *name == class).map(|(_, what)| *what)
}

/// Tables of the CSV form of which no item is made, by the beginning of their names, with what is lost by that.
const IGNORED_TABLES: [(&str, &str); 9] = [
    ("AO_187CCC_SIDEBAR_LINK", "links of the sidebar"),
    ("AO_950DC3_TC_", "calendars"),
    ("content_data_classification_mapping", "classification of content"),
    ("space_alias", "other names of spaces"),
    ("space_owner", "owners of spaces"),
    ("spacerole", "roles in spaces"),
    ("templateattachment", "attachments of templates"),
    ("templateproperties", "properties of templates"),
    ("whiteboardContentIds", "whiteboards, of which an export holds the ids alone"),
];

/// What a table of the CSV form holds, if it is known and no item is made of it.
pub(super) fn ignored_table(table: &str) -> Option<&'static str> {
    let begins = |start: &str| table.get(..start.len()).is_some_and(|front| front.eq_ignore_ascii_case(start));
    IGNORED_TABLES.iter().find(|(start, _)| begins(start)).map(|(_, what)| *what)
}

/// Whether items are made of the class.
pub(super) fn is_mapped(class: &str) -> bool {
    ContentClass::of(class).is_some_and(|class| class != ContentClass::GlobalDescription)
        || matches!(
            class,
            "Space"
                | "BodyContent"
                | "ContentProperty"
                | "Label"
                | "Labelling"
                | "SpacePermission"
                | "ContentPermission"
                | "ContentPermissionSet"
                | "PageTemplate"
                | "ConfluenceUserImpl"
                | "InternalUser"
                | "InternalGroup"
                | "HibernateMembership"
                | "DefaultHibernateUser"
                | "DefaultHibernateGroup"
                | watches::CLASS
                | likes::CLASS
                | tasks::CLASS
        )
}

/// What is made of the objects of a class.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sort {
    /// Which content it is, if it is content.
    pub content: Option<ContentClass>,
    /// Whether items are made of it.
    pub is_mapped: bool,
    /// Whether it is known.
    pub is_known: bool,
}

/// What is made of each class that was met: asked for each of millions of objects, so nothing is compared by name twice.
#[derive(Debug, Default)]
pub(super) struct Sorts(HashMap<Box<str>, Sort, RandomState>);

impl Sorts {
    pub fn of(&mut self, class: &str) -> Sort {
        if let Some(sort) = self.0.get(class) {
            return *sort;
        }
        let is_mapped = is_mapped(class);
        let is_known = is_mapped || ignored(class).is_some();
        let sort = Sort { content: ContentClass::of(class), is_mapped, is_known };
        // Names that nobody knows can be made up without end.
        if is_known {
            self.0.insert(class.into(), sort);
        }
        sort
    }
}

/// What was counted and not compared, in words.
pub(super) fn blind_spots(
    accounts: &BTreeMap<String, Account>,
    left_out: &BTreeMap<Cow<'static, str>, u64>,
) -> Vec<String> {
    let spots = accounts.iter().filter(|(class, account)| !is_mapped(class) && account.lexed > account.mapped);
    let classes = spots.map(|(class, account)| {
        if let Some(table) = class.strip_suffix(".csv") {
            let what = ignored_table(table).unwrap_or("a table that is not known here");
            return format!("{} of the table {table} ({what})", counted(account.lexed, "row"));
        }
        let what = ignored(class).unwrap_or("a class that is not known here");
        format!("{} of class {class} ({what})", counted(account.lexed, "object"))
    });
    classes.chain(left_out.iter().map(|(what, number)| format!("{what}: {}", count(*number)))).collect()
}

fn counted(number: u64, noun: &str) -> String {
    format!("{} {noun}{}", count(number), if number == 1 { "" } else { "s" })
}
