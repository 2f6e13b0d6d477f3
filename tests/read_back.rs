//! What the archive reader makes of samples, and of samples with one thing broken: items, not objects.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, reason = "tests")]

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use rehearsal::archive;
use rehearsal::clock::Context;
use rehearsal::damage::{DamageError, Mutation, apply};
use rehearsal::event::Events;
use rehearsal::model::{Backup, Digest, Field, Form, Item, Key, Kind, Severity, Value};
use rehearsal::reading::Inventory;
use rehearsal::sample::{Made, Sample, SampleScope, Writer, write};
use tokio_util::sync::CancellationToken;

fn read(path: &Path) -> Inventory {
    let bytes = std::fs::read(path).unwrap();
    let backup = Backup {
        path: path.to_owned(),
        form: Form::Zip,
        bytes: bytes.len() as u64,
        digest: Digest::of(&bytes),
        origin: "sample".to_owned(),
        modified: None,
    };
    archive::read(&backup, &Context::new(Events::none(), CancellationToken::new())).unwrap()
}

fn items(inventory: &Inventory) -> BTreeMap<(Kind, Key), Item> {
    let all = Kind::ALL.into_iter().flat_map(|kind| inventory.reading.items(kind));
    all.map(Result::unwrap).map(|item| ((item.kind, item.key.clone()), item)).collect()
}

fn samples() -> Vec<Sample> {
    let server = Sample { attachment_bytes: 300, ..Sample::sized(45, 21) };
    let newer = Sample { writer: Writer::DataCenter83, archived: 2, ..server.clone() };
    let site = |sample: &Sample| Sample { scope: SampleScope::Site, spaces: 3, ..sample.clone() };
    vec![site(&server), site(&newer), server.clone(), newer.clone(), Sample { spaces: 2, ..newer }]
}

fn made(folder: &Path, sample: &Sample) -> (PathBuf, Made) {
    let path = folder.join("whole.zip");
    let made = write(sample, &path).unwrap();
    (path, made)
}

#[test]
fn a_sample_reads_back_whole_with_every_count() {
    for sample in samples() {
        let folder = tempfile::tempdir().unwrap();
        let (path, made) = made(folder.path(), &sample);
        let inventory = read(&path);
        assert!(inventory.whole);
        let worse: Vec<_> = inventory.damage.iter().filter(|damage| damage.severity > Severity::Info).collect();
        assert!(worse.is_empty(), "{:?} {:?}: {worse:#?}", sample.writer, sample.scope);
        let counted: BTreeMap<Kind, u64> = Kind::ALL
            .into_iter()
            .map(|kind| (kind, inventory.reading.number(kind)))
            .filter(|(_, number)| *number > 0)
            .collect();
        assert_eq!(counted, made.items, "{:?} {:?}", sample.writer, sample.scope);
        let total = inventory.ledger.total();
        assert_eq!((total.lexed, total.damaged), (made.objects, 0));
        assert_eq!(inventory.ledger.entries, made.entries);
    }
}

/// What one mutation must do to the items: kinds that lose some, kinds that gain some, fields that differ and on which kind.
struct Effect {
    mutation: Mutation,
    lost: &'static [Kind],
    gained: &'static [Kind],
    differs: &'static [(Kind, Field)],
}

const fn effect(
    mutation: Mutation,
    lost: &'static [Kind],
    gained: &'static [Kind],
    differs: &'static [(Kind, Field)],
) -> Effect {
    Effect { mutation, lost, gained, differs }
}

/// All kinds that hang on a page or blog post.
const HANGING: [Kind; 12] = [
    Kind::Page,
    Kind::BlogPost,
    Kind::Comment,
    Kind::Attachment,
    Kind::Version,
    Kind::Label,
    Kind::Restriction,
    Kind::Draft,
    Kind::Property,
    Kind::Watch,
    Kind::Like,
    Kind::Task,
];
const BODY: &[(Kind, Field)] = &[
    (Kind::Page, Field::Body),
    (Kind::Page, Field::BodyBytes),
    (Kind::Page, Field::BodyType),
    (Kind::Page, Field::Normal),
    (Kind::Page, Field::NamedUsers),
    (Kind::Page, Field::NamedContent),
];
/// A page that is the home of its space or the parent of others has its key in them.
const NAMED: &[(Kind, Field)] = &[(Kind::Page, Field::Parent), (Kind::Space, Field::Homepage)];
const BYTES: &[(Kind, Field)] = &[(Kind::Attachment, Field::Digest), (Kind::Attachment, Field::Bytes)];

