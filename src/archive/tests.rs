//! Archives made of a few lines, each with one thing wrong.

use std::io::Write as _;

use proptest::prelude::*;
use tokio_util::sync::CancellationToken;

use super::*;
use crate::event::Events;
use crate::model::{Aside, Damage, Digest, Field, Form, Item, Kind, Severity};
use crate::package::PackageWriter;

const DESCRIPTOR: &str = "#now\nexportType=space\nspaceKey=OPS\nbackupAttachments=true\n";

/// A space with a page that has one older version, a child page, a comment with a reply, an attachment of two versions and a label.
pub(super) const XML: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<hibernate-generic datetime="2016-05-10 17:04:43">
<object class="Space" package="com.atlassian.confluence.spaces"><id name="id">1</id><property name="key"><![CDATA[OPS]]></property><property name="name"><![CDATA[Operations]]></property><property name="homePage" class="Page" package="p"><id name="id">10</id></property><property name="spaceStatus" enum-class="SpaceStatus" package="p">CURRENT</property></object>
<object class="ConfluenceUserImpl" package="com.atlassian.confluence.user"><id name="key">k1</id><property name="name">ann</property></object>
<object class="Page" package="com.atlassian.confluence.pages"><id name="id">10</id><property name="title"><![CDATA[Home]]></property><property name="space" class="Space" package="p"><id name="id">1</id></property><property name="version">2</property><property name="creator" class="ConfluenceUserImpl" package="p"><id name="key">k1</id></property><property name="contentStatus"><![CDATA[current]]></property><collection name="historicalVersions" class="java.util.List"><element class="Page" package="p"><id name="id">11</id></element></collection></object>
<object class="Page" package="com.atlassian.confluence.pages"><id name="id">11</id><property name="title"><![CDATA[Home]]></property><property name="version">1</property><property name="originalVersion" class="Page" package="p"><id name="id">10</id></property><property name="contentStatus"><![CDATA[current]]></property></object>
<object class="Page" package="com.atlassian.confluence.pages"><id name="id">12</id><property name="title"><![CDATA[Child]]></property><property name="space" class="Space" package="p"><id name="id">1</id></property><property name="parent" class="Page" package="p"><id name="id">10</id></property><property name="version">1</property><property name="contentStatus"><![CDATA[current]]></property></object>
<object class="BodyContent" package="com.atlassian.confluence.core"><id name="id">110</id><property name="body"><![CDATA[home]]></property><property name="content" class="Page" package="p"><id name="id">10</id></property></object>
<object class="BodyContent" package="com.atlassian.confluence.core"><id name="id">111</id><property name="body"><![CDATA[old]]></property><property name="content" class="Page" package="p"><id name="id">11</id></property></object>
<object class="BodyContent" package="com.atlassian.confluence.core"><id name="id">112</id><property name="body"><![CDATA[child]]></property><property name="content" class="Page" package="p"><id name="id">12</id></property></object>
<object class="Comment" package="com.atlassian.confluence.pages"><id name="id">20</id><property name="containerContent" class="Page" package="p"><id name="id">10</id></property><property name="creationDate">2020-01-01 00:00:00.000</property></object>
<object class="Comment" package="com.atlassian.confluence.pages"><id name="id">21</id><property name="parent" class="Comment" package="p"><id name="id">20</id></property><property name="creationDate">2020-01-02 00:00:00.000</property></object>
<object class="Attachment" package="com.atlassian.confluence.pages"><id name="id">30</id><property name="title"><![CDATA[a.txt]]></property><property name="version">2</property><property name="containerContent" class="Page" package="p"><id name="id">10</id></property><property name="contentStatus"><![CDATA[current]]></property></object>
<object class="Attachment" package="com.atlassian.confluence.pages"><id name="id">31</id><property name="title"><![CDATA[a.txt]]></property><property name="version">1</property><property name="containerContent" class="Page" package="p"><id name="id">10</id></property><property name="originalVersion" class="Attachment" package="p"><id name="id">30</id></property></object>
<object class="ContentProperty" package="com.atlassian.confluence.content"><id name="id">40</id><property name="name">FILESIZE</property><property name="longValue">3</property><property name="content" class="Attachment" package="p"><id name="id">30</id></property></object>
<object class="Label" package="com.atlassian.confluence.labels"><id name="id">50</id><property name="name">runbook</property><property name="namespace">global</property></object>
<object class="Labelling" package="com.atlassian.confluence.labels"><id name="id">51</id><property name="label" class="Label" package="p"><id name="id">50</id></property><property name="content" class="Page" package="p"><id name="id">10</id></property></object>
</hibernate-generic>
"#;

