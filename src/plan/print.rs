use std::fmt;

use super::{Plan, PlannedManifest, PlannedTarget};
use crate::check::Compare;
use crate::scenario::{AttachmentSettings, Check};

/// Lines in the manner of a scenario, for people; `--json` prints the same for programs.
impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "scenario: {}  # {}", self.scenario, self.file)?;
        let optional = [
            ("description", self.description.clone()),
            ("owner", self.owner.clone()),
            ("runbook", self.runbook.clone()),
            ("zone", self.zone.as_ref().map(ToString::to_string)),
            ("time-limit", self.time_limit.map(|limit| limit.to_string())),
        ];
        for (key, value) in optional {
            if let Some(value) = value {
                writeln!(f, "{key}: {}", line(&value))?;
            }
        }
        writeln!(f, "backup: {}", self.backup.value.display())?;
        self.manifest(f)?;
        self.target(f)?;
        let origin = if self.assurance_span.is_some() { "required" } else { "the most that this plan can reach" };
        writeln!(f, "assurance: {}  # {origin}: {}", self.assurance.name(), self.assurance.meaning())?;
        for least in &self.at_least {
            writeln!(f, "at-least: {} {}", crate::model::count(least.number), least.kind.noun(least.number))?;
        }
        writeln!(f, "checks:")?;
        for check in &self.checks {
            let settings = match check.value {
                Check::Attachments(AttachmentSettings { compare: Compare::Records }) => ": { compare: records }",
                _ => "",
            };
            writeln!(f, "  - {}{settings}  # line {}", check.value.name(), check.span.line)?;
        }
        if !self.without.is_empty() {
            writeln!(f, "without:")?;
        }
        for left_out in &self.without {
            writeln!(f, "  - {}: {}", left_out.check, line(&left_out.reason))?;
        }
        writeln!(f, "privacy: {}", self.privacy.word())?;
        if self.reports.is_empty() {
            return writeln!(f, "reports: none");
        }
        writeln!(f, "reports:")?;
        for report in &self.reports {
            writeln!(f, "  - {}: {}", report.value.name(), super::paths::path(&report.value).display())?;
        }
        Ok(())
    }
}

/// A text on one line, without anything that a terminal would obey.
fn line(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ").chars().map(|c| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c }).collect()
}

impl Plan {
    fn manifest(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.manifest {
            PlannedManifest::FromBackup => writeln!(f, "manifest: from-backup"),
            PlannedManifest::File { path, exactly: None, .. } => writeln!(f, "manifest: {}", path.display()),
            PlannedManifest::File { path, exactly: Some(digest), .. } => {
                writeln!(f, "manifest: {}  # exactly {digest}", path.display())
            }
        }
    }

    fn target(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let misbehave = match &self.target {
            PlannedTarget::Embedded { misbehave } => {
                writeln!(f, "target: embedded")?;
                misbehave
            }
            PlannedTarget::Mock { image, build_if_missing, memory, ready_within, misbehave } => {
                let built = if *build_if_missing { "  # built from this program where it is missing" } else { "" };
                writeln!(f, "target: mock\n  image: {image}{built}\n  ready-within: {ready_within}")?;
                memory.map_or(Ok(()), |memory| writeln!(f, "  memory: {memory}"))?;
                misbehave
            }
        };
        let words: Vec<_> = misbehave.iter().map(|one| one.word()).collect();
        if words.is_empty() { Ok(()) } else { writeln!(f, "  misbehave: [{}]", words.join(", ")) }
    }
}
