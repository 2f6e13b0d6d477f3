//! Carries out one plan, once. Reads from top to bottom as ARCHITECTURE.md shows the flow.
//!
//! A drill never returns an error: a stage that breaks is part of its record. It never prints: it speaks through events.

mod blind;
pub mod comparison;
mod draw;
mod log;
mod probes;
mod quote;
mod recorded;
mod stages;

use crate::clock::Context;
use crate::event::{Event, Stage};
use crate::model::{FindingRecord, Record, Rotation, StateRecord};
use crate::plan::Plan;
use log::Log;

/// What a drill leaves: its record, and every finding in full number.
#[derive(Debug)]
pub struct Drilled {
    /// The record, judged.
    pub record: Record,
    /// All findings, as `privacy` lets them be shown.
    pub findings: Vec<FindingRecord>,
    /// Where a rotating sample stands now; `None` where none was drawn.
    pub rotation: Option<Rotation>,
}

/// What a drill knows of those before it.
#[derive(Debug, Clone, Default)]
pub struct Memory {
    /// Where a rotating sample stood; `None` where there was none yet.
    pub rotation: Option<Rotation>,
    /// Where this is kept; `None` where nothing is.
    pub state: Option<StateRecord>,
}

/// The record of a drill that is about to begin, for the reports that are written before anything runs.
pub fn planned(plan: &Plan, ctx: &Context) -> Record {
    recorded::planned(plan, ctx)
}

/// Carries out a plan that remembers nothing.
pub async fn run(plan: &Plan, ctx: &Context) -> Drilled {
    run_after(plan, &Memory::default(), ctx).await
}

/// Carries out a plan, knowing what those before it did.
pub async fn run_after(plan: &Plan, memory: &Memory, ctx: &Context) -> Drilled {
    ctx.events.send(&Event::DrillBegan { scenario: plan.scenario.clone(), drill: ctx.drill.to_string() });
    let began = ctx.clock.stamp();
    let mut log = Log::new(ctx);

    let backup = log.stage(Stage::Acquire, Some(()), |()| stages::acquire(plan, ctx), stages::said::backup).await;
    let inventory = log
        .stage(Stage::Inspect, backup.as_ref(), |backup| stages::inspect(backup, ctx), stages::said::inventory)
        .await;
    let read = backup.as_ref().zip(inventory.as_ref());
    let expected =
        log.stage(Stage::Expect, read, |read| stages::expect(plan, read, memory, ctx), stages::said::expected).await;
    let instance = log
        .stage(
            Stage::Provision,
            expected.as_ref(),
            |claimed| stages::provision(plan, claimed, ctx),
            stages::said::instance,
        )
        .await;
    let up = instance.as_ref().zip(read);
    let restored = log.stage(Stage::Restore, up, |up| stages::restore(plan, up, ctx), stages::said::restored).await;
    let restored_at = ctx.clock.elapsed();
    let copy = restored.as_ref().and(up);
    let copy = copy.zip(expected.as_ref());
    let observed = log
        .stage(Stage::Observe, copy, |(up, claimed)| stages::observe(plan, up, claimed, ctx), stages::said::observed)
        .await;
    let asked = observed.as_ref().zip(copy).map(|(observed, (up, claimed))| (up, claimed, observed));
    let probe = |asked| probes::ask(plan, asked, restored_at, ctx);
    let probed = log.stage(Stage::Probe, asked, probe, stages::said::probed).await;
    let index = probed.as_ref().and_then(probes::Probed::index);
    let compare = |read| stages::compare(plan, read, expected.as_ref(), observed.as_ref(), probed, ctx);
    let compared = log.stage(Stage::Compare, read, compare, stages::said::compared).await;
    let found = compared.as_ref().zip(observed.as_ref()).zip(copy);
    let quote = |((compared, observed), (copy, _))| quote::quote(plan, compared, observed, copy, ctx);
    let quoted = log.stage(Stage::Quote, found, quote, stages::said::quoted).await;
    let target = instance.as_ref().map(|instance| stages::target_record(plan, instance));
    let gone = log.stage(Stage::TearDown, Some(instance), stages::tear_down, stages::said::gone).await;

    let seen = recorded::Seen { backup, inventory, expected, target, observed, index, compared, quoted };
    let drilled = recorded::record(plan, ctx, (began, log.into_stages()), seen, (gone, memory));
    ctx.events.send(&Event::DrillEnded { verdict: drilled.record.verdict });
    drilled
}
