//! Backups that are none: each fails the drill, none breaks the program.

use std::path::Path;

use rehearsal::damage::{Mutation, apply};
use rehearsal::sample::{Sample, SampleScope, Writer, write};

use crate::package::Build;
use crate::rig::{Ended, Rig, scenario};
use crate::wiki::ops;

/// Drills `export.zip`, which is no good: exit 1, a red JUnit file, and the words in the record's reasons or findings.
#[track_caller]
fn fails(rig: &Rig, words: &[&str]) -> Ended {
    let ended = rig.drill(&scenario("bad", &[]));
    ended.exits(1);
    assert!(rig.junit("out/bad.xml").is_red());
    let record = rig.record("bad");
    assert_eq!(record["verdict"], "failed");
    assert!(!record["why"].as_array().unwrap().is_empty());
    let told = record.to_string() + &rig.read("out/bad/findings.jsonl");
    for word in words {
        assert!(told.contains(word), "{word:?} is not in the record:\n{}", ended.stderr);
    }
    assert!(rig.left_behind().is_empty(), "{:?}", rig.left_behind());
    ended
}

#[test]
fn what_is_no_export_fails() {
    let gzip = [&[0x1f, 0x8b, 8, 0][..], &[0; 40]].concat();
    let tar = [&b"export/entities.xml"[..], &[0; 2_000]].concat();
    let table: [(&str, &[u8], &[&str]); 8] = [
        ("nothing", b"", &["0 bytes"]),
        ("text", b"Dear all, the backup is on the other disk.\n", &["not a zip"]),
        ("gzip", &gzip, &["not a zip"]),
        ("tar", &tar, &["not a zip"]),
        ("xml", b"<?xml version=\"1.0\"?><hibernate-generic></hibernate-generic>", &["not a zip"]),
        ("html", b"<!DOCTYPE html><html><body>Please log in</body></html>", &["not a zip"]),
        ("one byte", b"P", &["not a zip"]),
        ("the signature alone", b"PK\x03\x04", &["cut off"]),
    ];
    for (_, bytes, words) in table {
        let rig = Rig::new();
        rig.write("export.zip", bytes);
        fails(&rig, words);
    }
}

#[test]
fn a_missing_backup_fails() {
    let rig = Rig::new();
    fails(&rig, &["export.zip: no such file"]);
}

#[test]
fn a_zip_that_is_cut_off_fails_wherever_it_ends() {
    let sample = Sample { attachment_bytes: 400, ..Sample::sized(12, 2) };
    for permille in [1, 10, 100, 250, 400, 500, 750, 900, 990, 1_000] {
        let rig = Rig::new();
        write(&sample, &rig.path("whole.zip")).unwrap();
        apply(Mutation::CutZip { permille }, 1, &rig.path("whole.zip"), &rig.path("export.zip")).unwrap();
        let length = std::fs::metadata(rig.path("export.zip")).unwrap().len();
        let ended = fails(&rig, &[]);
        let cut = format!("cut off: it ends at byte {}", rehearsal::model::count(length));
        // Where only the last bytes are missing, the directory is there and breaks off.
        let broken = format!("is broken at byte {length}: unexpected end of file");
        assert!(ended.stderr.contains(&cut) || ended.stderr.contains(&broken), "{}", ended.stderr);
    }
}

#[test]
fn a_damaged_container_fails_and_the_place_is_named() {
    let server = Sample { attachment_bytes: 400, ..Sample::sized(12, 2) };
    let site = Sample { scope: SampleScope::Site, spaces: 2, writer: Writer::DataCenter83, ..server.clone() };
    let table: [(Mutation, &[&str]); 6] = [
        (Mutation::RemoveDescriptor, &["no-descriptor", "exportDescriptor.properties"]),
        (Mutation::RemoveEntities, &["no-entities", "entities.xml"]),
        (Mutation::FlipArchiveByte, &["\"offset\":", "\"entry\":"]),
        (Mutation::MalformXml, &["\"entry\":\"entities.xml\"", "\"offset\":"]),
        (Mutation::TraversalName, &["../../../tmp/evil"]),
        (Mutation::Bomb, &["attachments/0/0/0", "\"offset\":"]),
    ];
    for sample in [server, site] {
        for (mutation, words) in table {
            for seed in 1..=2 {
                let rig = Rig::new();
                write(&sample, &rig.path("whole.zip")).unwrap();
                apply(mutation, seed, &rig.path("whole.zip"), &rig.path("export.zip")).unwrap();
                fails(&rig, words);
            }
        }
    }
    assert!(!Path::new("/tmp/evil").exists());
}

