//! Each mutation breaks what it says, and nothing else: shown on the raw objects and entries of samples of both writers.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use rehearsal::damage::{Applied, DamageError, Mutation, apply};
use rehearsal::package::{Limits, Package, RawObject, objects};
use rehearsal::sample::{Sample, SampleScope, Writer, write};

type Name = (String, String);
type Content = (BTreeMap<Name, RawObject>, BTreeMap<String, Vec<u8>>);

struct Rig {
    folder: tempfile::TempDir,
    whole: PathBuf,
}

impl Rig {
    fn new(sample: &Sample) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let whole = folder.path().join("whole.zip");
        write(sample, &whole).unwrap();
        Self { folder, whole }
    }

    fn broken(&self, mutation: Mutation, seed: u64) -> (PathBuf, Applied) {
        let to = self.folder.path().join(format!("{}-{seed}.zip", mutation.name()));
        let applied =
            apply(mutation, seed, &self.whole, &to).unwrap_or_else(|error| panic!("{}: {error}", mutation.name()));
        (to, applied)
    }
}

fn samples() -> Vec<Sample> {
    let server = Sample { attachment_bytes: 300, ..Sample::sized(45, 11) };
    let newer = Sample { writer: Writer::DataCenter83, ..server.clone() };
    let site = |sample: &Sample| Sample { scope: SampleScope::Site, spaces: 3, ..sample.clone() };
    vec![site(&server), site(&newer), server, newer]
}

/// A space export has no accounts.
const OF_A_SITE: [Mutation; 2] = [Mutation::DropUser, Mutation::DropMembership];

fn content(path: &Path) -> Content {
    let package = Package::open(path, &Limits::default()).unwrap();
    let mut files = BTreeMap::new();
    for entry in package.entries() {
        files.insert(entry.name.clone(), package.read_small(entry, 50_000_000).unwrap());
    }
    let xml = files.remove("entities.xml").unwrap();
    let found = objects(xml.as_slice(), &Limits::default()).map(|object| {
        let mut object = object.unwrap();
        (object.offset, object.end) = (0, 0);
        ((object.class.clone(), object.id.clone().unwrap()), object)
    });
    (found.collect(), files)
}

/// Classes of the objects that vanished, and of those that changed; names of the files that vanished or changed.
fn difference((old, old_files): &Content, broken: &Path) -> (BTreeSet<String>, BTreeSet<String>, BTreeSet<String>) {
    let (new, new_files) = content(broken);
    assert!(new.keys().all(|name| old.contains_key(name)), "an object appeared");
    let gone: BTreeSet<&Name> = old.keys().filter(|name| !new.contains_key(*name)).collect();
    for object in new.values() {
        let members = object.collections.iter().flat_map(|(_, members)| members);
        for (class, id) in
            object.properties.iter().map(|(_, raw)| raw).chain(members).filter_map(|raw| raw.as_reference())
        {
            assert!(!gone.contains(&(class.to_owned(), id.to_owned())), "{} still names {class} {id}", object.class);
        }
    }
    let changed = old.iter().filter(|(name, object)| new.get(*name).is_some_and(|other| other != *object));
    let files = old_files.iter().filter(|(name, bytes)| new_files.get(*name) != Some(bytes));
    assert!(new_files.keys().all(|name| old_files.contains_key(name)), "a file appeared");
    (
        gone.iter().map(|name| name.0.clone()).collect(),
        changed.map(|(name, _)| name.0.clone()).collect(),
        files.map(|(name, _)| name.clone()).collect(),
    )
}

#[test]
fn a_mutation_of_the_content_touches_its_own_kind_and_no_other() {
    let parts = [
        "BodyContent",
        "ContentProperty",
        "Labelling",
        "OutgoingLink",
        "Attachment",
        "ContentPermissionSet",
        "ContentPermission",
    ];
    let page = [&["Page", "Comment"], parts.as_slice()].concat();
    let post = [&["BlogPost", "Comment"], parts.as_slice()].concat();
    // What may vanish (the first must), what may change, whether files do.
    let table: [(Mutation, &[&str], &[&str], bool); 20] = [
        (Mutation::RemovePage, &page, &["Page"], true),
        (Mutation::RemoveBlogPost, &post, &[], true),
        (Mutation::CutBody, &[], &["BodyContent"], false),
        (Mutation::EmptyBody, &[], &["BodyContent"], false),
        (Mutation::SwapBodies, &[], &["BodyContent"], false),
        (Mutation::ChangeParent, &[], &["Page"], false),
        (Mutation::RenameTitle, &[], &["Page"], false),
        (Mutation::GarbleTitle, &[], &["Page"], false),
        (Mutation::DropRestriction, &["ContentPermissionSet", "ContentPermission"], &["Page"], false),
        (Mutation::DropLabel, &["Labelling"], &["Page", "BlogPost"], false),
        (Mutation::DropComment, &["Comment", "BodyContent"], &["Page", "BlogPost", "Comment"], false),
        (Mutation::DropOldVersion, &["Page", "BodyContent"], &["Page"], false),
        (Mutation::DropSpacePermission, &["SpacePermission"], &["Space"], false),
        (Mutation::DropTemplate, &["PageTemplate"], &[], false),
        (Mutation::RenameSpace, &[], &["Space"], false),
        (Mutation::DropUser, &["InternalUser", "HibernateMembership"], &[], false),
        (Mutation::DropMembership, &["HibernateMembership"], &[], false),
        (Mutation::RemoveAttachment, &["Attachment", "ContentProperty"], &["Page", "BlogPost"], true),
        (Mutation::DropOldAttachmentVersion, &["Attachment", "ContentProperty"], &["Attachment"], true),
        (Mutation::FlipAttachmentByte, &[], &[], true),
    ];
    for sample in samples() {
        let rig = Rig::new(&sample);
        let whole = content(&rig.whole);
        for (mutation, may_vanish, may_change, files) in table {
            if sample.scope == SampleScope::Space && OF_A_SITE.contains(&mutation) {
                continue;
            }
            let (broken, applied) = rig.broken(mutation, 7);
            let (gone, changed, lost) = difference(&whole, &broken);
            let case = format!("{} {:?}: {applied:?}", mutation.name(), sample.writer);
            assert_eq!(gone.is_empty(), may_vanish.is_empty(), "{case}");
            assert!(may_vanish.first().is_none_or(|class| gone.contains(*class)), "{case}: {gone:?}");
            assert!(gone.iter().all(|class| may_vanish.contains(&class.as_str())), "{case}: {gone:?}");
            assert!(changed.iter().all(|class| may_change.contains(&class.as_str())), "{case}: {changed:?}");
            assert!(!gone.is_empty() || !changed.is_empty() || !lost.is_empty(), "{case}");
            assert!(files || lost.is_empty(), "{case}: {lost:?}");
            assert!(
                !applied.subjects.is_empty() && applied.subjects.iter().all(|subject| subject.id.is_some()),
                "{case}"
            );
        }
    }
}

