//! Zips that are broken or hostile, made byte by byte, since no writer makes them.

use std::io::Read as _;

use super::*;
use crate::model::Fault;

/// A zip in the making. Each figure may lie.
#[derive(Default)]
struct Zip {
    bytes: Vec<u8>,
    directory: Vec<u8>,
    entries: u16,
}

/// One entry, and what is written of it where.
#[derive(Clone)]
struct Part<'a> {
    name: &'a [u8],
    local_name: &'a [u8],
    flags: u16,
    method: u16,
    data: Vec<u8>,
    crc: u32,
    bytes: u64,
    packed: u64,
    /// Written behind the data.
    behind: Vec<u8>,
    mode: u32,
    offset: Option<u64>,
    /// Sizes and offset in the directory stand in the larger fields of ZIP64.
    large: bool,
}

impl<'a> Part<'a> {
    fn stored(name: &'a str, data: &[u8]) -> Self {
        let mut crc = flate2::Crc::new();
        crc.update(data);
        Self {
            name: name.as_bytes(),
            local_name: name.as_bytes(),
            flags: 0,
            method: 0,
            data: data.to_vec(),
            crc: crc.sum(),
            bytes: data.len() as u64,
            packed: data.len() as u64,
            behind: Vec::new(),
            mode: 0,
            offset: None,
            large: false,
        }
    }

    fn deflated(name: &'a str, data: &[u8]) -> Self {
        let mut packer = flate2::read::DeflateEncoder::new(data, flate2::Compression::default());
        let mut packed = Vec::new();
        packer.read_to_end(&mut packed).unwrap();
        Self { method: 8, packed: packed.len() as u64, data: packed, ..Self::stored(name, data) }
    }

    /// With sizes and checksum behind the data, as Confluence writes them: of four or eight bytes, with or without the mark in front.
    fn described(self, mark: bool, width: usize) -> Self {
        let mut behind = if mark { b"PK\x07\x08".to_vec() } else { Vec::new() };
        behind.extend_from_slice(&self.crc.to_le_bytes());
        behind.extend_from_slice(&self.packed.to_le_bytes()[..width]);
        behind.extend_from_slice(&self.bytes.to_le_bytes()[..width]);
        Self { flags: self.flags | 8, behind, ..self }
    }
}

impl Zip {
    fn of(parts: &[Part<'_>]) -> Self {
        let mut zip = Self::default();
        parts.iter().for_each(|part| zip.add(part));
        zip
    }

    fn add(&mut self, part: &Part<'_>) {
        let here = self.bytes.len() as u64;
        let later = part.flags & 8 != 0;
        let sizes = if later { [0; 3] } else { [part.crc, part.packed as u32, part.bytes as u32] };
        self.bytes.extend_from_slice(b"PK\x03\x04\x14\x00");
        self.bytes.extend_from_slice(&[part.flags.to_le_bytes(), part.method.to_le_bytes(), [0; 2], [0; 2]].concat());
        sizes.iter().for_each(|size| self.bytes.extend_from_slice(&size.to_le_bytes()));
        self.bytes.extend_from_slice(&[(part.local_name.len() as u16).to_le_bytes(), [0; 2]].concat());
        self.bytes.extend_from_slice(part.local_name);
        self.bytes.extend_from_slice(&part.data);
        self.bytes.extend_from_slice(&part.behind);

        let offset = part.offset.unwrap_or(here);
        let (mut extra, mut small) = (Vec::new(), [part.packed as u32, part.bytes as u32, offset as u32]);
        if part.large {
            extra.extend_from_slice(&[1, 0, 24, 0]);
            [part.bytes, part.packed, offset].iter().for_each(|field| extra.extend_from_slice(&field.to_le_bytes()));
            small = [u32::MAX; 3];
        }
        let to = &mut self.directory;
        to.extend_from_slice(b"PK\x01\x02\x14\x03\x14\x00");
        to.extend_from_slice(&[part.flags.to_le_bytes(), part.method.to_le_bytes(), [0; 2], [0; 2]].concat());
        [part.crc, small[0], small[1]].iter().for_each(|field| to.extend_from_slice(&field.to_le_bytes()));
        to.extend_from_slice(&(part.name.len() as u16).to_le_bytes());
        to.extend_from_slice(&(extra.len() as u16).to_le_bytes());
        to.extend_from_slice(&[0; 6]);
        to.extend_from_slice(&(part.mode << 16).to_le_bytes());
        to.extend_from_slice(&small[2].to_le_bytes());
        to.extend_from_slice(part.name);
        to.extend_from_slice(&extra);
        self.entries = self.entries.wrapping_add(1);
    }

    fn end(&self, directory: u64, comment: &[u8]) -> Vec<u8> {
        let mut end = b"PK\x05\x06\0\0\0\0".to_vec();
        end.extend_from_slice(&[self.entries.to_le_bytes(), self.entries.to_le_bytes()].concat());
        end.extend_from_slice(&(self.directory.len() as u32).to_le_bytes());
        end.extend_from_slice(&(directory as u32).to_le_bytes());
        end.extend_from_slice(&(comment.len() as u16).to_le_bytes());
        [&end, comment].concat()
    }

    fn commented(&self, comment: &[u8]) -> Vec<u8> {
        [&self.bytes[..], &self.directory, &self.end(self.bytes.len() as u64, comment)].concat()
    }

    fn finish(&self) -> Vec<u8> {
        self.commented(b"")
    }
}

fn opened(bytes: &[u8], limits: &Limits) -> Result<Package, PackageError> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("test.zip");
    std::fs::write(&path, bytes).unwrap();
    // The file stays open, so it may lose its name.
    Package::open(&path, limits)
}

