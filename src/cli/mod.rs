//! The command line: arguments in, exit code out. Data goes to stdout, talk to stderr.
//!
//! One file a command. Nothing imports this module, and no rule about drills lives here.

mod backup;
mod compare;
mod completions;
mod drills;
mod explain;
mod gather;
mod init;
mod inspect;
mod live;
mod manifest;
mod mock;
mod progress;
mod prove;
mod remembering;
mod run;
mod sample;
mod schema;
mod signals;
mod sweep;
mod talk;

use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};
use tokio_util::sync::CancellationToken;

/// What every command's exit code means.
const EXIT_CODES: &str = "Exit codes:
  0    every drill passed
  1    a drill failed: the backup, or an objective, fell short
  2    the command line or a scenario is wrong; nothing ran
  3    a drill is inconclusive: the rig broke, or less was examined than exists
  130  interrupted
Of several drills: 130, then 1, then 3, then 0.";

/// All is well.
pub(crate) const EXIT_PASSED: u8 = 0;
/// A backup fell short.
pub(crate) const EXIT_FAILED: u8 = 1;
/// The command line or a scenario is wrong.
pub(crate) const EXIT_USAGE: u8 = 2;
/// The rig broke.
pub(crate) const EXIT_INCONCLUSIVE: u8 = 3;
/// Somebody stopped the program.
pub(crate) const EXIT_INTERRUPTED: u8 = 130;

/// Rehearse the restore of a Confluence backup: restore it somewhere disposable, compare what came back, file the proof.
#[derive(Debug, Parser)]
#[command(name = "rehearse", version, about, after_help = EXIT_CODES, subcommand_required = true, arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Run(run::Run),
    Compare(compare::CompareArgs),
    Inspect(inspect::InspectArgs),
    Init(init::Init),
    Schema(schema::Schema),
    Explain(explain::Explain),
    Manifest(manifest::ManifestArgs),
    Backup(backup::BackupArgs),
    Prove(prove::ProveArgs),
    Mock(mock::MockArgs),
    Sample(sample::SampleArgs),
    Sweep(sweep::SweepArgs),
    Completions(completions::Completions),
}

/// Runs the program.
pub fn main() -> ExitCode {
    let code = match Cli::parse().command {
        Command::Run(run) => run.run(),
        Command::Compare(args) => with_runtime(|cancel| compare::run(args, cancel)),
        Command::Inspect(args) => with_runtime(|cancel| inspect::run(args, cancel)),
        Command::Init(init) => init.run(),
        Command::Schema(schema) => schema.run(),
        Command::Explain(explain) => explain.run(),
        Command::Manifest(args) => with_runtime(|cancel| manifest::run(args, cancel)),
        Command::Backup(args) => with_runtime(|cancel| backup::run(args, cancel)),
        Command::Prove(args) => with_runtime(|cancel| prove::run(args, cancel)),
        Command::Mock(args) => with_runtime(|cancel| mock::run(args, cancel)),
        Command::Sample(args) => sample::run(&args),
        Command::Sweep(args) => with_runtime(async |_| sweep::run(&args).await),
        Command::Completions(completions) => completions.run(&mut Cli::command()),
    };
    ExitCode::from(code)
}

/// Runs a command that waits for things, with a token that Ctrl-C and SIGTERM cancel.
fn with_runtime<F: Future<Output = u8>>(command: impl FnOnce(CancellationToken) -> F) -> u8 {
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            talk::say(&format!("error: failed to start: {error}"));
            return EXIT_INCONCLUSIVE;
        }
    };
    let cancel = CancellationToken::new();
    let code = runtime.block_on(async {
        signals::listen(cancel.clone());
        command(cancel).await
    });
    // Reads that hang must not hold up the end.
    runtime.shutdown_background();
    code
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }
}
