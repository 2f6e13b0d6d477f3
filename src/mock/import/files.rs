//! Finds the bytes of attachments in the package, in the order of places that packages are known to use (docs/confluence.md, C3),
//! and reads each once, as Confluence does when it copies them. A file that can't be read to its end counts as missing.

use std::collections::HashMap;
use std::io::Read as _;

use crate::mock::store::{Bytes, Content};
use crate::package::{Entry, Package};

/// Finds the bytes of attachment rows.
pub struct Locator<'a> {
    package: &'a Package,
    elsewhere: HashMap<(&'a str, &'a str), &'a Entry>,
    block: Vec<u8>,
}

impl<'a> Locator<'a> {
    /// One for this package.
    pub fn new(package: &'a Package) -> Self {
        let mut elsewhere: HashMap<(&str, &str), &Entry> = HashMap::new();
        for entry in package.entries() {
            let mut parts = entry.name.split('/');
            if let (Some("attachments"), Some(_), Some(id), Some(version), None) =
                (parts.next(), parts.next(), parts.next(), parts.next(), parts.next())
            {
                elsewhere.entry((id, version)).or_insert(entry);
            }
        }
        Self { package, elsewhere, block: vec![0; 1 << 16] }
    }

    /// Finds those of a row, by the ids of the package.
    pub fn locate(&mut self, row: &mut Content) {
        if row.file.is_none() {
            return;
        }
        let entry = find(row, self.package, &self.elsewhere);
        let bytes = entry.and_then(|entry| {
            let length = count(self.package, entry, &mut self.block)?;
            Some(Bytes { package: 0, entry: entry.name.clone(), length })
        });
        if let Some(file) = &mut row.file {
            file.bytes = bytes;
        }
    }
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
