//! The answer for programs. A format with a number of its own, and a schema that is committed (schema/inspect.schema.json).

use std::collections::BTreeMap;
use std::path::Path;

use schemars::JsonSchema;
use serde::Serialize;

use crate::archive::preflight::{Prediction, Weight, rules};
use crate::archive::{ArchiveError, Survey};
use crate::model::{Damage, Form, Scope, Severity};
use crate::package::PackageError;

/// The number of this form. A field more doesn't raise it, a field less or another meaning does.
const FORMAT: u32 = 1;

/// What `rehearse inspect --json` prints.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(title = "What a Confluence backup holds, by `rehearse inspect --json`")]
struct Report {
    /// The number of this form.
    #[schemars(range(min = 1, max = 1))]
    inspect: u32,
    /// The path that was given.
    backup: String,
    /// Whether it is whole.
    verdict: Verdict,
    /// Whether a restore of it will be refused, so far as that can be told.
    refused: bool,
    /// What is wrong with it, errors first.
    findings: Vec<FindingOut>,
    /// Which documented failures a restore would meet, the worst first.
    predictions: Vec<PredictionOut>,
    /// What it holds; null where nothing of it can be read.
    holds: Option<Holds>,
}

/// Whether a backup is whole.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum Verdict {
    /// All was read, and nothing is lost.
    Whole,
    /// Something is lost or wrong.
    Damaged,
    /// Nothing can be read.
    Unreadable,
}

/// What a backup holds.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
struct Holds {
    /// `zip` or `folder`.
    form: &'static str,
    /// `site`, `spaces` or `unknown`.
    scope: &'static str,
    /// Version of the Confluence that made it, where it says so.
    product: Option<String>,
    /// Which of Confluence's writers made it, in words.
    writer: String,
    /// When it was made, as its root element says: digits of the server's wall clock.
    made: Option<String>,
    /// The newest edit that isn't later than the export: digits of the server's wall clock.
    newest_edit: Option<String>,
    /// The oldest.
    oldest_edit: Option<String>,
    /// Items dated later than the export.
    edited_later: u64,
    /// Whether all of it was read.
    read_whole: bool,
    /// Every key and value of the descriptor.
    descriptor: BTreeMap<String, String>,
    /// The spaces by key.
    spaces: Vec<SpaceOut>,
    /// What it holds of each kind of which there is something.
    kinds: BTreeMap<String, HeldOut>,
    /// Unpacked bytes.
    bytes: Bytes,
    /// Files of attachments, older versions included.
    attachments: FilesOut,
    /// Objects and what became of them, by class.
    objects: BTreeMap<String, AccountOut>,
    /// Entries of the package.
    entries: Entries,
    /// What was counted and not looked into, in words.
    blind_spots: Vec<String>,
}

/// A space.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
struct SpaceOut {
    /// Its key.
    key: String,
    /// Its name.
    name: String,
    /// Whether the export claims to hold it.
    claimed: bool,
}

/// What is there of a kind.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
struct HeldOut {
    /// Items.
    number: u64,
    /// Items by state, where the kind has states.
    states: BTreeMap<String, u64>,
    /// Items that a restore can't show, by reason.
    asides: BTreeMap<String, u64>,
    /// Bytes of their texts and files.
    bytes: u64,
    /// The newest edit that isn't later than the export.
    newest: Option<String>,
    /// The oldest.
    oldest: Option<String>,
}

/// Unpacked bytes of the package.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
struct Bytes {
    /// entities.xml, or the tables in CSV.
    objects: u64,
    /// Below attachments/.
    attachments: u64,
    /// Data of apps.
    apps: u64,
    /// All else.
    others: u64,
}

/// Files of attachments.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
struct FilesOut {
    /// Attachments and versions with a file.
    with: u64,
    /// Attachments and versions without one.
    without: u64,
    /// Files in the package.
    files: u64,
}

/// What became of the objects of a class: lexed = mapped + ignored + damaged.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
struct AccountOut {
    /// Found.
    lexed: u64,
    /// Made an item, or a part of one.
    mapped: u64,
    /// Of a class or state that no item is made of.
    ignored: u64,
    /// Not to be understood, or to be placed.
    damaged: u64,
}

