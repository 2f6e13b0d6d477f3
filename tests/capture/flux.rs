//! What a capture says of itself: what changed meanwhile, and what the account sees.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use rehearsal::expect::{Capture, capture, capture_as};
use rehearsal::mock::Dialect;
use rehearsal::model::{AttachmentDepth, CaptureRecord, Field, Kind, Moved, Scope, Sight};
use rehearsal::reading::Manifest;

use crate::common::context;
use crate::package::site;
use crate::proxy::Act;
use crate::rig::{Source, USER, timeless};

fn record(manifest: &Manifest) -> CaptureRecord {
    manifest.reading.header.capture.clone().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_changes_while_it_is_read_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let (before, after) = crate::since::packages(folder.path());
    for edition in [Dialect::DataCenter, Dialect::Cloud] {
        let source = Source::of(&[&before, &after], edition).await;
        let quiet = record(&capture(&source.client(), &Scope::Site, &context()).await.unwrap());
        assert_eq!((quiet.in_flux.total, quiet.in_flux.items.len()), (0, 0));
        let worked = AtomicBool::new(false);
        source.proxy.rule(move |_, path| {
            if path.contains("/child/comment") || path.contains("/footer-comments") {
                worked.store(true, Ordering::SeqCst);
            }
            Act::Pass(usize::from(worked.load(Ordering::SeqCst)))
        });
        let manifest = capture(&source.client(), &Scope::Site, &context()).await.unwrap();
        let flux = record(&manifest).in_flux;
        let told: Vec<_> = flux.items.iter().map(|item| (item.id, item.what)).collect();
        assert_eq!(told, [(12, Moved::Changed), (30, Moved::Gone)], "{edition:?}");
        assert_eq!(flux.total, 2);
        let keys: Vec<_> = flux.items.iter().map(|item| item.key.as_ref().unwrap().to_string()).collect();
        assert_eq!(keys, ["page / OPS / Runbook", "blog-post / OPS / 2024-05-06 / News"], "{edition:?}");
        let spots = &manifest.reading.header.blind_spots;
        assert!(spots.iter().any(|spot| spot.starts_with("2 pieces of content changed")), "{spots:?}");
        source.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_hangs_on_a_page_is_read_again_where_a_piece_of_it_goes_away() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("site.zip");
    site().zip(&path);
    let source = Source::of(&[&path], Dialect::DataCenter).await;
    let quiet = capture(&source.client(), &Scope::Site, &context()).await.unwrap();
    for times in [2, 3] {
        let refused = AtomicU64::new(0);
        source.proxy.rule(move |_, path| {
            let is_version = path.contains("/content/10?") && path.contains("historical");
            let again = is_version && refused.fetch_add(1, Ordering::SeqCst) < times;
            if again { Act::Refuse(404, None) } else { Act::Pass(0) }
        });
        let manifest = capture(&source.client(), &Scope::Site, &context()).await;
        match times {
            2 => assert_eq!(timeless(manifest.unwrap().reading), timeless(quiet.reading.clone())),
            _ => assert!(manifest.unwrap_err().to_string().contains("version 1 of content 10")),
        }
    }
    source.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_is_told_to_see_restricted_content_or_not() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("site.zip");
    let members = "
        InternalUser 1011 name=root lowerName=root active=true
        InternalUser 1012 name=bob lowerName=bob active=true
        InternalGroup 1013 name=confluence-administrators
        HibernateMembership 1014 parentGroup>InternalGroup:1013 userMember>InternalUser:1011
        SpacePermission 1015 type=VIEWSPACE space>Space:1 userSubject>ConfluenceUserImpl:4028da9600000002";
    crate::package::site_with(members).zip(&path);
    let users = |settings: &mut rehearsal::mock::Settings| {
        settings.users = ["ann", "bob", "root"].map(|name| (name.to_owned(), "secret".into())).into();
    };
    let source = Source::with(&[&path], Dialect::DataCenter, users).await;
    let mut told = Vec::new();
    for (user, password) in [(USER, crate::rig::PASSWORD), ("root", "secret"), ("ann", "secret"), ("bob", "secret")] {
        let manifest = capture(&source.client_as(user, password), &Scope::Site, &context()).await.unwrap();
        let sees = record(&manifest).sees_restricted;
        let is_told = manifest.reading.header.blind_spots.iter().any(|spot| spot.contains("restricted to others"));
        assert_eq!(is_told, sees.answer != Sight::Proven, "{user}: {sees:?}");
        told.push((user, sees.answer, manifest.reading.items(Kind::Page).count()));
    }
    // The page that is restricted to ann and the crew proves it for the mock's own administrator; ann herself is meant by it.
    let expected =
        [(USER, Sight::Proven, 4), ("root", Sight::Proven, 4), ("ann", Sight::Denied, 4), ("bob", Sight::Denied, 2)];
    assert_eq!(told, expected);
    source.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn attachments_are_read_as_far_as_is_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("site.zip");
    site().zip(&path);
    for edition in [Dialect::DataCenter, Dialect::Cloud] {
        let source = Source::of(&[&path], edition).await;
        for attachments in [AttachmentDepth::Hash, AttachmentDepth::Size, AttachmentDepth::None] {
            let how = Capture { attachments, ..Capture::default() };
            let manifest = capture_as(&source.client(), &Scope::Site, &how, &context()).await.unwrap();
            let file = manifest.reading.items(Kind::Attachment).map(Result::unwrap);
            let file = file.into_iter().find(|item| item.id == Some(50)).unwrap();
            let shown = [Field::Digest, Field::Bytes].map(|field| file.fields.contains_key(&field));
            let expected = match attachments {
                AttachmentDepth::Hash => [true, true],
                AttachmentDepth::Size => [false, true],
                AttachmentDepth::None => [false, false],
            };
            assert_eq!(shown, expected, "{edition:?} {attachments:?}");
            let spots = &manifest.reading.header.blind_spots;
            assert_eq!(spots.iter().any(|spot| spot.contains("--attachments")), attachments != AttachmentDepth::Hash);
        }
        source.stop().await;
    }
}
