//! Break one thing in a sample, drill it through the real binary against the claim of the intact one, and expect exactly these findings.
//!
//! The manifest is that of the intact sample, bound anew to the damaged file: as if the source had been right and the export wrong.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod common;

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::process::Command;

use rehearsal::archive;
use rehearsal::damage::{Mutation, apply};
use rehearsal::model::{Digest, Severity};
use rehearsal::reading::{Claim, Manifest, read_manifest, write_manifest};
use rehearsal::sample::{Sample, SampleScope, Writer, write};
use serde_json::Value;

/// How the binary is called: `rehearse run --json <scenario>`, with the records as an array on stdout.
const COMMAND: [&str; 2] = ["run", "--json"];
/// The scenario of every row. `manifest: beside-backup` is `<backup>.manifest.jsonl`.
const SCENARIO: &str = "rehearse: 1\nscenario: damage\nbackup: { file: BACKUP }\nmanifest: beside-backup\ntarget: embedded\nchecks: [all]\n";
/// The seed that draws the victims.
const SEED: u64 = 9;

/// One thing that is broken, and what a drill must say of it.
struct Row {
    mutation: Mutation,
    /// Codes of errors that must be there.
    must: &'static [&'static str],
    /// Codes of errors that may come with them: what hangs on something that vanished, told once a kind.
    may: &'static [&'static str],
}

const fn row(mutation: Mutation, must: &'static [&'static str], may: &'static [&'static str]) -> Row {
    Row { mutation, must, may }
}

const WITH_A_PAGE: &[&str] = &[
    "comments/missing-with-page",
    "attachments/missing-with-page",
    "history/missing-with-page",
    "labels/missing-with-page",
    "restrictions/missing-with-page",
];
const WITH_A_POST: &[&str] = &[
    "comments/missing-with-blog-post",
    "attachments/missing-with-blog-post",
    "history/missing-with-blog-post",
    "labels/missing-with-blog-post",
];
const RENAMED: &[&str] = &[
    "page-tree/differs",
    "spaces/differs",
    "comments/missing-with-page",
    "attachments/missing-with-page",
    "history/missing-with-page",
    "labels/missing-with-page",
    "restrictions/missing-with-page",
    "comments/unexpected-with-page",
    "attachments/unexpected-with-page",
    "history/unexpected-with-page",
    "labels/unexpected-with-page",
    "restrictions/unexpected-with-page",
];

/// Of a space export, where content is known by its name.
const TABLE: [Row; 19] = [
    row(Mutation::RemovePage, &["page-tree/missing"], WITH_A_PAGE),
    row(Mutation::RemoveBlogPost, &["blog-posts/missing"], WITH_A_POST),
    row(Mutation::CutBody, &["page-bodies/differs"], &[]),
    row(Mutation::EmptyBody, &["page-bodies/differs"], &[]),
    row(Mutation::SwapBodies, &["page-bodies/differs"], &[]),
    row(Mutation::ChangeParent, &["page-tree/differs"], &[]),
    row(Mutation::RenameTitle, &["page-tree/missing", "page-tree/unexpected"], RENAMED),
    row(Mutation::GarbleTitle, &["page-tree/missing", "page-tree/unexpected"], RENAMED),
    row(Mutation::DropRestriction, &["restrictions/missing"], &[]),
    row(Mutation::DropLabel, &["labels/missing"], &[]),
    row(Mutation::DropComment, &["comments/missing"], &[]),
    row(Mutation::DropOldVersion, &["history/missing"], &[]),
    row(Mutation::DropOldAttachmentVersion, &["attachments/missing"], &[]),
    row(Mutation::DropSpacePermission, &["permissions/missing"], &[]),
    row(Mutation::DropTemplate, &["templates/missing"], &[]),
    row(Mutation::RemoveAttachment, &["attachments/missing"], &["history/missing-with-page"]),
    row(Mutation::FlipAttachmentByte, &["attachments/differs"], &[]),
    row(Mutation::EmptyAttachment, &["attachments/differs", "integrity/attachment-size-differs"], &[]),
    row(
        Mutation::RemoveAttachmentFile,
        &["attachments/differs", "integrity/attachment-file-missing"],
        &["attachments/missing"],
    ),
];

/// Damage of the container: nothing may pass, and `integrity` or a broken stage that is the backup's fault must say so.
const CONTAINER: [Mutation; 9] = [
    Mutation::CutZip { permille: 500 },
    Mutation::CutZip { permille: 1_000 },
    Mutation::EmptyFile,
    Mutation::FlipArchiveByte,
    Mutation::RemoveDescriptor,
    Mutation::RemoveEntities,
    Mutation::MalformXml,
    Mutation::TraversalName,
    Mutation::Bomb,
];

struct Rig {
    folder: tempfile::TempDir,
    whole: PathBuf,
}

