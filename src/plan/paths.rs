use std::path::{Component, Path, PathBuf};

use super::settle::Desk;
use super::{Plan, PlannedManifest};
use crate::scenario::Report;
use crate::settings::Spanned;

/// Sees that a file that will be read is there.
pub(super) fn existing(path: &Spanned<PathBuf>, what: &str, desk: &mut Desk<'_>) {
    let problem = match std::fs::metadata(&path.value) {
        Ok(found) if what == "manifest" && found.is_dir() => "it is a folder".to_owned(),
        Ok(_) => return,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => "no such file".to_owned(),
        Err(error) => error.to_string(),
    };
    let message = format!("the {what} can't be read: {problem}");
    let help = "relative paths begin in the folder in which rehearse runs, not in the folder of the scenario";
    desk.refuse(path.span, message, problem, help);
}

/// The one spelling of a place: absolute, without `.` and `..`, links of the part that exists resolved.
pub fn place(path: &Path) -> PathBuf {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let mut plain = PathBuf::new();
    for component in absolute.components() {
        match component {
            Component::ParentDir => {
                plain.pop();
            }
            Component::CurDir => {}
            other => plain.push(other),
        }
    }
    // The longest part that exists, with links resolved, and behind it what doesn't exist yet.
    for ancestor in plain.ancestors() {
        if let (Ok(real), Ok(rest)) = (ancestor.canonicalize(), plain.strip_prefix(ancestor)) {
            return if rest.as_os_str().is_empty() { real } else { real.join(rest) };
        }
    }
    plain
}

/// The path that a report is written to.
pub(super) fn path(report: &Report) -> &Path {
    match report {
        Report::Junit(path) | Report::Evidence(path) => path,
    }
}

/// Sees that no report overwrites another, nor anything that the drill reads.
pub(super) fn settle_reports(plan: &Plan, redirected: bool, desk: &mut Desk<'_>) {
    let mut taken: Vec<(String, PathBuf)> = vec![
        ("the scenario".to_owned(), place(Path::new(&plan.file))),
        ("the backup".to_owned(), place(&plan.backup.value)),
    ];
    if let PlannedManifest::File { path, .. } = &plan.manifest {
        taken.push(("the manifest".to_owned(), place(path)));
    }
    if let Some((file, ..)) = &desk.loaded.defaults {
        taken.push(("the defaults".to_owned(), place(Path::new(file))));
    }
    let backup = place(&plan.backup.value);
    let from_defaults = desk.loaded.scenario.reports.is_none() && !redirected;
    for report in &plan.reports {
        // Reports of the defaults have no place in this file; the line that names the defaults has.
        let span = match &desk.loaded.scenario.defaults {
            Some(defaults) if from_defaults => defaults.span,
            _ => report.span,
        };
        let (name, written) = (report.value.name(), path(&report.value));
        let at = place(written);
        let shown = written.display();
        if written.as_os_str().is_empty() {
            desk.refuse(span, format!("`{name}` has no path"), "expected a path", format!("write `{name}: PATH`"));
        } else if let Some((other, _)) = taken.iter().find(|(_, place)| *place == at) {
            let message = format!("the report `{name}` would overwrite {other}");
            desk.refuse(span, message, format!("{shown} is taken"), "give it a path of its own");
        } else if let Some((other, _)) =
            taken.iter().find(|(_, place)| holds_folder(&report.value) && place.starts_with(&at))
            && !other.starts_with("the report")
        {
            let message = format!("the folder of the report `{name}` holds {other}");
            desk.refuse(span, message, format!("{shown} is not the report's alone"), "give it a folder of its own");
        } else if at.starts_with(&backup) {
            let message = format!("the report `{name}` would be written into the backup");
            desk.refuse(span, message, format!("{shown} lies in the backup"), "write it elsewhere");
        } else if let Some(problem) = unfit(&report.value, &at) {
            desk.refuse(
                span,
                format!("the report `{name}` can't be written: {problem}"),
                problem,
                "choose another path",
            );
        }
        taken.push((format!("the report `{name}`"), at));
    }
}

/// Whether a report is a folder of files.
fn holds_folder(report: &Report) -> bool {
    matches!(report, Report::Evidence(path) if path.extension().is_none_or(|end| end != "json"))
}

/// Whether something of the wrong sort stands in the way.
fn unfit(report: &Report, at: &Path) -> Option<&'static str> {
    let wants_folder = holds_folder(report);
    match std::fs::metadata(at) {
        Ok(found) if found.is_dir() && !wants_folder => Some("a folder is in its place"),
        Ok(found) if !found.is_dir() && wants_folder => Some("a file is in the place of its folder"),
        _ => None,
    }
}