/// Entries of the package.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
struct Entries {
    /// Read to their ends and checked.
    read: u64,
    /// In all.
    of: u64,
}

/// Something that is wrong.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
struct FindingOut {
    /// `error`: something is lost or wrong; `warning`: odd, and no loss by itself; `info`: normal in healthy backups.
    severity: Level,
    /// Stable name in kebab-case.
    what: String,
    /// What is wrong, with the figures.
    message: String,
    /// The kind of what it harms.
    kind: Option<String>,
    /// Its id.
    id: Option<u64>,
    /// Key of its space.
    space: Option<String>,
    /// Titles from the outermost page to it.
    title: Vec<String>,
    /// Where in the package.
    place: Option<PlaceOut>,
    /// What to do about it.
    remedy: Option<String>,
}

/// How bad a finding is.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum Level {
    Error,
    Warning,
    Info,
}

/// A place in the package.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
struct PlaceOut {
    /// The entry, as the package spells its name.
    entry: String,
    /// The byte: in the content of entities.xml, else in the zip.
    offset: Option<u64>,
}

/// A failure that a restore would meet.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
struct PredictionOut {
    /// `refuses`: the restore fails; `may-fail`: it can fail or lose something; `note`: worth knowing.
    weight: WeightOut,
    /// Stable name in kebab-case; `rehearse explain NAME` says more.
    name: String,
    /// Whether it is bound to happen, and not only likely.
    sure: bool,
    /// What would be seen.
    symptom: String,
    /// Why.
    cause: String,
    /// What to do about it.
    remedy: String,
    /// What shows it in this backup.
    evidence: String,
    /// Names of users, groups, spaces or apps that it is about; at most 1,000.
    names: Vec<String>,
    /// Where in the package.
    place: Option<PlaceOut>,
    /// Its number in docs/confluence.md.
    fact: String,
}

/// What a prediction means.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum WeightOut {
    Refuses,
    MayFail,
    Note,
}

/// The schema of what is printed, draft-07.
pub fn schema() -> serde_json::Value {
    schemars::generate::SchemaSettings::draft07().into_generator().into_root_schema_for::<Report>().to_value()
}

/// The report of a backup that was read.
pub fn of(path: &Path, survey: &Survey, predictions: &[Prediction]) -> serde_json::Result<String> {
    let mut findings: Vec<&Damage> = survey.damage.iter().collect();
    // Stable: those of one severity stay sorted.
    findings.sort_by_key(|damage| std::cmp::Reverse(damage.severity));
    print(&Report {
        inspect: FORMAT,
        backup: path.display().to_string(),
        verdict: if survey.is_whole() { Verdict::Whole } else { Verdict::Damaged },
        refused: predictions.iter().any(|prediction| prediction.weight == Weight::Refuses),
        findings: findings.into_iter().map(finding).collect(),
        predictions: predictions.iter().cloned().map(prediction).collect(),
        holds: Some(holds(survey)),
    })
}

/// The report of a backup of which nothing can be read.
pub fn unreadable(path: &Path, error: &ArchiveError) -> serde_json::Result<String> {
    let offset = match error {
        ArchiveError::Package(error) => error.offset(),
        _ => None,
    };
    let rule = rules()
        .find(|rule| rule.name == "not-a-zip" && matches!(error, ArchiveError::Package(PackageError::NotAZip { .. })));
    let predictions = rule.map(|rule| PredictionOut {
        weight: WeightOut::Refuses,
        name: rule.name.to_owned(),
        sure: true,
        symptom: rule.symptom.to_owned(),
        cause: rule.cause.to_owned(),
        remedy: rule.remedy.to_owned(),
        evidence: error.to_string(),
        names: Vec::new(),
        place: None,
        fact: rule.fact.to_owned(),
    });
    print(&Report {
        inspect: FORMAT,
        backup: path.display().to_string(),
        verdict: Verdict::Unreadable,
        refused: true,
        findings: vec![FindingOut {
            severity: Level::Error,
            what: "unreadable".to_owned(),
            message: error.to_string(),
            kind: None,
            id: None,
            space: None,
            title: Vec::new(),
            place: offset.map(|offset| PlaceOut { entry: String::new(), offset: Some(offset) }),
            remedy: rule.map(|rule| rule.remedy.to_owned()),
        }],
        predictions: predictions.into_iter().collect(),
        holds: None,
    })
}

