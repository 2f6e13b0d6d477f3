//! Every report is fed hostile text, and what comes out is read by parsers that are not ours.
//!
//! The foreign parsers (Python's xml.etree, junitparser, xmllint) are used where they are found. Where `REHEARSE_MUST_RUN` names
//! `foreign-parsers`, one that is missing fails the test.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that meets what it doesn't expect should stop there"
)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use rehearsal::event::Stage;
use rehearsal::model::{
    Allowance, Assurance, AtLeast, BackupRecord, CheckRecord, CheckState, Claim, Code, Counts, Digest, Discrepancy,
    Fault, Field, Finding, FindingRecord, Form, Hop, Key, Kind, LastProof, ManifestRecord, Outcome, Position, Privacy,
    Record, RotationRecord, Sample, SampleRecord, ScenarioRecord, Severity, SeverityChange, StageState, Standing,
    StateRecord, Subject, Tally, TargetRecord, Treatment, Uncompared, Verdict, Where,
};
use rehearsal::report::{evidence, junit, terminal};

const HOSTILE: [&str; 9] = [
    "]]>",
    "<![CDATA[x]]]]><![CDATA[>]]> &amp; &#0; <!-- --",
    "<script>alert('x')</script> \"quoted\"",
    "bell\u{7} escape\u{1b}[31m nul\0 tab\u{b} delete\u{7f} c1\u{9b}31m",
    "not a character \u{fffe}\u{ffff} \u{feff}",
    "\u{202e}gnp.exe\u{2066} שלום مرحبا",
    "lines\r\nand\nmore\u{2028}lines",
    "[[ATTACHMENT|/etc/passwd]]",
    "🎉 e\u{301} \u{10ffff}",
];

fn scenario(name: &str) -> ScenarioRecord {
    ScenarioRecord {
        name: name.into(),
        description: None,
        owner: Some("wiki-platform".into()),
        runbook: Some("https://wiki.example.com/x/restore".into()),
        file: "scenarios/monthly-site.yaml".into(),
        digest: Digest::of("scenario"),
    }
}

fn page(id: u64, titles: &[&str], restricted: bool) -> Subject {
    let title: Vec<String> = titles.iter().map(|title| (*title).to_owned()).collect();
    let key = Key::new(["page", "OPS", titles.last().unwrap()]);
    Subject { kind: Some(Kind::Page), key: Some(key), id: Some(id), space: Some("OPS".into()), title, restricted }
}

fn finding(subject: Subject, discrepancy: Discrepancy) -> Finding {
    let what = match &discrepancy {
        Discrepancy::Missing => "missing",
        Discrepancy::Unexpected => "unexpected",
        Discrepancy::Differs { .. } => "differs",
        Discrepancy::Other { .. } | Discrepancy::Many { .. } => "damaged",
    };
    Finding {
        code: Code { check: "page-tree".into(), what: what.into() },
        severity: Severity::Error,
        subject,
        discrepancy,
        hop: Hop::Export,
        place: None,
        remedy: None,
    }
}

fn ran(findings: Vec<Finding>, of: u64, privacy: Privacy) -> CheckState {
    let outcome = Outcome { findings, tally: Tally { examined: of, of }, ..Outcome::default() };
    CheckState::ran(&outcome, privacy, &std::collections::BTreeMap::new()).0
}

fn check(name: &str, state: CheckState) -> CheckRecord {
    let position = Position {
        file: "scenarios/monthly-site.yaml".into(),
        line: 41,
        column: 5,
        length: 3,
        source_line: "  - all".into(),
    };
    CheckRecord { name: name.into(), position: Some(position), state }
}

/// A drill in which these checks ran.
fn record(name: &str, checks: Vec<CheckRecord>) -> Record {
    let mut record = Record::planned(
        scenario(name),
        "20261123-124501-9f3c01aa".into(),
        "2026-11-23T12:45:01Z".into(),
        &Stage::ALL,
        checks,
    );
    for stage in &mut record.stages {
        stage.millis = 1_234;
        stage.state = StageState::Done { said: "done".into() };
    }
    record.backup = Some(BackupRecord {
        name: "export.zip".into(),
        origin: "backups/export.zip".into(),
        bytes: 1_234_567,
        digest: Digest::of("backup"),
        modified: None,
        form: Form::Zip,
    });
    record.manifest = Some(ManifestRecord {
        claim: Claim::Source,
        origin: "https://wiki.example.com".into(),
        digest: None,
        bound: true,
        began: "2026-11-22T22:55:00Z".into(),
        ended: "2026-11-22T23:00:00Z".into(),
        clock: None,
    });
    record.target = Some(TargetRecord {
        kind: "embedded".into(),
        mock: true,
        product: None,
        isolation: "in this process, on the loopback".into(),
        image: None,
    });
    let counts = Counts { manifest: Some(4_812), archive: Some(4_809), copy: Some(4_809) };
    record.counts = BTreeMap::from([(Kind::Page, counts)]);
    record.judged()
}

