//! How the rules of a scenario fared in a drill.

use super::{Allowance, Mark, Rules, SeverityChange, Treated};
use crate::model::{CheckRecord, Record, Severity};

/// How an allowance or a changed severity fared in a drill.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fared {
    /// It took nothing.
    Unused,
    /// It took findings about so many items.
    Took(u64),
    /// There were more items than it allows, so that none is allowed.
    Exceeded(u64),
    /// Its last day is over.
    Expired,
}

impl Record {
    /// How each allowance fared.
    pub fn allowances(&self) -> impl Iterator<Item = (&Allowance, Fared)> {
        let on = Rules::of(self).on;
        self.treatment.allowances.iter().zip(1_u32..).map(move |(allowance, place)| {
            let took = self.took(allowance.is_expired(on), |mark| mark.allowance == Some(place));
            (
                allowance,
                match took {
                    Fared::Took(items) if items > allowance.at_most => Fared::Exceeded(items),
                    other => other,
                },
            )
        })
    }

    /// How each changed severity fared.
    pub fn severities(&self) -> impl Iterator<Item = (&SeverityChange, Fared)> {
        let (on, rules) = (Rules::of(self).on, self.treatment.severities.iter().zip(1_u32..));
        rules.map(move |(rule, place)| (rule, self.took(rule.is_expired(on), |mark| mark.severity == Some(place))))
    }

    /// How a rule fared that left these marks.
    fn took(&self, expired: bool, own: impl Fn(&Mark) -> bool) -> Fared {
        match self.treated().filter(|one| own(&one.mark)).map(|one| one.items).sum() {
            _ if expired => Fared::Expired,
            0 => Fared::Unused,
            items => Fared::Took(items),
        }
    }

    /// How many things a check examined, without those that are missing and excused: those show no work.
    pub fn there(&self, check: &CheckRecord) -> u64 {
        let names = |mark: Mark| {
            let at = |place: Option<u32>| Some(place?.checked_sub(1)? as usize);
            let allowance = at(mark.allowance).and_then(|index| self.treatment.allowances.get(index));
            let severity = at(mark.severity).and_then(|index| self.treatment.severities.get(index));
            [allowance.map(|rule| &rule.finding), severity.map(|rule| &rule.finding)]
        };
        let excused = |one: &&Treated| {
            let lighter = one.found == Severity::Error && one.mark.counts_as != Some(Severity::Error);
            lighter && names(one.mark).into_iter().flatten().any(|code| code.ends_with("/missing"))
        };
        let gone: u64 = check.treated().iter().filter(excused).map(|one| one.items).sum();
        check.tally().examined.saturating_sub(gone)
    }

    fn treated(&self) -> impl Iterator<Item = &Treated> {
        self.checks.iter().flat_map(CheckRecord::treated)
    }
}
