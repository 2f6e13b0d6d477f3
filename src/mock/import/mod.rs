//! Restores a package by Confluence's rules: reads its raw objects, joins them in both directions, and makes a whole new site that is
//! swapped in at the end, so that a failed job leaves nothing behind.
//!
//! The mapping is the mock's own. It shares with other readers only the container and the lexer, so that a mistake in one mapping shows
//! as a difference. It must not know HTTP.

mod assemble;
mod error;
mod files;
mod gather;
mod keep;
mod merge;
mod people;
mod rows;
mod settle;
mod versions;
mod write;

use std::sync::Arc;
use std::sync::atomic::Ordering;

pub use error::RestoreError;
pub use people::made_key;
pub use settle::is_of_space;

use super::jobs::{Job, JobScope, Work};
use super::kept::{Kept, KeptWriter};
use super::settings::Settings;
use super::spill::{Spill, SpillWriter};
use super::state::AppState;
use super::store::{Account, Disk, Files, Heads, Stored, Tables};
use super::troubles::Trouble;
use crate::model::Descriptor;
use crate::package::{Limits, ObjectError, Package, objects_ahead, read_descriptor};
use gather::Gather;
use roaring::RoaringTreemap;
use rows::Rows;

/// The name under which the descriptor must stand, at the root.
const DESCRIPTOR: &str = "exportDescriptor.properties";

/// Most bytes of a descriptor; real ones have under 2 kB.
const DESCRIPTOR_BYTES: u64 = 1 << 20;

/// The app data of a site export.
const APP_DATA: &str =
    "plugin-data/com.atlassian.activeobjects.confluence.spi/activeObjectsBackupRestoreProvider.pdata";

/// The first id that a space restore gives.
pub const FIRST_ID: u64 = 1_000_000;

/// Restores the package of a job and swaps the site. Gives the keys of the spaces that came with it.
///
/// # Errors
/// The package is refused, as Confluence would refuse it; the site is as before.
pub fn restore(state: &AppState, job: &Job) -> Result<Vec<String>, RestoreError> {
    if let Some(message) = state.troubles.fail_job() {
        return Err(RestoreError::Asked(message.to_owned()));
    }
    let _writing = state.writing();
    let before = state.stored();
    let package = Package::open(&job.file, &state.settings.limits)?;
    let descriptor = descriptor(&package, job)?;
    if !job.lenient {
        versions::check(&descriptor, job.scope, &state.settings.version)?;
    }
    let entry = package.entry("entities.xml").ok_or(RestoreError::NoEntities)?;
    if let (JobScope::Site, false, Some(data)) = (job.scope, job.lenient, package.entry(APP_DATA)) {
        strict(state, &package, data)?;
    }
    let _cut_short = state.home.begin()?;
    let pool = &state.home.pool;
    let file = if job.scope == JobScope::Site { 0 } else { before.files.texts.len() };
    let gather = Gather::new(
        Rows::new(pool.folder()),
        SpillWriter::create(pool.place("texts"), file)?,
        KeptWriter::create(pool.place("kept"))?,
        state.troubles.has(&Trouble::NewMacroIds),
    );
    let read = read(state, job, package.read(entry)?, gather)?;
    let (stored, keys) = build(state, job, &before, read, &descriptor, package)?;
    job.progress.skipped.fetch_add(state.troubles.skipped_objects(), Ordering::Relaxed);
    state.swap(stored)?;
    if job.scope == JobScope::Site {
        state.replace_users();
    }
    Ok(keys)
}

/// As what a package is restored of which as much as possible is to be seen: a site or a space, by what its descriptor says, or by nothing
/// but what is there, where it has none or one that says neither. It may lie in a folder of the zip.
///
/// # Errors
/// It is of the CSV form, or can't be opened.
pub fn scope_to_look_at(path: &std::path::Path, limits: &Limits) -> Result<JobScope, RestoreError> {
    Ok(to_look_at(&Package::open(path, limits)?)?.1)
}

fn to_look_at(package: &Package) -> Result<(Descriptor, JobScope), RestoreError> {
    match what(package, true) {
        // A site restore leaves nothing out.
        Err(RestoreError::NoDescriptor | RestoreError::ExportType(_)) => Ok((Descriptor::default(), JobScope::Site)),
        other => other,
    }
}