/// A drill with the text in every place that content or an error can reach.
fn hostile(text: &str) -> Record {
    let differs = Discrepancy::Differs { field: Field::Title, expected: Some(text.into()), actual: Some(text.into()) };
    let mut findings = vec![
        finding(page(1, &[text, text], false), Discrepancy::Missing),
        finding(page(2, &[text], false), differs),
        finding(page(3, &[text], false), Discrepancy::Other { message: text.into() }),
    ];
    for finding in &mut findings {
        finding.remedy = Some(text.into());
        finding.subject.space = Some(text.into());
    }
    let mut left = ran(Vec::new(), 3, Privacy::Full);
    if let CheckState::Ran { uncompared, unread, .. } = &mut left {
        uncompared.push(Uncompared { what: text.into(), number: 1, reason: text.into(), see: None });
        *unread = Some(text.into());
    }
    let checks = vec![
        check("page-tree", ran(findings, 9, Privacy::Full)),
        check("page-bodies", left),
        check("labels", CheckState::NotRun { reason: text.into() }),
        check("history", CheckState::Excluded { reason: text.into() }),
        check("spaces", ran(Vec::new(), 1, Privacy::Full)),
    ];
    let mut record = record(text, checks);
    record.stages[3].state = StageState::Broken { fault: Fault::Rig, error: text.into() };
    record.stages[4].state = StageState::NotReached { why: text.into() };
    record.scenario.owner = Some(text.into());
    record.at_least = vec![AtLeast { kind: Kind::Page, wanted: 10, found: Some(9) }];
    record.checks[0].position.as_mut().unwrap().source_line = text.into();
    record.blind_spots.push(text.into());
    covered(&mut record, text);
    record.judged()
}

/// The text in all that a scenario says of findings, samples, states and proofs.
fn covered(record: &mut Record, text: &str) {
    let place = Where { space: Some(text.into()), title: Some(text.into()), ..Where::default() };
    let (finding, reason) = (String::from(text), String::from(text));
    let allowance = Allowance { finding, place, at_most: 1, reason, expires: "2999-12-31".into() };
    let change = SeverityChange {
        finding: text.into(),
        counts_as: Severity::Warning,
        reason: Some(text.into()),
        expires: Some(text.into()),
    };
    record.treatment = Treatment { allowances: vec![allowance], severities: vec![change] };
    let stretch = Sample { seed: 1, from: 0, last: 5 };
    record.samples.push(SampleRecord {
        check: "page-tree".into(),
        asked: text.into(),
        stretch,
        population: 9,
        population_bytes: 90,
        drawn: 3,
        bytes: 30,
        examined: 3,
        damaged: 0,
        rotation: Some(RotationRecord {
            span: text.into(),
            span_seconds: 1,
            began: text.into(),
            verified: 3,
            whole: false,
            left_seconds: Some(1),
        }),
    });
    record.state = Some(StateRecord { folder: text.into(), problem: Some(text.into()) });
    let last = LastProof {
        ended: record.ended.clone(),
        verdict: Verdict::Failed,
        why: vec![text.into()],
        target: text.into(),
        scenario: record.scenario.digest.clone(),
        tool: record.tool.clone(),
        backup: None,
        seed: 1,
        caught: 1,
        survivors: vec![text.into()],
    };
    record.proof = Some(Standing { every: text.into(), every_seconds: 1, last: Some(last) });
}

