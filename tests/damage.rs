//! Break one thing in a sample, drill it through the real binary against the claim of the intact one, and expect exactly these findings.
//!
//! The manifest is that of the intact sample, bound anew to the damaged file: as if the source had been right and the export wrong. The intact
//! sample is drilled in the same run, so that a row can't fail for another reason than its damage.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::BufReader;
use std::path::PathBuf;
use std::process::Command;

use quick_xml::events::Event;
use rehearsal::damage::{Mutation, apply};
use rehearsal::model::Digest;
use rehearsal::package::{Limits, Package};
use rehearsal::reading::{Claim, Manifest, read_manifest, write_manifest};
use rehearsal::sample::{Sample, SampleScope, Writer, write};
use rehearsal::{archive, check};
use serde_json::Value;

/// The scenario of every drill. `manifest: beside-backup` is `<backup>.manifest.jsonl`.
const SCENARIO: &str = "rehearse: 1\nscenario: NAME\nbackup: { file: NAME.zip }\nmanifest: beside-backup\ntarget: embedded\n\
    checks: [all]\nreports:\n  - junit: NAME.xml\n";
/// The seed that draws the victims.
const SEED: u64 = 9;

/// What a drill must say of one damage: its errors as `check/what`, with their number where there are several. All of them blame the export,
/// since the archive lacks the same.
type Findings = &'static str;

/// One thing that is broken, and the findings in a space export of the legacy writer, where content is known by its name, and in a site of the
/// newer writer, where it is known by its id.
const TABLE: &[(Mutation, [Findings; 2])] = &[
    (
        Mutation::RemovePage,
        [
            "history/missing-with-page, labels/missing-with-page, page-tree/missing",
            "comments/missing-with-page, page-tree/missing",
        ],
    ),
    (Mutation::RemoveBlogPost, both(POST_GONE)),
    (Mutation::CutBody, both("page-bodies/differs")),
    (Mutation::EmptyBody, both("page-bodies/differs")),
    (Mutation::SwapBodies, both("page-bodies/differs x2")),
    (Mutation::AlterParameter, both("page-bodies/differs")),
    (Mutation::StaleText, both("page-bodies/differs, page-tree/differs")),
    (
        Mutation::DuplicateTitle,
        [
            "attachments/missing-with-page, attachments/unexpected, attachments/unexpected-with-attachment, page-tree/missing, \
             page-tree/unexpected",
            "history/missing, history/unexpected, labels/missing x2, labels/unexpected x2, page-tree/differs",
        ],
    ),
    (Mutation::RemoveSpace, [NO_VICTIM, SPACE_GONE]),
    (Mutation::ChangeParent, both("page-tree/differs")),
    (Mutation::RenameTitle, [RENAMED, "page-tree/differs"]),
    (Mutation::GarbleTitle, [RENAMED, "page-tree/differs"]),
    (
        Mutation::DecomposeTitle,
        [
            "attachments/missing-with-page, attachments/unexpected-with-page, page-tree/missing, page-tree/unexpected",
            "page-tree/differs",
        ],
    ),
    (Mutation::RecaseTitle, [RENAMED, "page-tree/differs"]),
    (Mutation::AnotherWiki, [ALL_RENAMED, "page-bodies/differs x22, page-tree/differs x22"]),
    (Mutation::StaleContent, both("page-bodies/differs x10, page-tree/differs x10")),
    (Mutation::DropInlineMarker, both("page-bodies/differs")),
    (Mutation::DropHistory, ["history/missing x4", "history/missing x4"]),
    (Mutation::DropRestriction, ["restrictions/missing x2", "restrictions/missing x2, visible/shown unknown x2"]),
    (Mutation::DropLabel, both("labels/missing")),
    (Mutation::DropComment, both("comments/missing")),
    (Mutation::DropOldVersion, both("history/missing")),
    (Mutation::DropOldAttachmentVersion, both("attachments/missing")),
    (Mutation::DropSpacePermission, both("permissions/missing")),
    (Mutation::DropTemplate, both("templates/missing")),
    (Mutation::RenameSpace, both("spaces/differs")),
    (
        Mutation::RenameUser,
        [
            "attachments/differs x5, blog-posts/differs, blog-posts/names-another-user, comments/missing x2, comments/unexpected x2, \
             history/differs x7, page-bodies/names-another-user x3, page-tree/differs x17",
            "attachments/differs x8, comments/differs x8, history/differs x5, history/names-another-user x3, \
             page-bodies/names-another-user, page-tree/differs x7, restrictions/missing x2, restrictions/unexpected x2",
        ],
    ),
    (Mutation::DropUser, [NO_VICTIM, "users/missing, users/missing-with-user"]),
    (Mutation::DropMembership, [NO_VICTIM, "users/missing"]),
    (Mutation::RemoveAttachment, both("attachments/missing, attachments/missing-with-attachment")),
    (Mutation::FlipAttachmentByte, both("attachments/differs")),
    (Mutation::EmptyAttachment, both("attachments/differs, integrity/attachment-size-differs")),
    (Mutation::RemoveAttachmentFile, both("attachments/differs, integrity/attachment-file-missing")),
];

