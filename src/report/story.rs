//! How a check reads: the same lines in the terminal and in JUnit.

use std::collections::{BTreeMap, BTreeSet};

use super::cover;
use super::visible::{brief, fit};
use crate::model::{
    CheckRecord, CheckState, Claim, FindingRecord, Grade, Hop, Kind, Position, Record, Severity, Tally, Word, count,
};

/// How many findings of a check are listed.
const LISTED: usize = 10;

/// What a line is for; a terminal may give it a colour, which never carries meaning alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// Running text.
    Plain,
    /// A heading.
    Heading,
    /// Something that passed.
    Good,
    /// Something that failed.
    Bad,
    /// Something left open.
    Open,
    /// A position, a frame.
    Faint,
    /// A hint.
    Hint,
}

/// One line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    pub role: Role,
    pub text: String,
}

impl Line {
    pub fn new(role: Role, text: impl Into<String>) -> Self {
        Self { role, text: text.into() }
    }
}

/// What came of a check, in one complete line.
pub(super) fn headline(check: &CheckRecord) -> String {
    let name = brief(&check.name);
    let said = match &check.state {
        CheckState::Excluded { reason } => reason.clone(),
        CheckState::NotRun { reason } => format!("did not run: {reason}"),
        CheckState::Ran { tally, findings, unread, .. } => match (check.grade(), unread) {
            (Grade::Failed, _) => failure(check, findings, *tally),
            (Grade::Inconclusive, Some(reason)) => format!("examined {}: {reason}", share(*tally)),
            (Grade::Inconclusive, None) => format!("examined only {}", share(*tally)),
            _ if tally.of == 0 && check.excused() == 0 => {
                "nothing to examine: neither the manifest nor the copy holds any".to_owned()
            }
            _ => format!("examined {}{}", share(*tally), excused(check.excused())),
        },
    };
    format!("{}: {name} — {}", word(check.grade()), brief(&said))
}

fn excused(items: u64) -> String {
    if items == 0 { String::new() } else { format!("; {} excused by the scenario", count(items)) }
}

/// The word for what a check amounts to.
pub(super) const fn word(grade: Grade) -> &'static str {
    match grade {
        Grade::Passed => "passed",
        Grade::Failed => "failed",
        Grade::Inconclusive => "inconclusive",
        Grade::Excluded => "excluded",
    }
}

fn share(tally: Tally) -> String {
    format!("{} of {}", count(tally.examined), count(tally.of))
}

/// `3 of 4,812 pages are missing`, or the numbers of each sort.
fn failure(check: &CheckRecord, findings: &[FindingRecord], tally: Tally) -> String {
    let errors: Vec<_> = findings.iter().filter(|finding| finding.fails()).collect();
    let all = check.errors();
    if let ([one], 1) = (errors.as_slice(), all)
        && let (Word::Other, Some(message)) = (one.what, &one.message)
    {
        return message.clone();
    }
    let mut sorts: BTreeMap<(Word, Option<Kind>, &str), u64> = BTreeMap::new();
    for finding in &errors {
        let damage = finding.code.split_once('/').map_or("", |(_, damage)| damage);
        let (kind, damage) = if finding.what == Word::Other { (None, damage) } else { (finding.kind, "") };
        *sorts.entry((finding.what, kind, damage)).or_default() += 1;
    }
    let of = |kind: Option<Kind>, number| {
        kind.map_or(if number == 1 { "finding" } else { "findings" }, |kind| kind.noun(number))
    };
    match sorts.iter().next() {
        Some(((Word::Differs, kind, _), _)) if sorts.len() == 1 => {
            let items: BTreeSet<_> =
                errors.iter().map(|finding| (finding.id, &finding.space, &finding.title)).collect();
            if items.len() as u64 == all {
                let verb = if all == 1 { "differs" } else { "differ" };
                return format!("{} of {} {} {verb}", count(all), count(tally.of), of(*kind, tally.of));
            }
        }
        Some(((what @ (Word::Missing | Word::Unexpected), kind, _), _)) if sorts.len() == 1 => {
            let verb = if all == 1 { "is" } else { "are" };
            return format!("{} of {} {} {verb} {}", count(all), count(tally.of), of(*kind, tally.of), what.name());
        }
        _ => {}
    }
    let noun = if all == 1 { "error" } else { "errors" };
    if errors.len() as u64 != all {
        return format!("{} {noun}", count(all));
    }
    let parts: Vec<_> = sorts
        .iter()
        .map(|((what, kind, damage), number)| match what {
            Word::Other => format!("{} {damage}", count(*number)),
            _ => format!("{} {} {}", count(*number), of(*kind, *number), what.name()),
        })
        .collect();
    format!("{} {noun}: {}", count(all), parts.join(", "))
}

