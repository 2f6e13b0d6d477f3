//! Zips: of a backup that is a folder, and of the known-good sample.

use std::io::Read;
use std::path::Path;

use tokio_util::sync::CancellationToken;

use super::{RestoreScope, TargetError};
use crate::model::Fault;
use crate::package::{Limits, Package, PackageError, PackageWriter};
use crate::sample::{Sample, SampleScope};

/// Packs a folder into a zip, file by file, under the names that they have there; a folder around everything stays, and Confluence refuses
/// such a package. Blocks.
pub(super) fn pack_folder(folder: &Path, zip: &Path, cancel: &CancellationToken) -> Result<(), TargetError> {
    let fail = |error: PackageError| pack_error(folder, &error);
    let package = Package::open(folder, &Limits::default()).map_err(fail)?;
    let mut writer = PackageWriter::create(zip).map_err(fail)?;
    for entry in package.entries() {
        let content = package.read(entry).map_err(fail)?;
        let mut content = Stoppable { content, cancel };
        writer
            .entry(entry.raw_name(), is_text(&entry.name), &mut content)
            .map_err(|error| if cancel.is_cancelled() { TargetError::Interrupted } else { fail(error) })?;
    }
    writer.finish().map_err(fail)
}

fn pack_error(folder: &Path, error: &PackageError) -> TargetError {
    let full = matches!(error, PackageError::Io { source, .. }
        if matches!(source.kind(), std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded));
    let reason =
        if full { "no space is left on the disk; set TMPDIR to a larger one".to_owned() } else { error.to_string() };
    TargetError::Pack { path: folder.to_owned(), reason, fault: if full { Fault::Rig } else { error.fault() } }
}

/// Attachments are mostly packed already.
fn is_text(name: &str) -> bool {
    !name.starts_with("attachments/")
}

/// Breaks off where the drill is told to stop.
struct Stoppable<'a, R> {
    content: R,
    cancel: &'a CancellationToken,
}

impl<R: Read> Read for Stoppable<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        if self.cancel.is_cancelled() {
            return Err(std::io::Error::other("interrupted"));
        }
        self.content.read(buffer)
    }
}

/// Writes a small export that any sound rig restores. Blocks.
pub(super) fn write_sample(zip: &Path, scope: RestoreScope) -> Result<(), TargetError> {
    let scope = match scope {
        RestoreScope::Site => SampleScope::Site,
        RestoreScope::Space => SampleScope::Space,
    };
    let sample = Sample { scope, ..Sample::sized(5, 1) };
    crate::sample::write(&sample, zip).map(drop).map_err(|error| TargetError::Pack {
        path: zip.to_owned(),
        reason: error.to_string(),
        fault: Fault::Rig,
    })
}