fn descriptor(package: &Package, job: &Job) -> Result<Descriptor, RestoreError> {
    let found = if job.lenient { to_look_at(package)? } else { what(package, false)? };
    match (found, job.scope) {
        ((descriptor, own), scope) if own == scope => Ok(descriptor),
        (_, JobScope::Space) => Err(RestoreError::SiteAsSpace),
        (_, JobScope::Site) => Err(RestoreError::SpaceAsSite),
    }
}

fn what(package: &Package, in_folder: bool) -> Result<(Descriptor, JobScope), RestoreError> {
    // The CSV form has it under another name, and is to be refused for what it is (docs/confluence.md, C21, F12).
    let named = [DESCRIPTOR, "exportDescriptor.properties.gz"].into_iter().find_map(|name| package.entry(name));
    let entry = named.filter(|_| in_folder || package.top_folder().is_none()).ok_or(RestoreError::NoDescriptor)?;
    let descriptor = read_descriptor(&package.read_small(entry, DESCRIPTOR_BYTES)?);
    if descriptor.get("exportFormat").is_some_and(|form| form.eq_ignore_ascii_case("csv")) {
        return Err(RestoreError::Csv);
    }
    let scope = match descriptor.get("exportType") {
        Some("all" | "site") => JobScope::Site,
        Some("space") => JobScope::Space,
        other => return Err(RestoreError::ExportType(other.unwrap_or_default().to_owned())),
    };
    Ok((descriptor, scope))
}

/// Refuses app data with characters that XML forbids: a strict parser stops there too (docs/confluence.md, F8).
fn strict(state: &AppState, package: &Package, entry: &crate::package::Entry) -> Result<(), RestoreError> {
    use std::io::Read as _;
    if !state.settings.refuse_illegal_characters {
        return Ok(());
    }
    let mut reader = package.read(entry)?;
    let mut block = vec![0; 1 << 16];
    // The last three bytes, since U+FFFE and U+FFFF are three in UTF-8.
    let mut last = 0_u32;
    loop {
        let read = reader.read(&mut block)?;
        for byte in block.get(..read).unwrap_or_default() {
            last = (last << 8 | u32::from(*byte)) & 0x00ff_ffff;
            match (last, byte) {
                (0x00ef_bfbe, _) => return Err(RestoreError::IllegalCharacter(0xfffe)),
                (0x00ef_bfbf, _) => return Err(RestoreError::IllegalCharacter(0xffff)),
                (_, b'\t' | b'\n' | b'\r' | 0x20..) => {}
                (_, control) => return Err(RestoreError::IllegalCharacter(u32::from(*control))),
            }
        }
        if read == 0 {
            return Ok(());
        }
    }
}

fn read(
    state: &AppState,
    job: &Job,
    reader: crate::package::EntryReader,
    mut gather: Gather,
) -> Result<(Rows, Spill, Kept), RestoreError> {
    let progress = &job.progress;
    let refuse_illegal = state.settings.refuse_illegal_characters && !job.lenient;
    let mut all = objects_ahead(reader, &state.settings.limits)?;
    loop {
        if progress.cancel.load(Ordering::Relaxed) {
            return Err(RestoreError::Cancelled);
        }
        let Some(object) = all.next_object() else { break };
        progress.total.fetch_add(1, Ordering::Relaxed);
        progress.processed.fetch_add(1, Ordering::Relaxed);
        let taken = match object {
            Ok(object) => Ok(gather.take(&object)?),
            Err(error) => Err(error),
        };
        if let (true, Some((_, code))) = (refuse_illegal, all.illegal().places.first()) {
            return Err(RestoreError::IllegalCharacter(*code));
        }
        let kept = match taken {
            Ok(kept) => kept,
            // A disk that fails is no damage of the package, and what it kept back isn't known to be lost.
            Err(error) if error.is_fatal() && !(job.lenient && is_damage(&error)) => {
                return Err(RestoreError::Xml(error));
            }
            Err(_) => false,
        };
        let counter = if kept { &progress.persisted } else { &progress.skipped };
        counter.fetch_add(1, Ordering::Relaxed);
    }
    if let (true, Some((_, code))) = (refuse_illegal, all.illegal().places.first()) {
        return Err(RestoreError::IllegalCharacter(*code));
    }
    Ok(gather.finish()?)
}

fn is_damage(error: &ObjectError) -> bool {
    !matches!(error, ObjectError::Read { .. }) || error.entry().is_some()
}

