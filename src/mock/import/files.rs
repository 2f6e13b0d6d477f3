//! Finds the bytes of attachments in the package, in the order of places that packages are known to use (docs/confluence.md, C3),
//! and reads each once, as Confluence does when it copies them. A file that can't be read to its end counts as missing.

use std::collections::HashMap;
use std::io::Read as _;
use std::sync::atomic::Ordering;

use super::error::RestoreError;
use crate::mock::jobs::Progress;
use crate::mock::store::{Bytes, Content, Site};
use crate::package::{Entry, Package};

/// Finds the bytes of all attachment rows.
pub fn locate(site: &mut Site, package: &Package, progress: &Progress) -> Result<(), RestoreError> {
    let mut elsewhere: HashMap<(&str, &str), &Entry> = HashMap::new();
    for entry in package.entries() {
        let mut parts = entry.name.split('/');
        if let (Some("attachments"), Some(_), Some(id), Some(version), None) =
            (parts.next(), parts.next(), parts.next(), parts.next(), parts.next())
        {
            elsewhere.entry((id, version)).or_insert(entry);
        }
    }
    let mut block = vec![0; 1 << 16];
    for row in site.content.values_mut().filter(|row| row.file.is_some()) {
        if progress.cancel.load(Ordering::Relaxed) {
            return Err(RestoreError::Cancelled);
        }
        let entry = find(row, package, &elsewhere);
        let bytes = entry.and_then(|entry| {
            let length = count(package, entry, &mut block)?;
            Some(Bytes { package: 0, entry: entry.name.clone(), length })
        });
        if let Some(file) = &mut row.file {
            file.bytes = bytes;
        }
    }
    Ok(())
}

fn find<'a>(row: &Content, package: &'a Package, elsewhere: &HashMap<(&str, &str), &'a Entry>) -> Option<&'a Entry> {
    let holder = row.container.map(|id| id.to_string()).unwrap_or_default();
    let (own, version) = (row.id.to_string(), row.number.to_string());
    let current = row.original.map_or_else(|| own.clone(), |original| original.to_string());
    let entry = |name: String| package.entry(&name);
    entry(format!("attachments/{holder}/{current}/{version}"))
        .or_else(|| entry(format!("attachments/{holder}/{own}/{version}")))
        .or_else(|| entry(format!("attachments/{holder}/{own}")))
        .or_else(|| elsewhere.get(&(current.as_str(), version.as_str())).copied())
        .or_else(|| elsewhere.get(&(own.as_str(), version.as_str())).copied())
}

fn count(package: &Package, entry: &Entry, block: &mut [u8]) -> Option<u64> {
    let mut reader = package.read(entry).ok()?;
    let mut length = 0;
    loop {
        match reader.read(block).ok()? {
            0 => return Some(length),
            read => length += read as u64,
        }
    }
}
