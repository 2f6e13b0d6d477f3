//! The story of a drill for a terminal: the worst first, the verdict last.

use std::fmt::Write as _;

use super::cover;
use super::story::{Line, Role, exposure, left_out, lines};
use super::visible::{brief, fit};
use crate::event::Stage;
use crate::model::{
    CheckRecord, Claim, Comparison, Counts, Grade, Identity, Kind, Record, Scope, SideRecord, StageRecord, StageState,
    Verdict, count,
};

/// The story of a drill. Colour is an addition: without it the same words stand there.
pub fn story(record: &Record, colour: bool) -> String {
    let mut story = heading(record);
    story.extend(stages(record));
    story.push(blank());
    told(story, record, &THREE, colour)
}

/// The story without its stages, for somebody who saw them go by.
pub fn outcome(record: &Record, colour: bool) -> String {
    told(heading(record), record, &THREE, colour)
}

/// The story of a comparison.
pub fn comparison(comparison: &Comparison, colour: bool) -> String {
    let record = &comparison.record;
    let mut story = vec![Line::new(Role::Heading, format!("comparison of {}", brief(&record.scenario.name)))];
    let side = |word: &str, side: &Option<SideRecord>| {
        let said = side.as_ref().map_or_else(|| "could not be read".to_owned(), sided);
        Line::new(Role::Plain, format!("  {word:<9} {}", brief(&said)))
    };
    story.extend([side("expected", &comparison.expected), side("actual", &comparison.actual)]);
    if let Some(identity) = comparison.matched_by {
        let by = match identity {
            Identity::Id => "content id",
            Identity::Natural => "space, title, author and date",
        };
        story.push(Line::new(Role::Plain, format!("  matched   by {by}")));
    }
    story.push(blank());
    let broken = |stage: &&StageRecord| !matches!(stage.state, StageState::Done { .. });
    story.extend(record.stages.iter().filter(broken).map(stage_line));
    told(story, record, &TWO, colour)
}

fn sided(side: &SideRecord) -> String {
    let digest = side.digest.as_ref().map(|digest| {
        let short: String = digest.hex().chars().take(12).collect();
        format!(", sha256 {short}…")
    });
    let scope = match &side.scope {
        Scope::Site => "whole site".to_owned(),
        Scope::Spaces(keys) => format!("spaces {}", keys.join(", ")),
        Scope::Unknown => "scope not told".to_owned(),
    };
    let product = side.product.as_ref().map(|version| format!("; {version}")).unwrap_or_default();
    format!("{} {}{}; {scope}{product}", side.form.name(), side.origin, digest.unwrap_or_default())
}

