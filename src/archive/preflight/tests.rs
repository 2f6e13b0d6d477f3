//! Each prediction on a package that is made to meet it, and on one that just doesn't.

use std::path::Path;

use tokio_util::sync::CancellationToken;

use super::*;
use crate::archive::{Survey, survey};
use crate::clock::Context;
use crate::event::Events;
use crate::package::{Habit, ObjectWriter, PackageWriter, Raw, RawObject};

const SPACE: &str =
    "exportType=space\nspaceKey=OPS\nbackupAttachments=true\nbuildNumber=4517\ncreatedByBuildNumber=6442\n";
const SITE: &str = "exportType=all\nbackupAttachments=true\nbuildNumber=6169\ncreatedByBuildNumber=6442\n";

/// A package in the making.
struct Made {
    descriptor: String,
    objects: Vec<RawObject>,
    files: Vec<(String, Vec<u8>)>,
    /// Stands before the name of every entry.
    around: &'static str,
}

fn text(text: &str) -> Raw {
    Raw::Text(text.to_owned())
}

fn to(class: &str, id: &str) -> Raw {
    Raw::Reference { class: class.to_owned(), id: id.to_owned() }
}

fn object(class: &str, id: &str, properties: &[(&str, Raw)]) -> RawObject {
    RawObject {
        class: class.to_owned(),
        id: Some(id.to_owned()),
        properties: properties.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect(),
        ..RawObject::default()
    }
}

fn space(id: &str, key: &str) -> RawObject {
    object("Space", id, &[("key", text(key)), ("name", text("Operations"))])
}

fn page(id: &str, title: &str) -> RawObject {
    object(
        "Page",
        id,
        &[
            ("title", text(title)),
            ("space", to("Space", "1")),
            ("version", text("1")),
            ("creationDate", text("2026-11-01 09:00:00.000")),
            ("contentStatus", text("current")),
        ],
    )
}

fn body(id: &str, owner: &str, content: &str) -> RawObject {
    object("BodyContent", id, &[("body", text(content)), ("content", to("Page", owner))])
}

fn user(key: &str, name: &str) -> RawObject {
    object("ConfluenceUserImpl", key, &[("name", text(name)), ("lowerName", text(&name.to_lowercase()))])
}

fn attachment(id: &str) -> RawObject {
    object(
        "Attachment",
        id,
        &[
            ("title", text("a.txt")),
            ("version", text("1")),
            ("containerContent", to("Page", "10")),
            ("creationDate", text("2026-11-01 09:00:00.000")),
            ("contentStatus", text("current")),
        ],
    )
}

impl Made {
    /// A page in a space.
    fn new(descriptor: &str) -> Self {
        let objects = vec![space("1", "OPS"), page("10", "Home"), body("100", "10", "home")];
        Self { descriptor: descriptor.to_owned(), objects, files: Vec::new(), around: "" }
    }

    fn site() -> Self {
        let kind = ("type", text("SYSTEMADMINISTRATOR"));
        Self::new(SITE).and([object("SpacePermission", "900", &[kind, ("group", text("confluence-administrators"))])])
    }

    fn and(mut self, objects: impl IntoIterator<Item = RawObject>) -> Self {
        self.objects.extend(objects);
        self
    }

    fn file(mut self, name: &str, content: &[u8]) -> Self {
        self.files.push((name.to_owned(), content.to_vec()));
        self
    }

    fn write(&self, path: &Path) {
        let mut xml = ObjectWriter::begin(Vec::new(), Habit::Legacy, "2026-11-20 12:00:00").unwrap();
        self.objects.iter().for_each(|object| xml.object(object).unwrap());
        // The writer leaves out what XML forbids.
        let xml = String::from_utf8(xml.finish().unwrap()).unwrap().replace("HOLE", "\u{2}");
        let mut zip = PackageWriter::create(path).unwrap();
        let mut entry = |name: &str, mut content: &[u8]| {
            zip.entry(&format!("{}{name}", self.around), true, &mut content).unwrap();
        };
        if !self.descriptor.is_empty() {
            entry("exportDescriptor.properties", self.descriptor.as_bytes());
        }
        entry("entities.xml", xml.as_bytes());
        self.files.iter().for_each(|(name, content)| entry(name, content));
        zip.finish().unwrap();
    }

