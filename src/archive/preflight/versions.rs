//! Versions of source and target. Which build belongs to which version is known for a few only (docs/confluence.md, C4): what can't be told
//! is said.

use std::cmp::Ordering;

use super::{Case, Met, Rule, Version, Weight};

pub(super) const RULES: [Rule; 4] = [
    Rule {
        name: "newer-than-target",
        fact: "F2",
        symptom: "the restore is refused: the backup is from a newer version",
        cause: "Confluence takes no backup of a version newer than itself",
        remedy: "restore into the version that made the backup, or a later one",
        examine: newer,
    },
    Rule {
        name: "version-not-told",
        fact: "F2",
        symptom: "the restore may be refused: the backup is from a newer version",
        cause: "the backup names its version by a build number only, and which version has it is not known here",
        remedy: "look the version up in the source; the target must not be older",
        examine: not_told,
    },
    Rule {
        name: "space-export-too-old",
        fact: "F30",
        symptom: "the import of the space is refused because of its version",
        cause: "space exports up to 5.1 are taken back by the version that made them only",
        remedy: "restore it into its own version, upgrade that, and export the space again",
        examine: |case| {
            let target = case.target?;
            let old = !case.is_site()
                && !case.signals.csv
                && case.descriptor.get("createdByBuildNumber").is_none()
                && case.descriptor.get("createdByVersionNumber").is_none();
            let build = build(case, "buildNumber").filter(|build| old && *build < 4_390)?;
            let later = target.compare(&Version::series(5, 2)).is_ge();
            let evidence = format!("build {build} made it, and the target is {target}");
            later.then(|| Met::new(Weight::Refuses, false, evidence))
        },
    },
    Rule {
        name: "older-than-4.0",
        fact: "F22",
        symptom: "errors in SQL, such as a missing column of PAGETEMPLATES",
        cause: "the source is older than 4.0, or was once; its content is wiki markup, and its settings are of a scheme that is gone",
        remedy: "restore it into its own version and upgrade in the steps that Atlassian documents",
        examine: |case| {
            let build = build(case, "buildNumber")?;
            let old = case.descriptor.get("createdByBuildNumber").is_none() && build < 3_032;
            old.then(|| Met::new(Weight::Note, false, format!("build {build} made it; 4.0 has build 3032")))
        },
    },
];

fn build(case: &Case<'_>, key: &str) -> Option<u32> {
    case.descriptor.get(key)?.trim().parse().ok()
}

/// The version of the exporter, where the descriptor says it. Cloud's numbers are of its own.
fn exporter(case: &Case<'_>) -> Option<Version> {
    case.descriptor.get("createdByVersionNumber").filter(|_| !case.is_cloud())?.parse().ok()
}

fn newer(case: &Case<'_>) -> Option<Met> {
    let target = case.target?;
    if case.signals.csv {
        return None;
    }
    // Since 5.2 this is the oldest build that may import it, before the exporter's.
    let needed = build(case, "buildNumber").and_then(|build| Some((build, Version::at_least(build)?)));
    if let Some((build, version)) = needed.filter(|(_, version)| version.compare(target).is_gt()) {
        let evidence =
            format!("build {build} (Confluence {version}) or later is asked for, and the target is {target}");
        return Some(Met::new(Weight::Refuses, true, evidence));
    }
    if case.is_cloud() {
        return None;
    }
    let made = exporter(case).map(|version| (format!("Confluence {version}"), version));
    let made = made.or_else(|| {
        let build = build(case, "createdByBuildNumber")?;
        let version = Version::at_least(build)?;
        Some((format!("build {build} (Confluence {version} or later)"), version))
    });
    let (made, version) = made?;
    (version.compare(target) == Ordering::Greater)
        .then(|| Met::new(Weight::Refuses, true, format!("{made} made it, and the target is {target}")))
}

fn not_told(case: &Case<'_>) -> Option<Met> {
    let target = case.target.filter(|_| !case.is_cloud() && !case.signals.csv)?;
    if exporter(case).is_some() || newer(case).is_some() {
        return None;
    }
    let Some(build) = build(case, "createdByBuildNumber").or_else(|| build(case, "buildNumber")) else {
        return Some(Met::new(Weight::Note, false, "the descriptor names neither version nor build"));
    };
    let fits = Version::at_most(build).is_some_and(|newest| newest.compare(target).is_le());
    (!fits).then(|| Met::new(Weight::Note, false, format!("build {build} made it, and the target is {target}")))
}
