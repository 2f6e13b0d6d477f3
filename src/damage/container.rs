//! Mutations of the container, and those that only move things about.

use std::fs::{self, File};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::Path;

use super::rewrite::{self, Order, Plan, Segment};
use super::{Applied, DamageError, Mutation};
use crate::model::{Digest, Form, Hasher, Lot};
use crate::package::{Entry, Limits, Package, objects};

/// Stands in for a name or a size that no honest writer writes, until it is patched.
const STAND_IN: &str = "attachments/0/0/0";
const ESCAPING: &str = "../../../tmp/evil";

/// Does it, where the mutation is one of the container; `None` where it is one of the content.
pub(super) fn apply(mutation: Mutation, seed: u64, from: &Path, to: &Path) -> Result<Option<Applied>, DamageError> {
    let none = || DamageError::NoVictim { mutation, path: from.to_owned() };
    let what = match mutation {
        Mutation::EmptyFile => {
            File::create(to).map_err(|source| DamageError::Io { path: to.to_owned(), source })?;
            "wrote a file of 0 bytes".to_owned()
        }
        Mutation::CutZip { permille } => cut(permille, from, to)?.ok_or_else(none)?,
        Mutation::FlipArchiveByte => flip(seed, from, to)?.ok_or_else(none)?,
        _ => {
            let package = Package::open(from, &Limits::default())?;
            let plan = match mutation {
                Mutation::RemoveDescriptor => without(&package, "exportDescriptor.properties"),
                Mutation::RemoveEntities => without(&package, "entities.xml"),
                Mutation::MalformXml => malformed(&package, seed)?,
                Mutation::TraversalName => stand_in(format!("added the entry {ESCAPING}")),
                Mutation::Bomb => stand_in("added an entry that claims to be 4,294,967,280 bytes".to_owned()),
                Mutation::Rezip => Some((
                    Plan { order: Order::Sorted, ..Plan::default() },
                    "sorted the entries and added folders".to_owned(),
                )),
                Mutation::ReorderEntries => {
                    Some((Plan { order: Order::Reversed, ..Plan::default() }, "reversed the entries".to_owned()))
                }
                Mutation::StoreInsteadOfDeflate
                    if package.entries().iter().all(|entry| entry.packed >= entry.bytes) =>
                {
                    None
                }
                Mutation::StoreInsteadOfDeflate => {
                    Some((Plan { stored: true, ..Plan::default() }, "compressed nothing".to_owned()))
                }
                Mutation::ReorderObjects => turned(&package)?,
                Mutation::SpaceObjects => spaced(&package)?,
                _ => return Ok(None),
            };
            let (plan, what) = plan.ok_or_else(none)?;
            rewrite::write(&package, &plan, to)?;
            what
        }
    };
    finish(mutation, from, to)?;
    Ok(Some(Applied { what, subjects: Vec::new() }))
}

/// Puts in what no honest writer writes, and looks whether the copy differs.
fn finish(mutation: Mutation, from: &Path, to: &Path) -> Result<(), DamageError> {
    let io = |source| DamageError::Io { path: to.to_owned(), source };
    match mutation {
        Mutation::TraversalName => {
            let copy = Package::open(to, &Limits::default())?;
            let local = copy.entry(STAND_IN).map(|entry| entry.offset + 30);
            patch(to, 0, ESCAPING.as_bytes(), local).map_err(io)?;
        }
        // The length unpacked stands 22 bytes before the name in the directory.
        Mutation::Bomb => patch(to, -22, &0xffff_fff0_u32.to_le_bytes(), None).map_err(io)?,
        _ => {}
    }
    let same = from.is_file() && digest(from)? == digest(to)?;
    if same { Err(DamageError::Unchanged { mutation, path: from.to_owned() }) } else { Ok(()) }
}

fn without(package: &Package, name: &str) -> Option<(Plan, String)> {
    let drop = [package.entry(name)?.name.clone()].into();
    Some((Plan { drop, ..Plan::default() }, format!("left out {name}")))
}

fn stand_in(what: String) -> Option<(Plan, String)> {
    Some((Plan { extra: vec![(STAND_IN.to_owned(), vec![0; 1_024])], ..Plan::default() }, what))
}

/// Keeps the beginning of a zip.
fn cut(permille: u16, from: &Path, to: &Path) -> Result<Option<String>, DamageError> {
    let length = fs::metadata(from).ok().filter(fs::Metadata::is_file).map_or(0, |file| file.len());
    if length < 2 {
        return Ok(None);
    }
    let keep = (u128::from(length) * u128::from(permille) / 1_000).min(u128::from(length - 1)) as u64;
    let source = File::open(from).map_err(|source| DamageError::Io { path: from.to_owned(), source })?;
    File::create(to)
        .and_then(|mut file| io::copy(&mut source.take(keep), &mut file))
        .map_err(|source| DamageError::Io { path: to.to_owned(), source })?;
    Ok(Some(format!("kept {keep} of {length} bytes of the zip")))
}

/// Where the objects of entities.xml begin and end.
fn places(package: &Package) -> Result<Vec<(u64, u64)>, DamageError> {
    let Some(entry) = package.entry("entities.xml") else { return Ok(Vec::new()) };
    objects(package.read(entry)?, &Limits::default())
        .map(|object| object.map(|object| (object.offset, object.end)))
        .collect::<Result<_, _>>()
        .map_err(|error| DamageError::Unreadable { path: package.path().to_owned(), problem: error.to_string() })
}

