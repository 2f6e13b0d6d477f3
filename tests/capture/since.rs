//! Captures that go on from an older manifest.

use std::path::{Path, PathBuf};

use rehearsal::confluence::Client;
use rehearsal::expect::{Capture, ExpectError, capture, capture_as, since};
use rehearsal::mock::Dialect;
use rehearsal::model::{AttachmentDepth, Digest, Kind, Scope};
use rehearsal::reading::{Claim, Manifest};
use rehearsal::sample::SampleScope;

use crate::common::context;
use crate::package::{Build, OPS};
use crate::proxy::Act;
use crate::rig::{Source, sample, timeless};

/// A site before and after somebody worked on it: a page with a new text, a file in a new version, a page that lies elsewhere, a label more, a
/// restriction less, a comment more, a page less.
pub fn packages(folder: &Path) -> (PathBuf, PathBuf) {
    let dates = "lastModificationDate=2024-01-03|00:00:00.000";
    let base = OPS
        .replace("Page 12 title=Runbook version=1", &format!("Page 12 title=Runbook {dates} version=1"))
        .replace("Page 14 title=Shelf version=1", &format!("Page 14 title=Shelf {dates} version=1"))
        .replace("Comment 40 version=1", &format!("Comment 40 {dates} version=1"))
        .replace("Attachment 50 title=a|b.txt version=2", &format!("Attachment 50 title=a|b.txt {dates} version=2"))
        .replace("BlogPost 30 title=News version=1", &format!("BlogPost 30 title=News {dates} version=1"));
    let before =
        format!("{base}\nPage 17 title=Loose version=1 contentStatus=current space>Space:1 parent>Page:10 {dates}\n");
    let newer = "lastModificationDate=2024-07-01|00:00:00.000";
    let after = before
        .replace(&format!("Page 12 title=Runbook {dates} version=1"), &format!("Page 12 title=Runbook {newer} version=2"))
        .replace("x]]></ac:plain-text-body>", "y]]></ac:plain-text-body>")
        .replace(&format!("title=a|b.txt {dates} version=2"), &format!("title=a|b.txt {newer} version=3"))
        .replace("Page 17 title=Loose version=1 contentStatus=current space>Space:1 parent>Page:10", "Page 17 title=Loose version=1 contentStatus=current space>Space:1 parent>Page:12")
        .replace("    ContentPermission 72 type=View owningSet>ContentPermissionSet:70 groupName=crew\n", "")
        + "
        Page 18 title=Runbook version=1 contentStatus=current originalVersion>Page:12 lastModificationDate=2024-01-03|00:00:00.000
        BodyContent 19 content>Page:18 body=<p>x</p> bodyType=2
        Attachment 55 title=a|b.txt version=2 contentStatus=current containerContent>Page:10 space>Space:1 originalVersion>Attachment:50
        Labelling 66 label>Label:60 content>Page:12 labelableType=CONTENT
        Comment 56 version=1 contentStatus=current containerContent>Page:12 creator>ConfluenceUserImpl:4028da9600000001 creationDate=2024-07-02|00:00:00.000
        BodyContent 57 content>Comment:56 body=<p>new</p> bodyType=2
        ";
    let after =
        after.lines().filter(|line| !line.trim_start().starts_with("BlogPost 30")).collect::<Vec<_>>().join("\n");
    let after = after.replace("BodyContent 31 content>BlogPost:30 body=<p>news</p> bodyType=2", "");
    let write = |name: &str, lines: &str, file: &str| {
        let path = folder.join(name);
        let build = Build::site(lines).file(file, b"newer").file("attachments/10/50/1", b"old");
        build.zip(&path);
        path
    };
    (write("before.zip", &before, "attachments/10/50/2"), write("after.zip", &after, "attachments/10/50/3"))
}

fn older(manifest: &Manifest, client: &Client) -> Capture {
    let base = since(manifest, &Digest::of("older"), client, &Scope::Site, AttachmentDepth::Hash).unwrap();
    Capture { since: Some(base), ..Capture::default() }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_changed_gives_the_same_with_fewer_requests() {
    let folder = tempfile::tempdir().unwrap();
    let package = sample(folder.path(), SampleScope::Site, 12);
    for edition in [Dialect::DataCenter, Dialect::Cloud] {
        let source = Source::of(&[&package], edition).await;
        let client = source.client();
        let full = capture(&client, &Scope::Site, &context()).await.unwrap();
        let asked = source.proxy.asked();
        source.proxy.rule(|_, _| Act::Pass(0));
        let again = capture_as(&client, &Scope::Site, &older(&full, &client), &context()).await.unwrap();
        assert!(source.proxy.asked() < asked, "{} requests after {asked}", source.proxy.asked());
        let carried = again.reading.header.capture.clone().unwrap().carried_over.unwrap();
        assert_eq!((carried.base, &carried.captured), (Digest::of("older"), &full.reading.header.began));
        assert!(carried.counts[&Kind::Page] > 0 && carried.counts[&Kind::Version] > 0, "{:?}", carried.counts);
        assert!(carried.counts[&Kind::Attachment] > 0, "{:?}", carried.counts);
        assert_eq!(timeless(again.reading), timeless(full.reading), "{edition:?}");
        source.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_changed_is_read_again_and_what_has_no_version_always_is() {
    let folder = tempfile::tempdir().unwrap();
    let (before, after) = packages(folder.path());
    for edition in [Dialect::DataCenter, Dialect::Cloud] {
        let source = Source::of(&[&before, &after], edition).await;
        let old = capture(&source.client(), &Scope::Site, &context()).await.unwrap();
        source.proxy.rule(|_, _| Act::Pass(1));
        let client = source.client();
        let full = capture(&client, &Scope::Site, &context()).await.unwrap();
        let partly = capture_as(&client, &Scope::Site, &older(&old, &client), &context()).await.unwrap();
        assert_ne!(timeless(old.reading), timeless(full.reading.clone()), "the packages are different");
        assert!(partly.reading.header.capture.clone().unwrap().carried_over.unwrap().counts[&Kind::Page] > 0);
        assert_eq!(timeless(partly.reading), timeless(full.reading), "{edition:?}");
        source.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_older_manifest_that_does_not_fit_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let (before, _) = packages(folder.path());
    let source = Source::of(&[&before], Dialect::DataCenter).await;
    let client = source.client();
    let old = capture(&client, &Scope::Site, &context()).await.unwrap();
    let refused = |old: &Manifest, scope: &Scope, depth| {
        let error = since(old, &Digest::of(""), &client, scope, depth).unwrap_err();
        assert!(error.is_of_the_command() && matches!(error, ExpectError::Since { .. }), "{error}");
        error.to_string()
    };
    let (site, hash) = (Scope::Site, AttachmentDepth::Hash);
    let ops = Scope::Spaces(vec!["OPS".to_owned()]);
    assert!(refused(&old, &ops, hash).contains("other spaces"));
    assert!(refused(&old, &site, AttachmentDepth::Size).contains("--attachments hash"));
    let of_backup = Manifest { claim: Claim::Backup, ..old.clone() };
    assert!(refused(&of_backup, &site, hash).contains("claim of a backup"));
    let mut other = old.clone();
    other.reading.header.origin = "http://other".to_owned();
    assert!(refused(&other, &site, hash).contains("http://other"));
    let mut silent = old;
    silent.reading.header.capture = None;
    assert!(refused(&silent, &site, hash).contains("older rehearse"));
    source.stop().await;
}
