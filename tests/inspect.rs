//! `rehearse inspect`, the real program: exit codes, the table, JSON by its schema, lists, and what it takes out of a package.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that stumbles has failed"
)]

mod common;

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use rehearsal::damage::{Mutation, apply};
use rehearsal::model::{Digest, Field, Item, Kind};
use rehearsal::package::{Habit, ObjectWriter, PackageWriter, Raw, RawObject};
use rehearsal::sample::{Sample, SampleScope, write};
use serde_json::Value;

/// Packages of the corpus that somebody changed by hand, and what shows it.
const EDITED: [(&str, &[&str]); 1] = [("space-5.4.zip", &["creation-date-missing", "duplicate-ids"])];

fn run(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_rehearse")).arg("inspect").args(arguments).current_dir(folder).output().unwrap()
}

fn code(output: &Output) -> i32 {
    output.status.code().unwrap()
}

fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn err(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// A folder with `export.zip`, a whole sample.
fn sample(scope: SampleScope) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    write(&Sample { scope, ..Sample::sized(20, 3) }, &folder.path().join("export.zip")).unwrap();
    folder
}

fn broken(folder: &Path, mutation: Mutation) -> PathBuf {
    let path = folder.join("broken.zip");
    apply(mutation, 1, &folder.join("export.zip"), &path).unwrap();
    path
}

fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {}{}", out(output), err(output)))
}

/// The report, held against the committed schema.
fn report(folder: &Path, arguments: &[&str]) -> (i32, Value) {
    let output = run(folder, &[&["--json"], arguments].concat());
    let report = json(&output);
    let schema: Value = serde_json::from_str(&std::fs::read_to_string(schema_file()).unwrap()).unwrap();
    let validator = jsonschema::draft7::new(&schema).unwrap();
    let wrong: Vec<String> = validator.iter_errors(&report).map(|error| error.to_string()).collect();
    assert!(wrong.is_empty(), "{wrong:?}");
    assert!(out(&output).starts_with("{\n  \"inspect\": 1,\n"), "the number of the form comes first");
    (code(&output), report)
}

fn schema_file() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("schema/inspect.schema.json")
}

fn lines(text: &str) -> Vec<Vec<&str>> {
    text.lines().map(|line| line.split('\t').collect()).collect()
}

#[test]
fn the_committed_schema_is_the_printed_one() {
    let output = Command::new(env!("CARGO_BIN_EXE_rehearse")).args(["schema", "inspect"]).output().unwrap();
    let schema: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(jsonschema::meta::is_valid(&schema));
    if std::env::var_os("REHEARSE_BLESS").is_some() {
        std::fs::write(schema_file(), &output.stdout).unwrap();
    }
    let committed = std::fs::read(schema_file()).unwrap_or_default();
    assert!(committed == output.stdout, "schema/inspect.schema.json differs; REHEARSE_BLESS=1 rewrites it");
}

#[test]
fn a_whole_backup() {
    let folder = sample(SampleScope::Space);
    let output = run(folder.path(), &["export.zip"]);
    let text = out(&output);
    assert_eq!((code(&output), err(&output).as_str()), (0, ""), "{text}");
    assert!(text.starts_with("export.zip: whole\n") && text.contains("\n  pages "), "{text}");
    let (exit, report) = report(folder.path(), &["export.zip"]);
    assert_eq!((exit, &report["verdict"], &report["refused"]), (0, &"whole".into(), &false.into()));
    let pages = &report["holds"]["kinds"]["page"];
    assert_eq!(pages["states"]["current"], 20);
    let heavy = report["predictions"].as_array().unwrap().iter().filter(|one| one["weight"] != "note").count();
    assert_eq!(heavy, 0);
    let objects = report["holds"]["objects"].as_object().unwrap();
    assert!(objects.values().all(|one| {
        let number = |name: &str| one[name].as_u64().unwrap();
        number("lexed") == number("mapped") + number("ignored") + number("damaged")
    }));
}