/// Most characters of a finding's line: long enough for any real path of titles, so that nothing is cut that somebody may need.
const LINE_MAX: usize = 1_000;

/// Everything that is to be said of a check, first the headline.
pub(super) fn lines(check: &CheckRecord, record: &Record) -> Vec<Line> {
    let grade = check.grade();
    let role = match grade {
        Grade::Passed => Role::Good,
        Grade::Failed => Role::Bad,
        Grade::Inconclusive => Role::Open,
        Grade::Excluded => Role::Faint,
    };
    let mut lines = vec![Line::new(role, headline(check))];
    let CheckState::Ran { findings, unread, .. } = &check.state else { return lines };
    // What could not be examined for a reason that a stage gives already needs one line, not the scenario's.
    if let (Some(position), Grade::Failed) = (&check.position, grade) {
        lines.extend(position_lines(position, &expectation(check, record)));
    }
    let listed: Vec<_> = findings.iter().filter(|finding| finding.is_told()).take(LISTED).collect();
    let column = listed.iter().filter_map(|finding| finding.space.as_deref()).map(|space| space.chars().count()).max();
    for finding in &listed {
        lines.push(Line::new(Role::Plain, finding_line(finding, column.unwrap_or(0).min(16))));
        lines.extend(finding.quote.iter().map(|quoted| Line::new(Role::Faint, format!("       {}", brief(quoted)))));
    }
    let all = check.counting(Severity::Error) + check.counting(Severity::Warning);
    let rest = all.saturating_sub(listed.len() as u64);
    if rest > 0 {
        let file = record.findings_file.as_ref().map_or("the record", |file| file.name.as_str());
        lines.push(Line::new(Role::Faint, format!("   = and {} more, see {}", count(rest), brief(file))));
    }
    if let (Grade::Failed, Some(reason)) = (grade, unread) {
        lines.push(Line::new(Role::Open, format!("   = not all could be examined: {}", brief(reason))));
    }
    let samples = cover::samples(record, &check.name);
    let notes = check.notes().iter().cloned();
    lines.extend(samples.into_iter().chain(notes).map(|said| Line::new(Role::Plain, format!("   = {}", brief(&said)))));
    lines.extend(
        hints(check, findings, record.package.is_some())
            .into_iter()
            .map(|hint| Line::new(Role::Hint, format!("hint: {}", brief(&hint)))),
    );
    lines
}

fn expectation(check: &CheckRecord, record: &Record) -> String {
    let name = brief(&check.name);
    if check.name == "integrity" {
        return format!("{name} expected an archive without damage");
    }
    match &record.manifest {
        Some(manifest) => {
            let (what, held) = match manifest.claim {
                Claim::Source => ("source", manifest.ended.as_str()),
                Claim::Backup => ("the backup itself", ""),
            };
            format!("{name} expected what the manifest says ({})", format!("{what}, {held}").trim_end_matches(", "))
        }
        None => format!("{name} expected what the manifest says"),
    }
}

/// The scenario's line with a mark under the check's name.
fn position_lines(position: &Position, said: &str) -> Vec<Line> {
    let number = position.line.to_string();
    let margin = " ".repeat(number.len());
    let before = " ".repeat(position.column.saturating_sub(1).min(200) as usize);
    let mark = "^".repeat(position.length.clamp(1, 80) as usize);
    vec![
        Line::new(Role::Faint, format!("{margin} ┌─ {}:{number}:{}", brief(&position.file), position.column)),
        Line::new(Role::Faint, format!("{number} │ {}", fit(&brief(&position.source_line), 200))),
        Line::new(Role::Faint, format!("{margin} │ {before}{mark} {said}")),
    ]
}

