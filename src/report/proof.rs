//! A proof for a terminal: the matrix of what was tried, and what follows from it.

use std::fmt::Write as _;

use super::visible::{brief, fit};
use crate::model::proof::{Outcome, Proof, Sort, Trial, TrialState};
use crate::model::{Verdict, count};

/// Most characters of the last column.
const DETAIL_MAX: usize = 160;

/// One trial in one line.
pub fn line(trial: &Trial, colour: bool) -> String {
    let outcome = trial.outcome();
    let code = match outcome {
        Outcome::Caught | Outcome::Quiet => "32",
        Outcome::Survived | Outcome::CriedWolf => "1;31",
        Outcome::Undecided | Outcome::Broken | Outcome::Excused => "1;33",
        Outcome::NotApplicable => "2",
    };
    let word = format!("{:<10}", outcome.name());
    let word = if colour { format!("\u{1b}[{code}m{word}\u{1b}[0m") } else { word };
    let detail = match &trial.state {
        TrialState::NotApplicable { reason } => reason.clone(),
        TrialState::Broken { error } => error.clone(),
        TrialState::Drilled(drilling) => {
            let injected = trial.injected.as_deref().unwrap_or_default();
            match outcome {
                Outcome::Caught if !drilling.caught_by.is_empty() => {
                    format!("by {} ({injected})", drilling.caught_by.join(", "))
                }
                Outcome::Quiet | Outcome::Survived => injected.to_owned(),
                _ => format!(
                    "{}: {} ({injected})",
                    drilling.verdict.name(),
                    drilling.why.as_deref().unwrap_or("no reason")
                ),
            }
        }
    };
    format!("  {:<32} {word}  {}", brief(&trial.name), fit(&brief(&detail), DETAIL_MAX)).trim_end().to_owned()
}

/// What follows from all of them.
pub fn summary(proof: &Proof, colour: bool) -> String {
    let mut out = String::new();
    let tried = |sort: Sort| {
        let of = proof.trials.iter().filter(|trial| trial.sort == sort);
        let done = of.filter(|trial| matches!(trial.state, TrialState::Drilled(_)));
        count(done.count() as u64)
    };
    let _ = writeln!(
        out,
        "\ntried: {} damages of the backup, {} of the target, {} of the manifest, {} harmless changes; seed {}",
        tried(Sort::Damage),
        tried(Sort::Target),
        tried(Sort::Manifest),
        tried(Sort::Harmless),
        proof.seed
    );
    for why in &proof.why {
        let _ = writeln!(out, "because: {}", brief(why));
    }
    let (code, word) = match proof.verdict {
        Verdict::Passed => ("32", "proven"),
        Verdict::Failed => ("1;31", "not proven"),
        Verdict::Inconclusive => ("1;33", "inconclusive"),
    };
    let last = format!("{word}: {}", brief(&proof.scenario));
    out.push_str(&if colour { format!("\u{1b}[{code}m{last}\u{1b}[0m") } else { last });
    out
}
