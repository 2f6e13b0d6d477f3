//! What hangs on a page or blog post: comments, attachments, labels, restrictions, links.

use super::body;
use super::page::{Facts, Holder, body as body_object, body_id, facts};
use super::plan::{Plan, stamp};
use super::words;
use super::xml::{Class, Object};
use super::{Cluster, Writer};
use crate::model::Kind;

/// The ids of what hangs on a holder, for the collections that the legacy writer prints.
#[derive(Debug, Default)]
pub(super) struct Hung {
    comments: Vec<u64>,
    attachments: Vec<u64>,
    labellings: Vec<u64>,
    sets: Vec<u64>,
    properties: Vec<u64>,
    links: Vec<u64>,
}

impl Hung {
    pub(super) fn collections(&self, object: Object) -> Object {
        object
            .legacy("comments", "Set", Class::COMMENT, self.comments.iter().copied())
            .legacy("attachments", "Collection", Class::ATTACHMENT, self.attachments.iter().copied())
            .legacy("labellings", "Collection", Class::LABELLING, self.labellings.iter().copied())
            .legacy("contentPermissionSets", "Collection", Class::PERMISSION_SET, self.sets.iter().copied())
            .legacy("outgoingLinks", "Collection", Class::LINK, self.links.iter().copied())
            .collection("contentProperties", "Collection", Class::PROPERTY, self.properties.iter().copied())
    }
}

/// All that hangs on a holder.
pub(super) fn write(holder: &Holder<'_>, cluster: &mut Cluster) -> Hung {
    let mut hung = Hung::default();
    comments(holder, cluster, &mut hung);
    for attachment in holder.plan.attachments(holder.index) {
        hung.attachments.extend(super::attachment::write(holder, attachment, cluster));
    }
    labels(holder, cluster, &mut hung);
    if holder.is_page() && holder.plan.restricted(holder.index) {
        restrictions(holder, cluster, &mut hung);
    }
    let property = holder.id * 8;
    let share = body::uuid(&mut holder.plan.lot("share", holder.index));
    cluster.part(self::property(
        holder.plan.writer(),
        property,
        ("share-id", Some(&share), None),
        (holder.class, holder.id),
    ));
    hung.properties.push(property);
    if holder.index.is_multiple_of(3) {
        cluster.part(link(holder));
        hung.links.push(holder.id);
    }
    hung
}

/// A property of a content object: its name, and a string or a number. The newer writer prints its owner.
pub(super) fn property(
    writer: Writer,
    id: u64,
    (name, string, long): (&str, Option<&str>, Option<u64>),
    owner: (Class, u64),
) -> String {
    let object = Object::new(writer, Class::PROPERTY, id).text("name", name);
    let object = match string {
        Some(string) => object.text("stringValue", string),
        None => object.null("stringValue"),
    };
    let object = match long {
        Some(long) => object.bare("longValue", long),
        None => object.null("longValue"),
    };
    let object = object.null("dateValue");
    if writer == Writer::DataCenter83 { object.reference("content", owner.0, owner.1) } else { object }.end()
}

/// The file name of an attachment.
pub(super) fn file_name(plan: &Plan, attachment: u64) -> String {
    super::attachment::File::new(plan, attachment).name
}

fn marker(plan: &Plan, comment: u64) -> String {
    body::uuid(&mut plan.lot("marker", comment))
}

/// The role of a comment among those of its page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    Footer,
    Inline,
    /// Answers the comment before it.
    Reply,
    Trashed,
}

fn role(plan: &Plan, first: u64, comment: u64) -> Role {
    let role = |comment: u64| match plan.lot("role", comment).below(8) {
        0..=2 => Role::Inline,
        3 | 4 if comment > first => Role::Reply,
        _ if comment % 40 == 37 => Role::Trashed,
        _ => Role::Footer,
    };
    match role(comment) {
        Role::Reply if role(comment - 1) == Role::Trashed => Role::Footer,
        other => other,
    }
}

/// The markers that the text of a holder must carry.
pub(super) fn markers(holder: &Holder<'_>) -> Vec<String> {
    let range = holder.plan.comments(holder.index);
    let first = range.start;
    range
        .filter(|comment| role(holder.plan, first, *comment) == Role::Inline)
        .map(|comment| marker(holder.plan, comment))
        .collect()
}

fn comments(holder: &Holder<'_>, cluster: &mut Cluster, hung: &mut Hung) {
    let plan = holder.plan;
    let range = plan.comments(holder.index);
    let first = range.start;
    let versions = plan.versions(holder.index);
    let edited = holder.moment(versions.end - versions.start);
    for comment in range.clone() {
        let (id, role) = (plan.comment_id(comment), role(plan, first, comment));
        let mut lot = plan.lot("comment", comment);
        let author = plan.anyone(&mut lot).map(|one| one.key.as_str());
        let created = edited + (comment - first + 1) * 61_007;
        let status = if role == Role::Trashed { "deleted" } else { "current" };
        let said = Facts { title: None, number: 1, author, created, editor: author, edited: created, note: "", status };
        let mut object = facts(Object::new(plan.writer(), Class::COMMENT, id), &said)
            .reference("containerContent", holder.class, holder.id)
            .legacy("bodyContents", "Collection", Class::BODY, [body_id(id)]);
        if role == Role::Reply {
            object = object.reference("parent", Class::COMMENT, id - 1);
        }
        let answered = range.contains(&(comment + 1)) && self::role(plan, first, comment + 1) == Role::Reply;
        object = object.legacy("children", "Collection", Class::COMMENT, answered.then_some(id + 1));
        if role == Role::Inline {
            object = inline(object, plan, comment, cluster);
        }
        cluster.push(Kind::Comment, object.end());
        cluster.part(body_object(plan.writer(), Class::COMMENT, id, &body::comment(&mut lot), 2));
        hung.comments.push(id);
    }
}

