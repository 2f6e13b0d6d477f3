//! Pages and blog posts with their older versions, and what lies beside the tree: drafts, archived and trashed pages.

use super::body::{self, Refers};
use super::hang;
use super::plan::{Plan, Space, stamp};
use super::words;
use super::xml::{Class, Object};
use super::{Cluster, Writer};
use crate::model::{Kind, Lot};

/// Bytes of the tail of texts: the shortest addition, the longest text that was seen, and how many doublings lead there.
const SHORTEST: u64 = 1_000;
const LONGEST: u64 = 350_000;
const LONGEST_DOUBLINGS: u32 = 9;

/// One page or blog post, and where it stands.
#[derive(Debug)]
pub(super) struct Holder<'a> {
    pub plan: &'a Plan,
    pub space: &'a Space,
    /// Its place in the row of all holders: pages first, then blog posts.
    pub index: u64,
    pub id: u64,
    pub class: Class,
    pub title: String,
    /// Its place within its space, and of how many.
    pub place: (u64, u64),
}

impl<'a> Holder<'a> {
    /// The holder of this place.
    pub(super) fn new(plan: &'a Plan, index: u64) -> Option<Self> {
        let pages = u64::from(plan.sample.pages);
        let id = plan.holder_id(index);
        if index < pages {
            let space = plan.space_of_page(index)?;
            let place = (index - space.pages.start, space.pages.end - space.pages.start);
            return Some(Self {
                plan,
                space,
                index,
                id,
                class: Class::PAGE,
                title: words::title(&space.name, place.0),
                place,
            });
        }
        let post = index - pages;
        let space = plan.space_of_post(post)?;
        let place = (post - space.posts.start, space.posts.end - space.posts.start);
        Some(Self { plan, space, index, id, class: Class::BLOG_POST, title: words::news(post), place })
    }

    pub(super) fn is_page(&self) -> bool {
        self.class.0 == "Page"
    }

    /// When the version of this number was made, from 0.
    pub(super) fn moment(&self, version: u64) -> u64 {
        self.plan.moment(self.index, self.place, version)
    }

    /// The key of the user who made a version of this number, from 0.
    fn hand(&self, version: u64) -> Option<&'a str> {
        let mut lot = Lot::new(self.plan.sample.seed ^ version, "hand", self.index);
        self.plan.anyone(&mut lot).map(|person| person.key.as_str())
    }

    fn text(&self, version: u64, newest: bool) -> String {
        let mut lot = Lot::new(self.plan.sample.seed ^ (version << 32), "text", self.index);
        // One page in forty only holds its children.
        if self.is_page() && self.index % 40 == 23 {
            return String::new();
        }
        let pages = self.space.pages.end - self.space.pages.start;
        let linked: Vec<u64> = (0..lot.below(3)).map(|_| lot.below(pages)).collect();
        let refers = Refers {
            pages: linked.iter().map(|place| words::title(&self.space.name, *place)).collect(),
            user: self.hand(version),
            file: self
                .plan
                .attachments(self.index)
                .next()
                .filter(|_| newest)
                .map(|one| hang::file_name(self.plan, one)),
            markers: if newest { hang::markers(self) } else { Vec::new() },
        };
        let mut text = body::page(&mut lot, &refers, version + 1);
        if self.plan.sample.long_texts {
            body::lengthen(&mut text, &mut lot, self.extra());
        }
        text
    }

    /// Bytes by which its texts are longer than a short page: the same for all its versions. Each doubling is half as frequent.
    fn extra(&self) -> usize {
        let mut lot = self.plan.lot("length", self.index);
        let doublings = lot.draw().trailing_zeros().min(LONGEST_DOUBLINGS);
        if doublings == 0 {
            return 0;
        }
        let most = SHORTEST << doublings;
        (most / 2 + lot.below(most / 2)).min(LONGEST) as usize
    }
}

/// The id of the body of a content object. Bodies have a number space of their own.
pub(super) fn body_id(content: u64) -> u64 {
    content + 1_310_720
}

/// The body of a content object.
pub(super) fn body(writer: Writer, class: Class, content: u64, text: &str, body_type: u8) -> String {
    Object::new(writer, Class::BODY, body_id(content))
        .long_text("body", text)
        .reference("content", class, content)
        .bare("bodyType", body_type)
        .end()
}

/// Title, version and dates, as all content objects have them.
pub(super) struct Facts<'a> {
    pub title: Option<&'a str>,
    pub number: u64,
    pub author: Option<&'a str>,
    pub created: u64,
    pub editor: Option<&'a str>,
    pub edited: u64,
    pub note: &'a str,
    pub status: &'a str,
}

