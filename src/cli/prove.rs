//! `rehearse prove`: shows that a scenario's drill notices damage, on copies of the user's own backup.

use std::path::{Path, PathBuf};

use clap::Args;
use tokio_util::sync::CancellationToken;

use super::{EXIT_FAILED, EXIT_INCONCLUSIVE, EXIT_INTERRUPTED, EXIT_PASSED, EXIT_USAGE, gather, talk};
use crate::clock::Context;
use crate::event::Events;
use crate::evidence::write_file;
use crate::model::Fault;
use crate::model::proof::{Proof, Trial};
use crate::plan::Plan;
use crate::prove::{Change, all, prove};
use crate::report;

/// Damages copies of the scenario's backup, one thing at a time, drills each, and says what the drill did not notice.
///
/// The backup itself isn't touched, and no report of the scenario is written. The copies lie in the folder for temporary files (TMPDIR), one at a time.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  rehearse prove nightly.yaml
  rehearse prove nightly.yaml --only remove-page --only drop-restriction --seed 7

Exit codes: 0 all damage was noticed and no harmless change was, 1 some damage was not noticed, or a harmless change was held for damage,
2 the command line or the scenario is wrong, 3 nothing is proven: the undamaged backup doesn't pass, or something could not be tried, 130 interrupted.")]
pub struct ProveArgs {
    /// The scenario.
    #[arg(value_name = "SCENARIO", required_unless_present = "list")]
    scenario: Option<PathBuf>,
    /// Only this change; may be repeated. Without it, all.
    #[arg(long, value_name = "NAME")]
    only: Vec<String>,
    /// What is damaged is drawn by lot: the same seed damages the same things. Without it, one is drawn and printed.
    #[arg(long, value_name = "NUMBER")]
    seed: Option<u64>,
    /// Lists the names of all changes.
    #[arg(long)]
    list: bool,
    /// Writes the proof as JUnit XML to this file: a case a change, red where damage survived or a harmless change was held for damage.
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
    /// Prints the proof as JSON on stdout, by `rehearse schema prove`.
    #[arg(long)]
    json: bool,
}

/// The schema of what `--json` prints, draft-07.
pub fn schema() -> serde_json::Value {
    schemars::generate::SchemaSettings::draft07().into_generator().into_root_schema_for::<Proof>().to_value()
}

/// Proves, and says what came of it.
pub async fn run(args: ProveArgs, cancel: CancellationToken) -> u8 {
    if args.list {
        return talk::data(&all().into_iter().map(|change| change.name() + "\n").collect::<String>());
    }
    let changes = match changes(&args.only) {
        Ok(changes) => changes,
        Err(message) => {
            talk::say(&format!("error: {message}"));
            return EXIT_USAGE;
        }
    };
    let plan = match plan(&args) {
        Ok(plan) => plan,
        Err(code) => return code,
    };
    let ctx = Context::new(Events::none(), cancel);
    let seed = args.seed.unwrap_or(ctx.seed % 1_000_000);
    talk::say(&format!(
        "{}: {} changes to copies of {}, seed {seed}",
        plan.scenario,
        changes.len(),
        plan.backup.value.display()
    ));
    let told = |trial: &Trial| talk::say(&report::proof::line(trial, talk::colour()));
    let proof = match prove(&plan, &changes, seed, &ctx, told).await {
        Ok(proof) => proof,
        Err(error) => {
            talk::say(&format!("error: failed to {error}"));
            return match error.fault() {
                _ if ctx.cancel.is_cancelled() => EXIT_INTERRUPTED,
                Fault::Scenario => EXIT_USAGE,
                Fault::Backup => EXIT_FAILED,
                Fault::Rig => EXIT_INCONCLUSIVE,
            };
        }
    };
    talk::say(&report::proof::summary(&proof, talk::colour()));
    let printed = !args.json
        || match serde_json::to_string_pretty(&proof) {
            Ok(text) => talk::data(&(text + "\n")) == EXIT_PASSED,
            Err(error) => {
                talk::say(&format!("error: the proof can't be printed as JSON: {error}"));
                false
            }
        };
    let filed = args.junit.as_deref().is_none_or(|path| file(&proof, path));
    match proof.verdict.exit_code() {
        _ if ctx.cancel.is_cancelled() => EXIT_INTERRUPTED,
        EXIT_PASSED if !(printed && filed) => EXIT_INCONCLUSIVE,
        code => code,
    }
}

/// Writes the JUnit file; false where that failed, which is said.
fn file(proof: &Proof, path: &Path) -> bool {
    let written = report::junit::proof(proof).map_err(|error| error.to_string());
    let written = written.and_then(|bytes| write_file(path, &bytes).map_err(|error| error.to_string()));
    if let Err(error) = &written {
        talk::say(&format!("error: failed to {error}"));
    }
    written.is_ok()
}

fn changes(only: &[String]) -> Result<Vec<Change>, String> {
    let every = all();
    if let Some(unknown) = only.iter().find(|name| !every.iter().any(|change| change.name() == **name)) {
        return Err(format!("there is no change {unknown}; `rehearse prove --list` names them"));
    }
    Ok(every.into_iter().filter(|change| only.is_empty() || only.contains(&change.name())).collect())
}

/// The one plan of the scenario, or the exit code where there is none; what is wrong was said.
fn plan(args: &ProveArgs) -> Result<Plan, u8> {
    let paths: Vec<PathBuf> = args.scenario.iter().cloned().collect();
    let mut plans = gather::gather(&paths, None).map_err(|complaints| {
        talk::complain(&complaints);
        EXIT_USAGE
    })?;
    match (plans.pop(), plans.len()) {
        (Some(plan), 0) => Ok(plan),
        _ => {
            talk::say("error: a proof takes one scenario, and the folder holds several");
            Err(EXIT_USAGE)
        }
    }
}
