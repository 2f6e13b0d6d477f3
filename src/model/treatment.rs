mod fared;
mod rules;

use serde::{Deserialize, Serialize};

use super::{Field, FindingRecord, Kind, Privacy, Severity};
pub use fared::Fared;
pub use rules::{Rules, disagreements};

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

#[cfg(test)]
mod tests;