/// A column of the table of numbers: its heading, and the number.
type Column = (&'static str, fn(&Counts) -> Option<u64>);

/// The sides of a drill.
const THREE: [Column; 3] =
    [("manifest", |counts| counts.manifest), ("archive", |counts| counts.archive), ("copy", |counts| counts.copy)];

/// The sides of a comparison.
const TWO: [Column; 2] = [("expected", |counts| counts.manifest), ("actual", |counts| counts.copy)];

fn told(mut story: Vec<Line>, record: &Record, columns: &[Column], colour: bool) -> String {
    let mut checks: Vec<&CheckRecord> = record.checks.iter().collect();
    checks.sort_by_key(|check| order(check.grade()));
    for check in checks {
        let lines = lines(check, record);
        let block = lines.len() > 1;
        story.extend(lines);
        if block {
            story.push(blank());
        }
    }
    story.extend(counts(record, columns));
    story.extend(excused(record));
    story.extend(not_proven(record));
    story.extend(verdict(record));
    let mut out = String::new();
    let mut last_blank = true;
    for line in story {
        if line.text.is_empty() && last_blank {
            continue;
        }
        last_blank = line.text.is_empty();
        let _ = writeln!(out, "{}", painted(&line, colour));
    }
    out
}

/// What is worst stands first.
const fn order(grade: Grade) -> u8 {
    match grade {
        Grade::Failed => 0,
        Grade::Inconclusive => 1,
        Grade::Excluded => 2,
        Grade::Passed => 3,
    }
}

fn blank() -> Line {
    Line::new(Role::Plain, "")
}

fn painted(line: &Line, colour: bool) -> String {
    let code = match line.role {
        Role::Plain => return line.text.clone(),
        Role::Heading => "1",
        Role::Good => "32",
        Role::Bad => "1;31",
        Role::Open => "1;33",
        Role::Faint => "2",
        Role::Hint => "36",
    };
    if colour && !line.text.is_empty() { format!("\u{1b}[{code}m{}\u{1b}[0m", line.text) } else { line.text.clone() }
}

fn heading(record: &Record) -> Vec<Line> {
    let mut lines =
        vec![Line::new(Role::Heading, format!("drill {} of {}", brief(&record.drill), brief(&record.scenario.name)))];
    let mut row =
        |word: &str, text: String| lines.push(Line::new(Role::Plain, format!("  {word:<9} {}", brief(&text))));
    if let Some(backup) = &record.backup {
        let digest: String = backup.digest.hex().chars().take(12).collect();
        row("backup", format!("{}, {} bytes, sha256 {digest}…", backup.name, count(backup.bytes)));
    }
    if let Some(package) = &record.package {
        row("written", format!("by {}", package.writer));
    }
    if let Some(manifest) = &record.manifest {
        let claim = match manifest.claim {
            Claim::Source if manifest.bound => "of the source, bound to this backup",
            Claim::Source => "of the source, not bound to this backup",
            Claim::Backup => "of the backup itself, which proves less",
        };
        row("manifest", format!("{claim} ({})", manifest.origin));
    }
    if let Some(target) = &record.target {
        let mock = if target.mock { ", a mock" } else { "" };
        row("target", format!("{}{mock}; {}", target.kind, target.isolation));
    }
    lines.push(blank());
    lines
}

fn stages(record: &Record) -> Vec<Line> {
    record.stages.iter().map(stage_line).collect()
}

fn stage_line(stage: &StageRecord) -> Line {
    let time = format!("{}.{:01} s", stage.millis / 1_000, stage.millis % 1_000 / 100);
    let (role, text) = match &stage.state {
        StageState::Done { said } => (Role::Plain, said.clone()),
        StageState::Broken { error, .. } => (Role::Bad, format!("broke: {error}")),
        StageState::NotReached { why } => (Role::Faint, format!("not reached: {why}")),
    };
    Line::new(role, format!("  {:<9} {time:>8}  {}", stage.stage.name(), brief(&text)).trim_end().to_owned())
}

/// The numbers of the sides, kind by kind.
fn counts(record: &Record, columns: &[Column]) -> Vec<Line> {
    let mut lines = vec![blank()];
    let some = |counts: &Counts| columns.iter().any(|(_, number)| number(counts).unwrap_or(0) > 0);
    let row = |first: &str, cells: Vec<String>| {
        let cells: String = cells.iter().map(|cell| format!(" {cell:>11}")).collect();
        format!("  {first:<12}{cells}")
    };
    if record.counts.values().any(some) {
        let headings = columns.iter().map(|(heading, _)| (*heading).to_owned()).collect();
        lines.push(Line::new(Role::Heading, row("", headings)));
    }
    for (kind, counts) in record.counts.iter().filter(|(_, counts)| some(counts)) {
        let cell = |number: Option<u64>| number.map_or_else(|| "not read".to_owned(), count);
        let cells = columns.iter().map(|(_, number)| cell(number(counts))).collect();
        lines.push(Line::new(Role::Plain, row(Kind::noun(*kind, 2), cells)));
    }
    lines.push(blank());
    lines
}

/// What the scenario says of findings, with reasons and last days.
fn excused(record: &Record) -> Vec<Line> {
    let excuses = cover::excuses(record);
    if excuses.is_empty() {
        return Vec::new();
    }
    let mut lines = vec![Line::new(Role::Heading, "excused by the scenario")];
    lines.extend(excuses.into_iter().map(|(fails, said)| {
        Line::new(if fails { Role::Bad } else { Role::Plain }, format!("  - {}", fit(&brief(&said), 400)))
    }));
    lines.push(blank());
    lines
}

fn not_proven(record: &Record) -> Vec<Line> {
    let mut items: Vec<String> = record.blind_spots.iter().map(|spot| brief(spot).into_owned()).collect();
    let aside = |left: &crate::model::Uncompared| format!("{} {}: {}", count(left.number), left.what, left.reason);
    let told = |left: &&crate::model::Uncompared| {
        let mut all = record.checks.iter().flat_map(CheckRecord::uncompared);
        !all.any(|one| one.what == left.what && one.reason == left.reason)
    };
    items.extend(record.asides.iter().filter(told).map(|left| brief(&aside(left)).into_owned()));
    for check in &record.checks {
        items.extend(
            left_out(check)
                .into_iter()
                .map(|line| format!("{}: {}", brief(&check.name), line.trim_start_matches("not compared: "))),
        );
    }
    if items.is_empty() {
        return Vec::new();
    }
    let mut lines = vec![Line::new(Role::Heading, "not proven")];
    lines.extend(items.into_iter().map(|item| Line::new(Role::Plain, format!("  - {}", fit(&item, 400)))));
    lines.push(blank());
    lines
}

fn verdict(record: &Record) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut row = |word: &str, text: &str| lines.push(Line::new(Role::Plain, format!("{word}: {}", brief(text))));
    match record.reached {
        Some(reached) => {
            let word = cover::assurance(record).unwrap_or_default();
            row("assurance", &format!("{word}: {}", reached.meaning()));
        }
        // A comparison has no stage that brings a backup into hand, and assures nothing of one.
        None if !record.stages.iter().any(|stage| stage.stage == Stage::Acquire) => {}
        None => row("assurance", "none: nothing was shown, not even that there is a backup"),
    }
    for within in cover::within(record) {
        row("within", &within);
    }
    if let Some(proof) = cover::proof(record) {
        row("proof", &proof);
    }
    if let Some(required) = record.required {
        row("required", required.name());
    }
    if let Some(exposure) = exposure(record) {
        row("exposure", &exposure);
    }
    if !record.tear_down.left.is_empty() {
        row("left behind", &record.tear_down.left.join(", "));
    }
    if let (Some(runbook), true) = (&record.scenario.runbook, record.verdict != Verdict::Passed) {
        row("runbook", runbook);
    }
    if let (Some(owner), true) = (&record.scenario.owner, record.verdict != Verdict::Passed) {
        row("owner", owner);
    }
    for why in &record.why {
        row("because", why);
    }
    let role = match record.verdict {
        Verdict::Passed => Role::Good,
        Verdict::Failed => Role::Bad,
        Verdict::Inconclusive => Role::Open,
    };
    lines.push(Line::new(role, format!("{}: {}", record.verdict.name(), brief(&record.scenario.name))));
    lines
}
