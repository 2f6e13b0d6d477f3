//! Whole packages, made by hand and broken in one place.

use std::io::{Read as _, Write as _};
use std::path::PathBuf;

use super::*;
use crate::model::Fault;

const XML: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<hibernate-generic datetime="2016-05-10 17:04:43">
<object class="Page" package="com.atlassian.confluence.pages">
<id name="id">7</id>
<property name="parent" class="Page" package="com.atlassian.confluence.pages"><id name="id">6</id>
</property>
<property name="title"><![CDATA[A & B]]></property><property name="lowerTitle"/>
<property name="versionComment"><![CDATA[]]></property>
<property name="body">a &lt;b&gt; &#65;&#x42; c</property>
<property name="spaceStatus" enum-class="SpaceStatus" package="x">CURRENT</property>
<collection name="bodyContents" class="java.util.Collection"><element class="BodyContent" package="com.atlassian.confluence.core"><id name="id">9</id>
</element>
</collection>
</object>
<object class="BucketPropertySetItem" package="bucket.user.propertyset">
<composite-id><property name="entityName" type="string"><![CDATA[X]]></property><property name="entityId" type="long">5</property></composite-id>
</object>
</hibernate-generic>
"#;

fn zipped(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("made.zip");
    let mut writer = PackageWriter::create(&path).unwrap();
    for (index, (name, content)) in entries.iter().enumerate() {
        writer.entry(name, index % 2 == 0, &mut &**content).unwrap();
    }
    writer.finish().unwrap();
    std::fs::read(path).unwrap()
}

struct Opened {
    _folder: tempfile::TempDir,
    package: Result<Package, PackageError>,
}

fn open_with(bytes: &[u8], limits: &Limits) -> Opened {
    let folder = tempfile::tempdir().unwrap();
    let path: PathBuf = folder.path().join("test.zip");
    std::fs::write(&path, bytes).unwrap();
    Opened { package: Package::open(&path, limits), _folder: folder }
}

fn open(bytes: &[u8]) -> Opened {
    open_with(bytes, &Limits::default())
}

fn names(package: &Package) -> Vec<&str> {
    package.entries().iter().map(|entry| entry.name.as_str()).collect()
}

fn words(package: &Package) -> Vec<&str> {
    package.damage().iter().map(|damage| damage.what.as_str()).collect()
}

fn content(package: &Package, name: &str) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    package.read(package.entry(name).unwrap()).unwrap().read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn lexed(xml: &[u8]) -> (Vec<RawObject>, Vec<ObjectError>) {
    lexed_with(xml, &Limits::default())
}

fn lexed_with(xml: &[u8], limits: &Limits) -> (Vec<RawObject>, Vec<ObjectError>) {
    let (mut good, mut bad) = (Vec::new(), Vec::new());
    for object in objects(xml, limits) {
        match object {
            Ok(object) => good.push(object),
            Err(error) => bad.push(error),
        }
    }
    (good, bad)
}

#[test]
fn what_is_written_is_read_back_whole() {
    let bytes = zipped(&[("./entities.xml", XML.as_bytes()), ("attachments/1/2/1", b"hello"), ("empty", b"")]);
    let opened = open(&bytes);
    let package = opened.package.unwrap();
    assert_eq!(names(&package), ["attachments/1/2/1", "empty", "entities.xml"]);
    assert_eq!(words(&package), Vec::<&str>::new());
    assert_eq!(content(&package, "entities.xml").unwrap(), XML.as_bytes());
    assert_eq!(content(&package, "attachments/1/2/1").unwrap(), b"hello");
    assert_eq!(content(&package, "empty").unwrap(), b"");
    assert_eq!(bytes, zipped(&[("./entities.xml", XML.as_bytes()), ("attachments/1/2/1", b"hello"), ("empty", b"")]));
}

#[test]
fn a_folder_reads_as_the_zip_does() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(folder.path().join("export/attachments/1/2")).unwrap();
    std::fs::write(folder.path().join("export/entities.xml"), XML).unwrap();
    std::fs::write(folder.path().join("export/attachments/1/2/1"), "hello").unwrap();
    let package = Package::open(folder.path(), &Limits::default()).unwrap();
    assert_eq!(names(&package), ["attachments/1/2/1", "entities.xml"]);
    assert_eq!((words(&package), package.top_folder()), (vec!["top-folder"], Some("export")));
    assert_eq!(content(&package, "attachments/1/2/1").unwrap(), b"hello");
    assert_eq!(Package::open(&folder.path().join("export"), &Limits::default()).unwrap().damage(), []);
    let missing = Package::open(&folder.path().join("no"), &Limits::default()).unwrap_err();
    assert_eq!(missing.fault(), Fault::Rig);
}

