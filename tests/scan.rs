//! The scanner held against the event parser: whatever the bytes are, both must say the same in every respect.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that fails here says so by panicking")]

mod common;

use std::io::{self, Read};

use proptest::prelude::*;
use rehearsal::package::{
    Illegal, Limits, Objects, Package, RawObject, Texts, objects, objects_ahead, objects_by_events,
};

/// Gives so many bytes at a time.
struct Drip<'a> {
    bytes: &'a [u8],
    size: usize,
}

impl Read for Drip<'_> {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        let (now, later) = self.bytes.split_at(self.size.min(to.len()).min(self.bytes.len()));
        to[..now.len()].copy_from_slice(now);
        self.bytes = later;
        Ok(now.len())
    }
}

/// All that the interface shows.
#[derive(Debug, PartialEq)]
struct Shown {
    items: Vec<Result<RawObject, String>>,
    positions: Vec<u64>,
    errors: Vec<(u64, bool)>,
    datetime: Option<String>,
    complete: bool,
    illegal: Illegal,
}

fn shown<R: Texts>(mut objects: Objects<R>) -> Shown {
    let (mut items, mut positions, mut errors) = (Vec::new(), Vec::new(), Vec::new());
    while let Some(item) = objects.next_object() {
        let item = item.map(|object| object.to_raw()).map_err(|error| {
            errors.push((error.offset(), error.is_fatal()));
            format!("{error:?}")
        });
        items.push(item);
        positions.push(objects.position());
    }
    let mut illegal = objects.illegal().clone();
    if let Some((offset, _)) = errors.iter().find(|(_, fatal)| *fatal) {
        // How far the reading ahead of a fatal error went doesn't matter.
        illegal.places.retain(|(place, _)| place < offset);
        illegal.number = 0;
    }
    let datetime = objects.datetime().map(str::to_owned);
    Shown { items, positions, errors, datetime, complete: objects.is_complete(), illegal }
}

/// Holds the two against each other, and blocks of several sizes.
fn compare(bytes: &[u8], sizes: &[usize], limits: &Limits) -> Shown {
    let reference = shown(objects_by_events(bytes, limits));
    for size in sizes {
        let drip = || Drip { bytes, size: *size };
        assert_eq!(shown(objects(drip(), limits)), reference, "blocks of {size}: {}", String::from_utf8_lossy(bytes));
        assert_eq!(shown(objects_by_events(drip(), limits)), reference, "events, blocks of {size}");
    }
    assert_eq!(shown(objects(bytes, limits)), reference, "{}", String::from_utf8_lossy(bytes));
    reference
}

/// The same, with the unpacking and screening on a thread of its own.
fn compare_ahead(bytes: &[u8], limits: &Limits) {
    let ahead = objects_ahead(io::Cursor::new(bytes.to_vec()), limits).unwrap();
    assert_eq!(shown(ahead), compare(bytes, &[], limits), "on a thread: {}", String::from_utf8_lossy(bytes));
}

fn wrapped(inside: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<hibernate-generic datetime=\"2016-05-10 17:04:43\">\n{inside}\n</hibernate-generic>\n"
    )
}

#[test]
fn every_entities_xml_of_the_corpus_reads_the_same_both_ways() {
    let Some(corpus) = common::corpus() else { return };
    let mut seen = 0;
    for folder in ["packages", "fragments"] {
        for path in std::fs::read_dir(corpus.join(folder)).unwrap().map(|entry| entry.unwrap().path()) {
            let Ok(package) = Package::open(&path, &Limits::default()) else { continue };
            let Some(entry) = package.entry("entities.xml") else { continue };
            let mut bytes = Vec::new();
            package.read(entry).unwrap().read_to_end(&mut bytes).unwrap();
            let all = compare(&bytes, &[997, 4_096, 65_537], &Limits::default());
            let ahead = objects_ahead(package.read(entry).unwrap(), &Limits::default()).unwrap();
            assert_eq!(shown(ahead), all);
            seen += all.items.len();
        }
    }
    assert!(seen > 4_000, "{seen} objects");
}

#[test]
fn a_package_of_the_corpus_reads_the_same_cut_off_anywhere() {
    let Some(corpus) = common::corpus() else { return };
    let bytes = std::fs::read(corpus.join("fragments/attachhist/entities.xml")).unwrap();
    let step = bytes.len() / 60;
    for end in (0..bytes.len()).step_by(step.max(1)) {
        compare_ahead(&bytes[..end], &Limits::default());
    }
}

