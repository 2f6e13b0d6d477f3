//! What the benches share: a sample made once, and ratios of medians taken turn by turn.

#![allow(dead_code, reason = "each bench uses a part of it")]

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rehearsal::clock::Context;
use rehearsal::event::Events;
use rehearsal::model::{Backup, Digest, Form, Kind};
use rehearsal::reading::Reading;
use rehearsal::sample::{Sample, write};
use tokio_util::sync::CancellationToken;

/// How often each side of a ratio is timed.
const ROUNDS: usize = 5;

/// A sample on disk, removed when the bench ends.
pub struct Made {
    folder: tempfile::TempDir,
    /// What a source would bring into hand.
    pub backup: Backup,
}

impl Made {
    pub fn new(sample: &Sample) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sample.zip");
        write(sample, &path).unwrap();
        let bytes = std::fs::read(&path).unwrap();
        let backup = Backup {
            form: Form::Zip,
            bytes: bytes.len() as u64,
            digest: Digest::of(&bytes),
            origin: "sample".to_owned(),
            modified: None,
            path,
        };
        Self { folder, backup }
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub fn path(&self) -> PathBuf {
        self.backup.path.clone()
    }
}

/// A context that nobody listens to.
pub fn context() -> Context {
    Context::new(Events::none(), CancellationToken::new())
}

/// Items of all kinds.
pub fn items(reading: &Reading) -> u64 {
    Kind::ALL.into_iter().map(|kind| reading.number(kind)).sum()
}

/// A number from the environment.
pub fn setting(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().unwrap())
}

/// Whether the benches are to be timed: not when they are only listed, or tried once by `cargo test --benches`.
pub fn timed() -> bool {
    let asked: Vec<String> = std::env::args().skip(1).collect();
    asked.iter().any(|one| one == "--bench") && !asked.iter().any(|one| one == "--test" || one == "--list")
}

/// Times each of the works in turn, several rounds, so that a machine that slows down slows all of them, and prints the medians with their
/// ratio to the first.
pub fn ratios(what: &str, items: u64, works: &mut [(&str, &mut dyn FnMut())]) {
    let mut times = vec![Vec::new(); works.len()];
    for _ in 0..ROUNDS {
        for ((_, work), times) in works.iter_mut().zip(&mut times) {
            let began = Instant::now();
            work();
            times.push(began.elapsed());
        }
    }
    let median = |times: &mut Vec<Duration>| {
        times.sort();
        times[times.len() / 2]
    };
    let medians: Vec<Duration> = times.iter_mut().map(median).collect();
    println!("\n{what}, medians of {ROUNDS} rounds taken in turn:");
    for ((name, _), time) in works.iter().zip(&medians) {
        let (seconds, peer) = (time.as_secs_f64(), medians[0].as_secs_f64());
        println!(
            "  {name:<40} {:>8.1} ms {:>7.2} x peer {:>10.0} items/s",
            seconds * 1e3,
            seconds / peer,
            items as f64 / seconds
        );
    }
}

/// Time of the processor that all threads of the process took so far, where the system says so: on a machine that others use too, it says more about
/// the work than the clock does.
pub fn processor() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let behind_the_name = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
    let ticks = behind_the_name.split_whitespace().skip(11).take(2).filter_map(|text| text.parse::<u64>().ok());
    // Linux tells them in hundredths of a second, whatever its own tick is.
    Duration::from_millis(ticks.sum::<u64>() * 10)
}

/// The most memory that the process ever took, in KiB, where the system says so.
pub fn peak() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.split_whitespace().next()?.parse().ok()
}
