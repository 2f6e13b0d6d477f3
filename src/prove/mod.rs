//! Puts a drill to the test: damages copies of the user's own backup, one thing at a time, drills each, and says which damage went unnoticed.
//!
//! The claim is that of the undamaged backup, as if the source had been right and the copy wrong; the undamaged backup is drilled by the same
//! claim in the same run, so that no trial fails for another reason than its damage. Must not know how anything is damaged, checked or judged.

mod trials;

use std::path::{Path, PathBuf};

use crate::clock::Context;
use crate::damage::{self, DamageError};
use crate::drill;
use crate::expect::{self, ExpectError};
use crate::model::proof::{Drilling, PROOF_FORMAT, Proof, Trial, TrialState};
use crate::model::{
    Backup, BackupRecord, CheckRecord, Fault, Field, Form, Grade, Kind, Record, StageState, Tool, Verdict,
};
use crate::plan::{Plan, PlannedManifest};
use crate::reading::{FileError, Manifest, ReadError, Reading, read_manifest};
use crate::scenario::Check;
use crate::settings::Span;
use crate::{archive, source};
use trials::Claimed;
pub use trials::{Change, Tampering, all};

/// Why nothing could be tried.
#[derive(Debug, thiserror::Error)]
pub enum ProveError {
    /// The backup can't be had or read.
    #[error("{cause}")]
    Backup {
        /// Why not.
        cause: String,
        /// Whose failing it is.
        fault: Fault,
    },
    /// The folder can't be packed into the zip of which copies are damaged.
    #[error("pack the folder {} into a zip: {cause}", path.display())]
    Folder {
        /// Which.
        path: PathBuf,
        /// Why not.
        cause: DamageError,
    },
    /// The scenario's manifest can't be used.
    #[error("use the manifest {}: {cause}", path.display())]
    Manifest {
        /// Which.
        path: PathBuf,
        /// Why not.
        cause: FileError,
    },
    /// The claim can't be written.
    #[error("{0}")]
    Claim(#[from] ExpectError),
    /// The claim can't be read back.
    #[error("read the claim: {0}")]
    Read(#[from] ReadError),
    /// There is no room for the copies.
    #[error("make a folder for the damaged copies: {0}")]
    Folderless(std::io::Error),
}

impl ProveError {
    /// Whose failing it is.
    pub fn fault(&self) -> Fault {
        match self {
            Self::Backup { fault, .. } => *fault,
            Self::Folder { cause, .. } => cause.fault(),
            Self::Manifest { .. } | Self::Claim(_) | Self::Read(_) | Self::Folderless(_) => Fault::Rig,
        }
    }
}

/// Tries these changes on copies of the plan's backup; `told` hears of each trial when it ended.
///
/// # Errors
/// A backup or a claim that can't be had, so that nothing could be tried.
pub async fn prove(
    plan: &Plan,
    changes: &[Change],
    seed: u64,
    ctx: &Context,
    mut told: impl FnMut(&Trial),
) -> Result<Proof, ProveError> {
    let began = ctx.clock.stamp();
    let folder = tempfile::Builder::new().prefix("rehearse-prove-").tempdir().map_err(ProveError::Folderless)?;
    let backup = tokio::task::block_in_place(|| backup(plan, ctx))?;
    let claim = folder.path().join("claim.jsonl");
    let claimed = tokio::task::block_in_place(|| write_claim(plan, &backup, &claim, ctx))?;
    let zip = tokio::task::block_in_place(|| zipped(&backup, folder.path()))?;
    let whole = plan_for(plan, &zip, &claim);
    let undamaged = drilled(&whole, ctx).await;
    let measured = undamaged.verdict == Verdict::Passed;
    let mut trials = Vec::new();
    for change in changes.iter().filter(|_| measured) {
        if ctx.cancel.is_cancelled() {
            break;
        }
        let mut trial = attempt(*change, (&whole, &claimed), seed, folder.path(), ctx).await;
        if let TrialState::Drilled(drilling) = &mut trial.state {
            drilling.excused = drilling.excused.saturating_sub(undamaged.excused);
        }
        told(&trial);
        trials.push(trial);
    }
    let record = BackupRecord {
        name: backup.path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default(),
        origin: backup.origin,
        bytes: backup.bytes,
        digest: backup.digest,
        modified: backup.modified,
        form: backup.form,
    };
    let proof = Proof {
        proof: PROOF_FORMAT,
        tool: Tool::this(),
        scenario: plan.scenario.clone(),
        backup: Some(record),
        seed,
        began,
        ended: ctx.clock.stamp(),
        interrupted: ctx.cancel.is_cancelled(),
        undamaged: Some(undamaged),
        trials,
        verdict: Verdict::Inconclusive,
        why: Vec::new(),
    };
    Ok(proof.judged())
}

fn backup(plan: &Plan, ctx: &Context) -> Result<Backup, ProveError> {
    source::acquire(&plan.backup.value, ctx)
        .map_err(|error| ProveError::Backup { fault: error.fault(), cause: error.to_string() })
}

/// The backup as the zip of which copies are damaged.
fn zipped(backup: &Backup, folder: &Path) -> Result<PathBuf, ProveError> {
    if backup.form == Form::Zip {
        return Ok(backup.path.clone());
    }
    let zip = folder.join("whole.zip");
    damage::copy(&backup.path, &zip).map_err(|cause| ProveError::Folder { path: backup.path.clone(), cause })?;
    Ok(zip)
}

/// Writes what the undamaged backup is held against, bound to no backup: the scenario's manifest, or else what the backup itself holds. Gives
/// the kinds that it has.
fn write_claim(plan: &Plan, backup: &Backup, to: &Path, ctx: &Context) -> Result<Claimed, ProveError> {
    let manifest = match &plan.manifest {
        PlannedManifest::File { path, .. } => {
            let failed = |cause| ProveError::Manifest { path: path.clone(), cause };
            let file = std::fs::File::open(path).map_err(|error| failed(error.into()))?;
            read_manifest(std::io::BufReader::new(file)).map_err(failed)?.0
        }
        PlannedManifest::FromBackup => {
            let read = archive::read(backup, ctx);
            let read = read.map_err(|error| ProveError::Backup { fault: error.fault(), cause: error.to_string() })?;
            Manifest::from_backup(&read, &backup.digest)
        }
    };
    let manifest = Manifest { bound_to: None, ..manifest };
    expect::write(&manifest, to)?;
    let (reading, asides) = (&manifest.reading, manifest.reading.asides());
    let aside = |kind| asides.iter().filter(|((of, _), _)| *of == kind).map(|(_, number)| number).sum::<u64>();
    let live = |kind: Kind| (kind, reading.number(kind).saturating_sub(aside(kind)));
    let mut claimed: Claimed = Kind::ALL.into_iter().map(live).collect();
    claimed.insert(Kind::Attachment, whole_attachments(reading)?);
    claimed.retain(|_, number| *number > 0);
    Ok(claimed)
}

/// Attachments that a target can serve in part or with a wrong byte: of one without bytes nothing can be lost.
fn whole_attachments(reading: &Reading) -> Result<u64, ReadError> {
    let mut number = 0;
    for item in reading.items(Kind::Attachment) {
        let item = item?;
        number += u64::from(item.aside.is_none() && item.number(Field::Bytes).is_some_and(|bytes| bytes > 1));
    }
    Ok(number)
}

/// The same drill of another backup, which writes no report.
fn plan_for(plan: &Plan, backup: &Path, claim: &Path) -> Plan {
    let mut plan = plan.clone();
    plan.backup.value = backup.to_owned();
    plan.manifest = PlannedManifest::File { path: claim.to_owned(), exactly: None, span: Span::default() };
    plan.reports = Vec::new();
    (plan.prove, plan.state) = (None, None);
    // Whether damage outside of a sample is noticed says nothing of the checks.
    for check in &mut plan.checks {
        if let Check::Attachments(settings) = &mut check.value {
            (settings.sample, settings.rotate) = (None, None);
        }
    }
    plan
}

async fn attempt(
    change: Change,
    (whole, claimed): (&Plan, &Claimed),
    seed: u64,
    folder: &Path,
    ctx: &Context,
) -> Trial {
    let (name, sort) = (change.name(), change.sort());
    let trial = |injected, state| Trial { name: name.clone(), sort, injected, state };
    if let Err(reason) = change.fits(whole, claimed) {
        return trial(None, TrialState::NotApplicable { reason });
    }
    let copy = folder.join("copy.zip");
    let (plan, injected) = match change {
        Change::Backup(mutation) => {
            let injected = tokio::task::block_in_place(|| damage::apply(mutation, seed, &whole.backup.value, &copy));
            match injected {
                Ok(applied) => {
                    let mut plan = whole.clone();
                    plan.backup.value.clone_from(&copy);
                    (plan, applied.what)
                }
                Err(error @ DamageError::NoVictim { .. }) => {
                    let reason = error.to_string();
                    let reason = reason
                        .split_once(" is fit for ")
                        .map_or(reason.as_str(), |_| "the backup holds nothing that is fit for it");
                    return trial(None, TrialState::NotApplicable { reason: reason.to_owned() });
                }
                Err(error) => return trial(None, TrialState::Broken { error: error.to_string() }),
            }
        }
        Change::Manifest(tampering) => {
            let (claim, other) = (folder.join("claim.jsonl"), folder.join("tampered.jsonl"));
            match tokio::task::block_in_place(|| trials::tampered(tampering, &claim, &other)) {
                Ok(what) => (plan_for(whole, &whole.backup.value, &other), what.to_owned()),
                Err(error) => return trial(None, TrialState::Broken { error }),
            }
        }
        Change::Target(misbehaviour) => (trials::misbehaving(whole, misbehaviour), misbehaviour.what().to_owned()),
    };
    let drilling = drilled(&plan, ctx).await;
    let _ = std::fs::remove_file(&copy);
    let injected = Some(injected.trim().to_owned());
    if ctx.cancel.is_cancelled() {
        return trial(injected, TrialState::Broken { error: "it was interrupted".to_owned() });
    }
    trial(injected, TrialState::Drilled(drilling))
}

/// Carries out a plan, of which nobody hears but by what comes of it.
async fn drilled(plan: &Plan, ctx: &Context) -> Drilling {
    let quiet = Context::new(crate::event::Events::none(), ctx.cancel.child_token());
    let began = ctx.clock.elapsed();
    let record = drill::run(plan, &quiet).await.record;
    let millis = u64::try_from(ctx.clock.elapsed().saturating_sub(began).as_millis()).unwrap_or(u64::MAX);
    Drilling {
        verdict: record.verdict,
        caught_by: caught_by(&record),
        excused: record.checks.iter().map(CheckRecord::excused).sum(),
        why: record.why.first().cloned(),
        millis,
    }
}

/// What speaks against the backup.
fn caught_by(record: &Record) -> Vec<String> {
    let failed = record.checks.iter().filter(|check| check.grade() == Grade::Failed).map(|check| check.name.clone());
    let broken = record.stages.iter().filter_map(|stage| match stage.state {
        StageState::Broken { fault: Fault::Backup, .. } => Some(format!("stage/{}", stage.stage.name())),
        _ => None,
    });
    failed.chain(broken).collect()
}