#[test]
fn a_second_entry_of_one_name_is_refused() {
    let bytes = zipped(&[("entities.xml", b"x"), ("entities.xmx", b"y")]);
    // The writer would refuse it too, so the second name is changed afterwards.
    let bytes = replace(&bytes, b"entities.xmx", b"entities.xml");
    let opened = open(&bytes);
    let package = opened.package.unwrap();
    assert_eq!(names(&package), ["entities.xml"]);
    assert_eq!(words(&package), ["duplicate-name"]);
    assert_eq!(content(&package, "entities.xml").unwrap(), b"x");
    let place = package.damage().iter().find(|damage| damage.what == "duplicate-name").unwrap().place.clone().unwrap();
    assert!(place.offset.unwrap() > 0);
}

fn replace(bytes: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for at in 0..bytes.len().saturating_sub(from.len()) {
        if bytes[at..].starts_with(from) {
            bytes[at..at + from.len()].copy_from_slice(to);
        }
    }
    bytes
}

#[test]
fn each_name_that_leads_out_is_refused() {
    for bad in [
        "../../../../../../x",
        "/etc/passwd/absolut",
        "a\\..\\..\\b\\windows1",
        "C:/windows/system32",
        "a/../../secretsecret",
    ] {
        let innocent = "n".repeat(bad.len());
        let bytes = replace(&zipped(&[(&innocent, b"x"), ("entities.xml", b"x")]), innocent.as_bytes(), bad.as_bytes());
        let opened = open(&bytes);
        let package = opened.package.unwrap();
        assert_eq!(names(&package), ["entities.xml"], "{bad}");
        assert_eq!(words(&package), ["name-escapes"], "{bad}");
        assert_eq!(package.damage()[0].place.as_ref().unwrap().entry, bad);
    }
}

#[test]
fn flipped_bytes_show_with_entry_and_offset() {
    let content: Vec<u8> = (0..50_000_u32).flat_map(|number| (number % 251 * 7).to_le_bytes()).collect();
    let bytes = zipped(&[("deflated", &content), ("stored", &content)]);
    let sound = open(&bytes).package.unwrap();
    let at = |name: &str| usize::try_from(sound.entry(name).unwrap().offset).unwrap() + 30 + name.len() + 100;
    for name in ["stored", "deflated"] {
        let mut broken = bytes.clone();
        broken[at(name)] ^= 0x55;
        let opened = open(&broken);
        let package = opened.package.unwrap();
        let mut read = Vec::new();
        let error = package.read(package.entry(name).unwrap()).unwrap().read_to_end(&mut read).unwrap_err();
        let inner = EntryError::within(&error).unwrap();
        assert_eq!((inner.entry.as_str(), inner.offset), (name, package.entry(name).unwrap().offset));
        assert!(matches!(inner.what(), "crc" | "inflate" | "length"), "{inner}");
        assert!(read.len() <= content.len());
    }
}

#[test]
fn a_wrong_length_never_yields_more_than_was_said() {
    let bytes = zipped(&[("a", b"0123456789")]);
    // The unpacked length in the directory: 24 bytes behind its signature.
    let directory = bytes.windows(4).position(|four| four == b"PK\x01\x02").unwrap();
    for said in [3_u8, 200] {
        let mut broken = bytes.clone();
        broken[directory + 24] = said;
        let opened = open(&broken);
        let package = opened.package.unwrap();
        let mut read = Vec::new();
        let error = package.read(package.entry("a").unwrap()).unwrap().read_to_end(&mut read).unwrap_err();
        assert_eq!(EntryError::within(&error).unwrap().what(), "length");
        assert!(read.len() <= 10);
    }
}

#[test]
fn a_zip_that_is_cut_off_says_where() {
    let inner = zipped(&[("inside", b"a zip within the zip")]);
    let bytes = zipped(&[("entities.xml", XML.as_bytes()), ("attachments/1/2/1", &inner)]);
    for length in 1..bytes.len() {
        let opened = open(&bytes[..length]);
        let error = match opened.package {
            Err(error) => error,
            Ok(package) => panic!("{length} of {} bytes open with {:?}", bytes.len(), names(&package)),
        };
        assert_eq!(error.fault(), Fault::Backup, "{error}");
        if (4..bytes.len() - 22).contains(&length) {
            assert_eq!(error.offset(), Some(length as u64), "{error}");
        }
    }
}