    fn survey(&self) -> Survey {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("made.zip");
        self.write(&path);
        survey(&path, &Context::new(Events::none(), CancellationToken::new())).unwrap()
    }

    fn predictions(&self, target: &str) -> Vec<Prediction> {
        let target: Option<Version> = (!target.is_empty()).then(|| target.parse().unwrap());
        let predictions = self.survey().predictions(target.as_ref());
        assert!(predictions.is_sorted_by_key(|prediction| std::cmp::Reverse(prediction.weight)));
        predictions
    }

    fn met(&self, name: &str) -> Option<Prediction> {
        self.met_for(name, "")
    }

    fn met_for(&self, name: &str, target: &str) -> Option<Prediction> {
        assert!(rules().any(|rule| rule.name == name), "{name}");
        self.predictions(target).into_iter().find(|prediction| prediction.name == name)
    }
}

fn weight(met: Option<Prediction>) -> Option<Weight> {
    met.map(|met| met.weight)
}

#[test]
fn a_healthy_package_meets_nothing_worse_than_a_note() {
    for made in [Made::new(SPACE).and([user("k1", "ann")]), Made::site()] {
        let survey = made.survey();
        assert!(survey.is_whole(), "{:#?}", survey.damage);
        let worse: Vec<_> = made.predictions("").into_iter().filter(|met| met.weight > Weight::Note).collect();
        assert_eq!(worse, []);
    }
}

#[test]
fn rules_have_names_and_facts_of_their_own() {
    let names: std::collections::BTreeSet<_> = rules().map(|rule| rule.name).collect();
    assert_eq!(names.len(), rules().count());
    for rule in rules() {
        assert!(rule.fact.starts_with('F') && !rule.remedy.is_empty() && !rule.cause.is_empty(), "{rule:?}");
    }
}

#[test]
fn a_descriptor_that_is_missing_or_lies_elsewhere() {
    let missing = Made::new("").met("descriptor-missing").unwrap();
    assert_eq!((missing.weight, missing.sure), (Weight::Refuses, true));
    let elsewhere = Made::new("").file("old/exportDescriptor.properties", SPACE.as_bytes());
    assert!(elsewhere.met("descriptor-missing").unwrap().evidence.contains("old/exportDescriptor.properties"));
    let inner = Made::new("").file("export.zip", b"PK");
    assert!(inner.met("descriptor-missing").unwrap().evidence.contains("export.zip"));
    let around = Made { around: "export/", ..Made::new(SPACE) };
    assert_eq!(around.met("descriptor-missing"), None);
    let met = around.met("folder-around").unwrap();
    assert_eq!(met.weight, Weight::Refuses);
    assert!(met.evidence.contains("export"));
    assert_eq!(Made::new(SPACE).met("folder-around"), None);
}

#[test]
fn versions_of_source_and_target() {
    let made = |version: &str| Made::new(&format!("{SPACE}createdByVersionNumber={version}\n"));
    assert_eq!(weight(made("9.2.1").met_for("newer-than-target", "8.5")), Some(Weight::Refuses));
    assert_eq!(made("9.2.1").met_for("newer-than-target", "9.2"), None);
    assert_eq!(made("9.2.1").met_for("version-not-told", "9.2"), None);
    // By builds: 6442 is 5.9, 8804 is 7.18.
    assert_eq!(weight(Made::new(SPACE).met_for("newer-than-target", "5.8")), Some(Weight::Refuses));
    assert_eq!(Made::new(SPACE).met_for("newer-than-target", "9.2"), None);
    assert_eq!(Made::new(SPACE).met_for("version-not-told", "9.2"), None);
    let late = Made::new("exportType=space\nspaceKey=OPS\nbuildNumber=4517\ncreatedByBuildNumber=9999\n");
    assert_eq!(weight(late.met_for("newer-than-target", "7.4")), Some(Weight::Refuses));
    assert_eq!(weight(late.met_for("version-not-told", "9.2")), Some(Weight::Note));
    let needs = Made::new("exportType=all\nbuildNumber=8804\nsource=cloud\n");
    assert_eq!(weight(needs.met_for("newer-than-target", "6.0")), Some(Weight::Refuses));
    // Cloud's own numbers say nothing of Data Center's.
    let cloud = Made::new(&format!("{SPACE}source=cloud\ncreatedByVersionNumber=1000.0.0-abc\n"));
    assert_eq!((cloud.met_for("newer-than-target", "9.2"), cloud.met_for("version-not-told", "9.2")), (None, None));
    // Without a target there is no rule of versions.
    assert_eq!((late.met("newer-than-target"), late.met("version-not-told")), (None, None));
}

