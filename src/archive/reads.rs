//! Reads every entry that isn't read yet to its end, several at once.
//!
//! Each entry is read, unpacked and digested by one thread; as many threads as there are processors take the entries in the order in which they
//! stand in the zip. What they found is taken in in that order too, so nothing depends on which thread was quicker.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::time::Duration;

use super::ArchiveError;
use super::damage::Damages;
use super::files::{Claims, FileRead, Files};
use super::work::Work;
use crate::model::Hasher;
use crate::package::{Entry, EntryError, Illegal, Package, PackageError, screen};

/// Bytes read at a time: still in the cache of the processor when they are digested.
const BLOCK: usize = 64 << 10;
/// More threads than this would wait for the disk.
const THREADS: usize = 16;
/// How often progress is told while large entries are read.
const TELL: Duration = Duration::from_millis(100);

/// What became of an entry.
enum Read {
    Claimed(FileRead),
    Unclaimed,
    /// The data of apps is XML too, and Confluence stops at a forbidden character in it as well (docs/confluence.md, F8).
    Screened(Illegal),
    Broken(PackageError),
}

/// What the threads share.
struct Shared<'a> {
    package: &'a Package,
    claims: &'a Claims,
    order: &'a [usize],
    next: AtomicUsize,
    bytes: AtomicU64,
    stop: AtomicBool,
}

/// Reads them all, and gives the digests of those that are claimed.
pub(super) fn read_all(work: &mut Work<'_>, claims: &Claims, damages: &mut Damages) -> Result<Files, ArchiveError> {
    let package = work.package;
    let entries = package.entries();
    let kept = |at: &usize| entries.get(*at).is_some_and(|entry| !work.loaded.contains(&entry.name));
    let mut order: Vec<usize> = (0..entries.len()).filter(kept).collect();
    order.sort_by_key(|at| entries.get(*at).map(|entry| (entry.offset, *at)));
    let shared = Shared {
        package,
        claims,
        order: &order,
        next: AtomicUsize::new(0),
        bytes: AtomicU64::new(0),
        stop: AtomicBool::new(false),
    };
    let files = std::thread::scope(|scope| {
        let (to, found) = channel();
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        for _ in 0..processors.min(THREADS).min(order.len()) {
            let (to, shared) = (to.clone(), &shared);
            scope.spawn(move || shared.work(&to));
        }
        drop(to);
        let result = gather(work, &shared, &found, damages);
        // Whatever the result: nobody waits for entries that nobody wants.
        shared.stop.store(true, Ordering::Relaxed);
        result
    })?;
    work.bytes = work.bytes.saturating_add(shared.bytes.load(Ordering::Relaxed));
    work.tick(0)?;
    Ok(files)
}

/// Takes in what the threads found, in the order of the entries.
fn gather(
    work: &mut Work<'_>,
    shared: &Shared<'_>,
    found: &std::sync::mpsc::Receiver<(usize, Read)>,
    damages: &mut Damages,
) -> Result<Files, ArchiveError> {
    let (mut files, mut early, mut next) = (Files::of(shared.package.entries().len()), BTreeMap::new(), 0);
    let mut told = std::time::Instant::now();
    while next < shared.order.len() {
        match found.recv_timeout(TELL) {
            Ok((index, read)) => _ = early.insert(index, read),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => {
                let problem = "one that reads attachments ended in the middle";
                return Err(ArchiveError::Threads(std::io::Error::other(problem)));
            }
        }
        while let Some((at, read)) = shared.order.get(next).and_then(|at| Some((*at, early.remove(&next)?))) {
            next += 1;
            work.entries += u64::from(!matches!(read, Read::Broken(_)));
            let entry = shared.package.entries().get(at);
            match read {
                Read::Claimed(file) => files.insert(at, file),
                Read::Unclaimed => {}
                Read::Screened(illegal) => damages.illegal(entry.map_or("", |entry| entry.raw_name()), &illegal),
                Read::Broken(PackageError::Entry(error)) => damages.entry(&error, shared.claims.of(at)),
                Read::Broken(error) => return Err(error.into()),
            }
        }
        if told.elapsed() >= TELL {
            told = std::time::Instant::now();
            work.tick(shared.bytes.load(Ordering::Relaxed))?;
        }
        if work.ctx.cancel.is_cancelled() {
            return Err(ArchiveError::Stopped);
        }
    }
    Ok(files)
}

impl Shared<'_> {
    /// Takes one entry after the other until there are no more.
    fn work(&self, to: &Sender<(usize, Read)>) {
        let mut block = vec![0; BLOCK];
        while !self.stop.load(Ordering::Relaxed) {
            let index = self.next.fetch_add(1, Ordering::Relaxed);
            let Some((at, entry)) = self.order.get(index).and_then(|at| Some((*at, self.package.entries().get(*at)?)))
            else {
                return;
            };
            let read = match self.read(entry, !self.claims.of(at).is_empty(), &mut block) {
                Ok(Some(read)) => read,
                Ok(None) => return,
                Err(error) => Read::Broken(error),
            };
            if to.send((index, read)).is_err() {
                return;
            }
        }
    }

    /// Reads one entry; `None` where nobody wants it any more.
    fn read(&self, entry: &Entry, claimed: bool, block: &mut [u8]) -> Result<Option<Read>, PackageError> {
        let mut reader = self.package.read(entry)?;
        let broken = |error: std::io::Error| match EntryError::within(&error) {
            Some(error) => error.clone().into(),
            None => PackageError::Io { path: self.package.path().to_owned(), source: error },
        };
        if entry.name.ends_with(".pdata") {
            let (bytes, illegal) = screen(reader).map_err(broken)?;
            self.bytes.fetch_add(bytes, Ordering::Relaxed);
            return Ok(Some(Read::Screened(illegal)));
        }
        let (mut hasher, mut bytes) = (Hasher::default(), 0_u64);
        loop {
            match reader.read(block) {
                Ok(0) if claimed => return Ok(Some(Read::Claimed(FileRead { bytes, sum: hasher.sum() }))),
                Ok(0) => return Ok(Some(Read::Unclaimed)),
                Ok(number) => {
                    if claimed {
                        hasher.update(block.get(..number).unwrap_or_default());
                    }
                    bytes = bytes.saturating_add(number as u64);
                    self.bytes.fetch_add(number as u64, Ordering::Relaxed);
                }
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) => return Err(broken(error)),
            }
            if self.stop.load(Ordering::Relaxed) {
                return Ok(None);
            }
        }
    }
}