fn print(report: &Report) -> serde_json::Result<String> {
    Ok(serde_json::to_string_pretty(report)? + "\n")
}

fn holds(survey: &Survey) -> Holds {
    let signals = &survey.signals;
    let classes = survey.ledger.classes.iter().map(|(class, one)| {
        let (lexed, mapped, ignored, damaged) = (one.lexed, one.mapped, one.ignored, one.damaged);
        (class.clone(), AccountOut { lexed, mapped, ignored, damaged })
    });
    let kinds = survey.kinds.iter().map(|(kind, held)| {
        let asides = held.asides.iter().map(|(aside, number)| (aside.reason().to_owned(), *number)).collect();
        let (newest, oldest) = (held.newest.clone(), held.oldest.clone());
        let states = held.states.clone();
        (kind.name().to_owned(), HeldOut { number: held.number, states, asides, bytes: held.bytes, newest, oldest })
    });
    let spaces = survey.spaces.iter().map(|space| SpaceOut {
        key: space.key.clone(),
        name: space.name.clone(),
        claimed: space.claimed,
    });
    Holds {
        form: match survey.form {
            Form::Zip => "zip",
            Form::Folder => "folder",
        },
        scope: match survey.scope {
            Scope::Site => "site",
            Scope::Spaces(_) => "spaces",
            Scope::Unknown => "unknown",
        },
        product: survey.product.clone(),
        writer: survey.writer.clone(),
        made: signals.datetime.clone(),
        newest_edit: survey.kinds.values().filter_map(|held| held.newest.clone()).max(),
        oldest_edit: survey.kinds.values().filter_map(|held| held.oldest.clone()).min(),
        edited_later: survey.edited_later,
        read_whole: survey.read_whole,
        descriptor: survey.descriptor.properties.clone(),
        spaces: spaces.collect(),
        kinds: kinds.collect(),
        bytes: Bytes {
            objects: signals.entities_bytes,
            attachments: signals.attachment_entries.1,
            apps: signals.app_data.iter().map(|(_, bytes)| bytes).sum(),
            others: signals.other_bytes,
        },
        attachments: FilesOut {
            with: survey.attachments.with,
            without: survey.attachments.without,
            files: signals.attachment_entries.0,
        },
        objects: classes.collect(),
        entries: Entries { read: survey.ledger.entries, of: survey.ledger.entries_of },
        blind_spots: survey.blind_spots.clone(),
    }
}

fn finding(damage: &Damage) -> FindingOut {
    let subject = &damage.subject;
    FindingOut {
        severity: match damage.severity {
            Severity::Error => Level::Error,
            Severity::Warning => Level::Warning,
            Severity::Info => Level::Info,
        },
        what: damage.what.clone(),
        message: damage.message.clone(),
        kind: subject.kind.map(|kind| kind.name().to_owned()),
        id: subject.id,
        space: subject.space.clone(),
        title: subject.title.clone(),
        place: damage.place.as_ref().map(|place| PlaceOut { entry: place.entry.clone(), offset: place.offset }),
        remedy: damage.remedy.clone(),
    }
}

fn prediction(prediction: Prediction) -> PredictionOut {
    PredictionOut {
        weight: match prediction.weight {
            Weight::Refuses => WeightOut::Refuses,
            Weight::MayFail => WeightOut::MayFail,
            Weight::Note => WeightOut::Note,
        },
        name: prediction.name,
        sure: prediction.sure,
        symptom: prediction.symptom,
        cause: prediction.cause,
        remedy: prediction.remedy,
        evidence: prediction.evidence,
        names: prediction.names,
        place: prediction.place.map(|place| PlaceOut { entry: place.entry, offset: place.offset }),
        fact: prediction.fact,
    }
}
