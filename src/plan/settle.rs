use std::path::{Path, PathBuf};

use super::allow::settle_treatment;
use super::checks::{Settled, settle_checks};
use super::memory::{check_memory, settle_state};
use super::paths::{existing, settle_reports};
use super::reach::settle_assurance;
use super::{LeastNumber, Plan, PlannedManifest, PlannedTarget};
use crate::scenario::{CheckName, FromFile, Loaded, MOCK_READY_WITHIN, ManifestWord, Report, Target};
use crate::settings::{Complaint, Complaints, Span, Spanned, WordOr};

/// Collects what is wrong with a scenario.
pub(super) struct Desk<'a> {
    pub loaded: &'a Loaded,
    pub complaints: Vec<Complaint>,
}

impl Desk<'_> {
    /// Notes a mistake; the caller goes on.
    pub fn refuse(
        &mut self,
        span: Span,
        message: impl Into<String>,
        label: impl Into<String>,
        help: impl Into<String>,
    ) {
        let Loaded { file, source, .. } = self.loaded;
        self.complaints.push(Complaint::error(file, source, Some(span), message).label(label).help(help));
    }
}

/// Settles a scenario: merges the defaults, expands the checks, sees that all that is to be read exists and that all that is required is within reach.
/// With `report_dir`, JUnit and evidence go into that folder as `NAME.xml` and `NAME/`, whatever the scenario says.
///
/// # Errors
/// Everything that is wrong, in the order of the file.
pub fn settle(loaded: &Loaded, report_dir: Option<&Path>) -> Result<Plan, Complaints> {
    let mut desk = Desk { loaded, complaints: Vec::new() };
    let scenario = &loaded.scenario;
    let defaults = loaded.defaults.as_ref().map(|(_, _, defaults)| defaults);
    check_name(&scenario.scenario, &mut desk);
    let Settled { checks, asked, all, without } = settle_checks(&mut desk);
    let names: Vec<CheckName> = checks.iter().filter_map(|check| CheckName::of(&check.value)).collect();
    let treatment = settle_treatment(&names, &mut desk);
    let state = settle_state(&mut desk);
    let manifest = settle_manifest(&mut desk);
    let target = settle_target(&mut desk);
    let at_least: Vec<LeastNumber> = scenario
        .require
        .iter()
        .flat_map(|require| &require.at_least)
        .flat_map(|at_least| at_least.numbers())
        .map(|(_, kind, check, number)| LeastNumber { kind, number: number.value, check, span: number.span })
        .collect();
    let mut plan = Plan {
        scenario: scenario.scenario.value.clone(),
        name_span: scenario.scenario.span,
        file: loaded.file.clone(),
        source: loaded.source.clone(),
        description: scenario.description.clone(),
        owner: scenario.owner.clone().or_else(|| defaults?.owner.clone()),
        runbook: scenario.runbook.clone().or_else(|| defaults?.runbook.clone()),
        time_limit: scenario.time_limit.or_else(|| defaults?.time_limit),
        backup: scenario.backup.file.clone(),
        zone: scenario.zone.clone(),
        manifest,
        target,
        assurance: crate::model::Assurance::Present,
        assurance_span: None,
        at_least,
        checks,
        asked,
        all,
        without,
        treatment,
        prove: scenario.prove,
        state,
        privacy: scenario.privacy.or_else(|| defaults?.privacy).unwrap_or_default(),
        reports: Vec::new(),
    };
    settle_assurance(&mut plan, &mut desk);
    check_numbers(&plan, &mut desk);
    plan.reports = match report_dir {
        Some(folder) => reports_in(folder, &scenario.scenario),
        None => scenario.reports.clone().or_else(|| defaults?.reports.clone()).unwrap_or_default(),
    };
    settle_reports(&plan, report_dir.is_some(), &mut desk);
    check_memory(&plan, &mut desk);
    if desk.complaints.is_empty() {
        return Ok(plan);
    }
    desk.complaints.sort_by_key(|complaint| complaint.span);
    Err(Complaints(desk.complaints))
}

fn check_name(name: &Spanned<String>, desk: &mut Desk<'_>) {
    let text = &name.value;
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    if text.len() > 100 || !text.chars().all(fits) || !text.starts_with(|c: char| c.is_ascii_alphanumeric()) {
        let rule = "write letters, digits, `.`, `_` and `-`, at most 100, a letter or digit first";
        desk.refuse(name.span, "this can't be the name of a scenario", "it becomes part of file names", rule);
    }
}

