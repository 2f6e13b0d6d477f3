use std::path::PathBuf;

use clap::Args;

use super::drills::{Options, drill_all};
use super::{EXIT_USAGE, gather, talk, with_runtime};
use crate::plan::Plan;

/// Run drills: restore each scenario's backup, compare what came back, write the reports.
///
/// All scenarios are read and settled before any of them runs; when one is wrong, none runs.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  rehearse run scenarios/first-drill.yaml
  rehearse run scenarios/                          every *.yaml in the folder, by name
  rehearse run --dry-run scenarios/nightly.yaml    print the plan; nothing is restored or written
  rehearse run --report-dir out scenarios/         out/NAME.xml and out/NAME/ for each scenario

Exit codes: 0 passed, 1 failed, 2 a scenario is wrong, 3 inconclusive, 130 interrupted.")]
pub struct Run {
    /// Scenario files, or folders with scenario files (*.yaml) in them
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,

    /// Print what would be done, and do nothing
    #[arg(long)]
    dry_run: bool,

    /// Print the result as JSON on stdout
    #[arg(long)]
    json: bool,

    /// Write NAME.xml and NAME/ of each scenario into this folder, instead of the reports that the scenario names
    #[arg(long, value_name = "DIR")]
    report_dir: Option<PathBuf>,
}

impl Run {
    pub fn run(self) -> u8 {
        let plans = match gather::gather(&self.paths, self.report_dir.as_deref()) {
            Ok(plans) => plans,
            Err(complaints) => {
                talk::complain(&complaints);
                return EXIT_USAGE;
            }
        };
        if self.dry_run {
            return print(&plans, self.json);
        }
        let options = Options { json: self.json, colour: talk::colour() };
        with_runtime(async |cancel| drill_all(plans, &options, cancel).await)
    }
}

fn print(plans: &[Plan], json: bool) -> u8 {
    if json {
        return match serde_json::to_string_pretty(plans) {
            Ok(text) => talk::data(&(text + "\n")),
            Err(error) => {
                talk::say(&format!("error: the plan can't be printed as JSON: {error}"));
                EXIT_USAGE
            }
        };
    }
    let texts: Vec<String> = plans.iter().map(Plan::to_string).collect();
    talk::data(&texts.join("\n"))
}
