use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{Defaults, RULES, Scenario};
use crate::settings::{Complaint, Complaints, Rules, SOURCE_MAX, read};

/// A scenario with its text and the defaults that it names.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// The file as the user named it.
    pub file: String,
    /// Its text.
    pub source: Arc<str>,
    /// What it says.
    pub scenario: Scenario,
    /// Its defaults with their file and text.
    pub defaults: Option<(String, Arc<str>, Defaults)>,
}

/// Reads the text of a scenario file; `file` is its name for messages.
///
/// # Errors
/// Every mistake of the text.
pub fn parse(file: &str, source: &Arc<str>) -> Result<Scenario, Complaints> {
    read(file, source, &RULES)
}

/// Reads a scenario file and the defaults that it names.
///
/// # Errors
/// A file that can't be read, and every mistake in what was read.
pub fn load(path: &Path) -> Result<Loaded, Complaints> {
    let file = path.display().to_string();
    let source = text(path).map_err(|problem| {
        Complaints(vec![Complaint::error(
            &file,
            &Arc::from(""),
            None,
            format!("the scenario can't be read: {problem}"),
        )])
    })?;
    let scenario = parse(&file, &source)?;
    let defaults = match &scenario.defaults {
        None => None,
        Some(named) => {
            let path = beside(path, &named.value);
            let source = text(&path).map_err(|problem| {
                let message = format!("the defaults can't be read: {problem}");
                let complaint = Complaint::error(&file, &source, Some(named.span), message);
                Complaints(vec![complaint.label(format!("looked for {}", path.display()))])
            })?;
            let name = path.display().to_string();
            let rules = Rules { noun: "defaults file", ..RULES };
            let defaults = read(&name, &source, &rules)?;
            Some((name, source, defaults))
        }
    };
    Ok(Loaded { file, source, scenario, defaults })
}

/// A path that is relative to the folder of a file.
fn beside(file: &Path, named: &Path) -> PathBuf {
    file.parent().map_or_else(|| named.to_owned(), |folder| folder.join(named))
}

/// The text of a file, as long as it isn't longer than any settings file.
fn text(path: &Path) -> Result<Arc<str>, String> {
    use std::io::Read as _;
    let file = std::fs::File::open(path).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => "no such file".to_owned(),
        _ => error.to_string(),
    })?;
    let mut text = String::new();
    let limit = SOURCE_MAX as u64 + 1;
    match file.take(limit).read_to_string(&mut text) {
        Ok(_) => Ok(Arc::from(text)),
        Err(error) if error.kind() == std::io::ErrorKind::InvalidData => Err("it is not UTF-8 text".to_owned()),
        Err(error) => Err(error.to_string()),
    }
}
