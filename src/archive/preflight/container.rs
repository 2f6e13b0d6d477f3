//! What shows from the container alone.

use super::{Met, Rule, Weight};
use crate::model::Form;

pub(super) const RULES: [Rule; 5] = [
    Rule {
        name: "not-a-zip",
        fact: "F20, F31",
        symptom: "the upload is refused: it is no zip",
        cause: "the file is something else than a backup, or its bytes were encrypted or lost",
        remedy: "take the file again from where the backup was made; where it was changed there, too, suspect ransomware and take an older copy from elsewhere",
        // Such a file can't be opened, so that there is nothing to examine: whoever opens it says so.
        examine: |_| None,
    },
    Rule {
        name: "descriptor-missing",
        fact: "F1",
        symptom: "the restore is refused: \"The zip file did not contain an entry exportDescriptor.properties\"",
        cause: "the file is no backup of Confluence, or it was packed by hand and the descriptor was left out",
        remedy: "make the backup again; a package that was packed by hand needs exportDescriptor.properties at its top",
        examine: |case| {
            let signals = case.signals;
            if signals.has_descriptor {
                return None;
            }
            let evidence = match (&signals.descriptor_elsewhere, signals.inner_zips.is_empty()) {
                (Some(name), _) => format!("the descriptor stands at {name}, and not at the top"),
                (None, false) => {
                    format!("no descriptor, but zips inside of the zip: {}", signals.inner_zips.join(", "))
                }
                (None, true) => "no entry is called exportDescriptor.properties".to_owned(),
            };
            Some(Met::new(Weight::Refuses, true, evidence))
        },
    },
    Rule {
        name: "folder-around",
        fact: "F1",
        symptom: "the restore is refused: \"The zip file did not contain an entry exportDescriptor.properties\"",
        cause: "the backup was unpacked and packed again with a folder around it",
        remedy: "pack the content of the folder, and not the folder: `cd FOLDER && zip -r ../backup.zip .`",
        examine: |case| {
            let folder = case.signals.top_folder.as_ref().filter(|_| case.signals.form == Form::Zip)?;
            Some(Met::new(Weight::Refuses, true, format!("all entries lie in the folder {folder}")))
        },
    },
    Rule {
        name: "unpacked",
        fact: "F1",
        symptom: "Confluence takes zips only",
        cause: "the backup was unpacked into a folder",
        remedy: "pack the content of the folder before a restore: `cd FOLDER && zip -r ../backup.zip .`",
        examine: |case| {
            let unpacked = case.signals.form == Form::Folder;
            unpacked.then(|| Met::new(Weight::Note, true, "the backup is a folder"))
        },
    },
    Rule {
        name: "cloud-csv",
        fact: "F12",
        symptom: "the import is refused",
        cause: "the CSV form of Cloud's exports is taken by Cloud only, and by no Data Center",
        remedy: "for Data Center, export as XML from Cloud, or migrate with Atlassian's assistant",
        examine: |case| {
            let csv = case.signals.csv
                || case.descriptor.get("exportFormat").is_some_and(|form| form.eq_ignore_ascii_case("csv"));
            // Without a target of Data Center nobody said that it was to go there.
            let weight = if case.target.is_some() { Weight::Refuses } else { Weight::Note };
            csv.then(|| Met::new(weight, true, "it holds tables in CSV in place of entities.xml"))
        },
    },
];
