//! Spaces in the package against those that it claims.

use std::collections::BTreeMap;

use super::{Met, Rule, Weight, told};
use crate::model::count;

pub(super) const RULES: [Rule; 2] = [
    Rule {
        name: "several-spaces",
        fact: "F4",
        symptom: "the import stops: \"Could not execute statement\", a duplicate key on SPACES, or \"does not match the constraints\"",
        cause: "a comment or attachment of the exported space belongs to another space, so that the export holds that one's Space object, too (CONFSERVER-16575)",
        remedy: "in the source, move what belongs to the other space, and export again",
        examine: |case| {
            if case.is_site() {
                return None;
            }
            let claimed: Vec<String> = ["spaceKey", "spaceKeys"]
                .into_iter()
                .filter_map(|name| case.descriptor.get(name))
                .flat_map(|keys| keys.split(','))
                .map(|key| key.trim_matches(|c: char| c.is_whitespace() || matches!(c, '[' | ']' | '"')).to_lowercase())
                .filter(|key| !key.is_empty())
                .collect();
            let spaces = &case.signals.spaces;
            let foreign: Vec<&(String, u64)> =
                spaces.iter().filter(|(key, _)| !claimed.contains(&key.to_lowercase())).collect();
            let (_, offset) = foreign.first().filter(|_| !claimed.is_empty())?;
            let evidence = format!(
                "{}, of which the descriptor claims {}",
                told(spaces.len() as u64, "Space object", "Space objects"),
                count(spaces.len() as u64 - foreign.len() as u64)
            );
            let names = foreign.iter().map(|(key, _)| key.clone());
            // Confluence takes such a package into a site that has the other space already, or fails with it: documented is the failure.
            Some(Met::new(Weight::MayFail, false, evidence).named(names).at(case.signals.at(*offset)))
        },
    },
    Rule {
        name: "space-key-twice",
        fact: "F4",
        symptom: "the restore stops with a duplicate key on SPACES",
        cause: "two Space objects have the same key, which is compared without case",
        remedy: "make the backup again; where the source itself has the space twice, have its database repaired first",
        examine: |case| {
            let mut seen: BTreeMap<String, u64> = BTreeMap::new();
            let mut twice = Vec::new();
            for (key, offset) in &case.signals.spaces {
                if seen.insert(key.to_lowercase(), *offset).is_some() {
                    twice.push((key.clone(), *offset));
                }
            }
            let (_, offset) = twice.first()?;
            let place = case.signals.at(*offset);
            let evidence = told(twice.len() as u64, "key stands twice", "keys stand twice");
            Some(Met::new(Weight::Refuses, true, evidence).named(twice.into_iter().map(|(key, _)| key)).at(place))
        },
    },
];