/// Every report of a record, by name.
fn reports(record: &Record) -> Vec<(&'static str, Vec<u8>)> {
    let findings: Vec<FindingRecord> = record
        .checks
        .iter()
        .filter_map(|check| match &check.state {
            CheckState::Ran { findings, .. } => Some(findings.clone()),
            _ => None,
        })
        .flatten()
        .collect();
    vec![
        ("junit", junit::junit(record).unwrap()),
        ("planned", junit::planned(record).unwrap()),
        ("terminal", terminal::story(record, false).into_bytes()),
        ("record", evidence::record(record).unwrap()),
        ("findings", evidence::findings(&findings).unwrap()),
    ]
}

#[test]
fn no_report_passes_on_what_a_terminal_or_a_parser_would_obey() {
    for text in HOSTILE {
        for (name, bytes) in reports(&hostile(text)) {
            let text = String::from_utf8(bytes).unwrap();
            let obeyed = |c: char| {
                c.is_control() && !matches!(c, '\n' | '\t') || matches!(c, '\u{202e}' | '\u{2066}' | '\u{fffe}')
            };
            // JSON may hold any character but control characters: whoever shows it makes it visible.
            let found = text
                .chars()
                .find(|c| if matches!(name, "record" | "findings") { *c < ' ' && *c != '\n' } else { obeyed(*c) });
            assert_eq!(found, None, "{name}");
        }
    }
}

#[test]
fn the_record_can_be_read_back_and_reports_are_the_same_again() {
    for text in HOSTILE {
        let first = hostile(text);
        let again = Record::read(&evidence::record(&first).unwrap()).unwrap();
        assert_eq!(again, first);
        assert_eq!(reports(&again), reports(&first));
    }
}

#[test]
fn ten_megabytes_of_text_are_cut_and_say_so() {
    let record = hostile(&"x]]>\u{1b}".repeat((10 << 20) / 5));
    for xml in [junit::junit(&record).unwrap(), junit::planned(&record).unwrap()] {
        assert!(xml.len() <= 8 << 20, "{}", xml.len());
    }
    let xml = String::from_utf8(junit::junit(&record).unwrap()).unwrap();
    assert!(xml.contains(" more bytes)"));
    assert!(terminal::story(&record, false).len() < 1 << 20);
}

#[test]
fn restricted_titles_are_in_no_report() {
    for privacy in [Privacy::Full, Privacy::Titles, Privacy::Digests] {
        let secret = ["Board", "Salaries of all"];
        let parent = Some(rehearsal::model::Value::from("Salaries before"));
        let findings = vec![
            finding(page(77_120, &secret, true), Discrepancy::Missing),
            finding(
                page(77_121, &secret, true),
                Discrepancy::Differs { field: Field::Title, expected: parent, actual: None },
            ),
        ];
        let record = record("restricted", vec![check("page-tree", ran(findings, 9, privacy))]);
        for (name, bytes) in reports(&record) {
            let text = String::from_utf8(bytes).unwrap();
            assert!(!text.contains("Salaries") && !text.contains("Board"), "{name}: {text}");
            assert!(text.contains("77120") || name == "planned", "{name}");
        }
    }
}

#[test]
fn privacy_rules_every_report() {
    let subject = || page(1, &["Runbooks", "Promote the replica"], false);
    let note = Discrepancy::Differs { field: Field::Note, expected: Some("because of Bob".into()), actual: None };
    for (privacy, title, text) in
        [(Privacy::Full, true, true), (Privacy::Titles, true, false), (Privacy::Digests, false, false)]
    {
        let findings = vec![finding(subject(), Discrepancy::Missing), finding(subject(), note.clone())];
        let record = record("privacy", vec![check("page-tree", ran(findings, 9, privacy))]);
        for (name, bytes) in reports(&record).into_iter().filter(|(name, _)| *name != "planned") {
            let report = String::from_utf8(bytes).unwrap();
            assert_eq!((report.contains("Promote"), report.contains("Bob")), (title, text), "{name} {privacy:?}");
        }
    }
}

