//! Carries out the plans of one command, one after the other, writes their reports, and makes one exit code of them.

use std::path::Path;

use tokio_util::sync::CancellationToken;

use super::progress::{Manner, listener};
use super::{EXIT_FAILED, EXIT_INCONCLUSIVE, EXIT_INTERRUPTED, EXIT_PASSED, remembering, talk};
use crate::clock::Context;
use crate::drill::{self, Drilled};
use crate::evidence::{self, EvidenceError};
use crate::model::{Record, Verdict};
use crate::plan::Plan;
use crate::report;
use crate::scenario::Report;

/// How the drills of one command are shown.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// The records go to stdout as JSON.
    pub json: bool,
    /// Talk may have colour.
    pub colour: bool,
}

/// What came of one plan.
struct Ended {
    record: Record,
    /// Every report of the scenario was written.
    filed: bool,
}

/// Carries out the plans; gives the exit code of the command.
///
/// Before the first drill begins, each JUnit file is written with every planned case as an error: a job that is killed leaves no green file
/// of yesterday behind.
pub async fn drill_all(plans: Vec<Plan>, options: &Options, cancel: CancellationToken) -> u8 {
    let events = listener(Manner::fitting(false));
    for plan in &plans {
        let ctx = Context::new(events.clone(), cancel.clone());
        if let Err(error) = announce(plan, &drill::planned(plan, &ctx)) {
            talk::say(&format!("error: {}: nothing was drilled: failed to {error}", plan.file));
            return EXIT_INCONCLUSIVE;
        }
    }
    let mut ended = Vec::new();
    for plan in &plans {
        if cancel.is_cancelled() {
            break;
        }
        let ctx = Context::new(events.clone(), cancel.child_token());
        let Drilled { mut record, findings, .. } = remembering::drilled(plan, options.colour, &ctx).await;
        let filed = file(plan, &mut record, &findings);
        talk::say(&format!("\n{}", report::terminal::outcome(&record, options.colour)));
        ended.push(Ended { record, filed });
    }
    let printed = !options.json || print(&ended);
    match exit_code(&ended, plans.len()) {
        _ if cancel.is_cancelled() => EXIT_INTERRUPTED,
        // Whoever reads the records did not get them.
        EXIT_PASSED if !printed => EXIT_INCONCLUSIVE,
        code => code,
    }
}

/// Writes the JUnit files in which everything is still to be done.
fn announce(plan: &Plan, record: &Record) -> Result<(), EvidenceError> {
    for planned in &plan.reports {
        if let Report::Junit(path) = &planned.value {
            evidence::write_file(path, &report::junit::planned(record)?)?;
        }
    }
    Ok(())
}

/// Writes the reports of a drill; says what could not be written.
fn file(plan: &Plan, record: &mut Record, findings: &[crate::model::FindingRecord]) -> bool {
    let mut filed = true;
    let mut evidence_first: Vec<&Report> = plan.reports.iter().map(|planned| &planned.value).collect();
    evidence_first.sort_by_key(|report| matches!(report, Report::Junit(_)));
    for planned in evidence_first {
        if !filed && record.verdict == Verdict::Passed && matches!(planned, Report::Junit(_)) {
            // What nobody can show later did not happen: the file stays as it was written before the drill, every case red.
            talk::say("the JUnit file stays red, since the evidence of this drill could not be written");
            continue;
        }
        let written = match planned {
            Report::Evidence(path) => evidence::write(record, findings, path).map(drop),
            Report::Junit(path) => junit(record, path),
        };
        if let Err(error) = written {
            filed = false;
            talk::say(&format!("error: failed to {error}"));
        }
    }
    filed
}

fn junit(record: &Record, path: &Path) -> Result<(), EvidenceError> {
    Ok(evidence::write_file(path, &report::junit::junit(record)?)?)
}

/// Prints the records; false where that failed, which is said.
fn print(ended: &[Ended]) -> bool {
    let records: Vec<&Record> = ended.iter().map(|ended| &ended.record).collect();
    match serde_json::to_string_pretty(&records) {
        Ok(text) => talk::data(&(text + "\n")) == EXIT_PASSED,
        Err(error) => {
            talk::say(&format!("error: the records can't be printed as JSON: {error}"));
            false
        }
    }
}

/// Of several drills: failed, then inconclusive, then passed; no drill at all, or one that was not filed, is inconclusive.
fn exit_code(ended: &[Ended], planned: usize) -> u8 {
    let has = |verdict| ended.iter().any(|ended| ended.record.verdict == verdict);
    if has(Verdict::Failed) {
        EXIT_FAILED
    } else if ended.is_empty()
        || ended.len() < planned
        || has(Verdict::Inconclusive)
        || ended.iter().any(|one| !one.filed)
    {
        EXIT_INCONCLUSIVE
    } else {
        EXIT_PASSED
    }
}