/// The small wiki, with this done to its entities.xml.
fn with_xml(rig: &Rig, edit: impl Fn(&str) -> String) {
    let whole = ops();
    Build { xml: edit(&whole.xml), ..whole }.zip(&rig.path("export.zip"));
}

#[test]
fn broken_xml_fails_and_the_byte_is_named() {
    let at = |text: &str, words: &str| text.find(words).unwrap();
    type Edit<'a> = &'a dyn Fn(&str) -> String;
    let table: [(Edit<'_>, &[&str]); 6] = [
        (&|xml| xml.replacen("</property>", "</propperty>", 20), &["entities.xml", "\"offset\":"]),
        (&|xml| xml[..at(xml, "Runbook")].to_owned(), &["entities.xml", "\"offset\":"]),
        (&|xml| xml.replace("Runbook", "Run\u{1}book"), &["entities.xml", "\"offset\":"]),
        (&|xml| xml.replace("Runbook", "Run\u{ffff}book"), &["entities.xml", "\"offset\":"]),
        (
            &|xml| {
                xml.replacen(
                    "<hibernate-generic",
                    "<!DOCTYPE x [<!ENTITY e SYSTEM \"file:///etc/passwd\">]>\n<hibernate-generic",
                    1,
                )
            },
            &["entities.xml", "\"offset\":"],
        ),
        (&|xml| xml.replace("</hibernate-generic>", ""), &["entities.xml", "cut-off"]),
    ];
    for (edit, words) in table {
        let rig = Rig::new();
        with_xml(&rig, edit);
        fails(&rig, words);
    }
}

/// Data Center restores no export in the CSV form, however whole it is (docs/confluence.md, F12): no fault of the rig.
#[test]
fn an_export_in_the_csv_form_is_read_and_then_refused_by_name() {
    let rig = Rig::new();
    let mut writer = rehearsal::package::PackageWriter::create(&rig.path("export.zip")).unwrap();
    let spaces = "spaceid,spacename,spacekey,homepage\r\n1,Operations,OPS,10\r\n";
    let content = "contentid,contenttype,title,version,creator,creationdate,lastmodifier,lastmoddate,versioncomment,prevver,content_status,pageid,\
                   spaceid,parentid,parentcommentid\r\n10,PAGE,Home,1,k1,2026-01-01 10:00:00.5,k1,2026-01-01 10:00:00.5,,,current,,1,,\r\n";
    for (name, text) in [
        ("spaces.csv.gz", spaces),
        ("content.csv.gz", content),
        ("bodycontent.csv.gz", "bodycontentid,body,contentid\r\n110,\"<p>\"\"Hello\"\"</p>\",10\r\n"),
        ("user_mapping.csv.gz", "user_key,username\r\nk1,ann\r\n"),
        ("exportDescriptor.properties.gz", "exportType=space\nspaceKey=OPS\nexportFormat=csv\ntotalExportedId=3\n"),
    ] {
        writer.entry(name, true, &mut text.as_bytes()).unwrap();
    }
    writer.finish().unwrap();
    let ended = fails(&rig, &["The export has the format csv, which can be imported by Confluence Cloud only"]);
    ended.says("format csv").says("Cloud CSV writer: 4 objects, 1 space, 1 page").says("passed: integrity");
}

#[test]
fn folders_that_hold_no_export_fail() {
    let folders: [(&str, &[(&str, &str)]); 3] = [
        ("empty", &[]),
        ("of something else", &[("readme.txt", "hello"), ("src/main.c", "int main;")]),
        ("without descriptor", &[("entities.xml", "<hibernate-generic></hibernate-generic>")]),
    ];
    for (_, files) in folders {
        let rig = Rig::new();
        std::fs::create_dir(rig.path("export.zip")).unwrap();
        for (name, text) in files {
            rig.write(&format!("export.zip/{name}"), text);
        }
        fails(&rig, &[]);
    }
}

#[test]
fn an_export_without_content_is_no_backup() {
    let rig = Rig::new();
    Build::space("OPS", "").zip(&rig.path("export.zip"));
    fails(&rig, &["entities.xml"]);
}
