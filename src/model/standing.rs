use serde::{Deserialize, Serialize};

use super::proof::{Outcome, Proof};
use super::{Digest, Record, Tool, Verdict, span};

/// What is asked of the proof of a drill, and what the last one said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Standing {
    /// For how long a proof stands, as the scenario writes it.
    pub every: String,
    /// The same in seconds.
    pub every_seconds: u64,
    /// The last proof; `None` where there was none.
    pub last: Option<LastProof>,
}

/// What is remembered of a proof.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct LastProof {
    /// When it ended, UTC.
    pub ended: String,
    /// What came of it.
    pub verdict: Verdict,
    /// Its reasons, the most important first.
    pub why: Vec<String>,
    /// The target on which it was done.
    pub target: String,
    /// The text of the scenario that was proven.
    pub scenario: Digest,
    /// The program that did it.
    pub tool: Tool,
    /// The backup whose copies were damaged.
    pub backup: Option<Digest>,
    /// The seed by which the victims were drawn.
    pub seed: u64,
    /// How many damages were caught.
    pub caught: u64,
    /// Names of those that nobody noticed.
    pub survivors: Vec<String>,
}

impl LastProof {
    /// What is remembered of a proof of this scenario, done on this target.
    pub fn of(proof: &Proof, scenario: Digest, target: &str) -> Self {
        let survived = proof.trials.iter().filter(|trial| trial.outcome() == Outcome::Survived);
        Self {
            ended: proof.ended.clone(),
            verdict: proof.verdict,
            why: proof.why.clone(),
            target: target.to_owned(),
            scenario,
            tool: proof.tool.clone(),
            backup: proof.backup.as_ref().map(|backup| backup.digest.clone()),
            seed: proof.seed,
            caught: proof.number(Outcome::Caught),
            survivors: survived.map(|trial| trial.name.clone()).collect(),
        }
    }
}

/// How a proof stands on the day of a drill.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stands {
    /// It is fresh, and all damage was caught: on this target.
    Proven(String),
    /// It is fresh, and damage went unnoticed.
    Refuted(String),
    /// Nothing is proven, and why.
    Open(String),
}

impl Standing {
    /// How the proof stands for the drill of a scenario with this text, by this program, that ended at this time.
    pub fn stands(&self, scenario: &Digest, tool: &Tool, now: &str) -> Stands {
        let Some(last) = &self.last else { return Stands::Open("this drill was never proven".to_owned()) };
        let Some(age) = age(&last.ended, now) else {
            return Stands::Open(format!("nobody knows how old the proof of {} is", last.ended));
        };
        let old = format!("the last proof is {} old ({})", span(age), last.ended);
        if last.scenario != *scenario || last.tool != *tool {
            return Stands::Open(format!("{old}, of another text of the scenario or by another version of rehearse"));
        }
        if age > self.every_seconds {
            return Stands::Open(format!("{old}, and stands for {}", self.every));
        }
        match last.verdict {
            Verdict::Passed => Stands::Proven(last.target.clone()),
            Verdict::Failed => Stands::Refuted(format!("{} ({})", last.why.join("; "), last.ended)),
            Verdict::Inconclusive => Stands::Open(format!("{old}, and proved nothing: {}", last.why.join("; "))),
        }
    }

    /// Whether a drill that ended at this time has to be proven anew.
    pub fn is_due(&self, scenario: &Digest, tool: &Tool, now: &str) -> bool {
        let Some(last) = &self.last else { return true };
        let fresh = age(&last.ended, now).is_some_and(|age| age <= self.every_seconds);
        !fresh || last.scenario != *scenario || last.tool != *tool
    }
}

impl Record {
    /// How the proof of this drill stands; `None` where none is asked for.
    pub fn stands(&self) -> Option<Stands> {
        Some(self.proof.as_ref()?.stands(&self.scenario.digest, &self.tool, &self.ended))
    }
}

/// How far ahead of its drill a proof may end: two days.
const AHEAD_MAX: i64 = 2 * 86_400;

/// Seconds from one time to a later one; none, where that can't be.
fn age(ended: &str, now: &str) -> Option<u64> {
    let at = |text: &str| text.parse::<jiff::Timestamp>().ok().map(|at| at.as_second());
    // A proof is done behind the drill in whose record it stands; one from farther ahead has another clock.
    let age = at(now)? - at(ended)?;
    (age >= -AHEAD_MAX).then(|| u64::try_from(age).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn standing(verdict: Verdict) -> Standing {
        Standing {
            every: "7d".into(),
            every_seconds: 7 * 86_400,
            last: Some(LastProof {
                ended: "2026-11-01T03:00:00Z".into(),
                verdict,
                why: vec!["because".into()],
                target: "embedded".into(),
                scenario: Digest::of("s"),
                tool: Tool::this(),
                backup: None,
                seed: 1,
                caught: 30,
                survivors: Vec::new(),
            }),
        }
    }

    #[test]
    fn a_proof_stands_for_its_span_its_scenario_and_its_program() {
        let (text, tool) = (Digest::of("s"), Tool::this());
        let on = |standing: &Standing, day| standing.stands(&text, &tool, &format!("2026-11-{day:02}T03:00:00Z"));
        let good = standing(Verdict::Passed);
        assert_eq!(on(&good, 8), Stands::Proven("embedded".into()));
        assert_eq!(on(&good, 1), Stands::Proven("embedded".into()));
        assert!(matches!(on(&good, 9), Stands::Open(why) if why.contains("8d old")));
        assert!(
            !good.is_due(&text, &tool, "2026-11-08T03:00:00Z") && good.is_due(&text, &tool, "2026-11-08T03:00:01Z")
        );
        assert!(matches!(good.stands(&Digest::of("t"), &tool, "2026-11-01T03:00:00Z"), Stands::Open(_)));
        let newer = Tool { version: "9".into(), ..Tool::this() };
        assert!(good.is_due(&text, &newer, "2026-11-01T03:00:00Z"));
        assert!(matches!(on(&standing(Verdict::Failed), 2), Stands::Refuted(_)));
        assert!(matches!(on(&standing(Verdict::Failed), 9), Stands::Open(_)), "it is old, and done anew");
        assert!(matches!(on(&standing(Verdict::Inconclusive), 2), Stands::Open(_)));
        let never = Standing { last: None, ..good };
        assert!(matches!(on(&never, 1), Stands::Open(_)) && never.is_due(&text, &tool, ""));
        assert!(matches!(standing(Verdict::Passed).stands(&text, &tool, "later"), Stands::Open(_)));
    }
}