fn open(bytes: &[u8]) -> Package {
    opened(bytes, &Limits::default()).unwrap()
}

fn refused(bytes: &[u8]) -> PackageError {
    let error = opened(bytes, &Limits::default()).unwrap_err();
    assert_eq!(error.fault(), Fault::Backup, "{error}");
    error
}

fn names(package: &Package) -> Vec<&str> {
    package.entries().iter().map(|entry| entry.name.as_str()).collect()
}

fn words(package: &Package) -> Vec<&str> {
    package.damage().iter().map(|damage| damage.what.as_str()).collect()
}

/// What reading an entry gives: its content, or the word for what is wrong.
fn content(package: &Package, name: &str) -> Result<Vec<u8>, &'static str> {
    let word = |error: &EntryError| error.what();
    let mut reader = package.read(package.entry(name).unwrap()).map_err(|error| match &error {
        PackageError::Entry(error) => word(error),
        other => panic!("{other}"),
    })?;
    let mut bytes = Vec::new();
    reader.read_to_end(&mut bytes).map_err(|error| word(EntryError::within(&error).unwrap()))?;
    Ok(bytes)
}

#[test]
fn every_way_to_write_sizes_is_read() {
    let long = b"some text, ".repeat(1_000);
    let mut parts = vec![Part::stored("stored", b"s"), Part::deflated("deflated", &long)];
    for (name, mark, width) in [("a", true, 4), ("b", true, 8), ("c", false, 4), ("d", false, 8)] {
        parts.push(Part::deflated(name, &long).described(mark, width));
        parts.push(Part { large: true, ..Part::stored("large", b"l").described(mark, width) });
        parts.last_mut().unwrap().name = [b"la".as_slice(), b"lb", b"lc", b"ld"][parts.len() / 2 - 2];
        parts.last_mut().unwrap().local_name = parts.last().unwrap().name;
    }
    let package = open(&Zip::of(&parts).finish());
    assert_eq!((package.entries().len(), words(&package)), (10, vec![]));
    for part in &parts {
        let name = std::str::from_utf8(part.name).unwrap();
        assert_eq!(content(&package, name).unwrap().len() as u64, part.bytes, "{name}");
    }
}

#[test]
fn a_comment_or_a_tail_may_hold_the_mark_of_the_end() {
    let zip = Zip::of(&[Part::stored("entities.xml", b"x")]);
    for comment in [&b"PK\x05\x06"[..], b"PK\x05\x06 and so on, long enough for a record", &[0; 65_535]] {
        let package = open(&zip.commented(comment));
        assert_eq!((names(&package), words(&package)), (vec!["entities.xml"], vec![]));
    }
    // A whole record in the comment, which speaks of another zip.
    let package = open(&zip.commented(&Zip::of(&[Part::stored("other", b"y")]).end(7, b"")));
    assert_eq!((names(&package), words(&package)), (vec!["entities.xml"], vec![]));
    let package = open(&[&zip.finish()[..], b"\r\n"].concat());
    assert_eq!((names(&package), words(&package)), (vec!["entities.xml"], vec!["bytes-behind"]));
    assert_eq!(content(&package, "entities.xml"), Ok(b"x".to_vec()));
}

