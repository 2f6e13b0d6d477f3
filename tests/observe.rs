//! A package is restored into the mock Confluence, read back over REST, and holds what the archive's reader found in it. Three pieces of code
//! with a mapping each have to agree: reader, mock and observation.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests assert")]

mod common;

use std::collections::BTreeMap;
use std::path::Path;

use rehearsal::confluence::{Auth, Client, ClientSettings, Endpoint, JobScope, JobState};
use rehearsal::event::Stage;
use rehearsal::mock::{Server, Settings, Trouble};
use rehearsal::model::{Field, Kind, Needs, Presence, Scope};
use rehearsal::observe::{ObserveError, observe};
use rehearsal::reading::{Alignment, Claim, Coverage, Inventory, Manifest, Observation, Reading, Shown};
use rehearsal::sample::{Sample, SampleScope, write};
use tokio_util::sync::CancellationToken;

fn client(server: &Server) -> Client {
    let auth = Auth::Basic { user: "rehearse".into(), password: "only for tests".into() };
    let backoff = std::time::Duration::from_millis(1);
    let settings = ClientSettings { backoff, ..ClientSettings::default() };
    Client::new(Endpoint { base: server.base_url(), auth }, settings, CancellationToken::new()).unwrap()
}

async fn mock(home: &Path, troubles: Vec<Trouble>) -> Server {
    let mut settings = Settings::new(home, "rehearse", "only for tests".into());
    settings.troubles = troubles;
    (settings.limit_with_bodies, settings.refuse_foreign_spaces) = (7, false);
    settings.refuse_illegal_characters = false;
    Server::start(settings).await.unwrap()
}

/// Restores the package: a zip by upload, a folder from the server's own restore folder.
async fn restore(client: &Client, home: &Path, package: &Path, scope: &Scope) {
    let scope = if *scope == Scope::Site { JobScope::Site } else { JobScope::Space };
    let mut job = if package.is_dir() {
        let folder = home.join("restore").join(scope.path());
        std::fs::create_dir_all(&folder).unwrap();
        std::os::unix::fs::symlink(package, folder.join("package")).unwrap();
        client.restore_file(scope, "package", true).await.unwrap()
    } else {
        client.upload(scope, package, |_| {}).await.unwrap()
    };
    while !job.job_state.is_final() {
        assert!(!matches!(job.job_state, JobState::Unknown(_)), "{job:?}");
        tokio::task::yield_now().await;
        job = client.job(job.id.as_str()).await.unwrap();
    }
    assert_eq!(job.job_state, JobState::Finished, "{:?}", job.error_message);
    assert!(client.met_mock());
}

async fn restored(package: &Path, needs: &Needs) -> (Inventory, Reading) {
    let inventory = {
        let package = package.to_owned();
        let read = move || rehearsal::archive::read(&common::backup(&package), &common::context()).unwrap();
        tokio::task::spawn_blocking(read).await.unwrap()
    };
    let home = tempfile::tempdir().unwrap();
    let server = mock(home.path(), Vec::new()).await;
    let client = client(&server);
    let scope = inventory.reading.header.scope.clone();
    restore(&client, home.path(), package, &scope).await;
    let reading = observe(&client, &scope, needs, &common::context(), Stage::Observe).await.unwrap();
    server.stop().await;
    (inventory, reading)
}

/// Every difference between archive and restored copy in words, set-aside items left out; and how many items were alike, by kind.
fn differences(inventory: &Inventory, reading: Reading) -> (Vec<String>, BTreeMap<Kind, u64>) {
    let manifest = Manifest::from_backup(inventory, &rehearsal::model::Digest::of(""));
    let observation = Observation { reading };
    let alignment = Alignment::new(&manifest, inventory, Some(&observation)).unwrap();
    let (mut found, mut alike) = (Vec::new(), BTreeMap::new());
    for kind in Kind::ALL {
        for row in alignment.rows(kind).map(Result::unwrap).filter(|row| row.aside().is_none()) {
            if !observation.reading.header.reads(kind) {
                continue;
            }
            let (Some(expected), Some(actual)) = (&row.inventory, &row.observation) else {
                let side = if row.inventory.is_some() { "missing" } else { "unexpected" };
                found.push(format!("{kind} {side} {} {:?}", row.any().unwrap().key, row.any().unwrap().id));
                continue;
            };
            let before = found.len();
            for field in expected.fields.keys() {
                let value = |item: &Shown| match item.get(*field) {
                    Presence::NotObservable => None,
                    Presence::Seen(_) | Presence::Absent => Some(item.comparable(*field)),
                };
                let (expected, shown) = (value(expected), value(actual));
                if shown.is_some() && expected != shown {
                    found.push(format!("{kind} {} {}: {expected:?} became {shown:?}", actual.key, field.name()));
                }
            }
            if found.len() == before {
                *alike.entry(kind).or_default() += 1;
            }
        }
    }
    (found, alike)
}