#[test]
fn damaged_and_unreadable_backups_end_with_1_and_say_why() {
    let folder = sample(SampleScope::Space);
    for (mutation, verdict, word) in [
        (Mutation::RemoveAttachmentFile, "damaged", "attachment-file-missing"),
        (Mutation::RemoveDescriptor, "damaged", "no-descriptor"),
        (Mutation::MalformXml, "damaged", "malformed-xml"),
        (Mutation::FlipArchiveByte, "damaged", ""),
        (Mutation::CutZip { permille: 500 }, "unreadable", "unreadable"),
        (Mutation::EmptyFile, "unreadable", "unreadable"),
    ] {
        broken(folder.path(), mutation);
        let output = run(folder.path(), &["broken.zip"]);
        assert_eq!(code(&output), 1, "{mutation:?}");
        assert!(out(&output).starts_with(&format!("broken.zip: {verdict}")), "{}", out(&output));
        let (exit, report) = report(folder.path(), &["broken.zip"]);
        assert_eq!((exit, &report["verdict"]), (1, &verdict.into()), "{mutation:?}");
        let errors = report["findings"].as_array().unwrap().iter().filter(|one| one["severity"] == "error");
        let words: Vec<&str> = errors.map(|one| one["what"].as_str().unwrap()).collect();
        assert!(!words.is_empty() && (word.is_empty() || words.contains(&word)), "{mutation:?}: {words:?}");
    }
    std::fs::write(folder.path().join("page.zip"), "<!DOCTYPE html><html>Log in</html>").unwrap();
    let (exit, report) = report(folder.path(), &["page.zip"]);
    assert_eq!((exit, &report["predictions"][0]["name"]), (1, &"not-a-zip".into()));
    assert!(out(&run(folder.path(), &["page.zip"])).contains("remedy: "));
}

#[test]
fn a_whole_backup_that_no_restore_takes_ends_with_1() {
    let folder = sample(SampleScope::Space);
    let (exit, report) = report(folder.path(), &["--for", "5.0", "export.zip"]);
    assert_eq!((exit, &report["verdict"], &report["refused"]), (1, &"whole".into(), &true.into()));
    assert_eq!(report["predictions"][0]["name"], "newer-than-target");
    let text = out(&run(folder.path(), &["--for", "5.0", "export.zip"]));
    assert!(text.starts_with("export.zip: whole, a restore of it will be refused\n"), "{text}");
}

#[test]
fn what_is_no_backup_ends_with_2() {
    let folder = sample(SampleScope::Space);
    let path = folder.path();
    std::fs::create_dir(path.join("empty")).unwrap();
    let cases: [(&[&str], &str); 9] = [
        (&["missing.zip"], "no such file or folder"),
        (&["."], "is a folder that holds backups; name one of them"),
        (&["empty"], "so it is no unpacked backup"),
        (&["/dev/null"], "it is neither a file nor a folder"),
        (&["--for", "nine", "export.zip"], "is no version of Confluence"),
        (&["--list", "wikis", "export.zip"], "kinds are spaces, pages, blog-posts"),
        (&["--list", "pages", "--extract", "1", "export.zip"], "cannot be used with"),
        (&["--extract", "999999999", "export.zip"], "the backup holds none"),
        (&["--out", "x", "export.zip"], "--extract"),
    ];
    for (arguments, words) in cases {
        let output = run(path, arguments);
        assert_eq!((code(&output), out(&output).as_str()), (2, ""), "{arguments:?}: {}", err(&output));
        assert!(err(&output).contains(words), "{arguments:?}: {}", err(&output));
    }
}