fn settle_manifest(desk: &mut Desk<'_>) -> PlannedManifest {
    let Some(manifest) = &desk.loaded.scenario.manifest else { return PlannedManifest::FromBackup };
    match &manifest.value {
        WordOr::Word(ManifestWord::FromBackup) => PlannedManifest::FromBackup,
        WordOr::Word(ManifestWord::BesideBackup) => {
            let path = beside(&desk.loaded.scenario.backup.file.value);
            // Where the backup is missing too, the drill fails by that, and says so in its reports.
            if !path.is_file() && desk.loaded.scenario.backup.file.value.exists() {
                let help = "`rehearse manifest` captures one; `manifest: from-backup` needs none, and proves less";
                let label = format!("looked for {}", path.display());
                desk.refuse(manifest.span, "there is no manifest beside the backup", label, help);
            }
            PlannedManifest::File { path, exactly: None, span: manifest.span }
        }
        WordOr::Settings(FromFile { file, exactly }) => {
            existing(file, "manifest", desk);
            if let Some(digest) = exactly
                && !is_digest(&digest.value)
            {
                let label = "expected `sha256:` and 64 hex digits in lower case";
                desk.refuse(digest.span, "this is not a digest", label, "`sha256sum FILE` prints the digits");
            }
            let exactly = exactly.as_ref().map(|digest| digest.value.clone());
            PlannedManifest::File { path: file.value.clone(), exactly, span: file.span }
        }
    }
}

/// `export.zip` → `export.zip.manifest.jsonl`.
fn beside(backup: &Path) -> PathBuf {
    // Without the components, a folder that is written with a slash at its end would have its manifest inside.
    let mut name = backup.components().collect::<PathBuf>().into_os_string();
    name.push(".manifest.jsonl");
    PathBuf::from(name)
}

fn is_digest(text: &str) -> bool {
    let hex = |digit: u8| matches!(digit, b'0'..=b'9' | b'a'..=b'f');
    text.strip_prefix("sha256:").is_some_and(|digits| digits.len() == 64 && digits.bytes().all(hex))
}

fn settle_target(desk: &mut Desk<'_>) -> PlannedTarget {
    let target = &desk.loaded.scenario.target;
    let settings = match &target.value {
        Target::Embedded(settings) => return PlannedTarget::Embedded { misbehave: settings.misbehave.clone() },
        Target::Mock(settings) => settings,
    };
    if cfg!(not(feature = "containers")) {
        let label = "this rehearse was built without the feature `containers`";
        let help = "use `target: embedded`, or a rehearse that was built with `--features containers`";
        desk.refuse(target.span, "the target `mock` needs containers", label, help);
    }
    if let Some(image) = &settings.image
        && (image.value.is_empty() || image.value.contains(char::is_whitespace) || image.value.starts_with('-'))
    {
        desk.refuse(
            image.span,
            "this can't be an image",
            "expected a name and a tag",
            "write `name:tag` or `name@sha256:…`",
        );
    }
    let chosen = settings.image.as_ref().map(|image| image.value.clone());
    PlannedTarget::Mock {
        build_if_missing: chosen.is_none(),
        image: chosen.unwrap_or_else(|| concat!("rehearse-mock:", env!("CARGO_PKG_VERSION")).to_owned()),
        memory: settings.memory,
        ready_within: settings.ready_within.unwrap_or(MOCK_READY_WITHIN),
        misbehave: settings.misbehave.clone(),
    }
}

/// A number that no check counts would be a promise that nobody keeps.
fn check_numbers(plan: &Plan, desk: &mut Desk<'_>) {
    for least in &plan.at_least {
        let LeastNumber { kind, number, check, span } = least;
        if *number == 0 {
            desk.refuse(*span, "at least 0 asks for nothing", "expected 1 or more", "leave it out");
        }
        if plan.check(*check).is_none() {
            let message = format!("nobody counts the {}: the check `{check}` is not among the checks", kind.noun(2));
            desk.refuse(
                *span,
                message,
                "this can't be shown",
                format!("add `{check}` to the checks, or leave this number out"),
            );
        }
    }
}

/// The reports of a run whose reports go into one folder.
fn reports_in(folder: &Path, name: &Spanned<String>) -> Vec<Spanned<Report>> {
    let at = |report| Spanned::new(report, name.span);
    vec![at(Report::Junit(folder.join(format!("{}.xml", name.value)))), at(Report::Evidence(folder.join(&name.value)))]
}