#[test]
fn other_files_are_told_apart() {
    for (bytes, word) in [
        (&b"\x1f\x8b\x08\x00"[..], "gzip"),
        (b"<!DOCTYPE html><html>", "web page"),
        (XML.as_bytes(), "XML"),
        (b"{\"statusCode\":403}", "JSON"),
        (b"hello", "text"),
        (&[0; 600], "zeros"),
        (b"\xff\xfe\x01", "no form"),
    ] {
        let error = open(bytes).package.unwrap_err();
        assert!(error.to_string().contains(word), "{error}");
        assert_eq!(error.fault(), Fault::Backup);
    }
    assert!(matches!(open(b"").package.unwrap_err(), PackageError::Empty { .. }));
}

#[test]
fn bombs_are_refused_by_ratio_and_by_length() {
    let zeros = vec![0; 1 << 20];
    let bytes = zipped(&[("bomb", &zeros), ("entities.xml", b"x")]);
    let strict = Limits { ratio_from: 1 << 10, ..Limits::default() };
    for limits in [strict, Limits { entry_bytes: 1 << 10, ..Limits::default() }] {
        let opened = open_with(&bytes, &limits);
        let package = opened.package.unwrap();
        assert_eq!((names(&package), words(&package)), (vec!["entities.xml"], vec!["bomb"]));
    }
    let few = Limits { entries: 1, ..Limits::default() };
    assert!(matches!(open_with(&bytes, &few).package.unwrap_err(), PackageError::TooManyEntries { limit: 1 }));
}

#[test]
fn a_zip64_directory_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("many.zip");
    let mut writer = PackageWriter::create(&path).unwrap();
    for number in 0..66_000 {
        writer.entry(&format!("attachments/1/{number}/1"), false, &mut std::io::empty()).unwrap();
    }
    writer.entry("entities.xml", true, &mut XML.as_bytes()).unwrap();
    writer.finish().unwrap();
    let package = Package::open(&path, &Limits::default()).unwrap();
    assert_eq!((package.entries().len(), package.damage()), (66_001, &[][..]));
    assert_eq!(content(&package, "entities.xml").unwrap(), XML.as_bytes());
}

#[test]
fn objects_are_read_as_they_are_written() {
    let (objects, errors) = lexed(XML.as_bytes());
    assert!(errors.is_empty(), "{errors:?}");
    let [page, item] = objects.as_slice() else { panic!("{objects:?}") };
    assert_eq!(page.full_class(), "com.atlassian.confluence.pages.Page");
    assert_eq!((page.number_id(), page.text("title")), (Some(7), Some("A & B")));
    assert_eq!((page.text("lowerTitle"), page.text("versionComment"), page.text("no")), (None, Some(""), None));
    assert_eq!(page.text("body"), Some("a <b> AB c"));
    assert_eq!(page.property("spaceStatus"), Some(&Raw::Enum("CURRENT".into())));
    assert_eq!(page.reference("parent"), Some(("Page", "6")));
    assert_eq!(page.collection("bodyContents")[0].as_reference(), Some(("BodyContent", "9")));
    assert_eq!(item.id.as_deref(), Some("entityName=X,entityId=5"));
    let part = &XML.as_bytes()[usize::try_from(page.offset).unwrap()..usize::try_from(page.end).unwrap()];
    assert!(part.starts_with(b"<object class=\"Page\"") && part.ends_with(b"</object>"));
}

#[test]
fn both_habits_write_what_is_read_back() {
    let (objects, _) = lexed(XML.as_bytes());
    for habit in [Habit::Legacy, Habit::Modern] {
        let mut writer = ObjectWriter::begin(Vec::new(), habit, "2026-01-01 00:00:00").unwrap();
        for object in &objects {
            writer.object(object).unwrap();
        }
        let mut code = RawObject { class: "BodyContent".into(), id: Some("1".into()), ..RawObject::default() };
        code.properties.push(("body".into(), Raw::Text("\n<![CDATA[x]]>\n".into())));
        writer.object(&code).unwrap();
        let xml = writer.finish().unwrap();
        let (again, errors) = lexed(&xml);
        assert!(errors.is_empty(), "{errors:?}");
        assert_eq!(again[0].text("title"), Some("A & B"));
        assert_eq!(again[0].collections, objects[0].collections);
        assert_eq!(again[0].reference("parent"), Some(("Page", "6")));
        assert_eq!(again[1].id, objects[1].id);
        assert_eq!(again[2].text("body"), Some("\n<![CDATA[x]] >\n"));
    }
}

