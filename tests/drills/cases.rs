//! `tests/cases/{passed,failed,inconclusive}/<name>/`: a scenario, and what the program says of its drill. The folder above says how it ends.
//!
//! `REHEARSE_BLESS=1` rewrites what is expected.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use rehearsal::model::Digest;

use crate::package::Build;
use crate::rig::{Rig, ended};
use crate::wiki::{claim, ops, ops_without, source_manifest, stored};

/// Makes what the case drills.
fn make(case: &str, rig: &Rig) {
    let (whole, export) = (rig.path("whole.zip"), rig.path("export.zip"));
    stored(&ops(), &whole);
    match case {
        "from-backup" | "without-some-checks" => stored(&ops(), &export),
        "bound-manifest" => {
            stored(&ops(), &export);
            claim(&whole, &export);
        }
        "page-missing" | "allowed-loss" | "allowance-exceeded" | "allowance-expired" | "severity-lowered" => {
            let page = ["Page 12", "BodyContent 22", "Comment 40", "BodyContent 41", "Labelling 63", "Label 60"];
            let attachment = ["Attachment 50", "ContentProperty 53", "ContentProperty 54"];
            let mut gone = [&page[..], &attachment].concat();
            if case == "allowance-exceeded" {
                gone.extend(["Page 13", "BodyContent 23", "ContentPermissionSet 70", "ContentPermission 71"]);
            }
            let build = ops_without(&gone);
            stored(&Build { files: Vec::new(), ..build }, &export);
            claim(&whole, &export);
        }
        "attachment-emptied" => {
            stored(&Build { files: vec![("attachments/12/50/1".to_owned(), Vec::new())], ..ops() }, &export);
            claim(&whole, &export);
        }
        "backup-missing" => {}
        "manifest-of-another-backup" => {
            stored(&ops(), &export);
            let manifest = rehearsal::expect::bind(source_manifest(&whole), &Digest::of("another"));
            rehearsal::expect::write(&manifest, &rig.path("export.zip.manifest.jsonl")).unwrap();
        }
        other => panic!("nobody makes the backup of the case {other}"),
    }
}

#[test]
fn every_case_ends_as_its_folder_says_and_says_what_is_expected() {
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let mut seen = BTreeSet::new();
    for (outcome, code) in [("passed", 0), ("failed", 1), ("inconclusive", 3)] {
        for entry in std::fs::read_dir(cases.join(outcome)).unwrap() {
            let folder = entry.unwrap().path();
            let case = folder.file_name().unwrap().to_str().unwrap().to_owned();
            let rig = Rig::new();
            make(&case, &rig);
            std::fs::copy(folder.join("scenario.yaml"), rig.path("scenario.yaml")).unwrap();
            let ended = ended(rig.command(&["run", "scenario.yaml"]));
            ended.exits(code);
            expected(&folder.join("stdout"), &ended.stdout, &rig);
            expected(&folder.join("stderr"), &ended.stderr, &rig);
            assert_eq!(rig.junit("out/case.xml").is_red(), code != 0, "{case}");
            assert!(rig.left_behind().is_empty(), "{case}");
            assert!(seen.insert(case));
        }
    }
    assert!(seen.len() >= 7, "{seen:?}");
}

/// Compares with the golden file, or writes it.
fn expected(golden: &Path, said: &str, rig: &Rig) {
    let said = lasting(said, rig);
    if std::env::var_os("REHEARSE_BLESS").is_some() {
        std::fs::write(golden, said).unwrap();
        return;
    }
    let wanted = std::fs::read_to_string(golden).unwrap_or_else(|error| panic!("{}: {error}", golden.display()));
    if wanted != said {
        let diff = similar::TextDiff::from_lines(&wanted, &said);
        panic!("{}:\n{}", golden.display(), diff.unified_diff());
    }
}

/// The text with a placeholder for all that differs from run to run.
fn lasting(text: &str, rig: &Rig) -> String {
    let drill = text.lines().next().and_then(|line| Some(line.split_once('(')?.1.trim_end_matches(')')));
    let text = match drill.filter(|drill| drill.len() > 10) {
        Some(drill) => text.replace(drill, "<drill>"),
        None => text.to_owned(),
    };
    let mut real: Vec<PathBuf> = vec![rig.folder().to_owned()];
    real.extend(rig.folder().canonicalize());
    let text = real.iter().fold(text, |text, folder| text.replace(&folder.display().to_string(), "<folder>"));
    let text = text.replace(env!("CARGO_PKG_VERSION"), "<version>");
    text.split_inclusive('\n').map(line).collect()
}

/// One line: numbers before ` s` are times, long hex numbers are digests, numbers behind `127.0.0.1:` are ports.
fn line(line: &str) -> String {
    let mut out = String::new();
    let mut rest = line;
    while let Some(first) = rest.chars().next() {
        let word = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '.').unwrap_or(rest.len());
        let (token, behind) = rest.split_at(word);
        let hex = token.len() >= 12 && token.bytes().all(|byte| byte.is_ascii_hexdigit());
        if hex {
            out.push_str("<digest>");
        } else if behind.starts_with(" s") && token.contains('.') && token.parse::<f64>().is_ok() {
            // Times stand at the right of their column.
            out.truncate(out.trim_end_matches(' ').len());
            out.push_str(if out.ends_with('(') { "<time>" } else { " <time>" });
        } else if out.ends_with("127.0.0.1:") && !token.is_empty() {
            out.push_str("<port>");
        } else if token.is_empty() {
            out.push(first);
            rest = &rest[first.len_utf8()..];
            continue;
        } else {
            out.push_str(token);
        }
        rest = behind;
    }
    out
}
