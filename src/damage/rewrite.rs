//! Writes a package again, with some entries changed.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Read};
use std::path::Path;

use super::DamageError;
use crate::model::{Digest, Hasher};
use crate::package::{Limits, Package, PackageError, PackageWriter};

/// A part of an entry's new content.
#[derive(Debug, Clone)]
pub(super) enum Segment {
    /// The old bytes from here to there; there may lie behind the end.
    Copy(u64, u64),
    /// These bytes.
    New(Vec<u8>),
}

/// The order of the entries.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Order {
    /// As they stand in the package.
    #[default]
    Kept,
    /// The other way round.
    Reversed,
    /// By name, with the folders as entries of their own.
    Sorted,
}

/// What to write.
#[derive(Debug, Default)]
pub(super) struct Plan {
    /// Entries to leave out.
    pub drop: BTreeSet<String>,
    /// Entries with another content.
    pub content: BTreeMap<String, Vec<Segment>>,
    /// Entries to put at the end.
    pub extra: Vec<(String, Vec<u8>)>,
    pub order: Order,
    /// Whether to compress nothing.
    pub stored: bool,
}

/// The bytes of an entry from here to there.
pub(super) fn range(package: &Package, entry: &str, begin: u64, end: u64) -> Result<impl Read + use<>, PackageError> {
    let missing = || PackageError::Io { path: package.path().to_owned(), source: io::ErrorKind::NotFound.into() };
    let mut reader = package.read(package.entry(entry).ok_or_else(missing)?)?;
    io::copy(&mut (&mut reader).take(begin), &mut io::sink())
        .map_err(|source| PackageError::Io { path: package.path().to_owned(), source })?;
    Ok(reader.take(end.saturating_sub(begin)))
}

pub(super) fn write(package: &Package, plan: &Plan, to: &Path) -> Result<(), DamageError> {
    let mut zip = PackageWriter::create(to)?;
    let mut entries: Vec<_> = package.entries().iter().filter(|entry| !plan.drop.contains(&entry.name)).collect();
    match plan.order {
        Order::Kept => entries.sort_by_key(|entry| entry.offset),
        Order::Reversed => entries.sort_by_key(|entry| std::cmp::Reverse(entry.offset)),
        Order::Sorted => {
            let folders: BTreeSet<&str> = entries.iter().flat_map(|entry| folders(&entry.name)).collect();
            for folder in folders {
                zip.folder(folder)?;
            }
        }
    }
    // In a folder nothing is packed, and in a zip of it all is to be.
    let all = plan.order == Order::Sorted || package.path().is_dir();
    for entry in entries {
        let deflate = !plan.stored && (all || entry.packed != entry.bytes);
        match plan.content.get(&entry.name) {
            Some(segments) => zip.entry(&entry.name, deflate, &mut Spliced::new(package, &entry.name, segments))?,
            None => zip.entry(&entry.name, deflate, &mut package.read(entry)?)?,
        };
    }
    for (name, bytes) in &plan.extra {
        zip.entry(name, true, &mut bytes.as_slice())?;
    }
    Ok(zip.finish()?)
}

/// Whether the copy holds the same entries with the same bytes. Only entries that the plan names are read.
pub(super) fn same(package: &Package, plan: &Plan, to: &Path) -> Result<bool, DamageError> {
    let copy = Package::open(to, &Limits::default())?;
    let names = |package: &Package| package.entries().iter().map(|entry| entry.name.clone()).collect::<Vec<_>>();
    if names(package) != names(&copy) {
        return Ok(false);
    }
    for name in plan.content.keys() {
        if digest(package, name)? != digest(&copy, name)? {
            return Ok(false);
        }
    }
    Ok(true)
}

fn digest(package: &Package, entry: &str) -> Result<Digest, DamageError> {
    let mut hasher = Hasher::default();
    let io = |source| DamageError::Io { path: package.path().to_owned(), source };
    io::copy(&mut range(package, entry, 0, u64::MAX)?, &mut hasher).map_err(io)?;
    Ok(hasher.finish())
}

fn folders(name: &str) -> impl Iterator<Item = &str> {
    name.match_indices('/').filter_map(|(at, _)| name.get(..=at))
}

/// An entry put together from segments. Segments that run forward share one reader.
struct Spliced<'a> {
    package: &'a Package,
    entry: &'a str,
    segments: std::slice::Iter<'a, Segment>,
    reader: Option<(Box<dyn Read>, u64)>,
    /// Old bytes that the segment at hand still wants.
    left: u64,
    new: &'a [u8],
}

impl<'a> Spliced<'a> {
    fn new(package: &'a Package, entry: &'a str, segments: &'a [Segment]) -> Self {
        Self { package, entry, segments: segments.iter(), reader: None, left: 0, new: &[] }
    }

    fn seek(&mut self, begin: u64) -> io::Result<()> {
        let at = self.reader.as_ref().map(|(_, at)| *at).filter(|at| *at <= begin);
        match (at, &mut self.reader) {
            (Some(at), Some((reader, place))) => {
                io::copy(&mut reader.take(begin - at), &mut io::sink())?;
                *place = begin;
            }
            _ => {
                let reader = range(self.package, self.entry, begin, u64::MAX).map_err(io::Error::other)?;
                self.reader = Some((Box::new(reader), begin));
            }
        }
        Ok(())
    }
}

impl Read for Spliced<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        loop {
            if !self.new.is_empty() {
                return self.new.read(out);
            }
            if let (true, Some((reader, at))) = (self.left > 0, &mut self.reader) {
                let number = reader.take(self.left).read(out)?;
                *at += number as u64;
                self.left -= number as u64;
                if number > 0 {
                    return Ok(number);
                }
                self.left = 0;
            }
            match self.segments.next() {
                Some(Segment::New(bytes)) => self.new = bytes,
                Some(Segment::Copy(begin, end)) => {
                    self.left = end.saturating_sub(*begin);
                    self.seek(*begin)?;
                }
                None => return Ok(0),
            }
        }
    }
}
