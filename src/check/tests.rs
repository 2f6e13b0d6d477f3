//! Every check on readings of a few items, built by hand.

mod asking;
mod drift;
mod form;
mod near;

use std::collections::BTreeMap;

use super::*;
use crate::model::{
    Account, Answer, Aside, BODY_DIGEST_RULES, CONTENT_CHECKS, Damage, Descriptor, Digest, Discrepancy, Field, Hop,
    Item, Key, Kind, Ledger, Probe, Severity, Subject, Value,
};
use crate::reading::{Alignment, Claim, Coverage, Gathering, Header, Inventory, Manifest, Observation};
use crate::runs::Budget;

type Fields = BTreeMap<Field, Option<Value>>;

/// The rules of normal forms on the other sides.
const NORMAL: &str = "normal/1";

/// The three sides of a drill.
#[derive(Clone)]
struct Sides {
    scope: Scope,
    manifest: Vec<Item>,
    archive: Vec<Item>,
    copy: Option<Vec<Item>>,
    not_read: Vec<Kind>,
    damage: Vec<Damage>,
    ledger: Ledger,
    descriptor: Descriptor,
    whole: bool,
    made: Option<String>,
    /// When the sides were read.
    read_at: &'static str,
    texts: &'static str,
    /// The rules of normal forms on the side of the manifest.
    normal: Option<&'static str>,
    /// What the copy answers to those who ask it.
    answers: fn(&Probe) -> Option<Answer>,
    /// Whether the disk that the copy's items lie on fails before the check runs.
    spoiled: bool,
}

impl Sides {
    /// The same items on all sides.
    fn same(items: Vec<Item>) -> Self {
        let account = Account { lexed: 3, mapped: 2, ignored: 1, damaged: 0 };
        Self {
            scope: Scope::Spaces(vec!["OPS".into()]),
            manifest: items.clone(),
            archive: items.clone(),
            copy: Some(items),
            not_read: Vec::new(),
            damage: Vec::new(),
            ledger: Ledger { classes: BTreeMap::from([("Page".into(), account)]), entries: 2, entries_of: 2, bytes: 9 },
            descriptor: Descriptor::default(),
            whole: true,
            made: None,
            read_at: "",
            texts: BODY_DIGEST_RULES,
            normal: Some(NORMAL),
            answers: |_| None,
            spoiled: false,
        }
    }

    fn examine(&self, check: &dyn Check) -> Outcome {
        self.try_to_examine(check).unwrap()
    }

    fn try_to_examine(&self, check: &dyn Check) -> Result<Outcome, ReadError> {
        let coverage = |left_out: &[Kind]| {
            let told =
                |kind: Kind| if left_out.contains(&kind) { Coverage::NotRead("403".into()) } else { Coverage::Read };
            Kind::ALL.into_iter().map(|kind| (kind, told(kind))).collect()
        };
        let header = |left_out: &[Kind], texts: &str| Header {
            origin: "test".into(),
            began: self.read_at.to_owned(),
            ended: self.read_at.to_owned(),
            product: None,
            scope: self.scope.clone(),
            coverage: coverage(left_out),
            blind_spots: Vec::new(),
            texts: texts.into(),
            normal: Some(NORMAL.to_owned()),
            capture: None,
        };
        let claimed = Header { normal: self.normal.map(str::to_owned), ..header(&[], BODY_DIGEST_RULES) };
        let reading = |header, items: &[Item]| {
            // The disk is there to be taken away.
            let budget = if self.spoiled { Budget::new(1) } else { Budget::of_reading() };
            let mut gathering = Gathering::new(&budget);
            items.iter().for_each(|item| gathering.push(item));
            gathering.finish(header).unwrap()
        };
        let manifest = Manifest { reading: reading(claimed, &self.manifest), claim: Claim::Source, bound_to: None };
        let inventory = Inventory {
            reading: reading(header(&[], BODY_DIGEST_RULES), &self.archive),
            damage: self.damage.clone(),
            ledger: self.ledger.clone(),
            descriptor: self.descriptor.clone(),
            writer: "test".into(),
            made: self.made.clone(),
            whole: self.whole,
            accounts: BTreeMap::new(),
        };
        let observation =
            self.copy.as_ref().map(|items| Observation { reading: reading(header(&self.not_read, self.texts), items) });
        let alignment = Alignment::new(&manifest, &inventory, observation.as_ref()).unwrap();
        let mut exhibits = Exhibits::new(alignment).unwrap();
        let asked = check.probes(&exhibits)?;
        exhibits.answers.all =
            asked.into_iter().filter_map(|probe| Some(((self.answers)(&probe)?, probe))).map(|(a, p)| (p, a)).collect();
        if let Some(observation) = observation.as_ref().filter(|_| self.spoiled) {
            observation.reading.spoil();
        }
        check.examine(&exhibits)
    }

