use std::fmt;

use super::{Plan, PlannedManifest, PlannedTarget};
use crate::check::Compare;
use crate::model::{Allowance, SeverityChange, count};
use crate::scenario::{AttachmentSettings, Check, CheckName, Expected, PageSettings, SearchSettings, VisibleSettings};

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
            writeln!(f, "at-least: {} {}", count(least.number), least.kind.noun(least.number))?;
        }
        writeln!(f, "checks:")?;
        let asks = |check: &Check| CheckName::of(check).is_some_and(CheckName::asks);
        for check in self.checks.iter().filter(|check| !asks(&check.value)).chain(&self.asked) {
            let settings = match &check.value {
                Check::Attachments(settings) => attachments(settings),
                Check::Search(settings) => search(settings),
                Check::Visible(settings) => visible(settings),
                _ => String::new(),
            };
            writeln!(f, "  - {}{settings}  # line {}", check.value.name(), check.span.line)?;
        }
        if !self.without.is_empty() {
            writeln!(f, "without:")?;
        }
        for left_out in &self.without {
            writeln!(f, "  - {}: {}", left_out.check, line(&left_out.reason))?;
        }
        self.treatment(f)?;
        if let Some(prove) = &self.prove {
            writeln!(f, "prove: {}", prove.value.0)?;
        }
        if let Some(state) = &self.state {
            writeln!(f, "state: {}", state.value.display())?;
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

/// The settings of `attachments` that aren't the usual ones.
fn attachments(settings: &AttachmentSettings) -> String {
    let mut said = Vec::new();
    if settings.compare == Compare::Records {
        said.push("compare: records".to_owned());
    }
    said.extend(settings.sample.map(|sample| format!("sample: {sample}")));
    said.extend(settings.rotate.map(|span| format!("rotate: {span}")));
    mapping(&said)
}

/// The settings of one `search`.
fn search(settings: &SearchSettings) -> String {
    let mut said = Vec::new();
    said.extend(settings.cql.as_ref().map(|cql| format!("cql: {:?}", line(&cql.value))));
    said.extend(settings.at_least.map(|number| format!("at-least: {}", number.value)));
    said.extend(settings.at_most.map(|number| format!("at-most: {}", number.value)));
    said.extend(settings.sample.map(|number| format!("sample: {}", number.value)));
    said.extend(settings.within.map(|span| format!("within: {span}")));
    mapping(&said)
}

/// The settings of one `visible`.
fn visible(settings: &VisibleSettings) -> String {
    let mut said = Vec::new();
    said.extend(settings.page.as_ref().map(|page| match &page.value {
        PageSettings::Id(id) => format!("page: {id}"),
        PageSettings::Title(page) => {
            format!("page: {{ space: {:?}, title: {:?} }}", line(&page.space), line(&page.title))
        }
    }));
    said.extend(settings.viewer.as_ref().map(|viewer| format!("as: {:?}", line(&viewer.value))));
    said.extend(settings.expect.map(|expect| match expect.value {
        Expected::Hidden => "expect: hidden".to_owned(),
        Expected::Shown => "expect: shown".to_owned(),
    }));
    said.extend(settings.sample.map(|number| format!("sample: {}", number.value)));
    mapping(&said)
}

/// Settings behind a name.
fn mapping(said: &[String]) -> String {
    if said.is_empty() { String::new() } else { format!(": {{ {} }}", said.join(", ")) }
}

/// A text on one line, without anything that a terminal would obey.
fn line(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ").chars().map(|c| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c }).collect()
}

impl Plan {
    fn treatment(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.treatment.allowances.is_empty() {
            writeln!(f, "allow:")?;
        }
        for Allowance { finding, place, at_most, reason, expires } in &self.treatment.allowances {
            let place = place.said().map(|place| format!(" ({})", line(&place))).unwrap_or_default();
            writeln!(f, "  - {finding}{place}: at most {}, until {expires}: {}", count(*at_most), line(reason))?;
        }
        if !self.treatment.severities.is_empty() {
            writeln!(f, "severity:")?;
        }
        for SeverityChange { finding, counts_as, reason, expires } in &self.treatment.severities {
            let until = expires.as_ref().map(|day| format!(", until {day}")).unwrap_or_default();
            let why = reason.as_ref().map(|reason| format!(": {}", line(reason))).unwrap_or_default();
            writeln!(f, "  - {finding}: {}{until}{why}", counts_as.name())?;
        }
        Ok(())
    }

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
