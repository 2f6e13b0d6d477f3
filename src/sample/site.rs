//! Spaces with their permissions and templates; users, groups and the rest of a site; the export descriptor.

use super::body;
use super::hang::{label_id, labelling};
use super::page::{Facts, body as body_object, body_id, facts};
use super::plan::{Plan, Space, even, stamp};
use super::words;
use super::xml::{Class, Object};
use super::{Cluster, SampleScope, Writer};
use crate::model::Kind;

const PERMISSIONS: [&str; 15] = [
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
];

/// What stands before the content in a site export: directory, groups, accounts and memberships.
pub(super) fn head(plan: &Plan) -> Cluster {
    let mut cluster = Cluster::default();
    if plan.sample.scope == SampleScope::Space {
        return cluster;
    }
    cluster.part(directory(plan));
    let mut groups = vec!["confluence-administrators".to_owned(), "confluence-users".to_owned()];
    groups.extend(plan.spaces.iter().map(Space::team));
    for (number, name) in (0_u64..).zip(&groups) {
        cluster.push(Kind::Group, group(plan, 229_377 + number, name));
    }
    let mut membership = 294_913;
    for (index, person) in (0_u64..).zip(&plan.people) {
        cluster.push(Kind::User, account(plan, index));
        let team = 2 + index % plan.spaces.len().max(1) as u64;
        for group in [Some(1), Some(team), (index == 0).then_some(0)].into_iter().flatten().filter(|_| person.active) {
            let object = Object::new(plan.writer(), Class::MEMBERSHIP, membership)
                .reference("parentGroup", Class::GROUP, 229_377 + group)
                .reference("userMember", Class::ACCOUNT, 163_841 + index);
            cluster.push(Kind::Membership, object.end());
            membership += 1;
        }
    }
    // Global permissions: of no space.
    for (number, kind) in
        (0_u64..).zip(["USECONFLUENCE", "CREATESPACE", "ADMINISTRATECONFLUENCE", "SYSTEMADMINISTRATOR"])
    {
        let group = if number == 0 { "confluence-users" } else { "confluence-administrators" };
        cluster.push(Kind::Permission, permission(plan, 557_057 + number, None, kind, &Grantee::Group(group)));
    }
    template(plan, None, 655_361, &mut cluster);
    cluster
}

/// What stands behind the content: labels and the map from keys to user names.
pub(super) fn tail(plan: &Plan) -> Cluster {
    let mut cluster = Cluster::default();
    let at = stamp(plan.moment(0, (0, 1), 0));
    let owner = plan.people.first().map(|one| one.key.as_str());
    let common = (0..words::LABEL_NAMES).map(|number| (words::label(number), "global", None));
    for (number, (name, namespace, owner)) in
        (0_u64..).zip(common.chain([("department", "team", None), ("favourite", "my", owner)]))
    {
        let object = Object::new(plan.writer(), Class::LABEL, label_id(number))
            .text("name", name)
            .user_reference("owningUser", owner)
            .text("namespace", namespace)
            .bare("creationDate", &at)
            .bare("lastModificationDate", &at);
        cluster.part(object.end());
    }
    for person in &plan.people {
        let object = Object::user(plan.writer(), &person.key)
            .text("name", &person.name)
            .text("lowerName", &person.name.to_lowercase())
            .text("email", &format!("{}@example.org", person.name));
        cluster.part(object.end());
    }
    cluster
}

/// A space without its content.
pub(super) fn space(plan: &Plan, space: &Space) -> Cluster {
    let mut cluster = Cluster::default();
    let granted = permissions(plan, space, &mut cluster);
    let templates = even(u64::from(plan.sample.templates), space.index, plan.spaces.len() as u64);
    for number in templates {
        template(plan, Some(space), 655_362 + 2 * number, &mut cluster);
    }
    let created = plan.moment(space.pages.start, (0, 1_000), 0);
    let owner = plan.people.first().map(|one| one.key.as_str());
    let object = Object::new(plan.writer(), Class::SPACE, space.id)
        .text("name", &space.name)
        .text("key", &space.key)
        .text("lowerKey", &space.key.to_lowercase())
        .reference("description", Class::SPACE_DESCRIPTION, space.description)
        .reference("homePage", Class::PAGE, plan.holder_id(space.pages.start))
        .legacy("permissions", "Collection", Class::SPACE_PERMISSION, granted)
        .user_reference("creator", owner)
        .bare("creationDate", stamp(created))
        .user_reference("lastModifier", owner)
        .bare("lastModificationDate", stamp(created))
        .bare("spaceType", if space.personal { "personal" } else { "global" })
        .constant("spaceStatus", Class("SpaceStatus", "com.atlassian.confluence.spaces"), "CURRENT");
    cluster.push(Kind::Space, object.end());
    let labelled = space.id * 32;
    let newest = Facts {
        title: None,
        number: 1,
        author: owner,
        created,
        editor: owner,
        edited: created,
        note: "",
        status: "current",
    };
    let object = facts(Object::new(plan.writer(), Class::SPACE_DESCRIPTION, space.description), &newest)
        .reference("space", Class::SPACE, space.id)
        .legacy("bodyContents", "Collection", Class::BODY, [body_id(space.description)])
        .legacy("labellings", "Collection", Class::LABELLING, [labelled]);
    cluster.part(object.end());
    let about = words::sentence(&mut plan.lot("about", space.index));
    cluster.part(body_object(plan.writer(), Class::SPACE_DESCRIPTION, space.description, &about, 0));
    let on = (Class::SPACE_DESCRIPTION, space.description);
    cluster.push(Kind::Label, labelling(plan, labelled, words::LABEL_NAMES, on, created));
    cluster
}

