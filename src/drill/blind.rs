//! What a backup of this form, a target of this sort and a claim of this origin can't show, whatever they hold (docs/confluence.md, C25).
//!
//! What one archive or one reading left out stands in its own header.

use crate::model::{Claim, ManifestRecord, PackageRecord, Scope, TargetRecord};

/// In words, one a line.
pub(super) fn by_form(
    package: Option<&PackageRecord>,
    manifest: Option<&ManifestRecord>,
    target: Option<&TargetRecord>,
) -> Vec<String> {
    let mut spots = Vec::new();
    if let Some(package) = package {
        spots.push(match package.scope {
            Scope::Spaces(_) => {
                "space export: accounts, groups, settings and templates of the site, and every other space, are not in it"
            }
            Scope::Site => "site backup: configuration of the server, its keys and logs, and programs of apps are not in it",
            Scope::Unknown => "backup without a descriptor: whether it is of a site or of spaces, and of which, is not known",
        });
        spots.extend(of_writer(&package.writer));
    }
    if manifest.is_some_and(|manifest| manifest.claim == Claim::Backup) {
        spots.push("manifest from the backup: what the export dropped is missing on both sides, and can't be noticed");
    }
    if target.is_some_and(|target| target.mock) {
        spots.push(
            "mock target: whether and how fast a real Confluence restores the backup, and how pages look there, is not shown",
        );
    }
    spots.into_iter().map(str::to_owned).collect()
}

fn of_writer(writer: &str) -> Option<&'static str> {
    match writer {
        "Cloud CSV writer" => Some(
            "CSV form: no Data Center can restore it; contents of databases and whiteboards, and accounts, are not in it",
        ),
        "Cloud XML writer" => Some(
            "Cloud export: contents of databases and whiteboards, and names and passwords of accounts, are not in it",
        ),
        "unknown" => Some("unknown writer: what it leaves out is not known"),
        _ => Some("server export: files that apps keep outside of the database, and indexes, are not in it"),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::model::Ledger;

    fn package(scope: Scope, writer: &str) -> PackageRecord {
        let (descriptor, ledger) = (BTreeMap::new(), Ledger::default());
        PackageRecord { scope, writer: writer.into(), descriptor, ledger, whole: true }
    }

    #[test]
    fn each_form_has_its_own_blind_spots() {
        let of = |scope, writer| by_form(Some(&package(scope, writer)), None, None).join("; ");
        let forms = [
            of(Scope::Site, "server writer (up to 8.2)"),
            of(Scope::Spaces(vec!["OPS".into()]), "server writer (up to 8.2)"),
            of(Scope::Spaces(vec!["OPS".into()]), "Cloud XML writer"),
            of(Scope::Spaces(vec!["OPS".into()]), "Cloud CSV writer"),
            of(Scope::Unknown, "unknown"),
        ];
        for (index, form) in forms.iter().enumerate() {
            assert!(!form.is_empty() && !forms.iter().skip(index + 1).any(|other| other == form), "{form}");
        }
        assert!(by_form(None, None, None).is_empty());
        let manifest = |claim| ManifestRecord {
            claim,
            origin: String::new(),
            digest: None,
            bound: true,
            began: String::new(),
            ended: String::new(),
            clock: None,
        };
        assert_eq!(by_form(None, Some(&manifest(Claim::Backup)), None).len(), 1);
        assert!(by_form(None, Some(&manifest(Claim::Source)), None).is_empty());
    }
}