#[test]
fn places_count_a_byte_order_mark() {
    let plain = lexed(XML.as_bytes()).0;
    for marks in ["\u{feff}", "\u{feff}\u{feff}"] {
        let marked = format!("{marks}{XML}");
        let (objects, errors) = lexed(marked.as_bytes());
        assert!(errors.is_empty() && objects.len() == plain.len(), "{errors:?}");
        for (object, plain) in objects.iter().zip(&plain) {
            assert_eq!(
                (object.offset, object.end),
                (plain.offset + marks.len() as u64, plain.end + marks.len() as u64)
            );
        }
    }
}

#[test]
fn a_bad_object_does_not_stop_the_reading() {
    let xml = b"<hibernate-generic><object class=\"A\"/><object><property name=\"x\"><id>1</id></property></object>\
        <object class=\"B\"><property>1</property><collection name=\"c\"/></object><other/>text<object class=\"C\" class=\"D\"/>\
        <object class=\"E\"><id name=\"id\">1</id><unknown><deep/></unknown></object></hibernate-generic>";
    let (good, bad) = lexed(xml);
    let classes: Vec<_> = good.iter().map(|object| object.class.as_str()).collect();
    assert_eq!(classes, ["A", "E"]);
    assert_eq!(bad.len(), 5, "{bad:?}");
    assert!(bad.iter().all(|error| !error.is_fatal()));
}

#[test]
fn broken_xml_ends_the_reading_and_says_where() {
    let middle = XML.replace("<collection name=\"bodyContents\"", "<collection name=\"bodyContents\" <");
    let crossed = XML.replace("</collection>", "</collections>");
    let doctype = XML.replace("<hibernate-generic", "<!DOCTYPE x [<!ENTITY a \"b\">]><hibernate-generic");
    let unknown = XML.replace("&lt;", "&nbsp;");
    let twice = format!("{XML}<hibernate-generic/>");
    for xml in [
        crossed,
        doctype,
        unknown,
        twice,
        "<html></html>".to_owned(),
        String::new(),
        XML.replace("\"UTF-8\"", "\"UTF-16\""),
    ] {
        let (_, bad) = lexed(xml.as_bytes());
        assert!(bad.last().is_some_and(ObjectError::is_fatal), "{xml}");
        assert_eq!(bad.len(), 1);
    }
    assert!(!lexed(middle.as_bytes()).1.is_empty());
    for length in 0..XML.trim_end().len() {
        let (_, bad) = lexed(&XML.as_bytes()[..length]);
        assert!(bad.last().is_some_and(ObjectError::is_fatal), "{length}: {bad:?}");
    }
}

#[test]
fn depth_and_length_of_objects_are_bounded() {
    let deep = format!("<hibernate-generic><object class=\"A\">{}", "<a>".repeat(1_000_000));
    assert!(matches!(lexed(deep.as_bytes()).1.as_slice(), [ObjectError::TooDeep { .. }]));
    let limits = Limits { object_bytes: 1 << 20, ..Limits::default() };
    let long = format!("<hibernate-generic><object class=\"A\"><property name=\"b\"><![CDATA[{}", "x".repeat(3 << 20));
    assert!(matches!(lexed_with(long.as_bytes(), &limits).1.as_slice(), [ObjectError::TooLong { .. }]));
    let many =
        "<hibernate-generic>".to_owned() + &"<object class=\"A\"></object>".repeat(100_000) + "</hibernate-generic>";
    assert_eq!(lexed_with(many.as_bytes(), &limits).0.len(), 100_000);
    let comment = format!("<hibernate-generic><!-- {}", "x".repeat(3 << 20));
    assert!(matches!(lexed_with(comment.as_bytes(), &limits).1.as_slice(), [ObjectError::TooLong { .. }]));
    let attributes: String = (0..100).map(|number| format!(" a{number}=\"\"")).collect();
    let wide = format!("<hibernate-generic><object{attributes} class=\"A\"/><object class=\"B\"/></hibernate-generic>");
    assert_eq!((lexed(wide.as_bytes()).0.len(), lexed(wide.as_bytes()).1.len()), (1, 1));
    let bang = "<hibernate-generic><object class=\"A\"><!x></object></hibernate-generic>";
    assert!(matches!(lexed(bang.as_bytes()).1.as_slice(), [ObjectError::Malformed { .. }]));
    let limits = Limits { object_parts: 3, ..Limits::default() };
    let parts = "<hibernate-generic><object class=\"A\"><property name=\"a\"/><property name=\"a\"/><collection name=\"c\"><element/><element/>\
        </collection></object><object class=\"B\"/></hibernate-generic>";
    let (good, bad) = lexed_with(parts.as_bytes(), &limits);
    assert_eq!((good.len(), bad.len()), (1, 1));
}

