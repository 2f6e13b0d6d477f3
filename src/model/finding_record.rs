use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Discrepancy, Field, Finding, Hop, Kind, Mark, Place, Privacy, Severity, Value, count};

/// How many findings of one check the record itself holds; all of them are in the findings file.
pub const FINDINGS_MAX: usize = 1_000;

/// How expected and actual differ, in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Word {
    /// Expected, and not there.
    Missing,
    /// There, and not expected.
    Unexpected,
    /// A field has another value.
    Differs,
    /// What the message says.
    Other,
}

impl Word {
    /// The word in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Unexpected => "unexpected",
            Self::Differs => "differs",
            Self::Other => "found",
        }
    }
}

/// A finding as reports may show it: the one place where `privacy` turns content into text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct FindingRecord {
    /// Stable name, such as `page-tree/missing`.
    pub code: String,
    /// How bad.
    pub severity: Severity,
    /// In one word.
    pub what: Word,
    /// Kind of the item, where it is about one.
    pub kind: Option<Kind>,
    /// Its content id.
    pub id: Option<u64>,
    /// Key of its space.
    pub space: Option<String>,
    /// The titles from the outermost parent to the item; empty where it is restricted.
    pub title: Vec<String>,
    /// Only some users may see it, so that its title isn't shown.
    pub restricted: bool,
    /// The field that differs.
    pub field: Option<Field>,
    /// What the manifest says; `None`: absent, or restricted.
    pub expected: Option<String>,
    /// What the restored copy shows; `None`: absent, or restricted.
    pub actual: Option<String>,
    /// What else is to be said.
    pub message: Option<String>,
    /// Where it was lost.
    pub hop: Hop,
    /// Where in the archive.
    pub place: Option<Place>,
    /// What to do about it.
    pub remedy: Option<String>,
    /// About how many items it is, where it is about many at once.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub items: Option<u64>,
    /// How the scenario treats it, where it doesn't count as it was found.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub treated: Option<Mark>,
    /// Lines by which a text differs, `-` in the archive, `+` in the restored copy; only under the privacy `full`.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub quote: Vec<String>,
}

impl FindingRecord {
    /// What reports may show of a finding.
    pub fn of(finding: &Finding, privacy: Privacy) -> Self {
        let subject = &finding.subject;
        let hidden = subject.restricted;
        let mut record = Self {
            code: finding.code.to_string(),
            severity: finding.severity,
            what: Word::Other,
            kind: subject.kind,
            id: subject.id,
            space: subject.space.as_deref().map(|key| privacy.name(key)),
            title: subject.title.iter().filter(|_| !hidden).map(|title| privacy.name(title)).collect(),
            restricted: hidden,
            field: None,
            expected: None,
            actual: None,
            message: None,
            hop: finding.hop,
            place: finding.place.clone(),
            remedy: finding.remedy.clone(),
            items: None,
            treated: None,
            quote: Vec::new(),
        };
        match &finding.discrepancy {
            Discrepancy::Missing => record.what = Word::Missing,
            Discrepancy::Unexpected => record.what = Word::Unexpected,
            Discrepancy::Other { message } => record.message = Some(message.clone()),
            Discrepancy::Many { items, message } => {
                (record.message, record.items) = (Some(message.clone()), Some(*items));
            }
            Discrepancy::Differs { field, expected, actual } => {
                record.what = Word::Differs;
                record.field = Some(*field);
                if !hidden {
                    record.expected = expected.as_ref().map(|value| shown(*field, value, privacy));
                    record.actual = actual.as_ref().map(|value| shown(*field, value, privacy));
                }
            }
        }
        record
    }

    /// With the lines by which its text differs, where they were read and the finding is about a text.
    pub(super) fn quoting(mut self, quotes: &BTreeMap<u64, Vec<String>>) -> Self {
        if let (Some(Field::Body), Some(lines), false) =
            (self.field, self.id.and_then(|id| quotes.get(&id)), self.restricted)
        {
            self.quote.clone_from(lines);
        }
        self
    }