const fn both(findings: Findings) -> [Findings; 2] {
    [findings, findings]
}

/// What hangs on a blog post goes with it, and is told once a kind.
const POST_GONE: Findings = "attachments/missing-with-blog-post, blog-posts/missing, comments/missing-with-blog-post, \
     history/missing-with-blog-post";
/// Where content is known by its name, another name is another page, with all that hangs on it.
const RENAMED: Findings = "history/missing-with-page, history/unexpected-with-page, labels/missing-with-page, \
     labels/unexpected-with-page, page-tree/missing, page-tree/unexpected";
/// All pages under other names, and the home page of the space with them.
const ALL_RENAMED: Findings = "attachments/missing-with-page, attachments/unexpected-with-page, comments/missing-with-page, \
     comments/unexpected-with-page, history/missing-with-page, history/unexpected-with-page, labels/missing-with-page, \
     labels/unexpected-with-page, page-tree/missing x22, page-tree/unexpected x22, restrictions/missing-with-page, \
     restrictions/unexpected-with-page, spaces/differs";
/// What was in a space goes with it, and is told once a kind.
const SPACE_GONE: Findings = "attachments/missing-with-space, blog-posts/missing-with-space, comments/missing-with-space, \
     history/missing-with-space, labels/missing-with-space, page-tree/missing-with-space, permissions/missing-with-space, \
     restrictions/missing-with-space, spaces/missing";
/// A space export has no accounts, and one space.
const NO_VICTIM: Findings = "no victim";

/// Damage of the container: the findings, or the stage that broke because the backup can't be read.
const CONTAINER: [(Mutation, Findings); 9] = [
    (Mutation::CutZip { permille: 500 }, "stage/inspect backup"),
    (Mutation::CutZip { permille: 1_000 }, "stage/inspect backup"),
    (Mutation::EmptyFile, "stage/acquire backup"),
    (Mutation::FlipArchiveByte, "attachments/differs, integrity/length"),
    (Mutation::RemoveDescriptor, "integrity/no-descriptor, stage/restore backup"),
    (Mutation::RemoveEntities, "integrity/no-entities, stage/restore backup"),
    (Mutation::MalformXml, "integrity/malformed-xml, stage/restore backup"),
    (Mutation::TraversalName, "integrity/name-escapes"),
    (Mutation::Bomb, "integrity/bomb"),
];

/// The package of another site under the name of this one.
const ANOTHER_SITE: Findings = "attachments/differs x36, blog-posts/differs x10, comments/differs x154, history/differs x97, \
     page-bodies/differs x30, page-tree/differs x109, spaces/differs x2, templates/missing x2, \
     templates/unexpected x2";

fn server() -> Sample {
    Sample { attachment_bytes: 300, ..Sample::sized(30, 5) }
}

fn site() -> Sample {
    Sample { scope: SampleScope::Site, writer: Writer::DataCenter83, spaces: 3, ..server() }
}

/// A folder with an intact sample, `whole.zip`, and what it holds.
struct Rig {
    folder: tempfile::TempDir,
    claim: Vec<u8>,
}

/// What a run says of one backup, and what it says of the intact one beside it.
struct Told {
    code: i32,
    intact: Value,
    record: Value,
    junit: BTreeMap<String, String>,
}

