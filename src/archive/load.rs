//! Streams entities.xml into the tables.

use super::ArchiveError;
use super::damage::Damages;
use super::loaded::Loaded;
use super::references::Fresh;
use super::rows::{self, Taken};
use super::work::Work;
use crate::package::{EntryError, Limits, Object, ObjectError, PackageError, objects_ahead};

/// The entry that holds the objects.
pub(super) const ENTITIES: &str = "entities.xml";

/// Objects between two looks at whether the drill was stopped.
const TICK: u64 = 2_000;

/// Reads all objects; false where the file broke off before its end, or isn't there.
pub(super) fn load(work: &mut Work<'_>, damages: &mut Damages) -> Result<bool, ArchiveError> {
    let Some(entry) = work.package.entry(ENTITIES) else {
        damages.no_entities();
        return Ok(false);
    };
    work.loaded.insert(entry.name.clone());
    let Some(reader) = opened(work.package.read(entry), damages)? else { return Ok(false) };
    let io = |source| PackageError::Io { path: work.package.path().to_owned(), source };
    let mut reader = objects_ahead(reader, &Limits::default()).map_err(io)?;
    let (mut number, mut whole, mut sound) = (0_u64, true, true);
    while let Some(object) = reader.next_object() {
        match object {
            Ok(object) => take(work, object, damages),
            Err(ObjectError::Read { source, .. }) if EntryError::within(&source).is_none() => {
                return Err(PackageError::Io { path: work.package.path().to_owned(), source }.into());
            }
            Err(error) => {
                if let ObjectError::Bad { class, .. } = &error {
                    let account = work.accounts.of(class.as_deref().unwrap_or("(none)"));
                    account.lexed += 1;
                    account.damaged += 1;
                }
                whole &= !error.is_fatal() || error.entry().is_some_and(|_| reader.is_complete());
                sound &= !error.is_fatal();
                damages.object(entry.raw_name(), &error);
            }
        }
        number += 1;
        if number.is_multiple_of(TICK) {
            work.tick(reader.position())?;
        }
    }
    work.signals.datetime = reader.datetime().map(str::to_owned);
    damages.illegal(entry.raw_name(), reader.illegal());
    work.object_bytes = reader.position();
    work.bytes = work.bytes.saturating_add(entry.bytes);
    work.entries += u64::from(sound);
    Ok(whole)
}

/// The reader of an entry; none where the entry is damaged, which is told.
pub(super) fn opened<R>(reader: Result<R, PackageError>, damages: &mut Damages) -> Result<Option<R>, ArchiveError> {
    match reader {
        Ok(reader) => Ok(Some(reader)),
        Err(PackageError::Entry(error)) => {
            damages.entry(&error, &[]);
            Ok(None)
        }
        Err(error) => Err(error.into()),
    }
}

/// Takes an object into the tables.
pub(super) fn take(work: &mut Work<'_>, object: Object<'_>, damages: &mut Damages) {
    work.signals.take(object);
    let class = object.class();
    let sort = work.sorts.of(class);
    let full;
    let account = if sort.is_known {
        class
    } else {
        full = object.full_class();
        &full
    };
    work.accounts.of(account).lexed += 1;
    match work.references.take(object) {
        Fresh::Yes => {}
        Fresh::No => damages.duplicate(account, object.offset()),
        Fresh::OfAnotherClass => damages.id_of_two_classes(account, object.offset()),
    }
    let tables = &mut work.intake;
    signs(tables, object);
    let replaced = match (object.number_id(), sort.content) {
        _ if class == "ConfluenceUserImpl" => rows::user(tables, object),
        (Some(id), Some(class)) => rows::content(tables, id, class, object),
        (Some(id), None) if sort.is_mapped => rows::other(tables, id, object),
        (None, _) if sort.is_mapped => {
            damages.no_id(account, object.offset());
            work.accounts.damaged(account);
            return;
        }
        _ => {
            if !sort.is_known {
                damages.unknown_class(account, object.offset());
            }
            Taken::Ignored
        }
    };
    match replaced {
        Taken::New => {}
        Taken::Replaced => work.accounts.damaged(account),
        Taken::Ignored => work.accounts.ignored(account),
    }
}

fn signs(tables: &mut Loaded, object: Object<'_>) {
    // What is known already isn't looked for again.
    let signs = &mut tables.signs;
    signs.cloud = signs.cloud
        || object.property("navigationType").is_some()
        || object.property("atlassianAccountId").is_some()
        || object.has_collection("childrens");
    signs.owned_properties =
        signs.owned_properties || (object.class() == "ContentProperty" && object.reference("content").is_some());
    signs.body_lists = signs.body_lists || object.has_collection("bodyContents");
}