    /// About how many items it is.
    pub fn number(&self) -> u64 {
        self.items.unwrap_or(1)
    }

    /// What it counts as; `None` where it is allowed.
    pub fn counts_as(&self) -> Option<Severity> {
        self.treated.map_or(Some(self.severity), |mark| mark.counts_as)
    }

    /// Whether it fails its check.
    pub fn fails(&self) -> bool {
        self.counts_as() == Some(Severity::Error)
    }

    /// Whether it is listed in reports, and not only counted.
    pub fn is_told(&self) -> bool {
        self.counts_as() > Some(Severity::Info)
    }

    /// What orders findings in reports: the worst first, then by name and subject.
    fn rank(&self) -> impl Ord + '_ {
        (std::cmp::Reverse(self.counts_as()), &self.code, &self.space, &self.title, self.kind, self.id, self.field)
    }
}

/// Sorts findings as reports show them: the worst first, then by name and subject.
pub fn sort_worst_first(findings: &mut [FindingRecord]) {
    findings.sort_by(|a, b| a.rank().cmp(&b.rank()));
}

/// The value of a field as it may be shown. Bodies are never more than their digest.
fn shown(field: Field, value: &Value, privacy: Privacy) -> String {
    match (field, value) {
        (Field::Body | Field::Normal | Field::Digest, Value::Text(digest)) => digest.chars().take(19).collect(),
        (_, Value::Flag(_) | Value::Number(_)) => value.to_string(),
        (Field::Note | Field::Description, Value::Text(text)) => privacy.text(text),
        (
            Field::Title | Field::Space | Field::Author | Field::Editor | Field::Email | Field::NamedUsers,
            Value::Text(text),
        ) => privacy.name(text),
        // Words of Confluence's own and times; bounded, since a hostile archive may hold anything in their place.
        (_, Value::Text(text)) => Privacy::Titles.name(text),
        (_, Value::Key(key)) => {
            key.segments().iter().map(|segment| privacy.name(segment)).collect::<Vec<_>>().join(" / ")
        }
        (_, Value::Named(all)) => count(all.len() as u64),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Code, Key, Subject};

    fn finding(restricted: bool, field: Field, value: Value) -> Finding {
        Finding {
            code: Code { check: "page-tree".into(), what: "differs".into() },
            severity: Severity::Error,
            subject: Subject {
                kind: Some(Kind::Page),
                key: Some(Key::new(["page", "OPS", "Salaries"])),
                id: Some(7),
                space: Some("OPS".into()),
                title: vec!["Board".into(), "Salaries".into()],
                restricted,
            },
            discrepancy: Discrepancy::Differs { field, expected: Some(value), actual: None },
            hop: Hop::Export,
            place: None,
            remedy: None,
        }
    }

    #[test]
    fn a_restricted_subject_shows_its_id_only() {
        let parent = Value::Key(Key::new(["page", "OPS", "Salaries of all"]));
        for privacy in [Privacy::Full, Privacy::Titles, Privacy::Digests] {
            let record = FindingRecord::of(&finding(true, Field::Parent, parent.clone()), privacy);
            let text = serde_json::to_string(&record).unwrap();
            assert!(!text.contains("Salaries") && !text.contains("Board"), "{text}");
            assert_eq!(record.id, Some(7));
        }
    }

    #[test]
    fn digests_show_no_name_and_titles_show_no_text() {
        let record = FindingRecord::of(&finding(false, Field::Title, "Salaries".into()), Privacy::Digests);
        let text = serde_json::to_string(&record).unwrap();
        assert!(!text.contains("Salaries") && !text.contains("OPS"), "{text}");
        let record = FindingRecord::of(&finding(false, Field::Note, "fired Bob".into()), Privacy::Titles);
        assert!(!serde_json::to_string(&record).unwrap().contains("Bob"));
    }
}