impl Rig {
    fn new(sample: &Sample) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let whole = folder.path().join("whole.zip");
        write(sample, &whole).unwrap();
        let rig = Self { folder, whole };
        let inventory = archive::read(&common::backup(&rig.whole), &common::context()).unwrap();
        // The sample knows better than any reader what it holds; that both agree is shown in tests/read_back.rs.
        let manifest = Manifest { reading: inventory.reading, claim: Claim::Source, bound_to: None };
        write_manifest(&manifest, File::create(rig.claim()).unwrap()).unwrap();
        rig
    }

    fn claim(&self) -> PathBuf {
        self.folder.path().join("claim.jsonl")
    }

    /// Binds the claim of the intact sample to this file, and drills it: exit code and record.
    fn drill(&self, backup: &Path) -> (i32, Value) {
        let (manifest, _) = read_manifest(BufReader::new(File::open(self.claim()).unwrap())).unwrap();
        let bound = Manifest { bound_to: Some(Digest::of(fs::read(backup).unwrap())), ..manifest };
        let beside = format!("{}.manifest.jsonl", backup.display());
        write_manifest(&bound, File::create(beside).unwrap()).unwrap();
        let scenario = self.folder.path().join("scenario.yaml");
        fs::write(&scenario, SCENARIO.replace("BACKUP", &backup.display().to_string())).unwrap();
        let out = Command::new(env!("CARGO_BIN_EXE_rehearse"))
            .args(COMMAND)
            .arg(&scenario)
            .current_dir(self.folder.path())
            .output()
            .unwrap();
        let records: Value = serde_json::from_slice(&out.stdout)
            .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&out.stderr)));
        (out.status.code().unwrap(), records[0].clone())
    }

    fn broken(&self, mutation: Mutation) -> PathBuf {
        let to = self.folder.path().join(format!("{}.zip", mutation.name()));
        apply(mutation, SEED, &self.whole, &to).unwrap();
        to
    }
}

/// The codes of all findings that fail a check, and the hops that they name.
fn errors(record: &Value) -> (BTreeSet<String>, BTreeSet<String>) {
    let error = serde_json::to_value(Severity::Error).unwrap();
    let checks = record["checks"].as_array().unwrap().iter();
    let findings = checks.filter_map(|check| check["state"]["ran"]["findings"].as_array()).flatten();
    let failing: Vec<&Value> = findings.filter(|finding| finding["severity"] == error).collect();
    let texts = |name: &str| failing.iter().map(|finding| finding[name].as_str().unwrap().to_owned()).collect();
    (texts("code"), texts("hop"))
}

fn samples() -> [Sample; 2] {
    let server = Sample { attachment_bytes: 300, trashed: 0, ..Sample::sized(40, 5) };
    [Sample { writer: Writer::DataCenter83, ..server.clone() }, server]
}

#[test]
fn the_intact_sample_passes() {
    for sample in samples() {
        for sample in [Sample { scope: SampleScope::Site, spaces: 3, ..sample.clone() }, sample] {
            let rig = Rig::new(&sample);
            let (code, record) = rig.drill(&rig.whole.clone());
            assert_eq!((code, record["verdict"].as_str()), (0, Some("passed")), "{:#}", record["why"]);
            assert!(errors(&record).0.is_empty());
        }
    }
}

#[test]
fn each_damage_has_its_findings_and_no_others() {
    let mut wrong = Vec::new();
    for sample in samples() {
        let rig = Rig::new(&sample);
        for row in &TABLE {
            let (code, record) = rig.drill(&rig.broken(row.mutation));
            let (codes, hops) = errors(&record);
            let expected = |code: &&String| row.must.contains(&code.as_str()) || row.may.contains(&code.as_str());
            let right = (code, record["verdict"].as_str()) == (1, Some("failed"))
                && row.must.iter().all(|code| codes.contains(*code))
                && codes.iter().all(|code| expected(&code))
                // The archive lacks it too: the export is to blame, never the restore.
                && hops.iter().all(|hop| hop == "export");
            if !right {
                wrong.push(format!("{} {:?}: exit {code}, {codes:?}, {hops:?}", row.mutation.name(), sample.writer));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn damage_of_the_container_never_passes() {
    let rig = Rig::new(&samples()[1]);
    for mutation in CONTAINER {
        let (code, record) = rig.drill(&rig.broken(mutation));
        assert_eq!((code, record["verdict"].as_str()), (1, Some("failed")), "{}: {:#}", mutation.name(), record["why"]);
    }
}

#[test]
fn the_package_of_another_site_fails() {
    let rig = Rig::new(&samples()[1]);
    let other = rig.folder.path().join("other.zip");
    write(&Sample { seed: 6, ..samples()[1].clone() }, &other).unwrap();
    let (code, record) = rig.drill(&other);
    assert_eq!((code, record["verdict"].as_str()), (1, Some("failed")));
    assert!(errors(&record).0.contains("page-bodies/differs"));
}

#[test]
fn harmless_changes_pass() {
    for sample in samples() {
        let rig = Rig::new(&sample);
        for mutation in Mutation::ALL.into_iter().filter(|mutation| mutation.is_harmless()) {
            let (code, record) = rig.drill(&rig.broken(mutation));
            assert_eq!(
                (code, record["verdict"].as_str()),
                (0, Some("passed")),
                "{}: {:#}",
                mutation.name(),
                record["why"]
            );
        }
    }
}
