//! The answer for programs. A format with a number of its own, and a schema that is committed (schema/inspect.schema.json).

mod form;

use std::path::Path;

use form::{
    AccountOut, Bytes, Entries, FilesOut, FindingOut, HeldOut, Holds, Level, PlaceOut, PredictionOut, Report, SpaceOut,
    Verdict, WeightOut,
};

use crate::archive::preflight::{Prediction, Weight, rules};
use crate::archive::{ArchiveError, Survey};
use crate::model::{Damage, Form, Scope, Severity};
use crate::package::PackageError;

/// The number of this form. A field more doesn't raise it, a field less or another meaning does.
const FORMAT: u32 = 1;

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
