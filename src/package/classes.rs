//! Which Java package a class of the export belongs to: what a writer needs and the raw objects' references don't carry.

/// The Java package of a class, by its simple name, as real exports have it.
pub(super) fn package_of(class: &str) -> &'static str {
    match class {
        "SpacePermission" | "ContentPermission" | "ContentPermissionSet" => "com.atlassian.confluence.security",
        "BodyContent" | "VersionHistory" | "ContentEntityObject" => "com.atlassian.confluence.core",
        "OutgoingLink" | "ReferralLink" => "com.atlassian.confluence.links",
        "ContentProperty" | "CustomContentEntityObject" => "com.atlassian.confluence.content",
        "Page" | "BlogPost" | "Comment" | "Attachment" | "Draft" => "com.atlassian.confluence.pages",
        "PageTemplate" => "com.atlassian.confluence.pages.templates",
        "ConfluenceBandanaRecord" => "com.atlassian.confluence.setup.bandana",
        "BucketPropertySetItem" => "bucket.user.propertyset",
        "ConfluenceUserImpl" | "PersonalInformation" => "com.atlassian.confluence.user",
        "Space" | "SpaceDescription" | "SpaceStatus" => "com.atlassian.confluence.spaces",
        "Label" | "Labelling" => "com.atlassian.confluence.labels",
        "Notification" => "com.atlassian.confluence.mail.notification",
        "LikeEntity" => "com.atlassian.confluence.like",
        "GlobalDescription" => "com.atlassian.confluence.setup.settings",
        "User2ContentRelationEntity" | "Content2ContentRelationEntity" => {
            "com.atlassian.confluence.internal.relations.dao"
        }
        "RelatableEntityTypeEnum" => "com.atlassian.confluence.internal.relations",
        "ContentTypeEnum" => "com.atlassian.confluence.search.service",
        "InternalUser" | "InternalUserAttribute" => "com.atlassian.crowd.model.user",
        "InternalGroup" | "InternalGroupAttribute" | "GroupType" => "com.atlassian.crowd.model.group",
        "HibernateMembership" => "com.atlassian.crowd.embedded.hibernate2",
        "DirectoryImpl" => "com.atlassian.crowd.model.directory",
        "ApplicationImpl" | "DirectoryMapping" | "ApplicationType" => "com.atlassian.crowd.model.application",
        "OperationType" | "DirectoryType" => "com.atlassian.crowd.embedded.api",
        "DefaultHibernateUser" | "DefaultHibernateGroup" => "com.atlassian.user.impl.hibernate",
        _ => "com.atlassian.confluence",
    }
}

/// The enum of a property, by the class that has it.
pub(super) fn enum_of(class: &str, property: &str) -> &'static str {
    match (class, property) {
        ("Space", _) => "SpaceStatus",
        ("InternalGroup", _) => "GroupType",
        ("Notification", _) => "ContentTypeEnum",
        ("DirectoryImpl", "type") => "DirectoryType",
        ("ApplicationImpl", "type") => "ApplicationType",
        (_, "allowedOperations") => "OperationType",
        _ => "RelatableEntityTypeEnum",
    }
}
