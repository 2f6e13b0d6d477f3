//! The real program: what it prints where, and its exit codes.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that stumbles has failed"
)]

use std::path::Path;
use std::process::Command;

const GOOD: &str = "rehearse: 1\nscenario: NAME\nbackup: { file: export }\ntarget: embedded\nchecks: [all]\n";

/// Exit code, stdout, stderr.
fn rehearse(folder: &Path, arguments: &[&str]) -> (i32, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_rehearse"))
        .args(arguments)
        .current_dir(folder)
        .env_remove("REHEARSE_BLESS")
        .output()
        .unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

/// A folder with a backup of sorts and these scenarios.
fn folder(scenarios: &[(&str, String)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("export")).unwrap();
    std::fs::create_dir(folder.path().join("drills")).unwrap();
    for (name, text) in scenarios {
        std::fs::write(folder.path().join("drills").join(name), text).unwrap();
    }
    folder
}

fn good(name: &str) -> String {
    GOOD.replace("NAME", name)
}

#[test]
fn a_dry_run_prints_the_plans_of_a_folder_by_name_and_writes_nothing() {
    let folder = folder(&[
        ("b.yaml", good("beta") + "defaults: shared.yaml\n"),
        ("a.yaml", good("alpha")),
        ("shared.yaml", "rehearse: 1\nowner: wiki-platform\n".to_owned()),
        ("notes.txt", "no scenario".to_owned()),
        (".hidden.yaml", "no scenario".to_owned()),
    ]);
    let (code, stdout, stderr) = rehearse(folder.path(), &["run", "--dry-run", "drills", "drills/a.yaml"]);
    assert_eq!((code, stderr.as_str()), (0, ""));
    let names: Vec<&str> = stdout.lines().filter(|line| line.starts_with("scenario: ")).collect();
    assert_eq!(names, ["scenario: alpha  # drills/a.yaml", "scenario: beta  # drills/b.yaml"]);
    assert!(stdout.contains("owner: wiki-platform\n"));

    let arguments = ["run", "--dry-run", "--json", "--report-dir", "out", "drills/a.yaml"];
    let (code, stdout, _) = rehearse(folder.path(), &arguments);
    let plans: serde_json::Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!((code, plans.as_array().map(Vec::len)), (0, Some(1)));
    assert_eq!(plans[0]["scenario"], "alpha");
    assert_eq!(plans[0]["reports"], serde_json::json!([{ "junit": "out/alpha.xml" }, { "evidence": "out/alpha" }]));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2);
}

#[test]
fn the_examples_that_users_copy_can_be_planned_together() {
    let folder = tempfile::tempdir().unwrap();
    let examples = folder.path().join("scenarios");
    std::fs::create_dir_all(examples.join("first-drill")).unwrap();
    for entry in std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios")).unwrap() {
        let path = entry.unwrap().path();
        let needs_containers = path.file_name().is_some_and(|name| name == "mock-container.yaml");
        if path.is_file() && (cfg!(feature = "containers") || !needs_containers) {
            std::fs::copy(&path, examples.join(path.file_name().unwrap())).unwrap();
        }
    }
    for file in ["export.zip", "export.zip.manifest.jsonl"] {
        std::fs::write(examples.join("first-drill").join(file), "").unwrap();
    }
    let (code, stdout, stderr) = rehearse(folder.path(), &["run", "--dry-run", "scenarios"]);
    assert_eq!((code, stderr.as_str()), (0, ""));
    assert_eq!(stdout.matches("assurance: simulated").count(), if cfg!(feature = "containers") { 5 } else { 4 });
}

#[test]
fn one_bad_scenario_stops_all() {
    let folder = folder(&[("a.yaml", good("alpha")), ("b.yaml", good("beta").replace("checks", "cheks"))]);
    for arguments in [&["run", "drills"][..], &["run", "--dry-run", "drills"]] {
        let (code, stdout, stderr) = rehearse(folder.path(), arguments);
        assert_eq!((code, stdout.as_str()), (2, ""));
        assert!(stderr.starts_with("error: unknown key `cheks`\n  ┌─ drills/b.yaml:5:1\n"), "{stderr}");
    }
}