    fn run(&self, name: &str) -> Outcome {
        self.examine(by_name(name).unwrap().as_ref())
    }

    /// Removes an item from the archive and the copy, or from the copy alone.
    fn lose(mut self, key: &[&str], hop: Hop) -> Self {
        let key = Key::new(key.iter().copied());
        let keep = |item: &Item| !item.key.segments().starts_with(key.segments());
        self.copy.as_mut().unwrap().retain(keep);
        if hop == Hop::Export {
            self.archive.retain(keep);
        }
        self
    }

    fn edit(mut self, sides: &str, key: &[&str], field: Field, value: Option<Option<Value>>) -> Self {
        let key = Key::new(key.iter().copied());
        let Self { manifest, archive, copy, .. } = &mut self;
        let lists = [(manifest, 'm'), (archive, 'a'), (copy.as_mut().unwrap(), 'c')];
        for (items, _) in lists.into_iter().filter(|(_, letter)| sides.contains(*letter)) {
            for item in items.iter_mut().filter(|item| item.key == key) {
                match &value {
                    Some(value) => item.fields.insert(field, value.clone()),
                    None => item.fields.remove(&field),
                };
            }
        }
        self
    }
}

fn item(kind: Kind, key: &[&str], fields: &[(Field, Option<Value>)]) -> Item {
    let fields: Fields = fields.iter().cloned().collect();
    let id = kind.is_content().then(|| {
        let hex: String = Digest::of(key.join("/")).hex().chars().take(8).collect();
        u64::from_str_radix(&hex, 16).unwrap()
    });
    Item { kind, key: Key::new(key.iter().copied()), id, aside: None, fields }
}

fn page(title: &str, parent: Option<&str>, body: &str) -> Item {
    let parent = parent.map(|title| Value::Key(Key::new(["page", "OPS", title])));
    let body = Some(Value::from(Digest::of(body).as_str()));
    let number = Some(Value::Number(2));
    let fields =
        [(Field::Title, Some(title.into())), (Field::Parent, parent), (Field::Body, body), (Field::Number, number)];
    item(Kind::Page, &["page", "OPS", title], &fields)
}

fn text(text: &str) -> Option<Value> {
    Some(Value::from(text))
}

fn digest(of: &str) -> Option<Value> {
    text(Digest::of(of).as_str())
}

/// A space with everything in it once, on a page of its own.
fn site() -> Vec<Item> {
    let on = |kind, tail: &[&str], fields: &[(Field, Option<Value>)]| {
        item(kind, &[&["page", "OPS", "Child"], tail].concat(), fields)
    };
    let file = [(Field::Title, text("a.png")), (Field::Digest, digest("png")), (Field::Bytes, Some(Value::Number(3)))];
    vec![
        item(Kind::Space, &["space", "OPS"], &[(Field::Title, text("Operations"))]),
        page("Home", None, "home"),
        page("Child", Some("Home"), "child"),
        item(
            Kind::BlogPost,
            &["blog-post", "OPS", "2026-01-01", "News"],
            &[(Field::Title, text("News")), (Field::Body, digest("news")), (Field::Number, Some(Value::Number(1)))],
        ),
        on(Kind::Comment, &["comment", "eve", "2026-01-01 00:00:00.000", "d"], &[(Field::Body, text("d"))]),
        on(Kind::Attachment, &["attachment", "a.png"], &file),
        on(Kind::Version, &["attachment", "a.png", "version", "000001"], &file[1..]),
        on(
            Kind::Version,
            &["version", "000001"],
            &[(Field::Number, Some(Value::Number(1))), (Field::Body, digest("old"))],
        ),
        on(Kind::Label, &["label", "global:x"], &[]),
        on(Kind::Restriction, &["restriction", "read", "user", "eve"], &[]),
        item(Kind::Permission, &["space", "OPS", "permission", "VIEWSPACE", "group", "staff"], &[]),
        item(
            Kind::Template,
            &["template", "OPS", "Minutes"],
            &[(Field::Title, text("Minutes")), (Field::Body, digest("t"))],
        ),
        item(Kind::User, &["user", "eve"], &[(Field::Title, text("Eve"))]),
        item(Kind::Group, &["group", "staff"], &[]),
        item(Kind::Membership, &["group", "staff", "member", "eve"], &[]),
    ]
}