/// What is rare, or wrong, or only almost what the scanner knows.
const ODDITIES: [&str; 40] = [
    "<object class=\"A\" package=\"p\"/>",
    "<object package=\"p\" class=\"A\"><id name=\"id\">1</id></object>",
    "<object class='A' package='p'><id name=\"id\">1</id></object>",
    "<object class=\"a.b.A\"><id name=\"id\"> 1 </id></object>",
    "<object class=\"\" package=\"p\"></object>",
    "<object class=\"A\" package=\"p\"><!-- a > b --><id name=\"id\">1</id></object>",
    "<object class=\"A\" package=\"p\"><?pi?><property name=\"a\">b</property></object>",
    "<object class=\"A\" package=\"p\"><property name=\"a > b\">c</property></object>",
    "<object class=\"A\" package=\"p\"><property name=\"a &amp; b\">c &#13; &#x2; &lt;</property></object>",
    "<object class=\"A\" package=\"p\"><property name=\"a\">x<b>y</b>z</property></object>",
    "<object class=\"A\" package=\"p\"><property name=\"a\" class=\"B\" package=\"q\">text</property></object>",
    "<object class=\"A\" package=\"p\"><property name=\"a\" class=\"q.B\"> <id name=\"id\"><![CDATA[ x ]]></id></property></object>",
    "<object class=\"A\" package=\"p\"><property name=\"a\" class=\"B\" package=\"q\"><id name=\"id\"></id></property></object>",
    "<object class=\"A\" package=\"p\"><property name=\"a\" class=\"B\" package=\"q\">\n</property></object>",
    "<object class=\"A\" package=\"p\"><property name=\"a\" enum-class=\"E\" package=\"q\"> X </property></object>",
    "<object class=\"A\" package=\"p\"><property name=\"a\" enum-class=\"E\" package=\"q\"/></object>",
    "<object class=\"A\" package=\"p\"><property name=\"a\"><![CDATA[x]]]]><![CDATA[>y]]></property></object>",
    "<object class=\"A\" package=\"p\"><property name=\"a\">x<![CDATA[]]>y &amp; z</property></object>",
    "<object class=\"A\" package=\"p\"><property name=\"a\"><![CDATA[a\r\nb\rc\u{1}\u{b}\u{ffff}]]></property></object>",
    "<object class=\"A\" package=\"p\"><property name=\"a\r\nb\">a\r\nb</property></object>",
    "<object class=\"A\" package=\"p\"><component name=\"c\"><property name=\"x\" type=\"string\">1</property><property name=\"y\" type=\"t\"/></component></object>",
    "<object class=\"A\" package=\"p\"><component name=\"c\"></component><component name=\"d\"/></object>",
    "<object class=\"A\" package=\"p\"><composite-id><property name=\"n\" type=\"string\"><![CDATA[ v ]]></property><property name=\"m\" type=\"l\"/></composite-id></object>",
    "<object class=\"A\" package=\"p\"><composite-id></composite-id><composite-id/></object>",
    "<object class=\"A\" package=\"p\"><collection name=\"c\" class=\"java.util.Map\"><element name=\"k\" type=\"string\">v</element><element name=\"l\" type=\"t\"/></collection></object>",
    "<object class=\"A\" package=\"p\"><collection name=\"c\"/><collection name=\"c\"><element class=\"B\" package=\"q\"/></collection></object>",
    "<object class=\"A\" package=\"p\"><collection name=\"c\" class=\"x\"><element enum-class=\"E\" package=\"q\">X</element><element>t</element></collection></object>",
    "<object class=\"A\" package=\"p\"><collection name=\"c\" class=\"x\"><element type=\"string\">t</element></collection></object>",
    "<object class=\"A\" package=\"p\"><id name=\"id\">1</id><id name=\"id\">2</id>text<property name=\"a\"/></object>",
    "<object class=\"A\" package=\"p\"><object class=\"B\" package=\"p\"></object></object>",
    "<object class=\"A\" package=\"p\"><property>unnamed</property></object>",
    "<object class=\"A\" package=\"p\"><property name=\"a\" name=\"b\">x</property></object>",
    "<object class=\"A\" package=\"p\"><property name=\"a<b\">x</property></object>",
    "<object class=\"A\" package=\"p\" ><property  name=\"a\" >x</property ></object >",
    "<object class=\"A\" package=\"p\"><property name=\"a\">&unknown;</property></object>",
    "<object class=\"A\" package=\"p\"><property name=\"a\">a & b</property></object>",
    "<object class=\"A\" package=\"p\"><property name=\"a\">x</proberty></object>",
    "<other>x</other>",
    "text outside",
    "<!DOCTYPE x>",
];

