//! The command line: arguments in, exit code out. Data goes to stdout, talk to stderr.
//!
//! One file a command. Nothing imports this module, and no rule about drills lives here.

mod completions;
mod drills;
mod explain;
mod gather;
mod init;
mod run;
mod schema;
mod talk;

use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};

/// What every command's exit code means.
const EXIT_CODES: &str = "Exit codes:
  0    every drill passed
  1    a drill failed: the backup, or an objective, fell short
  2    the command line or a scenario is wrong; nothing ran
  3    a drill is inconclusive: the rig broke, or less was examined than exists
  130  interrupted
Of several drills: 130, then 1, then 3, then 0.";

/// Exit code of a command line or a scenario that is wrong.
pub(crate) const EXIT_USAGE: u8 = 2;

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
    Init(init::Init),
    Schema(schema::Schema),
    Explain(explain::Explain),
    Completions(completions::Completions),
}

/// Runs the program.
pub fn main() -> ExitCode {
    let code = match Cli::parse().command {
        Command::Run(run) => run.run(),
        Command::Init(init) => init.run(),
        Command::Schema(schema) => schema.run(),
        Command::Explain(explain) => explain.run(),
        Command::Completions(completions) => completions.run(&mut Cli::command()),
    };
    ExitCode::from(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }
}
