//! Jobs of the backup-restore resource (8.3 and later).

use serde::{Deserialize, Deserializer};

use super::{Id, Moment};

/// What a job is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JobScope {
    /// Everything.
    Site,
    /// Spaces.
    Space,
}

impl JobScope {
    /// The word in paths.
    pub const fn path(self) -> &'static str {
        match self {
            Self::Site => "site",
            Self::Space => "space",
        }
    }

    /// The word in answers and filters.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Site => "SITE",
            Self::Space => "SPACE",
        }
    }
}

/// How far a job is. The reference documents six names (docs/confluence.md, R2); another one ends every wait with an error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JobState {
    /// It waits.
    Queued,
    /// It works.
    Processing,
    /// It is done. Whether all content arrived, only a comparison says.
    Finished,
    /// It failed.
    Failed,
    /// It is being stopped.
    Cancelling,
    /// It was stopped.
    Cancelled,
    /// A name that the reference doesn't document.
    Unknown(String),
}

impl<'de> Deserialize<'de> for JobState {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Ok(match String::deserialize(from)?.as_str() {
            "QUEUED" => Self::Queued,
            "PROCESSING" => Self::Processing,
            "FINISHED" => Self::Finished,
            "FAILED" => Self::Failed,
            "CANCELLING" => Self::Cancelling,
            "CANCELLED" => Self::Cancelled,
            other => Self::Unknown(other.to_owned()),
        })
    }
}

impl JobState {
    /// Whether it won't change any more. An unknown state isn't: the caller ends the wait with an error.
    pub fn is_final(&self) -> bool {
        matches!(self, Self::Finished | Self::Failed | Self::Cancelled)
    }
}

/// A backup or restore job.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Job {
    /// Its id: a number, or text.
    pub id: Id,
    /// How far it is.
    pub job_state: JobState,
    /// `BACKUP` or `RESTORE`.
    #[serde(default)]
    pub job_operation: Option<String>,
    /// `SITE` or `SPACE`.
    #[serde(default)]
    pub job_scope: Option<String>,
    /// When it was asked for.
    #[serde(default)]
    pub create_time: Option<Moment>,
    /// When work began.
    #[serde(default)]
    pub start_processing_time: Option<Moment>,
    /// When work ended.
    #[serde(default)]
    pub finish_processing_time: Option<Moment>,
    /// Why it failed.
    #[serde(default)]
    pub error_message: Option<String>,
    /// Name of its file.
    #[serde(default)]
    pub file_name: Option<String>,
    /// Keys of its spaces: a list, or one text joined by commas.
    #[serde(default, deserialize_with = "keys")]
    pub space_keys: Vec<String>,
    /// Counters, once it works.
    #[serde(default)]
    pub statistics: Option<Statistics>,
}

/// The counters of a job. The reference doesn't define them: they are shown, never computed with.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Statistics {
    /// Objects found in the archive.
    #[serde(rename = "totalObjectsCount")]
    pub total: Option<u64>,
    /// Objects read so far.
    #[serde(rename = "processedObjectsCount")]
    pub processed: Option<u64>,
    /// Rows written.
    #[serde(rename = "persistedObjectsCount")]
    pub persisted: Option<u64>,
    /// Objects dropped.
    #[serde(rename = "skippedObjectsCount")]
    pub skipped: Option<u64>,
    /// Objects matched to what the target had.
    #[serde(rename = "reusedObjectsCount")]
    pub reused: Option<u64>,
}

/// A file that the server could restore.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RestoreFile {
    /// Its bare name.
    pub file_name: String,
    /// Its length in bytes.
    #[serde(default)]
    pub file_size: Option<u64>,
    /// `SITE` or `SPACE`.
    #[serde(default)]
    pub job_scope: Option<String>,
}

fn keys<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Either {
        Many(Vec<String>),
        Joined(String),
    }
    Ok(match Option::<Either>::deserialize(from)? {
        Some(Either::Many(keys)) => keys,
        Some(Either::Joined(keys)) => {
            keys.split(',').map(str::trim).filter(|key| !key.is_empty()).map(str::to_owned).collect()
        }
        None => Vec::new(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_job_is_read_in_all_its_forms() {
        let plain: Job = serde_json::from_str(
            r#"{"id": 7, "jobState": "PROCESSING", "spaceKeys": "OPS, HR", "createTime": 1795395723, "statistics": null, "jobSettings": {}}"#,
        )
        .unwrap();
        assert_eq!((plain.id.as_str(), plain.space_keys.len()), ("7", 2));
        let other: Job = serde_json::from_str(
            r#"{"id": "7", "jobState": "IN_PROGRESS", "spaceKeys": ["OPS"], "statistics": {"totalObjectsCount": 5}}"#,
        )
        .unwrap();
        assert_eq!(other.job_state, JobState::Unknown("IN_PROGRESS".into()));
        assert!(!other.job_state.is_final());
        assert_eq!(other.statistics.and_then(|counters| counters.total), Some(5));
    }
}
