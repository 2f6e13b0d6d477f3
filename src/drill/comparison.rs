//! Holds two readings of any origin against each other: manifest, backup or live Confluence. Nothing is restored, and no hop can be told.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::BufReader;
use std::path::PathBuf;

use super::log::{Broken, Log};
use super::recorded::{asides, counts, spots};
use super::stages::said::held;
use crate::check::{self, Check, Exhibits, applicable};
use crate::clock::Context;
use crate::confluence::Client;
use crate::event::Stage;
use crate::expect::{Clocked, clocked, named_zone};
use crate::model::{
    COMPARISON_FORMAT, CheckRecord, CheckState, Comparison, Digest, Drift, Fault, FindingRecord, Identity, Needs,
    Privacy, Record, ScenarioRecord, Scope, SideForm, SideRecord,
};
use crate::reading::{
    Alignment, Claim, Inventory, Manifest, Names, Observation, Reading, keyed_by_texts, read_manifest, renamed,
};
use crate::settings::Zone;
use crate::{archive, observe, source};

/// The check that looks at an archive alone.
const INTEGRITY: &str = "integrity";

/// Where a side lies.
#[derive(Debug)]
pub enum Side {
    /// A zip or a folder.
    Backup(PathBuf),
    /// A manifest file.
    Manifest(PathBuf),
    /// A live Confluence, and the spaces that are read of it: where none are named, those of the other side.
    Confluence {
        /// How it is reached.
        client: Box<Client>,
        /// Keys of spaces.
        spaces: Vec<String>,
    },
}

/// What is to be compared, and how.
#[derive(Debug)]
pub struct Asked {
    /// What the comparison is called.
    pub name: String,
    /// What says how it should be.
    pub expected: Side,
    /// What is judged by it.
    pub actual: Side,
    /// How items are recognised; by what the sides are where it isn't said.
    pub identity: Option<Identity>,
    /// The actual side is of a newer Confluence than the expected one.
    pub across_versions: bool,
    /// The zone of a backup's dates, where it is named.
    pub zone: Option<Zone>,
    /// Names of checks.
    pub checks: Vec<String>,
    /// What reports may show.
    pub privacy: Privacy,
}

/// A side that was read.
#[derive(Debug)]
struct Taken {
    record: SideRecord,
    reading: Reading,
    /// Where it is a backup.
    inventory: Option<Inventory>,
}

/// Compares. What breaks is part of the record, as in a drill.
pub async fn compare(asked: &Asked, ctx: &Context) -> (Comparison, Vec<FindingRecord>) {
    let began = ctx.clock.stamp();
    let mut log = Log::new(ctx);
    // A live side is read as far as the other one goes.
    let live_first = matches!(asked.expected, Side::Confluence { .. });
    let (expected, actual);
    if live_first {
        actual = log.stage(Stage::Observe, Some(()), |()| take(asked, &asked.actual, None, ctx), said).await;
        let scope = actual.as_ref().map(scope);
        expected = log.stage(Stage::Expect, scope, |scope| take(asked, &asked.expected, scope, ctx), said).await;
    } else {
        expected = log.stage(Stage::Expect, Some(()), |()| take(asked, &asked.expected, None, ctx), said).await;
        let scope = expected.as_ref().map(scope);
        actual = log.stage(Stage::Observe, scope, |scope| take(asked, &asked.actual, scope, ctx), said).await;
    }
    let both = expected.as_ref().zip(actual.as_ref());
    let compared = log.stage(Stage::Compare, both, |both| examine(asked, both), |ran| ran.said()).await;

    let scenario = ScenarioRecord {
        name: asked.name.clone(),
        description: None,
        owner: None,
        runbook: None,
        file: String::new(),
        digest: Digest::of(""),
    };
    let mut record = Record::planned(scenario, ctx.drill.to_string(), began, &[], Vec::new());
    (record.ended, record.interrupted) = (ctx.clock.stamp(), ctx.cancel.is_cancelled());
    (record.stages, record.privacy) = (log.into_stages(), asked.privacy);
    let [claim, copy] = [&expected, &actual].map(|side| side.as_ref().map(|taken| &taken.reading));
    record.counts = counts([claim, None, copy]);
    record.asides = claim.map(asides).unwrap_or_default();
    record.blind_spots = spots([(Names::COMPARISON.claim, claim), (Names::COMPARISON.copy, copy)]);
    let matched_by = compared.as_ref().map(|ran| ran.identity);
    record.exposure = compared.as_ref().map(|ran| ran.exposure.clone()).unwrap_or_default();
    let findings: Vec<_>;
    (record.checks, findings) = compared.into_iter().flat_map(|ran| ran.checks).unzip();
    let [expected, actual] = [expected, actual].map(|side| side.map(|taken| taken.record));
    let comparison =
        Comparison { comparison: COMPARISON_FORMAT, expected, actual, matched_by, record: record.judged() };
    (comparison, findings.into_iter().flatten().collect())
}

