use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{
    CUT_SHORT, FINDINGS_MAX, FindingRecord, Outcome, Privacy, Rules, Severity, Tally, Treated, Uncompared,
    sort_worst_first,
};

/// Where a check stands in the scenario file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Position {
    /// The file, as the user named it.
    pub file: String,
    /// Line, from 1.
    pub line: u32,
    /// Column, from 1, in characters.
    pub column: u32,
    /// Characters that are marked.
    pub length: u32,
    /// The text of the line.
    pub source_line: String,
}

/// One check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CheckRecord {
    /// Its name.
    pub name: String,
    /// Where the scenario asks for it.
    pub position: Option<Position>,
    /// What came of it.
    pub state: CheckState,
}

/// What came of a check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CheckState {
    /// It ran.
    Ran {
        /// How much it examined of how much.
        tally: Tally,
        /// The worst of its findings, at most [`FINDINGS_MAX`].
        findings: Vec<FindingRecord>,
        /// All of its findings by severity, as they were found.
        totals: BTreeMap<Severity, u64>,
        /// How many of them the scenario allows, or lets count for more or less.
        #[serde(skip_serializing_if = "Vec::is_empty", default)]
        treated: Vec<Treated>,
        /// What it left out, by name.
        uncompared: Vec<Uncompared>,
        /// Why it could not examine all that it should.
        unread: Option<String>,
        /// What else is to be said of how it was examined.
        #[serde(skip_serializing_if = "Vec::is_empty", default)]
        notes: Vec<String>,
    },
    /// The scenario leaves it out.
    Excluded {
        /// The reason that the scenario gives.
        reason: String,
    },
    /// It could not run.
    NotRun {
        /// Why.
        reason: String,
    },
}

/// What a check amounts to by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grade {
    /// It ran whole and found no error that counts.
    Passed,
    /// It found an error that counts.
    Failed,
    /// It did not run, or did not examine all that it should.
    Inconclusive,
    /// The scenario leaves it out.
    Excluded,
}

impl CheckRecord {
    /// A check that is about to run.
    pub fn planned(name: &str, position: Option<Position>) -> Self {
        Self { name: name.to_owned(), position, state: CheckState::NotRun { reason: CUT_SHORT.to_owned() } }
    }

    /// What the check amounts to by itself.
    pub fn grade(&self) -> Grade {
        match &self.state {
            CheckState::Excluded { .. } => Grade::Excluded,
            CheckState::NotRun { .. } => Grade::Inconclusive,
            CheckState::Ran { .. } if self.errors() > 0 => Grade::Failed,
            CheckState::Ran { tally, unread, .. } if unread.is_some() || tally.examined < tally.of => {
                Grade::Inconclusive
            }
            CheckState::Ran { .. } => Grade::Passed,
        }
    }

    /// How many findings fail the check. Never fewer than the record itself holds.
    pub fn errors(&self) -> u64 {
        let CheckState::Ran { findings, .. } = &self.state else { return 0 };
        let shown = findings.iter().filter(|finding| finding.fails()).count() as u64;
        self.counting(Severity::Error).max(shown)
    }

    /// How many findings count as this severity.
    pub fn counting(&self, severity: Severity) -> u64 {
        let CheckState::Ran { totals, treated, .. } = &self.state else { return 0 };
        let sum = |of: &dyn Fn(&Treated) -> bool| treated.iter().filter(|one| of(one)).map(|one| one.findings).sum();
        let taken: u64 = sum(&|one| one.found == severity);
        let added: u64 = sum(&|one| one.mark.counts_as == Some(severity));
        totals.get(&severity).copied().unwrap_or_default().saturating_sub(taken) + added
    }

    /// How its findings were treated.
    pub fn treated(&self) -> &[Treated] {
        match &self.state {
            CheckState::Ran { treated, .. } => treated,
            _ => &[],
        }
    }

    /// How many items are lost or wrong, and don't fail the check because the scenario says so.
    pub fn excused(&self) -> u64 {
        let lighter = |one: &&Treated| one.found == Severity::Error && one.mark.counts_as != Some(Severity::Error);
        self.treated().iter().filter(lighter).map(|one| one.items).sum()
    }

    /// How much it examined of how much; nothing of nothing where it did not run.
    pub fn tally(&self) -> Tally {
        match &self.state {
            CheckState::Ran { tally, .. } => *tally,
            _ => Tally::default(),
        }
    }

    /// What else is to be said of how it was examined.
    pub fn notes(&self) -> &[String] {
        match &self.state {
            CheckState::Ran { notes, .. } => notes,
            _ => &[],
        }
    }

    /// What it left out.
    pub fn uncompared(&self) -> &[Uncompared] {
        match &self.state {
            CheckState::Ran { uncompared, .. } => uncompared,
            _ => &[],
        }
    }
}

impl CheckState {
    /// What a check said, with its findings as `privacy` lets them be shown: the state for the record, and all findings for the findings file.
    /// `quotes` are the lines by which texts differ, by content id.
    pub fn ran(outcome: &Outcome, privacy: Privacy, quotes: &BTreeMap<u64, Vec<String>>) -> (Self, Vec<FindingRecord>) {
        Self::treating(outcome, privacy, quotes, None)
    }

    /// The same, with the findings treated as the scenario says: `rules`, and the name of the check.
    pub fn treating(
        outcome: &Outcome,
        privacy: Privacy,
        quotes: &BTreeMap<u64, Vec<String>>,
        rules: Option<(&Rules<'_>, &str)>,
    ) -> (Self, Vec<FindingRecord>) {
        let mut all: Vec<_> =
            outcome.findings.iter().map(|finding| FindingRecord::of(finding, privacy).quoting(quotes)).collect();
        let treated = rules.map(|(rules, check)| rules.apply(check, &mut all)).unwrap_or_default();
        sort_worst_first(&mut all);
        let mut totals = BTreeMap::new();
        for finding in &all {
            *totals.entry(finding.severity).or_default() += 1;
        }
        let state = Self::Ran {
            tally: outcome.tally,
            findings: all.iter().take(FINDINGS_MAX).cloned().collect(),
            totals,
            treated,
            uncompared: outcome.uncompared.clone(),
            unread: outcome.unread.clone(),
            notes: outcome.notes.clone(),
        };
        (state, all)
    }
}