#[test]
fn two_directories_that_both_fit_are_damage() {
    let zip = Zip::of(&[Part::stored("entities.xml", b"good")]);
    let other = Zip::of(&[Part::stored("entities.xml", b"evil")]);
    let first = zip.commented(&[]).len();
    // The comment of the first end holds a directory of its own and its end.
    let second = [&other.directory[..], &other.end(first as u64, b"")].concat();
    let package = open(&zip.commented(&second));
    assert_eq!((names(&package), words(&package)), (vec!["entities.xml"], vec!["second-directory"]));
}

#[test]
fn many_entries_over_the_same_bytes_are_refused() {
    let zeros = vec![0; 1 << 20];
    let kernel = Part::deflated("kernel", &zeros);
    let mut zip = Zip::of(std::slice::from_ref(&kernel));
    let names: Vec<String> = (0..500).map(|number| format!("attachments/1/{number}/1")).collect();
    for name in &names {
        // No bytes of their own: the directory points each to the first entry's.
        let before = zip.bytes.len();
        zip.add(&Part { name: name.as_bytes(), offset: Some(0), ..kernel.clone() });
        zip.bytes.truncate(before);
    }
    let package = open(&zip.finish());
    assert_eq!(package.entries().len(), 1);
    assert!(words(&package).iter().all(|word| *word == "overlap"));
    // A hundred are told, the others counted.
    assert_eq!(package.damage().len(), 101);
}

#[test]
fn an_entry_that_quotes_the_next_one_is_refused() {
    let inner = Zip::of(&[Part::stored("inner", b"payload")]);
    let mut zip = Zip::of(&[Part::stored("outer", &inner.bytes)]);
    let inside = 30 + 5;
    let before = zip.bytes.len();
    zip.add(&Part { offset: Some(inside), ..Part::stored("inner", b"payload") });
    zip.bytes.truncate(before);
    let package = open(&zip.finish());
    assert_eq!((names(&package), words(&package)), (vec!["outer"], vec!["overlap"]));
}

#[test]
fn an_entry_that_reaches_into_the_directory_or_beyond_is_refused() {
    for (offset, packed) in [(None, 14), (None, u64::MAX - 9), (Some(u64::MAX), 1), (Some(1 << 40), 1)] {
        let part = Part { offset, packed, large: true, ..Part::stored("entities.xml", b"x") };
        let package = open(&Zip::of(&[part]).finish());
        assert_eq!((names(&package), words(&package)), (vec![], vec!["overlap"]), "{offset:?} {packed}");
    }
}

#[test]
fn an_entry_whose_own_header_says_otherwise_is_damaged() {
    let good = Part::deflated("entities.xml", b"some content");
    let bad = [
        Part { local_name: b"entities.xmx", ..good.clone() },
        Part { local_name: b"e", ..good.clone() },
        Part { method: 0, bytes: good.packed, ..good.clone() },
    ];
    for (index, part) in bad.iter().enumerate() {
        let mut zip = Zip::of(std::slice::from_ref(part));
        if index == 2 {
            // Stored by the directory, deflated by the header.
            zip.bytes[8] = 8;
        }
        assert_eq!(content(&open(&zip.finish()), "entities.xml"), Err("local-header"), "{index}");
    }
    let mut longer = Zip::of(&[good]);
    longer.bytes[18] += 1;
    assert_eq!(content(&open(&longer.finish()), "entities.xml"), Err("local-header"));
}

#[test]
fn lengths_that_lie_are_damage() {
    let good = Part::deflated("a", b"0123456789").described(true, 4);
    for bytes in [3, 200, 0] {
        assert_eq!(content(&open(&Zip::of(&[Part { bytes, ..good.clone() }]).finish()), "a"), Err("length"));
    }
    let stored = Part::stored("a", b"0123456789").described(true, 4);
    let short = Part { packed: 4, ..stored.clone() };
    let long = Part { packed: 14, bytes: 14, ..stored };
    assert_eq!(content(&open(&Zip::of(&[short]).finish()), "a"), Err("length"));
    assert_eq!(content(&open(&Zip::of(&[long]).finish()), "a"), Err("crc"));
    let cut = Part { packed: good.packed - 2, ..good };
    assert_eq!(content(&open(&Zip::of(&[cut]).finish()), "a"), Err("inflate"));
}