/// One finding in one line of at most [`LINE_MAX`] characters; its id at the end is never cut off.
fn finding_line(finding: &FindingRecord, column: usize) -> String {
    let word = match (finding.what, finding.counts_as().unwrap_or(Severity::Info)) {
        (Word::Other, Severity::Error) => "error",
        (Word::Other, Severity::Warning) => "warning",
        (Word::Other, Severity::Info) => "info",
        (what, _) => what.name(),
    };
    let mut parts = vec![format!("{word:<10}")];
    if let Some(space) = &finding.space {
        parts.push(format!("{:<column$}", brief(space)));
    }
    if finding.restricted {
        parts.push("(restricted)".to_owned());
    } else if let Some((last, above)) = finding.title.split_last() {
        let above: String = above.iter().map(|title| format!("{} / ", brief(title))).collect();
        parts.push(format!("{above}\"{}\"", brief(last)));
    }
    if let Some(field) = finding.field {
        let side = |value: &Option<String>| value.as_deref().map_or("none".into(), |value| brief(value).into_owned());
        let values = if finding.restricted {
            String::new()
        } else {
            format!(": expected {}, found {}", side(&finding.expected), side(&finding.actual))
        };
        parts.push(format!("{}{values}", field.name()));
    }
    parts.extend(finding.message.as_deref().map(|message| brief(message).into_owned()));
    if let Some(counts_as) = finding.counts_as().filter(|counts_as| *counts_as != finding.severity) {
        parts.push(format!("counts as {}, found as {}", counts_as.name(), finding.severity.name()));
    }
    parts.extend(finding.place.as_ref().map(|place| format!("in {}", brief(&place.to_string()))));
    let end = match (finding.kind, finding.id) {
        (Some(kind), Some(id)) if kind.is_content() || kind == Kind::Version => format!("  ({} {id})", kind.noun(1)),
        (Some(kind), Some(id)) => format!("  ({} on content {id})", kind.noun(1)),
        (Some(kind), None) if finding.restricted || !finding.title.is_empty() => format!("  ({})", kind.noun(1)),
        _ => String::new(),
    };
    let line = format!("   = {}", parts.join("  ").trim_end());
    fit(&line, LINE_MAX) + &end
}

/// Which hop is to blame, where an archive was read that may tell, and what to do.
fn hints(check: &CheckRecord, findings: &[FindingRecord], archived: bool) -> Vec<String> {
    let errors: Vec<_> = findings.iter().filter(|finding| finding.fails()).collect();
    let mut hints = Vec::new();
    if check.name.starts_with("integrity") && !errors.is_empty() {
        let blame =
            "the archive itself is damaged: the export, or whoever copied or unpacked it, is to blame, not the restore";
        hints.push(blame.to_owned());
    } else if !errors.is_empty() {
        let of = |hop: Hop| errors.iter().filter(|finding| finding.hop == hop).count() as u64;
        let [export, restore, unknown] = [Hop::Export, Hop::Restore, Hop::Unknown].map(of);
        hints.extend((archived || unknown == 0).then(|| match (export, restore, unknown) {
            (_, 0, 0) => "the archive already has it wrong, so the export is to blame, not the restore".to_owned(),
            (0, _, 0) => {
                "the archive has it as the manifest says, so the restore is to blame, not the export".to_owned()
            }
            (0, 0, _) => "the archive doesn't tell whether the export or the restore is to blame".to_owned(),
            (export, restore, unknown) => format!(
                "of those listed in the record, {} went wrong in the export, {} in the restore, {} can't be told",
                count(export),
                count(restore),
                count(unknown)
            ),
        }));
    }
    let mut seen = BTreeSet::new();
    let remedies = findings.iter().filter(|finding| finding.is_told()).filter_map(|finding| finding.remedy.as_ref());
    hints.extend(remedies.filter(|remedy| seen.insert(*remedy)).take(3).cloned());
    hints
}

/// What a check left out, a line each.
pub(super) fn left_out(check: &CheckRecord) -> Vec<String> {
    let line = |left: &crate::model::Uncompared| {
        let see = left.see.as_ref().map(|see| format!("; see {see}")).unwrap_or_default();
        brief(&format!("not compared: {} {}: {}{see}", count(left.number), left.what, left.reason)).into_owned()
    };
    check.uncompared().iter().map(line).collect()
}

/// What a restore of this backup would lose of what its source has by now.
pub(super) fn exposure(record: &Record) -> Option<String> {
    let drift = &record.exposure;
    if drift.items == 0 {
        return None;
    }
    let oldest = drift.oldest.as_ref().map(|at| format!(", the oldest of {}", at.get(..16).unwrap_or(at)));
    let (edits, items) =
        (if drift.edits == 1 { "edit" } else { "edits" }, if drift.items == 1 { "item" } else { "items" });
    Some(format!(
        "whoever restores this backup now loses {} {edits} to {} {items} that the source has had since it was made{}",
        count(drift.edits),
        count(drift.items),
        oldest.unwrap_or_default()
    ))
}