const FILES: [(&str, &[u8]); 2] = [("attachments/10/30/2", b"new"), ("attachments/10/30/1", b"older")];

fn zipped(xml: &str, descriptor: &str, files: &[(&str, &[u8])]) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("made.zip");
    let mut writer = PackageWriter::create(&path).unwrap();
    writer.entry("entities.xml", true, &mut xml.as_bytes()).unwrap();
    if !descriptor.is_empty() {
        writer.entry("exportDescriptor.properties", true, &mut descriptor.as_bytes()).unwrap();
    }
    for (name, content) in files {
        writer.entry(name, false, &mut &**content).unwrap();
    }
    writer.finish().unwrap();
    std::fs::read(path).unwrap()
}

fn read_bytes(bytes: &[u8]) -> Result<Inventory, ArchiveError> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("export.zip");
    std::fs::File::create(&path).unwrap().write_all(bytes).unwrap();
    let digest = Digest::of(bytes);
    let backup = Backup {
        path,
        form: Form::Zip,
        bytes: bytes.len() as u64,
        digest,
        origin: "export.zip".into(),
        modified: None,
    };
    let inventory = read(&backup, &Context::new(Events::none(), CancellationToken::new()))?;
    for (class, account) in &inventory.ledger.classes {
        assert_eq!(account.lexed, account.mapped + account.ignored + account.damaged, "{class}");
    }
    Ok(inventory)
}

pub(super) fn inventory(xml: &str) -> Inventory {
    read_bytes(&zipped(xml, DESCRIPTOR, &FILES)).unwrap()
}

pub(super) fn read_with(xml: &str, descriptor: &str) -> Inventory {
    read_bytes(&zipped(xml, descriptor, &FILES)).unwrap()
}

pub(super) fn damage(inventory: &Inventory) -> Vec<(Severity, &str)> {
    inventory.damage.iter().map(|damage| (damage.severity, damage.what.as_str())).collect()
}

fn only(inventory: &Inventory) -> &Damage {
    let [one] = inventory.damage.as_slice() else { panic!("{:#?}", inventory.damage) };
    one
}

pub(super) fn items(inventory: &Inventory, kind: Kind) -> Vec<Item> {
    inventory.reading.items(kind).map(Result::unwrap).collect()
}

/// Drops the object of this class and id.
fn without(class: &str, id: u64) -> String {
    let head = format!("<object class=\"{class}\"");
    let own = format!("<id name=\"id\">{id}</id><");
    let kept = XML.split_inclusive('\n').filter(|line| {
        let behind = line.strip_prefix(head.as_str()).and_then(|rest| rest.split_once('>'));
        !behind.is_some_and(|(_, rest)| rest.starts_with(&own))
    });
    let kept: String = kept.collect();
    assert_ne!(kept, XML);
    kept
}

#[test]
fn a_sound_archive_has_no_damage() {
    let inventory = inventory(XML);
    assert_eq!(inventory.damage, []);
    assert!(inventory.whole);
    assert_eq!(inventory.ledger.entries, 4);
    let keys: Vec<String> =
        Kind::ALL.into_iter().flat_map(|kind| items(&inventory, kind)).map(|item| item.key.to_string()).collect();
    assert_eq!(
        keys,
        [
            "space / OPS",
            "page / OPS / Child",
            "page / OPS / Home",
            "page / OPS / Home / comment /  / 2020-01-01 00:00:00.000 / ",
            "page / OPS / Home / comment /  / 2020-01-02 00:00:00.000 / ",
            "page / OPS / Home / attachment / a.txt",
            "page / OPS / Home / attachment / a.txt / version / 000001",
            "page / OPS / Home / version / 000001",
            "page / OPS / Home / label / global:runbook",
        ]
    );
    let home = &items(&inventory, Kind::Page)[1];
    assert_eq!((home.text(Field::Author), home.text(Field::Body)), (Some("ann"), Some(Digest::of("home").as_str())));
    let attachment = &items(&inventory, Kind::Attachment)[0];
    assert_eq!(
        (attachment.number(Field::Bytes), attachment.text(Field::Digest)),
        (Some(3), Some(Digest::of("new").as_str()))
    );
}

