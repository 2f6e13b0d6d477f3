//! The scenario format: the committed schema is what the types say, and parser and schema are held against the same good and bad files.
//!
//! `REHEARSE_BLESS=1` rewrites the schema and the golden texts.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that stumbles has failed"
)]

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rehearsal::settings::Complaints;
use rehearsal::{plan, scenario};

/// Bad files that a schema can't refuse, and why.
const PARSER_ONLY: &[(&str, &str)] = &[
    ("assurance-out-of-reach", "depends on target and checks together"),
    ("allow-what-cannot-be", "depends on the checks"),
    ("prove-without-state", "depends on two keys together"),
    ("rotate-without-sample", "depends on two settings together"),
    ("rotate-without-state", "depends on a check and a key together"),
    ("sample-of-records", "depends on two settings together"),
    ("state-elsewhere", "a path is any text to a schema"),
    ("state-in-backup", "depends on two keys together"),
    ("search-mistakes", "depends on settings together"),
    ("visible-mistakes", "depends on settings together"),
    ("attachments-by-records", "depends on the assurance and a check together"),
    ("check-twice", "items with one name may differ in their settings"),
    ("counted-by-nobody", "depends on the checks"),
    ("defaults-with-mistakes", "the mistakes are in another file"),
    ("defaults-missing", "depends on the file system"),
    ("everything-left-out", "depends on two lists together"),
    ("left-out-of-nothing", "depends on two lists together"),
    ("manifest-missing", "depends on the file system"),
    ("report-among-sources", "depends on two keys together"),
    ("report-over-backup", "depends on two keys together"),
    ("reports-collide", "depends on two items together"),
    ("duplicate-key", "JSON has no duplicate keys; a YAML reader refuses or drops them before a schema sees them"),
    ("tab-indentation", "it is no YAML, so that there is nothing to hold a schema against"),
    ("not-yaml", "it is no YAML, so that there is nothing to hold a schema against"),
    ("template", "it is no YAML, so that there is nothing to hold a schema against"),
    ("two-documents", "a schema sees one document at a time"),
];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn blessing() -> bool {
    std::env::var_os("REHEARSE_BLESS").is_some()
}

/// Compares with a committed file, or rewrites it.
fn golden(path: &Path, actual: &str) {
    if blessing() {
        std::fs::write(path, actual).unwrap();
    }
    let expected = std::fs::read_to_string(path).unwrap_or_default();
    assert_eq!(expected, actual, "{} differs; REHEARSE_BLESS=1 rewrites it", path.display());
}

/// The folders below a folder, sorted.
fn cases(folder: &str) -> Vec<(String, PathBuf)> {
    let mut cases: Vec<(String, PathBuf)> = std::fs::read_dir(root().join(folder))
        .unwrap()
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.path().join("scenario.yaml").is_file())
        .map(|entry| (entry.file_name().into_string().unwrap(), entry.path()))
        .collect();
    cases.sort();
    assert!(cases.len() > 3, "no cases in {folder}");
    cases
}

/// Loads and settles as the program does when it runs in the root of the project, which is where tests run.
fn settle(path: &Path) -> Result<plan::Plan, Complaints> {
    let path = path.strip_prefix(root()).unwrap();
    scenario::load(path).and_then(|loaded| plan::settle(&loaded, None))
}

/// Whether the schema takes a file; `None` where it is no YAML that could be asked about.
fn schema_takes(path: &Path) -> Option<bool> {
    let text = std::fs::read_to_string(path).unwrap();
    let value: serde_json::Value = serde_saphyr::from_str(&text).ok()?;
    let validator = jsonschema::draft7::new(&scenario::schema()).unwrap();
    Some(validator.is_valid(&value))
}

#[test]
fn the_committed_schema_is_the_generated_one() {
    let text = serde_json::to_string_pretty(&scenario::schema()).unwrap() + "\n";
    golden(&root().join("schema/scenario.schema.json"), &text);
    assert!(jsonschema::meta::is_valid(&scenario::schema()));
    assert!(text.contains("http://json-schema.org/draft-07/schema#"));
}

#[test]
fn good_files_are_taken_by_parser_and_schema() {
    for (name, folder) in cases("tests/cases/valid") {
        let file = folder.join("scenario.yaml");
        let needs_containers = std::fs::read_to_string(&file).unwrap().contains("mock");
        if needs_containers && cfg!(not(feature = "containers")) {
            let refused = settle(&file).expect_err(&name).to_string();
            assert!(refused.contains("built without the feature `containers`"), "{refused}");
            continue;
        }
        let plan = settle(&file).unwrap_or_else(|complaints| panic!("{name}:\n{complaints}"));
        golden(&folder.join("plan"), &plan.to_string());
        assert_eq!(schema_takes(&file), Some(true), "{name}: the schema refuses what the parser takes");
    }
}

