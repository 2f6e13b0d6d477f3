//! What a drill is about to create, written down first, so that nothing can be left behind unnamed.
//!
//! One file a drill under `<state folder>/ledger/`: a header line, then one line for each object noted or struck out. The file
//! is locked for as long as the drill's process lives; the system lets go of the lock whatever way the process ends, and a
//! process number that was given out again can't pass for a live drill.

use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};

use super::LabError;
use crate::clock::Context;

/// The newest format of the file that this version reads and writes.
pub(super) const FORMAT: u32 = 1;
/// Ledgers of one drill at a time.
const MOST_LEDGERS: u32 = 1_000;

/// Something that a drill creates and must remove.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Object {
    /// A container, by name.
    Container(String),
    /// A volume, by name.
    Volume(String),
    /// A network, by name.
    Network(String),
    /// A folder of this machine.
    Folder(PathBuf),
}

impl std::fmt::Display for Object {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Container(name) => write!(f, "container {name}"),
            Self::Volume(name) => write!(f, "volume {name}"),
            Self::Network(name) => write!(f, "network {name}"),
            Self::Folder(path) => write!(f, "folder {}", path.display()),
        }
    }
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Line {
    Ledger { format: u32, drill: String, process: u32, began: String },
    Note(Object),
    Strike(Object),
}

/// The ledger of a drill that is under way.
#[derive(Debug)]
pub struct Ledger {
    path: PathBuf,
    drill: String,
    suffix: String,
    began: String,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    file: File,
    outstanding: Vec<Object>,
}

impl Ledger {
    /// Begins a ledger for the drill of this context under this state folder. A drill may have several at a time, one an instance.
    pub fn begin(state: &Path, context: &Context) -> Result<Self, LabError> {
        let folder = state.join("ledger");
        private_folders(&folder)?;
        let (drill, began) = (context.drill.to_string(), context.clock.stamp());
        for number in 1..=MOST_LEDGERS {
            let suffix = if number == 1 { String::new() } else { format!("-{number}") };
            // Locked and filled under another name first: a sweep never meets a ledger that nobody holds yet.
            let (draft, path) =
                (folder.join(format!("{drill}{suffix}.draft")), folder.join(format!("{drill}{suffix}.jsonl")));
            let file = match File::create_new(&draft) {
                Ok(file) => file,
                Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => continue,
                Err(error) => return Err(LabError::file("write", &draft, error)),
            };
            file.lock().map_err(|error| LabError::file("lock", &draft, error))?;
            let state = Mutex::new(State { file, outstanding: Vec::new() });
            let ledger = Self { path, drill: drill.clone(), suffix, began: began.clone(), state };
            let header = Line::Ledger {
                format: FORMAT,
                drill: drill.clone(),
                process: std::process::id(),
                began: began.clone(),
            };
            ledger.write(&mut ledger.state(), &header)?;
            // Whoever makes the draft owns the number, unless the ledger of that number is complete already.
            if ledger.path.exists() {
                std::fs::remove_file(&draft).map_err(|error| LabError::file("remove", &draft, error))?;
                continue;
            }
            std::fs::rename(&draft, &ledger.path).map_err(|error| LabError::file("write", &ledger.path, error))?;
            return Ok(ledger);
        }
        Err(LabError::file("write", &folder, std::io::Error::other("this drill has too many ledgers")))
    }

    /// The drill.
    pub fn drill(&self) -> &str {
        &self.drill
    }

    /// When the ledger began, as `2026-11-23T12:45:01Z`.
    pub fn began(&self) -> &str {
        &self.began
    }

    /// A name for an object of this drill, `rehearse-<drill>-<purpose>`; other ledgers of the drill give other names.
    pub fn name(&self, purpose: &str) -> String {
        format!("rehearse-{}{}-{purpose}", self.drill, self.suffix)
    }

