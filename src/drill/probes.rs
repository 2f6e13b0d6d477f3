//! Asks the restored copy what the checks want to be asked.

use std::time::Duration;

use super::log::Broken;
use super::stages::{Claimed, Read, blocking, check};
use crate::check::{self, Exhibits, Query, SEARCHED, Search};
use crate::clock::Context;
use crate::model::{Answers, IndexRecord, Sample};
use crate::plan::Plan;
use crate::probe::{self, Asking};
use crate::reading::{Alignment, Observation};
use crate::scenario;
use crate::target::Instance;

/// How long the search index is waited for, unless the scenario says otherwise.
const INDEX_WITHIN: Duration = Duration::from_secs(120);

/// What was asked, and the exhibits of which it came, where any check asks.
#[derive(Debug)]
pub(super) struct Probed<'a>(pub(super) Option<Exhibits<'a>>);

impl Probed<'_> {
    /// How many questions got an answer.
    pub(super) fn answers(&self) -> Option<&Answers> {
        self.0.as_ref().map(|exhibits| &exhibits.answers)
    }

    /// How the search index was found.
    pub(super) fn index(&self) -> Option<IndexRecord> {
        self.answers()?.index.clone()
    }
}

/// Asks, where any check of the plan wants to know something.
pub(super) async fn ask<'a>(
    plan: &Plan,
    ((instance, (_, inventory)), claimed, observed): ((&'a Instance, Read<'a>), &'a Claimed, &'a Observation),
    restored: Duration,
    ctx: &Context,
) -> Result<Probed<'a>, Broken> {
    let mut checks: Vec<_> = plan.checks.iter().filter_map(|planned| check(plan, &planned.value, None, ctx)).collect();
    let scope = &inventory.reading.header.scope;
    checks.retain(|check| check.asks() && check::applicable(check.name(), scope).is_ok());
    if checks.is_empty() {
        return Ok(Probed(None));
    }
    let alignment = blocking(|| Alignment::new(&claimed.obtained.manifest, inventory, Some(observed)));
    let mut exhibits = blocking(|| alignment.and_then(Exhibits::new)).map_err(Broken::rig)?;
    let mut questions = Vec::new();
    for check in &checks {
        questions.extend(blocking(|| check.probes(&exhibits)).map_err(Broken::rig)?);
    }
    let within = plan.index_within().map(|span| span.to_std());
    let lags = within.is_some() || !instance.is_mock();
    let asking = Asking { restored, within: within.unwrap_or(INDEX_WITHIN), lags };
    let answers = probe::ask(instance.client(), questions, &asking, ctx).await;
    exhibits.answers = answers.map_err(|error| Broken::new(error.fault(), error))?;
    Ok(Probed(Some(exhibits)))
}

/// The check `search` with all that the scenario wants to be searched for.
pub(super) fn search(plan: &Plan, ctx: &Context) -> Search {
    let mut search = Search { sample: None, seed: Sample::seed(ctx.drill.as_str()), queries: Vec::new() };
    for item in &plan.asked {
        let scenario::Check::Search(settings) = &item.value else { continue };
        match &settings.cql {
            None => search.sample = Some(settings.sample.map_or(SEARCHED, |sample| sample.value)),
            Some(cql) => search.queries.push(Query {
                cql: cql.value.clone(),
                at_least: settings.at_least.map_or(1, |number| number.value),
                at_most: settings.at_most.map(|number| number.value),
                line: item.span.line,
            }),
        }
    }
    search
}