#[test]
fn a_failure_reads_as_a_person_would_tell_it() {
    let findings = vec![
        finding(page(98_311, &["Runbooks", "Failover", "Promote the replica"], false), Discrepancy::Missing),
        finding(page(98_312, &["Runbooks", "Failover", "Fence the primary"], false), Discrepancy::Missing),
        finding(page(77_120, &["Salaries"], true), Discrepancy::Missing),
    ];
    let record = record("monthly-site", vec![check("page-tree", ran(findings, 4_812, Privacy::Titles))]);
    let story = terminal::story(&record, false);
    let expected = r#"failed: page-tree — 3 of 4,812 pages are missing
   ┌─ scenarios/monthly-site.yaml:41:5
41 │   - all
   │     ^^^ page-tree expected what the manifest says (source, 2026-11-22T23:00:00Z)
   = missing     OPS  (restricted)  (page 77120)
   = missing     OPS  Runbooks / Failover / "Fence the primary"  (page 98312)
   = missing     OPS  Runbooks / Failover / "Promote the replica"  (page 98311)
hint: the archive already has it wrong, so the export is to blame, not the restore
"#;
    assert!(story.contains(expected), "{story}");
    assert!(story.contains("pages              4,812       4,809       4,809"), "{story}");
    assert_eq!(story.lines().last(), Some("failed: monthly-site"));
    let coloured = terminal::story(&record, true);
    assert!(coloured.contains("\u{1b}[1;31mfailed: page-tree"));
    let xml = String::from_utf8(junit::junit(&record).unwrap()).unwrap();
    assert!(expected.lines().all(|line| xml.contains(line)), "JUnit holds the same text: {xml}");
}

#[test]
fn more_than_ten_findings_are_counted_and_point_at_the_file() {
    let findings = (0..42).map(|id| finding(page(id, &["Page"], false), Discrepancy::Missing)).collect();
    let mut record = record("many", vec![check("page-tree", ran(findings, 100, Privacy::Titles))]);
    record.findings_file = Some(evidence::findings_file("findings.jsonl", b""));
    let story = terminal::story(&record, false);
    assert_eq!(story.matches("= missing").count(), 10);
    assert!(story.contains("= and 32 more, see findings.jsonl"), "{story}");
}

#[test]
fn junit_is_green_for_a_pass_and_for_nothing_else() {
    let names = ["integrity", "spaces", "page-tree", "page-bodies", "attachments"];
    let checks = || names.map(|name| check(name, ran(Vec::new(), 3, Privacy::Titles))).to_vec();
    let mut good = record("green", checks());
    good.package = Some(rehearsal::model::PackageRecord {
        scope: rehearsal::model::Scope::Site,
        writer: "test".into(),
        descriptor: BTreeMap::new(),
        ledger: rehearsal::model::Ledger::default(),
        whole: true,
    });
    let good = Record { required: Some(Assurance::Simulated), ..good }.judged();
    assert_eq!(good.verdict, Verdict::Passed, "{:?}", good.why);
    let red = |record: &Record| {
        let xml = String::from_utf8(junit::junit(record).unwrap()).unwrap();
        xml.matches("<failure").count() + xml.matches("<error").count()
    };
    assert_eq!(red(&good), 0);
    let none = Record { checks: Vec::new(), ..good.clone() };
    let left = Uncompared { what: "pages".into(), number: 1, reason: "missing".into(), see: Some("templates".into()) };
    let mut leaves = good.clone();
    let CheckState::Ran { uncompared, .. } = &mut leaves.checks[3].state else { panic!() };
    uncompared.push(left);
    let bad = [
        Record { interrupted: true, ..good.clone() },
        Record { required: Some(Assurance::Faithful), ..good.clone() },
        Record { at_least: vec![AtLeast { kind: Kind::Page, wanted: 9, found: None }], ..good.clone() },
        Record { backup: None, ..good.clone() },
        Record { required: None, ..leaves },
        none,
    ];
    for record in bad {
        let record = record.judged();
        assert_ne!(record.verdict, Verdict::Passed);
        assert!(red(&record) > 0, "{:?}", record.why);
    }
}

#[test]
fn names_are_the_same_before_and_after_and_every_planned_case_is_an_error() {
    let after = hostile("plain");
    let [before, after] =
        [junit::planned(&after).unwrap(), junit::junit(&after).unwrap()].map(|xml| String::from_utf8(xml).unwrap());
    let names = |xml: &str| -> Vec<String> {
        xml.split("<testcase name=\"").skip(1).map(|rest| rest.split('"').next().unwrap().to_owned()).collect()
    };
    assert_eq!(names(&before), names(&after));
    assert_eq!(
        before.matches("<error type=\"planned\"").count() + before.matches("<skipped").count(),
        names(&before).len()
    );
    assert_eq!(before.matches("<failure").count(), 0);
}