/// A full disk under stdout is the machine's failing.
#[test]
#[cfg(target_os = "linux")]
fn what_the_machine_refuses_ends_with_3() {
    let folder = sample(SampleScope::Space);
    for arguments in [&["export.zip"][..], &["--json", "export.zip"], &["--list", "pages", "export.zip"]] {
        let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_rehearse"));
        command.arg("inspect").args(arguments).current_dir(folder.path()).stdout(Stdio::from(full));
        assert_eq!(command.output().unwrap().status.code(), Some(3), "{arguments:?}");
    }
}

#[test]
fn unpacked_backups_and_those_with_a_folder_around() {
    let folder = tempfile::tempdir().unwrap();
    let inner = folder.path().join("unpacked/export");
    std::fs::create_dir_all(&inner).unwrap();
    std::fs::write(inner.join("exportDescriptor.properties"), "exportType=space\nspaceKey=OPS\n").unwrap();
    std::fs::write(inner.join("entities.xml"), entities(&[])).unwrap();
    for path in ["unpacked/export", "unpacked"] {
        let (exit, report) = report(folder.path(), &[path]);
        assert_eq!(
            (exit, &report["verdict"], &report["holds"]["form"]),
            (0, &"whole".into(), &"folder".into()),
            "{path}"
        );
    }
}

#[test]
fn lists_are_data() {
    let folder = sample(SampleScope::Site);
    for kind in Kind::ALL {
        let name = kind.noun(2).replace(' ', "-");
        let table = run(folder.path(), &["--list", &name, "export.zip"]);
        let rows = out(&table);
        let rows = lines(&rows);
        assert_eq!(code(&table), 0, "{}", err(&table));
        assert_eq!(rows[0], ["id", "kind", "state", "bytes", "created", "edited", "by", "key", "title"]);
        assert!(rows.iter().all(|row| row.len() == 9) && rows[1..].iter().all(|row| row[1] == kind.name()));
        let items = run(folder.path(), &["--list", kind.name(), "--json", "export.zip"]);
        let items: Vec<Item> = out(&items).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(items.len(), rows.len() - 1, "{kind}");
    }
    let (_, report) = report(folder.path(), &["export.zip"]);
    let pages = out(&run(folder.path(), &["--list", "pages", "export.zip"])).lines().count() as u64 - 1;
    assert_eq!(report["holds"]["kinds"]["page"]["number"], pages);
    let space = sample(SampleScope::Space);
    let users = run(space.path(), &["--list", "users", "export.zip"]);
    assert_eq!((code(&users), out(&users).lines().count()), (0, 1));
    assert!(err(&users).contains("a space export holds no accounts"), "{}", err(&users));
    broken(folder.path(), Mutation::MalformXml);
    let output = run(folder.path(), &["--list", "pages", "broken.zip"]);
    assert_eq!(code(&output), 1);
    assert!(err(&output).contains("the list may lack something"));
}

#[test]
fn texts_and_attachments_come_out_as_the_list_has_them() {
    let folder = sample(SampleScope::Space);
    let items = |kind: &str| -> Vec<Item> {
        let output = run(folder.path(), &["--list", kind, "--json", "export.zip"]);
        out(&output).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    };
    let pages: Vec<Item> = items("pages").into_iter().filter(|page| page.text(Field::Body).is_some()).collect();
    for page in pages.iter().take(3) {
        let output = run(folder.path(), &["--extract", &page.id.unwrap().to_string(), "export.zip"]);
        assert_eq!(code(&output), 0, "{}", err(&output));
        assert_eq!(Some(rehearsal::model::body_digest(&out(&output)).0.as_str()), page.text(Field::Body));
    }
    let attachments = items("attachments");
    for attachment in attachments.iter().filter(|one| one.aside.is_none()).take(3) {
        let id = attachment.id.unwrap().to_string();
        let output = run(folder.path(), &["--extract", &id, "--out", "taken", "export.zip"]);
        assert_eq!((code(&output), out(&output).as_str()), (0, ""), "{}", err(&output));
        let bytes = std::fs::read(folder.path().join("taken")).unwrap();
        assert_eq!(Some(Digest::of(&bytes).as_str()), attachment.text(Field::Digest));
        let printed = run(folder.path(), &["--extract", &id, "--out", "-", "export.zip"]);
        assert_eq!(printed.stdout, bytes);
        // What is there stays as it is.
        let again = run(folder.path(), &["--extract", &id, "--out", "taken", "export.zip"]);
        assert_eq!(code(&again), 2, "{}", err(&again));
        std::fs::remove_file(folder.path().join("taken")).unwrap();
    }
}

