//! Every rule of the verdict.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::event::Stage;
use crate::model::{
    Account, Allowance, AtLeast, BackupRecord, Counts, Digest, FindingRecord, Form, Hop, Ledger, ManifestRecord, Mark,
    PackageRecord, RotationRecord, Sample, SampleRecord, ScenarioRecord, Scope, Severity, StageRecord, StateRecord,
    Tally, TargetRecord, Treated, Treatment, Where, Word,
};

fn finding(severity: Severity) -> FindingRecord {
    FindingRecord {
        code: "page-tree/missing".into(),
        severity,
        what: Word::Missing,
        kind: Some(Kind::Page),
        id: Some(7),
        space: None,
        title: Vec::new(),
        restricted: true,
        field: None,
        expected: None,
        actual: None,
        message: None,
        hop: Hop::Export,
        place: None,
        remedy: None,
        items: None,
        treated: None,
        quote: Vec::new(),
    }
}

fn ran(examined: u64, of: u64) -> CheckState {
    CheckState::Ran {
        tally: Tally { examined, of },
        findings: Vec::new(),
        totals: BTreeMap::new(),
        uncompared: Vec::new(),
        unread: None,
        notes: Vec::new(),
        treated: Vec::new(),
    }
}

/// A drill in the embedded target in which all went well.
fn good() -> Record {
    let scenario = ScenarioRecord {
        name: "s".into(),
        description: None,
        owner: None,
        runbook: None,
        file: "s.yaml".into(),
        digest: Digest::of("s"),
    };
    let names = ["integrity"].into_iter().chain(CONTENT_CHECKS);
    let checks = names.map(|name| CheckRecord { name: name.into(), position: None, state: ran(3, 3) }).collect();
    let mut record = Record::planned(scenario, "d".into(), "2026-11-23T00:00:00Z".into(), &Stage::ALL, checks);
    for stage in &mut record.stages {
        stage.state = StageState::Done { said: String::new() };
    }
    record.backup = Some(BackupRecord {
        name: "b.zip".into(),
        origin: "b.zip".into(),
        bytes: 9,
        digest: Digest::of("b"),
        modified: None,
        form: Form::Zip,
    });
    let account = Account { lexed: 3, mapped: 3, ..Account::default() };
    record.package = Some(PackageRecord {
        scope: Scope::Site,
        writer: "test".into(),
        descriptor: BTreeMap::new(),
        ledger: Ledger { classes: BTreeMap::from([("Page".into(), account)]), entries: 1, entries_of: 1, bytes: 1 },
        whole: true,
    });
    record.target = Some(TargetRecord {
        kind: "embedded".into(),
        mock: true,
        product: None,
        isolation: "in this process".into(),
        image: None,
    });
    record.required = Some(Assurance::Simulated);
    record
}

fn set(mut record: Record, name: &str, state: CheckState) -> Record {
    record.checks.iter_mut().find(|check| check.name == name).unwrap().state = state;
    record
}

fn stage(mut record: Record, stage: Stage, state: StageState) -> Record {
    record.stages.iter_mut().find(|record| record.stage == stage).unwrap().state = state;
    record
}

fn with_error(examined: u64, of: u64) -> CheckState {
    let totals = BTreeMap::from([(Severity::Error, 1)]);
    let findings = vec![finding(Severity::Error)];
    CheckState::Ran {
        tally: Tally { examined, of },
        findings,
        totals,
        treated: Vec::new(),
        uncompared: Vec::new(),
        unread: None,
        notes: Vec::new(),
    }
}

fn broken(fault: Fault) -> StageState {
    StageState::Broken { fault, error: "restore: it broke".into() }
}

#[test]
fn a_drill_in_which_all_went_well_passes() {
    let judgement = judge(&good());
    assert_eq!((judgement.verdict, judgement.reached), (Verdict::Passed, Some(Assurance::Simulated)));
    assert_eq!(judgement.why.len(), 1);
}

#[test]
fn a_planned_drill_is_no_pass() {
    let planned = Record::planned(good().scenario, "d".into(), String::new(), &[], Vec::new());
    assert_eq!(judge(&planned).verdict, Verdict::Inconclusive);
}

#[test]
fn errors_and_the_backups_faults_fail_and_outrank_the_rig() {
    let error = set(good(), "labels", with_error(3, 3));
    assert_eq!(judge(&error).verdict, Verdict::Failed);
    assert_eq!(judge(&stage(error, Stage::Observe, broken(Fault::Rig))).verdict, Verdict::Failed);
    assert_eq!(judge(&stage(good(), Stage::Restore, broken(Fault::Backup))).verdict, Verdict::Failed);
    let rig = judge(&stage(good(), Stage::Restore, broken(Fault::Rig)));
    assert_eq!((rig.verdict, rig.reached), (Verdict::Inconclusive, Some(Assurance::Readable)));
}

