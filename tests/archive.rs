//! The archive reader on real packages: against the counts of an independent reader, and item by item against the dump of another.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that fails here says so by panicking")]

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use rehearsal::archive;
use rehearsal::model::{Field, Item, Kind, Severity, Value as Shown, wall_clock};
use rehearsal::reading::Inventory;
use serde_json::Value;

/// Where expected.json and this reader count differently, and both are right: package, number, ours, why.
const DIFFERENT: [(&str, &str, u64, &str); 4] = [
    (
        "site-2.10.zip",
        "size_differs",
        0,
        "an older version shares the file of the newest, so its recorded size is of bytes that are gone",
    ),
    ("site-4.0.zip", "size_differs", 0, "the same attachment after the upgrade"),
    ("site-5.1.zip", "size_differs", 0, "the same attachment after the next upgrade"),
    ("contentStatus", "dangling_references", 2, "the third is the parent of a draft, which needs none"),
];

struct Case {
    name: String,
    path: PathBuf,
    want: Value,
    inventory: Inventory,
}

/// All packages and fragments, each read once for all tests.
fn cases() -> &'static [Case] {
    static CASES: std::sync::OnceLock<Vec<Case>> = std::sync::OnceLock::new();
    CASES.get_or_init(read_all)
}

fn read_all() -> Vec<Case> {
    let Some(corpus) = common::corpus() else { return Vec::new() };
    let text = std::fs::read_to_string(corpus.join("expected.json")).unwrap();
    let all: Vec<Value> = serde_json::from_str(&text).unwrap();
    assert!(!all.is_empty());
    let cases = all.into_iter().map(|want| {
        let name = want["package"].as_str().unwrap().to_owned();
        let path = common::package(&corpus, &name);
        Case { inventory: read(&path), path, name, want }
    });
    cases.collect()
}

fn read(path: &Path) -> Inventory {
    archive::read(&common::backup(path), &common::context()).unwrap()
}

fn items(inventory: &Inventory, kind: Kind) -> Vec<Item> {
    inventory.reading.items(kind).collect::<Result<_, _>>().unwrap()
}

fn damages(inventory: &Inventory, what: &str) -> u64 {
    inventory.damage.iter().filter(|damage| damage.what == what).count() as u64
}

/// The number at the beginning of the messages of aggregated damage.
fn told(inventory: &Inventory, what: &str, without: &str) -> u64 {
    let all = inventory.damage.iter().filter(|damage| damage.what == what && !damage.message.contains(without));
    all.map(|damage| damage.message.split(' ').next().unwrap().replace(',', "").parse::<u64>().unwrap()).sum()
}

fn with_status(inventory: &Inventory, kind: Kind, status: &str) -> u64 {
    items(inventory, kind).iter().filter(|item| item.text(Field::Status) == Some(status)).count() as u64
}

/// Older versions by the kind of what they are versions of.
fn versions(inventory: &Inventory, of: &str) -> u64 {
    let holder = |item: &Item| {
        let segments = item.key.segments();
        let inner = segments.iter().find(|segment| matches!(segment.as_str(), "comment" | "attachment"));
        inner.or(segments.first()).cloned().unwrap_or_default()
    };
    items(inventory, Kind::Version).iter().filter(|item| holder(item) == of).count() as u64
}