#[test]
fn old_exports() {
    let old = Made::new("exportType=space\nspaceKey=OPS\nbuildNumber=4216\n");
    assert_eq!(weight(old.met_for("space-export-too-old", "9.2")), Some(Weight::Refuses));
    assert_eq!(old.met_for("space-export-too-old", "5.1"), None);
    assert_eq!((old.met("space-export-too-old"), old.met("older-than-4.0")), (None, None));
    let older = Made::new("exportType=all\nbuildNumber=2037\n");
    assert_eq!(older.met_for("space-export-too-old", "9.2"), None);
    assert_eq!(weight(older.met("older-than-4.0")), Some(Weight::Note));
    assert_eq!(Made::site().met("older-than-4.0"), None);
}

#[test]
fn spaces_that_the_export_does_not_claim() {
    let two = Made::new(SPACE).and([space("2", "DEV")]);
    let met = two.met("several-spaces").unwrap();
    assert_eq!((met.weight, met.names.as_slice()), (Weight::MayFail, ["DEV".to_owned()].as_slice()));
    assert!(met.place.unwrap().offset.is_some());
    let both = Made::new("exportType=space\nspaceKeys=[OPS, dev]\nbuildNumber=4517\n").and([space("2", "DEV")]);
    assert_eq!(both.met("several-spaces"), None);
    assert_eq!(Made::site().and([space("2", "DEV")]).met("several-spaces"), None);
    assert_eq!(weight(Made::site().and([space("2", "ops")]).met("space-key-twice")), Some(Weight::Refuses));
    assert_eq!(two.met("space-key-twice"), None);
}

#[test]
fn names_of_users() {
    let blank = |key: &str| object("ConfluenceUserImpl", key, &[("name", text("")), ("lowerName", text(""))]);
    // One row without a name breaks no unique key.
    assert_eq!(Made::site().and([blank("k1")]).met("blank-user-names"), None);
    let two = [blank("k1"), blank("k2")];
    assert_eq!(weight(Made::site().and(two.clone()).met("blank-user-names")), Some(Weight::Refuses));
    assert_eq!(weight(Made::new(SPACE).and(two).met("blank-user-names")), Some(Weight::Note));
    let case = Made::site().and([user("k1", "Ann"), user("k2", "ann")]).met("duplicate-user-names").unwrap();
    assert_eq!((case.weight, case.names), (Weight::Refuses, vec!["ann".to_owned()]));
    // The same user twice is a duplicate id.
    let twice = Made::site().and([user("k1", "ann"), user("k1", "ann")]);
    assert_eq!(twice.met("duplicate-user-names"), None);
    assert_eq!(weight(twice.met("duplicate-ids")), Some(Weight::MayFail));
    assert_eq!(weight(Made::site().and([user("712020:a-b", "ann")]).met("odd-user-keys")), Some(Weight::Note));
    assert_eq!(Made::site().and([user("4028da96", "ann")]).met("odd-user-keys"), None);
}

#[test]
fn people_that_a_space_expects_on_its_target() {
    let group = object(
        "SpacePermission",
        "5",
        &[("type", text("VIEWSPACE")), ("space", to("Space", "1")), ("group", text("ops"))],
    );
    let restriction = object("ContentPermission", "6", &[("type", text("View")), ("groupName", text("board"))]);
    let made = Made::new(SPACE).and([user("k1", "ann"), group, restriction]);
    assert_eq!(made.met("groups-expected").unwrap().names, ["board", "ops"]);
    assert_eq!(made.met("users-expected").unwrap().names, ["ann"]);
    let site = Made::site().and([user("k1", "ann")]);
    assert_eq!((site.met("groups-expected"), site.met("users-expected")), (None, None));
}

