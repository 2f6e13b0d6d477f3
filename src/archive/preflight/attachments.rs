//! Files of attachments that a restore can't bring.

use super::{Met, Rule, Weight, told};
use crate::model::Severity;

pub(super) const RULES: [Rule; 2] = [
    Rule {
        name: "attachment-files-missing",
        fact: "F16",
        symptom: "the restored copy lists attachments whose download is 404, AttachmentDataNotFoundException in its log",
        cause: "the source had lost the files already, or the export or a later hand dropped them",
        remedy: "look whether the source can still show them; restore them from a copy of its home, and make the backup again",
        examine: |case| {
            let what = "attachment-file-missing";
            let number = case.number(what, Severity::Error);
            let first = case.damage(what).find(|damage| damage.severity == Severity::Error)?;
            let evidence = told(number, "attachment has a record and no file", "attachments have a record and no file");
            Some(Met::new(Weight::MayFail, true, evidence).at(first.place.clone()))
        },
    },
    Rule {
        name: "made-without-attachments",
        fact: "F17",
        symptom: "the restored copy lists attachments, and none of them has a file",
        cause: "the backup was made without attachments",
        remedy: "make the backup with attachments, or restore them from a copy of the source's home",
        examine: |case| {
            let first = case.damage("made-without-attachments").next()?;
            Some(Met::new(Weight::MayFail, true, first.message.clone()))
        },
    },
];