    /// Writes down what is about to be created. It is on the disk when this returns.
    pub fn note(&self, object: &Object) -> Result<(), LabError> {
        let mut state = self.state();
        self.write(&mut state, &Line::Note(object.clone()))?;
        state.outstanding.push(object.clone());
        Ok(())
    }

    /// Strikes out what has been removed.
    pub fn strike(&self, object: &Object) -> Result<(), LabError> {
        let mut state = self.state();
        state.outstanding.retain(|other| other != object);
        self.write(&mut state, &Line::Strike(object.clone()))
    }

    /// What was noted and not struck out, in the order in which it was noted.
    pub fn outstanding(&self) -> Vec<Object> {
        self.state().outstanding.clone()
    }

    /// Ends the ledger: where nothing is outstanding its file goes away; else it stays, for the sweep.
    pub fn end(&self) -> Result<(), LabError> {
        let state = self.state();
        if !state.outstanding.is_empty() {
            return Ok(());
        }
        match std::fs::remove_file(&self.path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(LabError::file("remove", &self.path, error))
            }
            _ => Ok(()),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self, state: &mut State, line: &Line) -> Result<(), LabError> {
        let fail = |error| LabError::file("write", &self.path, error);
        let mut text = serde_json::to_string(line).map_err(|error| fail(error.into()))?;
        text.push('\n');
        state.file.write_all(text.as_bytes()).and_then(|()| state.file.sync_data()).map_err(fail)
    }
}

/// A private folder of a drill, in the temp folder of the system.
#[derive(Debug)]
pub struct WorkFolder {
    path: PathBuf,
}

