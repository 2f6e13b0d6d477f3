//! Which findings a scenario allows, and which count for more or less.

use super::settle::Desk;
use crate::model::{Allowance, Severity, SeverityChange, Treatment, Where, is_untreatable};
use crate::scenario::{Allow, ChangeSeverity, CheckName, FindingName, Place};
use crate::settings::Spanned;

/// Takes `allow:` and `severity:` from the scenario; `checks` are the checks of the plan.
pub(super) fn settle_treatment(checks: &[CheckName], desk: &mut Desk<'_>) -> Treatment {
    let scenario = &desk.loaded.scenario;
    let allowances = scenario.allow.iter().map(|item| allowance(item, checks, desk)).collect();
    let severities = scenario.severity.iter().map(|item| severity(item, checks, desk)).collect();
    twice(&scenario.severity, desk);
    Treatment { allowances, severities }
}

fn allowance(item: &Spanned<Allow>, checks: &[CheckName], desk: &mut Desk<'_>) -> Allowance {
    let Allow { finding, place, at_most, reason, expires } = &item.value;
    can_be_found(finding, checks, desk);
    if is_untreatable(&finding.value.to_string()) {
        untreatable(finding, "allowed", desk);
    }
    if at_most.value == 0 {
        desk.refuse(at_most.span, "at most 0 allows nothing", "expected 1 or more", "leave the allowance out");
    }
    said(reason, desk);
    Allowance {
        finding: finding.value.to_string(),
        place: place.as_ref().map(placed).unwrap_or_default(),
        at_most: at_most.value,
        reason: reason.value.clone(),
        expires: expires.value.to_string(),
    }
}

fn placed(place: &Place) -> Where {
    let Place { space, title, id, kind, field } = place.clone();
    Where { space, title, id, kind, field }
}

fn severity(item: &Spanned<ChangeSeverity>, checks: &[CheckName], desk: &mut Desk<'_>) -> SeverityChange {
    let ChangeSeverity { finding, counts_as, reason, expires } = &item.value;
    can_be_found(finding, checks, desk);
    if let Some(reason) = reason {
        said(reason, desk);
    }
    if counts_as.value != Severity::Error {
        if is_untreatable(&finding.value.to_string()) {
            untreatable(finding, "lowered", desk);
        }
        let missing: Vec<&str> = [("`reason`", reason.is_none()), ("`expires`", expires.is_none())]
            .into_iter()
            .filter_map(|(key, none)| none.then_some(key))
            .collect();
        if !missing.is_empty() {
            let message =
                format!("a severity is lowered for a reason and for a time, and {} is missing", missing.join(" and "));
            desk.refuse(
                counts_as.span,
                message,
                "only `error` needs neither",
                "write `reason: \"…\", expires: 2027-03-31`",
            );
        }
    }
    SeverityChange {
        finding: finding.value.to_string(),
        counts_as: counts_as.value,
        reason: reason.as_ref().map(|reason| reason.value.clone()),
        expires: expires.as_ref().map(|expires| expires.value.to_string()),
    }
}

/// A name that no check of the plan gives would be a promise about nothing.
fn can_be_found(finding: &Spanned<FindingName>, checks: &[CheckName], desk: &mut Desk<'_>) {
    let check = finding.value.check;
    if !checks.contains(&check) {
        let message = format!("nobody finds this: `{check}` is not among the checks");
        desk.refuse(
            finding.span,
            message,
            "there is nothing to treat",
            format!("add `{check}` to the checks, or leave this out"),
        );
    }
}

fn untreatable(finding: &Spanned<FindingName>, word: &str, desk: &mut Desk<'_>) {
    let message = format!("`{}` can't be {word}", finding.value);
    let label = "where this is found, nothing else that was read can be trusted";
    desk.refuse(finding.span, message, label, "leave it out, and mend the backup");
}

fn said(reason: &Spanned<String>, desk: &mut Desk<'_>) {
    if reason.value.trim().is_empty() {
        desk.refuse(reason.span, "the reason is empty", "the reports print this reason", "say why, in a few words");
    }
}

fn twice(items: &[Spanned<ChangeSeverity>], desk: &mut Desk<'_>) {
    for (index, item) in items.iter().enumerate() {
        let finding = &item.value.finding;
        if items.iter().take(index).any(|other| other.value.finding.value == finding.value) {
            let message = format!("the severity of `{}` is changed twice", finding.value);
            desk.refuse(finding.span, message, "the second one", "leave one of them out");
        }
    }
}
