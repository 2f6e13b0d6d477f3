//! JUnit, for whatever shows test results: one suite a group, one case a stage, a check, and a rule of the verdict.
//!
//! Written by `junit-report`, which writes any text it is given: so no text enters it that could break the file, what it can't write is added
//! by [`super::polish`], and the result is read back before anybody gets it.

use junit_report::{Duration, Report, TestCase, TestResult, TestSuite};

use super::polish::{self, About, polished};
use super::story::{headline, left_out, lines, word};
use super::visible::{brief, cut, visible};
use super::{RenderError, cover, story};
use crate::model::proof::{Outcome, Proof, Trial, TrialState};
use crate::model::{
    CUT_SHORT, CheckRecord, CheckState, Fault, Grade, Record, StageRecord, StageState, Stands, Verdict,
};

/// The largest file that is written: 8 MiB. GitLab takes 30 MB a file, ReportPortal 32 MB.
const FILE_MAX: usize = 8 << 20;

/// The longest text of one node, tried in this order until the file is small enough. GitLab fails to parse nodes of 8 MB.
const NODE_MAX: [usize; 4] = [512 << 10, 64 << 10, 8 << 10, 1 << 10];

/// The longest name: Azure takes 512 characters.
const NAME_MAX: usize = 200;

/// The report of a drill.
///
/// # Errors
/// A report that the writer refuses, that is not well-formed, or too large: mistakes of this program.
pub fn junit(record: &Record) -> Result<Vec<u8>, RenderError> {
    render(record, false)
}

/// The report of a drill that is about to begin, written before anything runs: every planned case is an error, so that a killed job leaves
/// no green file behind, and none of yesterday.
///
/// # Errors
/// As for [`junit`].
pub fn planned(record: &Record) -> Result<Vec<u8>, RenderError> {
    render(record, true)
}

/// The report of a proof: a case a change, red where damage survived or a harmless change was held for damage.
///
/// # Errors
/// As for [`junit`].
pub fn proof(proof: &Proof) -> Result<Vec<u8>, RenderError> {
    write(
        &proof.scenario,
        || vec![("changes", proof.trials.iter().map(trial).collect()), ("proof", vec![proven(proof)])],
        &polish::proof(proof),
    )
}

fn trial(trial: &Trial) -> Case {
    let said = super::proof::line(trial, false);
    let message = said.trim().to_owned();
    let (colour, millis) = match (trial.outcome(), &trial.state) {
        (Outcome::Caught | Outcome::Quiet, TrialState::Drilled(drilling)) => (Colour::Green, drilling.millis),
        (Outcome::NotApplicable, _) => (Colour::Skipped, 0),
        (Outcome::Survived | Outcome::CriedWolf, _) => (Colour::Red("proof", message.clone(), message.clone()), 0),
        _ => (Colour::Error("proof", message.clone(), message.clone()), 0),
    };
    Case { name: trial.name.clone(), millis, colour, out: vec![message] }
}

/// What follows from all changes, also where none was tried.
fn proven(proof: &Proof) -> Case {
    let why = proof.why.join("; ");
    let colour = match proof.verdict {
        Verdict::Passed => Colour::Green,
        Verdict::Failed => Colour::Red("proof", why.clone(), why.clone()),
        Verdict::Inconclusive => Colour::Error("proof", why.clone(), why.clone()),
    };
    Case { name: "proof.proven".to_owned(), millis: 0, colour, out: vec![why] }
}

fn render(record: &Record, planned: bool) -> Result<Vec<u8>, RenderError> {
    write(&record.scenario.name, || suites(record, planned).into(), &polish::drill(record))
}