#[test]
fn bad_files_are_refused_by_parser_and_schema_with_the_place_and_the_remedy() {
    let cases = cases("tests/cases/invalid");
    for (name, _) in PARSER_ONLY {
        assert!(cases.iter().any(|(other, _)| other == name), "there is no case {name}");
    }
    for (name, folder) in cases {
        let file = folder.join("scenario.yaml");
        let complaints = settle(&file).expect_err(&name);
        golden(&folder.join("stderr"), &complaints.to_string());
        let by_schema = schema_takes(&file) == Some(false);
        let listed = PARSER_ONLY.iter().any(|(other, _)| *other == name);
        assert_ne!(
            by_schema, listed,
            "{name}: refused by the schema: {by_schema}; said to be known to the parser alone: {listed}"
        );
        for complaint in &complaints.0 {
            assert!(complaint.span.is_some(), "{name}: {} has no place", complaint.message);
        }
    }
}

/// Every text that is the longest valid scenario with a small change is read without a stumble, and what the parser takes, the schema takes.
#[test]
fn no_small_change_tells_parser_and_schema_apart() {
    let text = std::fs::read_to_string(root().join("tests/cases/valid/all-keys/scenario.yaml")).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let mut changed: Vec<String> = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        let with = |new: &[&str]| {
            let all = lines[..index].iter().chain(new).chain(&lines[index + 1..]);
            all.fold(String::new(), |text, line| text + line + "\n")
        };
        changed.extend([with(&[]), with(&[line, line]), with(&[&format!(" {line}")]), with(&[&format!("{line}:")])]);
        for (from, to) in
            [(":", ""), (":", ": -"), (":", ":\t"), (" ", ""), ("{", ""), ("}", ""), ("[", "{"), ("\"", "'")]
        {
            changed.push(with(&[&line.replacen(from, to, 1)]));
        }
        if let Some((key, _)) = line.split_once(": ") {
            for value in
                ["", "~", "7", "-1", "1.5", "true", "x", "[]", "{}", "[x]", "{ x: 1 }", "\"\"", "!!str x", "&a *a", "|"]
            {
                changed.push(with(&[&format!("{key}: {value}")]));
            }
        }
    }
    changed.extend(text.char_indices().step_by(11).map(|(at, _)| text[..at].to_owned()));
    let validator = jsonschema::draft7::new(&scenario::schema()).unwrap();
    let mut taken = 0;
    for text in &changed {
        match scenario::parse("changed.yaml", &Arc::from(text.as_str())) {
            Err(complaints) => assert!(complaints.to_string().starts_with("error: ")),
            Ok(_) => {
                taken += 1;
                let settled = Path::new(env!("CARGO_TARGET_TMPDIR")).join("changed.yaml");
                std::fs::write(&settled, text).unwrap();
                let plan = scenario::load(&settled).and_then(|loaded| plan::settle(&loaded, None));
                let value: serde_json::Value = serde_saphyr::from_str(text).unwrap();
                assert!(
                    plan.is_err() || validator.is_valid(&value),
                    "the schema refuses what the parser takes:\n{text}"
                );
            }
        }
    }
    assert!(changed.len() > 600 && taken > 50, "{taken} of {}", changed.len());
}

#[test]
fn the_examples_that_users_copy_are_scenarios() {
    let mut seen = 0;
    for entry in std::fs::read_dir(root().join("scenarios")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|end| end != "yaml") {
            continue;
        }
        let source: Arc<str> = std::fs::read_to_string(&path).unwrap().into();
        let schema_line = "# yaml-language-server: $schema=../schema/scenario.schema.json\n";
        assert!(source.starts_with(schema_line), "{} doesn't name the schema", path.display());
        scenario::parse(&path.display().to_string(), &source).unwrap_or_else(|complaints| panic!("{complaints}"));
        assert_eq!(schema_takes(&path), Some(true), "{}", path.display());
        seen += 1;
    }
    assert!(seen >= 5);
}

#[test]
fn every_key_of_the_format_is_in_the_reference() {
    let reference = std::fs::read_to_string(root().join("docs/scenario.md")).unwrap();
    let schema = scenario::schema();
    let mut properties: Vec<&serde_json::Value> = vec![&schema["properties"]];
    properties.extend(schema["definitions"].as_object().unwrap().values().map(|definition| &definition["properties"]));
    for key in properties.iter().filter_map(|object| object.as_object()).flat_map(|object| object.keys()) {
        assert!(reference.contains(&format!("`{key}`")), "docs/scenario.md says nothing of `{key}`");
    }
    for name in scenario::Check::NAMES {
        assert!(reference.contains(&format!("`{name}`")), "docs/scenario.md says nothing of the check `{name}`");
    }
}
