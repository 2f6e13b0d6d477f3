//! Makes the record of what the stages made.

use std::collections::{BTreeMap, BTreeSet};

use super::quote::Quoted;
use super::stages::{Claimed, Compared, Ran};
use super::{Drilled, Memory, blind};
use crate::check::applicable;
use crate::clock::Context;
use crate::event::Stage;
use crate::expect::Obtained;
use crate::model::{
    Allowance, AtLeast, Backup, BackupRecord, CUT_SHORT, CheckRecord, CheckState, Counts, Digest, Drift, FindingRecord,
    Grade, IndexRecord, Kind, ManifestRecord, PackageRecord, Position, RECORD_FORMAT, RULES, Record, Rotation, Rules,
    SampleRecord, ScenarioRecord, StageRecord, Standing, StateRecord, TargetRecord, TearDown, Tool, Treatment,
    Uncompared, Verdict,
};
use crate::plan::Plan;
use crate::reading::{Inventory, Observation, Reading};
use crate::scenario::{Check, CheckName, PageSettings};
use crate::settings::Spanned;

/// What the stages made, as far as they came.
pub(super) struct Seen {
    pub(super) backup: Option<Backup>,
    pub(super) inventory: Option<Inventory>,
    pub(super) expected: Option<Claimed>,
    pub(super) target: Option<TargetRecord>,
    pub(super) observed: Option<Observation>,
    pub(super) index: Option<IndexRecord>,
    pub(super) compared: Option<Compared>,
    pub(super) quoted: Option<Quoted>,
}

impl Seen {
    fn readings(&self) -> [Option<&Reading>; 3] {
        [
            self.expected.as_ref().map(|side| &side.obtained.manifest.reading),
            self.inventory.as_ref().map(|side| &side.reading),
            self.observed.as_ref().map(|side| &side.reading),
        ]
    }
}

/// The record of a drill that is about to begin: nothing has run, and it is no pass.
pub(super) fn planned(plan: &Plan, ctx: &Context) -> Record {
    let check = |planned: &Spanned<Check>| CheckRecord {
        name: planned.value.name().to_owned(),
        position: Some(position(plan, planned.span)),
        state: CheckState::NotRun { reason: CUT_SHORT.to_owned() },
    };
    let checks = plan.checks.iter().map(check).collect();
    let mut record = Record::planned(scenario(plan), ctx.drill.to_string(), ctx.clock.stamp(), &Stage::ALL, checks);
    record.required = Some(plan.assurance);
    record.privacy = plan.privacy;
    (record.treatment, record.proof) = (treatment(plan), proof(plan));
    let kept = |folder: &Spanned<std::path::PathBuf>| folder.value.display().to_string();
    record.state = plan.state.as_ref().map(|folder| StateRecord { folder: kept(folder), problem: None });
    record
}

/// The record of a drill, judged, and all of its findings.
pub(super) fn record(
    plan: &Plan,
    ctx: &Context,
    (began, stages): (String, Vec<StageRecord>),
    seen: Seen,
    (gone, memory): (Option<TearDown>, &Memory),
) -> Drilled {
    let package = seen.inventory.as_ref().map(package);
    let treatment = treatment(plan);
    let rules = Rules {
        treatment: &treatment,
        on: began.get(..10).unwrap_or_default(),
        whole: package.as_ref().is_none_or(|package| package.whole),
    };
    let (checks, findings) = checks(plan, &rules, &seen);
    let (sample, rotation) = sample(&seen, &checks).unzip();
    let manifest = seen.expected.as_ref().map(|claimed| manifest(&claimed.obtained));
    let blind_spots =
        [blind::by_form(package.as_ref(), manifest.as_ref(), seen.target.as_ref()), blind_spots(seen.readings())]
            .concat();
    let record = Record {
        record: RECORD_FORMAT,
        rules: RULES,
        tool: Tool::this(),
        scenario: scenario(plan),
        drill: ctx.drill.to_string(),
        began,
        ended: ctx.clock.stamp(),
        interrupted: ctx.cancel.is_cancelled(),
        backup: seen.backup.as_ref().map(backup),
        package,
        manifest,
        target: seen.target.clone(),
        stages,
        checks,
        counts: counts(seen.readings()),
        asides: seen.inventory.as_ref().map(|inventory| asides(&inventory.reading)).unwrap_or_default(),
        blind_spots,
        exposure: exposure(&seen),
        treatment,
        samples: sample.into_iter().collect(),
        index: seen.index.clone(),
        state: memory.state.clone(),
        proof: proof(plan),
        at_least: at_least(plan, &seen),
        required: Some(plan.assurance),
        reached: None,
        proven: None,
        verdict: Verdict::Inconclusive,
        why: Vec::new(),
        privacy: plan.privacy,
        findings_file: None,
        tear_down: gone.unwrap_or_default(),
    };
    Drilled { record: record.judged(), findings, rotation: rotation.flatten() }
}