#[test]
fn sites_without_an_administrator_and_with_many_accounts() {
    assert_eq!(weight(Made::new(SITE).met("no-administrator")), Some(Weight::MayFail));
    assert!(Made::new(&format!("{SITE}source=cloud\n")).met("no-administrator").unwrap().sure);
    assert_eq!(Made::site().met("no-administrator"), None);
    let account = |number: u32, active: &str| {
        object(
            "InternalUser",
            &(5_000 + number).to_string(),
            &[("name", text(&format!("u{number}"))), ("active", text(active))],
        )
    };
    let eleven = Made::site().and((0..11).map(|number| account(number, "true")));
    assert_eq!(weight(eleven.met("more-users-than-a-trial")), Some(Weight::Note));
    let ten = Made::site().and((0..11).map(|number| account(number, if number == 0 { "false" } else { "true" })));
    assert_eq!(ten.met("more-users-than-a-trial"), None);
}

#[test]
fn values_that_must_be_there() {
    let mut untitled = page("11", "x");
    untitled.properties.retain(|(name, _)| name != "title");
    let made = Made::new(SPACE).and([untitled.clone(), body("111", "11", "x")]);
    assert_eq!(weight(made.met("title-missing")), Some(Weight::MayFail));
    // A draft may have none yet.
    untitled.properties.retain(|(name, _)| name != "contentStatus");
    untitled.properties.push(("contentStatus".to_owned(), text("draft")));
    assert_eq!(Made::new(SPACE).and([untitled, body("111", "11", "x")]).met("title-missing"), None);
    let mut undated = page("11", "x");
    undated.properties.retain(|(name, _)| name != "creationDate");
    let met = Made::new(SPACE).and([undated, body("111", "11", "x")]).met("creation-date-missing").unwrap();
    assert_eq!((met.weight, met.place.unwrap().entry.as_str()), (Weight::MayFail, "entities.xml"));
}

#[test]
fn references_that_lead_nowhere() {
    let lost = object("ContentProperty", "77", &[("name", text("x")), ("content", to("Page", "4711"))]);
    assert_eq!(weight(Made::new(SPACE).and([lost]).met("inconsistent")), Some(Weight::Note));
    assert_eq!(weight(Made::new(SPACE).and([body("111", "4711", "x")]).met("inconsistent")), Some(Weight::MayFail));
}

#[test]
fn characters_that_a_parser_or_a_database_refuses() {
    let hole =
        Made::new(SPACE).and([page("11", "aHOLEb"), body("111", "11", "x")]).met("forbidden-characters").unwrap();
    assert_eq!((hole.weight, hole.sure), (Weight::Refuses, true));
    assert!(hole.evidence.contains("U+0002"), "{}", hole.evidence);
    let data = Made::new(SPACE).file("plugin-data/x/activeObjectsBackupRestoreProvider.pdata", b"<a>\x07</a>");
    assert!(data.met("forbidden-characters").unwrap().evidence.contains(".pdata"));
    let emoji = Made::new(SPACE).and([page("11", "x"), body("111", "11", "party \u{1f389}")]);
    assert_eq!(weight(emoji.met("four-byte-characters")), Some(Weight::Note));
    assert_eq!(Made::new(SPACE).and([page("11", "€ ü 東")]).met("four-byte-characters"), None);
}

