//! Cloud as a source, by its REST v2.

use std::path::Path;

use rehearsal::confluence::Edition;
use rehearsal::expect::capture;
use rehearsal::mock::Dialect;
use rehearsal::model::Kind;
use rehearsal::reading::{Coverage, Inventory, Manifest};
use rehearsal::sample::SampleScope;

use crate::common;
use crate::rig::{client, differences, mock, sample};

async fn captured(package: &Path) -> (Inventory, Manifest) {
    let (backup, context) = (common::backup(package), common::context());
    let read = move || rehearsal::archive::read(&backup, &context).unwrap();
    let inventory = tokio::task::spawn_blocking(read).await.unwrap();
    let home = tempfile::tempdir().unwrap();
    let server = mock(home.path(), package, Dialect::Cloud, Vec::new()).await;
    let client = client(&server);
    let scope = inventory.reading.header.scope.clone();
    let manifest = capture(&client, &scope, &common::context()).await.unwrap();
    assert_eq!(client.edition(), Edition::Cloud);
    server.stop().await;
    (inventory, manifest)
}

#[tokio::test(flavor = "multi_thread")]
async fn packages_of_cloud_read_back_from_v2_as_the_archive_reader_sees_them() {
    let Some(corpus) = common::corpus() else { return };
    let mut all = Vec::new();
    for name in ["space-cloud-2017", "space-cloud-2024.zip"] {
        let (inventory, manifest) = captured(&common::package(&corpus, name)).await;
        assert!(manifest.reading.number(Kind::Page) > 0);
        all.extend(differences(&inventory.reading, &manifest.reading).into_keys().map(|one| format!("{name}: {one}")));
    }
    assert!(all.is_empty(), "{} differences:\n{}", all.len(), all.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_space_with_something_of_every_kind_is_captured_by_v2() {
    let folder = tempfile::tempdir().unwrap();
    let (inventory, manifest) = captured(&sample(folder.path(), SampleScope::Space, 30)).await;
    assert_eq!(manifest.reading.header.product.as_deref(), Some("Cloud"));
    let found = differences(&inventory.reading, &manifest.reading);
    let found: Vec<_> = found.into_keys().collect();
    assert!(found.is_empty(), "{} differences:\n{}", found.len(), found.join("\n"));
    for kind in Kind::ALL.into_iter().filter(|kind| kind.unasked().is_none()) {
        let number = manifest.reading.number(kind);
        match manifest.reading.header.coverage.get(&kind) {
            Some(Coverage::Read) => assert!(number > 0, "no {kind} was captured"),
            other => println!("{kind}: {other:?}"),
        }
    }
}
