//! The files of attachments: which entry is whose, and what is in them.

use std::collections::{BTreeMap, HashMap};

use super::classes::ContentClass;
use super::tables::{Spine, Status, Tables};
use crate::model::Digest;
use crate::package::Package;
use crate::reading::runs::SpillError;

/// What was read of a file.
#[derive(Debug, Clone)]
pub(super) struct FileRead {
    pub bytes: u64,
    pub digest: Digest,
}

/// What was read, by the number of the entry. Files that broke off are missing.
pub(super) type Files = BTreeMap<usize, FileRead>;

/// Which entry holds the bytes of which attachment.
#[derive(Debug, Default)]
pub(super) struct Claims {
    by_attachment: BTreeMap<u64, usize>,
    by_entry: BTreeMap<usize, Vec<u64>>,
    /// Files below attachments/ that nobody claims, with names and offsets.
    pub unclaimed: Vec<(String, u64)>,
}

impl Claims {
    /// The entry of an attachment.
    pub fn file(&self, attachment: u64) -> Option<usize> {
        self.by_attachment.get(&attachment).copied()
    }

    /// The attachments whose bytes an entry holds.
    pub fn of(&self, entry: usize) -> &[u64] {
        self.by_entry.get(&entry).map_or(&[], Vec::as_slice)
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
            claims.by_attachment.insert(id, entry);
            claims.by_entry.entry(entry).or_default().push(id);
        }
    }
    let files = package.entries().iter().enumerate().filter(|(_, entry)| entry.name.starts_with("attachments/"));
    claims.unclaimed = files
        .filter(|(at, _)| !claims.by_entry.contains_key(at))
        .map(|(_, entry)| (entry.raw_name().to_owned(), entry.offset))
        .collect();
    Ok(claims)
}