#[test]
fn totals_that_are_edited_away_hide_no_finding() {
    let CheckState::Ran { tally, findings, .. } = with_error(3, 3) else { panic!() };
    let state = CheckState::Ran {
        tally,
        findings,
        totals: BTreeMap::new(),
        treated: Vec::new(),
        uncompared: Vec::new(),
        unread: None,
        notes: Vec::new(),
    };
    assert_eq!(judge(&set(good(), "labels", state)).verdict, Verdict::Failed);
}

#[test]
fn an_interrupted_drill_is_inconclusive_whatever_it_found() {
    let record = Record { interrupted: true, ..set(good(), "labels", with_error(3, 3)) };
    assert_eq!(judge(&record).verdict, Verdict::Inconclusive);
    assert!(judge(&record).why[0].contains("interrupted"));
}

#[test]
fn nothing_examined_is_no_pass() {
    let mut record = good();
    for check in &mut record.checks {
        check.state = ran(0, 0);
    }
    assert_eq!(judge(&record).verdict, Verdict::Inconclusive);
    record.checks.retain(|check| check.name == "integrity");
    record.checks[0].state = ran(5, 5);
    record.required = None;
    assert!(judge(&record).why[0].contains("not one space, page or blog post"));
    record.checks.clear();
    assert_eq!(judge(&record).verdict, Verdict::Inconclusive);
}

#[test]
fn the_archive_alone_can_be_asked_for_and_a_site_without_a_page_is_no_pass() {
    let mut record = Record { required: None, ..good() };
    record.checks.retain(|check| check.name == "integrity");
    let archived = |number| Counts { manifest: None, archive: Some(number), copy: None };
    for (number, verdict) in [(0, Verdict::Inconclusive), (3, Verdict::Passed)] {
        record.counts = [(Kind::Page, archived(number))].into();
        assert_eq!(judge(&record).verdict, verdict);
    }
    let record =
        ["page-tree", "page-bodies", "blog-posts"].iter().fold(good(), |record, name| set(record, name, ran(0, 0)));
    assert_eq!(judge(&record).verdict, Verdict::Inconclusive);
}

#[test]
fn a_kind_that_nobody_has_is_no_obstacle() {
    assert_eq!(judge(&set(good(), "blog-posts", ran(0, 0))).verdict, Verdict::Passed);
}

#[test]
fn least_numbers_fail_where_they_were_counted_and_leave_open_where_they_were_not() {
    for (found, verdict) in [(Some(10), Verdict::Passed), (Some(9), Verdict::Failed), (None, Verdict::Inconclusive)] {
        let record = Record { at_least: vec![AtLeast { kind: Kind::Page, wanted: 10, found }], ..good() };
        assert_eq!(judge(&record).verdict, verdict);
    }
}

#[test]
fn what_is_left_to_a_check_that_does_not_run_is_left_open() {
    let left = Uncompared { what: "pages".into(), number: 2, reason: "missing".into(), see: Some("page-tree".into()) };
    let state = CheckState::Ran {
        tally: Tally { examined: 1, of: 1 },
        findings: Vec::new(),
        totals: BTreeMap::new(),
        treated: Vec::new(),
        uncompared: vec![left],
        unread: None,
        notes: Vec::new(),
    };
    let mut record = set(good(), "page-bodies", state);
    assert_eq!(judge(&record).verdict, Verdict::Passed);
    record.required = None;
    record.checks.retain(|check| check.name != "page-tree");
    assert_eq!(judge(&record).verdict, Verdict::Inconclusive);
}

#[test]
fn assurance_needs_each_step_and_a_mock_is_capped() {
    let mut record = good();
    record.manifest = Some(ManifestRecord {
        claim: Claim::Source,
        origin: "https://wiki".into(),
        digest: None,
        bound: true,
        began: String::new(),
        ended: String::new(),
        clock: None,
    });
    assert_eq!(judge(&record).reached, Some(Assurance::Simulated));
    let real =
        |record: &Record| TargetRecord { kind: "confluence".into(), mock: false, ..record.target.clone().unwrap() };
    record.target = Some(real(&record));
    assert_eq!(judge(&record).reached, Some(Assurance::Faithful));
    let excluded = set(record.clone(), "labels", CheckState::Excluded { reason: "r".into() });
    assert_eq!(judge(&excluded).reached, Some(Assurance::Restorable));
    let failed = set(record.clone(), "page-tree", with_error(3, 3));
    assert_eq!(judge(&failed).reached, Some(Assurance::Readable));
    let cut = set(record.clone(), "integrity", with_error(3, 3));
    assert_eq!(judge(&cut).reached, Some(Assurance::Present));
    record.backup.as_mut().unwrap().bytes = 0;
    assert_eq!(judge(&record).reached, None);
}

