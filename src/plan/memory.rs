//! What a drill remembers from one time to the next, and what asks for that: rotating samples and proofs.

use std::path::PathBuf;

use super::Plan;
use super::paths::place;
use super::settle::Desk;
use crate::check::Compare;
use crate::scenario::{CheckName, Report};
use crate::settings::Spanned;

/// Takes the folder of the state from the scenario or its defaults.
pub(super) fn settle_state(desk: &mut Desk<'_>) -> Option<Spanned<PathBuf>> {
    let own = &desk.loaded.scenario.state;
    let state = match (own, &desk.loaded.defaults) {
        (Some(own), _) => own.clone(),
        // What the defaults say has no place in this file; the line that names them has.
        (None, Some((_, _, defaults))) => {
            let span = desk.loaded.scenario.defaults.as_ref().map(|defaults| defaults.span)?;
            Spanned::new(defaults.state.as_ref()?.value.clone(), span)
        }
        (None, None) => return None,
    };
    let text = state.value.to_string_lossy().into_owned();
    if text.is_empty() {
        desk.refuse(state.span, "`state` has no path", "expected a folder", "write `state: FOLDER`");
    } else if let Some((scheme, _)) = text.split_once("://") {
        let message = format!("the state can't be kept at `{scheme:.20}://`: this version keeps it in folders alone");
        desk.refuse(
            state.span,
            message,
            "expected a folder",
            "give a folder that outlives the job, such as a mounted volume",
        );
    } else if state.value.is_file() {
        desk.refuse(
            state.span,
            "the state can't be kept in a file",
            "a file is in the place of its folder",
            "choose another path",
        );
    }
    Some(state)
}

/// Sees that samples are asked for as they can be drawn, and that there is a memory where one is needed.
pub(super) fn check_memory(plan: &Plan, desk: &mut Desk<'_>) {
    if let (Some(settings), Some(check)) = (plan.attachments(), plan.check(CheckName::Attachments)) {
        let span = check.span;
        if settings.sample.is_some() && settings.compare == Compare::Records {
            let label = "`compare: records` downloads nothing";
            desk.refuse(
                span,
                "there is nothing to draw a sample of",
                label,
                "leave out `sample`, or `compare: records`",
            );
        }
        if settings.rotate.is_some() && settings.sample.is_none() {
            let label = "without `sample`, every drill looks at all";
            desk.refuse(span, "there is no sample that could rotate", label, "add `sample`, or leave out `rotate`");
        }
        if settings.rotate.is_some() && plan.state.is_none() {
            let label = "it has to remember what was verified when";
            desk.refuse(span, "a sample that rotates needs `state`", label, "add `state: FOLDER`");
        }
    }
    if let Some(state) = &plan.state {
        apart(plan, state, desk);
    }
    let Some(prove) = &plan.prove else { return };
    if plan.state.is_none() {
        let label = "it has to remember when the drill was proven";
        desk.refuse(prove.span, "`prove` needs `state`", label, "add `state: FOLDER`");
    }
}

/// Sees that the state lies in nothing that is read or overwritten.
fn apart(plan: &Plan, state: &Spanned<PathBuf>, desk: &mut Desk<'_>) {
    let at = place(&state.value);
    let reports = plan.reports.iter().map(|report| match &report.value {
        Report::Junit(path) | Report::Evidence(path) => place(path),
    });
    if at.starts_with(place(&plan.backup.value)) || reports.into_iter().any(|report| report == at) {
        let complaint = plan.complaint(Some(state.span), "the state needs a folder of its own");
        desk.complaints.push(complaint.label("it lies in the backup or in a report").help("choose another folder"));
    }
}