fn codes(outcome: &Outcome) -> Vec<(String, Hop)> {
    outcome.findings.iter().map(|finding| (finding.code.to_string(), finding.hop)).collect()
}

/// One key that each content check answers for alone.
const OWN: [(&str, &[&str]); 12] = [
    ("spaces", &["space", "OPS"]),
    ("page-tree", &["page", "OPS", "Child"]),
    ("blog-posts", &["blog-post", "OPS", "2026-01-01", "News"]),
    ("comments", &["page", "OPS", "Child", "comment"]),
    ("attachments", &["page", "OPS", "Child", "attachment", "a.png"]),
    ("attachments", &["page", "OPS", "Child", "attachment", "a.png", "version"]),
    ("history", &["page", "OPS", "Child", "version"]),
    ("labels", &["page", "OPS", "Child", "label"]),
    ("restrictions", &["page", "OPS", "Child", "restriction"]),
    ("permissions", &["space", "OPS", "permission"]),
    ("users", &["user", "eve"]),
    ("templates", &["template", "OPS", "Minutes"]),
];

#[test]
fn the_registry_names_every_check_and_explains_it() {
    assert_eq!(ALL.first(), Some(&"integrity"));
    assert_eq!(ALL.get(1..), Some(&CONTENT_CHECKS[..]));
    for name in ALL.iter().chain(ASKING) {
        assert_eq!(by_name(name).unwrap().name(), *name);
        let text = explain(name).unwrap();
        assert_eq!(by_name(name).unwrap().asks(), ASKING.contains(name), "{name}");
        assert!(text.contains("Can't see") && text.contains("A failure") && !text.starts_with(' '), "{name}");
    }
    assert!(by_name("nonsense").is_none() && explain("nonsense").is_none());
    assert!(applicable("users", &Scope::Spaces(Vec::new())).is_err() && applicable("users", &Scope::Site).is_ok());
}

#[test]
fn equal_sides_pass_every_check_and_all_is_examined() {
    for scope in [Scope::Site, Scope::Spaces(vec!["OPS".into()])] {
        let sides = Sides { scope, ..Sides::same(site()) };
        for name in ALL {
            let outcome = sides.run(name);
            assert_eq!(outcome.findings, [], "{name}");
            assert_eq!(outcome.unread, None, "{name}");
            assert!(outcome.tally.of > 0 && outcome.tally.examined == outcome.tally.of, "{name}: {:?}", outcome.tally);
        }
    }
}

#[test]
fn what_is_lost_is_one_finding_with_its_hop() {
    for (check, key) in OWN {
        for hop in [Hop::Export, Hop::Restore] {
            let outcome = Sides::same(site()).lose(key, hop).run(check);
            assert_eq!(outcome.findings.first().unwrap().code.to_string(), format!("{check}/missing"), "{key:?}");
            assert!(
                outcome.findings.iter().all(|finding| finding.hop == hop && finding.severity == Severity::Error),
                "{key:?}"
            );
            assert_eq!(outcome.unread, None);
        }
    }
}

#[test]
fn what_nobody_claimed_is_unexpected_and_the_archive_tells_who_brought_it() {
    for (check, key) in OWN {
        for (hop, in_archive) in [(Hop::Export, true), (Hop::Restore, false)] {
            let mut sides = Sides::same(site());
            let gone = |item: &Item| !item.key.segments().starts_with(Key::new(key.iter().copied()).segments());
            sides.manifest.retain(gone);
            if !in_archive {
                sides.archive.retain(gone);
            }
            let outcome = sides.run(check);
            assert!(codes(&outcome).contains(&(format!("{check}/unexpected"), hop)), "{key:?} {:?}", codes(&outcome));
        }
    }
}