#[test]
fn what_no_confluence_writes_is_refused_by_name() {
    let plain = Part::stored("x", b"x");
    for (part, word, message) in [
        (Part { flags: 1, ..plain.clone() }, "encrypted", "encrypted"),
        (Part { method: 9, ..plain.clone() }, "unknown-method", "9 (Deflate64)"),
        (Part { method: 93, ..plain.clone() }, "unknown-method", "93 (Zstandard)"),
        (Part { mode: 0o120_777, ..plain.clone() }, "name-link", "link"),
        (Part { name: b"a/../../x", ..plain.clone() }, "name-escapes", "leads out"),
        (Part { name: b"/etc/passwd", ..plain.clone() }, "name-escapes", "absolute"),
    ] {
        let package = open(&Zip::of(&[Part::stored("entities.xml", b"y"), part]).finish());
        assert_eq!((names(&package), words(&package)), (vec!["entities.xml"], vec![word]));
        let damage = &package.damage()[0];
        assert!(damage.message.contains(message) && damage.remedy.is_some(), "{damage:?}");
    }
    // One name after both are normalised.
    let parts = ["entities.xml", "./entities.xml", "x//y", "x/./y"].map(|name| Part::stored(name, b"z"));
    let package = open(&Zip::of(&parts).finish());
    assert_eq!((names(&package), words(&package)), (vec!["entities.xml", "x/y"], vec!["duplicate-name"; 2]));
}