/// What the scenario says of findings, as reports may show it.
fn treatment(plan: &Plan) -> Treatment {
    let shown = |allowance: &Allowance| Allowance { place: allowance.place.shown(plan.privacy), ..allowance.clone() };
    Treatment {
        allowances: plan.treatment.allowances.iter().map(shown).collect(),
        severities: plan.treatment.severities.clone(),
    }
}

/// The proof that the scenario asks for; what the last one said is not known here.
fn proof(plan: &Plan) -> Option<Standing> {
    let every = plan.prove.as_ref()?.value.0;
    Some(Standing { every: every.to_string(), every_seconds: every.to_std().as_secs(), last: None })
}

/// What came of the sample, and where its rotation stands.
fn sample(seen: &Seen, checks: &[CheckRecord]) -> Option<(SampleRecord, Option<Rotation>)> {
    let drawing = seen.expected.as_ref()?.drawing.as_ref()?;
    let name = CheckName::Attachments.name();
    let outcome = seen.compared.iter().flatten().find_map(|(ran, state)| match state {
        Ran::Outcome(outcome) if ran == name => Some(outcome),
        _ => None,
    });
    let grade = checks.iter().find(|check| check.name == name).map_or(Grade::Inconclusive, CheckRecord::grade);
    Some(drawing.record(outcome, grade))
}

/// What drifted, by all checks that answer for items.
fn exposure(seen: &Seen) -> Drift {
    let outcomes = seen.compared.iter().flatten().filter_map(|(_, ran)| match ran {
        Ran::Outcome(outcome) => Some(&outcome.drift),
        Ran::Not(_) | Ran::Impossible(_) => None,
    });
    outcomes.fold(Drift::default(), |mut all, drift| {
        all.add(drift.clone());
        all
    })
}

fn scenario(plan: &Plan) -> ScenarioRecord {
    ScenarioRecord {
        name: plan.scenario.clone(),
        description: plan.description.clone(),
        owner: plan.owner.clone(),
        runbook: plan.runbook.clone(),
        file: plan.file.clone(),
        digest: Digest::of(plan.source.as_bytes()),
    }
}

fn backup(backup: &Backup) -> BackupRecord {
    BackupRecord {
        name: backup.path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default(),
        origin: backup.origin.clone(),
        bytes: backup.bytes,
        digest: backup.digest.clone(),
        modified: backup.modified.clone(),
        form: backup.form,
    }
}

fn package(inventory: &Inventory) -> PackageRecord {
    // Licence and support numbers are nobody's business, and keys that no known version writes may hold anything.
    let secret =
        |key: &str| key.to_ascii_lowercase().contains("entitlement") || key.to_ascii_lowercase().contains("mail");
    PackageRecord {
        scope: inventory.reading.header.scope.clone(),
        writer: inventory.writer.clone(),
        descriptor: inventory
            .descriptor
            .properties
            .iter()
            .filter(|(key, _)| !secret(key))
            .map(|(k, v)| (k.clone(), v.clone()))
            .collect(),
        ledger: inventory.ledger.clone(),
        whole: inventory.whole,
    }
}

fn manifest(obtained: &Obtained) -> ManifestRecord {
    let header = &obtained.manifest.reading.header;
    ManifestRecord {
        claim: obtained.manifest.claim,
        origin: header.origin.clone(),
        digest: obtained.digest.clone(),
        bound: obtained.bound,
        began: header.began.clone(),
        ended: header.ended.clone(),
        clock: obtained.clock.clone(),
    }
}

/// The checks in the order of the plan, then those that the scenario leaves out.
fn checks(plan: &Plan, rules: &Rules<'_>, seen: &Seen) -> (Vec<CheckRecord>, Vec<FindingRecord>) {
    let mut all = Vec::new();
    let mut records: Vec<CheckRecord> = plan
        .checks
        .iter()
        .map(|planned| {
            let name = planned.value.name();
            let (state, findings) = state(plan, planned, rules, seen);
            all.extend(findings);
            CheckRecord { name: name.to_owned(), position: Some(position(plan, planned.span)), state }
        })
        .collect();
    records.extend(plan.without.iter().map(|left_out| CheckRecord {
        name: left_out.check.name().to_owned(),
        position: Some(position(plan, left_out.span)),
        state: CheckState::Excluded { reason: format!("left out by the scenario: {}", left_out.reason) },
    }));
    (records, all)
}

