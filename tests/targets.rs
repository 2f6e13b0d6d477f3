//! The suite that every target passes, and the ways in which a rig fails, with the embedded target.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that can't go on ends")]

mod suite;

use std::path::Path;
use std::time::Duration;

use rehearsal::clock::Context;
use rehearsal::event::{Event, Events, Stage, Unit};
use rehearsal::mock::Trouble;
use rehearsal::model::Fault;
use rehearsal::target::{EmbeddedSettings, Patience, RestoreScope, Target, TargetError};
use suite::{backup, conforms, context, ledgers, package};
use tokio_util::sync::CancellationToken;

fn embedded(state: &Path, troubles: Vec<Trouble>, patience: Patience) -> Target {
    Target::Embedded(EmbeddedSettings { patience, state: state.to_owned(), troubles, ..EmbeddedSettings::default() })
}

async fn refused(target: &Target, file: &[u8], state: &Path) -> TargetError {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bad.zip");
    std::fs::write(&path, file).unwrap();
    let context = context();
    let instance = target.provision(&context).await.unwrap();
    let error = instance.restore(&backup(path), RestoreScope::Space, &context).await.unwrap_err();
    assert_eq!(instance.tear_down().await.left, [""; 0]);
    assert_eq!(ledgers(state), [""; 0]);
    error
}

#[tokio::test(flavor = "multi_thread")]
async fn the_embedded_target_conforms() {
    let state = tempfile::tempdir().unwrap();
    conforms(&embedded(state.path(), vec![], Patience::default()), state.path()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_no_zip_is_refused_and_the_backup_is_blamed() {
    let state = tempfile::tempdir().unwrap();
    let target = embedded(state.path(), vec![], Patience::default());
    let error = refused(&target, b"plain text", state.path()).await;
    assert!(matches!(error, TargetError::Refused { .. }), "{error}");
    assert_eq!(error.fault(), Fault::Backup);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unexplained_refusal_is_the_backups_only_where_a_sample_restores() {
    let state = tempfile::tempdir().unwrap();
    let fail = vec![Trouble::FailJob { message: "the gremlins did it".to_owned() }];
    let broken = embedded(state.path(), fail, Patience::default());
    let folder = tempfile::tempdir().unwrap();
    let file = std::fs::read(package(folder.path(), false)).unwrap();
    let error = refused(&broken, &file, state.path()).await;
    assert_eq!(error.fault(), Fault::Rig);
    // The sound rig shows that the backup is at fault; the rig that fails at a sample too is at fault itself.
    let sound = embedded(state.path(), vec![], Patience::default());
    let again = TargetError::Unexplained { message: "the gremlins did it".to_owned() };
    assert!(matches!(sound.explain(again, RestoreScope::Space, &context()).await, TargetError::Refused { .. }));
    assert!(matches!(broken.explain(error, RestoreScope::Site, &context()).await, TargetError::Unsound { .. }));
    assert_eq!(ledgers(state.path()), [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn skipped_objects_are_a_warning_and_never_silent() {
    let state = tempfile::tempdir().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let target = embedded(state.path(), vec![Trouble::SkippedObjects { number: 3 }], Patience::default());
    let context = context();
    let instance = target.provision(&context).await.unwrap();
    let restored =
        instance.restore(&backup(package(folder.path(), false)), RestoreScope::Space, &context).await.unwrap();
    assert!(restored.warnings.iter().any(|warning| warning.contains("skipped 3 objects")), "{restored:?}");
    instance.tear_down().await;
}

async fn fails_with(troubles: Vec<Trouble>, patience: Patience) -> TargetError {
    let (state, folder) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let target = embedded(state.path(), troubles, patience);
    let context = context();
    let instance = target.provision(&context).await.unwrap();
    let error =
        instance.restore(&backup(package(folder.path(), false)), RestoreScope::Space, &context).await.unwrap_err();
    assert_eq!(error.fault(), Fault::Rig, "{error}");
    assert_eq!(instance.tear_down().await.left, [""; 0]);
    assert_eq!(ledgers(state.path()), [""; 0]);
    error
}

fn short() -> Patience {
    let short = Duration::from_millis(300);
    Patience { answer: short, blind: short, standstill: short, ..Patience::default() }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_stands_still_ends_the_wait() {
    let error = fails_with(vec![Trouble::StuckInProcessing], short()).await;
    assert!(matches!(error, TargetError::Standstill { .. }), "{error}");
    let error = fails_with(
        vec![Trouble::StuckInProcessing],
        Patience { total: Duration::from_millis(300), ..Patience::default() },
    )
    .await;
    assert!(matches!(error, TargetError::TooLong { .. }), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_never_answers_ends_the_wait() {
    let error = fails_with(vec![Trouble::Hang { path: "backup-restore/jobs".to_owned() }], short()).await;
    assert!(matches!(error, TargetError::OutOfSight { .. }), "{error}");
    let stuck = Trouble::Hang { path: "upload".to_owned() };
    let error = fails_with(vec![stuck], Patience { upload: Duration::from_millis(300), ..Patience::default() }).await;
    assert!(matches!(error, TargetError::Client(_)), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_answers_500_is_the_rigs_fault() {
    fails_with(vec![Trouble::ServerError { path: "upload".to_owned(), times: 1 }], short()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_that_a_restore_took_away_is_borne_with_for_a_while() {
    let error = fails_with(vec![Trouble::UnauthorizedAfterRestore], short()).await;
    assert!(error.to_string().contains("Running"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_never_says_running_is_torn_down() {
    let state = tempfile::tempdir().unwrap();
    let hang = vec![Trouble::Hang { path: "status".to_owned() }];
    let target = embedded(state.path(), hang, Patience { ready: Duration::from_millis(300), ..Patience::default() });
    let error = target.provision(&context()).await.unwrap_err();
    assert!(matches!(error, TargetError::NeverReady { .. }), "{error}");
    assert_eq!(ledgers(state.path()), [""; 0]);
}

/// A context that is cancelled as soon as the restore counts objects.
fn interrupted_in_restore() -> Context {
    let cancel = CancellationToken::new();
    let stop = cancel.clone();
    Context::new(
        Events::to(move |event| {
            if matches!(event, Event::Progress { stage: Stage::Restore, unit: Unit::Objects, .. }) {
                stop.cancel();
            }
        }),
        cancel,
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn an_interrupted_restore_is_torn_down() {
    let (state, folder) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let target = embedded(state.path(), vec![Trouble::StuckInProcessing], Patience::default());
    let context = interrupted_in_restore();
    let instance = target.provision(&context).await.unwrap();
    let error =
        instance.restore(&backup(package(folder.path(), false)), RestoreScope::Space, &context).await.unwrap_err();
    assert!(matches!(error, TargetError::Interrupted), "{error}");
    assert_eq!(instance.tear_down().await.left, [""; 0]);
    assert_eq!(ledgers(state.path()), [""; 0]);
}