/// Writes the facts of a content object.
pub(super) fn facts(object: Object, facts: &Facts<'_>) -> Object {
    let object = object.bare("hibernateVersion", facts.number * 3 + 1);
    let object = match facts.title {
        Some(title) => object.text("title", title).text("lowerTitle", &title.to_lowercase()),
        None => object.null("title").null("lowerTitle"),
    };
    object
        .bare("version", facts.number)
        .user_reference("creator", facts.author)
        .bare("creationDate", stamp(facts.created))
        .user_reference("lastModifier", facts.editor)
        .bare("lastModificationDate", stamp(facts.edited))
        .text("versionComment", facts.note)
        .text("contentStatus", facts.status)
}

/// A live page or blog post with its older versions and all that hangs on it.
pub(super) fn write(holder: &Holder<'_>, cluster: &mut Cluster) {
    let plan = holder.plan;
    let versions = plan.versions(holder.index);
    let newest = versions.end - versions.start;
    let text = holder.text(newest, true);
    let mut lot = plan.lot("note", holder.index);
    let mut object = Object::new(plan.writer(), holder.class, holder.id);
    if holder.is_page() {
        object = tree(object, holder);
    }
    object = object.reference("space", Class::SPACE, holder.space.id);
    object = facts(
        object,
        &Facts {
            title: Some(&holder.title),
            number: newest + 1,
            author: holder.hand(0),
            created: holder.moment(0),
            editor: holder.hand(newest),
            edited: holder.moment(newest),
            note: &note(&mut lot, newest),
            status: "current",
        },
    );
    let hung = hang::write(holder, cluster);
    object = object.legacy("bodyContents", "Collection", Class::BODY, [body_id(holder.id)]).legacy(
        "historicalVersions",
        "Collection",
        holder.class,
        versions.clone().map(|version| plan.version_id(version)),
    );
    object = hung.collections(object);
    cluster.push(if holder.is_page() { Kind::Page } else { Kind::BlogPost }, object.end());
    cluster.part(body(plan.writer(), holder.class, holder.id, &text, 2));
    for (number, version) in versions.enumerate() {
        older(holder, number as u64, plan.version_id(version), cluster);
    }
}

fn tree(object: Object, holder: &Holder<'_>) -> Object {
    let (plan, space) = (holder.plan, holder.space);
    let ids = |pages: Vec<u64>| pages.into_iter().map(|page| plan.holder_id(page)).collect::<Vec<_>>();
    let object = if holder.place.0.is_multiple_of(4) {
        object.bare("position", holder.place.0 % 3)
    } else {
        object.null("position")
    };
    let object = match Plan::parent(space, holder.index) {
        Some(parent) => object.reference("parent", Class::PAGE, plan.holder_id(parent)),
        None => object.null("parent"),
    };
    object.legacy("ancestors", "List", Class::PAGE, ids(Plan::ancestors(space, holder.index))).legacy(
        "children",
        "Collection",
        Class::PAGE,
        ids(Plan::children(space, holder.index).collect()),
    )
}

fn older(holder: &Holder<'_>, number: u64, id: u64, cluster: &mut Cluster) {
    let writer = holder.plan.writer();
    let mut lot = Lot::new(holder.plan.sample.seed ^ (number << 32), "older note", holder.index);
    // The first version sometimes had another title.
    let former = format!("{} (first draft)", holder.title);
    let title = if number == 0 && holder.index.is_multiple_of(5) { &former } else { &holder.title };
    let object = facts(
        Object::new(writer, holder.class, id),
        &Facts {
            title: Some(title),
            number: number + 1,
            author: holder.hand(0),
            created: holder.moment(0),
            editor: holder.hand(number),
            edited: holder.moment(number),
            note: &note(&mut lot, number),
            status: "current",
        },
    );
    let object = object.reference("originalVersion", holder.class, holder.id).legacy(
        "bodyContents",
        "Collection",
        Class::BODY,
        [body_id(id)],
    );
    cluster.push(Kind::Version, object.end());
    cluster.part(body(writer, holder.class, id, &holder.text(number, false), 2));
}

fn note(lot: &mut Lot, version: u64) -> String {
    if version > 0 && lot.below(3) == 0 {
        format!("{} – see “{}”", words::phrase(lot), version)
    } else {
        String::new()
    }
}

