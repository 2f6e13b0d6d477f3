//! What a plan can prove at most, and why not more.

use super::settle::Desk;
use super::{Plan, PlannedManifest};
use crate::check::Compare;
use crate::model::Assurance;
use crate::scenario::CheckName;

/// What a drill must examine to be called `simulated`, besides `integrity`.
const COMPARED: [CheckName; 4] =
    [CheckName::Spaces, CheckName::PageTree, CheckName::PageBodies, CheckName::Attachments];

/// Takes the required assurance from the scenario, or the most that is within reach.
pub(super) fn settle_assurance(plan: &mut Plan, desk: &mut Desk<'_>) {
    let reach = reach(plan);
    let required = desk.loaded.scenario.require.as_ref().and_then(|require| require.assurance);
    plan.assurance = required.map_or(reach, |required| required.value);
    plan.assurance_span = required.map(|required| required.span);
    if let Some(required) = required
        && required.value > reach
    {
        let word = required.value.name();
        let message = format!("`{word}` is out of reach: this plan proves `{}` at most", reach.name());
        let label = format!("it says that {}", required.value.meaning());
        desk.refuse(required.span, message, label, format!("require `{}`, or leave `assurance` out", reach.name()));
        if let Some(complaint) = desk.complaints.last_mut() {
            complaint.notes = obstacles(plan, required.value);
        }
    }
}

/// The most that target, manifest and checks can prove together.
fn reach(plan: &Plan) -> Assurance {
    let by_checks = if plan.check(CheckName::Integrity).is_none() {
        Assurance::Present
    } else if missing(plan).next().is_some() || records_only(plan) {
        Assurance::Readable
    } else {
        // Nothing above needs other checks as long as no target reaches higher.
        Assurance::Simulated
    };
    by_checks.min(plan.target.ceiling())
}

fn missing(plan: &Plan) -> impl Iterator<Item = CheckName> {
    std::iter::once(CheckName::Integrity).chain(COMPARED).filter(|name| plan.check(*name).is_none())
}

fn records_only(plan: &Plan) -> bool {
    plan.attachments().is_some_and(|settings| settings.compare == Compare::Records)
}

/// What stands between the plan and this assurance.
fn obstacles(plan: &Plan, required: Assurance) -> Vec<String> {
    let mut obstacles = Vec::new();
    let ceiling = plan.target.ceiling();
    if required > ceiling {
        obstacles.push(format!(
            "the target `{}` is a mock Confluence and reaches `{}` at most; a real Confluence as target is not supported by this version yet",
            plan.target.name(),
            ceiling.name()
        ));
    }
    if required >= Assurance::Faithful && plan.manifest == PlannedManifest::FromBackup {
        obstacles
            .push("a manifest from the backup itself never reaches `faithful`; capture one from the source".to_owned());
    }
    let missing: Vec<String> = match required {
        Assurance::Present => Vec::new(),
        Assurance::Readable => missing(plan).filter(|name| *name == CheckName::Integrity).map(quoted).collect(),
        _ => missing(plan).map(quoted).collect(),
    };
    if !missing.is_empty() {
        obstacles.push(format!("it needs the checks {}", missing.join(", ")));
    }
    if required >= Assurance::Simulated && records_only(plan) {
        obstacles.push("`attachments` must compare bytes, not records".to_owned());
    }
    obstacles
}

fn quoted(name: CheckName) -> String {
    format!("`{name}`")
}