fn text(text: &str) -> Raw {
    Raw::Text(text.to_owned())
}

fn to(class: &str, id: &str) -> Raw {
    Raw::Reference { class: class.to_owned(), id: id.to_owned() }
}

/// A page with these attachments, by id and name.
fn entities(attachments: &[(&str, &str)]) -> Vec<u8> {
    let mut xml = ObjectWriter::begin(Vec::new(), Habit::Legacy, "2026-11-20 12:00:00").unwrap();
    let mut object = |class: &str, id: &str, properties: &[(&str, Raw)]| {
        let properties = properties.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
        let object = RawObject { class: class.to_owned(), id: Some(id.to_owned()), properties, ..RawObject::default() };
        xml.object(&object).unwrap();
    };
    let made = || ("creationDate", text("2026-11-01 09:00:00.000"));
    let current = || ("contentStatus", text("current"));
    object("Space", "1", &[("key", text("OPS")), ("name", text("Operations"))]);
    object(
        "Page",
        "10",
        &[("title", text("Home")), ("space", to("Space", "1")), made(), current(), ("version", text("1"))],
    );
    object("BodyContent", "100", &[("body", text("home")), ("content", to("Page", "10"))]);
    for (id, name) in attachments {
        let container = ("containerContent", to("Page", "10"));
        object("Attachment", id, &[("title", text(name)), container, made(), current(), ("version", text("1"))]);
    }
    xml.finish().unwrap()
}

#[test]
fn names_of_attachments_lead_nowhere_else() {
    let folder = tempfile::tempdir().unwrap();
    let inside = folder.path().join("inside");
    std::fs::create_dir(&inside).unwrap();
    let names = [
        ("30", "plan.pdf"),
        ("31", "../escaped"),
        ("32", "/tmp/rehearse-escaped"),
        ("33", ".profile"),
        ("34", "-rf"),
        ("35", "link"),
    ];
    let mut zip = PackageWriter::create(&inside.join("export.zip")).unwrap();
    let mut entry = |name: &str, mut content: &[u8]| {
        zip.entry(name, true, &mut content).unwrap();
    };
    entry("exportDescriptor.properties", b"exportType=space\nspaceKey=OPS\nbackupAttachments=true\n");
    entry("entities.xml", &entities(&names));
    names.iter().for_each(|(id, name)| entry(&format!("attachments/10/{id}/1"), name.as_bytes()));
    zip.finish().unwrap();
    let take = |id: &str| run(&inside, &["--extract", id, "export.zip"]);
    assert_eq!(code(&take("30")), 0);
    assert_eq!(std::fs::read(inside.join("plan.pdf")).unwrap(), b"plan.pdf");
    let again = take("30");
    assert!(code(&again) == 2 && err(&again).contains("is there already"), "{}", err(&again));
    for id in ["31", "32", "33", "34"] {
        let output = take(id);
        assert!(code(&output) == 2 && err(&output).contains("name one with --out"), "{id}: {}", err(&output));
    }
    // A link that waits under the name is not followed.
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(folder.path().join("outside"), inside.join("link")).unwrap();
        assert_eq!(code(&take("35")), 2);
        assert!(!folder.path().join("outside").exists());
    }
    assert!(!folder.path().join("escaped").exists() && !Path::new("/tmp/rehearse-escaped").exists());
    let mut left: Vec<_> = std::fs::read_dir(&inside).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    left.sort();
    assert_eq!(left, ["export.zip", "link", "plan.pdf"], "nothing half-written stays");
}