#[test]
fn small_bombs_are_one_large_one() {
    let zeros = vec![0; 1 << 16];
    let names: Vec<String> = (0..50).map(|number| format!("attachments/1/{number}/1")).collect();
    let mut parts: Vec<Part<'_>> = names.iter().map(|name| Part::deflated(name, &zeros)).collect();
    parts.push(Part::deflated("entities.xml", b"<hibernate-generic/>"));
    let bytes = Zip::of(&parts).finish();
    let strict = Limits { ratio_from: 1 << 20, ..Limits::default() };
    let package = opened(&bytes, &strict).unwrap();
    assert_eq!((package.entries().len(), words(&package)), (1, vec!["bomb"; 50]));
    // By default a gigabyte may be empty space.
    assert_eq!((open(&bytes).entries().len(), words(&open(&bytes))), (51, vec![]));
    // Beside enough that isn't dense they are harmless.
    let noise: Vec<u8> = (0..50_000_u32).map(|number| (number.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    parts.push(Part::stored("attachments/2/1/1", &noise));
    let package = opened(&Zip::of(&parts).finish(), &strict).unwrap();
    assert_eq!(words(&package), Vec::<&str>::new());
    // Ten gigabytes from ten megabytes, by what the directory claims.
    let bomb = Part { bytes: 10 << 30, packed: 10 << 20, large: true, ..Part::deflated("bomb", &zeros) };
    let mut zip = Zip::of(&[bomb]);
    zip.bytes.resize(11 << 20, 0);
    assert_eq!(words(&open(&zip.finish())), ["bomb"]);
}

#[test]
fn a_count_that_wrapped_at_65536_is_a_habit_of_old_writers() {
    let mut zip = Zip::of(&[Part::stored("entities.xml", b"x")]);
    let names: Vec<String> = (0..65_536).map(|number| format!("attachments/1/{number}/1")).collect();
    names.iter().for_each(|name| zip.add(&Part::stored(name, b"")));
    assert_eq!((open(&zip.finish()).entries().len(), words(&open(&zip.finish()))), (65_537, vec![]));
    zip.entries = 2;
    assert!(refused(&zip.finish()).to_string().contains("it lists 65537 entries, and its end says 2"));
}

#[test]
fn a_cut_zip_says_what_is_whole() {
    let long: Vec<u8> = (0..4_000_u32).flat_map(|number| number.wrapping_mul(2_654_435_761).to_le_bytes()).collect();
    for (mark, width) in [(true, 4), (false, 8)] {
        let parts = ["a", "entities.xml", "c"].map(|name| Part::deflated(name, &long).described(mark, width));
        let zip = Zip::of(&parts);
        let ends: Vec<usize> = (1..=3).map(|number| Zip::of(&parts[..number]).bytes.len()).collect();
        let said = |length: usize| refused(&zip.finish()[..length]).to_string();
        assert!(said(100).contains("none of its entries is whole, and a breaks off"), "{}", said(100));
        let second = said(ends[0] + 1_000);
        assert!(second.contains("its first entry is whole, and entities.xml breaks off"), "{second}");
        assert!(said(ends[0] + 9).contains("its first entry is whole, and the next entry breaks off"));
        assert!(said(ends[1]).contains("its first 2 entries are whole, and nothing stands behind them"));
        let directory = said(ends[2] + 60);
        assert!(directory.contains("its first 3 entries are whole, and the directory breaks off"), "{directory}");
    }
    let stored = Zip::of(&[Part::stored("a", b"a"), Part::stored("b\x1b[2J", &long)]);
    let said = refused(&stored.bytes[..200]).to_string();
    assert!(said.contains("its first entry is whole, and b\u{fffd}[2J breaks off"), "{said}");
    let unknown = Zip::of(&[Part::stored("a", b"a"), Part::stored("b", &long).described(true, 4)]);
    assert!(refused(&unknown.bytes).to_string().contains("at least its first entry is whole"));
}

#[test]
fn ends_that_make_no_sense_are_refused() {
    let zip = Zip::of(&[Part::stored("entities.xml", b"x")]);
    let good = zip.finish();
    let end = good.len() - 22;
    let patched = |at: usize, value: u8| {
        let mut bytes = good.clone();
        bytes[end + at] = value;
        refused(&bytes).to_string()
    };
    assert!(patched(4, 3).contains("several files, of which this is number 4"), "{}", patched(4, 3));
    assert!(
        patched(16, 0).contains("isn't where its end says") || patched(16, 0).contains("cut off"),
        "{}",
        patched(16, 0)
    );
    assert!(patched(12, 0).contains("broken"), "{}", patched(12, 0));
    assert!(patched(10, 9).contains("it lists 1 entries, and its end says 9"), "{}", patched(10, 9));
    // Two files that were joined: the end speaks of the second one only, and readers differ in which of the two they take.
    let joined = [&good[..], &good].concat();
    assert_eq!(words(&open(&joined)), ["second-directory", "bytes-behind"]);
    let far = [&good[..], &Zip::of(&[Part::stored("filler", &[1; 70_000])]).finish()].concat();
    assert!(matches!(refused(&far), PackageError::CutOff { .. }));
}

#[cfg(unix)]
#[test]
fn what_is_no_file_is_not_waited_for() {
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("pipe");
    rustix::fs::mknodat(rustix::fs::CWD, &pipe, rustix::fs::FileType::Fifo, rustix::fs::Mode::RUSR, 0).unwrap();
    let socket = folder.path().join("socket");
    let _listener = std::os::unix::net::UnixListener::bind(&socket).unwrap();
    for (path, what) in [(pipe.as_path(), "a pipe"), (&socket, "a socket"), (Path::new("/dev/zero"), "a device")] {
        let error = Package::open(path, &Limits::default()).unwrap_err();
        assert_eq!(error.fault(), Fault::Scenario);
        assert!(error.to_string().contains(what), "{error}");
    }
    // Inside a folder they are refused one by one.
    let package = Package::open(folder.path(), &Limits::default()).unwrap();
    assert_eq!((package.entries().len(), words(&package)), (0, vec!["name-link"; 2]));
}

#[test]
fn what_people_take_for_a_backup_is_named() {
    let noise: Vec<u8> =
        (0..4_096_u64).map(|number| (number.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 56) as u8).collect();
    for (bytes, word) in [
        (&b"\n\n  <!doctype HTML><html><title>Log in"[..], "login page"),
        (b"-----BEGIN PGP MESSAGE-----\n", "PGP"),
        (b"<?xml version=\"1.0\"?><Error><Code>AccessDenied</Code></Error>", "error of a store"),
        (b"-- MySQL dump 10.13", "dump of a database"),
        (b"HTTP/1.1 200 OK\r\n", "HTTP answer"),
        (b"%PDF-1.7", "PDF"),
        (&noise, "encrypted"),
    ] {
        let error = refused(bytes).to_string();
        assert!(error.contains(word), "{error}");
    }
}
