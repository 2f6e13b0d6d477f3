//! Carries out the plans of one command, one after the other, and makes one exit code of them.

use super::talk;
use crate::model::Verdict;
use crate::plan::Plan;
use crate::settings::render;

/// How the drills of one command are shown.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// The result goes to stdout as JSON.
    pub json: bool,
    /// Talk may have colour.
    pub colour: bool,
}

/// Carries out the plans; gives the exit code of the command.
pub fn drill_all(plans: Vec<Plan>, options: &Options) -> u8 {
    for plan in plans {
        let mut complaint = plan.complaint(Some(plan.name_span), "this build can't carry out drills");
        complaint.word = Verdict::Inconclusive.name();
        talk::say(render(&complaint, options.colour).trim_end());
    }
    if options.json {
        talk::data("[]\n");
    }
    Verdict::Inconclusive.exit_code()
}
