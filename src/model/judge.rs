use std::collections::BTreeMap;

use super::{
    Assurance, CheckRecord, CheckState, Claim, Fared, Fault, Field, Grade, Kind, Record, StageState, Stands,
    Uncompared, Verdict, count, disagreements,
};

/// Version of the rules below. Records carry it, so that a later program can tell by which rules a verdict was reached.
pub const RULES: u32 = 2;

/// The checks that compare content, in display order.
pub const CONTENT_CHECKS: [&str; 12] = [
    "spaces",
    "page-tree",
    "page-bodies",
    "blog-posts",
    "comments",
    "attachments",
    "history",
    "labels",
    "restrictions",
    "permissions",
    "users",
    "templates",
];

/// What must have run whole and without errors for `simulated` and all above it.
const MANDATORY: [&str; 4] = ["spaces", "page-tree", "page-bodies", "attachments"];

/// What shows that there was a wiki at all.
const SUBSTANCE: [&str; 4] = ["spaces", "page-tree", "page-bodies", "blog-posts"];

/// What shows that there was anything to read.
const TEXTS: [&str; 3] = ["page-tree", "page-bodies", "blog-posts"];

/// What follows from a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judgement {
    /// The answer.
    pub verdict: Verdict,
    /// The assurance that was reached.
    pub reached: Option<Assurance>,
    /// The target on which a fresh proof showed that the drill notices damage.
    pub proven: Option<String>,
    /// The reasons, one a line, the most important first.
    pub why: Vec<String>,
}

/// Judges a record by all that it holds, save its own verdict.
///
/// Failed needs evidence that is complete in itself: an error that a check found, a stage that broke by the backup's fault, a count that was
/// made and falls short. Passed needs that nothing is left open. Everything between is Inconclusive, and so is a drill that was interrupted.
pub fn judge(record: &Record) -> Judgement {
    let failed = failures(record);
    let reached = assurance(record);
    let open = open_questions(record, reached);
    let (verdict, why) = if record.interrupted {
        let first = "the drill was interrupted before it ended".to_owned();
        (Verdict::Inconclusive, [vec![first], failed, open].concat())
    } else if !failed.is_empty() {
        (Verdict::Failed, [failed, open].concat())
    } else if !open.is_empty() {
        (Verdict::Inconclusive, open)
    } else {
        (Verdict::Passed, vec![praise(record)])
    };
    let proven = match record.stands() {
        Some(Stands::Proven(target)) if reached.is_some() => Some(target),
        _ => None,
    };
    Judgement { verdict, reached, proven, why }
}

fn praise(record: &Record) -> String {
    let examined = record.checks.iter().map(|check| check.tally().examined).sum();
    let ran = record.checks.iter().filter(|check| check.grade() == Grade::Passed).count() as u64;
    let checks = if ran == 1 { "check" } else { "checks" };
    let excused = match record.checks.iter().map(CheckRecord::excused).sum() {
        0 => String::new(),
        number => format!(" besides {} that the scenario excuses", count(number)),
    };
    format!(
        "{} {checks} examined all {} things that they should, and found no error{excused}",
        count(ran),
        count(examined)
    )
}

/// Where the backup fell short.
fn failures(record: &Record) -> Vec<String> {
    let mut why = Vec::new();
    for stage in &record.stages {
        if let StageState::Broken { fault: Fault::Backup, error } = &stage.state {
            why.push(format!("{}: {error}", stage.stage.name()));
        }
    }
    for check in &record.checks {
        match check.errors() {
            0 => {}
            1 => why.push(format!("{}: 1 error", check.name)),
            errors => why.push(format!("{}: {} errors", check.name, count(errors))),
        }
    }
    why.extend(overstepped(record));
    if let Some(Stands::Refuted(said)) = record.stands() {
        why.push(format!("prove: {said}"));
    }
    for asked in &record.at_least {
        if let Some(found) = asked.found.filter(|found| *found < asked.wanted) {
            let (noun, wanted) = (asked.kind.noun(asked.wanted), count(asked.wanted));
            why.push(format!("at-least: {wanted} {noun} are required, and the restored copy has {}", count(found)));
        }
    }
    why
}

