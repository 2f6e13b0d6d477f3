//! From paths to plans: every scenario is read and settled before any of them runs.

use std::path::{Path, PathBuf};

use std::sync::Arc;

use crate::plan::{self, Plan};
use crate::scenario::{self, Loaded, Report};
use crate::settings::{Complaint, Complaints};

/// Reads the scenarios at these paths: files, and folders with `*.yaml` in them, sorted by name, without the defaults that they name.
///
/// # Errors
/// Everything that is wrong with any of them, and what is wrong with them together.
pub fn gather(paths: &[PathBuf], report_dir: Option<&Path>) -> Result<Vec<Plan>, Complaints> {
    let mut complaints = Vec::new();
    let mut loaded: Vec<Loaded> = Vec::new();
    let mut refused: Vec<(PathBuf, bool, Complaints)> = Vec::new();
    for (path, listed) in files(paths, &mut complaints) {
        match scenario::load(&path) {
            Ok(scenario) => loaded.push(scenario),
            Err(problems) => refused.push((path, listed, problems)),
        }
    }
    // A folder holds the defaults of its scenarios, too; those are no scenarios.
    let defaults: Vec<PathBuf> = loaded
        .iter()
        .filter_map(|loaded| loaded.defaults.as_ref())
        .map(|(file, ..)| plan::place(Path::new(file)))
        .collect();
    for (path, listed, problems) in refused {
        if !(listed && defaults.contains(&plan::place(&path))) {
            complaints.extend(problems.0);
        }
    }
    let mut plans = Vec::new();
    for loaded in &loaded {
        match plan::settle(loaded, report_dir) {
            Ok(plan) => plans.push(plan),
            Err(problems) => complaints.extend(problems.0),
        }
    }
    together(&plans, &mut complaints);
    if complaints.is_empty() { Ok(plans) } else { Err(Complaints(complaints)) }
}

fn about(path: &Path, message: impl Into<String>) -> Complaint {
    Complaint::error(&path.display().to_string(), &Arc::from(""), None, message)
}

/// The files at these paths, each once, and whether they were found by listing a folder.
fn files(paths: &[PathBuf], complaints: &mut Vec<Complaint>) -> Vec<(PathBuf, bool)> {
    let mut files: Vec<(PathBuf, bool)> = Vec::new();
    for path in paths {
        let found = if path.is_dir() {
            match listing(path) {
                Ok(found) if found.is_empty() => {
                    let complaint = about(path, "the folder holds no scenario");
                    complaints
                        .push(complaint.help("scenarios are files that end in `.yaml`; `rehearse init` writes one"));
                    continue;
                }
                Ok(found) => found.into_iter().map(|file| (file, true)).collect(),
                Err(error) => {
                    complaints.push(about(path, format!("the folder can't be listed: {error}")));
                    continue;
                }
            }
        } else {
            vec![(path.clone(), false)]
        };
        for (file, listed) in found {
            if !files.iter().any(|(other, _)| plan::place(other) == plan::place(&file)) {
                files.push((file, listed));
            }
        }
    }
    files
}

fn listing(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let hidden = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
        if !hidden && path.extension().is_some_and(|end| end == "yaml") && path.is_file() {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// Plans of one run have names of their own, and don't write where another reads or writes: a red report that a later drill overwrites is gone.
fn together(plans: &[Plan], complaints: &mut Vec<Complaint>) {
    let reports = |plan: &Plan| -> Vec<PathBuf> {
        plan.reports
            .iter()
            .map(|report| match &report.value {
                Report::Junit(path) | Report::Evidence(path) => plan::place(path),
            })
            .collect()
    };
    for (index, plan) in plans.iter().enumerate() {
        for other in plans.iter().take(index) {
            if plan.scenario == other.scenario {
                let message = format!("two scenarios of this run are called `{}`", plan.scenario);
                let complaint = plan.complaint(Some(plan.name_span), message).label("the second one");
                complaints.push(complaint.help(format!("the first one is {}", other.file)));
                continue;
            }
            let taken = reports(other);
            for (report, place) in plan.reports.iter().zip(reports(plan)) {
                if taken.contains(&place) {
                    let message = format!("two scenarios of this run write to {}", place.display());
                    let complaint = plan.complaint(Some(report.span), message).label("the second one");
                    complaints.push(complaint.help(format!("the first one is {}", other.file)));
                }
            }
        }
        let read: Vec<&Plan> = plans.iter().filter(|other| other.file != plan.file).collect();
        for (report, place) in plan.reports.iter().zip(reports(plan)) {
            if let Some(other) = read.iter().find(|other| other.reads().contains(&place)) {
                let message = format!("this report would overwrite what {} reads", other.file);
                let complaint = plan.complaint(Some(report.span), message);
                complaints.push(complaint.label(place.display().to_string()).help("give it a path of its own"));
            }
        }
    }
}
