//! Objects that a database refuses, or that don't fit together.

use super::{Met, Rule, Weight, told};
use crate::model::Severity;

pub(super) const RULES: [Rule; 4] = [
    Rule {
        name: "duplicate-ids",
        fact: "F7",
        symptom: "the restore stops: \"could not insert\", duplicate `PRIMARY`",
        cause: "the same object stands twice in the XML",
        remedy: "make the backup again; where its zip can't be made anew, take the second of each two objects out of entities.xml",
        examine: |case| {
            let first = case.damage("duplicate-id").next()?;
            let all: Vec<&str> = case.damage("duplicate-id").map(|damage| damage.message.as_str()).collect();
            Some(Met::new(Weight::MayFail, false, all.join("; ")).at(first.place.clone()))
        },
    },
    Rule {
        name: "title-missing",
        fact: "F9",
        symptom: "the restore stops: \"cannot insert NULL\", or a ConstraintViolation",
        cause: "rows of the source are broken: content that must have a title or a file name has none",
        remedy: "in the source, repair or purge the content that is named, and make the backup again",
        examine: |case| {
            let few = &case.signals.untitled;
            let evidence = told(
                few.number,
                "page, blog post or attachment has no title",
                "pages, blog posts or attachments have no title",
            );
            (few.number > 0).then(|| Met::new(Weight::MayFail, false, evidence).at(case.signals.first(few)))
        },
    },
    Rule {
        name: "creation-date-missing",
        fact: "F21",
        symptom: "titles that can't be edited, a trash that can't be opened, a failing import to Cloud",
        cause: "rows of the source have no creation date (CONFSERVER-59982, CONFSERVER-60169, CONFSERVER-65304)",
        remedy: "in the source's database, set the missing dates, and make the backup again",
        examine: |case| {
            let few = &case.signals.undated;
            let evidence = told(
                few.number,
                "page, blog post, comment or attachment has no creation date",
                "pages, blog posts, comments or attachments have no creation date",
            );
            (few.number > 0).then(|| Met::new(Weight::MayFail, false, evidence).at(case.signals.first(few)))
        },
    },
    Rule {
        name: "inconsistent",
        fact: "F27",
        symptom: "objects are left out of the restored copy, though the job is FINISHED",
        cause: "the backup was made while people edited, or was put together by hand: references in it lead nowhere",
        remedy: "make the backup again when nobody edits, and compare the restored copy with a manifest",
        examine: |case| {
            let all: Vec<_> = case.damage("dangling-reference").collect();
            let first = all.first()?;
            let lost = all.iter().any(|damage| damage.severity == Severity::Error);
            let weight = if lost { Weight::MayFail } else { Weight::Note };
            let mut evidence: Vec<&str> = all.iter().take(3).map(|damage| damage.message.as_str()).collect();
            if all.len() > 3 {
                evidence.push("and more");
            }
            Some(Met::new(weight, false, evidence.join("; ")).at(first.place.clone()))
        },
    },
];
