//! The work of each stage: calls the layer below, and says whose failing it is when it breaks.

use super::log::Broken;
use crate::check::{Check, Exhibits};
use crate::clock::Context;
use crate::confluence::Client;
use crate::event::Stage;
use crate::expect::Obtained;
use crate::model::{Backup, Fault, Needs, Outcome, Scope, TargetRecord, TearDown};
use crate::plan::Plan;
use crate::reading::{Alignment, Inventory, Manifest, Observation};
use crate::target::{Instance, RestoreScope, Restored};
use crate::{archive, expect, observe, source};

pub(super) mod said;

/// The backup and what it holds.
pub(super) type Read<'a> = (&'a Backup, &'a Inventory);

/// The outcomes of the checks that ran, by name.
pub(super) type Compared = Vec<(String, Ran)>;

/// What came of asking for a check.
#[derive(Debug)]
pub(super) enum Ran {
    Outcome(Outcome),
    Not(String),
}

/// Runs work that blocks without holding up the other tasks.
fn blocking<T>(work: impl FnOnce() -> T) -> T {
    tokio::task::block_in_place(work)
}

pub(super) async fn acquire(plan: &Plan, ctx: &Context) -> Result<Backup, Broken> {
    blocking(|| source::acquire(&plan.backup, ctx)).map_err(|error| Broken::new(error.fault(), error))
}

pub(super) async fn inspect(backup: &Backup, ctx: &Context) -> Result<Inventory, Broken> {
    blocking(|| archive::read(backup, ctx)).map_err(|error| Broken::new(error.fault(), error))
}

pub(super) async fn expect(plan: &Plan, (backup, inventory): Read<'_>, _: &Context) -> Result<Obtained, Broken> {
    blocking(|| expect::obtain(&plan.manifest, inventory, backup)).map_err(|error| Broken::new(error.fault(), error))
}

pub(super) async fn provision(plan: &Plan, ctx: &Context) -> Result<Instance, Broken> {
    plan.target.provision(ctx).await.map_err(|error| Broken::new(error.fault(), error))
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
        // A refusal speaks against the backup only where the same rig takes a backup that is known to be good.
        Err(error) if error.fault() == Fault::Backup && !error.is_documented() && !plan.target.rig_is_sound(ctx).await => {
            Err(Broken::rig(format!("{error}; a backup that is known to be good is refused by this rig too")))
        }
        Err(error) => Err(Broken::new(error.fault(), error)),
    }
}

pub(super) async fn observe(
    plan: &Plan,
    (instance, (_, inventory)): (&Instance, Read<'_>),
    ctx: &Context,
) -> Result<Observation, Broken> {
    let client = client(instance, ctx)?;
    let needs = needs(plan);
    let scope = match &inventory.reading.header.scope {
        Scope::Unknown => &Scope::Site,
        known => known,
    };
    let reading = observe::observe(&client, scope, &needs, ctx, Stage::Observe).await;
    Ok(Observation { reading: reading.map_err(|error| Broken::new(error.fault(), error))? })
}

pub(super) fn client(instance: &Instance, ctx: &Context) -> Result<Client, Broken> {
    instance.client(&ctx.cancel).map_err(|error| Broken::new(error.fault(), error))
}

/// What all checks of the plan need, and what its least numbers count.
fn needs(plan: &Plan) -> Needs {
    let counted = Needs::of(plan.at_least.iter().map(|(kind, _)| *kind));
    plan.checks.iter().filter_map(|planned| planned.check()).fold(counted, |all, check| all.and(&check.needs()))
}

/// Runs the checks. Without an expectation only those that look at the archive alone can run.
pub(super) async fn compare(
    plan: &Plan,
    (backup, inventory): Read<'_>,
    expected: Option<&Obtained>,
    observed: Option<&Observation>,
) -> Result<Compared, Broken> {
    let own;
    let manifest = match expected {
        Some(obtained) => &obtained.manifest,
        None => {
            own = Manifest::from_backup(inventory, &backup.digest);
            &own
        }
    };
    let alignment = Alignment::new(manifest, inventory, observed).map_err(Broken::rig)?;
    let exhibits = Exhibits { backup, alignment };
    let mut compared = Compared::new();
    for planned in &plan.checks {
        let Some(check) = planned.check() else { continue };
        let ran = if expected.is_none() && !check.needs().kinds.is_empty() {
            Ran::Not("there is no manifest to compare with".to_owned())
        } else {
            Ran::Outcome(blocking(|| check.examine(&exhibits)))
        };
        compared.push((check.name().to_owned(), ran));
    }
    Ok(compared)
}

pub(super) async fn tear_down(instance: Option<Instance>, ctx: &Context) -> Result<TearDown, Broken> {
    let gone = match instance {
        Some(instance) => instance.tear_down().await,
        None => crate::target::clear(ctx).await,
    };
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
        isolation: plan.target.isolation().to_owned(),
        image: instance.image_digest(),
    }
}