/// Our numbers in the shape of expected.json.
fn counted(inventory: &Inventory) -> BTreeMap<String, u64> {
    let mut ours = BTreeMap::new();
    for (class, kind, word) in [
        ("Page", Kind::Page, "page"),
        ("BlogPost", Kind::BlogPost, "blog-post"),
        ("Comment", Kind::Comment, "comment"),
        ("Attachment", Kind::Attachment, "attachment"),
    ] {
        for status in ["current", "archived", "trashed"] {
            ours.insert(format!("{class}.{status}"), with_status(inventory, kind, status));
        }
        ours.insert(format!("{class}.older"), versions(inventory, word));
    }
    // Clashing versions make no item of their own.
    *ours.get_mut("Attachment.older").unwrap() += damages(inventory, "version-clash");
    ours.insert("drafts".to_owned(), items(inventory, Kind::Draft).len() as u64);
    let folders = items(inventory, Kind::Page)
        .iter()
        .filter(|item| item.fields[&Field::Folder] == Some(Shown::Flag(true)))
        .count();
    ours.insert("folders".to_owned(), folders as u64);
    ours.insert("file_missing".to_owned(), damages(inventory, "attachment-file-missing"));
    ours.insert("size_differs".to_owned(), damages(inventory, "attachment-size-differs"));
    ours.insert("files_unclaimed".to_owned(), damages(inventory, "file-unclaimed"));
    ours.insert("illegal_characters".to_owned(), told(inventory, "illegal-character", "\0"));
    ours.insert("duplicate_ids".to_owned(), told(inventory, "duplicate-id", "\0"));
    // expected.json looks at properties alone, not at members of collections.
    let dangling = told(inventory, "dangling-reference", "[]") + damages(inventory, "parent-missing");
    ours.insert("dangling_references".to_owned(), dangling);
    ours
}

fn wanted(want: &Value) -> BTreeMap<String, u64> {
    let number = |value: &Value| value.as_u64().unwrap_or_default();
    let mut numbers = BTreeMap::new();
    let mut drafts = number(&want["objects"]["Draft"]);
    for class in ["Page", "BlogPost", "Comment", "Attachment"] {
        let states = &want[class];
        for status in ["current", "archived", "trashed"] {
            numbers.insert(format!("{class}.{status}"), number(&states[status]));
        }
        numbers.insert(format!("{class}.older"), number(&states["historical"]) + number(&states["trashed_version"]));
        drafts += number(&states["draft"]);
    }
    numbers.insert("drafts".to_owned(), drafts);
    for name in ["folders", "illegal_characters", "duplicate_ids", "dangling_references"] {
        numbers.insert(name.to_owned(), number(&want[name]));
    }
    for name in ["file_missing", "size_differs", "files_unclaimed"] {
        numbers.insert(name.to_owned(), number(&want["attachments"][name]));
    }
    numbers
}

/// Objects of the CSV form by the table that they come from.
fn by_table(classes: &BTreeMap<String, u64>) -> BTreeMap<String, u64> {
    const TABLES: [(&str, &str); 18] = [
        ("BodyContent", "bodycontent"),
        ("Attachment", "content"),
        ("BlogPost", "content"),
        ("Comment", "content"),
        ("CustomContentEntityObject", "content"),
        ("Page", "content"),
        ("SpaceDescription", "content"),
        ("ConfluenceBandanaRecord", "bandana"),
        ("ConfluenceUserImpl", "user_mapping"),
        ("Content2ContentRelationEntity", "content_relation"),
        ("ContentProperty", "contentproperties"),
        ("Label", "label"),
        ("Labelling", "content_label"),
        ("Notification", "notifications"),
        ("OutgoingLink", "links"),
        ("PageTemplate", "pagetemplates"),
        ("SpacePermission", "spacepermissions"),
        ("User2ContentRelationEntity", "usercontent_relation"),
    ];
    let mut tables = BTreeMap::new();
    for (class, number) in classes {
        let table = TABLES.iter().find(|(own, _)| own == class).map(|(_, table)| *table);
        let table = table.or(class.strip_suffix(".csv")).unwrap_or(if class == "Space" { "spaces" } else { class });
        *tables.entry(table.to_owned()).or_default() += number;
    }
    tables
}