#[test]
fn one_lost_object_is_told_and_the_rest_is_read() {
    let dangling = "dangling-reference";
    for (class, id, mut wanted) in [
        ("Page", 10, vec![dangling; 5]),
        ("Page", 11, vec![dangling, "version-listed-but-missing"]),
        ("Page", 12, vec![dangling]),
        ("BodyContent", 112, vec!["owner-without-body"]),
        ("Space", 1, vec![dangling, "descriptor-space-missing"]),
        ("Label", 50, vec![dangling]),
        ("Comment", 20, vec!["container-missing", dangling]),
        ("Attachment", 30, vec![dangling, "file-unclaimed", "version-without-content"]),
        ("Attachment", 31, vec!["file-unclaimed"]),
        ("ContentProperty", 40, vec![]),
    ] {
        if id == 10 {
            wanted.extend(["parent-missing", "version-without-content"]);
        }
        let inventory = inventory(&without(class, id));
        let mut words: Vec<&str> = damage(&inventory).into_iter().map(|(_, what)| what).collect();
        words.sort_unstable();
        assert_eq!(words, wanted, "{class} {id}: {:#?}", inventory.damage);
        let worst = inventory.damage.iter().map(|damage| damage.severity).max();
        assert_eq!(worst == Some(Severity::Error), matches!((class, id), ("Page" | "Space", _)), "{class} {id}");
        assert!(inventory.whole);
    }
}

#[test]
fn attachments_without_files_weigh_by_what_they_stand_on() {
    let missing = read_bytes(&zipped(XML, DESCRIPTOR, &FILES[1..])).unwrap();
    let one = only(&missing);
    assert_eq!((one.what.as_str(), one.severity), ("attachment-file-missing", Severity::Error));
    assert_eq!(one.subject.title, ["Home", "a.txt"]);
    assert_eq!((one.subject.id, one.subject.space.as_deref()), (Some(30), Some("OPS")));
    assert!(one.place.as_ref().unwrap().offset.is_some());

    let trashed = XML.replace("<id name=\"id\">10</id></property><property name=\"contentStatus\"><![CDATA[current]]></property></object>\n<object class=\"Attachment\"", "<id name=\"id\">10</id></property><property name=\"contentStatus\"><![CDATA[deleted]]></property></object>\n<object class=\"Attachment\"");
    let inventory = read_bytes(&zipped(&trashed, DESCRIPTOR, &FILES[1..])).unwrap();
    assert_eq!(damage(&inventory), [(Severity::Warning, "attachment-file-missing")]);
    assert_eq!(items(&inventory, Kind::Attachment)[0].aside, Some(Aside::Trashed));

    let asked = DESCRIPTOR.replace("true", "false");
    let inventory = read_bytes(&zipped(XML, &asked, &[])).unwrap();
    assert_eq!(damage(&inventory), [(Severity::Error, "made-without-attachments")]);
}

#[test]
fn files_are_held_against_the_recorded_size_and_the_checksum() {
    let emptied = read_bytes(&zipped(XML, DESCRIPTOR, &[("attachments/10/30/2", b""), FILES[1]])).unwrap();
    assert_eq!(damage(&emptied), [(Severity::Error, "attachment-size-differs")]);
    let mut bytes = zipped(XML, DESCRIPTOR, &FILES);
    let at = bytes.windows(7).position(|seven| seven == b"30/2new").unwrap() + 4;
    bytes[at] ^= 1;
    let flipped = read_bytes(&bytes).unwrap();
    let one = only(&flipped);
    assert_eq!((one.what.as_str(), one.subject.id), ("crc", Some(30)));
    assert_eq!(one.place.as_ref().unwrap().entry, "attachments/10/30/2");
    assert_eq!(items(&flipped, Kind::Attachment)[0].text(Field::Digest), None);
    assert_eq!(flipped.ledger.entries, 3);
    let extra = read_bytes(&zipped(XML, DESCRIPTOR, &[FILES[0], FILES[1], ("attachments/10/99/1", b"?")])).unwrap();
    assert_eq!(damage(&extra), [(Severity::Warning, "file-unclaimed")]);
}

