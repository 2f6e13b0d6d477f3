//! The account of a drill that was put to the test, and the verdict that follows from it.

use serde::{Deserialize, Serialize};

use super::{BackupRecord, Tool, Verdict, count};

/// The format number of the proofs that this program writes.
pub const PROOF_FORMAT: u32 = 2;

/// The account of a drill that was put to the test: what was broken on purpose, and whether the drill noticed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Proof {
    /// Format number; stands first and is read first.
    pub proof: u32,
    /// What made it.
    pub tool: Tool,
    /// Name of the scenario.
    pub scenario: String,
    /// The backup whose copies were damaged.
    pub backup: Option<BackupRecord>,
    /// The seed by which the victims were drawn.
    pub seed: u64,
    /// When it began, UTC.
    pub began: String,
    /// When it ended, UTC.
    pub ended: String,
    /// Ctrl-C or SIGTERM ended it early.
    pub interrupted: bool,
    /// The drill of the undamaged backup, by which all others are measured; `None` where it was not reached.
    pub undamaged: Option<Drilling>,
    /// Everything that was tried, in order.
    pub trials: Vec<Trial>,
    /// The answer.
    pub verdict: Verdict,
    /// Its reasons, the most important first.
    pub why: Vec<String>,
}

/// One thing that was broken, or changed without breaking it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Trial {
    /// Its name, in kebab-case.
    pub name: String,
    /// What sort of change it is.
    pub sort: Sort,
    /// What was changed, in words that hold no content.
    pub injected: Option<String>,
    /// What came of it.
    pub state: TrialState,
}

/// What sort of change a trial makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Sort {
    /// The backup is damaged: the drill must fail.
    Damage,
    /// The target loses or changes something while it restores: the drill must not pass.
    Target,
    /// The manifest is tampered with: the drill must not pass.
    Manifest,
    /// Nothing is lost: the drill must pass.
    Harmless,
}

/// What came of a trial.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum TrialState {
    /// The drill ran.
    Drilled(Drilling),
    /// It makes no sense for this backup and scenario.
    NotApplicable {
        /// Why.
        reason: String,
    },
    /// It could not be tried.
    Broken {
        /// Why.
        error: String,
    },
}

/// What came of one drill.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Drilling {
    /// Its verdict.
    pub verdict: Verdict,
    /// The checks that found errors, and the stages that the backup broke (`stage/…`).
    pub caught_by: Vec<String>,
    /// How many items are lost or wrong and let pass by an allowance or a lowered severity; of a trial, more than without the change.
    #[serde(skip_serializing_if = "is_zero", default)]
    pub excused: u64,
    /// The first reason of its verdict.
    pub why: Option<String>,
    /// Milliseconds that it took.
    pub millis: u64,
}

const fn is_zero(number: &u64) -> bool {
    *number == 0
}

/// How a trial went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Damage, and the drill noticed.
    Caught,
    /// Damage, and the drill passed.
    Survived,
    /// Damage that a check noticed, and that the scenario lets pass.
    Excused,
    /// Damage to the backup, and the drill neither passed nor failed.
    Undecided,
    /// Harmless, and the drill passed.
    Quiet,
    /// Harmless, and the drill did not pass.
    CriedWolf,
    /// It was not tried, for a good reason.
    NotApplicable,
    /// It could not be tried.
    Broken,
}

impl Outcome {
    /// The word in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Caught => "caught",
            Self::Survived => "SURVIVED",
            Self::Excused => "excused",
            Self::Undecided => "undecided",
            Self::Quiet => "passed",
            Self::CriedWolf => "CRIED WOLF",
            Self::NotApplicable => "not tried",
            Self::Broken => "broke",
        }
    }
}

impl Trial {
    /// How it went.
    pub const fn outcome(&self) -> Outcome {
        match (&self.state, self.sort) {
            (TrialState::NotApplicable { .. }, _) => Outcome::NotApplicable,
            (TrialState::Broken { .. }, _) => Outcome::Broken,
            (TrialState::Drilled(drilling), sort) => match (drilling.verdict, sort) {
                (Verdict::Passed, Sort::Harmless) => Outcome::Quiet,
                (_, Sort::Harmless) => Outcome::CriedWolf,
                (Verdict::Passed, _) if drilling.excused > 0 => Outcome::Excused,
                (Verdict::Passed, _) => Outcome::Survived,
                (Verdict::Inconclusive, Sort::Damage) => Outcome::Undecided,
                (Verdict::Failed, _) | (Verdict::Inconclusive, Sort::Target | Sort::Manifest) => Outcome::Caught,
            },
        }
    }
}

impl Proof {
    /// How many trials went so.
    pub fn number(&self, outcome: Outcome) -> u64 {
        self.trials.iter().filter(|trial| trial.outcome() == outcome).count() as u64
    }