impl WorkFolder {
    /// Notes the folder, then creates it, readable by this user alone.
    pub fn create(ledger: &Ledger, purpose: &str) -> Result<Self, LabError> {
        let path = std::env::temp_dir().join(ledger.name(purpose));
        ledger.note(&Object::Folder(path.clone()))?;
        let mut builder = std::fs::DirBuilder::new();
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(&path).map_err(|error| LabError::file("create", &path, error))?;
        Ok(Self { path })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

/// Removes a folder of a drill with all that is in it. A folder that isn't there is removed already.
///
/// Only folders named as [`Ledger::name`] names them are touched, so that a ledger that somebody edited can't point at anything else.
pub(crate) fn remove_folder(path: &Path, drill: &str) -> Result<(), LabError> {
    let ours = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(&format!("rehearse-{drill}")));
    if !ours || drill.is_empty() || !path.is_absolute() {
        return Err(LabError::file(
            "remove",
            path,
            std::io::Error::other("it isn't named as folders of this drill are"),
        ));
    }
    match std::fs::remove_dir_all(path) {
        Err(error) if !is_absent(&error) => Err(LabError::file("remove", path, error)),
        _ => Ok(()),
    }
}

/// Whether nothing can be there: no such file, or what should be a folder above it is a file.
fn is_absent(error: &std::io::Error) -> bool {
    matches!(error.kind(), std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory)
}

/// The folder in which `rehearse` keeps what outlives a drill: `$REHEARSE_STATE`, else `$XDG_STATE_HOME/rehearse`, else
/// `~/.local/state/rehearse`, else a folder of the system's temp folder.
pub fn state_folder() -> PathBuf {
    let path = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    path("REHEARSE_STATE")
        .or_else(|| path("XDG_STATE_HOME").map(|folder| folder.join("rehearse")))
        .or_else(|| path("HOME").map(|folder| folder.join(".local/state/rehearse")))
        .unwrap_or_else(|| std::env::temp_dir().join("rehearse-state"))
}

fn private_folders(path: &Path) -> Result<(), LabError> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path).map_err(|error| LabError::file("create", path, error))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Events;
    use crate::lab::{SweepSettings, sweep};

    fn context() -> Context {
        Context::new(Events::none(), tokio_util::sync::CancellationToken::new())
    }

    fn settings(state: &Path) -> SweepSettings {
        SweepSettings { state: state.to_owned(), older_than: std::time::Duration::MAX }
    }

    #[test]
    fn a_ledger_names_what_is_not_struck_out_and_goes_away_when_that_is_nothing() {
        let state = tempfile::tempdir().unwrap();
        let ledger = Ledger::begin(state.path(), &context()).unwrap();
        let (volume, container) = (Object::Volume("v".to_owned()), Object::Container("c".to_owned()));
        ledger.note(&volume).unwrap();
        ledger.note(&container).unwrap();
        ledger.strike(&volume).unwrap();
        assert_eq!(ledger.outstanding(), std::slice::from_ref(&container));
        ledger.end().unwrap();
        assert!(ledger.path.exists());
        ledger.strike(&container).unwrap();
        ledger.end().unwrap();
        assert!(!ledger.path.exists());
    }

    #[test]
    fn two_instances_of_one_drill_have_ledgers_and_names_of_their_own() {
        let state = tempfile::tempdir().unwrap();
        let context = context();
        let first = Ledger::begin(state.path(), &context).unwrap();
        let second = Ledger::begin(state.path(), &context).unwrap();
        assert_eq!(first.drill(), second.drill());
        assert_ne!(first.name("home"), second.name("home"));
        assert_ne!(first.path, second.path);
    }

    #[tokio::test]
    async fn a_sweep_removes_what_a_dead_drill_left_and_nothing_of_a_live_one() {
        let state = tempfile::tempdir().unwrap();
        let (live, dead) = (context(), context());
        let live = Ledger::begin(state.path(), &live).unwrap();
        let kept = WorkFolder::create(&live, "kept").unwrap();
        let ledger = Ledger::begin(state.path(), &dead).unwrap();
        let left = WorkFolder::create(&ledger, "left").unwrap().path().to_owned();
        std::fs::write(left.join("file"), "x").unwrap();
        drop(ledger);

        let swept = sweep(&settings(state.path())).await;
        assert_eq!(swept.removed, [format!("folder {}", left.display())]);
        assert_eq!(swept.alive, [live.drill()]);
        assert!(!left.exists() && kept.path().is_dir());
        assert_eq!(sweep(&settings(state.path())).await.removed, [""; 0]);
        remove_folder(kept.path(), live.drill()).unwrap();
    }

    #[tokio::test]
    async fn an_edited_ledger_cannot_make_a_sweep_remove_another_folder() {
        let state = tempfile::tempdir().unwrap();
        let precious = state.path().join("precious");
        std::fs::create_dir(&precious).unwrap();
        let ledger = Ledger::begin(state.path(), &context()).unwrap();
        ledger.note(&Object::Folder(precious.clone())).unwrap();
        drop(ledger);
        let swept = sweep(&settings(state.path())).await;
        assert!(precious.is_dir());
        assert!(swept.removed.is_empty() && swept.left.len() == 1, "{swept:?}");
    }

    #[tokio::test]
    async fn a_ledger_that_was_cut_off_is_read_up_to_its_last_whole_line() {
        let state = tempfile::tempdir().unwrap();
        let ledger = Ledger::begin(state.path(), &context()).unwrap();
        let left = WorkFolder::create(&ledger, "left").unwrap().path().to_owned();
        ledger.state().file.write_all(b"{\"note\":{\"fol").unwrap();
        drop(ledger);
        assert_eq!(sweep(&settings(state.path())).await.removed, [format!("folder {}", left.display())]);
    }

    #[tokio::test]
    async fn a_newer_ledger_is_left_alone_and_said() {
        let state = tempfile::tempdir().unwrap();
        let folder = state.path().join("ledger");
        private_folders(&folder).unwrap();
        std::fs::write(
            folder.join("x.jsonl"),
            "{\"ledger\":{\"format\":9,\"drill\":\"x\",\"process\":1,\"began\":\"\"}}\n",
        )
        .unwrap();
        let swept = sweep(&settings(state.path())).await;
        assert!(swept.left.iter().any(|line| line.contains("newer format 9")), "{swept:?}");
    }
}