#[test]
fn records_alone_prove_no_restore_and_a_missed_assurance_is_no_pass() {
    let left = Uncompared {
        what: Uncompared::field(Kind::Attachment, Field::Digest),
        number: 1,
        reason: "records alone".into(),
        see: None,
    };
    let mut record = good();
    let CheckState::Ran { uncompared, .. } =
        &mut record.checks.iter_mut().find(|check| check.name == "attachments").unwrap().state
    else {
        panic!()
    };
    uncompared.push(left);
    let judgement = judge(&record);
    assert_eq!((judgement.verdict, judgement.reached), (Verdict::Inconclusive, Some(Assurance::Readable)));
}

#[test]
fn a_record_survives_its_file_and_a_newer_one_is_refused() {
    let record = set(good(), "labels", with_error(3, 3)).judged();
    let bytes = serde_json::to_vec(&record).unwrap();
    assert_eq!(Record::read(&bytes).unwrap(), record);
    let newer = String::from_utf8(bytes).unwrap().replacen("\"record\":4", "\"record\":5", 1);
    assert!(matches!(Record::read(newer.as_bytes()), Err(crate::model::RecordError::Newer { found: 5 })));
}

fn sampled(drawn: u64, examined: u64, rotation: Option<RotationRecord>) -> Record {
    let sample = SampleRecord {
        check: "attachments".into(),
        asked: "5%".into(),
        stretch: Sample { seed: 1, from: 0, last: 0 },
        population: 100,
        population_bytes: 100,
        drawn,
        bytes: drawn,
        examined,
        damaged: 0,
        rotation,
    };
    Record { samples: vec![sample], ..set(good(), "attachments", ran(examined, drawn)) }
}

#[test]
fn a_sample_counts_as_its_sample_and_one_of_nothing_is_no_pass() {
    let judgement = judge(&sampled(5, 5, None));
    assert_eq!((judgement.verdict, judgement.reached), (Verdict::Passed, Some(Assurance::Simulated)));
    assert_eq!(judge(&sampled(5, 4, None)).verdict, Verdict::Inconclusive);
    assert_eq!(judge(&sampled(0, 0, None)).verdict, Verdict::Inconclusive);
    let rotation = |began: &str, whole| {
        let (span, began) = ("90d".into(), began.into());
        Some(RotationRecord { span, span_seconds: 90 * 86_400, began, verified: 5, whole, left_seconds: None })
    };
    assert_eq!(judge(&sampled(5, 5, rotation("2026-11-01T00:00:00Z", false))).verdict, Verdict::Passed);
    assert_eq!(judge(&sampled(5, 5, rotation("2026-01-01T00:00:00Z", true))).verdict, Verdict::Passed);
    assert_eq!(judge(&sampled(5, 5, rotation("2026-01-01T00:00:00Z", false))).verdict, Verdict::Inconclusive);
}

#[test]
fn a_state_that_could_not_be_had_and_an_archive_that_was_cut_are_no_pass() {
    let state = |problem: Option<&str>| StateRecord { folder: "state".into(), problem: problem.map(str::to_owned) };
    assert_eq!(judge(&Record { state: Some(state(None)), ..good() }).verdict, Verdict::Passed);
    assert_eq!(judge(&Record { state: Some(state(Some("held"))), ..good() }).verdict, Verdict::Inconclusive);
    let mut cut = Record { required: None, ..good() };
    cut.package.as_mut().unwrap().whole = false;
    assert_eq!(judge(&cut).verdict, Verdict::Inconclusive);
}

