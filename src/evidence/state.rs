//! What a scenario remembers from drill to drill: one file a scenario in a folder, replaced whole, and locked while a drill is under way.

use std::fs::{File, TryLockError};
use std::io::Read as _;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::{WriteError, write_file};
use crate::model::sample::RING;
use crate::model::{Fault, LastProof, Rotation};

/// The format number of the states that this program writes. It reads all up to it.
pub const STATE_FORMAT: u32 = 1;

/// The largest state that is read: 16 MiB. The longest one that is written has half of one.
const BYTES_MAX: u64 = 16 << 20;

/// Why a state can't be used.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    /// The system refuses.
    #[error("use the state {}: {source}; make sure that its folder is there and may be written to", .path.display())]
    Io {
        /// Which file or folder.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// Another drill has it.
    #[error("use the state {}: another drill of this scenario is under way; wait for its end", .0.display())]
    Held(PathBuf),
    /// It makes no sense.
    #[error("use the state {}: {problem}; put back a copy of it, or move it away to begin anew", .path.display())]
    Unfit {
        /// Which file.
        path: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
    /// A newer program wrote it.
    #[error("use the state {}: it has format {found}, and this program reads formats up to {STATE_FORMAT}; use a newer rehearse", .path.display())]
    Newer {
        /// Which file.
        path: PathBuf,
        /// The format number that it has.
        found: u32,
    },
    /// It can't be written.
    #[error("keep the state: {0}")]
    Write(#[from] WriteError),
}

impl StateError {
    /// A state that can't be used is the rig's failing.
    pub const fn fault(&self) -> Fault {
        Fault::Rig
    }
}

/// What is remembered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Remembered {
    /// Format number; stands first and is read first.
    pub state: u32,
    /// Name of the scenario.
    pub scenario: String,
    /// Name of the drill that wrote it last.
    pub drill: String,
    /// Where its rotating sample of attachments stands.
    pub rotation: Option<Rotation>,
    /// Its last proof.
    pub proof: Option<LastProof>,
}

/// The state of one scenario, held until it is dropped.
#[derive(Debug)]
pub struct State {
    path: PathBuf,
    /// What was remembered when it was opened, and is to be kept.
    pub remembered: Remembered,
    /// Locked as long as it is open; the system lets go of it whatever way the process ends.
    _lock: File,
}

impl State {
    /// Takes hold of the state of a scenario in a folder, which is made where it is missing.
    ///
    /// # Errors
    /// A folder that can't be used, another drill that holds it, a file that is no state of this scenario.
    pub fn open(folder: &Path, scenario: &str) -> Result<Self, StateError> {
        let io = |path: &Path| {
            let path = path.to_owned();
            move |source| StateError::Io { path, source }
        };
        std::fs::create_dir_all(folder).map_err(io(folder))?;
        let held = folder.join(format!("{scenario}.lock"));
        let lock = File::options().create(true).truncate(false).write(true).open(&held).map_err(io(&held))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(StateError::Held(folder.to_owned())),
            Err(TryLockError::Error(source)) => return Err(StateError::Io { path: held, source }),
        }
        let path = folder.join(format!("{scenario}.state.json"));
        let nothing = || Remembered {
            state: STATE_FORMAT,
            scenario: scenario.to_owned(),
            drill: String::new(),
            rotation: None,
            proof: None,
        };
        let remembered = match File::open(&path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => nothing(),
            Err(error) => return Err(io(&path)(error)),
            Ok(file) => {
                let mut bytes = Vec::new();
                file.take(BYTES_MAX + 1).read_to_end(&mut bytes).map_err(io(&path))?;
                read(&path, &bytes, scenario)?
            }
        };
        Ok(Self { path, remembered, _lock: lock })
    }

    /// Writes what is to be kept, whole or not at all.
    ///
    /// # Errors
    /// What the system says.
    pub fn keep(&self) -> Result<(), StateError> {
        let unfit =
            |error: serde_json::Error| StateError::Unfit { path: self.path.clone(), problem: error.to_string() };
        let mut bytes = serde_json::to_vec_pretty(&self.remembered).map_err(unfit)?;
        bytes.push(b'\n');
        Ok(write_file(&self.path, &bytes)?)
    }
}

