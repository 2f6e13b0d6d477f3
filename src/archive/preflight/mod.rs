//! Pre-flight: the documented failures of a restore that can be told from the archive alone (docs/confluence.md, part F).
//!
//! One small file a family. Each rule is a pure function of what was gathered while the archive was read ([`Signals`]), the descriptor, the
//! damage that was found, and the version of the target where it is known. Must not open anything, nor know how a prediction is shown.
//! A new prediction is one [`Rule`] in the file of its family.

mod apps;
mod attachments;
mod container;
mod content;
mod objects;
mod people;
mod signals;
mod spaces;
#[cfg(test)]
mod tests;
mod versions;

use serde::{Deserialize, Serialize};

pub use crate::model::Version;
pub use signals::{Few, Signals};

use crate::model::{Damage, Descriptor, Place, Severity, count};

/// What a prediction means for a restore.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Weight {
    /// Worth knowing before a restore; normal in healthy backups.
    Note,
    /// The restore can fail, or lose something.
    MayFail,
    /// The restore fails.
    Refuses,
}

impl Weight {
    /// The words in reports.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::MayFail => "may fail",
            Self::Refuses => "will be refused",
        }
    }
}

/// A documented failure that a restore of this archive would meet.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Prediction {
    /// How bad.
    pub weight: Weight,
    /// Stable name in kebab-case.
    pub name: String,
    /// Whether it is bound to happen, and not only likely.
    pub sure: bool,
    /// What would be seen.
    pub symptom: String,
    /// Why.
    pub cause: String,
    /// What to do about it.
    pub remedy: String,
    /// What shows it in this archive, with the figures.
    pub evidence: String,
    /// Names of users, groups, spaces or apps that it is about; at most [`signals::NAMES`].
    pub names: Vec<String>,
    /// Where in the archive.
    pub place: Option<Place>,
    /// The number of the failure in docs/confluence.md.
    pub fact: String,
}

/// A failure that is known, and how it is told from an archive.
#[derive(Debug)]
pub struct Rule {
    /// Stable name in kebab-case.
    pub name: &'static str,
    /// Its number in docs/confluence.md.
    pub fact: &'static str,
    /// What would be seen.
    pub symptom: &'static str,
    /// Why.
    pub cause: &'static str,
    /// What to do about it.
    pub remedy: &'static str,
    examine: fn(&Case<'_>) -> Option<Met>,
}

/// What a rule looks at.
#[derive(Debug)]
struct Case<'a> {
    signals: &'a Signals,
    descriptor: &'a Descriptor,
    damage: &'a [Damage],
    target: Option<&'a Version>,
}

/// That an archive meets a rule.
#[derive(Debug)]
struct Met {
    weight: Weight,
    sure: bool,
    evidence: String,
    names: Vec<String>,
    place: Option<Place>,
}

impl Met {
    fn new(weight: Weight, sure: bool, evidence: impl Into<String>) -> Self {
        Self { weight, sure, evidence: evidence.into(), names: Vec::new(), place: None }
    }

    fn named(mut self, names: impl IntoIterator<Item = String>) -> Self {
        self.names = names.into_iter().take(signals::NAMES).collect();
        self
    }

    fn at(mut self, place: Option<Place>) -> Self {
        self.place = place;
        self
    }
}

/// The families, in the order in which a restore would meet them.
const FAMILIES: [&[Rule]; 8] = [
    &container::RULES,
    &versions::RULES,
    &spaces::RULES,
    &people::RULES,
    &objects::RULES,
    &content::RULES,
    &attachments::RULES,
    &apps::RULES,
];

/// Every failure that can be told from an archive.
pub fn rules() -> impl Iterator<Item = &'static Rule> {
    FAMILIES.into_iter().flatten()
}

/// The failures that a restore of this archive would meet, the worst first; `target` is the version to restore into.
pub fn predict(
    signals: &Signals,
    descriptor: &Descriptor,
    damage: &[Damage],
    target: Option<&Version>,
) -> Vec<Prediction> {
    let case = Case { signals, descriptor, damage, target };
    let mut predictions: Vec<Prediction> =
        rules().filter_map(|rule| Some(rule.prediction((rule.examine)(&case)?))).collect();
    // Stable: those of one weight stay in the order of the families.
    predictions.sort_by_key(|prediction| std::cmp::Reverse(prediction.weight));
    predictions
}

impl Rule {
    fn prediction(&self, met: Met) -> Prediction {
        Prediction {
            weight: met.weight,
            name: self.name.to_owned(),
            sure: met.sure,
            symptom: self.symptom.to_owned(),
            cause: self.cause.to_owned(),
            remedy: self.remedy.to_owned(),
            evidence: met.evidence,
            names: met.names,
            place: met.place,
            fact: self.fact.to_owned(),
        }
    }
}

impl Case<'_> {
    fn is_site(&self) -> bool {
        let kind = self.descriptor.get("exportType");
        kind.is_some_and(|kind| ["all", "site"].iter().any(|word| kind.eq_ignore_ascii_case(word)))
    }

    fn is_cloud(&self) -> bool {
        self.descriptor.get("source").is_some_and(|source| source.eq_ignore_ascii_case("cloud"))
    }

    fn damage(&self, what: &str) -> impl Iterator<Item = &Damage> {
        self.damage.iter().filter(move |damage| damage.what == what)
    }

    /// How many damages of this sort and severity there are, those that are only counted included.
    fn number(&self, what: &str, severity: Severity) -> u64 {
        let rest = |damage: &Damage| {
            let number = damage.message.strip_suffix(" more of this sort")?;
            number.replace(',', "").parse::<u64>().ok()
        };
        let found = self.damage(what).filter(|damage| damage.severity == severity);
        found.fold(0, |sum: u64, damage| sum.saturating_add(rest(damage).unwrap_or(1)))
    }
}

/// A number and the words for one or for many.
fn told(number: u64, one: &str, many: &str) -> String {
    format!("{} {}", count(number), if number == 1 { one } else { many })
}
