//! The files of attachments: which entry is whose, and what is in them.

use std::collections::HashMap;

use super::classes::ContentClass;
use super::tables::{Spine, Status, Tables};
use crate::model::Digest;
use crate::package::Package;
use crate::runs::SpillError;

/// What was read of a file.
#[derive(Debug, Clone, Copy)]
pub(super) struct FileRead {
    pub bytes: u64,
    pub sum: [u8; 32],
}

impl FileRead {
    pub fn digest(&self) -> Digest {
        Digest::from(self.sum)
    }
}

/// What was read, by the number of the entry. Files that broke off are missing.
#[derive(Debug)]
pub(super) struct Files(Vec<Option<FileRead>>);

impl Files {
    /// None yet, of so many entries.
    pub fn of(entries: usize) -> Self {
        Self(vec![None; entries])
    }

    pub fn insert(&mut self, entry: usize, read: FileRead) {
        if let Some(place) = self.0.get_mut(entry) {
            *place = Some(read);
        }
    }

    pub fn get(&self, entry: usize) -> Option<&FileRead> {
        self.0.get(entry)?.as_ref()
    }
}

/// Which entry holds the bytes of which attachment.
#[derive(Debug, Default)]
pub(super) struct Claims {
    /// Attachments with their entries, by id.
    by_attachment: Vec<(u64, u32)>,
    /// Entries, and in the same places their attachments, by entry.
    entries: Vec<u32>,
    attachments: Vec<u64>,
    /// Files below attachments/ that nobody claims, with names and offsets.
    pub unclaimed: Vec<(String, u64)>,
}

impl Claims {
    /// The entry of an attachment.
    pub fn file(&self, attachment: u64) -> Option<usize> {
        let place = self.by_attachment.binary_search_by_key(&attachment, |(id, _)| *id).ok()?;
        self.by_attachment.get(place).map(|(_, entry)| *entry as usize)
    }

    /// The attachments whose bytes an entry holds.
    pub fn of(&self, entry: usize) -> &[u64] {
        let before = |limit: usize| self.entries.partition_point(|own| (*own as usize) < limit);
        self.attachments.get(before(entry)..before(entry.saturating_add(1))).unwrap_or_default()
    }
}

/// Entries below attachments/, by what their names say.
#[derive(Debug, Default)]
struct Index {
    full: HashMap<(u64, u64, u64), usize>,
    short: HashMap<(u64, u64), usize>,
    elsewhere: HashMap<(u64, u64), usize>,
}

impl Index {
    fn of(package: &Package) -> Self {
        let mut index = Self::default();
        for (at, entry) in package.entries().iter().enumerate() {
            let Some(rest) = entry.name.strip_prefix("attachments/") else { continue };
            let numbers: Option<Vec<u64>> = rest.split('/').map(|part| part.parse().ok()).collect();
            match numbers.as_deref() {
                Some([container, attachment, version]) => {
                    index.full.insert((*container, *attachment, *version), at);
                    index.elsewhere.entry((*attachment, *version)).or_insert(at);
                }
                Some([container, attachment]) => {
                    index.short.insert((*container, *attachment), at);
                }
                _ => {}
            }
        }
        index
    }

    /// Looks in the order of docs/confluence.md, C3.
    fn find(&self, tables: &Tables, id: u64, row: &Spine) -> Result<Option<usize>, SpillError> {
        let Ok(version) = u64::try_from(row.number.unwrap_or(1)) else { return Ok(None) };
        let original = row.original.filter(|_| row.status != Status::Draft);
        let live = original.map(|original| tables.live(original)).transpose()?;
        let container = match (row.container, live) {
            (None, Some(live)) => tables.spine(live)?.and_then(|live| live.container),
            (container, _) => container,
        };
        let container = container.unwrap_or_default();
        let folders: Vec<u64> = live.into_iter().chain([id]).collect();
        let full = folders.iter().find_map(|folder| self.full.get(&(container, *folder, version)));
        let found = full
            .or_else(|| self.short.get(&(container, id)))
            .or_else(|| folders.iter().find_map(|folder| self.elsewhere.get(&(*folder, version))));
        Ok(found.copied())
    }
}

/// Finds the file of every attachment.
pub(super) fn claim(package: &Package, tables: &Tables) -> Result<Claims, SpillError> {
    let index = Index::of(package);
    let mut claims = Claims::default();
    for row in tables.content.fronts::<Spine>() {
        let (id, row) = row?;
        if row.class == ContentClass::Attachment
            && let Some(entry) = index.find(tables, id, &row)?
        {
            // A zip of more entries than this is refused long before.
            claims.by_attachment.push((id, u32::try_from(entry).unwrap_or(u32::MAX)));
        }
    }
    let mut by_entry: Vec<(u32, u64)> = claims.by_attachment.iter().map(|(id, entry)| (*entry, *id)).collect();
    by_entry.sort_unstable();
    (claims.entries, claims.attachments) = by_entry.into_iter().unzip();
    let files = package.entries().iter().enumerate().filter(|(_, entry)| entry.name.starts_with("attachments/"));
    claims.unclaimed = files
        .filter(|(at, _)| claims.of(*at).is_empty())
        .map(|(_, entry)| (entry.raw_name().to_owned(), entry.offset))
        .collect();
    Ok(claims)
}