#[test]
fn an_excused_error_passes_within_its_rules_and_a_record_that_contradicts_itself_does_not() {
    let allowance = Allowance {
        finding: "labels/missing".into(),
        place: Where::default(),
        at_most: 1,
        reason: "known".into(),
        expires: "2026-11-23".into(),
    };
    let mark = Mark { severity: None, allowance: Some(1), counts_as: None };
    let CheckState::Ran { tally, mut findings, totals, uncompared, unread, .. } = with_error(3, 3) else { panic!() };
    for finding in &mut findings {
        (finding.code, finding.treated) = ("labels/missing".into(), Some(mark));
    }
    let treated = vec![Treated { mark, found: Severity::Error, findings: 1, items: 1 }];
    let state = CheckState::Ran { tally, findings, totals, treated, uncompared, unread, notes: Vec::new() };
    let treatment = Treatment { allowances: vec![allowance], severities: Vec::new() };
    let record = Record { treatment, ..set(good(), "labels", state) };
    let judgement = judge(&record);
    assert_eq!((judgement.verdict, judgement.reached), (Verdict::Passed, Some(Assurance::Simulated)));
    assert!(judgement.why[0].contains("besides 1 that the scenario excuses"));
    let late = Record { began: "2026-11-24T00:00:00Z".into(), ..record.clone() };
    assert_eq!(judge(&late).verdict, Verdict::Failed, "it is over");
    let mut edited = record.clone();
    edited.treatment.allowances.clear();
    assert_ne!(judge(&edited).verdict, Verdict::Passed);
    let mut edited = record;
    edited.treatment.allowances[0].finding = "labels/unexpected".into();
    assert_ne!(judge(&edited).verdict, Verdict::Passed);
}

#[test]
fn records_of_older_formats_are_read() {
    let record = set(good(), "labels", with_error(3, 3)).judged();
    let text = serde_json::to_string(&record).unwrap();
    for new in ["treatment", "treated", "samples", "\"state\":null", "proof", "proven", "items", "notes", "\"index\""] {
        assert!(!text.contains(new), "{new} is in a record that needs none");
    }
    for older in [2, 3] {
        let text = text.replacen("\"record\":4", &format!("\"record\":{older}"), 1);
        assert_eq!(Record::read(text.as_bytes()).unwrap(), Record { record: older, ..record.clone() });
    }
}

fn any_state() -> impl Strategy<Value = CheckState> {
    let unread = proptest::option::weighted(0.2, Just("not shown".to_owned()));
    let some = (0_u64..4, 0_u64..4, unread, proptest::option::weighted(0.2, Just(Severity::Error)));
    prop_oneof![
        5 => some.prop_map(|(examined, missing, unread, error)| CheckState::Ran {
            tally: Tally { examined, of: examined + missing / 3 },
            findings: error.into_iter().map(finding).collect(),
            totals: error.into_iter().map(|error| (error, 1)).collect(),
            treated: Vec::new(),
            uncompared: Vec::new(),
            unread,
            notes: Vec::new(),
        }),
        1 => Just(CheckState::NotRun { reason: "r".into() }),
        1 => Just(CheckState::Excluded { reason: "r".into() }),
    ]
}

fn any_stage() -> impl Strategy<Value = StageState> {
    prop_oneof![
        8 => Just(StageState::Done { said: String::new() }),
        1 => Just(broken(Fault::Rig)),
        1 => Just(broken(Fault::Backup)),
        1 => Just(broken(Fault::Scenario)),
        1 => Just(StageState::NotReached { why: "w".into() }),
    ]
}

proptest! {
    #[test]
    fn a_pass_leaves_nothing_open(
        checks in proptest::collection::vec(any_state(), 13),
        stages in proptest::collection::vec(any_stage(), 9),
        required in proptest::option::of(Just(Assurance::Simulated)),
        interrupted in proptest::bool::weighted(0.1),
    ) {
        let mut record = Record { required, interrupted, ..good() };
        for (check, state) in record.checks.iter_mut().zip(checks) {
            check.state = state;
        }
        for (stage, state) in record.stages.iter_mut().zip(stages) {
            *stage = StageRecord { state, ..stage.clone() };
        }
        let judgement = judge(&record);
        let whole = record.checks.iter().all(|check| matches!(check.grade(), Grade::Passed | Grade::Excluded));
        let done = record.stages.iter().all(|stage| matches!(stage.state, StageState::Done { .. }));
        if judgement.verdict == Verdict::Passed {
            prop_assert!(whole && done && !interrupted);
            prop_assert!(record.checks.iter().any(|check| check.tally().examined > 0));
            prop_assert!(judgement.reached >= required);
        }
        if judgement.verdict == Verdict::Failed {
            let error = record.checks.iter().any(|check| check.errors() > 0);
            prop_assert!(error || record.stages.iter().any(|stage| stage.state == broken(Fault::Backup)));
        }
        prop_assert!(!judgement.why.is_empty());
    }
}
