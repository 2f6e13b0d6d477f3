//! A place to drill in, and what came of a drill.

use std::io::{BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, Command, Stdio};

use quick_xml::events::Event;
use serde_json::Value;

/// Folders of one test: `work`, in which the program runs, `state` and `tmp`.
pub struct Rig {
    folder: tempfile::TempDir,
}

/// How the program ended and what it said.
#[derive(Debug)]
pub struct Ended {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Rig {
    pub fn new() -> Self {
        let rig = Self { folder: tempfile::tempdir().unwrap() };
        for name in ["work", "state", "tmp"] {
            std::fs::create_dir(rig.folder.path().join(name)).unwrap();
        }
        rig
    }

    /// A path in the folder in which the program runs.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join("work").join(name)
    }

    pub fn state(&self) -> PathBuf {
        self.folder.path().join("state")
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }

    pub fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// The program, as a CI job would start it.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_rehearse"));
        command
            .args(arguments)
            .current_dir(self.path(""))
            .env("CI", "1")
            .env("REHEARSE_STATE", self.state())
            .env("TMPDIR", self.folder.path().join("tmp"))
            .env_remove("NO_COLOR");
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Ended {
        ended(self.command(arguments))
    }

    /// The drill of `scenario.yaml`, which is written first; its reports go to `out/`.
    pub fn drill(&self, scenario: &str) -> Ended {
        self.write("scenario.yaml", scenario);
        self.run(&["run", "scenario.yaml"])
    }

    /// Starts the drill of `scenario.yaml`.
    pub fn start(&self, scenario: &str) -> Running {
        self.write("scenario.yaml", scenario);
        Running::start(self.command(&["run", "scenario.yaml"]))
    }

    /// What lies in the state folder and in the folder for temporary files, the ledger's empty folder apart.
    pub fn left_behind(&self) -> Vec<PathBuf> {
        let list = |path: PathBuf| match std::fs::read_dir(path) {
            Ok(found) => found.map(|entry| entry.unwrap().path()).collect(),
            Err(_) => Vec::new(),
        };
        let mut left = [list(self.state().join("ledger")), list(self.folder.path().join("tmp"))].concat();
        left.extend(list(self.state()).into_iter().filter(|path| !path.ends_with("ledger")));
        left
    }

    pub fn junit(&self, name: &str) -> Junit {
        Junit::read(&self.path(name))
    }

    /// The record that a drill of this name filed.
    pub fn record(&self, name: &str) -> Value {
        serde_json::from_str(&self.read(&format!("out/{name}/record.json"))).unwrap()
    }
}

pub fn ended(mut command: Command) -> Ended {
    let output = command.stdin(Stdio::null()).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Ended { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
}

impl Ended {
    /// The exit code, for a program that didn't panic.
    #[track_caller]
    pub fn exits(&self, code: i32) -> &Self {
        assert!(!self.stderr.contains("panicked"), "{}", self.stderr);
        assert_eq!(self.code, Some(code), "{}{}", self.stdout, self.stderr);
        self
    }

    #[track_caller]
    pub fn says(&self, words: &str) -> &Self {
        assert!(self.stderr.contains(words), "{words:?} is not in\n{}", self.stderr);
        self
    }
}

/// A scenario that drills `export.zip` in this process and reports to `out/`; each change replaces or adds a key.
pub fn scenario(name: &str, changes: &[(&str, &str)]) -> String {
    let reports = format!("\n  - junit: out/{name}.xml\n  - evidence: out/{name}/");
    let mut lines = vec![
        ("rehearse", "1".to_owned()),
        ("scenario", name.to_owned()),
        ("backup", "{ file: export.zip }".to_owned()),
        ("target", "embedded".to_owned()),
        ("checks", "[all]".to_owned()),
        ("reports", reports),
    ];
    for (key, value) in changes {
        match lines.iter_mut().find(|(other, _)| other == key) {
            Some(line) => line.1 = (*value).to_owned(),
            None => lines.push((key, (*value).to_owned())),
        }
    }
    lines.into_iter().map(|(key, value)| format!("{key}: {value}\n")).collect()
}

/// A drill under way.
pub struct Running {
    child: Child,
    talk: BufReader<ChildStderr>,
    said: String,
}

impl Running {
    pub fn start(mut command: Command) -> Self {
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let talk = BufReader::new(child.stderr.take().unwrap());
        Self { child, talk, said: String::new() }
    }

    /// Waits for a line that begins with these words, spaces apart; the program must not end before.
    #[track_caller]
    pub fn until(&mut self, words: &str) -> String {
        loop {
            let begin = self.said.len();
            let read = self.talk.read_line(&mut self.said).unwrap();
            assert!(read > 0, "it ended before it said {words:?}:\n{}", self.said);
            let line = self.said[begin..].trim();
            if line.starts_with(words) {
                return line.to_owned();
            }
        }
    }

    /// Sends a signal by name: `INT`, `TERM`, `KILL`.
    pub fn signal(&self, name: &str) {
        let id = self.child.id().to_string();
        // A shell has it as a word of its own, wherever tests run.
        let sent = Command::new("sh").args(["-c", "kill -s \"$0\" \"$1\"", name, &id]).status().unwrap();
        assert!(sent.success(), "kill -s {name} {id}");
    }

    pub fn ended(mut self) -> Ended {
        self.talk.read_to_string(&mut self.said).unwrap();
        let code = self.child.wait().unwrap().code();
        Ended { code, stdout: String::new(), stderr: std::mem::take(&mut self.said) }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // A test that failed must not leave its drill running.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The cases of a JUnit file that is well-formed, with what stands in them: `failure`, `error`, `skipped` or nothing.
#[derive(Debug)]
pub struct Junit {
    pub cases: Vec<(String, String)>,
}

impl Junit {
    #[track_caller]
    pub fn read(path: &Path) -> Self {
        let text = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let mut reader = quick_xml::Reader::from_str(&text);
        let mut cases: Vec<(String, String)> = Vec::new();
        loop {
            let event = reader.read_event().unwrap_or_else(|error| panic!("{error} in\n{text}"));
            let (Event::Start(tag) | Event::Empty(tag)) = event else {
                if event == Event::Eof {
                    break;
                }
                continue;
            };
            match tag.name().as_ref() {
                "testcase" => {
                    let name = tag.attributes().flatten().find(|attribute| attribute.key.as_ref() == "name").unwrap();
                    cases.push((name.value.into_owned(), String::new()));
                }
                found @ ("failure" | "error" | "skipped") => cases.last_mut().unwrap().1 = found.to_owned(),
                _ => {}
            }
        }
        assert!(!cases.is_empty(), "{text}");
        Self { cases }
    }

    /// Names of the cases in which one of these stands.
    pub fn with(&self, what: &str) -> Vec<&str> {
        self.cases.iter().filter(|(_, found)| found == what).map(|(name, _)| name.as_str()).collect()
    }

    pub fn is_red(&self) -> bool {
        self.cases.iter().any(|(_, found)| matches!(found.as_str(), "failure" | "error"))
    }
}
