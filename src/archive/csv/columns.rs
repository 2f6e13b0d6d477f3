//! What each column of a table is in the XML form: one list, found by the names in the header (docs/confluence.md, C21).

/// A table whose rows are objects.
#[derive(Debug)]
pub(super) struct Spec {
    /// Its name, as that of the entry.
    pub table: &'static str,
    /// The class of its objects; of content, the column `contenttype` tells it.
    pub class: Class,
    /// The Java package of the class.
    pub package: &'static str,
    /// The column of the id.
    pub id: &'static str,
    pub columns: &'static [Column],
    /// What an export without the table comes to.
    pub without: Without,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    Named(&'static str),
    ByType,
}

/// What it means that a table is missing. The export that was seen holds empty ones, too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Without {
    /// There is no export without it.
    Broken,
    /// Items may be lost.
    Doubtful,
    /// Nothing is compared that it holds.
    Fine,
}

/// A column that says something about an object.
#[derive(Debug)]
pub(super) struct Column {
    pub name: &'static str,
    pub property: &'static str,
    pub sort: Sort,
    /// Whether items can't be right without it.
    pub needed: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sort {
    Text,
    Enum,
    /// A reference to an object of this class.
    To(&'static str),
    /// A reference to an object of the row's own class.
    ToOwn,
}

const CONTENT: &str = "ContentEntityObject";
const USER: &str = "ConfluenceUserImpl";

const fn text(name: &'static str, property: &'static str) -> Column {
    Column { name, property, sort: Sort::Text, needed: false }
}

const fn constant(name: &'static str, property: &'static str) -> Column {
    Column { name, property, sort: Sort::Enum, needed: false }
}

const fn to(name: &'static str, property: &'static str, class: &'static str) -> Column {
    Column { name, property, sort: Sort::To(class), needed: false }
}

const fn to_own(name: &'static str, property: &'static str) -> Column {
    Column { name, property, sort: Sort::ToOwn, needed: false }
}

const fn needed(column: Column) -> Column {
    Column { needed: true, ..column }
}

const CREATOR: Column = to("creator", "creator", USER);
const CREATED: Column = text("creationdate", "creationDate");
const EDITOR: Column = to("lastmodifier", "lastModifier", USER);
const EDITED: Column = text("lastmoddate", "lastModificationDate");

/// The tables that are objects, in the order in which they are read: what others refer to first. Columns that only repeat others in lower
/// case, and lock counters, are left out.
pub(super) const TABLES: [Spec; 21] = [
    Spec {
        table: "user_mapping",
        class: Class::Named(USER),
        package: "com.atlassian.confluence.user",
        id: "user_key",
        columns: &[
            needed(text("username", "name")),
            text("lower_username", "lowerName"),
            text("aaid", "atlassianAccountId"),
        ],
        without: Without::Broken,
    },
    Spec {
        table: "spaces",
        class: Class::Named("Space"),
        package: "com.atlassian.confluence.spaces",
        id: "spaceid",
        columns: &[
            needed(text("spacename", "name")),
            needed(text("spacekey", "key")),
            text("lowerspacekey", "lowerKey"),
            to("spacedescid", "description", "SpaceDescription"),
            to("homepage", "homePage", "Page"),
            CREATOR,
            CREATED,
            EDITOR,
            EDITED,
            text("spacetype", "spaceType"),
            constant("spacestatus", "spaceStatus"),
        ],
        without: Without::Broken,
    },
    Spec {
        table: "content",
        class: Class::ByType,
        package: "",
        id: "contentid",
        columns: &[
            needed(text("title", "title")),
            needed(text("version", "version")),
            needed(CREATOR),
            needed(CREATED),
            needed(EDITOR),
            needed(EDITED),
            needed(text("versioncomment", "versionComment")),
            needed(to_own("prevver", "originalVersion")),
            needed(text("content_status", "contentStatus")),
            needed(to("pageid", "containerContent", CONTENT)),
            needed(to("spaceid", "space", "Space")),
            text("child_position", "position"),
            needed(to("parentid", "parent", "Page")),
            // The column is named for something else, and holds the version of the editor.
            text("messageid", "editorVersion"),
            text("pluginkey", "pluginModuleKey"),
            text("pluginver", "pluginVersion"),
            to("parentccid", "parent", "CustomContentEntityObject"),
            text("draftpageid", "pageId"),
            text("draftspacekey", "draftSpaceKey"),
            text("drafttype", "draftType"),
            text("draftpageversion", "pageVersion"),
            needed(to("parentcommentid", "parent", "Comment")),
            to("username", "user", USER),
            text("navigationtype", "navigationType"),
            text("isfolder", "isFolder"),
        ],
        without: Without::Broken,
    },
    Spec {
        table: "bodycontent",
        class: Class::Named("BodyContent"),
        package: "com.atlassian.confluence.core",
        id: "bodycontentid",
        columns: &[
            needed(text("body", "body")),
            needed(to("contentid", "content", CONTENT)),
            text("bodytypeid", "bodyType"),
        ],
        without: Without::Broken,
    },
    Spec {
        table: "contentproperties",
        class: Class::Named("ContentProperty"),
        package: "com.atlassian.confluence.content",
        id: "propertyid",
        columns: &[
            needed(text("propertyname", "name")),
            needed(text("stringval", "stringValue")),
            needed(text("longval", "longValue")),
            text("dateval", "dateValue"),
            needed(to("contentid", "content", CONTENT)),
        ],
        without: Without::Doubtful,
    },
    Spec {
        table: "label",
        class: Class::Named("Label"),
        package: "com.atlassian.confluence.labels",
        id: "labelid",
        columns: &[
            needed(text("name", "name")),
            to("owner", "owningUser", USER),
            needed(text("namespace", "namespace")),
            CREATED,
            EDITED,
        ],
        without: Without::Doubtful,
    },
    Spec {
        table: "pagetemplates",
        class: Class::Named("PageTemplate"),
        package: "com.atlassian.confluence.pages.templates",
        id: "templateid",
        columns: &[
            needed(text("templatename", "name")),
            needed(text("templatedesc", "description")),
            text("pluginkey", "pluginKey"),
            text("modulekey", "moduleKey"),
            text("refpluginkey", "referencingPluginKey"),
            text("refmodulekey", "referencingModuleKey"),
            text("editorversion", "editorVersion"),
            needed(text("content", "content")),
            needed(to("spaceid", "space", "Space")),
            needed(to("prevver", "originalVersionPageTemplate", "PageTemplate")),
            text("version", "version"),
            CREATOR,
            CREATED,
            EDITOR,
            EDITED,
            text("bodytypeid", "bodyType"),
        ],
        without: Without::Doubtful,
    },
    Spec {
        table: "content_label",
        class: Class::Named("Labelling"),
        package: "com.atlassian.confluence.labels",
        id: "id",
        columns: &[
            needed(to("labelid", "label", "Label")),
            needed(to("contentid", "content", CONTENT)),
            needed(to("pagetemplateid", "pageTemplate", "PageTemplate")),
            to("owner", "owningUser", USER),
            CREATED,
            EDITED,
            text("labelableid", "labelableId"),
            text("labelabletype", "labelableType"),
        ],
        without: Without::Doubtful,
    },
    Spec {
        table: "content_perm_set",
        class: Class::Named("ContentPermissionSet"),
        package: "com.atlassian.confluence.security",
        id: "id",
        columns: &[
            needed(text("cont_perm_type", "type")),
            needed(to("content_id", "owningContent", CONTENT)),
            CREATED,
            EDITED,
        ],
        without: Without::Doubtful,
    },
    Spec {
        table: "content_perm",
        class: Class::Named("ContentPermission"),
        package: "com.atlassian.confluence.security",
        id: "id",
        columns: &[
            needed(text("cp_type", "type")),
            needed(to("username", "userSubject", USER)),
            needed(text("groupname", "groupName")),
            needed(to("cps_id", "owningSet", "ContentPermissionSet")),
            CREATOR,
            CREATED,
            EDITOR,
            EDITED,
        ],
        without: Without::Doubtful,
    },
    Spec {
        table: "spacepermissions",
        class: Class::Named("SpacePermission"),
        package: "com.atlassian.confluence.security",
        id: "permid",
        columns: &[
            needed(to("spaceid", "space", "Space")),
            needed(text("permtype", "type")),
            needed(text("permgroupname", "group")),
            needed(to("permusername", "userSubject", USER)),
            needed(text("permalluserssubject", "allUsersSubject")),
            CREATOR,
            CREATED,
            EDITOR,
            EDITED,
            text("active", "active"),
        ],
        without: Without::Doubtful,
    },
    Spec {
        table: "notifications",
        class: Class::Named("Notification"),
        package: "com.atlassian.confluence.mail.notification",
        id: "notificationid",
        columns: &[
            needed(to("contentid", "content", CONTENT)),
            to("labelid", "label", "Label"),
            needed(to("spaceid", "space", "Space")),
            needed(to("username", "receiver", USER)),
            CREATOR,
            CREATED,
            EDITOR,
            EDITED,
            text("digest", "digest"),
            text("network", "network"),
            constant("contenttype", "type"),
            text("includechildren", "includeChildren"),
        ],
        without: Without::Doubtful,
    },
    Spec {
        table: "likes",
        class: Class::Named("LikeEntity"),
        package: "com.atlassian.confluence.like",
        id: "id",
        columns: &[
            needed(to("contentid", "content", CONTENT)),
            needed(to("username", "user", USER)),
            CREATED,
            text("sequencenum", "sequenceNumber"),
            text("liked", "liked"),
        ],
        without: Without::Doubtful,
    },
    Spec {
        table: TASKS,
        class: Class::Named("InlineTask"),
        package: "",
        id: "global_id",
        columns: &[
            needed(to("content_id", "content", CONTENT)),
            needed(text("id", "taskId")),
            needed(text("body", "body")),
            needed(text("task_status", "status")),
            needed(to("assignee_user_key", "assignee", USER)),
            to("creator_user_key", "creator", USER),
            to("complete_user_key", "completeUser", USER),
            text("create_date", "creationDate"),
            text("update_date", "updateDate"),
            text("due_date", "dueDate"),
            text("complete_date", "completeDate"),
        ],
        // Where tasks were not asked for, there is none.
        without: Without::Fine,
    },
    Spec {
        table: "links",
        class: Class::Named("OutgoingLink"),
        package: "com.atlassian.confluence.links",
        id: "linkid",
        columns: &[
            text("destpagetitle", "destinationPageTitle"),
            text("destspacekey", "destinationSpaceKey"),
            to("contentid", "sourceContent", CONTENT),
            CREATOR,
            CREATED,
            EDITOR,
            EDITED,
        ],
        without: Without::Fine,
    },
    Spec {
        table: "extrnlnks",
        class: Class::Named("ExternalLink"),
        package: "com.atlassian.confluence.links",
        id: "linkid",
        columns: &[text("url", "url"), to("contentid", "sourceContent", CONTENT)],
        without: Without::Fine,
    },
    Spec {
        table: "trackbacklinks",
        class: Class::Named("TrackbackLink"),
        package: "com.atlassian.confluence.links",
        id: "linkid",
        columns: &[text("url", "url"), to("contentid", "sourceContent", CONTENT)],
        without: Without::Fine,
    },
    Spec {
        table: "usercontent_relation",
        class: Class::Named("User2ContentRelationEntity"),
        package: RELATIONS,
        id: "relationid",
        columns: &[
            to("targetcontentid", "targetContent", CONTENT),
            to("sourceuser", "sourceContent", USER),
            constant("targettype", "targetType"),
            text("relationname", "relationName"),
            CREATOR,
            CREATED,
            EDITOR,
            EDITED,
        ],
        without: Without::Fine,
    },
    Spec {
        table: "content_relation",
        class: Class::Named("Content2ContentRelationEntity"),
        package: RELATIONS,
        id: "relationid",
        columns: &[
            to("targetcontentid", "targetContent", CONTENT),
            to("sourcecontentid", "sourceContent", CONTENT),
            constant("targettype", "targetType"),
            constant("sourcetype", "sourceType"),
            text("relationname", "relationName"),
            CREATOR,
            CREATED,
            EDITOR,
            EDITED,
        ],
        without: Without::Fine,
    },
    Spec {
        table: "bandana",
        class: Class::Named("ConfluenceBandanaRecord"),
        package: "com.atlassian.confluence.setup.bandana",
        id: "bandanaid",
        columns: &[text("bandanacontext", "context"), text("bandanakey", "key"), text("bandanavalue", "value")],
        without: Without::Fine,
    },
    // Its id is of three columns, which nothing needs.
    Spec {
        table: "os_propertyentry",
        class: Class::Named("BucketPropertySetItem"),
        package: "bucket.user.propertyset",
        id: "",
        columns: &[],
        without: Without::Fine,
    },
];

const RELATIONS: &str = "com.atlassian.confluence.internal.relations.dao";

/// The table of inline tasks, which Cloud's XML exports hold, too.
pub(super) const TASKS: &str = "AO_BAF3AA_AOINLINE_TASK";

/// The table of the totals of entities, which is read for nothing else.
pub(super) const COUNTS: &str = "space_export_counts";

/// Class, Java package and folder mark by the words of the column `contenttype`.
pub(super) fn content_class(word: &str) -> Option<(&'static str, &'static str)> {
    const CLASSES: [(&str, &str, &str); 10] = [
        ("PAGE", "Page", PAGES),
        ("BLOGPOST", "BlogPost", PAGES),
        ("COMMENT", "Comment", PAGES),
        ("ATTACHMENT", "Attachment", PAGES),
        ("DRAFT", "Draft", PAGES),
        // The XML form writes folders as pages, marked as folders. No folder in the CSV form was seen.
        (FOLDER, "Page", PAGES),
        ("CUSTOM", "CustomContentEntityObject", "com.atlassian.confluence.content"),
        ("SPACEDESCRIPTION", "SpaceDescription", "com.atlassian.confluence.spaces"),
        ("USERINFO", "PersonalInformation", "com.atlassian.confluence.user"),
        ("GLOBALDESCRIPTION", "GlobalDescription", "com.atlassian.confluence.setup.settings"),
    ];
    let found = CLASSES.iter().find(|(own, ..)| own.eq_ignore_ascii_case(word));
    found.map(|(_, class, package)| (*class, *package))
}

/// The word of the column `contenttype` for folders.
pub(super) const FOLDER: &str = "FOLDER";

const PAGES: &str = "com.atlassian.confluence.pages";

/// The table of this name, whatever its case.
pub(super) fn spec(table: &str) -> Option<&'static Spec> {
    TABLES.iter().find(|spec| spec.table.eq_ignore_ascii_case(table))
}