/// What lies beside the tree: trashed pages (each with an older version), archived pages, drafts.
pub(super) fn extras(plan: &Plan) -> impl Iterator<Item = Cluster> + '_ {
    let sample = &plan.sample;
    let (trashed, archived) = (u64::from(sample.trashed), u64::from(sample.archived));
    let put_away = (0..trashed + archived).map(move |index| put_away(plan, index, index < trashed));
    put_away.chain((0..u64::from(sample.drafts)).map(move |index| draft(plan, index)))
}

fn space_of(plan: &Plan, index: u64) -> Option<&Space> {
    plan.spaces.get((index % plan.spaces.len().max(1) as u64) as usize)
}

fn put_away(plan: &Plan, index: u64, trashed: bool) -> Cluster {
    let mut cluster = Cluster::default();
    let Some(space) = space_of(plan, index) else { return cluster };
    let trash = u64::from(plan.sample.trashed);
    let (id, older) = if trashed {
        (plan.extra_id(2 * index), Some(plan.extra_id(2 * index + 1)))
    } else {
        (plan.extra_id(trash + index), None)
    };
    let status = if trashed { "deleted" } else { "archived" };
    let title = format!("Superseded {index}: {}", words::title(&space.name, index + 10));
    let mut lot = plan.lot(status, index);
    let (author, editor) =
        (plan.anyone(&mut lot).map(|one| one.key.as_str()), plan.anyone(&mut lot).map(|one| one.key.as_str()));
    let created = plan.moment(index, (index, trash + 40), 0);
    let newest = Facts {
        title: Some(&title),
        number: 1 + u64::from(trashed),
        author,
        created,
        editor,
        edited: created + 7_203_041,
        note: "",
        status,
    };
    let property = id * 8;
    let object = facts(Object::new(plan.writer(), Class::PAGE, id).null("position"), &newest)
        .reference("space", Class::SPACE, space.id)
        .legacy("bodyContents", "Collection", Class::BODY, [body_id(id)])
        .legacy("historicalVersions", "Collection", Class::PAGE, older)
        .collection("contentProperties", "Collection", Class::PROPERTY, trashed.then_some(property));
    cluster.push(Kind::Page, object.end());
    cluster.part(body(plan.writer(), Class::PAGE, id, &body::page(&mut lot, &Refers::default(), newest.number), 2));
    if trashed {
        let date = (created + 9_000_000).to_string();
        cluster.push(
            Kind::Property,
            hang::property(plan.writer(), property, ("trash-date", Some(&date), None), (Class::PAGE, id)),
        );
    }
    if let Some(older) = older {
        let first = Facts { number: 1, edited: created, editor: author, ..newest };
        let object = facts(Object::new(plan.writer(), Class::PAGE, older).null("position"), &first)
            .reference("originalVersion", Class::PAGE, id)
            .legacy("bodyContents", "Collection", Class::BODY, [body_id(older)]);
        cluster.push(Kind::Version, object.end());
        cluster.part(body(plan.writer(), Class::PAGE, older, &body::page(&mut lot, &Refers::default(), 1), 2));
    }
    cluster
}

/// Unpublished changes: of a new page or, by turns, of a live one.
fn draft(plan: &Plan, index: u64) -> Cluster {
    let mut cluster = Cluster::default();
    let Some(space) = space_of(plan, index) else { return cluster };
    let id = plan.extra_id(2 * u64::from(plan.sample.trashed) + u64::from(plan.sample.archived) + index);
    let mut lot = plan.lot("draft", index);
    let author = plan.anyone(&mut lot).map(|one| one.key.as_str());
    let created = plan.moment(index, (39, 40), 0);
    let title = if index.is_multiple_of(2) { words::title(&space.name, 0) } else { format!("Unfinished {index}") };
    let draft = Facts {
        title: Some(&title),
        number: 1,
        author,
        created,
        editor: author,
        edited: created + 61_003,
        note: "",
        status: "draft",
    };
    let mut object = facts(Object::new(plan.writer(), Class::PAGE, id).null("position"), &draft);
    object = if index.is_multiple_of(2) {
        object.reference("originalVersion", Class::PAGE, plan.holder_id(space.pages.start))
    } else {
        object.reference("space", Class::SPACE, space.id)
    };
    object = object.legacy("bodyContents", "Collection", Class::BODY, [body_id(id)]);
    cluster.push(Kind::Draft, object.end());
    cluster.part(body(plan.writer(), Class::PAGE, id, &body::page(&mut lot, &Refers::default(), 1), 2));
    cluster
}