fn assert_alike(inventory: &Inventory, reading: Reading) -> BTreeMap<Kind, u64> {
    let (found, alike) = differences(inventory, reading);
    assert!(found.is_empty(), "{} differences:\n{}", found.len(), found.join("\n"));
    alike
}

fn sample(folder: &Path, scope: SampleScope) -> std::path::PathBuf {
    let path = folder.join("export.zip");
    let spaces = if matches!(scope, SampleScope::Site) { 3 } else { 1 };
    write(&Sample { scope, spaces, ..Sample::sized(30, 7) }, &path).unwrap();
    path
}

#[tokio::test(flavor = "multi_thread")]
async fn a_space_comes_back_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let package = sample(folder.path(), SampleScope::Space);
    let (inventory, reading) = restored(&package, &Needs::everything()).await;
    assert!(matches!(reading.header.coverage.get(&Kind::User), Some(Coverage::NotRead(_))));
    for kind in Kind::ALL.into_iter().filter(|kind| kind.unasked().is_some()) {
        assert!(matches!(reading.header.coverage.get(&kind), Some(Coverage::NotRead(_))), "{kind}");
    }
    let states = |reading: &Reading| {
        let comments = reading.items(Kind::Comment).map(Result::unwrap).filter(|comment| comment.aside.is_none());
        let mut all: Vec<_> =
            comments.filter_map(|comment| comment.text(Field::Resolution).map(str::to_owned)).collect();
        all.sort();
        all
    };
    assert!(!states(&reading).is_empty(), "the state of no discussion was compared");
    assert_eq!(states(&reading), states(&inventory.reading));
    let alike = assert_alike(&inventory, reading);
    let people = |kind: &Kind| matches!(kind, Kind::User | Kind::Group | Kind::Membership);
    for kind in Kind::ALL.into_iter().filter(|kind| !people(kind) && kind.unasked().is_none()) {
        assert!(alike.get(&kind).is_some_and(|number| *number > 0), "no {kind} was compared: {alike:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_site_comes_back_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let package = sample(folder.path(), SampleScope::Site);
    let (inventory, reading) = restored(&package, &Needs::everything()).await;
    let alike = assert_alike(&inventory, reading);
    for kind in Kind::ALL.into_iter().filter(|kind| kind.unasked().is_none()) {
        assert!(alike.get(&kind).is_some_and(|number| *number > 0), "no {kind} was compared: {alike:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn real_packages_come_back_as_the_archive_reader_sees_them() {
    let Some(corpus) = common::corpus() else { return };
    let mut packages: Vec<_> =
        std::fs::read_dir(corpus.join("packages")).unwrap().map(|entry| entry.unwrap().path()).collect();
    packages.retain(|path| !path.to_string_lossy().contains("csv"));
    packages.sort();
    assert!(!packages.is_empty());
    let mut all = Vec::new();
    for package in packages {
        let (inventory, reading) = restored(&package, &Needs::everything()).await;
        let (found, alike) = differences(&inventory, reading);
        let name = package.file_name().unwrap().to_string_lossy().into_owned();
        println!("{name}: {alike:?}, {} differences", found.len());
        all.extend(found.into_iter().map(|one| format!("{name}: {one}")));
    }
    assert!(all.is_empty(), "{} differences:\n{}", all.len(), all.join("\n"));
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().map(Result::unwrap) {
        let to = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &to);
        } else {
            std::fs::copy(entry.path(), to).unwrap();
        }
    }
}

/// A fragment as a package: most have no descriptor, and get one that claims the spaces that are in them.
fn completed(fragment: &Path, to: &Path) {
    copy(fragment, to);
    let descriptor = to.join("exportDescriptor.properties");
    if std::fs::read_to_string(&descriptor).is_ok_and(|text| text.contains("exportType")) {
        return;
    }
    std::fs::write(&descriptor, "exportType=space\n").unwrap();
    let inventory = rehearsal::archive::read(&common::backup(to), &common::context()).unwrap();
    let key = |item: Result<rehearsal::model::Item, _>| item.unwrap().key.segments().last().unwrap().clone();
    let keys: Vec<String> = inventory.reading.items(Kind::Space).map(key).collect();
    std::fs::write(&descriptor, format!("exportType=space\nspaceKeys={}\n", keys.join(","))).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn odd_fragments_come_back_as_the_archive_reader_sees_them() {
    let Some(corpus) = common::corpus() else { return };
    let mut fragments: Vec<_> =
        std::fs::read_dir(corpus.join("fragments")).unwrap().map(|entry| entry.unwrap().path()).collect();
    fragments.sort();
    assert!(!fragments.is_empty());
    let mut unexplained = Vec::new();
    for fragment in fragments {
        let name = fragment.file_name().unwrap().to_string_lossy().into_owned();
        let folder = tempfile::tempdir().unwrap();
        let package = folder.path().join("package");
        completed(&fragment, &package);
        let (inventory, reading) = restored(&package, &Needs::everything()).await;
        let (found, alike) = differences(&inventory, reading);
        println!("{name}: {alike:?}, {} differences", found.len());
        // Properties that were cut out of a fragment, and that a Confluence always has.
        let cut = [" type: Some(None) became", " number: Some(None) became", " media-type: Some(None) became"];
        // An older version whose number is higher than the current one's: no Confluence shows it.
        let above = "keepattachmentpointedbyoriginalversion.txt / version / 000002";
        let explained = |one: &String| cut.iter().any(|cut| one.contains(cut)) || one.contains(above);
        unexplained.extend(found.into_iter().filter(|one| !explained(one)).map(|one| format!("{name}: {one}")));
    }
    assert!(unexplained.is_empty(), "{} differences:\n{}", unexplained.len(), unexplained.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_captured_manifest_says_what_the_archive_holds() {
    let folder = tempfile::tempdir().unwrap();
    let package = sample(folder.path(), SampleScope::Site);
    let home = tempfile::tempdir().unwrap();
    let server = mock(home.path(), Vec::new()).await;
    let client = client(&server);
    restore(&client, home.path(), &package, &Scope::Site).await;
    // A capture can be a task of its own.
    let capture = async move { rehearsal::expect::capture(&client, &Scope::Site, &common::context()).await };
    let manifest = tokio::spawn(capture).await.unwrap().unwrap();
    assert_eq!((manifest.claim, &manifest.bound_to), (Claim::Source, &None));
    assert!(manifest.reading.header.product.is_some());
    let inventory = rehearsal::archive::read(&common::backup(&package), &common::context()).unwrap();
    assert_alike(&inventory, manifest.reading);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_more_is_read_than_is_needed() {
    let folder = tempfile::tempdir().unwrap();
    let package = sample(folder.path(), SampleScope::Space);
    let (_, reading) = restored(&package, &Needs::of([Kind::Attachment])).await;
    assert!(reading.number(Kind::Attachment) > 0);
    for kind in [Kind::Comment, Kind::Version, Kind::Label, Kind::Restriction, Kind::Permission, Kind::Template] {
        assert_eq!((reading.number(kind), reading.header.coverage.get(&kind)), (0, None), "{kind}");
    }
    let attachment = reading.items(Kind::Attachment).next().unwrap().unwrap();
    assert_eq!(attachment.get(rehearsal::model::Field::Digest), Presence::NotObservable);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reading_is_never_silently_shorter() {
    let folder = tempfile::tempdir().unwrap();
    let package = sample(folder.path(), SampleScope::Space);
    let path = |path: &str| path.to_owned();
    for trouble in [
        Trouble::ServerError { path: path("/child/comment"), times: 10_000 },
        Trouble::ServerError { path: path("/content/scan"), times: 10_000 },
        Trouble::SelfNext { path: path("/content/scan") },
        Trouble::CutDownload { after: 10 },
    ] {
        let home = tempfile::tempdir().unwrap();
        let server = mock(home.path(), vec![trouble.clone()]).await;
        let client = client(&server);
        let scope = Scope::Unknown;
        restore(&client, home.path(), &package, &scope).await;
        let read = observe(&client, &scope, &Needs::everything(), &common::context(), Stage::Observe).await;
        assert!(
            matches!(read, Err(ObserveError::Client { .. })),
            "{trouble:?}: {:?}",
            read.map(|reading| reading.header)
        );
    }
}
