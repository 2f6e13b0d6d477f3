//! The work of each stage: calls the layer below, and says whose failing it is when it breaks.

use super::Memory;
use super::draw::{Drawing, drawing};
use super::log::Broken;
use super::probes::{self, Probed};
use crate::check::{self, Attachments, Check, Exhibits};
use crate::clock::Context;
use crate::event::Stage;
use crate::expect::{Obtained, Wanted};
use crate::model::{Backup, Digest, Needs, Outcome, Sample, Scope, TargetRecord, TearDown};
use crate::plan::{Plan, PlannedManifest, PlannedTarget};
use crate::reading::{Alignment, Inventory, Manifest, Observation, ReadError, keyed_by_texts};
use crate::scenario::CheckName;
use crate::target::{EmbeddedSettings, Guests, Instance, MockSettings, Patience, RestoreScope, Restored, Target};
use crate::{archive, expect, observe, scenario, source};

pub(super) mod said;

/// The backup and what it holds.
pub(super) type Read<'a> = (&'a Backup, &'a Inventory);

/// What should be there, and of which attachments the bytes are read.
#[derive(Debug)]
pub(super) struct Claimed {
    pub(super) obtained: Obtained,
    /// `None`: of all.
    pub(super) drawing: Option<Drawing>,
    /// People as whom the restored copy is asked.
    pub(super) viewers: Vec<String>,
}

impl Claimed {
    fn sample(&self) -> Option<Sample> {
        self.drawing.as_ref().map(|drawing| drawing.drawn.sample)
    }
}

/// The outcomes of the checks that ran, by name.
pub(super) type Compared = Vec<(String, Ran)>;

/// What came of asking for a check.
#[derive(Debug)]
pub(super) enum Ran {
    Outcome(Outcome),
    Not(String),
    /// Nothing of what it looks at is there.
    Impossible(String),
}

/// Runs work that blocks without holding up the other tasks.
pub(super) fn blocking<T>(work: impl FnOnce() -> T) -> T {
    tokio::task::block_in_place(work)
}

pub(super) async fn acquire(plan: &Plan, ctx: &Context) -> Result<Backup, Broken> {
    blocking(|| source::acquire(&plan.backup.value, ctx)).map_err(|error| Broken::new(error.fault(), error))
}

pub(super) async fn inspect(backup: &Backup, ctx: &Context) -> Result<Inventory, Broken> {
    blocking(|| archive::read(backup, ctx)).map_err(|error| Broken::new(error.fault(), error))
}

pub(super) async fn expect(
    plan: &Plan,
    (backup, inventory): Read<'_>,
    memory: &Memory,
    ctx: &Context,
) -> Result<Claimed, Broken> {
    let wanted = wanted(plan);
    let obtained = blocking(|| expect::obtain(&wanted, plan.zone.as_ref(), inventory, backup))
        .map_err(|error| Broken::new(error.fault(), error))?;
    let drawing = blocking(|| drawing(plan, &obtained, memory.rotation.as_ref(), ctx))?;
    let viewers = blocking(|| probes::viewers(plan, &obtained, ctx)).map_err(Broken::rig)?;
    Ok(Claimed { obtained, drawing, viewers })
}

pub(super) async fn provision(plan: &Plan, claimed: &Claimed, ctx: &Context) -> Result<Instance, Broken> {
    let anonymous = plan.check(CheckName::Visible).is_some();
    let guests = Guests { anonymous, users: claimed.viewers.clone() };
    target(plan, guests).provision(ctx).await.map_err(|error| Broken::new(error.fault(), error))
}