enum Grantee<'a> {
    Group(&'a str),
    User(&'a str),
    Anonymous,
}

fn permissions(plan: &Plan, space: &Space, cluster: &mut Cluster) -> Vec<u64> {
    let team = space.team();
    let mut grants: Vec<(&str, Grantee<'_>)> = PERMISSIONS.iter().map(|kind| (*kind, Grantee::Group(&team))).collect();
    let everyone = ["VIEWSPACE", "EDITSPACE", "COMMENT", "CREATEATTACHMENT", "REMOVEOWNCONTENT"];
    grants.extend(everyone.into_iter().map(|kind| (kind, Grantee::Group("confluence-users"))));
    let owner = plan.people.get((space.index as usize + 1) % plan.people.len().max(1));
    grants.extend(
        owner
            .into_iter()
            .flat_map(|owner| ["VIEWSPACE", "SETSPACEPERMISSIONS"].map(|kind| (kind, Grantee::User(&owner.key)))),
    );
    if space.index.is_multiple_of(2) && !space.personal {
        grants.push(("VIEWSPACE", Grantee::Anonymous));
    }
    let first = 557_089 + space.index * 32;
    for (number, (kind, grantee)) in (0_u64..).zip(&grants) {
        cluster.push(Kind::Permission, permission(plan, first + number, Some(space), kind, grantee));
    }
    (0..grants.len() as u64).map(|number| first + number).collect()
}

fn permission(plan: &Plan, id: u64, space: Option<&Space>, kind: &str, grantee: &Grantee<'_>) -> String {
    let object = Object::new(plan.writer(), Class::SPACE_PERMISSION, id);
    let object = match space {
        Some(space) => object.reference("space", Class::SPACE, space.id),
        None => object.null("space"),
    };
    let object = object.text("type", kind);
    let object = match grantee {
        Grantee::Group(group) => object.text("group", group).null("userSubject"),
        Grantee::User(key) => object.null("group").user_reference("userSubject", Some(key)),
        Grantee::Anonymous => object.null("group").null("userSubject"),
    };
    let at = stamp(plan.moment(0, (0, 1_000), 0));
    object.null("allUsersSubject").bare("creationDate", &at).bare("lastModificationDate", &at).end()
}

/// A template, and an older version of it, which no reading shows.
fn template(plan: &Plan, space: Option<&Space>, id: u64, cluster: &mut Cluster) {
    let mut lot = plan.lot("template", id);
    let (name, about) = (format!("Incident report {id} – \"{}\"", words::phrase(&mut lot)), words::sentence(&mut lot));
    let at = stamp(plan.moment(0, (0, 1_000), 0));
    for (id, version) in [(id, 2), (id + 1_000_000, 1)] {
        let object = Object::new(plan.writer(), Class::TEMPLATE, id)
            .bare("hibernateVersion", version)
            .text("name", &name)
            .text("description", if version == 2 { &about } else { "" })
            .null("pluginKey")
            .null("moduleKey")
            .long_text("content", &body::template(&mut lot));
        let object = match space {
            Some(space) => object.reference("space", Class::SPACE, space.id),
            None => object.null("space"),
        };
        let object = object
            .bare("version", version)
            .user_reference("creator", plan.people.first().map(|one| one.key.as_str()))
            .bare("creationDate", &at)
            .bare("lastModificationDate", &at)
            .bare("bodyType", 2);
        if version == 2 {
            cluster.push(Kind::Template, object.null("originalVersionPageTemplate").end());
        } else {
            cluster.part(object.reference("originalVersionPageTemplate", Class::TEMPLATE, id - 1_000_000).end());
        }
    }
}

fn directory(plan: &Plan) -> String {
    let at = stamp(plan.moment(0, (0, 1_000), 0));
    Object::new(plan.writer(), Class::DIRECTORY, 65_538)
        .text("name", "Confluence Internal Directory")
        .text("lowerName", "confluence internal directory")
        .bare("createdDate", &at)
        .bare("updatedDate", &at)
        .bare("active", true)
        .text("description", "Confluence default internal directory")
        .text("implementationClass", "com.atlassian.crowd.directory.InternalDirectory")
        .text("lowerImplementationClass", "com.atlassian.crowd.directory.internaldirectory")
        .constant("type", Class("DirectoryType", "com.atlassian.crowd.embedded.api"), "INTERNAL")
        .raw(
            "<collection name=\"allowedOperations\" class=\"java.util.Set\"><element enum-class=\"OperationType\" \
             package=\"com.atlassian.crowd.embedded.api\">CREATE_USER</element>\n</collection>\n<collection name=\"attributes\" \
             class=\"java.util.Map\"><element name=\"user_encryption_method\" type=\"string\"><![CDATA[atlassian-security]]></element>\n\
             </collection>\n",
        )
        .end()
}

fn group(plan: &Plan, id: u64, name: &str) -> String {
    let at = stamp(plan.moment(0, (0, 1_000), 0));
    Object::new(plan.writer(), Class::GROUP, id)
        .text("name", name)
        .text("lowerName", name)
        .bare("active", true)
        .bare("local", false)
        .bare("createdDate", &at)
        .bare("updatedDate", &at)
        .null("description")
        .constant("type", Class("GroupType", "com.atlassian.crowd.model.group"), "GROUP")
        .reference("directory", Class::DIRECTORY, 65_538)
        .end()
}

fn account(plan: &Plan, index: u64) -> String {
    let Some(person) = plan.people.get(index as usize) else { return String::new() };
    let at = stamp(plan.moment(0, (0, 1_000), 0));
    let mut object = Object::new(plan.writer(), Class::ACCOUNT, 163_841 + index)
        .text("name", &person.name)
        .text("lowerName", &person.name)
        .bare("active", person.active)
        .bare("createdDate", &at)
        .bare("updatedDate", &at);
    let display = format!("{} {}", person.first, person.last);
    let mail = format!("{}@example.org", person.name);
    for (name, lower, value) in [
        ("firstName", "lowerFirstName", person.first),
        ("lastName", "lowerLastName", &person.last),
        ("displayName", "lowerDisplayName", &display),
        ("emailAddress", "lowerEmailAddress", &mail),
    ] {
        object = object.text(name, value).text(lower, &value.to_lowercase());
    }
    object
        .null("externalId")
        .reference("directory", Class::DIRECTORY, 65_538)
        // The form of a password hash, and the hash of none.
        .raw(&format!(
            "<component name=\"credential\"><property name=\"credential\" type=\"string\"><![CDATA[{{PKCS5S2}}{}]]></property>\n</component>\n",
            "A".repeat(64)
        ))
        .end()
}

/// exportDescriptor.properties.
pub(super) fn descriptor(plan: &Plan) -> String {
    let sample = &plan.sample;
    let keys: Vec<&str> = plan.spaces.iter().map(|space| space.key.as_str()).collect();
    let (kind, least) = if sample.scope == SampleScope::Site { ("all", 6_169) } else { ("space", 4_517) };
    let mut lines = vec![
        Plan::exported().1,
        format!("buildNumber={least}"),
        "ao.data.version.com.atlassian.mywork.mywork-confluence-host-plugin=9.1.5".to_owned(),
        "ao.data.version.min.com.atlassian.confluence.plugins.confluence-space-ia=5.0".to_owned(),
        format!("exportType={kind}"),
        format!("createdByBuildNumber={}", if sample.writer == Writer::Server { 8_804 } else { 9_012 }),
    ];
    match (sample.scope, keys.as_slice()) {
        (SampleScope::Site, _) => {}
        (SampleScope::Space, [only]) => lines.push(format!("spaceKey={only}")),
        (SampleScope::Space, several) => lines.push(format!("spaceKeys={}", several.join(","))),
    }
    lines.push(format!("backupAttachments={}", sample.attachments > 0));
    lines.push("defaultUsersGroup=confluence-users".to_owned());
    lines.push("ao.data.list=com.atlassian.mywork.mywork-confluence-host-plugin, com.atlassian.confluence.plugins.confluence-space-ia".to_owned());
    lines.push(String::new());
    lines.join("\n")
}