#[test]
fn every_oddity_reads_the_same_both_ways() {
    let plain =
        "<object class=\"Page\" package=\"p\">\n<id name=\"id\">7</id>\n<property name=\"t\">x</property></object>\n";
    for oddity in ODDITIES {
        let text = wrapped(&format!("{plain}{plain}{oddity}{plain}{plain}"));
        compare(text.as_bytes(), &[1, 2, 7, 64], &Limits::default());
        compare(format!("\u{feff}{text}").as_bytes(), &[1, 9], &Limits::default());
        let all = text.as_bytes();
        for end in 0..all.len() {
            compare(&all[..end], &[], &Limits::default());
        }
    }
}

#[test]
fn many_blocks_read_the_same_on_a_thread_of_their_own() {
    let page = |id: usize| {
        let (title, body) = ("ä\r\n]]&gt;".repeat(id % 7), "x".repeat(id * 37 % 2_000));
        format!(
            "<object class=\"Page\" package=\"p\"><id name=\"id\">{id}</id><property name=\"title\">{title}</property>\
             <property name=\"body\"><![CDATA[{body}\u{1}]]></property></object>\n"
        )
    };
    let bad = "<object class=\"Page\" package=\"p\"><what/></object>";
    let objects = (0..3_000).map(|id| if id % 997 == 5 { bad.to_owned() } else { page(id) });
    let text = wrapped(&objects.collect::<String>());
    assert!(text.len() > 3 << 20, "{}", text.len());
    compare_ahead(text.as_bytes(), &Limits::default());
    let cut = text.char_indices().nth(text.len() / 2).map_or(0, |(at, _)| at);
    compare_ahead(&text.as_bytes()[..cut], &Limits::default());
    compare_ahead([&text.as_bytes()[..cut], b"<a></b>"].concat().as_slice(), &Limits::default());
}

#[test]
fn bounds_hold_both_ways() {
    let object = |length: usize, parts: usize| {
        let properties = "<property name=\"n\">v</property>".repeat(parts);
        format!(
            "\n<object class=\"A\" package=\"p\"><property name=\"a\"><![CDATA[{}]]></property>{properties}</object>",
            "x".repeat(length)
        )
    };
    let text = wrapped(&[object(5, 0), object(900, 3), object(5, 9), object(5, 0)].concat());
    for limit in (900..1_120).chain([2_000]) {
        compare(text.as_bytes(), &[1, 100], &Limits { object_bytes: limit, ..Limits::default() });
    }
    for limit in 0..12 {
        compare_ahead(text.as_bytes(), &Limits { object_parts: limit, ..Limits::default() });
        compare_ahead(text.as_bytes(), &Limits { depth: limit, ..Limits::default() });
    }
    let name =
        format!("\n<object class=\"A\" package=\"p\"><property name=\"{}\">v</property></object>", "n".repeat(5_000));
    compare(wrapped(&[object(1, 1), name, object(1, 1)].concat()).as_bytes(), &[300], &Limits::default());
}

/// A piece of text such as real packages have, as it may stand in XML.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => "[a-z0-9 .:-]{0,20}",
        2 => "[a-zäß€😀<&>\\] \n\t]{0,40}".prop_map(|text| format!("<![CDATA[{}]]>", text.replace("]]>", "]] >"))),
        1 => "[a-z\r\n\u{2}\u{ffff}\u{fffd}]{0,20}".prop_map(|text| format!("<![CDATA[{text}]]>")),
        1 => "([a-z]{0,3}(&amp;|&lt;|&#65;|&#x0;|<!\\[CDATA\\[ >]]>)){1,3}",
    ]
}

