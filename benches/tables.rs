//! Reading an export in the CSV form, made of a sample, against inflating its tables.
//!
//! Settings: `REHEARSE_BENCH_PAGES` pages of the sample, with short texts (5,000); or `REHEARSE_BENCH_BYTES` length of the entities.xml whose objects
//! the tables hold, with texts as long as real ones, as in the bench `inspect`.
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing, reason = "a bench")]

mod common;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io;
use std::sync::{Arc, Mutex};

use common::{Made, context, items, ratios, setting, timed};
use divan::counter::BytesCount;
use divan::{Bencher, black_box};
use rehearsal::archive;
use rehearsal::model::Backup;
use rehearsal::package::{Limits, Package, PackageWriter, RawObject, objects, rows, rows_ahead};
use rehearsal::sample::Sample;

/// Per class: table, its columns, and the property behind each; those that refer to others have a `>` in front.
const TABLES: [(&str, &str, &str, &str); 7] = [
    (
        "Space",
        "spaces",
        "spaceid,spacename,spacekey,homepage,creator,creationdate",
        "name key >homePage >creator creationDate",
    ),
    ("Page", "content", CONTENT, OF_CONTENT),
    ("Comment", "content", CONTENT, OF_CONTENT),
    ("BodyContent", "bodycontent", "bodycontentid,body,contentid,bodytypeid", "body >content bodyType"),
    ("Label", "label", "labelid,name,namespace", "name namespace"),
    ("Labelling", "content_label", "id,labelid,contentid,pagetemplateid", ">label >content >none"),
    ("ConfluenceUserImpl", "user_mapping", "user_key,username,lower_username", "name lowerName"),
];
const CONTENT: &str = "contentid,contenttype,title,version,creator,creationdate,lastmodifier,lastmoddate,versioncomment,prevver,\
                       content_status,pageid,spaceid,parentid,parentcommentid";
const OF_CONTENT: &str = "contenttype title version >creator creationDate >lastModifier lastModificationDate versionComment >originalVersion \
                          contentStatus >containerContent >space >parent >none";

static MADE: Mutex<Option<Arc<(tempfile::TempDir, Backup)>>> = Mutex::new(None);

/// The export, made once.
fn made() -> Arc<(tempfile::TempDir, Backup)> {
    MADE.lock().unwrap().get_or_insert_with(|| Arc::new(make())).clone()
}