#[test]
fn a_file_is_found_in_older_layouts_and_under_another_page() {
    for files in [
        [("attachments/10/30", &b"new"[..]), ("attachments/10/30/1", b"older")],
        [("attachments/77/30/2", b"new"), ("attachments/10/31/1", b"older")],
        [("top/attachments/10/30/2", b"new"), ("top/attachments/10/30/1", b"older")],
    ] {
        let inventory = read_bytes(&zipped(XML, DESCRIPTOR, &files)).unwrap();
        let found = items(&inventory, Kind::Attachment)[0].text(Field::Digest).is_some();
        assert_eq!(found, !files[0].0.starts_with("top"), "{files:?}");
    }
}

#[test]
fn xml_that_breaks_off_is_told_once_and_what_was_read_stays() {
    for (xml, what) in [
        (XML.replace("<object class=\"Label\"", "</object><object class=\"Label\""), "malformed-xml"),
        (XML.split("<object class=\"Label\"").next().unwrap().to_owned(), "cut-off"),
        (XML.split("[CDATA[child").next().unwrap().to_owned(), "cut-off"),
    ] {
        let inventory = inventory(&xml);
        assert!(!inventory.whole);
        assert!(items(&inventory, Kind::Page).len() == 2);
        let told: Vec<_> =
            damage(&inventory).into_iter().filter(|(severity, _)| *severity == Severity::Error).collect();
        assert!(told.contains(&(Severity::Error, what)), "{:#?}", inventory.damage);
        assert!(inventory.damage.iter().all(|damage| damage.what == what), "{:#?}", inventory.damage);
        assert!(inventory.damage[0].place.as_ref().unwrap().offset.unwrap() > 0);
    }
    let inventory =
        inventory(&XML.replace("<hibernate", "<!DOCTYPE a [<!ENTITY b SYSTEM \"/etc/passwd\">]><hibernate"));
    assert_eq!((only(&inventory).what.as_str(), inventory.whole), ("malformed-xml", false));
    let missing = read_bytes(&zipped(XML, "", &FILES)).unwrap();
    assert_eq!((only(&missing).what.as_str(), missing.whole), ("no-descriptor", true));
}

#[test]
fn bad_and_unknown_objects_are_counted_and_named() {
    let more = "<object class=\"Page\"><id name=\"id\">x</id></object><object><id>1</id></object><object class=\"New\" package=\"a.b\"/>\
        <object class=\"UserLoginInfo\" package=\"p\"><id name=\"id\">1</id></object></hibernate-generic>";
    let inventory = inventory(&XML.replace("</hibernate-generic>", more));
    let wanted = [(Severity::Error, "bad-object"), (Severity::Error, "no-id"), (Severity::Info, "unknown-class")];
    assert_eq!(damage(&inventory), wanted);
    assert!(inventory.damage[2].message.contains("a.b.New"));
    assert!(
        inventory
            .reading
            .header
            .blind_spots
            .iter()
            .any(|spot| spot.contains("UserLoginInfo") && spot.contains("log-ins"))
    );
    assert_eq!(inventory.ledger.total().damaged, 2);
}

#[test]
fn of_two_objects_with_one_id_the_last_counts() {
    let again = "<object class=\"Page\" package=\"com.atlassian.confluence.pages\"><id name=\"id\">12</id><property name=\"title\">Again</property>\
        <property name=\"space\" class=\"Space\" package=\"p\"><id name=\"id\">1</id></property></object></hibernate-generic>";
    let inventory = inventory(&XML.replace("</hibernate-generic>", again));
    assert_eq!(damage(&inventory), [(Severity::Warning, "duplicate-id")]);
    let pages = items(&inventory, Kind::Page);
    let titles: Vec<_> = pages.iter().filter_map(|page| page.text(Field::Title)).collect();
    assert_eq!(titles, ["Again", "Home"]);
}

#[test]
fn other_spaces_are_set_aside_and_missing_ones_told() {
    let inventory = read_bytes(&zipped(XML, "exportType=space\nspaceKey=ops\n", &FILES)).unwrap();
    assert_eq!(inventory.damage, [], "keys compare without case");
    let inventory = read_bytes(&zipped(XML, "exportType=space\nspaceKeys=HR\n", &FILES)).unwrap();
    assert_eq!(
        damage(&inventory),
        [(Severity::Error, "descriptor-space-missing"), (Severity::Warning, "foreign-space")]
    );
    assert!(items(&inventory, Kind::Page).iter().all(|page| page.aside == Some(Aside::ForeignSpace)));
    let nothing = read_bytes(&zipped("<hibernate-generic/>", "exportType=all\n", &[])).unwrap();
    assert_eq!(damage(&nothing), [(Severity::Error, "nothing-inside")]);
}

