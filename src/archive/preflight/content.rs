//! Texts that a parser or a database refuses, and amounts that exhaust a server.

use super::{Case, Met, Rule, Version, Weight};
use crate::model::count;

/// An entities.xml that is worth a thought about the heap. The largest that an importer is known to have handled had 373 MB.
const LARGE: u64 = 500_000_000;
/// One that legacy engines, which hold much of it in memory, failed with.
const HUGE: u64 = 2_000_000_000;

pub(super) const RULES: [Rule; 4] = [
    Rule {
        name: "forbidden-characters",
        fact: "F8",
        symptom: "the restore stops: \"An invalid XML character was found\", with line and column",
        cause: "texts hold control characters that XML forbids; Confluence writes them and doesn't read them",
        remedy: "replace them in the source, or clean the package with Atlassian's tool (atlassian-xml-cleaner)",
        examine: |case| {
            let first = case.damage("illegal-character").next()?;
            let all: Vec<String> = case
                .damage("illegal-character")
                .map(|damage| {
                    let entry = damage.place.as_ref().map(|place| place.entry.as_str()).unwrap_or_default();
                    format!("{entry}: {}", damage.message)
                })
                .collect();
            Some(Met::new(Weight::Refuses, true, all.join("; ")).at(first.place.clone()))
        },
    },
    Rule {
        name: "four-byte-characters",
        fact: "F11",
        symptom: "the restore stops: \"Incorrect string value: '\\xF0…'\" on BODY or TITLE",
        cause: "texts hold characters of four bytes, such as emoji; MySQL's narrow utf8 takes three",
        remedy: "restore into PostgreSQL, or into MySQL with utf8mb4",
        examine: |case| {
            let offset = case.signals.astral?;
            let evidence = "a character beyond U+FFFF was met; further ones were not looked for";
            Some(Met::new(Weight::Note, false, evidence).at(case.signals.at(offset)))
        },
    },
    Rule {
        name: "huge-trash",
        fact: "F19",
        symptom: "the restore hangs with CPU and heap full, and no counter moves",
        cause: "the trash is many times the content, and older engines load it into memory",
        remedy: "purge the trash in the source, and make the backup again",
        examine: |case| {
            let (trashed, live) = (case.signals.trashed, case.signals.live.max(1));
            let weight = match trashed / live {
                100.. if trashed >= 10_000 => Weight::MayFail,
                10.. if trashed >= 1_000 => Weight::Note,
                _ => return None,
            };
            let evidence = format!("{} objects in the trash, {} that are not", count(trashed), count(live));
            Some(Met::new(weight, false, evidence))
        },
    },
    Rule {
        name: "large-heap",
        fact: "F10",
        symptom: "the restore stops: \"java.lang.OutOfMemoryError: Java heap space\"",
        cause: "entities.xml is large, and the heap of the target small",
        remedy: "give the target a heap of several times the zip, and read back from its process list that it has it",
        examine: heap,
    },
];

fn heap(case: &Case<'_>) -> Option<Met> {
    let bytes = case.signals.entities_bytes;
    let legacy = case.target.is_some_and(|target| target.compare(&Version::series(8, 3)).is_lt());
    let weight = match bytes {
        HUGE.. if legacy => Weight::MayFail,
        LARGE.. => Weight::Note,
        _ => return None,
    };
    Some(Met::new(weight, false, format!("entities.xml has {} bytes", count(bytes))))
}