fn child() -> impl Strategy<Value = String> {
    let name = "[a-zA-Z_]{1,8}";
    prop_oneof![
        3 => (name, text()).prop_map(|(name, text)| format!("<property name=\"{name}\">{text}</property>")),
        1 => name.prop_map(|name| format!("<property name=\"{name}\"/>")),
        2 => (name, name, "[0-9]{0,4}").prop_map(|(name, class, id)| format!("<property name=\"{name}\" class=\"{class}\" package=\"a.b\"><id name=\"id\">{id}</id>\n</property>")),
        1 => (name, text()).prop_map(|(name, text)| format!("<property name=\"{name}\" enum-class=\"E\" package=\"a\">{text}</property>")),
        1 => (name, prop::collection::vec("[0-9]{1,4}", 0..4)).prop_map(|(name, ids)| {
            let members: String = ids.iter().map(|id| format!("<element class=\"X\" package=\"a\"><id name=\"id\">{id}</id>\n</element>\n")).collect();
            format!("<collection name=\"{name}\" class=\"java.util.List\">{members}</collection>")
        }),
        1 => (name, text()).prop_map(|(name, text)| format!("<composite-id><property name=\"{name}\" type=\"string\">{text}</property></composite-id>")),
        1 => (name, text()).prop_map(|(name, text)| format!("<component name=\"{name}\">\n<property name=\"x\" type=\"string\">{text}</property></component>")),
        1 => (name, text()).prop_map(|(name, text)| format!("<collection name=\"{name}\"><element name=\"k\" type=\"string\">{text}</element></collection>")),
    ]
}

fn document() -> impl Strategy<Value = Vec<u8>> {
    let good = (prop::collection::vec(child(), 0..6), "[0-9]{1,4}", "\n?").prop_map(|(children, id, between)| {
        let children = children.join(&between);
        format!("<object class=\"Page\" package=\"a.b\">\n<id name=\"id\">{id}</id>{children}</object>")
    });
    let object = prop_oneof![5 => good, 1 => prop::sample::select(ODDITIES.to_vec()).prop_map(str::to_owned)];
    prop::collection::vec(object, 0..6).prop_map(|objects| wrapped(&objects.join("\n")).into_bytes())
}

/// What may happen to bytes on their way.
#[derive(Debug, Clone)]
enum Mutation {
    Cut(prop::sample::Index),
    Flip(prop::sample::Index, u8),
    Insert(prop::sample::Index, Vec<u8>),
    Delete(prop::sample::Index, usize),
}

fn mutation() -> impl Strategy<Value = Mutation> {
    let place = any::<prop::sample::Index>;
    let inserted = prop_oneof![
        prop::sample::select(b"<>&\"'/ =]![?-;\r\n\x00\x01\xff\xc3\xed".to_vec()).prop_map(|byte| vec![byte]),
        prop::sample::select(vec![
            "<!--",
            "-->",
            "]]>",
            "<![CDATA[",
            "</object>",
            "</property>",
            "\u{ffff}",
            "&#1;",
            " x=\"y\""
        ])
        .prop_map(|text| text.as_bytes().to_vec()),
    ];
    prop_oneof![
        place().prop_map(Mutation::Cut),
        (place(), any::<u8>()).prop_map(|(at, byte)| Mutation::Flip(at, byte)),
        (place(), inserted).prop_map(|(at, bytes)| Mutation::Insert(at, bytes)),
        (place(), 1..9_usize).prop_map(|(at, length)| Mutation::Delete(at, length)),
    ]
}

fn mutate(bytes: &mut Vec<u8>, mutation: &Mutation) {
    if bytes.is_empty() {
        return;
    }
    match mutation {
        Mutation::Cut(at) => bytes.truncate(at.index(bytes.len())),
        Mutation::Flip(at, byte) => {
            let at = at.index(bytes.len());
            bytes[at] = *byte;
        }
        Mutation::Insert(at, inserted) => {
            let at = at.index(bytes.len());
            bytes.splice(at..at, inserted.iter().copied());
        }
        Mutation::Delete(at, length) => {
            let at = at.index(bytes.len());
            bytes.drain(at..(at + length).min(bytes.len()));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn what_is_written_reads_the_same_both_ways(bytes in document(), size in 1..200_usize) {
        compare(&bytes, &[size], &Limits::default());
    }

    #[test]
    fn what_is_broken_reads_the_same_both_ways(
        bytes in document(),
        mutations in prop::collection::vec(mutation(), 1..4),
        size in 1..200_usize,
    ) {
        let mut bytes = bytes;
        for mutation in &mutations {
            mutate(&mut bytes, mutation);
        }
        compare(&bytes, &[size], &Limits::default());
        compare_ahead(&bytes, &Limits::default());
    }
}