fn malformed(package: &Package, seed: u64) -> Result<Option<(Plan, String)>, DamageError> {
    let places = places(package)?;
    let Some((_, end)) = Lot::new(seed, "malform-xml", 0).pick(&places).copied() else { return Ok(None) };
    let tag = end - "</object>".len() as u64;
    let segments = vec![Segment::Copy(0, tag), Segment::New(b"</objekt>".to_vec()), Segment::Copy(end, u64::MAX)];
    let content = [("entities.xml".to_owned(), segments)].into();
    Ok(Some((Plan { content, ..Plan::default() }, format!("misspelt the end tag at byte {tag} of entities.xml"))))
}

/// The second half of the objects before the first.
fn turned(package: &Package) -> Result<Option<(Plan, String)>, DamageError> {
    let places = places(package)?;
    let middle = places.get(places.len() / 2).map(|place| place.0);
    let (Some((first, _)), Some(middle), Some((_, last))) = (places.first().copied(), middle, places.last().copied())
    else {
        return Ok(None);
    };
    if middle == first {
        return Ok(None);
    }
    let segments = vec![
        Segment::Copy(0, first),
        Segment::Copy(middle, last),
        Segment::Copy(first, middle),
        Segment::Copy(last, u64::MAX),
    ];
    let content = [("entities.xml".to_owned(), segments)].into();
    Ok(Some((
        Plan { content, ..Plan::default() },
        format!("put the objects from byte {middle} before those from byte {first}"),
    )))
}

/// More white space between the objects.
fn spaced(package: &Package) -> Result<Option<(Plan, String)>, DamageError> {
    let places = places(package)?;
    let mut segments = Vec::new();
    let mut at = 0;
    for (begin, _) in &places {
        segments.extend([Segment::Copy(at, *begin), Segment::New(b"\n\n    ".to_vec())]);
        at = *begin;
    }
    segments.push(Segment::Copy(at, u64::MAX));
    let content = [("entities.xml".to_owned(), segments)].into();
    let what = format!("put white space before {} objects", places.len());
    Ok((!places.is_empty()).then_some((Plan { content, ..Plan::default() }, what)))
}

/// Flips a bit in the middle of the packed bytes of an entry that holds something: nobody misses a bit of nothing.
fn flip(seed: u64, from: &Path, to: &Path) -> Result<Option<String>, DamageError> {
    let package = Package::open(from, &Limits::default())?;
    let fit: Vec<&Entry> = package.entries().iter().filter(|entry| entry.packed > 0 && entry.bytes > 0).collect();
    let Some(entry) = Lot::new(seed, "flip-archive-byte", 0).pick(&fit).filter(|_| package.form() == Form::Zip) else {
        return Ok(None);
    };
    let io = |source| DamageError::Io { path: to.to_owned(), source };
    fs::copy(from, to).map_err(io)?;
    let at = flip_at(to, entry).map_err(io)?;
    Ok(Some(format!("flipped a bit at byte {at} of the zip, in {}", entry.name)))
}

fn flip_at(path: &Path, entry: &Entry) -> io::Result<u64> {
    let mut file = File::options().read(true).write(true).open(path)?;
    let mut header = [0_u8; 30];
    file.seek(SeekFrom::Start(entry.offset))?;
    file.read_exact(&mut header)?;
    let [.., a, b, c, d] = header;
    let at = entry.offset
        + 30
        + u64::from(u16::from_le_bytes([a, b]))
        + u64::from(u16::from_le_bytes([c, d]))
        + entry.packed / 2;
    let mut byte = [0_u8];
    file.seek(SeekFrom::Start(at))?;
    file.read_exact(&mut byte)?;
    file.seek(SeekFrom::Start(at))?;
    file.write_all(&byte.map(|byte| byte ^ 0x10))?;
    Ok(at)
}

/// Puts bytes at a distance from the name of the stand-in in the zip's directory, and in the local header at this place. The stand-in was
/// written last, so that its line of the directory is the last one.
fn patch(path: &Path, distance: i64, bytes: &[u8], local: Option<u64>) -> io::Result<()> {
    let mut file = File::options().read(true).write(true).open(path)?;
    let begin = file.metadata()?.len().saturating_sub(4_096);
    let mut tail = Vec::new();
    file.seek(SeekFrom::Start(begin))?;
    file.read_to_end(&mut tail)?;
    let found = tail.windows(STAND_IN.len()).rposition(|window| window == STAND_IN.as_bytes());
    let directory =
        found.map(|at| (begin + at as u64).saturating_add_signed(distance)).ok_or(io::ErrorKind::NotFound)?;
    for place in [Some(directory), local].into_iter().flatten() {
        file.seek(SeekFrom::Start(place))?;
        file.write_all(bytes)?;
    }
    Ok(())
}

fn digest(path: &Path) -> Result<Digest, DamageError> {
    let io = |source| DamageError::Io { path: path.to_owned(), source };
    let mut hasher = Hasher::default();
    io::copy(&mut File::open(path).map_err(io)?, &mut hasher).map_err(io)?;
    Ok(hasher.finish())
}
