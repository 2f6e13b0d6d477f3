//! What a verdict covers: what the scenario excuses, what was looked at by sample, how the proof stands, and what is remembered.

use super::visible::brief;
use crate::model::{Allowance, Fared, Record, SeverityChange, Stands, count};

/// The assurance that was reached, `simulated+proven(embedded)`; `None` where none was.
pub(super) fn assurance(record: &Record) -> Option<String> {
    let proven = record.proven.as_ref().map(|target| format!("+proven({})", brief(target)));
    Some(format!("{}{}", record.reached?.name(), proven.unwrap_or_default()))
}

/// Each allowance and changed severity with its reason and its last day, and whether it fails the drill.
pub(super) fn excuses(record: &Record) -> Vec<(bool, String)> {
    let allowances = record.allowances().map(|(allowance, fared)| (fails(fared), allowed(allowance, fared)));
    let severities = record.severities().map(|(rule, fared)| (fails(fared), changed(rule, fared)));
    allowances.chain(severities).collect()
}

const fn fails(fared: Fared) -> bool {
    matches!(fared, Fared::Expired | Fared::Exceeded(_))
}

fn allowed(allowance: &Allowance, fared: Fared) -> String {
    let Allowance { finding, place, at_most, reason, expires } = allowance;
    let place = place.said().map(|place| format!(" ({place})")).unwrap_or_default();
    let most = count(*at_most);
    let took = match fared {
        Fared::Took(items) => format!("{} of at most {most} allowed until {expires}", count(items)),
        Fared::Exceeded(items) => {
            format!("{}, more than the {most} that are allowed until {expires}, so that none is", count(items))
        }
        Fared::Expired => format!("at most {most} were allowed, and that expired on {expires}"),
        Fared::Unused => format!("info: none of at most {most} allowed until {expires}; the allowance is not used"),
    };
    format!("{finding}{place}: {took}: {reason}")
}

fn changed(rule: &SeverityChange, fared: Fared) -> String {
    let SeverityChange { finding, counts_as, reason, expires } = rule;
    let until = expires.as_ref().map(|day| format!(" until {day}")).unwrap_or_default();
    let word = counts_as.name();
    let took = match fared {
        Fared::Took(items) | Fared::Exceeded(items) => format!("{} counted as {word}{until}", count(items)),
        Fared::Expired => format!("it counted as {word}{until}, and that is over"),
        Fared::Unused => format!("info: none was found that would count as {word}{until}"),
    };
    let reason = reason.as_ref().map(|reason| format!(": {reason}")).unwrap_or_default();
    format!("{finding}: {took}{reason}")
}

/// What stands between "all" and what the assurance is about, a line each.
pub(super) fn within(record: &Record) -> Vec<String> {
    let excused: u64 = record.checks.iter().map(crate::model::CheckRecord::excused).sum();
    let noun = if excused == 1 { "item is" } else { "items are" };
    let mut lines = Vec::new();
    if excused > 0 {
        lines.push(format!("{} {noun} lost or wrong, and excused by the scenario", count(excused)));
    }
    lines.extend(record.samples.iter().filter(|sample| sample.drawn < sample.population).map(|sample| {
        format!("the bytes of {} of {} {}", count(sample.drawn), count(sample.population), sample.check)
    }));
    lines
}

/// What the samples of a check show, a line each.
pub(super) fn samples(record: &Record, check: &str) -> Vec<String> {
    let own = record.samples.iter().filter(|sample| sample.check == check);
    own.flat_map(|sample| {
        let rotation = sample.rotation.as_ref().map(|rotation| rotation.said(sample.population));
        std::iter::once(sample.said()).chain(rotation)
    })
    .collect()
}

/// How the proof stands, in words; `None` where none is asked for.
pub(super) fn proof(record: &Record) -> Option<String> {
    Some(match record.stands()? {
        Stands::Proven(target) => {
            let last = record.proof.as_ref().and_then(|standing| standing.last.as_ref());
            let said = last.map(|last| format!("{} ({}, seed {})", last.why.join("; "), last.ended, last.seed));
            format!("proven on {target}: {}", said.unwrap_or_default())
        }
        Stands::Refuted(said) => format!("not proven: {said}"),
        Stands::Open(said) => format!("not proven: {said}"),
    })
}