fn make() -> (tempfile::TempDir, Backup) {
    let pages = setting("REHEARSE_BENCH_PAGES").unwrap_or(5_000);
    let sample = Sample { attachment_bytes: 0, ..Sample::sized(u32::try_from(pages).unwrap(), 7) };
    let sample = setting("REHEARSE_BENCH_BYTES").map_or(sample.clone(), |bytes| sample.of_size(bytes));
    let sample = Made::new(&sample);
    let package = Package::open(&sample.path(), &Limits::default()).unwrap();
    let mut tables: BTreeMap<&str, String> = BTreeMap::new();
    for object in objects(package.read(package.entry("entities.xml").unwrap()).unwrap(), &Limits::default()) {
        let object = object.unwrap();
        let Some((_, table, header, columns)) = TABLES.iter().find(|(class, ..)| *class == object.class) else {
            continue;
        };
        let text = tables.entry(table).or_insert_with(|| format!("{header}\r\n"));
        text.push_str(object.id.as_deref().unwrap());
        columns.split(' ').for_each(|column| write!(text, ",{}", field(&object, column)).unwrap());
        text.push_str("\r\n");
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("export.zip");
    let mut writer = PackageWriter::create(&path).unwrap();
    for (table, text) in &tables {
        writer.entry(&format!("{table}.csv.gz"), true, &mut text.as_bytes()).unwrap();
    }
    let descriptor = b"exportType=space\nexportFormat=csv\nsource=cloud\n";
    writer.entry("exportDescriptor.properties.gz", true, &mut &descriptor[..]).unwrap();
    writer.finish().unwrap();
    (folder, Backup { path, ..sample.backup.clone() })
}

fn field(object: &RawObject, column: &str) -> String {
    let text = match (column, column.strip_prefix('>')) {
        ("contenttype", _) => object.class.to_uppercase(),
        (_, Some("containerContent")) if object.class == "Page" => String::new(),
        (_, Some(name)) => object.reference(name).map_or("", |(_, id)| id).to_owned(),
        (name, None) => object.text(name).unwrap_or_default().replace('\n', "\r\n"),
    };
    if text.contains(['"', ',', '\n']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}

fn package() -> Package {
    Package::open(&made().1.path, &Limits::default()).unwrap()
}

/// The peer: the bytes of all tables, checksums included, and nothing made of them.
fn inflated() -> u64 {
    let package = package();
    package.tables().map(|table| io::copy(&mut package.read(table.entry).unwrap(), &mut io::sink()).unwrap()).sum()
}

/// Rows, one after the other, and nothing made of them.
fn lexed() -> usize {
    let package = package();
    let mut number = 0;
    for table in package.tables() {
        let mut rows = rows(package.read_table(table.entry).unwrap(), &Limits::default());
        while let Some(row) = rows.next_row() {
            number += row.unwrap().len();
        }
    }
    number
}

/// The same, with the unpacking on a thread of its own.
fn lexed_ahead() -> usize {
    let package = package();
    let mut number = 0;
    for table in package.tables() {
        let mut rows = rows_ahead(package.read_table(table.entry).unwrap(), &Limits::default()).unwrap();
        while let Some(row) = rows.next_row() {
            number += row.unwrap().len();
        }
    }
    number
}

/// The whole archive: rows joined into items, texts digested, damage judged. Gives the number of items.
fn read() -> u64 {
    let inventory = archive::read(&made().1, &context()).unwrap();
    assert!(inventory.whole);
    items(&inventory.reading)
}

/// What `inspect` does: rows counted as what they would become, texts digested, damage judged.
fn surveyed() -> u64 {
    let survey = archive::survey(&made().1.path, &context()).unwrap();
    assert!(survey.read_whole && survey.is_accounted_for());
    survey.ledger.total().lexed
}

fn bench<T>(bencher: Bencher<'_, '_>, work: fn() -> T) {
    bencher.counter(BytesCount::new(inflated())).bench(|| black_box(work()));
}

#[divan::bench(sample_count = 5, sample_size = 1)]
fn inflate_tables(bencher: Bencher<'_, '_>) {
    bench(bencher, inflated);
}

#[divan::bench(sample_count = 5, sample_size = 1)]
fn lex_tables(bencher: Bencher<'_, '_>) {
    bench(bencher, lexed);
}

#[divan::bench(sample_count = 5, sample_size = 1)]
fn lex_tables_ahead(bencher: Bencher<'_, '_>) {
    bench(bencher, lexed_ahead);
}

#[divan::bench(sample_count = 5, sample_size = 1)]
fn read_tables(bencher: Bencher<'_, '_>) {
    bench(bencher, read);
}

#[divan::bench(sample_count = 5, sample_size = 1)]
fn survey_tables(bencher: Bencher<'_, '_>) {
    bench(bencher, surveyed);
}

fn main() {
    divan::main();
    if timed() {
        let mut works: [(&str, &mut dyn FnMut()); 5] = [
            ("inflate the tables (the peer)", &mut || _ = black_box(inflated())),
            ("inflate and lex them into rows", &mut || _ = black_box(lexed())),
            ("the same on two threads", &mut || _ = black_box(lexed_ahead())),
            ("archive::survey", &mut || _ = black_box(surveyed())),
            ("archive::read", &mut || _ = black_box(read())),
        ];
        ratios(&format!("an export of {:.1} MB of tables", inflated() as f64 / 1e6), read(), &mut works);
    }
    // A static is never dropped.
    MADE.lock().unwrap().take();
}