const EFFECTS: [Effect; 22] = [
    effect(Mutation::RemovePage, &HANGING, &[], &[]),
    effect(Mutation::RemoveBlogPost, &HANGING, &[], &[]),
    effect(Mutation::CutBody, &[], &[], BODY),
    effect(Mutation::EmptyBody, &[], &[], BODY),
    effect(Mutation::SwapBodies, &[], &[], BODY),
    effect(Mutation::ChangeParent, &[], &[], &[(Kind::Page, Field::Parent)]),
    effect(Mutation::RenameTitle, &HANGING, &HANGING, NAMED),
    effect(Mutation::GarbleTitle, &HANGING, &HANGING, NAMED),
    effect(Mutation::DropRestriction, &[Kind::Restriction], &[], &[]),
    effect(Mutation::DropLabel, &[Kind::Label], &[], &[]),
    effect(Mutation::DropComment, &[Kind::Comment, Kind::Property, Kind::Like], &[], &[]),
    effect(Mutation::DropOldVersion, &[Kind::Version], &[], &[]),
    effect(Mutation::DropOldAttachmentVersion, &[Kind::Version], &[], &[]),
    effect(Mutation::DropSpacePermission, &[Kind::Permission], &[], &[]),
    effect(Mutation::DropTemplate, &[Kind::Template], &[], &[]),
    effect(Mutation::RenameSpace, &[], &[], &[(Kind::Space, Field::Title)]),
    effect(Mutation::DropUser, &[Kind::User, Kind::Membership], &[], &[]),
    effect(Mutation::DropMembership, &[Kind::Membership], &[], &[]),
    effect(Mutation::RemoveAttachment, &[Kind::Attachment, Kind::Version], &[], &[]),
    effect(Mutation::RemoveAttachmentFile, &[], &[], BYTES),
    effect(Mutation::FlipAttachmentByte, &[], &[], &[(Kind::Attachment, Field::Digest)]),
    effect(Mutation::EmptyAttachment, &[], &[], BYTES),
];

/// Mutations that the archive betrays by itself.
const SHOWS: [Mutation; 2] = [Mutation::RemoveAttachmentFile, Mutation::EmptyAttachment];

#[test]
fn a_mutation_changes_its_own_items_and_no_other() {
    for sample in samples().into_iter().take(4) {
        let folder = tempfile::tempdir().unwrap();
        let (path, _) = made(folder.path(), &sample);
        let whole = items(&read(&path));
        let accounts = |one: &&Effect| !one.lost.contains(&Kind::Membership) || sample.scope == SampleScope::Site;
        for expected in EFFECTS.iter().filter(accounts) {
            let to = folder.path().join("broken.zip");
            let applied = apply(expected.mutation, 9, &path, &to).unwrap();
            let inventory = read(&to);
            let broken = items(&inventory);
            let case = format!("{} {:?} {:?}: {applied:?}", expected.mutation.name(), sample.writer, sample.scope);
            let betrayed = inventory.damage.iter().any(|damage| damage.severity > Severity::Info);
            assert_eq!(betrayed, SHOWS.contains(&expected.mutation), "{case}: {:#?}", inventory.damage);
            check(expected, &whole, &broken, &case);
        }
    }
}

fn check(expected: &Effect, whole: &BTreeMap<(Kind, Key), Item>, broken: &BTreeMap<(Kind, Key), Item>, case: &str) {
    let kinds = |one: &BTreeMap<(Kind, Key), Item>, other: &BTreeMap<(Kind, Key), Item>| {
        one.keys().filter(|name| !other.contains_key(*name)).map(|(kind, _)| *kind).collect::<Vec<_>>()
    };
    let (lost, gained) = (kinds(whole, broken), kinds(broken, whole));
    assert_eq!((lost.is_empty(), gained.is_empty()), (expected.lost.is_empty(), expected.gained.is_empty()), "{case}");
    assert!(lost.iter().all(|kind| expected.lost.contains(kind)), "{case}: {lost:?}");
    assert!(gained.iter().all(|kind| expected.gained.contains(kind)), "{case}: {gained:?}");
    let mut differs = BTreeSet::new();
    for (name, item) in whole {
        let Some(other) = broken.get(name) else { continue };
        let fields: BTreeSet<&Field> = item.fields.keys().chain(other.fields.keys()).collect();
        differs.extend(
            fields
                .into_iter()
                .filter(|field| item.fields.get(field) != other.fields.get(field))
                .map(|field| (item.kind, *field)),
        );
    }
    assert!(differs.iter().all(|one| expected.differs.contains(one)), "{case}: {differs:?}");
    let changes_in_place = expected.lost.is_empty();
    assert_eq!(changes_in_place, changes_in_place && !differs.is_empty(), "{case}: nothing differs");
}