fn inline(object: Object, plan: &Plan, comment: u64, cluster: &mut Cluster) -> Object {
    let id = plan.comment_id(comment);
    let marker = marker(plan, comment);
    let selection = words::phrase(&mut plan.lot("selection", comment));
    let state = if comment.is_multiple_of(6) { "resolved" } else { "open" };
    let properties = [
        ("inline-comment", "true"),
        ("inline-marker-ref", &marker),
        ("inline-original-selection", &selection),
        ("status", state),
    ];
    for (number, (name, value)) in (0_u64..).zip(properties) {
        let written = property(plan.writer(), id * 8 + number, (name, Some(value), None), (Class::COMMENT, id));
        // The words that were marked are an item; the others say what the comment is.
        if name == "inline-original-selection" { cluster.push(Kind::Property, written) } else { cluster.part(written) }
    }
    object.collection("contentProperties", "Collection", Class::PROPERTY, (0..4).map(|number| id * 8 + number))
}

/// The id of a label of this number. Behind the common ones come one of a space and one of a person.
pub(super) fn label_id(number: u64) -> u64 {
    622_593 + number
}

fn labels(holder: &Holder<'_>, cluster: &mut Cluster, hung: &mut Hung) {
    let number = holder.plan.labels(holder.index);
    for nth in 0..number {
        // 7 and the number of labels have no common divisor: no label comes twice on a page.
        let label = (holder.index * 5 + nth * 7) % words::LABEL_NAMES;
        let id = holder.id * 32 + nth;
        cluster.push(Kind::Label, labelling(holder.plan, id, label, (holder.class, holder.id), holder.moment(0)));
        hung.labellings.push(id);
    }
    // A personal label, which only its owner sees, on every home page.
    if holder.is_page() && holder.place.0 == 0 {
        let id = holder.id * 32 + 31;
        cluster.part(labelling(holder.plan, id, words::LABEL_NAMES + 1, (holder.class, holder.id), holder.moment(0)));
        hung.labellings.push(id);
    }
}

/// A label on something.
pub(super) fn labelling(plan: &Plan, id: u64, label: u64, on: (Class, u64), at: u64) -> String {
    Object::new(plan.writer(), Class::LABELLING, id)
        .reference("label", Class::LABEL, label_id(label))
        .reference("content", on.0, on.1)
        .user_reference("owningUser", plan.people.first().map(|one| one.key.as_str()))
        .bare("creationDate", stamp(at))
        .bare("lastModificationDate", stamp(at))
        .bare("labelableId", on.1)
        .text("labelableType", "CONTENT")
        .end()
}

fn restrictions(holder: &Holder<'_>, cluster: &mut Cluster, hung: &mut Hung) {
    let plan = holder.plan;
    let at = stamp(holder.moment(0));
    let mut lot = plan.lot("restriction", holder.index);
    let (user, team) = (lot.pick(&plan.people).map(|one| one.key.as_str()), holder.space.team());
    let mut subjects = vec![("View", user, None), ("View", None, Some(team.as_str()))];
    if lot.below(2) == 0 {
        subjects.push(("Edit", user, None));
    }
    for (number, kind) in [(0, "View"), (1, "Edit")] {
        let set = holder.id * 2 + number;
        let mut members = Vec::new();
        for (nth, (_, user, group)) in (0_u64..).zip(&subjects).filter(|(_, (of, ..))| *of == kind) {
            let id = holder.id * 4 + nth;
            let object = Object::new(plan.writer(), Class::PERMISSION, id)
                .text("type", kind)
                .user_reference("userSubject", *user);
            let object = match group {
                Some(group) => object.text("groupName", group),
                None => object.null("groupName"),
            };
            let object = object
                .reference("owningSet", Class::PERMISSION_SET, set)
                .user_reference("creator", user.or_else(|| plan.people.first().map(|one| one.key.as_str())))
                .bare("creationDate", &at)
                .bare("lastModificationDate", &at);
            cluster.push(Kind::Restriction, object.end());
            members.push(id);
        }
        if members.is_empty() {
            continue;
        }
        let object = Object::new(plan.writer(), Class::PERMISSION_SET, set)
            .text("type", kind)
            .legacy("contentPermissions", "SortedSet", Class::PERMISSION, members)
            .reference("owningContent", holder.class, holder.id)
            .bare("creationDate", &at)
            .bare("lastModificationDate", &at);
        cluster.part(object.end());
        hung.sets.push(set);
    }
}

fn link(holder: &Holder<'_>) -> String {
    let at = stamp(holder.moment(0));
    Object::new(holder.plan.writer(), Class::LINK, holder.id)
        .text("destinationPageTitle", "//wiki.example.com/x/runbooks")
        .text("lowerDestinationPageTitle", "//wiki.example.com/x/runbooks")
        .text("destinationSpaceKey", "https")
        .text("lowerDestinationSpaceKey", "https")
        .reference("sourceContent", holder.class, holder.id)
        .bare("creationDate", &at)
        .bare("lastModificationDate", &at)
        .end()
}
