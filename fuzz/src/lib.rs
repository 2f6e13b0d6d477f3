//! What each fuzz target does with its bytes. A panic, a hang or much memory is a finding; so is a property that doesn't hold.
//!
//! How to run them is in CONTRIBUTING.md.

use std::io::{Read as _, Write as _};
use std::os::fd::{AsRawFd as _, OwnedFd};
use std::path::PathBuf;
use std::sync::Arc;

use rehearsal::clock::Context;
use rehearsal::event::Events;
use rehearsal::model::{Hasher, body_sum};
use rehearsal::package::{
    Illegal, Limits, Objects, Package, PackageWriter, RawObject, Rows, Texts, objects as read_objects,
    objects_by_events, read_descriptor, rows, write_descriptor,
};
use rehearsal::storage::{Digester, form, lines};

/// A file in memory that has a path.
struct MemoryFile(OwnedFd);

impl MemoryFile {
    fn new(bytes: &[u8]) -> Self {
        let file = rustix::fs::memfd_create("input", rustix::fs::MemfdFlags::CLOEXEC).expect("a file in memory");
        let file = Self(file);
        std::fs::File::create(file.path()).and_then(|mut to| to.write_all(bytes)).expect("a file in memory");
        file
    }

    fn path(&self) -> PathBuf {
        PathBuf::from(format!("/proc/self/fd/{}", self.0.as_raw_fd()))
    }
}

/// Small enough that an honest answer takes milliseconds.
fn limits() -> Limits {
    Limits { entries: 1_000, entry_bytes: 1 << 20, object_bytes: 1 << 20, object_parts: 10_000, ..Limits::default() }
}

/// The directory of a zip, and every byte of every entry.
pub fn zip(data: &[u8]) {
    let file = MemoryFile::new(data);
    let package = match Package::open(&file.path(), &limits()) {
        Ok(package) => package,
        Err(error) => {
            assert!(!error.to_string().is_empty());
            return;
        }
    };
    for entry in package.entries() {
        assert_eq!(package.entry(&entry.name), Some(entry), "an entry is found by its name");
        assert!(!entry.name.starts_with('/') && !entry.name.split('/').any(|part| matches!(part, "" | "." | "..")));
        let Ok(mut reader) = package.read(entry) else { continue };
        let (mut block, mut bytes) = ([0; 4_096], 0);
        while let Ok(number @ 1..) = reader.read(&mut block) {
            bytes += number as u64;
            assert!(bytes <= entry.bytes, "more bytes than the directory says");
        }
    }
    for damage in package.damage() {
        assert!(!damage.message.is_empty());
    }
}

/// exportDescriptor.properties: what is read and written again reads the same.
pub fn descriptor(data: &[u8]) {
    let read = read_descriptor(data);
    assert_eq!(read_descriptor(&write_descriptor(&read, "again")), read);
}

/// What reading an entities.xml gives: objects and errors in their order, and what is known at the end.
fn lexed<R: Texts>(mut reader: Objects<R>) -> (Vec<Result<RawObject, String>>, Illegal, Option<String>, bool) {
    let mut broke_off = false;
    let all = reader.by_ref().map(|object| {
        object.map_err(|error| {
            broke_off |= error.is_fatal();
            error.to_string()
        })
    });
    let all = all.collect();
    // Behind a fatal error characters are screened as far as a block happens to reach.
    let illegal = if broke_off { Illegal::default() } else { reader.illegal().clone() };
    (all, illegal, reader.datetime().map(str::to_owned), reader.is_complete())
}

/// Gives few bytes at a time, so that everything meets the end of a block somewhere.
struct Drip<'a>(&'a [u8], usize);

impl std::io::Read for Drip<'_> {
    fn read(&mut self, to: &mut [u8]) -> std::io::Result<usize> {
        let number = self.1.min(to.len()).min(self.0.len());
        let (now, later) = self.0.split_at(number);
        to[..number].copy_from_slice(now);
        self.0 = later;
        Ok(number)
    }
}

/// entities.xml: the scanner gives what the event parser gives, however the bytes come; each object reads the same when it stands alone; and the
/// places are those of the bytes.
pub fn objects(data: &[u8]) {
    let read = lexed(objects_by_events(data, &limits()));
    assert_eq!(read, lexed(read_objects(data, &limits())), "the scanner differs");
    let few = usize::from(data.first().copied().unwrap_or_default()) + 1;
    assert_eq!(read, lexed(read_objects(Drip(data, few), &limits())), "blocks matter");
    let all: Vec<&RawObject> = read.0.iter().filter_map(|object| object.as_ref().ok()).collect();
    let mut last = 0;
    for object in &all {
        assert!(last <= object.offset && object.offset < object.end && object.end <= data.len() as u64);
        last = object.end;
        let bytes = &data[object.offset as usize..object.end as usize];
        if read.1.number > 0 || read.0.len() > all.len() || all.len() > 50 {
            continue;
        }
        let alone = [b"<hibernate-generic>", bytes, b"</hibernate-generic>"].concat();
        let mut again = read_objects(alone.as_slice(), &limits());
        let mut one = again.next().expect("an object").expect("an object that reads");
        assert!(again.next().is_none());
        (one.offset, one.end) = (object.offset, object.end);
        assert_eq!(one, **object);
    }
}

