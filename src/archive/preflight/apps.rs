//! What the backup holds of apps.

use super::{Met, Rule, Weight, told};
use crate::model::count;

pub(super) const RULES: [Rule; 1] = [Rule {
    name: "app-data",
    fact: "F29",
    symptom: "macros that aren't rendered, and data of apps that nobody sees",
    cause: "the backup holds data of apps, which a target without these apps can't take or show",
    remedy: "install the apps on the target before the restore, in versions not older than the source's",
    examine: |case| {
        let apps: Vec<String> = case
            .descriptor
            .get("ao.data.list")
            .into_iter()
            .flat_map(|list| list.split(','))
            .map(|app| app.trim().to_owned())
            .filter(|app| !app.is_empty())
            .collect();
        let bytes: u64 = case.signals.app_data.iter().map(|(_, bytes)| bytes).sum();
        let evidence = match (apps.len() as u64, case.signals.app_data.is_empty()) {
            (0, true) => return None,
            (number, true) => format!("the descriptor names {}", told(number, "app", "apps")),
            (0, false) => format!("{} bytes of data of apps", count(bytes)),
            (number, false) => {
                format!("the descriptor names {}; {} bytes of their data", told(number, "app", "apps"), count(bytes))
            }
        };
        Some(Met::new(Weight::Note, false, evidence).named(apps))
    },
}];
