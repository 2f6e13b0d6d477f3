//! Whether a path leads to a backup at all, before anything is read.

use std::path::Path;

use super::super::{EXIT_INCONCLUSIVE, EXIT_USAGE};

/// Why not, and with which exit code.
#[derive(Debug)]
pub struct Problem {
    /// A sentence.
    pub message: String,
    /// Exit code.
    pub exit: u8,
}

/// Looks at what lies there.
pub fn at(path: &Path) -> Result<(), Problem> {
    let usage = |message: String| Problem { message, exit: EXIT_USAGE };
    let shown = path.display();
    let metadata = std::fs::metadata(path).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory => {
            usage(format!("failed to find {shown}: no such file or folder"))
        }
        _ => Problem { message: format!("failed to read {shown}: {error}"), exit: EXIT_INCONCLUSIVE },
    })?;
    if metadata.is_file() {
        return Ok(());
    }
    // A pipe or a device would be waited for without end.
    if !metadata.is_dir() {
        return Err(usage(format!("failed to read {shown}: it is neither a file nor a folder")));
    }
    let names = |folder: &Path| -> std::io::Result<Vec<String>> {
        let entries = std::fs::read_dir(folder)?;
        entries.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned())).collect()
    };
    let here = names(path)
        .map_err(|error| Problem { message: format!("failed to list {shown}: {error}"), exit: EXIT_INCONCLUSIVE })?;
    if here.iter().any(|name| is_of_package(name)) {
        return Ok(());
    }
    let zips = here.iter().filter(|name| name.to_ascii_lowercase().ends_with(".zip")).count();
    let one_below = here
        .iter()
        .filter(|name| names(&path.join(name)).is_ok_and(|names| names.iter().any(|name| is_of_package(name))))
        .count();
    match (zips, one_below) {
        // A backup with a folder around it.
        (0, 1) => Ok(()),
        (0, 0) => Err(usage(format!(
            "{shown} is a folder without exportDescriptor.properties and entities.xml, so it is no unpacked backup"
        ))),
        _ => Err(usage(format!("{shown} is a folder that holds backups; name one of them"))),
    }
}

/// Whether a file of this name stands at the top of a package.
fn is_of_package(name: &str) -> bool {
    let tables = ["content.csv", "content.csv.gz", "spaces.csv", "spaces.csv.gz"];
    name == "entities.xml" || name.starts_with("exportDescriptor.properties") || tables.contains(&name)
}