fn state(plan: &Plan, planned: &Spanned<Check>, rules: &Rules<'_>, seen: &Seen) -> (CheckState, Vec<FindingRecord>) {
    let name = planned.value.name();
    // `all` means all that this backup and target can carry; a check that the scenario names itself is required.
    let cannot = |reason: String| {
        let by_all = plan.all == Some(planned.span);
        (if by_all { CheckState::Excluded { reason } } else { CheckState::NotRun { reason } }, Vec::new())
    };
    if let Some(inventory) = &seen.inventory
        && let Err(reason) = applicable(name, &inventory.reading.header.scope)
    {
        return cannot(reason);
    }
    match seen.compared.iter().flatten().find(|(ran, _)| ran == name) {
        Some((_, Ran::Outcome(outcome))) => {
            let quotes = seen.quoted.as_ref();
            CheckState::treating(outcome, plan.privacy, quotes.unwrap_or(&Quoted::new()), Some((rules, name)))
        }
        Some((_, Ran::Impossible(reason))) => cannot(reason.clone()),
        Some((_, Ran::Not(reason))) => (CheckState::NotRun { reason: reason.clone() }, Vec::new()),
        None => (CheckState::NotRun { reason: "a stage before it broke".to_owned() }, Vec::new()),
    }
}

fn position(plan: &Plan, span: crate::settings::Span) -> Position {
    let line = plan.source.lines().nth(span.line.saturating_sub(1) as usize).unwrap_or_default();
    Position {
        file: plan.file.clone(),
        line: span.line,
        column: span.column,
        length: span.length.max(1),
        source_line: without_titles(plan, line),
    }
}

/// A line of the scenario without the titles that `visible` names: those pages may be restricted.
fn without_titles(plan: &Plan, line: &str) -> String {
    let titles = plan.asked.iter().filter_map(|item| match &item.value {
        Check::Visible(settings) => match &settings.page.as_ref()?.value {
            PageSettings::Title(page) => Some(page.title.as_str()),
            PageSettings::Id(_) => None,
        },
        _ => None,
    });
    let hidden = titles.filter(|title| !title.is_empty());
    hidden.fold(line.to_owned(), |line, title| line.replace(title, "…"))
}

/// How many items of each kind the three sides have.
pub(super) fn counts(sides: [Option<&Reading>; 3]) -> BTreeMap<Kind, Counts> {
    let [manifest, archive, copy] = sides;
    let number = |reading: Option<&Reading>, kind| {
        reading
            .filter(|reading| reading.header.reads(kind) || reading.number(kind) > 0)
            .map(|reading| reading.number(kind))
    };
    let of =
        |kind| Counts { manifest: number(manifest, kind), archive: number(archive, kind), copy: number(copy, kind) };
    Kind::ALL.into_iter().map(|kind| (kind, of(kind))).filter(|(_, counts)| *counts != Counts::default()).collect()
}

/// What a reading holds and no check compares.
pub(super) fn asides(reading: &Reading) -> Vec<Uncompared> {
    let asides = reading.asides();
    let left_out = |kind: Kind, number, reason: &str| Uncompared {
        what: kind.noun(number).to_owned(),
        number,
        reason: reason.to_owned(),
        see: None,
    };
    let unasked = Kind::ALL.into_iter().filter_map(|kind| {
        let aside = |(of, number): (&(Kind, _), &u64)| if of.0 == kind { *number } else { 0 };
        let number = reading.number(kind) - asides.iter().map(aside).sum::<u64>();
        (number > 0).then_some(left_out(kind, number, kind.unasked()?))
    });
    let asides = asides.iter().map(|((kind, aside), number)| left_out(*kind, *number, aside.reason()));
    asides.chain(unasked).collect()
}

fn blind_spots(sides: [Option<&Reading>; 3]) -> Vec<String> {
    let [manifest, archive, copy] = sides;
    let spots: BTreeSet<String> =
        spots([("manifest", manifest), ("archive", archive), ("restored copy", copy)]).into_iter().collect();
    // A manifest from the backup repeats the archive's words.
    let repeated =
        |spot: &String| spot.strip_prefix("manifest: ").is_some_and(|rest| spots.contains(&format!("archive: {rest}")));
    spots.iter().filter(|spot| !repeated(spot)).cloned().collect()
}

/// What each side could not show, in words.
pub(super) fn spots<'a>(sides: impl IntoIterator<Item = (&'a str, Option<&'a Reading>)>) -> Vec<String> {
    let of = |(side, reading): (&'a str, Option<&'a Reading>)| {
        let spots = reading.map(|reading| reading.header.blind_spots.as_slice()).unwrap_or_default();
        spots.iter().map(move |spot| format!("{side}: {spot}"))
    };
    sides.into_iter().flat_map(of).collect()
}

fn at_least(plan: &Plan, seen: &Seen) -> Vec<AtLeast> {
    let counted = |kind| {
        let reading = seen.observed.as_ref().map(|side| &side.reading).filter(|reading| reading.header.reads(kind))?;
        let live = |item: &crate::model::Item| {
            item.aside.is_none() && item.text(crate::model::Field::Status) != Some("trashed")
        };
        reading.items(kind).try_fold(0, |sum, item| item.map(|item| sum + u64::from(live(&item))).ok())
    };
    plan.at_least
        .iter()
        .map(|least| AtLeast { kind: least.kind, wanted: least.number, found: counted(least.kind) })
        .collect()
}
