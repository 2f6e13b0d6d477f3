//! Asks the restored copy what the checks want to be asked.

use std::time::Duration;

use super::log::Broken;
use super::stages::{Claimed, Read, blocking, check};
use crate::check::{self, Exhibits, LOOKED_AT, Named, Query, SEARCHED, Search, Sight, Visible};
use crate::clock::Context;
use crate::expect::Obtained;
use crate::model::{Answers, IndexRecord, Sample, Viewer};
use crate::plan::Plan;
use crate::probe::{self, Asking};
use crate::reading::{Alignment, Observation, ReadError};
use crate::scenario::{self, CheckName, Expected, PageSettings};
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
    let mut checks: Vec<_> =
        plan.checks.iter().filter_map(|planned| check(plan, &planned.value, Some(claimed), ctx)).collect();
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
    let others = instance.others(ctx).map_err(|error| Broken::new(error.fault(), error))?;
    let asking = Asking { restored, within: within.unwrap_or(INDEX_WITHIN), lags, others };
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

/// The word for nobody who is logged in.
const ANONYMOUS: &str = "anonymous";

/// As whom the restored copy will be asked: those whom the scenario names, and some of the manifest.
pub(super) fn viewers(plan: &Plan, obtained: &Obtained, ctx: &Context) -> Result<Vec<String>, ReadError> {
    if plan.check(CheckName::Visible).is_none() {
        return Ok(Vec::new());
    }
    let mut viewers = check::chosen(&obtained.manifest.reading, Sample::seed(ctx.drill.as_str()))?;
    for item in &plan.asked {
        if let scenario::Check::Visible(settings) = &item.value {
            let named = settings.viewer.iter().map(|viewer| viewer.value.clone());
            viewers.extend(named.filter(|name| name != ANONYMOUS));
        }
    }
    viewers.sort_unstable();
    viewers.dedup();
    Ok(viewers)
}

/// The check `visible` with all that the scenario wants to be looked at.
pub(super) fn visible(plan: &Plan, claimed: Option<&Claimed>, ctx: &Context) -> Visible {
    let viewers = claimed.map(|claimed| claimed.viewers.clone()).unwrap_or_default();
    let seed = Sample::seed(ctx.drill.as_str());
    let mut visible = Visible { sample: None, seed, viewers, sights: Vec::new() };
    for item in &plan.asked {
        let scenario::Check::Visible(settings) = &item.value else { continue };
        let (Some(page), Some(viewer), Some(expect)) = (&settings.page, &settings.viewer, &settings.expect) else {
            visible.sample = Some(settings.sample.map_or(LOOKED_AT, |sample| sample.value));
            continue;
        };
        visible.sights.push(Sight {
            page: match &page.value {
                PageSettings::Id(id) => Named::Id(*id),
                PageSettings::Title(page) => Named::Title { space: page.space.clone(), title: page.title.clone() },
            },
            viewer: match viewer.value.as_str() {
                ANONYMOUS => Viewer::Anonymous,
                name => Viewer::User(name.to_owned()),
            },
            shown: expect.value == Expected::Shown,
            line: item.span.line,
        });
    }
    visible
}
