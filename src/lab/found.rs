//! Ledgers as a sweep finds them: of drills under way, of drills that have ended, and unreadable ones.

use std::fs::{File, TryLockError};
use std::io::{ErrorKind, Read as _};
use std::path::{Path, PathBuf};

use super::LabError;
use super::ledger::{FORMAT, Line, Object};

/// A ledger longer than this is not one of ours.
const MOST_BYTES: u64 = 16 << 20;

/// A ledger that a sweep found.
#[derive(Debug)]
pub(super) enum FoundLedger {
    /// Its drill is under way.
    Alive { drill: String },
    /// Its drill has ended.
    Dead(DeadLedger),
    /// It can't be read.
    Unreadable { path: PathBuf, reason: String },
}

/// A ledger whose drill has ended. It stays locked until this is dropped, so that two sweeps don't share it.
#[derive(Debug)]
pub(super) struct DeadLedger {
    pub(super) path: PathBuf,
    pub(super) drill: String,
    pub(super) outstanding: Vec<Object>,
    _lock: File,
}

/// Every ledger under a state folder, in order of name.
pub(super) fn ledgers(state: &Path) -> Result<Vec<FoundLedger>, LabError> {
    let folder = state.join("ledger");
    let entries = match std::fs::read_dir(&folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(LabError::file("read", &folder, error)),
    };
    let mut paths: Vec<PathBuf> = entries.filter_map(Result::ok).map(|entry| entry.path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "jsonl"));
    paths.sort();
    Ok(paths.into_iter().filter_map(find).collect())
}

/// `None` where the ledger went away meanwhile.
fn find(path: PathBuf) -> Option<FoundLedger> {
    let mut file = match File::open(&path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return None,
        Err(error) => return Some(FoundLedger::Unreadable { path, reason: error.to_string() }),
    };
    let locked = file.try_lock();
    if let Err(TryLockError::Error(error)) = locked {
        return Some(FoundLedger::Unreadable { path, reason: error.to_string() });
    }
    Some(match read(&mut file) {
        Ok((drill, _)) if locked.is_err() => FoundLedger::Alive { drill },
        Ok((drill, outstanding)) => FoundLedger::Dead(DeadLedger { path, drill, outstanding, _lock: file }),
        Err(reason) => FoundLedger::Unreadable { path, reason },
    })
}

/// The drill, and what is outstanding. A last line that was cut off is left out: what it names was not created yet.
fn read(file: &mut File) -> Result<(String, Vec<Object>), String> {
    let mut bytes = Vec::new();
    file.take(MOST_BYTES).read_to_end(&mut bytes).map_err(|error| error.to_string())?;
    if bytes.len() as u64 == MOST_BYTES {
        return Err("it is too long".to_owned());
    }
    let mut drill = None;
    let mut outstanding = Vec::new();
    for line in bytes.split_inclusive(|byte| *byte == b'\n').filter(|line| line.ends_with(b"\n")) {
        match (serde_json::from_slice(line).map_err(|error| error.to_string())?, &drill) {
            (Line::Ledger { format, .. }, _) if format > FORMAT => {
                return Err(format!("it has the newer format {format}"));
            }
            (Line::Ledger { drill: name, .. }, None) => drill = Some(name),
            (_, None) => return Err("it doesn't begin with a header".to_owned()),
            (Line::Note(object), _) => outstanding.push(object),
            (Line::Strike(object), _) => outstanding.retain(|other| *other != object),
            (Line::Ledger { .. }, Some(_)) => return Err("it has two headers".to_owned()),
        }
    }
    drill.map(|drill| (drill, outstanding)).ok_or_else(|| "it doesn't begin with a header".to_owned())
}