/// Writes suites; their texts are cut where the file would be too large.
fn write(
    scenario: &str,
    suites: impl Fn() -> Vec<(&'static str, Vec<Case>)>,
    about: &About<'_>,
) -> Result<Vec<u8>, RenderError> {
    let mut bytes = Vec::new();
    for most in NODE_MAX {
        let mut report = Report::new();
        for (group, cases) in suites() {
            report.add_testsuite(suite(scenario, group, cases, most));
        }
        let mut raw = Vec::new();
        report.write_xml(&mut raw).map_err(|error| RenderError::Junit(error.to_string()))?;
        bytes = polished(&raw, about)?;
        if bytes.len() <= FILE_MAX {
            return Ok(bytes);
        }
    }
    Err(RenderError::TooLarge { bytes: bytes.len(), most: FILE_MAX })
}

/// One case before it is made safe.
struct Case {
    name: String,
    millis: u64,
    colour: Colour,
    out: Vec<String>,
}

/// What a case shows.
enum Colour {
    Green,
    /// The backup fell short: type, message, body.
    Red(&'static str, String, String),
    /// It could not be shown: type, message, body.
    Error(&'static str, String, String),
    /// Left out by the scenario.
    Skipped,
}

fn suites(record: &Record, planned: bool) -> [(&'static str, Vec<Case>); 3] {
    let mut stages: Vec<_> = record.stages.iter().map(stage).collect();
    let mut checks: Vec<_> = record.checks.iter().map(|one| check(one, record)).collect();
    let mut verdict = verdict(record);
    if planned {
        for case in stages.iter_mut().chain(&mut checks).chain(&mut verdict) {
            if !matches!(case.colour, Colour::Skipped) {
                case.colour = Colour::Error("planned", CUT_SHORT.to_owned(), CUT_SHORT.to_owned());
            }
        }
    }
    let red = |case: &Case| matches!(case.colour, Colour::Red(..) | Colour::Error(..));
    if record.verdict != Verdict::Passed && !stages.iter().chain(&checks).chain(&verdict).any(red) {
        // Whatever the reason: a drill that did not pass never shows as green.
        let why = record.why.join("; ");
        if let Some(case) = verdict.first_mut() {
            case.colour = Colour::Error(record.verdict.name(), why.clone(), why);
        }
    }
    [("stages", stages), ("checks", checks), ("verdict", verdict)]
}

fn stage(record: &StageRecord) -> Case {
    let name = record.stage.name();
    let (colour, out) = match &record.state {
        StageState::Done { said } => (Colour::Green, vec![said.clone()]),
        StageState::Broken { fault, error } => {
            let message = format!("{name} broke: {error}");
            let colour = match fault {
                Fault::Backup => Colour::Red("backup", message.clone(), message),
                Fault::Rig => Colour::Error("rig", message.clone(), message),
                Fault::Scenario => Colour::Error("scenario", message.clone(), message),
            };
            (colour, Vec::new())
        }
        StageState::NotReached { why } => {
            let message = format!("{name} was not reached: {why}");
            (Colour::Error("not-reached", message.clone(), message), Vec::new())
        }
    };
    Case { name: name.to_owned(), millis: record.millis, colour, out }
}

fn check(check: &CheckRecord, record: &Record) -> Case {
    let message = headline(check);
    let body = || lines(check, record).into_iter().map(|story::Line { text, .. }| text + "\n").collect::<String>();
    let colour = match check.grade() {
        Grade::Passed => Colour::Green,
        Grade::Excluded => Colour::Skipped,
        grade @ Grade::Failed => Colour::Red(word(grade), message.clone(), body()),
        grade @ Grade::Inconclusive => {
            let kind = if matches!(check.state, CheckState::NotRun { .. }) { "not-run" } else { word(grade) };
            Colour::Error(kind, message.clone(), body())
        }
    };
    let mut out = vec![message];
    out.extend(cover::samples(record, &check.name));
    out.extend(left_out(check));
    Case { name: check.name.clone(), millis: 0, colour, out }
}

/// The rules of the verdict that no single stage or check shows.
fn verdict(record: &Record) -> Vec<Case> {
    let missed = |kind, message: String| match record.verdict {
        Verdict::Failed => Colour::Red(kind, message.clone(), message),
        Verdict::Passed | Verdict::Inconclusive => Colour::Error(kind, message.clone(), message),
    };
    let examined: u64 = record.checks.iter().map(|check| check.tally().examined).sum();
    let work = if record.interrupted {
        let message = "the drill was interrupted before it ended".to_owned();
        Colour::Error("interrupted", message.clone(), message)
    } else if examined == 0 {
        let message = "nothing was examined".to_owned();
        Colour::Error("nothing-examined", message.clone(), message)
    } else {
        Colour::Green
    };
    let assurance = match record.required.filter(|required| record.reached < Some(*required)) {
        Some(required) => {
            let reached = record.reached.map_or("none", |reached| reached.name());
            missed("assurance", format!("assurance: {} is required, {reached} was reached", required.name()))
        }
        None => Colour::Green,
    };
    let mut reached: Vec<String> = Vec::new();
    if let (Some(word), Some(level)) = (cover::assurance(record), record.reached) {
        reached.push(format!("reached: {word}: {}", level.meaning()));
    }
    reached.extend(cover::within(record).into_iter().map(|within| format!("within: {within}")));
    reached.extend(record.blind_spots.iter().map(|spot| format!("not proven: {spot}")));
    let case = |name: &str, colour, out| Case { name: name.to_owned(), millis: 0, colour, out };
    let mut cases =
        vec![case("verdict.work-done", work, record.why.clone()), case("verdict.assurance", assurance, reached)];
    if !record.at_least.is_empty() {
        cases.push(case("verdict.at-least", at_least(record), Vec::new()));
    }
    cases.extend(covered(record));
    cases
}

/// What the scenario excuses, what it remembers, and how its proof stands; where it has any of these.
fn covered(record: &Record) -> Vec<Case> {
    let case = |name: &str, colour, out| Case { name: name.to_owned(), millis: 0, colour, out };
    let mut cases = Vec::new();
    let excuses = cover::excuses(record);
    if !excuses.is_empty() {
        let wrong: Vec<&str> = excuses.iter().filter(|(fails, _)| *fails).map(|(_, said)| said.as_str()).collect();
        let colour = match wrong.as_slice() {
            [] => Colour::Green,
            wrong => Colour::Red("excused", wrong.join("; "), wrong.join("\n")),
        };
        cases.push(case("verdict.excused", colour, excuses.into_iter().map(|(_, said)| said).collect()));
    }
    if let Some(state) = &record.state {
        let colour = match &state.problem {
            Some(problem) => Colour::Error("state", problem.clone(), problem.clone()),
            None => Colour::Green,
        };
        cases.push(case("verdict.state", colour, vec![format!("kept in {}", state.folder)]));
    }
    if let (Some(stands), Some(said)) = (record.stands(), cover::proof(record)) {
        let colour = match stands {
            Stands::Proven(_) => Colour::Green,
            Stands::Refuted(_) => Colour::Red("proof", said.clone(), said.clone()),
            // Neither good nor bad: nothing was shown.
            Stands::Open(_) => Colour::Skipped,
        };
        cases.push(case("verdict.proof", colour, vec![said]));
    }
    cases
}

fn at_least(record: &Record) -> Colour {
    let mut short = Vec::new();
    let mut uncounted = Vec::new();
    for asked in &record.at_least {
        let noun = asked.kind.noun(2);
        match asked.found {
            None => uncounted.push(format!("the {noun} were not counted")),
            Some(found) if found < asked.wanted => {
                short.push(format!("{} {noun} are required, and the restored copy has {found}", asked.wanted));
            }
            Some(_) => {}
        }
    }
    match (short.is_empty(), uncounted.is_empty()) {
        (false, _) => Colour::Red("at-least", short.join("; "), short.join("\n")),
        (true, false) => Colour::Error("at-least", uncounted.join("; "), uncounted.join("\n")),
        (true, true) => Colour::Green,
    }
}

fn suite(scenario: &str, group: &str, cases: Vec<Case>, most: usize) -> TestSuite {
    let scenario = name(scenario);
    let class = format!("rehearse.{scenario}.{group}");
    let mut suite = TestSuite::new(&class);
    suite.package = format!("rehearse.{scenario}");
    suite.hostname = "rehearse".to_owned();
    suite.add_testcases(cases.into_iter().map(|case| {
        let time = Duration::milliseconds(i64::try_from(case.millis).unwrap_or(i64::MAX));
        let mut test = TestCase::success(&name(&case.name), time);
        let line = |text: &str| brief(text).into_owned();
        test.result = match case.colour {
            Colour::Green => TestResult::Success,
            Colour::Skipped => TestResult::Skipped,
            Colour::Red(kind, message, body) => {
                TestResult::Failure { type_: kind.to_owned(), message: line(&message), cause: Some(node(&body, most)) }
            }
            Colour::Error(kind, message, body) => {
                TestResult::Error { type_: kind.to_owned(), message: line(&message), cause: Some(node(&body, most)) }
            }
        };
        test.set_classname(&class);
        let out = case.out.iter().filter(|line| !line.is_empty()).map(String::as_str).collect::<Vec<_>>().join("\n");
        if !out.is_empty() {
            test.set_system_out(&node(&out, most));
        }
        test
    }));
    suite
}

/// A name as it stands in an attribute: one line, not too long, the same in every run.
fn name(text: &str) -> String {
    super::visible::fit(&brief(text), NAME_MAX)
}

/// Text for a CDATA section: cut, visible, and with `]]>` split over two sections, which every XML reader puts together again.
fn node(text: &str, most: usize) -> String {
    visible(&cut(text, most)).replace("]]>", "]]]]><![CDATA[>")
}