fn read(path: &Path, bytes: &[u8], scenario: &str) -> Result<Remembered, StateError> {
    #[derive(Deserialize)]
    struct Format {
        state: u32,
    }
    let unfit = |problem: String| StateError::Unfit { path: path.to_owned(), problem };
    if bytes.len() as u64 > BYTES_MAX {
        return Err(unfit("it is longer than any state".to_owned()));
    }
    let no_state = |error: serde_json::Error| unfit(format!("it is no state ({error})"));
    let Format { state: found } = serde_json::from_slice(bytes).map_err(no_state)?;
    if found > STATE_FORMAT {
        return Err(StateError::Newer { path: path.to_owned(), found });
    }
    let remembered: Remembered = serde_json::from_slice(bytes).map_err(no_state)?;
    if remembered.scenario != scenario {
        return Err(unfit("it is that of another scenario".to_owned()));
    }
    if remembered.rotation.as_ref().is_some_and(|rotation| !is_sound(rotation)) {
        return Err(unfit("what it says of the rotating sample makes no sense".to_owned()));
    }
    Ok(remembered)
}

/// Whether all places are on the ring, and all times are times in the one spelling, in whose order they compare as text.
fn is_sound(rotation: &Rotation) -> bool {
    let time = |text: &str| text.len() == 20 && text.ends_with('Z') && text.parse::<jiff::Timestamp>().is_ok();
    let stretches = &rotation.verified;
    rotation.seed < RING
        && rotation.next < RING
        && time(&rotation.began)
        && stretches.iter().all(|one| one.from < RING && one.last < RING && time(&one.when))
        && stretches.iter().zip(stretches.iter().skip(1)).all(|(one, next)| one.when <= next.when)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_is_kept_whole_and_held_by_one_drill() {
        let folder = tempfile::tempdir().unwrap();
        let at = folder.path().join("new/state");
        let mut state = State::open(&at, "nightly").unwrap();
        assert_eq!(state.remembered.rotation, None);
        assert!(matches!(State::open(&at, "nightly"), Err(StateError::Held(_))));
        let other = State::open(&at, "weekly").unwrap();
        state.remembered.rotation = Some(Rotation::new(7, "2026-11-23T00:00:00Z".into()));
        state.keep().unwrap();
        drop((state, other));
        assert_eq!(State::open(&at, "nightly").unwrap().remembered.rotation.unwrap().seed, 7);
    }

    #[test]
    fn what_is_no_state_is_refused_and_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("s.state.json");
        let good = r#"{"state":1,"scenario":"s","drill":"","rotation":{"seed":1,"next":2,"began":"2026-11-23T00:00:00Z","verified":[]},"proof":null}"#;
        let (newer, other) = (good.replace("\"state\":1", "\"state\":2"), good.replace("\"s\"", "\"t\""));
        let off = good.replace("\"next\":2", "\"next\":4503599627370496");
        let undated = good.replace("2026-11-23T00:00:00Z", "yesterday");
        for (text, said) in [
            ("", "no state"),
            ("{}", "no state"),
            (&newer, "format 2"),
            (&other, "another"),
            (&off, "sense"),
            (&undated, "sense"),
        ] {
            std::fs::write(&path, text).unwrap();
            let error = State::open(folder.path(), "s").unwrap_err().to_string();
            assert!(error.contains(said), "{error}");
            assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
        }
        std::fs::write(&path, good).unwrap();
        assert!(State::open(folder.path(), "s").is_ok());
        std::fs::write(folder.path().join("file"), "").unwrap();
        assert!(matches!(State::open(&folder.path().join("file"), "s"), Err(StateError::Io { .. })));
    }
}
