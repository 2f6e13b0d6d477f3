//! Reading an archive of 3,000 pages, against what can't be saved: inflating entities.xml, and walking its XML.
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing, reason = "a bench")]

mod common;

use std::io::{self, BufReader};
use std::sync::{Arc, Mutex};

use common::{Made, context, items, ratios, timed};
use divan::counter::BytesCount;
use divan::{Bencher, black_box};
use rehearsal::archive;
use rehearsal::package::{EntryReader, Limits, Package, objects};
use rehearsal::sample::Sample;

static MADE: Mutex<Option<Arc<Made>>> = Mutex::new(None);

/// The sample, made once.
fn made() -> Arc<Made> {
    // Small attachments: entities.xml is what is measured.
    let sample = || Sample { attachment_bytes: 500, ..Sample::sized(3_000, 7) };
    MADE.lock().unwrap().get_or_insert_with(|| Arc::new(Made::new(&sample()))).clone()
}

fn package() -> Package {
    Package::open(&made().path(), &Limits::default()).unwrap()
}

fn entities(package: &Package) -> EntryReader {
    package.read(package.entry("entities.xml").unwrap()).unwrap()
}

/// The peer: the bytes, checksum included, and nothing made of them.
fn inflated() -> u64 {
    io::copy(&mut entities(&package()), &mut io::sink()).unwrap()
}

/// The events of the XML, and nothing made of them.
fn walked() -> u64 {
    let package = package();
    let mut reader = quick_xml::Reader::from_reader(BufReader::new(entities(&package)));
    let (mut buffer, mut events) = (Vec::new(), 0);
    while !matches!(reader.read_event_into(&mut buffer).unwrap(), quick_xml::events::Event::Eof) {
        events += 1;
        buffer.clear();
    }
    events
}

/// Raw objects, one after the other, and nothing made of them.
fn lexed() -> usize {
    objects(entities(&package()), &Limits::default()).map(Result::unwrap).count()
}

/// The whole archive: objects joined into items, every byte of every entry digested, damage judged. Gives the number of items.
fn read() -> u64 {
    let inventory = archive::read(&made().backup, &context()).unwrap();
    assert!(inventory.whole && inventory.damage.is_empty(), "{:?}", inventory.damage);
    items(&inventory.reading)
}

fn bench<T>(bencher: Bencher<'_, '_>, work: fn() -> T) {
    let bytes = inflated();
    bencher.counter(BytesCount::new(bytes)).bench(|| black_box(work()));
}

#[divan::bench(sample_count = 5, sample_size = 1)]
fn inflate_entities(bencher: Bencher<'_, '_>) {
    bench(bencher, inflated);
}

#[divan::bench(sample_count = 5, sample_size = 1)]
fn walk_entities(bencher: Bencher<'_, '_>) {
    bench(bencher, walked);
}

#[divan::bench(sample_count = 5, sample_size = 1)]
fn lex_entities(bencher: Bencher<'_, '_>) {
    bench(bencher, lexed);
}

#[divan::bench(sample_count = 5, sample_size = 1)]
fn read_archive(bencher: Bencher<'_, '_>) {
    bench(bencher, read);
}

fn main() {
    divan::main();
    if timed() {
        print_ratios();
    }
    // A static is never dropped.
    MADE.lock().unwrap().take();
}

fn print_ratios() {
    let mut works: [(&str, &mut dyn FnMut()); 4] = [
        ("inflate entities.xml (the peer)", &mut || _ = black_box(inflated())),
        ("inflate and walk it with quick-xml", &mut || _ = black_box(walked())),
        ("inflate and lex it into objects", &mut || _ = black_box(lexed())),
        ("archive::read", &mut || _ = black_box(read())),
    ];
    let what = format!("an archive of 3,000 pages, {:.1} MB of entities.xml", inflated() as f64 / 1e6);
    ratios(&what, read(), &mut works);
}
