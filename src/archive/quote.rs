//! Reads texts again, for the few of them that a report shows.

use std::collections::{BTreeSet, HashMap};
use std::path::Path;

use super::ArchiveError;
use super::csv;
use super::load::ENTITIES;
use crate::model::Backup;
use crate::package::{Limits, Package, RawObject, objects};

/// The bodies of some content, by its id, each cut to so many bytes, with `]] >` turned back. What can't be read is left out.
///
/// # Errors
/// A package that can't be opened.
pub fn bodies(backup: &Backup, ids: &BTreeSet<u64>, max_bytes: usize) -> Result<HashMap<u64, String>, ArchiveError> {
    bodies_at(&backup.path, ids, max_bytes)
}

/// The same for the package at a path.
pub(super) fn bodies_at(
    path: &Path,
    ids: &BTreeSet<u64>,
    max_bytes: usize,
) -> Result<HashMap<u64, String>, ArchiveError> {
    let package = Package::open(path, &Limits::default())?;
    let mut found = HashMap::new();
    if package.entry(ENTITIES).is_none() && !ids.is_empty() {
        csv::bodies(&package, ids, |owner, text| put(&mut found, owner, text.to_owned(), max_bytes))?;
        return Ok(found);
    }
    let Some(entry) = package.entry(ENTITIES).filter(|_| !ids.is_empty()) else { return Ok(found) };
    // Owners list their bodies in older packages, and may stand behind them.
    let mut listed: HashMap<u64, u64> = HashMap::new();
    let mut unowned = false;
    for object in objects(package.read(entry)?, &Limits::default()).flatten() {
        if object.class == "BodyContent" {
            let owner = object.reference("content").and_then(|(_, id)| id.parse().ok());
            unowned |= owner.is_none();
            take(&mut found, &object, owner, ids, max_bytes);
        } else if let Some(own) = object.number_id().filter(|own| ids.contains(own)) {
            let bodies =
                object.collection("bodyContents").iter().filter_map(|body| body.as_reference()?.1.parse().ok());
            listed.extend(bodies.map(|body: u64| (body, own)));
        }
    }
    if unowned && ids.iter().any(|id| !found.contains_key(id)) {
        for object in objects(package.read(entry)?, &Limits::default()).flatten() {
            if object.class == "BodyContent" && object.reference("content").is_none() {
                let owner = object.number_id().and_then(|body| listed.get(&body).copied());
                take(&mut found, &object, owner, ids, max_bytes);
            }
        }
    }
    Ok(found)
}

fn take(found: &mut HashMap<u64, String>, body: &RawObject, owner: Option<u64>, ids: &BTreeSet<u64>, max_bytes: usize) {
    if let (Some(owner), Some(text)) = (owner.filter(|owner| ids.contains(owner)), body.filled("body")) {
        put(found, owner, text.replace("]] >", "]]>"), max_bytes);
    }
}

fn put(found: &mut HashMap<u64, String>, owner: u64, mut text: String, max_bytes: usize) {
    let end = (0..=max_bytes.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or_default();
    text.truncate(end);
    found.insert(owner, text);
}
