//! Which findings a scenario excuses, and that nobody can excuse more than it says.

use super::*;
use crate::model::{CheckRecord, CheckState, Grade, Hop, Place, Record, Word};

fn finding(id: u64, space: &str) -> FindingRecord {
    FindingRecord {
        code: "attachments/missing".into(),
        severity: Severity::Error,
        what: Word::Missing,
        kind: Some(Kind::Attachment),
        id: Some(id),
        space: Some(space.into()),
        title: vec!["Home".into(), "a.txt".into()],
        restricted: false,
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

fn allowance(at_most: u64, place: Where) -> Allowance {
    let (finding, reason) = ("attachments/missing".into(), "purged".into());
    Allowance { finding, place, at_most, reason, expires: "2027-03-31".into() }
}

fn lowered(code: &str, counts_as: Severity) -> SeverityChange {
    let reason = Some("known".into());
    SeverityChange { finding: code.into(), counts_as, reason, expires: Some("2027-03-31".into()) }
}

const DAY: &str = "2026-11-23";

/// What `apply` makes of the findings: what each counts as.
fn applied(treatment: &Treatment, on: &str, findings: &[FindingRecord]) -> (Vec<Option<Severity>>, Vec<Treated>) {
    let mut findings = findings.to_vec();
    let treated = Rules { treatment, on, whole: true }.apply("attachments", &mut findings);
    (findings.iter().map(FindingRecord::counts_as).collect(), treated)
}

fn old() -> Where {
    Where { space: Some("OLD".into()), ..Where::default() }
}

#[test]
fn an_allowance_takes_what_it_is_about_up_to_its_limit_and_its_day() {
    let treatment = Treatment { allowances: vec![allowance(2, old())], severities: Vec::new() };
    let found = [finding(1, "OLD"), finding(2, "OLD"), finding(3, "NEW")];
    let (counts, treated) = applied(&treatment, DAY, &found);
    assert_eq!(counts, [None, None, Some(Severity::Error)]);
    assert_eq!((treated.len(), treated[0].findings, treated[0].items), (1, 2, 2));
    let more = [found.to_vec(), vec![finding(4, "OLD")]].concat();
    assert_eq!(applied(&treatment, DAY, &more).0, [Some(Severity::Error); 4], "of more than are allowed, none is");
    assert_eq!(applied(&treatment, "2027-03-31", &found).0[0], None, "its last day is its own");
    assert_eq!(applied(&treatment, "2027-04-01", &found).0, [Some(Severity::Error); 3]);
}

#[test]
fn each_word_of_where_must_fit_and_restricted_content_goes_by_its_id() {
    let takes = |place: Where, finding: &FindingRecord| {
        let treatment = Treatment { allowances: vec![allowance(9, place)], severities: Vec::new() };
        applied(&treatment, DAY, std::slice::from_ref(finding)).0 == [None]
    };
    let one = finding(7, "OLD");
    assert!(takes(Where::default(), &one));
    assert!(takes(Where { id: Some(7), kind: Some(Kind::Attachment), title: Some("a.txt".into()), ..old() }, &one));
    assert!(
        !takes(Where { title: Some("Home".into()), ..Where::default() }, &one),
        "the title is that of the item itself"
    );
    assert!(!takes(Where { field: Some(Field::Digest), ..Where::default() }, &one));
    assert!(!takes(Where { id: Some(8), ..old() }, &one));
    let restricted = FindingRecord { restricted: true, title: Vec::new(), ..one.clone() };
    assert!(!takes(Where { title: Some("a.txt".into()), ..Where::default() }, &restricted));
    assert!(takes(Where { id: Some(7), ..Where::default() }, &restricted));
    let hidden = Where { space: Some("OLD".into()), ..Where::default() }.shown(Privacy::Digests);
    assert!(takes(hidden, &FindingRecord { space: Some(Privacy::Digests.name("OLD")), ..one }));
}

#[test]
fn a_finding_of_many_items_weighs_as_many_and_one_of_an_unknown_number_is_never_allowed() {
    let treatment = Treatment { allowances: vec![allowance(100, Where::default())], severities: Vec::new() };
    let many = |items| FindingRecord { items, kind: None, id: None, space: None, title: Vec::new(), ..finding(1, "") };
    assert_eq!(applied(&treatment, DAY, &[many(Some(100))]).0, [None]);
    assert_eq!(
        applied(&treatment, DAY, &[many(Some(99)), finding(2, "A"), finding(3, "A")]).0,
        [Some(Severity::Error); 3]
    );
    assert_eq!(applied(&treatment, DAY, &[many(None)]).0, [Some(Severity::Error)]);
    let placed = FindingRecord { place: Some(Place { entry: "e".into(), offset: None }), ..many(None) };
    assert_eq!(applied(&treatment, DAY, &[placed]).0, [None]);
}

#[test]
fn severities_are_lowered_for_a_time_and_raised_for_good() {
    let treatment =
        Treatment { allowances: Vec::new(), severities: vec![lowered("attachments/missing", Severity::Warning)] };
    assert_eq!(applied(&treatment, DAY, &[finding(1, "A")]).0, [Some(Severity::Warning)]);
    assert_eq!(applied(&treatment, "2027-04-01", &[finding(1, "A")]).0, [Some(Severity::Error)]);
    let raised = SeverityChange { reason: None, expires: None, ..lowered("attachments/missing", Severity::Error) };
    let treatment = Treatment { allowances: vec![allowance(1, Where::default())], severities: vec![raised] };
    let odd = FindingRecord { severity: Severity::Warning, ..finding(1, "A") };
    assert_eq!(applied(&treatment, "2030-01-01", std::slice::from_ref(&odd)).0, [Some(Severity::Error)]);
    assert_eq!(applied(&treatment, DAY, &[odd]).0, [None], "what was raised can be allowed");
    let undated = SeverityChange { expires: None, ..lowered("attachments/missing", Severity::Info) };
    let treatment = Treatment { allowances: Vec::new(), severities: vec![undated] };
    assert_eq!(applied(&treatment, DAY, &[finding(1, "A")]).0, [Some(Severity::Error)], "lowered without an end");
}

#[test]
fn an_archive_that_was_not_read_whole_excuses_nothing() {
    let (empty, cut) = ("integrity/empty", "integrity/entry-cut");
    let rules = |code: &str| Treatment {
        allowances: vec![Allowance { finding: code.into(), ..allowance(9, Where::default()) }],
        severities: vec![lowered(code, Severity::Info)],
    };
    for (code, whole, counts) in
        [(empty, true, Some(Severity::Error)), (cut, false, Some(Severity::Error)), (cut, true, Some(Severity::Info))]
    {
        let treatment = rules(code);
        let mut findings = [FindingRecord { code: code.into(), ..finding(1, "A") }];
        Rules { treatment: &treatment, on: DAY, whole }.apply("integrity", &mut findings);
        assert_eq!(findings[0].counts_as(), counts, "{code} {whole}");
    }
}

/// A record of one check with these findings, treated as the record says.
fn record(treatment: Treatment, findings: Vec<FindingRecord>) -> Record {
    let scenario = crate::model::ScenarioRecord {
        name: "s".into(),
        description: None,
        owner: None,
        runbook: None,
        file: "s.yaml".into(),
        digest: crate::model::Digest::of("s"),
    };
    let mut findings = findings;
    let treated = Rules { treatment: &treatment, on: DAY, whole: true }.apply("attachments", &mut findings);
    let state = CheckState::Ran {
        tally: crate::model::Tally { examined: 10, of: 10 },
        totals: [(Severity::Error, findings.len() as u64)].into(),
        findings,
        treated,
        uncompared: Vec::new(),
        unread: None,
        notes: Vec::new(),
    };
    let check = CheckRecord { name: "attachments".into(), position: None, state };
    let record = Record::planned(scenario, "d".into(), format!("{DAY}T00:00:00Z"), &[], vec![check]);
    Record { treatment, ..record }
}

#[test]
fn a_record_whose_numbers_disagree_is_refused() {
    let treatment = Treatment { allowances: vec![allowance(2, old())], severities: Vec::new() };
    let good = record(treatment, vec![finding(1, "OLD"), finding(2, "OLD"), finding(3, "NEW")]);
    assert!(disagreements(&good).is_empty());
    assert_eq!((good.checks[0].errors(), good.checks[0].excused(), good.checks[0].grade()), (1, 2, Grade::Failed));
    let file = serde_json::to_value(&good).unwrap();
    assert!(Record::read(file.to_string().as_bytes()).is_ok());
    let edited = |path: &str, value: serde_json::Value| {
        let mut file = file.clone();
        *file.pointer_mut(path).unwrap_or_else(|| panic!("{path}")) = value;
        Record::read(file.to_string().as_bytes())
    };
    let changes = [
        ("/treatment/allowances/0/at-most", 1.into()),
        ("/treatment/allowances/0/expires", "2026-11-22".into()),
        ("/treatment/allowances/0/finding", "attachments/differs".into()),
        ("/treatment/allowances/0/where/space", "NEW".into()),
        ("/checks/0/state/ran/treated/0/findings", 3.into()),
        ("/checks/0/state/ran/treated/0/items", 1.into()),
        ("/checks/0/state/ran/treated/0/mark/allowance", 2.into()),
        ("/checks/0/state/ran/treated/0/mark/counts-as", "info".into()),
        ("/checks/0/state/ran/totals/error", 1.into()),
        ("/checks/0/state/ran/findings/0/space", "NEW".into()),
        ("/checks/0/name", "labels".into()),
        ("/began", "2027-04-01T00:00:00Z".into()),
    ];
    for (path, value) in changes {
        let refused = edited(path, value);
        assert!(matches!(refused, Err(crate::model::RecordError::Disagrees(_))), "{path}: {refused:?}");
    }
    assert!(edited("/checks/0/state/ran/tally/examined", 10.into()).is_ok());
}

#[test]
fn how_allowances_fared_is_told() {
    let allowances = vec![
        allowance(2, old()),
        allowance(1, Where::default()),
        allowance(5, Where { id: Some(99), ..Where::default() }),
    ];
    let late = Allowance { expires: "2026-01-01".into(), ..allowance(5, Where { id: Some(98), ..Where::default() }) };
    let severities = vec![lowered("attachments/differs", Severity::Info)];
    let treatment = Treatment { allowances: [allowances, vec![late]].concat(), severities };
    let record = record(treatment, vec![finding(1, "OLD"), finding(2, "A"), finding(3, "A")]);
    let fared: Vec<Fared> = record.allowances().map(|(_, fared)| fared).collect();
    assert_eq!(fared, [Fared::Took(1), Fared::Exceeded(2), Fared::Unused, Fared::Expired]);
    assert_eq!(record.severities().map(|(_, fared)| fared).collect::<Vec<_>>(), [Fared::Unused]);
}