#[test]
fn foreign_parsers_read_what_hostile_text_was_written_into() {
    let must =
        std::env::var("REHEARSE_MUST_RUN").is_ok_and(|list| list.split([',', ' ']).any(|one| one == "foreign-parsers"));
    let folder = tempfile::tempdir().unwrap();
    let records: Vec<Record> = HOSTILE.iter().map(|text| hostile(text)).collect();
    let files: Vec<PathBuf> = records
        .iter()
        .enumerate()
        .flat_map(|(number, record)| {
            [(number, "junit", junit::junit(record)), (number, "planned", junit::planned(record))]
        })
        .map(|(number, name, bytes)| {
            let path = folder.path().join(format!("{name}-{number}.xml"));
            std::fs::write(&path, bytes.unwrap()).unwrap();
            path
        })
        .collect();
    let absent = |name: &str| {
        assert!(!must, "REHEARSE_MUST_RUN names foreign-parsers, and {name} is not there");
        eprintln!("not run: {name} is not there");
    };
    match python(must) {
        None => absent("python3"),
        Some((python, junitparser)) => {
            let text = etree(&python, &files);
            assert!(text.contains("]]>"), "what was split is one again: {text}");
            if junitparser {
                let script = "import sys, junitparser\nfor path in sys.argv[1:]: assert sum(len(suite) for suite in junitparser.JUnitXml.fromfile(path)) == 21";
                run(&python, &["-c", script], &files);
            }
            if !junitparser {
                absent("junitparser");
            }
        }
    }
    if Command::new("xmllint").arg("--version").output().is_err() {
        return absent("xmllint");
    }
    let schema = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/schemas/junit-10.xsd");
    run(Path::new("xmllint"), &["--noout", "--nonet", "--schema", schema.to_str().unwrap()], &files);
}

/// Reads files with Python's xml.etree: cases are unique, counts are true, and every message is one line. Gives the text of all failures.
fn etree(python: &Path, files: &[PathBuf]) -> String {
    let script = r#"
import sys, xml.etree.ElementTree as etree
for path in sys.argv[1:]:
    root = etree.parse(path).getroot()
    seen = set()
    for suite in root:
        cases = suite.findall("testcase")
        assert int(suite.get("tests")) == len(cases)
        for word, attribute in (("failure", "failures"), ("error", "errors"), ("skipped", "skipped")):
            assert int(suite.get(attribute)) == sum(case.find(word) is not None for case in cases), attribute
        for case in cases:
            name = (case.get("classname"), case.get("name"))
            assert name not in seen, name
            seen.add(name)
            for problem in case.findall("failure") + case.findall("error"):
                assert problem.get("message") and "\n" not in problem.get("message"), name
                assert problem.text
    assert len(seen) == 21, len(seen)
    print("".join(problem.text for problem in root.iter("failure")))
"#;
    run(python, &["-c", script], files)
}

/// A Python, and whether it has junitparser; one of its own below target/ is made where the foreign parsers must run.
fn python(must: bool) -> Option<(PathBuf, bool)> {
    let works = |python: &Path, script: &str| {
        Command::new(python).args(["-c", script]).output().is_ok_and(|output| output.status.success())
    };
    let system = PathBuf::from("python3");
    let own = Path::new(env!("CARGO_TARGET_TMPDIR")).join("foreign-parsers");
    let inside = own.join("bin/python3");
    if !works(&system, "import xml.etree") {
        return None;
    }
    if works(&system, "import junitparser") {
        return Some((system, true));
    }
    if must && !works(&inside, "import junitparser") {
        let made = Command::new(&system).args(["-m", "venv"]).arg(&own).status();
        assert!(made.is_ok_and(|status| status.success()), "no virtual environment for the foreign parsers");
        let installed = Command::new(&inside).args(["-m", "pip", "install", "--quiet", "junitparser==5.0.3"]).status();
        assert!(installed.is_ok_and(|status| status.success()), "junitparser can't be installed");
    }
    let junitparser = works(&inside, "import junitparser");
    Some((if junitparser { inside } else { system }, junitparser))
}

fn run(program: &Path, arguments: &[&str], files: &[PathBuf]) -> String {
    let output = Command::new(program).args(arguments).args(files).env("PYTHONIOENCODING", "utf-8").output().unwrap();
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{} refused: {error}", program.display());
    String::from_utf8_lossy(&output.stdout).into_owned()
}