#[test]
fn a_restricted_title_is_marked() {
    let more = "<object class=\"ContentPermissionSet\" package=\"p\"><id name=\"id\">60</id><property name=\"type\">View</property><property name=\"owningContent\" class=\"Page\" package=\"p\"><id name=\"id\">10</id></property></object>\
        <object class=\"ContentPermission\" package=\"p\"><id name=\"id\">61</id><property name=\"type\">View</property><property name=\"groupName\">hr</property><property name=\"owningSet\" class=\"ContentPermissionSet\" package=\"p\"><id name=\"id\">60</id></property></object></hibernate-generic>";
    let xml = without("BodyContent", 112).replace("</hibernate-generic>", more);
    let inventory = inventory(&xml);
    assert_eq!(
        items(&inventory, Kind::Restriction)[0].key.to_string(),
        "page / OPS / Home / restriction / read / group / hr"
    );
    let one = only(&inventory);
    assert_eq!(
        (one.what.as_str(), one.subject.restricted),
        ("owner-without-body", true),
        "the page above it is restricted"
    );
}

#[test]
fn a_stopped_drill_stops_the_reading() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("export.zip");
    std::fs::write(&path, zipped(XML, DESCRIPTOR, &FILES)).unwrap();
    let backup = Backup { path, form: Form::Zip, bytes: 0, digest: Digest::of(""), origin: "x".into(), modified: None };
    let cancel = CancellationToken::new();
    cancel.cancel();
    let stopped = read(&backup, &Context::new(Events::none(), cancel)).unwrap_err();
    assert_eq!(stopped.fault(), Fault::Rig);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    /// Whatever happens to the bytes of a package, reading it never panics, and what it says adds up.
    #[test]
    fn broken_bytes_never_panic(changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..20), cut in any::<prop::sample::Index>(), cuts in any::<bool>()) {
        let mut bytes = zipped(XML, DESCRIPTOR, &FILES);
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if cuts {
            bytes.truncate(cut.index(bytes.len()));
        }
        let _ = read_bytes(&bytes);
    }

    /// The same, with the XML broken before it is packed, so that the reader of objects meets it.
    #[test]
    fn broken_xml_never_panics(changes in proptest::collection::vec((any::<prop::sample::Index>(), prop::sample::select(vec!["<", ">", "\"", "&", "]]>", "<![CDATA[", "</object>", "\u{1}", "9", "<id>", ""])), 1..6)) {
        let mut xml = XML.to_owned();
        for (at, text) in changes {
            let at = at.index(xml.len());
            if xml.is_char_boundary(at) && xml.is_char_boundary(at + 1) {
                xml.replace_range(at..=at, text);
            }
        }
        let inventory = read_bytes(&zipped(&xml, DESCRIPTOR, &FILES)).unwrap();
        prop_assert!(inventory.whole || inventory.damage.iter().any(|damage| damage.severity == Severity::Error));
    }
}

#[test]
fn pages_in_a_circle_end_and_damage_below_them_is_told() {
    let own = XML.replace(
        r#"<property name="title"><![CDATA[Home]]></property><property name="space""#,
        r#"<property name="title"><![CDATA[Home]]></property><property name="parent" class="Page" package="p"><id name="id">10</id></property><property name="space""#,
    );
    let two = own.replace(
        r#"<property name="parent" class="Page" package="p"><id name="id">10</id></property><property name="space""#,
        r#"<property name="parent" class="Page" package="p"><id name="id">12</id></property><property name="space""#,
    );
    for (xml, expected) in
        [(own, vec!["attachment-file-missing", "parent-circle"]), (two, vec!["attachment-file-missing"])]
    {
        let inventory = read_bytes(&zipped(&xml, DESCRIPTOR, &FILES[1..])).unwrap();
        let told: Vec<_> = damage(&inventory).into_iter().map(|(_, what)| what).collect();
        assert_eq!(told, expected);
        // Whoever can't see where a chain begins can't say that it is open to everybody.
        let missing = inventory.damage.iter().find(|damage| damage.what == "attachment-file-missing").unwrap();
        assert!(missing.subject.restricted || expected.len() == 2);
    }
}
