//! `rehearse compare`, the real program: any two of backup, manifest and live Confluence against each other.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that stumbles has failed"
)]

mod common;

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use rehearsal::damage::{Mutation, apply};
use rehearsal::reading::{Claim, Manifest, read_manifest, rezoned, write_manifest};
use rehearsal::sample::{Sample, SampleScope, write};
use serde_json::Value;

const PASSWORD: &str = "not a secret of anybody";

fn program(folder: &Path, arguments: &[&str]) -> (i32, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_rehearse"))
        .args(arguments)
        .current_dir(folder)
        .env("CONFLUENCE_PASSWORD", PASSWORD)
        .env_remove("CONFLUENCE_TOKEN")
        .output()
        .unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

/// The exit code, and the comparison as JSON.
fn compared(folder: &Path, arguments: &[&str]) -> (i32, Value) {
    let all: Vec<&str> = ["compare", "--json", "--quiet"].iter().chain(arguments).copied().collect();
    let (code, out, said) = program(folder, &all);
    (code, serde_json::from_str(&out).unwrap_or_else(|error| panic!("{error}: {out}{said}")))
}

/// A folder with the package `a.zip`.
fn made() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.zip");
    write(&Sample::sized(40, 7), &path).unwrap();
    (folder, path)
}

fn check<'a>(comparison: &'a Value, name: &str) -> &'a Value {
    let checks = comparison["record"]["checks"].as_array().unwrap();
    checks.iter().find(|check| check["name"] == name).unwrap_or_else(|| panic!("no check {name}: {checks:?}"))
}

#[test]
fn a_backup_is_the_same_as_itself_and_as_its_manifest() {
    let (folder, _) = made();
    let (code, comparison) = compared(folder.path(), &["a.zip", "a.zip"]);
    assert_eq!((code, &comparison["record"]["verdict"]), (0, &"passed".into()), "{comparison:#}");
    assert_eq!(comparison["matched-by"], "natural");
    assert_eq!(comparison["expected"]["form"], "backup");
    for side in ["expected", "actual"] {
        assert!(check(&comparison, &format!("integrity-of-{side}"))["state"]["ran"].is_object());
    }
    assert!(check(&comparison, "users")["state"]["excluded"].is_object(), "a space export holds no accounts");

    let (code, _, said) = program(folder.path(), &["manifest", "--from-backup", "a.zip", "-o", "a.jsonl", "-q"]);
    assert_eq!(code, 0, "{said}");
    let (code, comparison) = compared(folder.path(), &["a.jsonl", "a.zip"]);
    assert_eq!(code, 0, "{comparison:#}");
    assert_eq!(comparison["expected"]["form"], "manifest");
    let counts = &comparison["record"]["counts"]["page"];
    assert_eq!((&counts["manifest"], &counts["copy"]), (&41.into(), &41.into()));
    assert_eq!(counts["archive"], Value::Null);
}