#[test]
fn harmless_mutations_read_the_same() {
    for sample in samples().into_iter().take(4) {
        let folder = tempfile::tempdir().unwrap();
        let (path, _) = made(folder.path(), &sample);
        let whole = read(&path);
        for mutation in Mutation::ALL.into_iter().filter(|mutation| mutation.is_harmless()) {
            let to = folder.path().join("moved.zip");
            apply(mutation, 9, &path, &to).unwrap();
            let moved = read(&to);
            assert!(items(&whole) == items(&moved), "{}", mutation.name());
            assert_eq!(whole.ledger.total(), moved.ledger.total(), "{}", mutation.name());
            let worse: Vec<_> = moved.damage.iter().filter(|damage| damage.severity > Severity::Info).collect();
            assert!(worse.is_empty(), "{}: {worse:#?}", mutation.name());
        }
    }
}

#[test]
fn every_page_of_a_sample_hangs_where_it_should() {
    let folder = tempfile::tempdir().unwrap();
    let (path, _) = made(folder.path(), &Sample::sized(45, 21));
    let inventory = read(&path);
    let live: Vec<Item> = inventory.reading.items(Kind::Page).map(Result::unwrap).collect();
    let current = |item: &&Item| item.text(Field::Status) == Some("current");
    let roots = live.iter().filter(current).filter(|page| page.fields.get(&Field::Parent) == Some(&None)).count();
    assert_eq!(roots, 2, "the home page and the one beside it");
    let inline = inventory
        .reading
        .items(Kind::Comment)
        .filter(|item| item.as_ref().unwrap().text(Field::Location) == Some("inline"))
        .count();
    assert!(inline > 3);
    let answers = inventory
        .reading
        .items(Kind::Comment)
        .filter(|item| matches!(item.as_ref().unwrap().fields.get(&Field::Parent), Some(Some(Value::Key(_)))));
    assert!(answers.count() > 0);
}

/// On real packages, where they are at hand: either nothing is fit for the mutation, or it breaks its own items and no other, and the archive
/// shows no damage that it didn't show before.
#[test]
fn a_mutation_of_a_real_package_changes_its_own_items_and_no_other() {
    let Some(corpus) = common::corpus() else { return };
    let folder = tempfile::tempdir().unwrap();
    let mut tried = 0;
    for name in [
        "site-2.10.zip",
        "site-3.4.7.zip",
        "site-4.0.zip",
        "site-5.1.zip",
        "site-5.9.zip",
        "space-5.4.zip",
        "space-cloud-2024.zip",
    ] {
        let path = corpus.join("packages").join(name);
        let before = read(&path);
        let whole = items(&before);
        for expected in &EFFECTS {
            let to = folder.path().join("broken.zip");
            let case = format!("{} on {name}", expected.mutation.name());
            let applied = match apply(expected.mutation, 9, &path, &to) {
                Ok(applied) => applied,
                Err(error) => {
                    assert!(matches!(error, DamageError::NoVictim { .. }), "{case}: {error}");
                    continue;
                }
            };
            let inventory = read(&to);
            let words = |inventory: &Inventory| -> BTreeSet<String> {
                inventory
                    .damage
                    .iter()
                    .filter(|damage| damage.severity > Severity::Info)
                    .map(|damage| damage.what.clone())
                    .collect()
            };
            let new: Vec<_> = words(&inventory).difference(&words(&before)).cloned().collect();
            assert!(new.is_empty() || SHOWS.contains(&expected.mutation), "{case}: {applied:?}: {new:?}");
            tried += 1;
            check(expected, &whole, &items(&inventory), &case);
        }
    }
    assert!(tried > 50, "{tried}");
}