    /// The same proof with the verdict that follows from it.
    ///
    /// Failed needs a drill that is known to pass without the change, and that passed a damage or failed a harmless change. Passed needs that
    /// at least one damage was caught and none was left open. Everything between is Inconclusive.
    #[must_use]
    pub fn judged(mut self) -> Self {
        let named = |wanted: Outcome, said: &str| {
            let of = self.trials.iter().filter(|trial| trial.outcome() == wanted);
            let names: Vec<&str> = of.map(|trial| trial.name.as_str()).collect();
            (!names.is_empty()).then(|| format!("{said}: {}", names.join(", ")))
        };
        let wrong: Vec<String> = [
            named(Outcome::Survived, "damage that the drill did not notice"),
            named(Outcome::CriedWolf, "harmless changes that the drill did not pass"),
        ]
        .into_iter()
        .flatten()
        .collect();
        let mut open: Vec<String> = [
            named(Outcome::Undecided, "damage on which the drill was inconclusive"),
            named(Outcome::Broken, "what could not be tried"),
        ]
        .into_iter()
        .flatten()
        .collect();
        match &self.undamaged {
            Some(drilling) if drilling.verdict == Verdict::Passed => {}
            Some(drilling) => {
                let why = drilling.why.as_deref().unwrap_or("it says no more");
                open.insert(0, format!("the drill of the undamaged backup is {}: {why}", drilling.verdict.name()));
            }
            None => open.insert(0, "the undamaged backup was not drilled".to_owned()),
        }
        let measured = self.undamaged.as_ref().is_some_and(|drilling| drilling.verdict == Verdict::Passed);
        let (caught, quiet) = (self.number(Outcome::Caught), self.number(Outcome::Quiet));
        if caught == 0 {
            open.push("no damage was tried and caught".to_owned());
        }
        (self.verdict, self.why) = if self.interrupted {
            (Verdict::Inconclusive, [vec!["it was interrupted before it ended".to_owned()], wrong, open].concat())
        } else if measured && !wrong.is_empty() {
            (Verdict::Failed, [wrong, open].concat())
        } else if !open.is_empty() {
            (Verdict::Inconclusive, [open, wrong].concat())
        } else {
            let left = self.number(Outcome::NotApplicable);
            let left = if left == 0 { String::new() } else { format!("; {} were not tried", count(left)) };
            let said = format!("{} damages were caught, {} harmless changes passed{left}", count(caught), count(quiet));
            let excused = named(Outcome::Excused, "noticed, and let pass because the scenario excuses it");
            (Verdict::Passed, std::iter::once(said).chain(excused).collect())
        };
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drilling(verdict: Verdict) -> Drilling {
        Drilling { verdict, caught_by: Vec::new(), excused: 0, why: None, millis: 0 }
    }

    fn judged(undamaged: Option<Verdict>, trials: &[(Sort, Option<Verdict>)]) -> Verdict {
        let trial = |(sort, verdict): &(Sort, Option<Verdict>)| Trial {
            name: "t".into(),
            sort: *sort,
            injected: None,
            state: verdict
                .map_or(TrialState::Broken { error: "e".into() }, |verdict| TrialState::Drilled(drilling(verdict))),
        };
        let proof = Proof {
            proof: PROOF_FORMAT,
            tool: Tool::this(),
            scenario: "s".into(),
            backup: None,
            seed: 1,
            began: String::new(),
            ended: String::new(),
            interrupted: false,
            undamaged: undamaged.map(drilling),
            trials: trials.iter().map(trial).collect(),
            verdict: Verdict::Passed,
            why: Vec::new(),
        };
        let interrupted = Proof { interrupted: true, ..proof.clone() };
        assert_eq!(interrupted.judged().verdict, Verdict::Inconclusive);
        proof.judged().verdict
    }

    #[test]
    fn only_what_was_shown_is_a_pass() {
        use Sort::{Damage, Harmless, Target};
        use Verdict::{Failed, Inconclusive, Passed};
        let good = [(Damage, Some(Failed)), (Target, Some(Inconclusive)), (Harmless, Some(Passed))];
        assert_eq!(judged(Some(Passed), &good), Passed);
        assert_eq!(judged(Some(Failed), &good), Inconclusive, "nothing is measured by a drill that fails anyway");
        assert_eq!(judged(None, &good), Inconclusive);
        assert_eq!(judged(Some(Passed), &[]), Inconclusive);
        assert_eq!(judged(Some(Passed), &good[2..]), Inconclusive, "harmless changes alone prove nothing");
        assert_eq!(judged(Some(Passed), &[good[0], (Damage, Some(Passed))]), Failed);
        assert_eq!(judged(Some(Passed), &[good[0], (Target, Some(Passed))]), Failed);
        assert_eq!(judged(Some(Passed), &[good[0], (Harmless, Some(Failed))]), Failed);
        assert_eq!(judged(Some(Passed), &[good[0], (Harmless, Some(Inconclusive))]), Failed);
        assert_eq!(judged(Some(Passed), &[good[0], (Damage, Some(Inconclusive))]), Inconclusive);
        assert_eq!(judged(Some(Passed), &[good[0], (Damage, None)]), Inconclusive);
        assert_eq!(judged(Some(Failed), &[(Damage, Some(Passed))]), Inconclusive);
    }

    #[test]
    fn damage_that_was_noticed_and_excused_is_no_survivor_and_no_catch() {
        let trial = |verdict, excused| Trial {
            name: "drop-label".into(),
            sort: Sort::Damage,
            injected: None,
            state: TrialState::Drilled(Drilling { excused, ..drilling(verdict) }),
        };
        assert_eq!(trial(Verdict::Passed, 1).outcome(), Outcome::Excused);
        assert_eq!(trial(Verdict::Passed, 0).outcome(), Outcome::Survived);
        assert_eq!(trial(Verdict::Failed, 1).outcome(), Outcome::Caught);
    }
}