impl Rig {
    fn new(sample: &Sample) -> Self {
        let mut rig = Self { folder: tempfile::tempdir().unwrap(), claim: Vec::new() };
        let whole = rig.path("whole.zip");
        write(sample, &whole).unwrap();
        let inventory = archive::read(&common::backup(&whole), &common::context()).unwrap();
        // The sample knows better than any reader what it holds; that both agree is shown in tests/read_back.rs.
        let manifest = Manifest { reading: inventory.reading, claim: Claim::Source, bound_to: None };
        write_manifest(&manifest, &mut rig.claim).unwrap();
        rig.prepare("whole");
        rig
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Binds the claim of the intact sample to the backup of this name, and writes a scenario for it.
    fn prepare(&self, name: &str) {
        let (manifest, _) = read_manifest(BufReader::new(self.claim.as_slice())).unwrap();
        let bytes = fs::read(self.path(&format!("{name}.zip"))).unwrap();
        let bound = Manifest { bound_to: Some(Digest::of(bytes)), ..manifest };
        write_manifest(&bound, File::create(self.path(&format!("{name}.zip.manifest.jsonl"))).unwrap()).unwrap();
        fs::write(self.path(&format!("{name}.yaml")), SCENARIO.replace("NAME", name)).unwrap();
    }

    /// Drills the intact sample and this backup in one run.
    fn drill(&self, name: &str) -> Told {
        self.prepare(name);
        let out = Command::new(env!("CARGO_BIN_EXE_rehearse"))
            .args(["run", "--json", "whole.yaml", &format!("{name}.yaml")])
            .current_dir(self.folder.path())
            .output()
            .unwrap();
        let records: Value = serde_json::from_slice(&out.stdout)
            .unwrap_or_else(|error| panic!("{name}: {error}: {}", String::from_utf8_lossy(&out.stderr)));
        let junit = junit(&fs::read_to_string(self.path(&format!("{name}.xml"))).unwrap());
        let [intact, record] = [0, 1].map(|number| records[number].clone());
        Told { code: out.status.code().unwrap(), intact, record, junit }
    }

    /// Breaks a copy of the intact sample and shows that it isn't the same any more.
    fn damaged(&self, mutation: Mutation) -> Told {
        let (name, whole) = (mutation.name(), self.path("whole.zip"));
        let to = self.path(&format!("{name}.zip"));
        let before = fs::read(&whole).unwrap();
        apply(mutation, SEED, &whole, &to).unwrap();
        assert_ne!(fs::read(&to).unwrap(), before, "{name} changed nothing");
        assert_eq!(fs::read(&whole).unwrap(), before, "{name} changed the original");
        self.drill(name)
    }

    /// The content of every entry, whatever the packing.
    fn entries(&self, name: &str) -> BTreeMap<String, Digest> {
        let package = Package::open(&self.path(&format!("{name}.zip")), &Limits::default()).unwrap();
        let digest = |entry| Digest::of(package.read_small(entry, 50_000_000).unwrap());
        package.entries().iter().map(|entry| (entry.name.clone(), digest(entry))).collect()
    }
}

impl Told {
    /// What is wrong with this row, if anything: the run must have passed the intact copy, and said exactly this of the other.
    fn check(&self, case: &str, expected: Findings) -> Option<String> {
        let mut wrong = Vec::new();
        let verdicts = [&self.intact, &self.record].map(|record| record["verdict"].as_str().unwrap_or_default());
        if (verdicts, self.code) != (["passed", "failed"], 1) {
            wrong.push(format!("exit {}, {verdicts:?}: {:#}", self.code, self.record["why"]));
        }
        let found = self.errors();
        if found != expected {
            wrong.push(format!("found \"{found}\""));
        }
        let failing = failing(expected);
        for name in check::ALL {
            let (told, right) = (self.junit.get(*name).map(String::as_str), self.outcome(name, &failing));
            if told != Some(right) {
                wrong.push(format!("the JUnit case {name} is {told:?}, not {right}"));
            }
        }
        (!wrong.is_empty()).then(|| format!("{case}: {}", wrong.join("; ")))
    }

    /// What the JUnit case of a check must be.
    fn outcome(&self, name: &str, failing: &BTreeSet<&str>) -> &'static str {
        match (failing.contains("stage"), failing.contains(name)) {
            (_, true) => "failure",
            // It leaves itself out of a space export, where it can be seen to be one.
            _ if name == "users" && left_out(&self.intact) && left_out(&self.record) => "skipped",
            (true, _) => "error",
            _ => "passed",
        }
    }

    /// All that fails: `check/what` with the number of its findings, where there are several, and the hop unless it is the export; and stages
    /// that broke.
    fn errors(&self) -> String {
        let mut all: BTreeMap<String, u64> = BTreeMap::new();
        for stage in self.record["stages"].as_array().unwrap() {
            if let Some(fault) = stage["state"]["broken"]["fault"].as_str() {
                let name = stage["stage"].as_str().unwrap();
                *all.entry(format!("stage/{name} {fault}")).or_default() += 1;
            }
        }
        for check in self.record["checks"].as_array().unwrap() {
            for finding in check["state"]["ran"]["findings"].as_array().into_iter().flatten() {
                let [severity, code, hop] = ["severity", "code", "hop"].map(|name| finding[name].as_str().unwrap());
                assert!(code.starts_with(check["name"].as_str().unwrap()), "{code}");
                let hop = if hop == "export" { String::new() } else { format!(" {hop}") };
                if severity == "error" {
                    *all.entry(format!("{code}{hop}")).or_default() += 1;
                }
            }
        }
        let several = |number: u64| if number == 1 { String::new() } else { format!(" x{number}") };
        all.into_iter().map(|(code, number)| format!("{code}{}", several(number))).collect::<Vec<_>>().join(", ")
    }
}