#[test]
fn scenarios_of_one_run_don_t_stand_in_one_another_s_way() {
    let with_report = |name: &str, path: &str| good(name) + &format!("reports:\n  - junit: {path}\n");
    let folder = folder(&[
        ("a.yaml", with_report("alpha", "out/all.xml")),
        ("b.yaml", with_report("beta", "./out/all.xml")),
        ("c.yaml", good("alpha")),
        ("d.yaml", with_report("delta", "drills/a.yaml")),
    ]);
    let (code, _, stderr) = rehearse(folder.path(), &["run", "drills"]);
    assert_eq!(code, 2);
    for message in [
        "error: two scenarios of this run write to ",
        "error: two scenarios of this run are called `alpha`",
        "error: this report would overwrite what drills/a.yaml reads",
    ] {
        assert!(stderr.contains(message), "{stderr}");
    }
}

#[test]
fn paths_without_scenarios_are_refused() {
    let folder = folder(&[]);
    for (path, message) in [
        ("drills", "error: the folder holds no scenario\n"),
        ("gone.yaml", "error: the scenario can't be read: no such file\n"),
        ("export", "error: the folder holds no scenario\n"),
    ] {
        let (code, stdout, stderr) = rehearse(folder.path(), &["run", path]);
        assert_eq!((code, stdout.as_str()), (2, ""));
        assert!(stderr.starts_with(message) && stderr.contains(path), "{stderr}");
    }
    assert_eq!(rehearse(folder.path(), &["run"]).0, 2);
    assert_eq!(rehearse(folder.path(), &["restore"]).0, 2);
    assert_eq!(rehearse(folder.path(), &[]).0, 2);
}

#[test]
fn init_writes_a_scenario_that_plans_and_overwrites_none() {
    let folder = folder(&[]);
    let (code, stdout, stderr) = rehearse(folder.path(), &["init", "drills/nightly.yaml", "--backup", "export"]);
    assert_eq!((code, stdout.as_str()), (0, ""));
    assert!(stderr.contains("rehearse run drills/nightly.yaml"), "{stderr}");
    let (code, stdout, _) = rehearse(folder.path(), &["run", "--dry-run", "drills"]);
    assert_eq!(code, 0);
    assert!(stdout.starts_with("scenario: nightly  # drills/nightly.yaml\nbackup: export\n"), "{stdout}");

    std::fs::write(folder.path().join("drills/nightly.yaml"), "mine").unwrap();
    let (code, _, stderr) = rehearse(folder.path(), &["init", "drills/nightly.yaml"]);
    assert_eq!(code, 2);
    assert!(stderr.contains("exists already"), "{stderr}");
    assert_eq!(std::fs::read_to_string(folder.path().join("drills/nightly.yaml")).unwrap(), "mine");
}

#[test]
fn what_programs_read_goes_to_stdout() {
    let folder = folder(&[]);
    let (code, schema, _) = rehearse(folder.path(), &["schema"]);
    let committed = Path::new(env!("CARGO_MANIFEST_DIR")).join("schema/scenario.schema.json");
    assert_eq!((code, schema), (0, std::fs::read_to_string(committed).unwrap()));
    let (code, text, _) = rehearse(folder.path(), &["explain", "page-tree"]);
    assert!(code == 0 && text.starts_with("page-tree\n"), "{text}");
    let (code, _, stderr) = rehearse(folder.path(), &["explain", "page-tre"]);
    assert!(code == 2 && stderr.contains("page-tree"), "{stderr}");
    for shell in ["bash", "zsh", "fish"] {
        let (code, text, _) = rehearse(folder.path(), &["completions", shell]);
        assert!(code == 0 && text.contains("report-dir"), "{shell}");
    }
}

#[test]
fn every_command_explains_itself_with_an_example() {
    let folder = folder(&[]);
    let (code, help, _) = rehearse(folder.path(), &["--help"]);
    assert!(code == 0 && help.contains("Exit codes:"));
    for command in ["run", "init", "schema", "explain", "completions"] {
        let (code, help, _) = rehearse(folder.path(), &[command, "--help"]);
        assert!(code == 0 && help.contains("Example"), "{help}");
    }
}

#[test]
fn a_user_of_the_mock_is_given_by_reference_and_a_password_is_never_told_back() {
    let folder = folder(&[]);
    std::fs::write(folder.path().join("password"), "correct\n").unwrap();
    let refused = ["ann", "ann=hunter2", "=env:HUNTER2", "ann=env:", "ann=file:gone-hunter2"];
    for user in refused {
        let (code, stdout, stderr) = rehearse(folder.path(), &["mock", "--password-file", "password", "--user", user]);
        let by_name = user.ends_with("gone-hunter2") && stderr.contains("can't be read");
        assert!(code == 2 && stdout.is_empty() && (by_name || !stderr.contains("hunter2")), "{user}: {stderr}");
        assert!(stderr.starts_with("error: "), "{stderr}");
    }
}