#[test]
fn the_archive_decides_the_hop_of_a_difference() {
    let child = ["page", "OPS", "Child"];
    for (sides, hop) in [("c", Hop::Restore), ("ac", Hop::Export), ("m", Hop::Export)] {
        let outcome = Sides::same(site()).edit(sides, &child, Field::Body, Some(digest("cut"))).run("page-bodies");
        assert_eq!(codes(&outcome), [("page-bodies/differs".to_owned(), hop)], "{sides}");
    }
    let three = Sides::same(site()).edit("a", &child, Field::Body, Some(digest("1"))).edit(
        "c",
        &child,
        Field::Body,
        Some(digest("2")),
    );
    assert_eq!(codes(&three.run("page-bodies")), [("page-bodies/differs".to_owned(), Hop::Unknown)]);
    let blind = Sides::same(site()).edit("a", &child, Field::Body, None).edit("c", &child, Field::Body, Some(None));
    assert_eq!(codes(&blind.run("page-bodies")), [("page-bodies/differs".to_owned(), Hop::Unknown)]);
}

#[test]
fn two_swapped_bodies_are_two_findings() {
    let swapped = Sides::same(site()).edit("c", &["page", "OPS", "Child"], Field::Body, Some(digest("home"))).edit(
        "c",
        &["page", "OPS", "Home"],
        Field::Body,
        Some(digest("child")),
    );
    assert_eq!(swapped.run("page-bodies").findings.len(), 2);
    assert_eq!(swapped.run("page-tree").findings, []);
}

#[test]
fn a_lost_page_is_one_finding_and_what_hung_on_it_is_told_once_with_its_number() {
    let sides = Sides::same(site()).lose(&["page", "OPS", "Child"], Hop::Restore);
    assert_eq!(codes(&sides.run("page-tree")), [("page-tree/missing".to_owned(), Hop::Restore)]);
    let bodies = sides.run("page-bodies");
    assert_eq!((bodies.findings.len(), bodies.tally.of), (0, 1));
    assert_eq!(bodies.uncompared.first().unwrap().see.as_deref(), Some("page-tree"));
    for (check, number) in [
        ("comments", "1 comment "),
        ("labels", "1 label "),
        ("history", "1 version "),
        ("restrictions", "1 restriction "),
    ] {
        let outcome = sides.run(check);
        assert_eq!(codes(&outcome), [(format!("{check}/missing-with-page"), Hop::Restore)]);
        let Discrepancy::Many { message, .. } = &outcome.findings[0].discrepancy else { panic!() };
        assert!(message.starts_with(number) && message.contains("1 page "), "{message}");
    }
    let Discrepancy::Many { message, .. } = &sides.run("attachments").findings[0].discrepancy.clone() else { panic!() };
    assert!(message.starts_with("1 attachment and 1 version went with 1 page"), "{message}");
}

#[test]
fn a_lost_parent_does_not_make_its_children_findings_and_a_lost_space_not_its_pages() {
    let mut sides = Sides::same(site()).edit("ac", &["page", "OPS", "Child"], Field::Parent, Some(None));
    assert_eq!(codes(&sides.run("page-tree")), [("page-tree/differs".to_owned(), Hop::Export)]);
    let home = Key::new(["page", "OPS", "Home"]);
    sides.copy.as_mut().unwrap().retain(|item| item.key != home);
    sides.archive.retain(|item| item.key != home);
    assert_eq!(codes(&sides.run("page-tree")), [("page-tree/missing".to_owned(), Hop::Export)]);
    let gone = Sides { copy: Some(Vec::new()), ..Sides::same(site()) };
    assert_eq!(codes(&gone.run("page-tree")), [("page-tree/missing-with-space".to_owned(), Hop::Restore)]);
    assert_eq!(codes(&gone.run("permissions")), [("permissions/missing-with-space".to_owned(), Hop::Restore)]);
}