fn left_out(record: &Value) -> bool {
    let checks = record["checks"].as_array().unwrap();
    record["counts"]["user"].is_null()
        && checks.iter().any(|check| check["name"] == "users" && check["state"]["excluded"].is_object())
}

/// The checks that some findings name.
fn failing(findings: Findings) -> BTreeSet<&'static str> {
    findings.split(", ").filter_map(|one| one.split_once('/')).map(|(check, _)| check).collect()
}

/// Each case of the suite of checks, and what became of it.
fn junit(xml: &str) -> BTreeMap<String, String> {
    let mut reader = quick_xml::Reader::from_str(xml);
    let mut cases = BTreeMap::new();
    let mut open = None;
    loop {
        match reader.read_event().unwrap() {
            Event::Eof => return cases,
            Event::Start(tag) | Event::Empty(tag) => {
                let of = |name: &str| tag.try_get_attribute(name).unwrap().unwrap().value.into_owned();
                match tag.name().as_ref() {
                    "testcase" if of("classname").ends_with(".checks") => {
                        cases.insert(of("name"), "passed".to_owned());
                        open = Some(of("name"));
                    }
                    "testcase" => open = None,
                    outcome @ ("failure" | "error" | "skipped") => {
                        if let Some(case) = &open {
                            cases.insert(case.clone(), outcome.to_owned());
                        }
                    }
                    _ => {}
                }
            }
            _ => {}
        }
    }
}

fn rows(column: usize, sample: &Sample) {
    let rig = Rig::new(sample);
    let whole = rig.entries("whole");
    let mut wrong = Vec::new();
    for (mutation, findings) in TABLE {
        if findings[column] == NO_VICTIM {
            continue;
        }
        wrong.extend(rig.damaged(*mutation).check(mutation.name(), findings[column]));
        assert_ne!(rig.entries(mutation.name()), whole, "{} changed no entry", mutation.name());
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn each_damage_of_a_space_export_has_its_findings_and_no_others() {
    rows(0, &server());
}

#[test]
fn each_damage_of_a_site_has_its_findings_and_no_others() {
    rows(1, &site());
}

#[test]
fn every_check_has_a_row_that_it_fails() {
    let caught: BTreeSet<&str> = TABLE.iter().flat_map(|(_, findings)| findings).flat_map(|one| failing(one)).collect();
    let without: Vec<_> = check::ALL.iter().filter(|name| !caught.contains(**name)).collect();
    assert!(without.is_empty(), "these checks have no row in this file: {without:?}");
}

#[test]
fn every_mutation_is_drilled() {
    let drilled: BTreeSet<Mutation> =
        TABLE.iter().map(|row| row.0).chain(CONTAINER.into_iter().map(|row| row.0)).collect();
    let without = Mutation::ALL.into_iter().filter(|one| !one.is_harmless() && !drilled.contains(one));
    assert_eq!(without.collect::<Vec<_>>(), []);
}

#[test]
fn damage_of_the_container_never_passes() {
    let rig = Rig::new(&server());
    let wrong: Vec<_> = CONTAINER
        .into_iter()
        .filter_map(|(mutation, findings)| rig.damaged(mutation).check(&format!("{mutation:?}"), findings))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_package_of_another_site_fails() {
    let rig = Rig::new(&site());
    write(&Sample { seed: 6, ..site() }, &rig.path("other.zip")).unwrap();
    assert_ne!(rig.entries("other"), rig.entries("whole"));
    assert_eq!(rig.drill("other").check("other", ANOTHER_SITE), None);
}

#[test]
fn harmless_changes_pass() {
    for sample in [server(), site()] {
        let rig = Rig::new(&sample);
        for mutation in Mutation::ALL.into_iter().filter(|mutation| mutation.is_harmless()) {
            let told = rig.damaged(mutation);
            let verdict = told.record["verdict"].as_str();
            assert_eq!((told.code, verdict), (0, Some("passed")), "{mutation:?}: {:#}", told.record["why"]);
            assert_eq!(told.errors(), "");
            assert!(told.junit.values().all(|outcome| outcome == "passed" || outcome == "skipped"), "{:?}", told.junit);
        }
    }
}