/// Allowances that are over, or that more was found for than they take, and severities that were lowered for a time that is over.
fn overstepped(record: &Record) -> Vec<String> {
    let allowances = record.allowances().filter_map(|(allowance, fared)| match fared {
        Fared::Expired => Some(format!(
            "allow: the allowance for {} expired on {} ({})",
            allowance.finding, allowance.expires, allowance.reason
        )),
        Fared::Exceeded(items) => Some(format!(
            "allow: {} has {} items and at most {} are allowed, so that none is",
            allowance.finding,
            count(items),
            count(allowance.at_most)
        )),
        Fared::Unused | Fared::Took(_) => None,
    });
    let severities = record.severities().filter_map(|(rule, fared)| {
        let over = || {
            let (until, reason) =
                (rule.expires.as_deref().unwrap_or("no day"), rule.reason.as_deref().unwrap_or("no reason"));
            format!("severity: what lowers {} expired on {until} ({reason})", rule.finding)
        };
        (fared == Fared::Expired).then(over)
    });
    allowances.chain(severities).collect()
}

/// What keeps the drill from a pass without speaking against the backup.
fn open_questions(record: &Record, reached: Option<Assurance>) -> Vec<String> {
    let mut why: Vec<String> = disagreements(record);
    let mut not_reached: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for stage in &record.stages {
        match &stage.state {
            StageState::Broken { fault: Fault::Rig | Fault::Scenario, error } => {
                why.push(format!("{}: {error}", stage.stage.name()));
            }
            StageState::NotReached { why: reason } => not_reached.entry(reason).or_default().push(stage.stage.name()),
            StageState::Broken { fault: Fault::Backup, .. } | StageState::Done { .. } => {}
        }
    }
    why.extend(not_reached.iter().map(|(reason, stages)| format!("not reached: {}: {reason}", stages.join(", "))));
    why.extend(record.checks.iter().flat_map(|check| left_open(record, check)));
    for asked in record.at_least.iter().filter(|asked| asked.found.is_none()) {
        why.push(format!("at-least: the {} of the restored copy were not counted", asked.kind.noun(2)));
    }
    why.extend(short_samples(record));
    if let Some(problem) = record.state.as_ref().and_then(|state| state.problem.as_ref()) {
        why.push(format!("state: {problem}"));
    }
    let cut = record.package.as_ref().is_some_and(|package| !package.whole);
    if cut && record.check("integrity").is_some_and(|check| check.grade() == Grade::Passed) {
        why.push("integrity: the archive was not read to its end".to_owned());
    }
    why.extend(nothing_done(record));
    if let Some(required) = record.required.filter(|required| reached < Some(*required)) {
        let got = reached.map_or("none", Assurance::name);
        why.push(format!("assurance: {} is required, {got} was reached", required.name()));
    }
    why
}

/// What one check leaves open.
fn left_open(record: &Record, check: &CheckRecord) -> Vec<String> {
    let name = &check.name;
    let (tally, unread) = match &check.state {
        CheckState::Excluded { .. } => return Vec::new(),
        CheckState::NotRun { reason } => return vec![format!("{name} did not run: {reason}")],
        CheckState::Ran { tally, unread, .. } => (tally, unread),
    };
    let mut why: Vec<String> = unread.iter().map(|reason| format!("{name} could not examine all: {reason}")).collect();
    if unread.is_none() && tally.examined < tally.of {
        why.push(format!("{name} examined {} of {}", count(tally.examined), count(tally.of)));
    }
    for left in check.uncompared() {
        if let Some(other) = left.see.as_deref().filter(|other| left.number > 0 && !ran(record, other)) {
            let (number, what) = (count(left.number), &left.what);
            why.push(format!("{name} leaves {number} ({what}) to the check {other}, which did not run"));
        }
    }
    why
}