#[test]
fn what_was_not_read_is_never_a_pass() {
    for name in CONTENT_CHECKS {
        let nothing = Sides { copy: None, ..Sides::same(site()) }.run(name);
        assert!(nothing.unread.is_some() && nothing.tally.examined == 0 && nothing.findings.is_empty(), "{name}");
        let refused = Sides { not_read: Kind::ALL.to_vec(), ..Sides::same(site()) }.run(name);
        assert!(refused.unread.unwrap().contains("403") && refused.findings.is_empty(), "{name}");
    }
}

#[test]
fn a_disk_that_fails_is_no_outcome() {
    let spoiled = Sides { spoiled: true, ..Sides::same(site()) };
    for name in CONTENT_CHECKS {
        assert!(spoiled.try_to_examine(by_name(name).unwrap().as_ref()).is_err(), "{name}");
    }
}

#[test]
fn a_core_field_that_is_not_shown_leaves_the_check_open_and_another_is_named() {
    let child = ["page", "OPS", "Child"];
    for (check, key, field) in [
        ("page-bodies", &child[..], Field::Body),
        ("page-tree", &child[..], Field::Parent),
        ("attachments", &["page", "OPS", "Child", "attachment", "a.png"][..], Field::Digest),
        ("history", &child[..], Field::Number),
    ] {
        for sides in ["c", "m"] {
            let outcome = Sides::same(site()).edit(sides, key, field, None).run(check);
            assert!(outcome.unread.is_some() && outcome.tally.examined < outcome.tally.of, "{check}");
        }
    }
    let outcome = Sides::same(site()).edit("ma", &child, Field::Author, Some(text("eve"))).run("page-tree");
    assert_eq!((outcome.unread, outcome.findings.len()), (None, 0));
    assert!(outcome.uncompared.iter().any(|left| left.what == "page field author" && left.number == 1));
    let other_rules = Sides { texts: "strict/2", ..Sides::same(site()) }.run("page-bodies");
    assert!(other_rules.unread.unwrap().contains("other rules"));
}

#[test]
fn a_comment_with_another_text_is_one_difference() {
    let mut sides = Sides::same(site());
    let comment = sides.copy.as_mut().unwrap().iter_mut().find(|item| item.kind == Kind::Comment).unwrap();
    comment.key = Key::new(["page", "OPS", "Child", "comment", "eve", "2026-01-01 00:00:00.000", "e"]);
    comment.fields.insert(Field::Body, text("e"));
    let outcome = sides.run("comments");
    assert_eq!(codes(&outcome), [("comments/differs".to_owned(), Hop::Restore)]);
    assert_eq!(outcome.tally.of, 1);
}

#[test]
fn a_discussion_that_was_closed_is_a_difference() {
    let comment = ["page", "OPS", "Child", "comment", "eve", "2026-01-01 00:00:00.000", "d"];
    let state =
        |sides: &str, word: &str, other: Sides| other.edit(sides, &comment, Field::Resolution, Some(text(word)));
    let outcome = state("c", "resolved", state("ma", "open", Sides::same(site()))).run("comments");
    assert_eq!(codes(&outcome), [("comments/differs".to_owned(), Hop::Restore)]);
    let outcome = state("ma", "open", Sides::same(site())).run("comments");
    assert!(outcome.findings.is_empty(), "a copy that shows no state differs in none");
    let left = |one: &crate::model::Uncompared| one.what.contains("resolution") && one.reason.contains("restored copy");
    assert!(outcome.uncompared.iter().any(left), "{:?}", outcome.uncompared);
}

#[test]
fn attachments_without_bytes_are_never_equal_unnoticed() {
    let file = ["page", "OPS", "Child", "attachment", "a.png"];
    let flipped = Sides::same(site()).edit("ac", &file, Field::Digest, Some(digest("pnG"))).edit(
        "ac",
        &file,
        Field::Bytes,
        Some(Some(Value::Number(4))),
    );
    assert_eq!(codes(&flipped.run("attachments")), [("attachments/differs".to_owned(), Hop::Export)]);
    let nowhere = Sides::same(site()).edit("mac", &file, Field::Digest, Some(None)).run("attachments");
    assert_eq!(nowhere.findings, []);
    assert!(nowhere.uncompared.iter().any(|left| left.see.as_deref() == Some("integrity")));
    let mut without = Sides::same(site()).edit("ac", &file, Field::Digest, Some(None));
    without.descriptor.properties.insert("backupAttachments".into(), "false".into());
    assert_eq!(codes(&without.run("attachments")), [("attachments/no-bytes".to_owned(), Hop::Export)]);
    let records =
        flipped.edit("c", &file, Field::Digest, None).examine(&Attachments { compare: Compare::Records, sample: None });
    assert!(records.uncompared.iter().any(|left| left.what == "attachment field digest"));
}