#[test]
fn forbidden_characters_are_told_and_text_goes_on() {
    let mut xml = XML.replace("A & B", "A\u{2}B\u{ffff}").replace("&#65;", "&#x1;").into_bytes();
    xml.extend_from_slice(b"<!-- end -->\n");
    let mut reader = objects(xml.as_slice(), &Limits::default());
    let page = reader.next().unwrap().unwrap();
    assert_eq!(page.text("title"), Some("A\u{fffd}B\u{fffd}"));
    assert_eq!(page.text("body"), Some("a <b> \u{fffd}B c"));
    assert!(reader.by_ref().all(|object| object.is_ok()));
    assert_eq!(reader.illegal().number, 3);
    assert!(reader.illegal().places.iter().any(|place| xml[usize::try_from(place.0).unwrap()] == 2));
    assert_eq!(reader.datetime(), Some("2016-05-10 17:04:43"));
}

#[test]
fn a_wrong_checksum_of_the_xml_shows_behind_its_objects() {
    let bytes = zipped(&[("x", b""), ("entities.xml", XML.as_bytes())]);
    let at = bytes.windows(4).position(|four| four == b"2016").unwrap();
    let mut broken = bytes.clone();
    (&mut broken[at..]).write_all(b"2017").unwrap();
    let opened = open(&broken);
    let package = opened.package.unwrap();
    let reader = package.read(package.entry("entities.xml").unwrap()).unwrap();
    let all: Vec<_> = objects(reader, &Limits::default()).collect();
    assert_eq!(all.iter().filter(|object| object.is_ok()).count(), 2);
    assert_eq!(all.last().unwrap().as_ref().unwrap_err().entry().unwrap().what(), "crc");
}

#[test]
fn a_less_than_sign_in_an_attribute_is_no_xml() {
    let bad = XML.replace(r#"class="BodyContent""#, r#"class="Body<!--Content""#);
    let read: Vec<_> = objects(bad.as_bytes(), &Limits::default()).collect();
    assert!(matches!(read.first(), Some(Err(ObjectError::Bad { .. }))), "{read:?}");
    assert!(matches!(read.get(1), Some(Ok(_))));
    assert_eq!(read.len(), 2);
}

#[test]
fn what_confluence_writes_needs_the_event_parser_for_the_first_object_alone() {
    let text = |text: &str| Raw::Text(text.to_owned());
    let user = RawObject {
        class: "InternalUser".to_owned(),
        id: Some("entityName=X,entityId=5".to_owned()),
        properties: vec![
            ("name".to_owned(), Raw::Null),
            ("body".to_owned(), text("<p>ä</p>\n<![CDATA[x]]>")),
            ("page".to_owned(), Raw::Reference { class: "Page".to_owned(), id: "7".to_owned() }),
            ("kind".to_owned(), Raw::Enum("GROUP".to_owned())),
        ],
        collections: vec![("pages".to_owned(), vec![Raw::Reference { class: "Page".to_owned(), id: "7".to_owned() }])],
        ..RawObject::default()
    };
    for habit in [Habit::Legacy, Habit::Modern] {
        let mut writer = ObjectWriter::begin(Vec::new(), habit, "2016-05-10 17:04:43").unwrap();
        (0..9).for_each(|_| writer.object(&user).unwrap());
        let xml = writer.finish().unwrap();
        let mut events = events::Events::new(Screened::new(xml.as_slice()), &Limits::default());
        let mut buffer = ObjectBuffer::default();
        let mut scanned = 0;
        loop {
            if events.scanned(&mut buffer).is_some() {
                scanned += 1;
            } else if events.next().is_none() {
                break;
            }
        }
        assert_eq!((scanned, events.is_complete()), (8, true));
    }
}