/// Samples that show less than they were to show.
fn short_samples(record: &Record) -> Vec<String> {
    let mut why = Vec::new();
    for sample in &record.samples {
        let name = &sample.check;
        let Some(check) = record.check(name).filter(|check| ran(record, &check.name)) else { continue };
        if sample.population > 0 && (sample.examined == 0 || sample.drawn == 0 || check.tally().examined == 0) {
            why.push(format!("{name}: nothing of the sample of {} was examined", count(sample.drawn)));
        }
        if let Some(rotation) = sample.rotation.as_ref().filter(|rotation| rotation.is_overdue(&record.began)) {
            let said = rotation.said(sample.population);
            why.push(format!(
                "{name}: not all was verified within {}: {said}; take a larger sample, or drill more often",
                rotation.span
            ));
        }
    }
    why
}

/// The absence of work is no success. What the scenario excuses is lost all the same, and shows no work.
fn nothing_done(record: &Record) -> Option<String> {
    let examined = |names: &[&str]| -> u64 {
        record.checks.iter().filter(|check| names.contains(&check.name.as_str())).map(|check| record.there(check)).sum()
    };
    if record.checks.iter().all(|check| record.there(check) == 0) {
        return Some("nothing was examined".to_owned());
    }
    let asked = |names: &[&str]| record.checks.iter().any(|check| names.contains(&check.name.as_str()) && runs(check));
    // Where no check asks for them, the archive must at least hold them.
    let archived =
        || [Kind::Space, Kind::Page, Kind::BlogPost].iter().filter_map(|kind| record.counts.get(kind)?.archive).sum();
    let substance = if asked(&SUBSTANCE) { examined(&SUBSTANCE) } else { archived() };
    if substance == 0 {
        return Some("not one space, page or blog post was examined".to_owned());
    }
    // Spaces without a single page are what an export leaves that broke off in silence.
    (asked(&TEXTS) && examined(&TEXTS) == 0).then(|| "not one page or blog post was examined".to_owned())
}

fn runs(check: &CheckRecord) -> bool {
    !matches!(check.state, CheckState::Excluded { .. })
}

fn ran(record: &Record, name: &str) -> bool {
    record.check(name).is_some_and(|check| matches!(check.state, CheckState::Ran { .. }))
}

/// The strongest assurance that the record supports; each one needs the one before.
fn assurance(record: &Record) -> Option<Assurance> {
    record.backup.as_ref().filter(|backup| backup.bytes > 0)?;
    let passed = |name: &str| record.check(name).is_some_and(|check| proves(record, check));
    if !record.package.as_ref().is_some_and(|package| package.whole) || !passed("integrity") {
        return Some(Assurance::Present);
    }
    let Some(target) = record.target.as_ref().filter(|_| restored(record)) else { return Some(Assurance::Readable) };
    let bytes_compared = record.check("attachments").is_some_and(|check| {
        let left_out = Uncompared::field(Kind::Attachment, Field::Digest);
        check.uncompared().iter().all(|left| left.what != left_out)
    });
    if !MANDATORY.iter().all(|name| passed(name)) || !bytes_compared {
        return Some(Assurance::Readable);
    }
    // A mock can't prove more, and a target that doesn't say what it is is held for one.
    if target.mock || matches!(target.kind.as_str(), "embedded" | "mock") {
        return Some(Assurance::Simulated);
    }
    let bound = record.manifest.as_ref().is_some_and(|manifest| manifest.claim == Claim::Source && manifest.bound);
    let all = CONTENT_CHECKS.iter().all(|name| {
        // A space export holds no accounts, so that nobody asks for them.
        passed(name) || (*name == "users" && record.check(name).is_none())
    });
    Some(if bound && all { Assurance::Faithful } else { Assurance::Restorable })
}

/// Whether a check ran whole, found no error and left nothing to a check that did not run.
fn proves(record: &Record, check: &CheckRecord) -> bool {
    check.grade() == Grade::Passed && left_open(record, check).is_empty()
}

/// Whether every stage that carries the assurance of a restore ended well.
fn restored(record: &Record) -> bool {
    use crate::event::Stage;
    [Stage::Restore, Stage::Observe].iter().all(|wanted| {
        let mut stages = record.stages.iter().filter(|stage| stage.stage == *wanted).peekable();
        stages.peek().is_some() && stages.all(|stage| matches!(stage.state, StageState::Done { .. }))
    })
}

#[cfg(test)]
mod tests;