#[test]
fn a_mutation_of_files_touches_one_file() {
    for sample in samples() {
        let rig = Rig::new(&sample);
        let whole = content(&rig.whole);
        for mutation in [
            Mutation::RemoveAttachmentFile,
            Mutation::FlipAttachmentByte,
            Mutation::EmptyAttachment,
            Mutation::RemoveDescriptor,
        ] {
            let (broken, applied) = rig.broken(mutation, 5);
            let (gone, changed, lost) = difference(&whole, &broken);
            assert_eq!((gone.len(), changed.len(), lost.len()), (0, 0, 1), "{applied:?}");
        }
    }
}

#[test]
fn harmless_mutations_keep_every_object_and_every_byte() {
    for sample in samples() {
        let rig = Rig::new(&sample);
        let whole = content(&rig.whole);
        for mutation in Mutation::ALL.into_iter().filter(|mutation| mutation.is_harmless()) {
            let (moved, _) = rig.broken(mutation, 5);
            assert!(whole == content(&moved), "{} changed something", mutation.name());
            assert!(std::fs::read(&rig.whole).unwrap() != std::fs::read(&moved).unwrap(), "{}", mutation.name());
        }
    }
}

#[test]
fn a_mutation_of_the_container_leaves_something_that_no_reader_takes_for_whole() {
    let rig = Rig::new(&Sample::sized(30, 2));
    for mutation in [
        Mutation::CutZip { permille: 500 },
        Mutation::CutZip { permille: 1_000 },
        Mutation::EmptyFile,
        Mutation::FlipArchiveByte,
        Mutation::RemoveEntities,
        Mutation::MalformXml,
        Mutation::TraversalName,
        Mutation::Bomb,
    ] {
        let (broken, applied) = rig.broken(mutation, 4);
        let taken = Package::open(&broken, &Limits::default()).is_ok_and(|package| {
            package.damage().is_empty()
                && package.entries().iter().all(|entry| package.read_small(entry, 50_000_000).is_ok())
                && package.entry("entities.xml").is_some_and(|entry| {
                    objects(package.read(entry).unwrap(), &Limits::default()).all(|object| object.is_ok())
                })
        });
        assert!(!taken, "{applied:?}");
    }
}

#[test]
fn the_seed_chooses_the_victim_and_nothing_else_does() {
    let rig = Rig::new(&Sample::sized(60, 11));
    let what = |seed| rig.broken(Mutation::RemovePage, seed).1.what;
    assert_eq!(what(1), what(1));
    assert!((2..10).any(|seed| what(seed) != what(1)));
    let bytes = |seed| std::fs::read(rig.broken(Mutation::SwapBodies, seed).0).unwrap();
    assert!(bytes(1) == bytes(1));
}

#[test]
fn a_package_without_a_victim_is_refused() {
    let rig = Rig::new(&Sample { attachments: 0, attachment_versions: 0, ..Sample::sized(3, 1) });
    for mutation in OF_A_SITE {
        let error = apply(mutation, 1, &rig.whole, &rig.folder.path().join("x.zip")).unwrap_err();
        assert!(matches!(error, DamageError::NoVictim { .. }), "{error}");
    }
    let error = apply(Mutation::RemoveAttachment, 1, &rig.whole, &rig.folder.path().join("x.zip")).unwrap_err();
    assert!(matches!(error, DamageError::NoVictim { .. }), "{error}");
    let folder = rig.folder.path().to_owned();
    let error = apply(Mutation::CutZip { permille: 500 }, 1, &folder, &folder.join("x.zip")).unwrap_err();
    assert!(matches!(error, DamageError::NoVictim { .. }), "{error}");
}
