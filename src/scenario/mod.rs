//! The scenario file: one drill as somebody wrote it, with the place of every value, and nothing settled yet.
//!
//! Relative paths are relative to the folder in which `rehearse` runs, as in a CI job, except `defaults`, which is relative to the scenario file.
//! Environment variables are not expanded. Must not know how a drill is carried out, nor read anything but the scenario and its defaults.

mod allow;
mod checks;
mod load;
mod manifest;
mod probes;
mod prove;
mod report;
mod require;
mod target;

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::model::Privacy;
use crate::settings::{Duration, Rules, Spanned, Zone};

pub use allow::{Allow, ChangeSeverity, FindingName, Place};
pub use checks::{AttachmentSettings, Check, CheckName, Excuse, Without};
pub use load::{Loaded, load, parse};
pub use manifest::{FromFile, ManifestSettings, ManifestWord};
pub use probes::{Expected, PageByTitle, PageSettings, SearchSettings, VisibleSettings};
pub use prove::Every;
pub use report::Report;
pub use require::{AtLeast, Require};
pub use target::{MOCK_READY_WITHIN, MockSettings, Target};

/// The newest format of scenario files that is understood.
pub const FORMAT: u64 = 1;

/// Words of the format that later versions will understand; until then they are refused as such, not as spelling mistakes.
const LATER: &[&str] = &[
    "ambient",
    "azblob",
    "canary",
    "confluence",
    "database",
    "every",
    "existing",
    "gcs",
    "html",
    "links",
    "objectives",
    "pick",
    "restored",
    "s3",
    "settled-for",
    "sftp",
    "watches",
];

/// How scenario files are read.
const RULES: Rules = Rules { noun: "scenario", format_key: "rehearse", format: FORMAT, later: LATER };

/// One drill, as written.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", expecting = "a scenario")]
#[schemars(title = "Scenario of rehearse")]
pub struct Scenario {
    /// The format number of this file: 1. It is read before anything else.
    #[schemars(range(min = 1, max = 1))]
    pub rehearse: u32,
    /// The name of the drill in reports: letters, digits, `.`, `_` and `-`, at most 100.
    #[schemars(regex(pattern = "^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$"))]
    pub scenario: Spanned<String>,
    /// What the drill shows, in a sentence; printed in reports.
    pub description: Option<String>,
    /// Who answers for the backup; printed in reports.
    pub owner: Option<String>,
    /// Where it is written what to do on a red drill; printed on every red report.
    pub runbook: Option<String>,
    /// A drill that takes longer is stopped and inconclusive. Without it, a drill takes as long as it takes.
    pub time_limit: Option<Duration>,
    /// The backup that is drilled.
    pub backup: BackupSettings,
    /// The time zone in which the backup's dates are written, such as `Europe/Berlin`. Without it that which the backup names, or which the dates show.
    pub zone: Option<Zone>,
    /// What should be in it. Without it the claim comes from the backup itself, which proves less.
    pub manifest: Option<Spanned<ManifestSettings>>,
    /// Where the backup is restored.
    pub target: Spanned<Target>,
    /// What the drill must reach.
    pub require: Option<Require>,
    /// What is examined: at least one check. `all` is every check; a check named beside it has its own settings.
    #[schemars(length(min = 1))]
    pub checks: Spanned<Vec<Spanned<Check>>>,
    /// Checks that `all` leaves out, each with a reason, which the reports print.
    #[serde(default)]
    pub without: Vec<Spanned<Without>>,
    /// Errors that are known and let pass, each with a limit, a reason and a last day.
    #[serde(default)]
    pub allow: Vec<Spanned<Allow>>,
    /// Findings that count for more or less than their check says.
    #[serde(default)]
    pub severity: Vec<Spanned<ChangeSeverity>>,
    /// After a drill that passed, `rehearse prove` is carried out too, where the last proof in `state` is older than this: `daily`, `weekly`,
    /// `monthly`, or a time span.
    pub prove: Option<Spanned<Every>>,
    /// A folder in which the drill remembers what was verified when, and when it was proven. Scenarios may share one.
    #[schemars(length(min = 1))]
    pub state: Option<Spanned<PathBuf>>,
    /// How much of the content reports, manifests and logs may show. Default: `titles`.
    pub privacy: Option<Privacy>,
    /// What is written.
    pub reports: Option<Vec<Spanned<Report>>>,
    /// A file, relative to this one, with `owner`, `runbook`, `reports`, `privacy`, `state` and `time-limit` for scenarios that don't have their own.
    pub defaults: Option<Spanned<PathBuf>>,
}

/// Where the backup lies.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", expecting = "settings such as `{ file: export.zip }`")]
pub struct BackupSettings {
    /// The export: the zip that Confluence wrote, or the folder into which it was unpacked.
    #[schemars(length(min = 1))]
    pub file: Spanned<PathBuf>,
}

/// What several scenarios share.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", expecting = "defaults")]
pub struct Defaults {
    /// The format number of this file: 1.
    #[schemars(range(min = 1, max = 1))]
    pub rehearse: u32,
    /// As in a scenario.
    pub owner: Option<String>,
    /// As in a scenario.
    pub runbook: Option<String>,
    /// As in a scenario.
    pub time_limit: Option<Duration>,
    /// As in a scenario.
    pub privacy: Option<Privacy>,
    /// As in a scenario.
    pub state: Option<Spanned<PathBuf>>,
    /// As in a scenario.
    pub reports: Option<Vec<Spanned<Report>>>,
}

/// The JSON Schema (draft-07) of scenario files.
pub fn schema() -> serde_json::Value {
    let generator = schemars::generate::SchemaSettings::draft07().into_generator();
    let mut schema = generator.into_root_schema_for::<Scenario>().to_value();
    forbid_null(&mut schema);
    schema
}

/// A key may be left out, but not stand there without a value: nobody knows what that was meant to say. The generator can't tell the two apart.
fn forbid_null(schema: &mut serde_json::Value) {
    match schema {
        serde_json::Value::Object(object) => {
            if let Some(serde_json::Value::Array(types)) = object.get_mut("type") {
                types.retain(|kind| kind != "null");
            }
            if let Some(serde_json::Value::Array(forms)) = object.get_mut("anyOf") {
                forms.retain(|form| form.get("type").is_none_or(|kind| kind != "null"));
            }
            object.values_mut().for_each(forbid_null);
        }
        serde_json::Value::Array(values) => values.iter_mut().for_each(forbid_null),
        _ => {}
    }
}