#[test]
fn a_broken_attachment_is_not_written() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("export.zip");
    let mut zip = PackageWriter::create(&path).unwrap();
    zip.entry("exportDescriptor.properties", true, &mut &b"exportType=space\nspaceKey=OPS\n"[..]).unwrap();
    zip.entry("entities.xml", true, &mut entities(&[("30", "plan.pdf"), ("31", "gone.pdf")]).as_slice()).unwrap();
    zip.entry("attachments/10/30/1", false, &mut &b"the plan as it was"[..]).unwrap();
    zip.finish().unwrap();
    let mut bytes = std::fs::read(&path).unwrap();
    let at = bytes.windows(8).position(|window| window == b"the plan").unwrap();
    bytes[at] = b'T';
    std::fs::write(&path, bytes).unwrap();
    let output = run(folder.path(), &["--extract", "30", "export.zip"]);
    assert!(code(&output) == 1 && err(&output).contains("checksum"), "{}", err(&output));
    let output = run(folder.path(), &["--extract", "31", "export.zip"]);
    assert!(code(&output) == 1 && err(&output).contains("its file is not in the backup"), "{}", err(&output));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn no_password_is_shown() {
    let folder = sample(SampleScope::Site);
    let mut shown = Vec::new();
    for arguments in [&["export.zip"][..], &["--json", "export.zip"]] {
        shown.push(run(folder.path(), arguments));
    }
    for kind in Kind::ALL {
        shown.push(run(folder.path(), &["--list", kind.name(), "--json", "export.zip"]));
    }
    for output in shown {
        assert!(!out(&output).contains("PKCS5S2") && !err(&output).contains("PKCS5S2"));
    }
}

/// Texts and files come out of every form.
#[test]
fn one_page_and_one_attachment_of_every_real_package() {
    let Some(corpus) = common::corpus() else { return };
    let folder = tempfile::tempdir().unwrap();
    for entry in std::fs::read_dir(corpus.join("packages")).unwrap() {
        let path = entry.unwrap().path();
        let path = path.to_str().unwrap();
        for (kind, field) in [("pages", Field::Body), ("attachments", Field::Digest)] {
            let items = out(&run(&corpus, &["--list", kind, "--json", path]));
            let items = items.lines().map(|line| serde_json::from_str::<Item>(line).unwrap());
            let Some(item) = items.filter(|item| item.aside.is_none()).find(|item| item.text(field).is_some()) else {
                continue;
            };
            let output = run(folder.path(), &["--extract", &item.id.unwrap().to_string(), "--out", "-", path]);
            assert_eq!(code(&output), 0, "{path}: {}", err(&output));
            let digest = match field {
                Field::Body => rehearsal::model::body_digest(&out(&output)).0,
                _ => Digest::of(&output.stdout),
            };
            assert_eq!(Some(digest.as_str()), item.text(field), "{path}: {kind}");
        }
    }
}

#[test]
fn real_packages_meet_nothing_worse_than_a_note() {
    let Some(corpus) = common::corpus() else { return };
    let packages: Vec<PathBuf> =
        std::fs::read_dir(corpus.join("packages")).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(packages.len() > 5);
    for path in packages {
        let name = path.file_name().unwrap().to_str().unwrap();
        let (_, report) = report(&corpus, &[path.to_str().unwrap()]);
        let heavy = report["predictions"].as_array().unwrap().iter().filter(|one| one["weight"] != "note");
        let mut heavy: Vec<&str> = heavy.map(|one| one["name"].as_str().unwrap()).collect();
        heavy.sort_unstable();
        let edited = EDITED.iter().find(|(edited, _)| *edited == name).map_or(&[][..], |(_, words)| words);
        assert_eq!(heavy, edited, "{name}");
        assert!(report["holds"].is_object(), "{name}");
        assert!(!report.to_string().contains("PKCS5S2"), "{name}");
    }
}