pub(super) async fn restore(
    plan: &Plan,
    (instance, (backup, inventory)): (&Instance, Read<'_>),
    ctx: &Context,
) -> Result<Restored, Broken> {
    let scope = match inventory.reading.header.scope {
        Scope::Site => RestoreScope::Site,
        Scope::Spaces(_) | Scope::Unknown => RestoreScope::Space,
    };
    match instance.restore(backup, scope, ctx).await {
        Ok(restored) => Ok(restored),
        Err(error) => {
            // An unexplained refusal speaks against the backup only where the same rig takes one that is known to be good.
            let error = target(plan, Guests::default()).explain(error, scope, ctx).await;
            Err(Broken::new(error.fault(), error))
        }
    }
}

pub(super) async fn observe(
    plan: &Plan,
    (instance, (_, inventory)): (&Instance, Read<'_>),
    claimed: &Claimed,
    ctx: &Context,
) -> Result<Observation, Broken> {
    let needs = needs(plan, claimed, ctx);
    let scope = match &inventory.reading.header.scope {
        Scope::Unknown => &Scope::Site,
        known => known,
    };
    let reading = observe::observe(instance.client(), scope, &needs, ctx, Stage::Observe).await;
    Ok(Observation { reading: reading.map_err(|error| Broken::new(error.fault(), error))? })
}

/// The check that a scenario means, with its settings.
pub(super) fn check(
    plan: &Plan,
    written: &scenario::Check,
    claimed: Option<&Claimed>,
    ctx: &Context,
) -> Option<Box<dyn Check + Send + Sync>> {
    match written {
        scenario::Check::Visible(_) => Some(Box::new(probes::visible(plan, claimed, ctx))),
        scenario::Check::Search(_) => Some(Box::new(probes::search(plan, ctx))),
        scenario::Check::Attachments(settings) => {
            Some(Box::new(Attachments { compare: settings.compare, sample: claimed.and_then(Claimed::sample) }))
        }
        other => check::by_name(other.name()),
    }
}

fn wanted(plan: &Plan) -> Wanted {
    match &plan.manifest {
        PlannedManifest::FromBackup => Wanted::FromBackup,
        PlannedManifest::File { path, exactly, .. } => {
            Wanted::File { path: path.clone(), exactly: exactly.as_deref().and_then(Digest::parse) }
        }
    }
}

fn target(plan: &Plan, guests: Guests) -> Target {
    match &plan.target {
        PlannedTarget::Embedded { misbehave } => Target::Embedded(EmbeddedSettings {
            troubles: misbehave.iter().map(|one| (*one).into()).collect(),
            guests,
            ..EmbeddedSettings::default()
        }),
        PlannedTarget::Mock { image, build_if_missing, memory, ready_within, misbehave } => {
            let standard = MockSettings::default();
            Target::Mock(MockSettings {
                image: (!build_if_missing).then(|| image.clone()),
                misbehave: misbehave.clone(),
                guests,
                memory: memory.map_or(standard.memory, |size| size.bytes()),
                patience: Patience { ready: ready_within.to_std(), ..standard.patience.clone() },
                ..standard
            })
        }
    }
}

/// What all checks of the plan need, and what its least numbers count.
fn needs(plan: &Plan, claimed: &Claimed, ctx: &Context) -> Needs {
    let counted = Needs::of(plan.at_least.iter().map(|least| least.kind));
    plan.checks
        .iter()
        .filter_map(|planned| check(plan, &planned.value, Some(claimed), ctx))
        .fold(counted, |all, check| all.and(&check.needs()))
}

/// Runs the checks. Without an expectation only those that look at the archive alone can run.
pub(super) async fn compare(
    plan: &Plan,
    (backup, inventory): Read<'_>,
    expected: Option<&Claimed>,
    observed: Option<&Observation>,
    probed: Option<Probed<'_>>,
    ctx: &Context,
) -> Result<Compared, Broken> {
    let own;
    let manifest = match expected {
        Some(claimed) => &claimed.obtained.manifest,
        None => {
            own = Manifest::from_backup(inventory, &backup.digest);
            &own
        }
    };
    let was_asked = probed.is_some();
    let asked = probed.and_then(|probed| probed.0);
    let older = manifest.reading.header.normal != inventory.reading.header.normal;
    let rekeyed = blocking(|| older.then(|| keyed_as_before(inventory, observed)).transpose()).map_err(Broken::rig)?;
    let exhibits = match (&rekeyed, asked) {
        (None, Some(exhibits)) => exhibits,
        (rekeyed, asked) => {
            let (inventory, observed) = match rekeyed {
                Some((inventory, observed)) => (inventory, observed.as_ref()),
                None => (inventory, observed),
            };
            let alignment = blocking(|| Alignment::new(manifest, inventory, observed));
            let mut exhibits = blocking(|| alignment.and_then(Exhibits::new)).map_err(Broken::rig)?;
            // Only keys of comments are others, and nothing is asked about them.
            exhibits.answers = asked.map(|asked| asked.answers).unwrap_or_default();
            exhibits
        }
    };
    let mut compared = Compared::new();
    for planned in &plan.checks {
        let applies = check::applicable(planned.value.name(), &inventory.reading.header.scope).is_ok();
        let Some(check) = check(plan, &planned.value, expected, ctx).filter(|_| applies) else { continue };
        let ran = if expected.is_none() && !check.needs().kinds.is_empty() {
            Ran::Not("there is no manifest to compare with".to_owned())
        } else if check.asks() && !was_asked {
            Ran::Not("nothing could be asked of the restored copy".to_owned())
        } else if let Some(why) = blocking(|| check.impossible(&exhibits)).map_err(Broken::rig)? {
            Ran::Impossible(why)
        } else {
            Ran::Outcome(blocking(|| check.examine(&exhibits)).map_err(Broken::rig)?)
        };
        compared.push((check.name().to_owned(), ran));
    }
    Ok(compared)
}

/// Both sides with comments keyed as in a manifest that knows no normal form of texts.
fn keyed_as_before(
    inventory: &Inventory,
    observed: Option<&Observation>,
) -> Result<(Inventory, Option<Observation>), ReadError> {
    let inventory = Inventory { reading: keyed_by_texts(&inventory.reading)?, ..inventory.clone() };
    let observed = observed.map(|side| Ok::<_, ReadError>(Observation { reading: keyed_by_texts(&side.reading)? }));
    Ok((inventory, observed.transpose()?))
}

pub(super) async fn tear_down(instance: Option<Instance>) -> Result<TearDown, Broken> {
    let gone = match instance {
        Some(instance) => instance.tear_down().await,
        None => Default::default(),
    };
    let gone = TearDown { done: gone.left.is_empty(), removed: gone.removed, left: gone.left };
    if gone.left.is_empty() {
        Ok(gone)
    } else {
        Err(Broken::rig(format!("remove {}; `rehearse sweep` tries again", gone.left.join(", "))))
    }
}

pub(super) fn target_record(plan: &Plan, instance: &Instance) -> TargetRecord {
    TargetRecord {
        kind: plan.target.name().to_owned(),
        mock: instance.is_mock(),
        product: Some(instance.product()),
        isolation: target(plan, Guests::default()).isolation().to_owned(),
        image: instance.image_digest(),
    }
}
