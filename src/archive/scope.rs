//! What the package says of itself: descriptor, scope, product, writer.

use std::collections::{BTreeMap, BTreeSet};

use super::ArchiveError;
use super::damage::Damages;
use super::tables::{Signs, Tables};
use crate::model::{Descriptor, Kind, Scope, Severity};
use crate::package::{EntryError, EntryProblem, Package, PackageError, read_descriptor};
use crate::reading::Coverage;

/// Most bytes of a descriptor. Real ones have under 2 kB.
const MOST: u64 = 1 << 20;

/// Reads the descriptor.
pub(super) fn descriptor(package: &Package, damages: &mut Damages) -> Result<Descriptor, ArchiveError> {
    let names = ["exportDescriptor.properties", "exportDescriptor.properties.gz"];
    let entry = names.iter().find_map(|name| package.entry(name));
    let descriptor = match entry.map(|entry| package.read_small(entry, MOST)) {
        Some(Ok(bytes)) => read_descriptor(&bytes),
        Some(Err(error @ PackageError::Io { .. })) => return Err(error.into()),
        // Told when all entries are read; the XML may still be whole.
        Some(Err(error)) => {
            if let PackageError::Entry(error @ EntryError { problem: EntryProblem::TooLong { .. }, .. }) = &error {
                damages.entry(error, &[]);
            }
            Descriptor::default()
        }
        None => {
            damages.no_descriptor();
            Descriptor::default()
        }
    };
    Ok(descriptor)
}

/// Whether the tables are there without which there is no CSV form.
pub(super) fn has_tables(package: &Package) -> bool {
    let is_of_it = |name: &str| ["spaces", "content"].iter().any(|table| table.eq_ignore_ascii_case(name));
    package.tables().any(|table| is_of_it(table.name))
}

/// Whether it is the CSV form, by what is there: a package may hold what its descriptor doesn't say (docs/confluence.md, C21).
pub(super) fn is_csv(package: &Package, descriptor: &Descriptor, damages: &mut Damages) -> bool {
    let said = descriptor.get("exportFormat").is_some_and(|form| form.eq_ignore_ascii_case("csv"));
    let xml = package.entry("entities.xml").is_some();
    let tables = has_tables(package);
    if xml && tables {
        let (read, unread) = if said { ("the tables", "entities.xml") } else { ("entities.xml", "the tables") };
        let message =
            format!("it holds both entities.xml and the tables of the CSV form: {read} are read, and {unread} not");
        damages.add(
            "two-forms",
            Severity::Error,
            message,
            None,
            Some("make the backup again; no Confluence writes both"),
        );
    }
    if xml && tables { said } else { tables || (said && !xml) }
}

/// The spaces that the export claims to hold, by id.
#[derive(Debug, Default)]
pub(super) struct Claimed(BTreeSet<u64>);

impl Claimed {
    pub fn has(&self, space: u64) -> bool {
        self.0.contains(&space)
    }
}

/// What the export claims to hold.
#[derive(Debug)]
pub(super) struct Claim {
    pub scope: Scope,
    pub claimed: Claimed,
    /// Whether it holds accounts.
    pub accounts: bool,
}

/// The scope by the descriptor, or, where that says nothing, by what is there.
pub(super) fn scope(descriptor: &Descriptor, tables: &Tables, damages: &mut Damages) -> Claim {
    let all = || Claimed(tables.spaces.keys().copied().collect());
    let keys: Vec<&str> = ["spaceKey", "spaceKeys"]
        .into_iter()
        .filter_map(|name| descriptor.get(name))
        .flat_map(|keys| keys.split(','))
        // A list may stand in brackets, its keys in quotes: no package with several spaces was seen.
        .map(|key| key.trim_matches(|c: char| c.is_whitespace() || matches!(c, '[' | ']' | '"')))
        .filter(|key| !key.is_empty())
        .collect();
    let site = descriptor
        .get("exportType")
        .is_some_and(|kind| ["all", "site"].iter().any(|word| kind.eq_ignore_ascii_case(word)));
    if tables.spaces.is_empty() && tables.content.is_empty() {
        damages.nothing_inside();
    }
    if site {
        return Claim { scope: Scope::Site, claimed: all(), accounts: true };
    }
    if keys.is_empty() {
        let mut written: Vec<String> = tables.spaces.values().map(|space| space.key.to_string()).collect();
        written.sort();
        written.dedup();
        let scope = if descriptor.get("exportType").is_some() { Scope::Spaces(written) } else { Scope::Unknown };
        return Claim { scope, claimed: all(), accounts: false };
    }
    // Keys compare without case (docs/confluence.md, C12).
    let lower: BTreeSet<String> = keys.iter().map(|key| key.to_lowercase()).collect();
    let there: BTreeMap<String, u64> =
        tables.spaces.iter().map(|(id, space)| (space.key.to_lowercase(), *id)).collect();
    for key in &keys {
        if !there.contains_key(&key.to_lowercase()) {
            damages.descriptor_space_missing(key);
        }
    }
    let (ours, foreign): (Vec<_>, Vec<_>) =
        tables.spaces.iter().partition(|(_, space)| lower.contains(&space.key.to_lowercase()));
    damages.foreign_spaces(foreign.iter().map(|(id, space)| (**id, space.offset)));
    let claimed = Claimed(ours.into_iter().map(|(id, _)| *id).collect());
    Claim { scope: Scope::Spaces(keys.into_iter().map(str::to_owned).collect()), claimed, accounts: false }
}

/// Which kinds the reading shows.
pub(super) fn coverage(accounts: bool, tasks: bool) -> BTreeMap<Kind, Coverage> {
    let of = |kind: Kind| match kind {
        Kind::User | Kind::Group | Kind::Membership if !accounts => {
            Coverage::NotRead("a space export holds no accounts".to_owned())
        }
        Kind::Task if !tasks => Coverage::NotRead("the archive has no table of tasks, or an empty one".to_owned()),
        _ => Coverage::Read,
    };
    Kind::ALL.into_iter().map(|kind| (kind, of(kind))).collect()
}

/// Version of the Confluence that made it, where the descriptor says so. Since 5.2 `buildNumber` is the oldest build that may import it,
/// and says nothing of the exporter.
pub(super) fn product(descriptor: &Descriptor) -> Option<String> {
    let build = |number: &str| format!("Confluence, build {number}");
    descriptor
        .get("createdByVersionNumber")
        .map(|version| format!("Confluence {version}"))
        .or_else(|| descriptor.get("createdByBuildNumber").map(build))
        .or_else(|| descriptor.get("buildNumber").map(build))
}

/// Which of Confluence's writers made it, by its habits (docs/confluence.md, C1).
pub(super) fn writer(descriptor: &Descriptor, signs: &Signs, csv: bool) -> &'static str {
    if csv {
        "Cloud CSV writer"
    } else if descriptor.get("source") == Some("cloud") || signs.cloud {
        "Cloud XML writer"
    } else if signs.owned_properties {
        "Data Center writer (8.3 and later)"
    } else if signs.body_lists {
        "server writer (up to 8.2)"
    } else {
        "unknown"
    }
}
