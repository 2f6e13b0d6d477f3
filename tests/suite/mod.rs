//! What the tests of targets share: a tiny package, and the suite that every target passes.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that can't go on ends")]

use std::path::{Path, PathBuf};

use rehearsal::clock::Context;
use rehearsal::confluence::{ContentQuery, Sort, Status};
use rehearsal::event::Events;
use rehearsal::model::{Backup, Digest, Form};
use rehearsal::package::{Habit, ObjectWriter, PackageWriter, Raw, RawObject};
use rehearsal::target::{Instance, RestoreScope, Target};
use tokio_util::sync::CancellationToken;

pub fn context() -> Context {
    Context::new(Events::none(), CancellationToken::new())
}

pub fn backup(path: PathBuf) -> Backup {
    let form = if path.is_dir() { Form::Folder } else { Form::Zip };
    Backup { path, form, bytes: 10_000, digest: Digest::of("x"), origin: "test".to_owned(), modified: None }
}

/// A space export of one page, as a zip, or unpacked into a folder.
pub fn package(folder: &Path, unpacked: bool) -> PathBuf {
    let descriptor =
        "exportType=space\nspaceKey=OPS\nbackupAttachments=true\nbuildNumber=8804\ncreatedByBuildNumber=8804\n";
    let text = |text: &str| Raw::Text(text.to_owned());
    let to = |class: &str, id: &str| Raw::Reference { class: class.to_owned(), id: id.to_owned() };
    let time = "2026-01-02 03:04:05.000";
    let objects = [
        (
            "Space",
            "1",
            vec![
                ("name", text("Operations")),
                ("key", text("OPS")),
                ("lowerKey", text("ops")),
                ("spaceStatus", Raw::Enum("CURRENT".into())),
            ],
            vec![],
        ),
        (
            "BodyContent",
            "3",
            vec![("body", text("<p>one</p>")), ("content", to("Page", "2")), ("bodyType", text("2"))],
            vec![],
        ),
        (
            "Page",
            "2",
            vec![
                ("title", text("Runbook")),
                ("lowerTitle", text("runbook")),
                ("space", to("Space", "1")),
                ("version", text("1")),
                ("contentStatus", text("current")),
                ("creationDate", text(time)),
                ("lastModificationDate", text(time)),
            ],
            vec![("bodyContents".to_owned(), vec![to("BodyContent", "3")])],
        ),
    ];
    let mut writer = ObjectWriter::begin(Vec::new(), Habit::Modern, "2026-01-02 03:04:05").unwrap();
    for (class, id, properties, collections) in objects {
        let properties = properties.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        writer
            .object(&RawObject {
                class: class.to_owned(),
                id: Some(id.to_owned()),
                properties,
                collections,
                ..RawObject::default()
            })
            .unwrap();
    }
    let entities = writer.finish().unwrap();
    let files = [("exportDescriptor.properties", descriptor.as_bytes()), ("entities.xml", entities.as_slice())];
    if unpacked {
        let path = folder.join("export");
        std::fs::create_dir(&path).unwrap();
        files.iter().for_each(|(name, bytes)| std::fs::write(path.join(name), bytes).unwrap());
        return path;
    }
    let path = folder.join("export.zip");
    let mut writer = PackageWriter::create(&path).unwrap();
    for (name, mut bytes) in files {
        writer.entry(name, true, &mut bytes).unwrap();
    }
    writer.finish().unwrap();
    path
}

/// What the ledgers of a state folder hold: nothing, once all drills are torn down.
pub fn ledgers(state: &Path) -> Vec<String> {
    std::fs::read_dir(state.join("ledger"))
        .map(|found| found.map(|entry| entry.unwrap().path().display().to_string()).collect())
        .unwrap_or_default()
}

async fn titles(instance: &Instance) -> Vec<String> {
    let query = ContentQuery { space: "OPS", space_id: None, sort: Sort::Page, status: Status::Current, expand: "" };
    let pages = instance.client().contents(query).unwrap().all().await.unwrap();
    pages.into_iter().filter_map(|page| page.title).collect()
}

/// The suite.
pub async fn conforms(target: &Target, state: &Path) {
    let folder = tempfile::tempdir().unwrap();
    for unpacked in [false, true] {
        let context = context();
        let instance = target.provision(&context).await.unwrap();
        assert!(instance.is_mock());
        assert!(instance.endpoint().base.starts_with("http://127.0.0.1:"), "{}", instance.endpoint().base);
        assert_eq!(ledgers(state).len(), 1);
        let restored =
            instance.restore(&backup(package(folder.path(), unpacked)), RestoreScope::Space, &context).await.unwrap();
        assert_eq!(restored.state, "FINISHED");
        assert_eq!(restored.warnings, [""; 0], "{restored:?}");
        assert_eq!(titles(&instance).await, ["Runbook"]);
        let gone = instance.tear_down().await;
        assert_eq!(gone.left, [""; 0]);
        assert!(!gone.removed.is_empty());
        assert_eq!(ledgers(state), [""; 0]);
    }
    for scope in [RestoreScope::Space, RestoreScope::Site] {
        assert!(target.rig_is_sound(scope, &context()).await);
    }
    assert_eq!(ledgers(state), [""; 0]);
}
