//! Whether a disk has room.

use std::path::Path;

use super::TargetError;

/// Left free on top of what a copy takes, in bytes: a full disk harms more than the drill.
const MARGIN: u64 = 64 << 20;

/// Bytes that this user may still write to the disk of a folder; `None` where the system doesn't say.
pub(super) fn free_space(folder: &Path) -> Option<u64> {
    #[cfg(unix)]
    return rustix::fs::statvfs(folder).ok().map(|disk| disk.f_bavail.saturating_mul(disk.f_frsize));
    #[cfg(not(unix))]
    return None;
}

/// An error where a copy of so many bytes would not fit.
pub(super) fn must_have_room(folder: &Path, bytes: u64) -> Result<(), TargetError> {
    let needed = bytes.saturating_add(MARGIN);
    match free_space(folder) {
        Some(free) if free < needed => Err(TargetError::NoRoom { place: folder.to_owned(), needed, free }),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_that_cannot_fit_is_refused_beforehand() {
        let folder = tempfile::tempdir().unwrap();
        assert!(must_have_room(folder.path(), 0).is_ok());
        let error = must_have_room(folder.path(), u64::MAX / 2).unwrap_err();
        assert!(matches!(error, TargetError::NoRoom { .. }));
        assert_eq!(error.fault(), crate::model::Fault::Rig);
    }
}
