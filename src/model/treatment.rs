use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{CheckRecord, CheckState, Field, FindingRecord, Kind, Privacy, Record, Severity};

/// What no rule of a scenario makes lighter: where these are found, the reading itself can't be trusted.
const NEVER: [&str; 2] = ["integrity/empty", "integrity/unaccounted"];

/// The check that says whether the archive was read whole.
const INTEGRITY: &str = "integrity";

/// What a scenario says of findings: which it allows, and which count for more or less than they were found to be.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Treatment {
    /// Allowances, in the order of the scenario; findings name them by their place from 1.
    pub allowances: Vec<Allowance>,
    /// Changed severities, in the order of the scenario; findings name them by their place from 1.
    pub severities: Vec<SeverityChange>,
}

/// Errors that a scenario knows of and lets pass.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Allowance {
    /// The stable name of the finding, `attachments/missing`.
    pub finding: String,
    /// Which of them.
    #[serde(rename = "where", skip_serializing_if = "Where::is_anywhere", default)]
    pub place: Where,
    /// How many items they may be about. Where they are about more, all of them count.
    pub at_most: u64,
    /// Why.
    pub reason: String,
    /// The last day (UTC) on which it holds, `2027-03-31`.
    pub expires: String,
}

/// What a finding must be about. Names and titles stand here as `privacy` shows them, as they do in findings.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Where {
    /// Key of the space.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub space: Option<String>,
    /// Title of the item itself. Restricted content shows none, and is named by its id.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub title: Option<String>,
    /// Content id.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub id: Option<u64>,
    /// Kind of the item.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub kind: Option<Kind>,
    /// The field that differs.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub field: Option<Field>,
}

impl Where {
    /// Whether it leaves everything open.
    pub fn is_anywhere(&self) -> bool {
        *self == Self::default()
    }

    /// What it asks for, in words; `None` where it leaves everything open.
    pub fn said(&self) -> Option<String> {
        let parts: Vec<String> = [
            self.space.as_ref().map(|space| format!("space {space}")),
            self.title.as_ref().map(|title| format!("title \"{title}\"")),
            self.id.map(|id| format!("id {id}")),
            self.kind.map(|kind| format!("kind {}", kind.name())),
            self.field.map(|field| format!("field {}", field.name())),
        ]
        .into_iter()
        .flatten()
        .collect();
        (!parts.is_empty()).then(|| parts.join(", "))
    }

    /// The same with names as reports may show them.
    #[must_use]
    pub fn shown(&self, privacy: Privacy) -> Self {
        let name = |name: &Option<String>| name.as_deref().map(|name| privacy.name(name));
        Self { space: name(&self.space), title: name(&self.title), ..self.clone() }
    }

    fn fits(&self, finding: &FindingRecord) -> bool {
        fn same<T: PartialEq>(wanted: Option<&T>, found: Option<&T>) -> bool {
            wanted.is_none_or(|wanted| found == Some(wanted))
        }
        same(self.space.as_ref(), finding.space.as_ref())
            && same(self.title.as_ref(), finding.title.last().filter(|_| !finding.restricted))
            && same(self.id.as_ref(), finding.id.as_ref())
            && same(self.kind.as_ref(), finding.kind.as_ref())
            && same(self.field.as_ref(), finding.field.as_ref())
    }
}

/// Findings that count for more or less than they were found to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct SeverityChange {
    /// The stable name of the finding.
    pub finding: String,
    /// What it counts as.
    #[serde(rename = "as")]
    pub counts_as: Severity,
    /// Why; always there, where it doesn't count as an error.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub reason: Option<String>,
    /// The last day (UTC) on which it holds; always there, where it doesn't count as an error.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub expires: Option<String>,
}

impl Allowance {
    /// Whether it is over on a day, both as `2027-03-31`. A day that is none is over.
    pub fn is_expired(&self, on: &str) -> bool {
        is_over(&self.expires, on)
    }

    fn fits(&self, finding: &FindingRecord) -> bool {
        // A finding that says neither what it is about nor how many things is one of an unknown number.
        let counted = finding.items.is_some() || finding.kind.is_some() || finding.id.is_some();
        let known = counted || finding.place.is_some() || !finding.title.is_empty();
        known && finding.code == self.finding && !is_untreatable(&finding.code) && self.place.fits(finding)
    }
}

impl SeverityChange {
    /// Whether it is over on a day. One that raises never is.
    pub fn is_expired(&self, on: &str) -> bool {
        match &self.expires {
            Some(expires) => is_over(expires, on),
            None => self.counts_as != Severity::Error,
        }
    }

    fn fits(&self, finding: &FindingRecord) -> bool {
        finding.code == self.finding && (self.counts_as > finding.severity || !is_untreatable(&finding.code))
    }
}

/// Whether a finding of this name can be neither allowed nor lowered.
pub fn is_untreatable(code: &str) -> bool {
    NEVER.contains(&code)
}

/// ISO dates are in the order of their text.
fn is_over(expires: &str, on: &str) -> bool {
    let is_day = |text: &str| {
        text.len() == 10
            && text.bytes().enumerate().all(|(at, c)| if matches!(at, 4 | 7) { c == b'-' } else { c.is_ascii_digit() })
    };
    !is_day(expires) || !is_day(on) || expires < on
}

/// How a finding was treated; of a finding that counts as it was found there is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Mark {
    /// The changed severity that applies, by its place from 1.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub severity: Option<u32>,
    /// The allowance that takes it, by its place from 1.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub allowance: Option<u32>,
    /// What it counts as; `None` where it is allowed.
    pub counts_as: Option<Severity>,
}

/// How many findings of one severity were treated in one way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Treated {
    /// In which way.
    pub mark: Mark,
    /// As what they were found.
    pub found: Severity,
    /// How many findings.
    pub findings: u64,
    /// How many items they are about.
    pub items: u64,
}

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
            let items = self.treated().filter(|one| one.mark.allowance == Some(place)).map(|one| one.items).sum();
            let fared = match items {
                _ if allowance.is_expired(on) => Fared::Expired,
                0 => Fared::Unused,
                items if items > allowance.at_most => Fared::Exceeded(items),
                items => Fared::Took(items),
            };
            (allowance, fared)
        })
    }

    /// How each changed severity fared.
    pub fn severities(&self) -> impl Iterator<Item = (&SeverityChange, Fared)> {
        let on = Rules::of(self).on;
        self.treatment.severities.iter().zip(1_u32..).map(move |(rule, place)| {
            let items = self.treated().filter(|one| one.mark.severity == Some(place)).map(|one| one.items).sum();
            let fared = match items {
                _ if rule.is_expired(on) => Fared::Expired,
                0 => Fared::Unused,
                items => Fared::Took(items),
            };
            (rule, fared)
        })
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

#[cfg(test)]
mod tests;
