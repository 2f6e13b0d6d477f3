//! Captures that are refused, and that go on after an abort.

use std::path::{Path, PathBuf};

use rehearsal::expect::{Capture, ExpectError, Resume, capture, capture_as};
use rehearsal::mock::Dialect;
use rehearsal::model::{Kind, Scope};
use rehearsal::sample::SampleScope;

use crate::common::context;
use crate::proxy::Act;
use crate::rig::{Source, sample, timeless};

const EDITIONS: [Dialect; 2] = [Dialect::DataCenter, Dialect::Cloud];

#[tokio::test(flavor = "multi_thread")]
async fn storms_of_refusals_change_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let package = sample(folder.path(), SampleScope::Site, 12);
    for edition in EDITIONS {
        let source = Source::of(&[&package], edition).await;
        let quiet = capture(&source.client(), &Scope::Site, &context()).await.unwrap();
        let asked = source.proxy.asked();
        source.proxy.rule(|number, _| match number % 7 {
            0 => Act::Refuse(429, Some("0")),
            2 => Act::Refuse(429, None),
            3 => Act::Refuse(503, Some("Mon, 23 Nov 2020 12:00:00 GMT")),
            5 => Act::Refuse(503, None),
            _ => Act::Pass(0),
        });
        let stormy = capture(&source.client(), &Scope::Site, &context()).await.unwrap();
        assert!(source.proxy.asked() > asked * 3 / 2);
        assert_eq!(timeless(stormy.reading), timeless(quiet.reading), "{edition:?}");
        source.stop().await;
    }
}

fn with_journal(folder: &Path) -> Capture {
    let folder: PathBuf = folder.join("out.partial");
    Capture { journal: Some(Resume { folder, fresh: false }), ..Capture::default() }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_capture_that_broke_off_goes_on_to_the_same_end() {
    let folder = tempfile::tempdir().unwrap();
    let package = sample(folder.path(), SampleScope::Space, 40);
    let scope = Scope::Spaces(vec!["OPS".to_owned()]);
    for edition in EDITIONS {
        let source = Source::of(&[&package], edition).await;
        let quiet = capture(&source.client(), &scope, &context()).await.unwrap();
        assert!(quiet.reading.number(Kind::Version) > 0);
        let whole = source.proxy.asked();
        let how = with_journal(folder.path());
        for breaks in [whole / 2, whole / 2] {
            source.proxy.rule(move |number, _| if number > breaks { Act::Refuse(500, None) } else { Act::Pass(0) });
            let broken = capture_as(&source.client(), &scope, &how, &context()).await;
            let broken = broken.map(|manifest| manifest.reading.header);
            assert!(matches!(broken, Err(ExpectError::Observe(_))), "{edition:?}, {breaks}: {broken:?}");
        }
        source.proxy.rule(|_, _| Act::Pass(0));
        let resumed = capture_as(&source.client(), &scope, &how, &context()).await.unwrap();
        let saved = whole - source.proxy.asked();
        assert!(saved > whole / 4, "{edition:?}: only {saved} of {whole} requests were saved");
        assert_eq!(timeless(resumed.reading), timeless(quiet.reading), "{edition:?}");
        how.journal.unwrap().remove().unwrap();
        source.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_changed_between_abort_and_going_on_is_read_again() {
    let folder = tempfile::tempdir().unwrap();
    let (before, after) = crate::since::packages(folder.path());
    let source = Source::of(&[&before, &after], Dialect::DataCenter).await;
    let how = with_journal(folder.path());
    let asked = {
        capture_as(&source.client(), &Scope::Site, &how, &context()).await.unwrap();
        source.proxy.asked()
    };
    assert!(asked > 0);
    source.proxy.rule(|_, _| Act::Pass(1));
    let resumed = capture_as(&source.client(), &Scope::Site, &how, &context()).await.unwrap();
    let item = |title: &str| {
        let key = rehearsal::model::Key::new(["page", "OPS", title]);
        resumed.reading.get(Kind::Page, &key).unwrap().unwrap()
    };
    assert_eq!(item("Runbook").number(rehearsal::model::Field::Number), Some(2));
    let versions = resumed.reading.items(Kind::Version).map(Result::unwrap);
    assert!(versions.into_iter().any(|version| version.key.segments().contains(&"Runbook".to_owned())));
    source.stop().await;
}