#[test]
fn every_package_has_the_counts_of_an_independent_reader() {
    let mut wrong = Vec::new();
    for Case { name, want, inventory, .. } in cases() {
        assert!(inventory.whole, "{name}");
        let classes: BTreeMap<String, u64> =
            inventory.ledger.classes.iter().map(|(class, account)| (class.clone(), account.lexed)).collect();
        if want.get("rows").is_some() {
            assert_eq!(
                by_table(&classes),
                serde_json::from_value(want["rows"].clone()).unwrap(),
                "{name}: rows by table"
            );
            assert_eq!(inventory.writer, "Cloud CSV writer");
        } else {
            let objects: BTreeMap<String, u64> = serde_json::from_value(want["objects"].clone()).unwrap();
            assert_eq!(classes, objects, "{name}: objects by class");
        }
        if let Some(descriptor) = want.get("descriptor") {
            assert_eq!(&serde_json::to_value(&inventory.descriptor.properties).unwrap(), descriptor, "{name}");
        }
        let ours = counted(inventory);
        for (number, mut wanted) in wanted(want) {
            if let Some(other) = DIFFERENT.iter().find(|other| (other.0, other.1) == (name.as_str(), number.as_str())) {
                wanted = other.2;
            }
            if ours[&number] != wanted {
                wrong.push(format!("{name}: {number}: ours {}, expected {wanted}", ours[&number]));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_object_and_every_entry_is_accounted_for() {
    for Case { name, inventory, .. } in cases() {
        for (class, account) in &inventory.ledger.classes {
            let sum = account.mapped + account.ignored + account.damaged;
            assert_eq!(account.lexed, sum, "{name}: {class}: {account:?}");
        }
        assert_eq!(inventory.ledger.entries, inventory.ledger.entries_of, "{name}");
        let lost = inventory.ledger.total().damaged;
        assert!(lost == 0 || !inventory.damage.is_empty(), "{name}: {lost} objects are damaged and nothing says so");
        for item in Kind::ALL.into_iter().flat_map(|kind| items(inventory, kind)) {
            let orphan = item.aside == Some(rehearsal::model::Aside::Orphan);
            let words = [
                "dangling-reference",
                "container-missing",
                "container-not-live",
                "version-without-content",
                "page-without-space",
            ];
            assert!(
                !orphan || words.iter().any(|what| damages(inventory, what) > 0),
                "{name}: nothing explains {:?}",
                item.key
            );
        }
    }
}

#[test]
fn every_item_is_that_of_the_independent_reader() {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reader/dump.py");
    if std::process::Command::new("python3").arg("--version").output().is_err() {
        return common::not_run("python", "python3 was not found");
    }
    for Case { name, path, inventory, .. } in cases() {
        let dump = std::process::Command::new("python3").arg(&script).arg(path).output().unwrap();
        assert!(dump.status.success(), "{name}: {}", String::from_utf8_lossy(&dump.stderr));
        let theirs: Vec<Value> = String::from_utf8(dump.stdout)
            .unwrap()
            .split_terminator('\n')
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        let ours: Vec<Value> = Kind::ALL
            .into_iter()
            .flat_map(|kind| items(inventory, kind))
            .map(|item| serde_json::to_value(item).unwrap())
            .collect();
        let differences: Vec<String> = differences(&ours, &theirs);
        assert!(
            differences.is_empty(),
            "{name}: {} differences:\n{}",
            differences.len(),
            differences[..differences.len().min(5)].join("\n")
        );
        assert!(!ours.is_empty(), "{name}");
    }
}

fn differences(ours: &[Value], theirs: &[Value]) -> Vec<String> {
    let by_key = |items: &[Value]| -> BTreeMap<String, Value> {
        let keyed: BTreeMap<_, _> =
            items.iter().map(|item| (format!("{} {}", item["kind"], item["key"]), item.clone())).collect();
        assert_eq!(keyed.len(), items.len(), "a key stands twice");
        keyed
    };
    let (ours, theirs) = (by_key(ours), by_key(theirs));
    let keys: BTreeSet<&String> = ours.keys().chain(theirs.keys()).collect();
    let differing = keys.into_iter().filter(|key| ours.get(*key) != theirs.get(*key));
    differing.map(|key| format!("{key}\n  ours   {:?}\n  theirs {:?}", ours.get(key), theirs.get(key))).collect()
}

#[test]
fn the_csv_form_is_whole_and_its_totals_are_those_of_the_exporter() {
    let Some(corpus) = common::corpus() else { return };
    let inventory = read(&common::package(&corpus, "space-cloud-2026-csv.zip"));
    assert!(inventory.whole);
    assert_eq!(inventory.damage.iter().filter(|damage| damage.severity > Severity::Info).count(), 0);
    assert_eq!(damages(&inventory, "control-total-missing"), 0);
    let spots = inventory.reading.header.blind_spots.join("\n");
    assert!(spots.contains("1 row of the table space_owner (owners of spaces)"), "{spots}");
}

#[test]
fn reading_twice_gives_the_same_and_bodies_can_be_read_again() {
    let Some(corpus) = common::corpus() else { return };
    for name in ["site-5.1.zip", "confluence8.5.6", "attachhist", "space-cloud-2026-csv.zip"] {
        let path = common::package(&corpus, name);
        let (one, two) = (read(&path), read(&path));
        assert_eq!((&one.damage, &one.ledger), (&two.damage, &two.ledger));
        let pages: Vec<Item> = items(&one, Kind::Page);
        let ids: BTreeSet<u64> = pages.iter().filter_map(|page| page.id).collect();
        let texts = archive::bodies(&common::backup(&path), &ids, usize::MAX).unwrap();
        for page in pages {
            let digest = texts.get(&page.id.unwrap()).map(|text| rehearsal::model::body_digest(text).0.to_string());
            assert_eq!(digest.as_deref(), page.text(Field::Body), "{name} {:?}", page.key);
        }
        let short = archive::bodies(&common::backup(&path), &ids, 3).unwrap();
        assert!(short.values().all(|text| text.len() <= 3));
    }
}

/// Our numbers of a survey as an inventory gives them: kind, how many, states, asides, bytes, newest and oldest edit.
fn numbers(inventory: &Inventory, kind: Kind, export: Option<&str>) -> archive::Held {
    let mut held = archive::Held::default();
    for item in items(inventory, kind) {
        held.number += 1;
        if let Some(status) = item.text(Field::Status) {
            *held.states.entry(status.to_owned()).or_default() += 1;
        }
        if let Some(aside) = item.aside {
            *held.asides.entry(aside).or_default() += 1;
        }
        let bytes = item.number(Field::BodyBytes).or_else(|| item.number(Field::Bytes)).unwrap_or_default();
        held.bytes += u64::try_from(bytes).unwrap();
        let edited = item.text(Field::Edited).or_else(|| item.text(Field::Created)).and_then(wall_clock);
        if let Some(edited) = edited.filter(|edited| export.is_none_or(|export| edited.as_str() <= export)) {
            held.newest = held.newest.max(Some(edited.clone()));
            held.oldest = held.oldest.map_or(Some(edited.clone()), |oldest| Some(oldest.min(edited)));
        }
    }
    held
}

#[test]
fn a_survey_counts_what_an_inventory_holds() {
    for Case { name, path, inventory, .. } in cases() {
        let survey = archive::survey(path, &common::context()).unwrap();
        let export = survey.signals.datetime.as_deref().and_then(wall_clock);
        for kind in Kind::ALL {
            let ours = survey.kinds.get(&kind).cloned().unwrap_or_default();
            assert_eq!(ours, numbers(inventory, kind, export.as_deref()), "{name}: {kind}");
        }
        assert_eq!((&survey.damage, &survey.ledger), (&inventory.damage, &inventory.ledger), "{name}");
        let files = |there: bool| {
            let all = Kind::ALL.into_iter().flat_map(|kind| items(inventory, kind));
            all.filter(|item| item.fields.get(&Field::Digest).is_some_and(|digest| digest.is_some() == there)).count()
        };
        assert_eq!((survey.attachments.with, survey.attachments.without), (files(true) as u64, files(false) as u64));
        assert_eq!(survey.spaces.len(), items(inventory, Kind::Space).len(), "{name}");
    }
}
