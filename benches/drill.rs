//! A sample of 500 pages restored into the mock in this process, read back over HTTP, and compared; the peer is reading the same archive.
//!
//! The restore includes the pauses between two questions for the job, as they are in a drill.
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing, reason = "a bench")]

mod common;

use std::sync::{Arc, Mutex};

use common::{Made, context, items, ratios, timed};
use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use rehearsal::check::{self, Exhibits};
use rehearsal::event::Stage;
use rehearsal::model::{Needs, Severity};
use rehearsal::reading::{Alignment, Inventory, Manifest, Observation};
use rehearsal::sample::Sample;
use rehearsal::target::{EmbeddedSettings, Instance, RestoreScope, Target};
use rehearsal::{archive, observe};
use tokio::runtime::Runtime;

struct Bench {
    made: Made,
    runtime: Runtime,
    inventory: Inventory,
    manifest: Manifest,
    /// Restored once, to read back again and again.
    instance: Instance,
    observation: Observation,
}

static BENCH: Mutex<Option<Arc<Bench>>> = Mutex::new(None);

/// Set up once.
fn bench() -> Arc<Bench> {
    let mut bench = BENCH.lock().unwrap();
    bench.get_or_insert_with(|| Arc::new(set_up())).clone()
}

fn set_up() -> Bench {
    let made = Made::new(&Sample { attachment_bytes: 2_000, ..Sample::sized(500, 7) });
    let runtime = Runtime::new().unwrap();
    let inventory = archive::read(&made.backup, &context()).unwrap();
    let manifest = Manifest::from_backup(&inventory, &made.backup.digest);
    let instance = runtime.block_on(restored(&made));
    let observation = runtime.block_on(observed(&instance, &inventory));
    Bench { made, runtime, inventory, manifest, instance, observation }
}

/// Removes what was set up: a static is never dropped.
fn tear_down() {
    if let Some(bench) = BENCH.lock().unwrap().take().and_then(Arc::into_inner) {
        bench.runtime.block_on(bench.instance.tear_down());
    }
}

/// A fresh mock with the sample in it.
async fn restored(made: &Made) -> Instance {
    let settings = EmbeddedSettings { state: made.folder().join("state"), ..EmbeddedSettings::default() };
    let instance = Target::Embedded(settings).provision(&context()).await.unwrap();
    instance.restore(&made.backup, RestoreScope::Space, &context()).await.unwrap();
    instance
}

async fn observed(instance: &Instance, inventory: &Inventory) -> Observation {
    let scope = &inventory.reading.header.scope;
    let needs = Needs::everything();
    let reading = observe::observe(instance.client(), scope, &needs, &context(), Stage::Observe).await.unwrap();
    Observation { reading }
}

fn read() -> u64 {
    items(&archive::read(&bench().made.backup, &context()).unwrap().reading)
}

fn restore() {
    let bench = bench();
    let gone = bench.runtime.block_on(async { restored(&bench.made).await.tear_down().await });
    assert!(gone.left.is_empty(), "{:?}", gone.left);
}

fn read_back() -> u64 {
    let bench = bench();
    items(&bench.runtime.block_on(observed(&bench.instance, &bench.inventory)).reading)
}

/// All checks. Gives the number of findings.
fn compare() -> usize {
    let bench = bench();
    let alignment = Alignment::new(&bench.manifest, &bench.inventory, Some(&bench.observation)).unwrap();
    let exhibits = Exhibits::new(alignment).unwrap();
    let scope = &bench.inventory.reading.header.scope;
    let checks = check::ALL.iter().filter(|name| check::applicable(name, scope).is_ok());
    let outcomes = checks.filter_map(|name| check::by_name(name)).map(|check| check.examine(&exhibits).unwrap());
    let findings: Vec<_> = outcomes.flat_map(|outcome| outcome.findings).collect();
    assert!(findings.iter().all(|finding| finding.severity != Severity::Error), "{findings:?}");
    findings.len()
}

fn run<T>(bencher: Bencher<'_, '_>, work: fn() -> T) {
    let number = items(&bench().inventory.reading);
    bencher.counter(ItemsCount::new(number)).bench_local(|| black_box(work()));
}

#[divan::bench(sample_count = 5, sample_size = 1)]
fn archive_read(bencher: Bencher<'_, '_>) {
    run(bencher, read);
}

#[divan::bench(sample_count = 5, sample_size = 1)]
fn restore_into_mock(bencher: Bencher<'_, '_>) {
    run(bencher, restore);
}

#[divan::bench(sample_count = 5, sample_size = 1)]
fn observe_mock(bencher: Bencher<'_, '_>) {
    run(bencher, read_back);
}

#[divan::bench(sample_count = 5, sample_size = 1)]
fn compare_readings(bencher: Bencher<'_, '_>) {
    run(bencher, compare);
}

fn main() {
    divan::main();
    if timed() {
        print_ratios();
    }
    tear_down();
}

fn print_ratios() {
    let mut works: [(&str, &mut dyn FnMut()); 5] = [
        ("archive::read (the peer)", &mut || _ = black_box(read())),
        ("restore into the mock", &mut restore),
        ("read back over HTTP", &mut || _ = black_box(read_back())),
        ("align and compare, all checks", &mut || _ = black_box(compare())),
        ("the drill: all of them", &mut || {
            read();
            restore();
            read_back();
            compare();
        }),
    ];
    ratios("a drill of 500 pages", items(&bench().inventory.reading), &mut works);
}