#[test]
fn asides_are_counted_by_reason_and_what_the_source_claims_is_never_set_aside() {
    let mut sides = Sides::same(site());
    for list in [&mut sides.manifest, &mut sides.archive] {
        let mut draft = page("Draft", None, "x");
        draft.aside = Some(Aside::Draft);
        list.push(draft);
    }
    let outcome = sides.run("page-tree");
    assert_eq!((outcome.findings.len(), outcome.tally.of), (0, 2));
    assert!(outcome.uncompared.iter().any(|left| left.number == 1 && left.reason == Aside::Draft.reason()));
    let mut orphaned = Sides { scope: Scope::Site, ..Sides::same(site()) };
    orphaned.archive.iter_mut().find(|item| item.key == Key::new(["page", "OPS", "Child"])).unwrap().aside =
        Some(Aside::Orphan);
    orphaned.copy.as_mut().unwrap().retain(|item| item.key != Key::new(["page", "OPS", "Child"]));
    // It is in the archive, and on nothing there: no restore can bring it back.
    assert_eq!(codes(&orphaned.run("page-tree")), [("page-tree/missing".to_owned(), Hop::Export)]);
}

#[test]
fn where_a_page_in_the_trash_stood_is_no_question() {
    let mut trashed = page("Old", None, "old");
    trashed.key = Key::new(["page", "OPS", "Old", "trashed"]);
    trashed.fields.insert(Field::Status, text("trashed"));
    let sides = Sides::same([site(), vec![trashed]].concat());
    let key = ["page", "OPS", "Old", "trashed"];
    let outcome = sides.clone().edit("c", &key, Field::Parent, None).run("page-tree");
    assert_eq!((outcome.unread, outcome.findings.len(), outcome.tally.of), (None, 0, 3));
    assert_eq!(
        codes(&sides.lose(&key, Hop::Restore).run("page-tree")),
        [("page-tree/missing".to_owned(), Hop::Restore)]
    );
}

#[test]
fn two_items_of_one_id_are_no_comparison() {
    let mut sides = Sides { scope: Scope::Site, ..Sides::same(site()) };
    let id = sides.manifest[1].id;
    sides.manifest[2].id = id;
    let outcome = sides.run("page-tree");
    assert!(outcome.unread.unwrap().contains("1 of 2 pages of the manifest"));
    assert_eq!(outcome.findings, []);
}

#[test]
fn integrity_tells_damage_and_nothing_inside_is_an_error() {
    assert_eq!(Sides::same(site()).run("integrity").tally, crate::model::Tally { examined: 5, of: 5 });
    assert_eq!(codes(&Sides::same(Vec::new()).run("integrity")), [("integrity/empty".to_owned(), Hop::Export)]);
    let cut = Sides { whole: false, ..Sides::same(site()) }.run("integrity");
    assert!(cut.unread.is_some());
    let mut lost = Sides::same(site());
    lost.ledger.classes.get_mut("Page").unwrap().lexed = 9;
    assert_eq!(codes(&lost.run("integrity")), [("integrity/unaccounted".to_owned(), Hop::Export)]);
    let mut damaged = Sides { whole: false, ..Sides::same(site()) };
    let subject = Subject {
        kind: Some(Kind::Page),
        key: Some(Key::new(["page", "OPS", "Child"])),
        title: vec!["Child".into()],
        ..Subject::default()
    };
    damaged.damage.push(Damage {
        what: "body-missing".into(),
        severity: Severity::Error,
        subject,
        message: "it has no text".into(),
        place: None,
        remedy: None,
    });
    let outcome = damaged.run("integrity");
    assert_eq!((codes(&outcome), outcome.unread), (vec![("integrity/body-missing".to_owned(), Hop::Export)], None));
    assert!(outcome.findings[0].subject.restricted, "the page is restricted, whether or not the reader knew");
}

