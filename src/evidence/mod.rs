//! Writes what a drill leaves behind: the record, all findings, the reports, and what the next one has to know. Each file appears whole or not at all.
//!
//! Must not decide anything: what is written went through the verdict and through `privacy` before.

mod file;
mod state;

use std::path::{Path, PathBuf};

pub use file::{WriteError, write_file};
pub use state::{Remembered, STATE_FORMAT, State, StateError};

use crate::model::{Digest, Fault, FindingRecord, Record};
use crate::report::{self, RenderError};

/// Why evidence could not be written.
#[derive(Debug, thiserror::Error)]
pub enum EvidenceError {
    /// A report could not be made.
    #[error(transparent)]
    Render(#[from] RenderError),
    /// A file could not be written.
    #[error(transparent)]
    Write(#[from] WriteError),
}

impl EvidenceError {
    /// Evidence that can't be written is the rig's failing.
    pub const fn fault(&self) -> Fault {
        Fault::Rig
    }
}

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// The files, the record last.
    pub files: Vec<PathBuf>,
    /// SHA-256 of the record's file.
    pub record: Digest,
}

/// Writes record and findings to a folder (`record.json`, `findings.jsonl`, `junit.xml`, `report.txt`), or, where the path ends in `.json`, to
/// that file with the findings beside it (`<name>.findings.jsonl`). Names and digest of the findings file are set in the record; it is
/// written last, so that a record never points at something that isn't there.
///
/// # Errors
/// A report that can't be made, or a file that can't be written.
pub fn write(record: &mut Record, findings: &[FindingRecord], to: &Path) -> Result<Written, EvidenceError> {
    let file = to.extension().is_some_and(|extension| extension == "json");
    let stem = to.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let (folder, name, findings_name) = if file {
        let folder = to.parent().map(Path::to_path_buf).unwrap_or_default();
        (folder, to.to_path_buf(), format!("{stem}.findings.jsonl"))
    } else {
        (to.to_path_buf(), to.join("record.json"), "findings.jsonl".to_owned())
    };
    let lines = report::evidence::findings(findings)?;
    record.findings_file = Some(report::evidence::findings_file(&findings_name, &lines));
    let mut planned = vec![(folder.join(&findings_name), lines)];
    if !file {
        planned.push((folder.join("junit.xml"), report::junit::junit(record)?));
        planned.push((folder.join("report.txt"), report::terminal::story(record, false).into_bytes()));
    }
    let bytes = report::evidence::record(record)?;
    let digest = Digest::of(&bytes);
    planned.push((name, bytes));
    let mut files = Vec::new();
    for (path, bytes) in planned {
        write_file(&path, &bytes)?;
        files.push(path);
    }
    Ok(Written { files, record: digest })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ScenarioRecord;

    fn record() -> Record {
        let scenario = ScenarioRecord {
            name: "s".into(),
            description: None,
            owner: None,
            runbook: None,
            file: "s.yaml".into(),
            digest: Digest::of("s"),
        };
        Record::planned(scenario, "d".into(), "2026-11-23T00:00:00Z".into(), &[], Vec::new())
    }

    #[test]
    fn a_folder_gets_everything_and_the_record_names_the_digest_of_the_findings() {
        let folder = tempfile::tempdir().unwrap();
        let to = folder.path().join("new/evidence");
        let mut record = record();
        let written = write(&mut record, &[], &to).unwrap();
        let names: Vec<_> =
            written.files.iter().map(|path| path.file_name().unwrap().to_string_lossy().into_owned()).collect();
        assert_eq!(names, ["findings.jsonl", "junit.xml", "report.txt", "record.json"]);
        let bytes = std::fs::read(to.join("record.json")).unwrap();
        assert_eq!(written.record, Digest::of(&bytes));
        let read = Record::read(&bytes).unwrap();
        assert_eq!(read.findings_file.unwrap().digest, Digest::of(std::fs::read(to.join("findings.jsonl")).unwrap()));
    }

    #[test]
    fn a_json_path_gets_the_record_and_the_findings_beside_it_and_nothing_half_written() {
        let folder = tempfile::tempdir().unwrap();
        write(&mut record(), &[], &folder.path().join("night.json")).unwrap();
        let mut names: Vec<_> =
            std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        assert_eq!(names, ["night.findings.jsonl", "night.json"]);
    }

    #[test]
    fn a_path_that_cannot_be_written_is_named() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("file"), "x").unwrap();
        let error = write(&mut record(), &[], &folder.path().join("file/below")).unwrap_err();
        assert!(error.to_string().contains("file/below"), "{error}");
    }
}
