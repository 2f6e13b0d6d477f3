//! Which versions' backups are taken (docs/confluence.md, R35).

use super::error::RestoreError;
use crate::mock::jobs::JobScope;
use crate::model::{Descriptor, Version};

/// The build of 5.2, since when exports name their exporter apart from the oldest build that may import them.
const EXPORTS_BETWEEN_VERSIONS: u32 = 4_390;

/// Refuses a backup of a newer Confluence than `own`, and a space export of before 5.2 in a later one. Versions are told by few builds, and what
/// can't be told is let pass.
pub fn check(descriptor: &Descriptor, scope: JobScope, own: &Version) -> Result<(), RestoreError> {
    let build = |name: &str| descriptor.get(name).and_then(|text| text.trim().parse::<u32>().ok());
    // Cloud counts versions and builds of its own; what it names here alone is Data Center's: the oldest build that may import.
    let cloud = descriptor.get("source").is_some_and(|source| source.eq_ignore_ascii_case("cloud"));
    let told = descriptor.get("createdByVersionNumber").and_then(|text| text.trim().parse().ok());
    let maker = told.or_else(|| Version::at_least(build("createdByBuildNumber")?)).filter(|_| !cloud);
    let needed = build("buildNumber").and_then(Version::at_least);
    for version in [needed, maker].into_iter().flatten() {
        if version.compare(own).is_gt() {
            return Err(RestoreError::Newer(version.to_string(), own.to_string()));
        }
    }
    let names_its_maker =
        ["createdByBuildNumber", "createdByVersionNumber"].iter().any(|name| descriptor.get(name).is_some());
    match build("buildNumber") {
        Some(build)
            if scope == JobScope::Space
                && !names_its_maker
                && build < EXPORTS_BETWEEN_VERSIONS
                && own.compare(&Version::series(5, 2)).is_ge() =>
        {
            Err(RestoreError::TooOld(build))
        }
        _ => Ok(()),
    }
}