#[test]
fn a_restricted_page_is_marked_in_every_finding_about_it() {
    let sides = Sides::same(site()).lose(&["page", "OPS", "Child", "restriction"], Hop::Export);
    let finding = &sides.run("restrictions").findings[0];
    assert!(finding.subject.restricted && finding.remedy.as_ref().unwrap().contains("open to more people"));
    for (check, key) in OWN.into_iter().filter(|(_, key)| key.contains(&"Child")) {
        let outcome = Sides::same(site()).lose(key, Hop::Restore).run(check);
        assert!(
            outcome.findings.iter().all(|finding| finding.subject.restricted || finding.subject.key.is_none()),
            "{key:?}"
        );
    }
    let home = Value::Key(Key::new(["page", "OPS", "Child"]));
    let space = Sides::same(site()).edit("ma", &["space", "OPS"], Field::Homepage, Some(Some(home))).edit(
        "c",
        &["space", "OPS"],
        Field::Homepage,
        Some(None),
    );
    assert!(!format!("{:?}", space.run("spaces").findings).contains("Child"));
}

#[test]
fn content_that_is_matched_by_id_and_stands_elsewhere_is_a_finding() {
    let (mut here, there) = (site(), site());
    let mut moved = there;
    for item in &mut moved {
        if let Some(behind) = item.key.segments().strip_prefix(["page", "OPS", "Child"].map(String::from).as_slice())
            && matches!(item.kind, Kind::Comment | Kind::Attachment)
        {
            item.key = Key::new(["page", "OPS", "Home"]).with(behind.to_vec());
        }
    }
    here.retain(|item| item.kind != Kind::Version);
    moved.retain(|item| item.kind != Kind::Version);
    for (archive, hop) in [(moved.clone(), Hop::Export), (here.clone(), Hop::Restore)] {
        let sides = Sides { scope: Scope::Site, archive, copy: Some(moved.clone()), ..Sides::same(here.clone()) };
        for (check, word) in [("comments", "comment"), ("attachments", "attachment")] {
            let outcome = sides.run(check);
            assert!(!outcome.findings.is_empty(), "{word}");
            for finding in &outcome.findings {
                assert_eq!(finding.hop, hop);
                assert!(
                    matches!(finding.discrepancy, Discrepancy::Differs { field: Field::Holder, .. }),
                    "{finding:?}"
                );
            }
        }
    }
}

#[test]
fn what_the_archive_has_in_the_trash_alone_was_lost_by_the_export() {
    let mut sides = Sides::same(site());
    let comment = |item: &Item| item.kind == Kind::Comment;
    sides.archive.iter_mut().filter(|item| comment(item)).for_each(|item| item.aside = Some(Aside::Trashed));
    sides.copy.as_mut().unwrap().retain(|item| !comment(item));
    let outcome = sides.run("comments");
    assert!(!outcome.findings.is_empty());
    assert!(outcome.findings.iter().all(|finding| finding.hop == Hop::Export), "{:?}", outcome.findings);
}

#[test]
fn what_the_copy_does_not_show_is_held_against_the_archive() {
    let key = ["user", "eve"];
    let shown = |active| Some(Some(Value::Flag(active)));
    let sides = Sides { scope: Scope::Site, ..Sides::same(site()) }.edit("m", &key, Field::Active, shown(true));
    assert_eq!(codes(&sides.clone().edit("a", &key, Field::Active, shown(true)).run("users")), []);
    let outcome = sides.edit("a", &key, Field::Active, shown(false)).run("users");
    assert_eq!(codes(&outcome), [("users/differs".to_owned(), Hop::Export)]);
}

#[test]
fn what_nobody_claimed_and_the_copy_shows_as_live_is_unexpected_whatever_the_archive_calls_it() {
    let mut sides = Sides::same(site());
    let comment = |item: &Item| item.kind == Kind::Comment;
    sides.archive.iter_mut().filter(|item| comment(item)).for_each(|item| item.aside = Some(Aside::Trashed));
    sides.manifest.retain(|item| !comment(item));
    let outcome = sides.run("comments");
    assert!(!outcome.findings.is_empty());
    assert!(outcome.findings.iter().all(|finding| finding.code.what.starts_with("unexpected")), "{outcome:?}");
}
