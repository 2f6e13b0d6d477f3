//! Applies what a scenario says of findings, and holds a record against it.

use std::collections::BTreeMap;

use super::{INTEGRITY, Mark, SeverityChange, Treated, Treatment};
use crate::model::{CheckRecord, CheckState, FindingRecord, Record, Severity};

/// What a treatment must know besides the findings.
#[derive(Debug, Clone, Copy)]
pub struct Rules<'a> {
    /// What the scenario says.
    pub treatment: &'a Treatment,
    /// The day of the drill (UTC), `2026-11-23`.
    pub on: &'a str,
    /// The archive was read to its end. Where it wasn't, nothing that `integrity` found is made lighter.
    pub whole: bool,
}

impl<'a> Rules<'a> {
    /// Those of a record.
    pub fn of(record: &'a Record) -> Self {
        Self {
            treatment: &record.treatment,
            on: record.began.get(..10).unwrap_or_default(),
            whole: record.package.as_ref().is_none_or(|package| package.whole),
        }
    }

    /// Marks the findings of a check, and counts what was marked.
    pub fn apply(&self, check: &str, findings: &mut [FindingRecord]) -> Vec<Treated> {
        let closed = check == INTEGRITY && !self.whole;
        for finding in findings.iter_mut() {
            let severity = self.severity(finding, closed);
            let counts_as =
                severity.and_then(|place| self.change(place)).map_or(finding.severity, |rule| rule.counts_as);
            let allowance = if counts_as == Severity::Error && !closed { self.allowance(finding) } else { None };
            finding.treated = (severity.is_some() || allowance.is_some()).then_some(Mark {
                severity,
                allowance,
                counts_as: Some(counts_as),
            });
        }
        let mut items: BTreeMap<u32, u64> = BTreeMap::new();
        for finding in findings.iter() {
            if let Some(place) = finding.treated.and_then(|mark| mark.allowance) {
                *items.entry(place).or_default() += finding.number();
            }
        }
        let mut counted: BTreeMap<(Mark, Severity), (u64, u64)> = BTreeMap::new();
        for finding in findings.iter_mut() {
            let Some(mark) = &mut finding.treated else { continue };
            if mark.allowance.is_some_and(|place| self.holds(place, items.get(&place).copied().unwrap_or_default())) {
                mark.counts_as = None;
            }
            let mark = *mark;
            let number = counted.entry((mark, finding.severity)).or_default();
            *number = (number.0 + 1, number.1 + finding.number());
        }
        let treated = |((mark, found), (findings, items))| Treated { mark, found, findings, items };
        counted.into_iter().map(treated).collect()
    }

    fn severity(&self, finding: &FindingRecord, closed: bool) -> Option<u32> {
        let applies = |rule: &SeverityChange| {
            rule.fits(finding)
                && !rule.is_expired(self.on)
                && rule.counts_as != finding.severity
                && (!closed || rule.counts_as > finding.severity)
        };
        place(self.treatment.severities.iter().position(applies))
    }

    fn allowance(&self, finding: &FindingRecord) -> Option<u32> {
        place(self.treatment.allowances.iter().position(|allowance| allowance.fits(finding)))
    }

    fn change(&self, place: u32) -> Option<&'a SeverityChange> {
        self.treatment.severities.get(place.checked_sub(1)? as usize)
    }

    /// Whether an allowance holds for so many items.
    fn holds(&self, place: u32, items: u64) -> bool {
        let allowance = place.checked_sub(1).and_then(|index| self.treatment.allowances.get(index as usize));
        allowance.is_some_and(|allowance| !allowance.is_expired(self.on) && items <= allowance.at_most)
    }

    /// What of a check's numbers disagrees with the rules, if anything does.
    fn disagreement(&self, check: &CheckRecord) -> Option<String> {
        let CheckState::Ran { findings, totals, treated, .. } = &check.state else { return None };
        let name = &check.name;
        let closed = *name == INTEGRITY && !self.whole;
        let mut by_severity: BTreeMap<Severity, u64> = BTreeMap::new();
        let mut items: BTreeMap<u32, u64> = BTreeMap::new();
        for one in treated {
            *by_severity.entry(one.found).or_default() += one.findings;
            if let Some(place) = one.mark.allowance {
                *items.entry(place).or_default() += one.items;
            }
        }
        if by_severity.iter().any(|(severity, number)| totals.get(severity).is_none_or(|total| total < number)) {
            return Some(format!("{name}: more findings are treated than were found"));
        }
        let expected = |mark: Mark, found: Severity| {
            let counts_as = match mark.severity {
                Some(place) => self.change(place).map(|rule| rule.counts_as)?,
                None => found,
            };
            let holds = |place| self.holds(place, items.get(&place).copied().unwrap_or_default());
            let allowed = mark.allowance.is_some_and(holds) && counts_as == Severity::Error;
            Some(Mark { counts_as: (!allowed).then_some(counts_as), ..mark })
        };
        for one in treated {
            let lighter = one.mark.counts_as < Some(one.found);
            let rules = [
                one.mark.severity.and_then(|place| self.change(place)).map(|rule| rule.finding.as_str()),
                one.mark
                    .allowance
                    .and_then(|place| self.treatment.allowances.get(place.checked_sub(1)? as usize))
                    .map(|rule| rule.finding.as_str()),
            ];
            let own = rules.iter().flatten().all(|code| code.split_once('/').is_some_and(|(of, _)| of == name));
            if !own
                || expected(one.mark, one.found) != Some(one.mark)
                || one.items < one.findings
                || (closed && lighter)
            {
                return Some(format!("{name}: findings are not treated as the scenario says"));
            }
        }
        let mut shown: BTreeMap<(Mark, Severity), (u64, u64)> = BTreeMap::new();
        for finding in findings {
            let Some(mark) = finding.treated else { continue };
            let severity = mark.severity == self.severity(finding, closed);
            let allowance = mark.allowance.is_none_or(|_| mark.allowance == self.allowance(finding));
            if !severity || !allowance {
                return Some(format!("{name}: a finding is treated by a rule that is not about it"));
            }
            let number = shown.entry((mark, finding.severity)).or_default();
            *number = (number.0 + 1, number.1 + finding.number());
        }
        let whole = findings.len() as u64 >= totals.values().sum();
        let counted: BTreeMap<_, _> =
            treated.iter().map(|one| ((one.mark, one.found), (one.findings, one.items))).collect();
        let within = |(mark, shown): (&(Mark, Severity), &(u64, u64))| {
            counted.get(mark).is_some_and(|all| if whole { all == shown } else { all.0 >= shown.0 && all.1 >= shown.1 })
        };
        let agree =
            counted.len() == treated.len() && shown.iter().all(within) && (!whole || counted.len() == shown.len());
        (!agree).then(|| format!("{name}: the findings that are shown and their numbers disagree"))
    }
}

fn place(index: Option<usize>) -> Option<u32> {
    u32::try_from(index? + 1).ok()
}

/// What of a record's numbers disagrees with its own rules, a line each.
pub fn disagreements(record: &Record) -> Vec<String> {
    let rules = Rules::of(record);
    record.checks.iter().filter_map(|check| rules.disagreement(check)).collect()
}
