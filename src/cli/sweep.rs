//! `rehearse sweep`: removes what killed drills left behind.

use clap::Args;

use super::{EXIT_INCONCLUSIVE, EXIT_PASSED, talk};
use crate::lab::{SweepSettings, sweep};
use crate::settings::Duration;

/// Removes containers, volumes and work folders of drills that were killed. Drills that still run are left alone.
#[derive(Debug, Args)]
pub struct SweepArgs {
    /// Labelled objects that no ledger of this machine knows are removed when they are older than this: they may belong to another user's drill.
    #[arg(long, default_value = "1d", value_name = "DURATION")]
    older_than: Duration,
}

/// Sweeps, and says what it did.
pub async fn run(args: &SweepArgs) -> u8 {
    let swept = sweep(&SweepSettings { older_than: args.older_than.to_std(), ..SweepSettings::default() }).await;
    for drill in &swept.alive {
        talk::say(&format!("left alone: drill {drill} is under way"));
    }
    for one in &swept.removed {
        println!("removed {one}");
    }
    for one in &swept.left {
        talk::say(&format!("error: failed to remove {one}"));
    }
    if swept.removed.is_empty() && swept.left.is_empty() {
        talk::say("nothing to remove");
    }
    if swept.left.is_empty() { EXIT_PASSED } else { EXIT_INCONCLUSIVE }
}
