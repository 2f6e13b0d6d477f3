use std::io::Write as _;
use std::path::PathBuf;

use clap::Args;

use super::{EXIT_USAGE, talk};

/// Write a first scenario into a new file.
///
/// The scenario restores the backup into the mock Confluence inside the program: no container, no licence.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  rehearse init --backup backups/export.zip
  rehearse init --backup backups/export.zip scenarios/nightly.yaml
  rehearse run --dry-run scenarios/nightly.yaml")]
pub struct Init {
    /// The file to write; it must not exist
    #[arg(value_name = "FILE", default_value = "first-drill.yaml")]
    file: PathBuf,

    /// The export that the scenario drills: a zip, or the folder into which it was unpacked
    #[arg(long, value_name = "PATH", default_value = "backups/export.zip")]
    backup: String,
}

impl Init {
    pub fn run(self) -> u8 {
        let shown = self.file.display();
        let text = text(&self.name(), &self.backup);
        let written = std::fs::File::create_new(&self.file).and_then(|mut file| file.write_all(text.as_bytes()));
        if let Err(error) = written {
            let problem = match error.kind() {
                std::io::ErrorKind::AlreadyExists => "it exists already, and is left as it is".to_owned(),
                std::io::ErrorKind::NotFound => "its folder doesn't exist".to_owned(),
                _ => error.to_string(),
            };
            talk::say(&format!("error: {shown} can't be written: {problem}"));
            return EXIT_USAGE;
        }
        talk::say(&format!("{shown} written; run it with `rehearse run {shown}`"));
        if !std::path::Path::new(&self.backup).exists() {
            talk::say(&format!(
                "hint: there is no {} yet; write the path of your export into the scenario",
                self.backup
            ));
        }
        0
    }

    /// The name of the file, as far as it can be the name of a scenario.
    fn name(&self) -> String {
        let stem = self.file.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        let name: String = stem
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-') { c } else { '-' })
            .skip_while(|c| !c.is_ascii_alphanumeric())
            .take(100)
            .collect();
        if name.is_empty() { "first-drill".to_owned() } else { name }
    }
}

/// The smallest useful scenario.
fn text(name: &str, backup: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '.' | '_' | '-');
    let is_plain =
        |text: &str| text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/') && text.chars().all(plain);
    let is_text = |text: &str| {
        !["true", "false", "null", "yes", "no", "on", "off", "y", "n"].contains(&text.to_lowercase().as_str())
    };
    // What JSON quotes, YAML reads as the same text.
    let quoted = |text: &str| {
        if is_plain(text) && is_text(text) { text.to_owned() } else { serde_json::Value::from(text).to_string() }
    };
    format!(
        "rehearse: 1\nscenario: {}\nbackup: {{ file: {} }}\ntarget: embedded\nchecks: [all]\n",
        quoted(name),
        quoted(backup)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_the_path_the_scenario_can_be_read_and_names_it() {
        for backup in ["backups/export.zip", "a b.zip", "C:\\x: {y}.zip", "-", "7", "\"'#.zip", "ä\u{7}", "true"] {
            for name in ["first-drill", "2026-11", "true", "Yes", "7", "1e3", "null", "inf", "nan"] {
                let source = text(name, backup).into();
                let scenario = crate::scenario::parse("x.yaml", &source).unwrap_or_else(|error| panic!("{error}"));
                assert_eq!(scenario.backup.file.value, PathBuf::from(backup));
                assert_eq!(scenario.scenario.value, name);
            }
        }
        assert_eq!(text("a", "b.zip").lines().count(), 5);
    }

    #[test]
    fn the_name_of_the_file_becomes_the_name_of_the_scenario() {
        let name = |file: &str| Init { file: file.into(), backup: String::new() }.name();
        assert_eq!(name("x/nightly.yaml"), "nightly");
        assert_eq!(name("wiki of ä.yaml"), "wiki-of--");
        assert_eq!(name("..."), "first-drill");
    }
}