fn said(taken: &Taken) -> String {
    let product = taken.record.product.as_ref().map(|version| format!(" of {version}")).unwrap_or_default();
    format!("{}{product}: {}", taken.record.form.name(), held(&taken.reading))
}

fn scope(taken: &Taken) -> Option<Scope> {
    Some(taken.record.scope.clone())
}

/// Reads one side; `other` is what the side that was read before holds.
async fn take(asked: &Asked, side: &Side, other: Option<Scope>, ctx: &Context) -> Result<Taken, Broken> {
    match side {
        Side::Backup(path) => tokio::task::block_in_place(|| backup(path, ctx)),
        Side::Manifest(path) => tokio::task::block_in_place(|| manifest(path)),
        Side::Confluence { client, spaces } => {
            let scope = match other {
                _ if !spaces.is_empty() => Scope::Spaces(spaces.clone()),
                Some(Scope::Spaces(keys)) => Scope::Spaces(keys),
                Some(Scope::Site | Scope::Unknown) | None => Scope::Site,
            };
            let reading = observe::observe(client, &scope, &needs(asked), ctx, Stage::Observe).await;
            let reading = reading.map_err(|error| Broken::new(error.fault(), error))?;
            Ok(Taken { record: record(SideForm::Confluence, None, &reading), reading, inventory: None })
        }
    }
}

fn backup(path: &std::path::Path, ctx: &Context) -> Result<Taken, Broken> {
    let backup = source::acquire(path, ctx).map_err(|error| Broken::new(error.fault(), error))?;
    let inventory = archive::read(&backup, ctx).map_err(|error| Broken::new(error.fault(), error))?;
    let reading = inventory.reading.clone();
    Ok(Taken { record: record(SideForm::Backup, Some(backup.digest), &reading), reading, inventory: Some(inventory) })
}

fn manifest(path: &std::path::Path) -> Result<Taken, Broken> {
    let failed = |cause: &dyn std::fmt::Display| Broken::rig(format!("use the manifest {}: {cause}", path.display()));
    let file = File::open(path).map_err(|error| failed(&error))?;
    let (manifest, digest) = read_manifest(BufReader::new(file)).map_err(|error| failed(&error))?;
    let reading = manifest.reading;
    Ok(Taken { record: record(SideForm::Manifest, Some(digest), &reading), reading, inventory: None })
}

fn record(form: SideForm, digest: Option<Digest>, reading: &Reading) -> SideRecord {
    let header = reading.header.clone();
    SideRecord {
        form,
        origin: header.origin,
        digest,
        scope: header.scope,
        product: header.product,
        began: header.began,
        ended: header.ended,
    }
}

/// What came of the checks.
struct Ran {
    identity: Identity,
    checks: Vec<(CheckRecord, Vec<FindingRecord>)>,
    exposure: Drift,
    clock: Option<String>,
}

impl Ran {
    fn said(&self) -> String {
        let clock = self.clock.as_ref().map(|clock| format!("; {clock}")).unwrap_or_default();
        format!("{} checks ran{clock}", self.checks.len())
    }
}

fn stated(name: &str, state: CheckState) -> CheckRecord {
    CheckRecord { name: name.to_owned(), position: None, state }
}

async fn examine(asked: &Asked, (expected, actual): (&Taken, &Taken)) -> Result<Ran, Broken> {
    tokio::task::block_in_place(|| examined(asked, expected, actual))
}