/// A table of the CSV form: what is read and written with every field in quotes reads the same, but for a CR alone, which is a line end only
/// within quotes.
pub fn csv(data: &[u8]) {
    let mut read = table(data);
    assert_eq!(read, table_of(rows(Drip(data, 7), &limits())), "blocks matter");
    read.iter_mut().flatten().for_each(|field| *field = field.replace('\r', "\n"));
    let quoted = |row: &Vec<String>| {
        let fields: Vec<String> = row.iter().map(|field| format!("\"{}\"", field.replace('"', "\"\""))).collect();
        fields.join(",") + "\r\n"
    };
    let again: String = read.iter().map(quoted).collect();
    assert_eq!(read, table(again.as_bytes()));
}

fn table(data: &[u8]) -> Vec<Vec<String>> {
    table_of(rows(data, &limits()))
}

fn table_of<R: Texts>(mut rows: Rows<R>) -> Vec<Vec<String>> {
    let (mut table, mut last) = (Vec::new(), 0);
    while let Some(row) = rows.next_row() {
        let Ok(row) = row else { continue };
        assert!(last <= row.offset() && row.offset() < row.end());
        last = row.end();
        table.push(row.fields().map(str::to_owned).collect());
    }
    table
}

/// A manifest file: what is read and written again reads the same. The digest in the closing line is made to fit, so that mutations get behind it.
pub fn manifest(data: &[u8]) {
    use rehearsal::reading::{read_manifest, write_manifest};
    let _ = read_manifest(data);
    let text = String::from_utf8_lossy(data);
    let Some((body, last)) = text.trim_end().rsplit_once('\n') else { return };
    let Some((counts, _)) = last.split_once("\"sha256\":") else { return };
    let mut hasher = Hasher::default();
    hasher.update(body.as_bytes());
    hasher.update(b"\n");
    let fitted = format!("{body}\n{counts}\"sha256\":\"{}\"}}\n", hasher.finish().hex());
    let Ok((manifest, _)) = read_manifest(fitted.as_bytes()) else { return };
    let mut once = Vec::new();
    write_manifest(&manifest, &mut once).expect("a manifest that was read can be written");
    let (again, _) = read_manifest(once.as_slice()).expect("what is written can be read");
    let mut twice = Vec::new();
    write_manifest(&again, &mut twice).expect("a manifest that was read can be written");
    assert_eq!(once, twice);
}

/// A scenario: it is understood, or every complaint can be shown.
pub fn scenario(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Err(complaints) = rehearsal::scenario::parse("fuzz.yaml", &Arc::from(text)) {
        assert!(!complaints.0.is_empty());
        for complaint in &complaints.0 {
            assert!(!rehearsal::settings::render(complaint, false).is_empty());
        }
    }
}

/// A whole archive: files behind lines of `=== NAME`, packed into a zip.
pub fn archive(data: &[u8]) {
    let file = MemoryFile::new(b"");
    let mut writer = PackageWriter::create(&file.path()).expect("a file in memory").level(1);
    for (name, content) in entries(data) {
        if writer.entry(&name, false, &mut &*content).is_err() {
            return;
        }
    }
    if writer.finish().is_err() {
        return;
    }
    let context = Context::new(Events::none(), tokio_util::sync::CancellationToken::new());
    if let Ok(survey) = rehearsal::archive::survey(&file.path(), &context) {
        for (class, one) in &survey.ledger.classes {
            assert_eq!(one.lexed, one.mapped + one.ignored + one.damaged, "objects of class {class} are lost");
        }
        survey.predictions(None);
    }
}

/// The files that an input of [`archive`] describes.
fn entries(data: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<(String, Vec<u8>)> = Vec::new();
    for line in data.split_inclusive(|byte| *byte == b'\n') {
        if let Some(name) = line.strip_prefix(b"=== ") {
            let name = String::from_utf8_lossy(name).trim_end().to_owned();
            if files.len() == 100 {
                break;
            }
            files.push((name, Vec::new()));
        } else if let Some((_, content)) = files.last_mut() {
            content.extend_from_slice(line);
        }
    }
    files
}

/// The normal form of a text: the form of a form is the same and refers to nothing any more but by place, and its lines lose no byte but line ends.
pub fn storage(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let digested = Digester::default().digest(text);
    assert_eq!((digested.sum, digested.bytes), body_sum(text));
    let Some((formed, references)) = form(text) else {
        assert_eq!(digested.normal, None);
        return;
    };
    let normal = digested.normal.expect("what has a form has a digest of it");
    assert_eq!((normal.sum, &normal.references), (body_sum(&formed).0, &references));
    let (again, emptied) = form(&formed).expect("a form is well-formed");
    assert_eq!((&again, emptied.len()), (&formed, references.len()), "the form of a form is the same");
    let bare = |text: &str| text.chars().filter(|character| *character != '\n').collect::<String>();
    let lines = lines(text).expect("a form has lines");
    assert_eq!(bare(&lines.concat()).replace('\r', ""), bare(&formed).replace('\r', ""));
}
