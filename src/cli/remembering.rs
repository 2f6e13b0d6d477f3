//! A drill of a scenario that remembers: takes hold of its state, drills, proves where that is due, and keeps what is to be known next time.

use tokio_util::sync::CancellationToken;

use super::talk;
use crate::clock::Context;
use crate::drill::{self, Drilled, Memory};
use crate::evidence::State;
use crate::model::proof::Trial;
use crate::model::{LastProof, Record, StateRecord, Tool, Verdict};
use crate::plan::Plan;
use crate::prove::{all, prove};
use crate::report;

/// Carries out a plan within its time limit. A state that can't be read or written is part of its record, which is no pass then.
pub(super) async fn drilled(plan: &Plan, colour: bool, ctx: &Context) -> Drilled {
    let Some(folder) = &plan.state else { return timed(plan, &Memory::default(), ctx).await };
    let opened = tokio::task::block_in_place(|| State::open(&folder.value, &plan.scenario));
    let (mut state, problem) = match opened {
        Ok(state) => (Some(state), None),
        Err(error) => (None, Some(format!("failed to {error}"))),
    };
    let rotation = state.as_ref().and_then(|state| state.remembered.rotation.clone());
    let kept = StateRecord { folder: folder.value.display().to_string(), problem };
    let mut drilled = timed(plan, &Memory { rotation, state: Some(kept) }, ctx).await;
    let Some(state) = &mut state else { return drilled };
    let record = &mut drilled.record;
    proven(plan, state, record, (colour, ctx)).await;
    state.remembered.drill.clone_from(&record.drill);
    if let (Some(rotation), false) = (&drilled.rotation, record.interrupted) {
        state.remembered.rotation = Some(rotation.clone());
    }
    if let (Err(error), Some(kept)) = (tokio::task::block_in_place(|| state.keep()), &mut record.state) {
        kept.problem = Some(format!("failed to {error}"));
    }
    drilled.record = drilled.record.judged();
    drilled
}

/// Puts the last proof into the record; where none stands and the drill passed, a new one.
async fn proven(plan: &Plan, state: &mut State, record: &mut Record, (colour, ctx): (bool, &Context)) {
    let Some(standing) = &mut record.proof else { return };
    standing.last.clone_from(&state.remembered.proof);
    if record.verdict != Verdict::Passed || !standing.is_due(&record.scenario.digest, &record.tool, &record.ended) {
        return;
    }
    let seed = ctx.seed % 1_000_000;
    talk::say(&format!(
        "\nproving {}: changes to copies of {}, seed {seed}",
        plan.scenario,
        plan.backup.value.display()
    ));
    let told = |trial: &Trial| talk::say(&report::proof::line(trial, colour));
    let last = match prove(plan, &all(), seed, ctx, told).await {
        _ if ctx.cancel.is_cancelled() => return,
        Ok(proof) => {
            talk::say(&report::proof::summary(&proof, colour));
            LastProof::of(&proof, record.scenario.digest.clone(), plan.target.name())
        }
        Err(error) => LastProof {
            ended: ctx.clock.stamp(),
            verdict: Verdict::Inconclusive,
            why: vec![format!("failed to {error}")],
            target: plan.target.name().to_owned(),
            scenario: record.scenario.digest.clone(),
            tool: Tool::this(),
            backup: None,
            seed,
            caught: 0,
            survivors: Vec::new(),
        },
    };
    state.remembered.proof = Some(last.clone());
    standing.last = Some(last);
}

async fn timed(plan: &Plan, memory: &Memory, ctx: &Context) -> Drilled {
    let Some(limit) = plan.time_limit else { return drill::run_after(plan, memory, ctx).await };
    let cancel: CancellationToken = ctx.cancel.clone();
    // A task of its own: stages that read the archive block the one that carries out the drill.
    let alarm = tokio::spawn(async move {
        tokio::time::sleep(limit.to_std()).await;
        talk::say(&format!("stopping: the time limit of {limit} is over"));
        cancel.cancel();
    });
    let drilled = drill::run_after(plan, memory, ctx).await;
    alarm.abort();
    drilled
}