#[test]
fn a_trash_that_is_many_times_the_content_and_a_large_file() {
    let survey = Made::new(SPACE).survey();
    let predicted = |trashed: u64, entities_bytes: u64, target: &str| {
        let mut signals = survey.signals.clone();
        (signals.trashed, signals.entities_bytes) = (trashed, entities_bytes);
        let target: Option<Version> = target.parse().ok();
        let all = predict(&signals, &survey.descriptor, &[], target.as_ref());
        all.into_iter()
            .map(|met| (met.name, met.weight))
            .filter(|(name, _)| !name.contains("version"))
            .collect::<Vec<_>>()
    };
    assert_eq!(survey.signals.live, 1);
    assert_eq!(predicted(0, 0, ""), []);
    assert_eq!(predicted(1_000, 0, ""), [("huge-trash".to_owned(), Weight::Note)]);
    assert_eq!(predicted(10_000, 0, ""), [("huge-trash".to_owned(), Weight::MayFail)]);
    assert_eq!(predicted(0, LARGE, ""), [("large-heap".to_owned(), Weight::Note)]);
    assert_eq!(predicted(0, 4 * LARGE, "9.2"), [("large-heap".to_owned(), Weight::Note)]);
    assert_eq!(predicted(0, 4 * LARGE, "7.19"), [("large-heap".to_owned(), Weight::MayFail)]);
}

/// As in the rule, in bytes.
const LARGE: u64 = 500_000_000;

#[test]
fn attachments_without_files() {
    let missing = Made::new(SPACE).and([attachment("30"), attachment("31")]).met("attachment-files-missing").unwrap();
    assert_eq!((missing.weight, missing.evidence.split(' ').next()), (Weight::MayFail, Some("2")));
    let there = Made::new(SPACE).and([attachment("30")]).file("attachments/10/30/1", b"x");
    assert_eq!(there.met("attachment-files-missing"), None);
    let without =
        Made::new(&SPACE.replace("backupAttachments=true", "backupAttachments=false")).and([attachment("30")]);
    assert_eq!(weight(without.met("made-without-attachments")), Some(Weight::MayFail));
    assert_eq!(without.met("attachment-files-missing"), None);
}

#[test]
fn data_of_apps_and_the_csv_form() {
    let made = Made::new(&format!("{SPACE}ao.data.list=org.one, org.two\n"));
    let met = made.met("app-data").unwrap();
    assert_eq!((met.weight, met.names), (Weight::Note, vec!["org.one".to_owned(), "org.two".to_owned()]));
    assert_eq!(Made::new(SPACE).met("app-data"), None);
    let survey = Made::new(SPACE).survey();
    let mut descriptor = survey.descriptor.clone();
    descriptor.properties.insert("exportFormat".to_owned(), "csv".to_owned());
    let csv = |target: Option<&Version>| {
        let all = predict(&survey.signals, &descriptor, &[], target);
        all.into_iter().find(|met| met.name == "cloud-csv").map(|met| met.weight)
    };
    assert_eq!((csv(None), csv(Some(&Version::series(9, 2)))), (Some(Weight::Note), Some(Weight::Refuses)));
}

#[test]
fn a_folder_is_no_zip_yet() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("exportDescriptor.properties"), SPACE).unwrap();
    std::fs::write(folder.path().join("entities.xml"), "<hibernate-generic></hibernate-generic>").unwrap();
    let survey = survey(folder.path(), &Context::new(Events::none(), CancellationToken::new())).unwrap();
    assert!(!survey.is_whole());
    assert!(survey.predictions(None).iter().any(|met| met.name == "unpacked" && met.weight == Weight::Note));
}

#[test]
fn many_findings_of_one_sort_are_counted_to_the_last() {
    let made = Made::new(SPACE).and((0..1_200).map(|number| attachment(&(3_000 + number).to_string())));
    assert!(made.met("attachment-files-missing").unwrap().evidence.starts_with("1,200 "));
}

#[test]
fn content_that_is_younger_than_its_export() {
    let edited = |time: &str| {
        let mut page = page("11", "x");
        page.properties.push(("lastModificationDate".to_owned(), text(time)));
        let survey = Made::new(SPACE).and([page, body("111", "11", "x")]).survey();
        let found: Vec<_> = survey.damage.iter().map(|damage| (damage.what.clone(), damage.severity)).collect();
        (found, survey.edited_later, survey.is_whole())
    };
    let told = |severity| vec![("edited-after-export".to_owned(), severity)];
    assert_eq!(edited("2026-11-20 11:59:59.999"), (vec![], 0, true));
    assert_eq!(edited("2026-11-21 13:59:59.000"), (told(Severity::Info), 1, true));
    assert_eq!(edited("2026-11-21 14:00:00.000"), (told(Severity::Warning), 1, true));
}
