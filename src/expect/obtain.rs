use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};

use super::ExpectError;
use super::clock::{Clocked, clocked, named_zone};
use crate::model::{BODY_DIGEST_RULES, Backup, Digest, Identity, Scope};
use crate::reading::{Claim, Inventory, Manifest, ReadError, read_manifest, renamed, retitled};
use crate::settings::Zone;

/// Which manifest a scenario asks for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Wanted {
    /// The backup's own claim: proves less.
    #[default]
    FromBackup,
    /// The file beside the backup: its name with `.manifest.jsonl` behind it.
    BesideBackup,
    /// This file.
    File {
        /// Where it lies.
        path: PathBuf,
        /// The digest that it must have.
        exactly: Option<Digest>,
    },
}

/// A manifest, and where it came from.
#[derive(Debug)]
pub struct Obtained {
    /// The manifest.
    pub manifest: Manifest,
    /// Digest of its file, where it came from one.
    pub digest: Option<Digest>,
    /// Its file, where it came from one.
    pub path: Option<PathBuf>,
    /// Whether it is bound to the backup in hand.
    pub bound: bool,
    /// What was found about the clocks of source and backup.
    pub clock: Option<String>,
}

/// The manifest file that belongs beside a backup.
pub fn beside(backup: &Path) -> PathBuf {
    let mut name = backup.file_name().unwrap_or_default().to_owned();
    name.push(".manifest.jsonl");
    backup.with_file_name(name)
}

/// Obtains the manifest that is wanted for this backup, its times on the backup's clock; `zone` is the zone of that, where the scenario names it.
///
/// # Errors
/// A manifest that is missing, can't be read or can't be trusted for this backup.
pub fn obtain(
    wanted: &Wanted,
    zone: Option<&Zone>,
    inventory: &Inventory,
    backup: &Backup,
) -> Result<Obtained, ExpectError> {
    let (path, exactly) = match wanted {
        Wanted::FromBackup => {
            let manifest = Manifest::from_backup(inventory, &backup.digest);
            return Ok(Obtained { manifest, digest: None, path: None, bound: true, clock: None });
        }
        Wanted::BesideBackup => (beside(&backup.path), None),
        Wanted::File { path, exactly } => (path.clone(), exactly.as_ref()),
    };
    let file = File::open(&path).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => ExpectError::Missing(path.clone()),
        _ => ExpectError::file(&path, error.into()),
    })?;
    let (manifest, digest) = read_manifest(BufReader::new(file)).map_err(|cause| ExpectError::file(&path, cause))?;
    if let Some(wanted) = exactly.filter(|wanted| **wanted != digest) {
        return Err(ExpectError::NotExactly { path, wanted: wanted.clone(), actual: digest });
    }
    if let Some(bound_to) = manifest.bound_to.as_ref().filter(|bound_to| **bound_to != backup.digest) {
        return Err(ExpectError::OtherBackup { path, bound_to: bound_to.clone(), backup: backup.digest.clone() });
    }
    if manifest.reading.header.texts != BODY_DIGEST_RULES {
        return Err(ExpectError::OtherRules { path, found: manifest.reading.header.texts });
    }
    let spaces = unclaimed(&manifest.reading.header.scope, &inventory.reading.header.scope);
    if !spaces.is_empty() {
        return Err(ExpectError::Narrower { path, spaces });
    }
    if let (Scope::Site, Scope::Spaces(_)) = (&manifest.reading.header.scope, &inventory.reading.header.scope) {
        return Err(ExpectError::Wider { path });
    }
    let bound = manifest.bound_to.is_some();
    let zone = named_zone(zone, &inventory.descriptor);
    let Clocked { reading, said: clock } =
        clocked(&manifest.reading, &inventory.reading, zone).map_err(|cause| ExpectError::file(&path, cause.into()))?;
    let manifest = Manifest { reading, ..manifest };
    let manifest = named_as(manifest, inventory)
        .and_then(|manifest| titled_as(manifest, inventory))
        .map_err(|error| ExpectError::file(&path, error.into()))?;
    Ok(Obtained { manifest, digest: Some(digest), path: Some(path), bound, clock })
}

