//! Aligning two readings by id, against reading one of them from its manifest file.
//!
//! Settings: `REHEARSE_BENCH_MANIFEST` a manifest of a site in place of that of a sample of 2,000 pages, `REHEARSE_BENCH_ROUNDS` (3).
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing, reason = "a bench")]

mod common;

use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::time::Instant;

use common::{Made, context, items, peak, setting, timed};
use rehearsal::archive;
use rehearsal::check::{self, Exhibits};
use rehearsal::model::{Descriptor, Identity, Kind, Ledger};
use rehearsal::reading::{Alignment, Inventory, Manifest, Observation, read_manifest, write_manifest};
use rehearsal::sample::{Sample, SampleScope};

/// Reads a manifest from its file.
fn read(path: &Path) -> Manifest {
    read_manifest(BufReader::new(File::open(path).unwrap())).unwrap().0
}

/// A manifest of a sample, in a file.
fn sample(folder: &Path) -> PathBuf {
    let sample = Sample { scope: SampleScope::Site, spaces: 20, attachment_bytes: 100, ..Sample::sized(2_000, 7) };
    let backup = Made::new(&sample).backup;
    let inventory = archive::read(&backup, &context()).unwrap();
    let path = folder.join("manifest.jsonl");
    write_manifest(&Manifest::from_backup(&inventory, &backup.digest), File::create(&path).unwrap()).unwrap();
    path
}

/// The readings of a drill: the claim, which the archive shares, and what is read back, which has items of its own.
struct Readings {
    manifest: Manifest,
    inventory: Inventory,
    observation: Observation,
}

impl Readings {
    fn of(manifest: Manifest, observed: Manifest) -> Self {
        let observation = Observation { reading: observed.reading };
        let inventory = Inventory {
            reading: manifest.reading.clone(),
            damage: Vec::new(),
            ledger: Ledger::default(),
            writer: String::new(),
            descriptor: Descriptor::default(),
            made: None,
            whole: true,
            accounts: std::collections::BTreeMap::new(),
        };
        Self { manifest, inventory, observation }
    }

    fn aligned(&self) -> Alignment<'_> {
        Alignment::new(&self.manifest, &self.inventory, Some(&self.observation)).unwrap()
    }
}

/// All rows of an alignment. Gives their number.
fn walked(alignment: &Alignment<'_>) -> usize {
    let rows = Kind::ALL.into_iter().flat_map(|kind| alignment.rows(kind));
    rows.fold(0, |number, row| {
        let row = row.unwrap();
        assert!(row.manifest.is_some() && row.observation.is_some());
        number + 1
    })
}

/// What all checks find.
fn examined(readings: &Readings, alignment: Alignment<'_>) -> usize {
    let scope = &readings.inventory.reading.header.scope;
    let exhibits = Exhibits::new(alignment).unwrap();
    let checks = check::ALL.iter().filter(|name| check::applicable(name, scope).is_ok());
    let outcomes = checks.filter_map(|name| check::by_name(name)).map(|check| check.examine(&exhibits).unwrap());
    outcomes.map(|outcome| outcome.findings.len()).sum()
}

/// Does a step, and prints how long it took, against the first, and what the process took until then.
fn step<T>(what: &str, peer: &mut Option<f64>, work: impl FnOnce() -> T) -> T {
    let began = Instant::now();
    let result = work();
    let seconds = began.elapsed().as_secs_f64();
    let (ratio, peak) = (seconds / *peer.get_or_insert(seconds), peak().unwrap_or_default() / 1024);
    println!("  {what:<34} {seconds:>8.2} s {ratio:>7.2} x peer   peak {peak} MiB");
    result
}

fn main() {
    if !timed() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let own = std::env::var_os("REHEARSE_BENCH_MANIFEST").map(PathBuf::from);
    let path = own.unwrap_or_else(|| sample(folder.path()));
    for _ in 0..setting("REHEARSE_BENCH_ROUNDS").unwrap_or(3) {
        let mut peer = None;
        let manifest = step("read a manifest file (the peer)", &mut peer, || read(&path));
        println!("  two readings of {} items, by id", items(&manifest.reading));
        let readings = Readings::of(manifest, read(&path));
        let alignment = step("align", &mut peer, || readings.aligned());
        assert_eq!(alignment.identity, Identity::Id);
        step("walk all rows", &mut peer, || walked(&alignment));
        step("all checks", &mut peer, || examined(&readings, alignment));
    }
}