#[test]
fn what_the_second_side_lacks_has_more_or_has_otherwise_is_found_and_no_hop_is_guessed() {
    let (folder, path) = made();
    apply(Mutation::RemovePage, 7, &path, &folder.path().join("less.zip")).unwrap();
    let found = |arguments: &[&str], check_name: &str| {
        let (code, comparison) = compared(folder.path(), arguments);
        assert_eq!((code, &comparison["record"]["verdict"]), (1, &"failed".into()));
        let findings = check(&comparison, check_name)["state"]["ran"]["findings"].as_array().unwrap().clone();
        assert!(
            findings.iter().all(|finding| finding["hop"] == "unknown" && finding["remedy"].is_null()),
            "{findings:?}"
        );
        findings.iter().map(|finding| finding["what"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(found(&["a.zip", "less.zip", "--findings", "all.jsonl"], "page-tree"), ["missing"]);
    let lines = std::fs::read_to_string(folder.path().join("all.jsonl")).unwrap();
    assert!(lines.lines().any(|line| line.contains("page-tree/missing")), "{lines}");
    assert_eq!(found(&["less.zip", "a.zip"], "page-tree"), ["unexpected"]);
    apply(Mutation::CutBody, 7, &path, &folder.path().join("cut.zip")).unwrap();
    assert_eq!(found(&["a.zip", "cut.zip", "--check", "page-bodies"], "page-bodies"), ["differs"]);

    let (code, _, said) = program(folder.path(), &["compare", "a.zip", "less.zip", "-q"]);
    assert_eq!(code, 1);
    assert!(!said.contains("restored copy") && !said.contains("manifest"), "{said}");
    assert!(said.contains("expected      actual") && said.contains("missing"), "{said}");
}

#[test]
fn a_damaged_side_fails_whichever_it_is() {
    let (folder, path) = made();
    apply(Mutation::CutZip { permille: 700 }, 7, &path, &folder.path().join("cut.zip")).unwrap();
    for sides in [["a.zip", "cut.zip"], ["cut.zip", "a.zip"], ["cut.zip", "cut.zip"]] {
        let (code, comparison) = compared(folder.path(), &sides);
        assert_eq!(code, 1, "{sides:?}: {comparison:#}");
    }
}

#[test]
fn what_can_t_be_compared_is_no_pass_and_says_why() {
    let (folder, _) = made();
    let site = Sample { scope: SampleScope::Site, ..Sample::sized(5, 7) };
    write(&site, &folder.path().join("site.zip")).unwrap();
    let (code, comparison) = compared(folder.path(), &["site.zip", "a.zip"]);
    assert_eq!(code, 3, "{comparison:#}");
    assert!(comparison["record"]["why"][0].as_str().unwrap().contains("a whole site with single spaces"));
    let wrong: [(&[&str], &str); 5] = [
        (&["a.zip", "nowhere.zip"], "nowhere.zip"),
        (&["a.zip", "a.zip", "--check", "pages"], "there is no check pages"),
        (&["a.zip", "a.zip", "--space", "OPS"], "neither side is the URL of one"),
        (&["a.zip", "https://127.0.0.1:9"], "CONFLUENCE_TOKEN is not set"),
        (&["a.zip", "https://ann:hunter2@127.0.0.1:9", "--user", "ann"], "holds credentials"),
    ];
    for (arguments, why) in wrong {
        let all: Vec<&str> = std::iter::once("compare").chain(arguments.iter().copied()).collect();
        let (code, out, said) = program(folder.path(), &all);
        assert_eq!((code, out.as_str()), (2, ""), "{said}");
        assert!(said.contains(why) && !said.contains("hunter2"), "{said}");
    }
}

/// A mock that shows a backup; killed when the test ends.
struct Mock(Child);

impl Drop for Mock {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn mock(backup: &Path) -> (Mock, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rehearse"));
    command.args(["mock", "--listen", "127.0.0.1:0", "--load"]).arg(backup).env("REHEARSE_MOCK_PASSWORD", PASSWORD);
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let mock = Mock(child);
    for line in lines {
        if let Some((_, rest)) = line.unwrap().split_once(" is open on ") {
            return (mock, rest.split_once(';').unwrap().0.to_owned());
        }
    }
    panic!("the mock ended before it was ready");
}

#[test]
fn a_backup_is_the_same_as_the_wiki_that_it_was_restored_to_and_two_wikis_can_be_compared() {
    let (folder, path) = made();
    apply(Mutation::DropLabel, 7, &path, &folder.path().join("less.zip")).unwrap();
    let ((_whole, whole), (_less, less)) = (mock(&path), mock(&folder.path().join("less.zip")));
    let (code, comparison) = compared(folder.path(), &["a.zip", &whole, "--user", "admin"]);
    assert_eq!(code, 0, "{comparison:#}");
    assert_eq!(comparison["actual"]["form"], "confluence");
    let (code, comparison) = compared(folder.path(), &[&whole, "a.zip", "--user", "admin"]);
    assert_eq!(code, 0, "{comparison:#}");
    let (code, comparison) = compared(folder.path(), &[&whole, &less, "--user", "admin"]);
    assert_eq!(code, 1, "{comparison:#}");
    assert_eq!(check(&comparison, "labels")["state"]["ran"]["totals"]["error"], 1);
}

/// A site before and after two upgrades. The first one found a space more in the newer site: somebody had made it meanwhile.
#[test]
fn nothing_is_lost_from_a_real_site_by_its_upgrades() {
    let Some(corpus) = common::corpus() else { return };
    let [first, second, third] =
        ["site-2.10.zip", "site-4.0.zip", "site-5.1.zip"].map(|name| common::package(&corpus, name));
    let [first, second, third] = [&first, &second, &third].map(|path| path.to_str().unwrap());
    let (code, comparison) = compared(&corpus, &[first, second]);
    assert_eq!((code, &comparison["matched-by"]), (1, &"id".into()));
    assert_eq!(check(&comparison, "page-bodies")["state"]["ran"]["totals"]["error"], 28);

    let (code, comparison) = compared(&corpus, &[first, second, "--across-versions"]);
    assert_eq!(code, 1);
    let checks = comparison["record"]["checks"].as_array().unwrap();
    let findings = checks.iter().filter_map(|check| check["state"]["ran"]["findings"].as_array()).flatten();
    let errors = findings.filter(|finding| finding["severity"] == "error");
    let codes: Vec<_> = errors.map(|finding| finding["code"].as_str().unwrap()).collect();
    assert_eq!(codes, ["spaces/unexpected", "page-tree/unexpected-with-space", "permissions/unexpected-with-space"]);
    let uncompared = check(&comparison, "page-bodies")["state"]["ran"]["uncompared"].as_array().unwrap();
    let upgraded =
        uncompared.iter().find(|left| left["reason"].as_str().unwrap().starts_with("rewritten by an upgrade"));
    assert_eq!(upgraded.unwrap()["number"], 28);

    let (code, comparison) = compared(&corpus, &[second, third, "--across-versions"]);
    assert_eq!(code, 0, "{comparison:#}");
    // The other way round the text of the newer site is nowhere in the older one.
    assert_eq!(compared(&corpus, &[third, second, "--across-versions"]).0, 1);
}

/// A manifest of `a.zip` as a source that shows UTC would give it, where the backup's dates are those of Berlin.
fn in_utc(folder: &Path) {
    let (code, _, said) = program(folder, &["manifest", "--from-backup", "a.zip", "-o", "berlin.jsonl", "-q"]);
    assert_eq!(code, 0, "{said}");
    let file = std::fs::File::open(folder.join("berlin.jsonl")).unwrap();
    let (manifest, _) = read_manifest(BufReader::new(file)).unwrap();
    let zone = |name: &str| jiff::tz::TimeZone::get(name).unwrap();
    let reading = rezoned(&manifest.reading, &zone("Europe/Berlin"), &zone("UTC")).unwrap();
    let out = std::fs::File::create(folder.join("utc.jsonl")).unwrap();
    write_manifest(&Manifest { reading, claim: Claim::Source, bound_to: None }, out).unwrap();
}

#[test]
fn two_clocks_are_told_by_the_dates_and_no_zone_is_guessed_in_silence() {
    let (folder, _) = made();
    in_utc(folder.path());
    for (zone, words) in [
        (&["--zone", "Europe/Berlin"][..], "on the clock of Europe/Berlin, named by whoever asked"),
        (&[], "found by the dates alone"),
    ] {
        let arguments = [&["utc.jsonl", "a.zip"], zone].concat();
        let (code, comparison) = compared(folder.path(), &arguments);
        assert_eq!(code, 0, "{comparison:#}");
        assert!(comparison["record"]["stages"].to_string().contains(words), "{}", comparison["record"]["stages"]);
    }
    let (code, comparison) = compared(folder.path(), &["utc.jsonl", "a.zip", "--zone", "Asia/Tokyo"]);
    assert_eq!(code, 1, "no zone but that which was named is tried");
    assert!(comparison["record"]["stages"].to_string().contains("no zone explains"));
    let (code, _, said) = program(folder.path(), &["compare", "utc.jsonl", "a.zip", "--zone", "Berlin"]);
    assert_eq!(code, 2, "{said}");
}