/// The manifest with the names that the backup has for people. Of those Cloud shows account ids alone.
fn named_as(manifest: Manifest, inventory: &Inventory) -> Result<Manifest, ReadError> {
    if manifest.claim != Claim::Source || inventory.accounts.is_empty() {
        return Ok(manifest);
    }
    let reading = renamed(&manifest.reading, &inventory.accounts)?;
    Ok(Manifest { reading, ..manifest })
}

/// The manifest with the titles that the backup has for what was given another one since: a space restore knows pages by their titles.
fn titled_as(manifest: Manifest, inventory: &Inventory) -> Result<Manifest, ReadError> {
    let since = inventory.made.as_deref().filter(|_| manifest.claim == Claim::Source && manifest.bound_to.is_none());
    let Some(since) = since.filter(|_| inventory.identity() == Identity::Natural) else { return Ok(manifest) };
    let reading = retitled(&manifest.reading, &inventory.reading, since)?;
    Ok(Manifest { reading, ..manifest })
}

/// The spaces that the backup claims to hold and of which the manifest says nothing. The other way round nothing is wrong with the manifest: a
/// space that the backup lacks is what the drill is to find.
fn unclaimed(manifest: &Scope, backup: &Scope) -> Vec<String> {
    match (manifest, backup) {
        (Scope::Spaces(claimed), Scope::Spaces(held)) => {
            let known = |key: &&String| claimed.iter().any(|claimed| claimed.eq_ignore_ascii_case(key));
            held.iter().filter(|key| !known(key)).cloned().collect()
        }
        (Scope::Spaces(_), Scope::Site) => vec!["all others of the site".to_owned()],
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::expect::{bind, write};
    use crate::model::{Descriptor, Fault, Field, Form, Item, Key, Kind, Ledger, Value};
    use crate::reading::{Header, Reading};

    fn reading(scope: Scope) -> Reading {
        let header = Header {
            origin: "test".into(),
            began: "2026-11-23T00:00:00Z".into(),
            ended: "2026-11-23T00:00:01Z".into(),
            product: None,
            scope,
            coverage: BTreeMap::new(),
            blind_spots: Vec::new(),
            texts: BODY_DIGEST_RULES.into(),
            normal: None,
            capture: None,
        };
        let fields = BTreeMap::from([(Field::Title, Some(Value::from("A")))]);
        Reading::new(
            header,
            [Item { kind: Kind::Page, key: Key::new(["page", "OPS", "A"]), id: None, aside: None, fields }],
        )
        .unwrap()
    }

    fn inventory(scope: Scope) -> Inventory {
        Inventory {
            reading: reading(scope),
            damage: Vec::new(),
            ledger: Ledger::default(),
            descriptor: Descriptor::default(),
            writer: String::new(),
            made: None,
            whole: true,
            accounts: BTreeMap::new(),
        }
    }

    fn backup(folder: &Path) -> Backup {
        Backup {
            path: folder.join("export.zip"),
            form: Form::Zip,
            bytes: 4,
            digest: Digest::of("this"),
            origin: "test".into(),
            modified: None,
        }
    }

    fn ops() -> Scope {
        Scope::Spaces(vec!["OPS".into()])
    }

    fn put(folder: &Path, scope: Scope, bound_to: Option<&str>) -> (PathBuf, Digest) {
        let manifest = Manifest { reading: reading(scope), claim: Claim::Source, bound_to: bound_to.map(Digest::of) };
        let path = folder.join("export.zip.manifest.jsonl");
        let digest = write(&manifest, &path).unwrap();
        (path, digest)
    }

    #[test]
    fn a_bound_manifest_beside_the_backup_is_taken() {
        let folder = tempfile::tempdir().unwrap();
        let (path, digest) = put(folder.path(), ops(), Some("this"));
        let found = obtain(&Wanted::BesideBackup, None, &inventory(ops()), &backup(folder.path())).unwrap();
        assert_eq!((found.path, found.digest, found.bound), (Some(path), Some(digest), true));
        assert_eq!(found.manifest.reading, reading(ops()));
    }

    #[test]
    fn people_of_cloud_get_the_names_that_the_backup_has() {
        let folder = tempfile::tempdir().unwrap();
        let author = |name: &str| {
            let fields = BTreeMap::from([(Field::Author, Some(Value::from(name)))]);
            let item = Item { kind: Kind::Page, key: Key::new(["page", "OPS", "A"]), id: None, aside: None, fields };
            Reading::new(reading(ops()).header, [item]).unwrap()
        };
        let manifest = Manifest { reading: author("712020:a"), claim: Claim::Source, bound_to: None };
        write(&manifest, &folder.path().join("export.zip.manifest.jsonl")).unwrap();
        let accounts = BTreeMap::from([("712020:a".to_owned(), "ann@example.com".to_owned())]);
        let inventory = Inventory { accounts, ..inventory(ops()) };
        let found = obtain(&Wanted::BesideBackup, None, &inventory, &backup(folder.path())).unwrap();
        assert_eq!(found.manifest.reading, author("ann@example.com"));
    }

    #[test]
    fn the_backup_claims_for_itself() {
        let folder = tempfile::tempdir().unwrap();
        let found = obtain(&Wanted::FromBackup, None, &inventory(ops()), &backup(folder.path())).unwrap();
        assert_eq!((found.manifest.claim, found.bound), (Claim::Backup, true));
    }

    #[test]
    fn what_cannot_be_trusted_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let (inventory, backup) = (inventory(ops()), backup(folder.path()));
        let refused = |wanted: &Wanted| {
            let error = obtain(wanted, None, &inventory, &backup).unwrap_err();
            assert_eq!(error.fault(), Fault::Rig);
            error
        };
        assert!(matches!(refused(&Wanted::BesideBackup), ExpectError::Missing(_)));
        let (path, digest) = put(folder.path(), ops(), Some("other"));
        assert!(matches!(refused(&Wanted::BesideBackup), ExpectError::OtherBackup { .. }));
        put(folder.path(), Scope::Spaces(vec!["HR".into()]), Some("this"));
        let exactly = Wanted::File { path: path.clone(), exactly: Some(digest) };
        assert!(matches!(refused(&exactly), ExpectError::NotExactly { .. }));
        assert!(matches!(refused(&Wanted::BesideBackup), ExpectError::Narrower { .. }));
        put(folder.path(), Scope::Site, Some("this"));
        assert!(matches!(refused(&Wanted::BesideBackup), ExpectError::Wider { .. }));
        let text = std::fs::read_to_string(&path).unwrap();
        std::fs::write(&path, text.replace("\"A\"", "\"B\"")).unwrap();
        let edited = refused(&Wanted::BesideBackup);
        assert!(
            matches!(edited, ExpectError::File { cause: crate::reading::FileError::Edited { .. }, .. }),
            "{edited}"
        );
        std::fs::write(&path, text.get(..text.len() - 40).unwrap()).unwrap();
        assert!(matches!(refused(&Wanted::BesideBackup), ExpectError::File { .. }));
    }

    #[test]
    fn a_manifest_without_a_backup_can_be_bound_later() {
        let folder = tempfile::tempdir().unwrap();
        let (path, _) = put(folder.path(), ops(), None);
        let wanted = Wanted::File { path: path.clone(), exactly: None };
        let (inventory, backup) = (inventory(ops()), backup(folder.path()));
        let found = obtain(&wanted, None, &inventory, &backup).unwrap();
        assert!(!found.bound);
        write(&bind(found.manifest, &backup.digest), &path).unwrap();
        assert!(obtain(&wanted, None, &inventory, &backup).unwrap().bound);
    }
}