fn examined(asked: &Asked, expected: &Taken, actual: &Taken) -> Result<Ran, Broken> {
    let own = identity(&expected.record.scope, &actual.record.scope)?;
    let identity = asked.identity.unwrap_or(own);
    // Its scope says how items are recognised.
    let scope = if identity == Identity::Id { Scope::Site } else { Scope::Unknown };
    let none = Inventory::none(scope).map_err(Broken::rig)?;
    let (claimed, shown, clock) = on_one_clock(asked, expected, actual)?;
    // Cloud itself names people by account id alone, and its packages some of them otherwise.
    let named = |own: &Taken, reading: &Reading, other: &Taken| {
        let none = BTreeMap::new();
        let names = other.inventory.as_ref().filter(|_| own.inventory.is_none()).map_or(&none, |found| &found.accounts);
        let reading = renamed(reading, names).map_err(Broken::rig)?;
        let alike = expected.reading.header.normal == actual.reading.header.normal;
        // A manifest that knows no normal form of texts keys comments by their texts.
        if alike || reading.header.normal.is_none() {
            Ok(reading)
        } else {
            keyed_by_texts(&reading).map_err(Broken::rig)
        }
    };
    let manifest = Manifest { reading: named(expected, &claimed, actual)?, claim: Claim::Source, bound_to: None };
    let observation = Observation { reading: named(actual, &shown, expected)? };
    let mut alignment = Alignment::new(&manifest, &none, Some(&observation)).map_err(Broken::rig)?;
    (alignment.names, alignment.across_versions) = (Names::COMPARISON, asked.across_versions);
    // A backup that is held against its source: what is dated later than the backup is no loss.
    alignment.cut =
        actual.inventory.as_ref().filter(|_| expected.inventory.is_none()).and_then(|made| made.made.clone());
    let exhibits = Exhibits::new(alignment).map_err(Broken::rig)?;
    let (mut checks, mut exposure) = (Vec::new(), Drift::default());
    for name in &asked.checks {
        let Some(check) = check::by_name(name) else { continue };
        if name == INTEGRITY {
            for (side, taken) in [("expected", expected), ("actual", actual)] {
                let Some(inventory) = &taken.inventory else { continue };
                let manifest = Manifest { reading: taken.reading.clone(), claim: Claim::Backup, bound_to: None };
                let alone = Alignment::new(&manifest, inventory, None).and_then(Exhibits::new).map_err(Broken::rig)?;
                checks.push(ran(&format!("{name}-of-{side}"), check.as_ref(), &alone, asked, &mut exposure)?);
            }
            continue;
        }
        checks.push(match applicable(name, &expected.record.scope) {
            Ok(()) => ran(name, check.as_ref(), &exhibits, asked, &mut exposure)?,
            Err(reason) => (stated(name, CheckState::Excluded { reason }), Vec::new()),
        });
    }
    Ok(Ran { identity, checks, exposure, clock })
}

/// Both sides, a live one on the clock of the backup that it is held against; and what was found about their clocks.
fn on_one_clock(asked: &Asked, expected: &Taken, actual: &Taken) -> Result<(Reading, Reading, Option<String>), Broken> {
    let (mut sides, mut clock) = ((expected.reading.clone(), actual.reading.clone()), None);
    let fitted = |live: &Reading, backup: &Inventory| {
        clocked(live, &backup.reading, named_zone(asked.zone.as_ref(), &backup.descriptor)).map_err(Broken::rig)
    };
    match (&expected.inventory, &actual.inventory) {
        (None, Some(backup)) => Clocked { reading: sides.0, said: clock } = fitted(&sides.0, backup)?,
        (Some(backup), None) => Clocked { reading: sides.1, said: clock } = fitted(&sides.1, backup)?,
        _ => {}
    }
    Ok((sides.0, sides.1, clock))
}

fn ran(
    name: &str,
    check: &dyn Check,
    exhibits: &Exhibits<'_>,
    asked: &Asked,
    exposure: &mut Drift,
) -> Result<(CheckRecord, Vec<FindingRecord>), Broken> {
    let outcome = check.examine(exhibits).map_err(Broken::rig)?;
    exposure.add(outcome.drift.clone());
    let (state, findings) = CheckState::ran(&outcome, asked.privacy, &BTreeMap::new());
    Ok((stated(name, state), findings))
}

/// By id, where both sides are whole sites: sites that keep them are one site at two times, or a site and its restored copy.
fn identity(expected: &Scope, actual: &Scope) -> Result<Identity, Broken> {
    match (expected, actual) {
        (Scope::Site, Scope::Site) => Ok(Identity::Id),
        (Scope::Site, Scope::Spaces(_)) | (Scope::Spaces(_), Scope::Site) => Err(Broken::new(
            Fault::Scenario,
            "compare a whole site with single spaces: all that is outside of them would count as lost; take two sides of \
             one scope, as `rehearse manifest --space` makes them",
        )),
        _ => Ok(Identity::Natural),
    }
}

/// What the checks look at, and the attachments' bytes where one of them does.
fn needs(asked: &Asked) -> Needs {
    let checks = asked.checks.iter().filter_map(|name| check::by_name(name));
    checks.fold(Needs::default(), |all, check| all.and(&check.needs()))
}
