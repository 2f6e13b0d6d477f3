//! The record and the findings as files.

use super::RenderError;
use crate::model::{Digest, FindingRecord, FindingsFile, Record};

/// The record as JSON, indented for people; its first key is its format number.
///
/// # Errors
/// A record that JSON can't hold.
pub fn record(record: &Record) -> Result<Vec<u8>, RenderError> {
    let mut bytes = serde_json::to_vec_pretty(record)?;
    bytes.push(b'\n');
    Ok(bytes)
}

/// All findings, one JSON object a line.
///
/// # Errors
/// A finding that JSON can't hold.
pub fn findings<'a>(findings: impl IntoIterator<Item = &'a FindingRecord>) -> Result<Vec<u8>, RenderError> {
    let mut bytes = Vec::new();
    for finding in findings {
        serde_json::to_writer(&mut bytes, finding)?;
        bytes.push(b'\n');
    }
    Ok(bytes)
}

/// What the record says of its findings file.
pub fn findings_file(name: &str, bytes: &[u8]) -> FindingsFile {
    let number = bytes.iter().filter(|byte| **byte == b'\n').count() as u64;
    FindingsFile { name: name.to_owned(), number, digest: Digest::of(bytes) }
}
