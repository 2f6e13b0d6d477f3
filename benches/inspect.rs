//! What a large package costs, against what can't be saved: inflating its entities.xml, and hashing its attachments.
//!
//! Settings: `REHEARSE_BENCH_BYTES` length of entities.xml (100 MiB), `REHEARSE_BENCH_ROUNDS` (7), `REHEARSE_BENCH_PACKAGE` a package of one's
//! own in place of the sample, `REHEARSE_BENCH_PYTHON` a Python with lxml, which then does the same (benches/lxml_peer.py).
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing, reason = "a bench")]

mod common;

use std::hint::black_box;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use common::setting;
use rehearsal::archive;
use rehearsal::model::{Hasher, body_sum};
use rehearsal::package::{
    Entry, EntryReader, Limits, Objects, Package, Texts, objects_ahead, objects_by_events, read_ahead,
};
use rehearsal::sample::{Packing, Sample, write_packed};

type Work<'a> = (&'a str, Box<dyn Fn() -> u64 + 'a>);

/// Times the works in turn and prints megabytes a second: median, slowest and fastest round, and the ratio of the median to the first one's.
fn compare(what: &str, bytes: u64, works: &[Work<'_>]) {
    let rounds = setting("REHEARSE_BENCH_ROUNDS").unwrap_or(7).max(1);
    let mut times = vec![Vec::new(); works.len()];
    for _ in 0..rounds {
        for ((_, work), times) in works.iter().zip(&mut times) {
            let began = Instant::now();
            black_box(work());
            times.push(began.elapsed().as_secs_f64());
        }
    }
    println!("\n{what}, {:.1} MB, {rounds} rounds taken in turn: MB/s", bytes as f64 / 1e6);
    let mut peer = None;
    for ((name, _), times) in works.iter().zip(&mut times) {
        times.sort_by(f64::total_cmp);
        let rate = |time: f64| bytes as f64 / 1e6 / time;
        let median = rate(times[times.len() / 2]);
        let ratio = median / *peer.get_or_insert(median);
        let (slow, fast) = (rate(times[times.len() - 1]), rate(times[0]));
        println!("  {name:<46} {median:>7.0} ({slow:>5.0} to {fast:>5.0})   {ratio:.2} of the first");
    }
}

fn drain(mut reader: impl Read) -> u64 {
    let (mut block, mut bytes) = (vec![0; 256 << 10], 0);
    loop {
        match reader.read(&mut block).unwrap() {
            0 => return bytes,
            number => bytes += number as u64,
        }
    }
}

fn walk<R: Texts>(mut objects: Objects<R>, digest: bool) -> u64 {
    let mut found = 0;
    while let Some(object) = objects.next_object() {
        let object = object.unwrap();
        found += 1;
        if digest && object.class() == "BodyContent" {
            found += body_sum(object.filled("body").unwrap_or_default()).1;
        }
    }
    found
}

/// The whole package, in the way of `rehearse inspect`.
fn surveyed(path: &Path) -> u64 {
    let survey = archive::survey(path, &common::context()).unwrap();
    assert!(survey.read_whole, "{:?}", survey.damage);
    survey.ledger.bytes
}

fn entities(path: &Path, python: Option<&str>) {
    let package = Package::open(path, &Limits::default()).unwrap();
    let entry = package.entry("entities.xml").unwrap();
    let open = || -> EntryReader { package.read(entry).unwrap() };
    let limits = Limits::default();
    let mut works: Vec<Work<'_>> = vec![
        ("inflate, checksum included", Box::new(|| drain(open()))),
        ("the same on a thread of its own", Box::new(|| drain(read_ahead(open()).unwrap()))),
        ("scan", Box::new(|| walk(objects_ahead(open(), &limits).unwrap(), false))),
        ("scan, digest of each body", Box::new(|| walk(objects_ahead(open(), &limits).unwrap(), true))),
        ("archive::survey", Box::new(|| surveyed(path))),
        ("event parser, digest of each body", Box::new(|| walk(objects_by_events(open(), &limits), true))),
    ];
    if let Some(python) = python {
        works.push(("lxml, digest of each body", Box::new(move || lxml(python, path))));
    }
    compare("entities.xml", entry.bytes, &works);
}

fn lxml(python: &str, path: &Path) -> u64 {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/lxml_peer.py");
    let output = Command::new(python).arg(script).arg(path).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output.stdout.len() as u64
}

/// Does a work for each entry of a list, on all processors.
fn everywhere<T: Sync>(list: &[T], work: impl Fn(&T) + Sync) {
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                while let Some(one) = list.get(next.fetch_add(1, Ordering::Relaxed)) {
                    work(one);
                }
            });
        }
    });
}

fn attachments(what: &str, path: &Path) {
    let package = Package::open(path, &Limits::default()).unwrap();
    let list: Vec<&Entry> = package.entries().iter().filter(|entry| entry.name.starts_with("attachments/")).collect();
    let bytes = list.iter().map(|entry| entry.bytes).sum();
    let content = vec![7_u8; 64 << 10];
    let hash = || {
        everywhere(&list, |entry| {
            let mut hasher = Hasher::default();
            let mut left = entry.bytes as usize;
            while left > 0 {
                let now = left.min(content.len());
                hasher.update(&content[..now]);
                left -= now;
            }
            black_box(hasher.sum());
        });
        bytes
    };
    let read = || {
        everywhere(&list, |entry| _ = black_box(drain(package.read(entry).unwrap())));
        bytes
    };
    let works: Vec<Work<'_>> = vec![
        ("SHA-256 of as much memory, all processors", Box::new(hash)),
        ("read and unpack, all processors", Box::new(read)),
        ("read, unpack, then SHA-256", Box::new(|| read() + hash())),
        ("archive::survey", Box::new(|| surveyed(path))),
    ];
    compare(what, bytes, &works);
}

fn main() {
    if !common::timed() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let own = std::env::var_os("REHEARSE_BENCH_PACKAGE").map(PathBuf::from);
    let path = own.unwrap_or_else(|| {
        let path = folder.path().join("entities.zip");
        let sample = Sample { attachment_bytes: 500, ..Sample::sized(1, 7) };
        let sample = sample.of_size(setting("REHEARSE_BENCH_BYTES").unwrap_or(100 << 20));
        write_packed(&sample, Packing::default(), &path).unwrap();
        path
    });
    entities(&path, std::env::var("REHEARSE_BENCH_PYTHON").ok().as_deref());
    for (what, stored_attachments) in [("attachments, stored", true), ("attachments, deflated", false)] {
        let path = folder.path().join(format!("{stored_attachments}.zip"));
        let sample = Sample { attachment_bytes: 4 << 20, ..Sample::sized(120, 7) };
        write_packed(&sample, Packing { stored_attachments, ..Packing::default() }, &path).unwrap();
        attachments(what, &path);
    }
}