fn build(
    state: &AppState,
    job: &Job,
    before: &Stored,
    (rows, texts, raw): (Rows, Spill, Kept),
    descriptor: &Descriptor,
    package: Package,
) -> Result<(Stored, Vec<String>), RestoreError> {
    let rows = match job.scope {
        JobScope::Site if job.lenient => rows,
        JobScope::Site => people::check_names(&rows).map(|()| rows)?,
        JobScope::Space => {
            let refuse_foreign = state.settings.refuse_foreign_spaces && !job.lenient;
            merge::claim(rows, descriptor, &before.tables, refuse_foreign, &job.progress)?
        }
    };
    let mut assembled = assemble::assemble(rows, &job.progress)?;
    let several = state.troubles.has(&Trouble::SkippedSpace) && assembled.tables.spaces.len() > 1;
    let skipped = assembled.tables.spaces.last_key_value().map(|(id, _)| *id).filter(|_| several);
    if let Some(skipped) = skipped {
        assembled.tables.spaces.remove(&skipped);
    }
    let keys: Vec<String> = assembled.tables.spaces.values().map(|space| space.key.clone()).collect();
    let indexed =
        !matches!(job.work, Work::Restore { skip_reindex: true }) && !state.troubles.has(&Trouble::SearchNotIndexed);
    if indexed {
        assembled.tables.index_for_search();
    }
    let (tables, renumber) = match job.scope {
        JobScope::Site => (assembled.tables.clone(), None),
        JobScope::Space => {
            let (tables, renumber) = merge::merge(before, &assembled, &job.progress);
            (tables, Some(renumber))
        }
    };
    let kept_before = renumber.is_some().then_some(before);
    let writing = write::Writing {
        state,
        job,
        before,
        package: &package,
        assembled: &assembled,
        skipped,
        missing: write::Missing::of(state, kept_before, &assembled),
        renumber: renumber.as_ref(),
    };
    let (disk, heads, kept) = written(&writing, &keys, &raw)?;
    let mut files = if renumber.is_some() { Files::clone(&before.files) } else { Files::default() };
    files.texts.push(Arc::new(texts));
    let mut unindexed =
        if renumber.is_some() { RoaringTreemap::clone(&before.unindexed) } else { RoaringTreemap::new() };
    match &renumber {
        _ if indexed => {}
        Some(renumber) => unindexed.extend(renumber.content.all()),
        None => unindexed.extend(assembled.ids()),
    }
    files.kept.push(Arc::new(kept));
    files.packages.push(Arc::new(state.home.hold(package, &job.file, &state.settings.limits)?));
    let (tables, unindexed) = (with_indexes(tables), unindexed.into());
    Ok((Stored { tables, heads, disk, files: files.into(), unindexed }, keys))
}

/// Writes the rows, and beside that gives what is kept as it is its place.
fn written(
    writing: &write::Writing<'_>,
    keys: &[String],
    raw: &Kept,
) -> Result<(Arc<Disk>, Arc<Heads>, Kept), RestoreError> {
    let writer = KeptWriter::create(writing.state.home.pool.place("kept"))?;
    let settling = settle::Settling { writing, keys };
    std::thread::scope(|scope| {
        let settled = std::thread::Builder::new()
            .name("settle".to_owned())
            .spawn_scoped(scope, || settling.run(raw, writer, &writing.state.settings.limits, &writing.job.progress))?;
        let (disk, heads) = writing.run()?;
        let kept = settled.join().map_err(|_| std::io::Error::other("the thread that settles objects broke down"))?;
        Ok((disk, heads, kept?))
    })
}

fn with_indexes(mut tables: Tables) -> Arc<Tables> {
    tables.reindex();
    tables.into()
}

/// The site of a mock before anything was restored: its administrator, in the two groups of a fresh Confluence, and the users of its settings.
pub fn fresh(settings: &Settings) -> Stored {
    let mut tables = Tables::default();
    tables.next_id = FIRST_ID;
    let admin = settings.admin.0.as_str();
    for name in std::iter::once(admin).chain(settings.users.iter().map(|(name, _)| name.as_str())) {
        let lower = name.to_lowercase();
        tables.users.insert(made_key(name), name.to_owned());
        tables
            .accounts
            .insert(lower.clone(), Account { name: name.to_owned(), display: None, active: true, indexed: true });
        tables.groups.entry("confluence-users".to_owned()).or_default().insert(lower);
    }
    tables.groups.insert("confluence-administrators".to_owned(), [admin.to_lowercase()].into());
    Stored { tables: with_indexes(tables), ..Stored::default() }
}
