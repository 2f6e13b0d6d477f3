//! The control totals of the CSV form: what the exporter counted, held against what is there (docs/confluence.md, C21).

use std::collections::BTreeMap;

use super::columns::{COUNTS, TASKS};
use super::plan::Plan;
use crate::archive::damage::Damages;
use crate::model::{Descriptor, Severity, count};
use crate::package::Row;

/// The total of the descriptor: rows of all tables but these two.
const TOTAL: &str = "totalExportedId";
const UNCOUNTED: [&str; 2] = ["user_mapping", COUNTS];

/// Most entities whose totals are kept. 24 are written.
const MOST: usize = 1_000;

/// What was counted while the tables were read, and what the exporter says.
#[derive(Debug, Default)]
pub(super) struct Totals {
    tables: BTreeMap<String, u64>,
    /// Rows of content, by the name that the exporter has for their sort.
    content: BTreeMap<&'static str, u64>,
    said: Vec<(String, u64)>,
    /// The table that is read now: its rows so far, and the columns that are looked at.
    rows: u64,
    columns: Columns,
}

/// The columns that are counted by.
#[derive(Debug, Default)]
enum Columns {
    #[default]
    None,
    Content {
        sort: usize,
        status: Option<usize>,
    },
    Counts {
        entity: usize,
        number: usize,
    },
}

impl Totals {
    /// Begins a table.
    pub fn begin(&mut self, table: &str, plan: &Plan) {
        self.rows = 0;
        self.columns = if table.eq_ignore_ascii_case("content") {
            let status = plan.column("content_status");
            plan.column("contenttype").map_or(Columns::None, |sort| Columns::Content { sort, status })
        } else if table.eq_ignore_ascii_case(COUNTS) {
            let both = plan.column("entityname").zip(plan.column("exportcount"));
            both.map_or(Columns::None, |(entity, number)| Columns::Counts { entity, number })
        } else {
            Columns::None
        };
    }

    /// Counts a row.
    pub fn row(&mut self, row: &Row<'_>) {
        self.rows += 1;
        match self.columns {
            Columns::None => {}
            Columns::Content { sort, status } => {
                let draft = status.is_some_and(|at| row.field(at) == "draft");
                if let Some(entity) = entity(row.field(sort), draft) {
                    *self.content.entry(entity).or_default() += 1;
                }
            }
            Columns::Counts { entity, number } => {
                if let Some(number) = row.field(number).trim().parse().ok().filter(|_| self.said.len() < MOST) {
                    self.said.push((row.field(entity).chars().take(100).collect(), number));
                }
            }
        }
    }

    /// Ends a table.
    pub fn end(&mut self, table: &str) {
        *self.tables.entry(table.to_lowercase()).or_default() += std::mem::take(&mut self.rows);
    }

    /// Holds what was counted against what the exporter says; true where rows are missing.
    pub fn judge(&self, descriptor: &Descriptor, damages: &mut Damages) -> bool {
        for (entity, said) in &self.said {
            let Some(found) = self.of(entity) else { continue };
            if found != *said {
                let message =
                    format!("{COUNTS} says {} of {entity:?}, and {} are in the tables", count(*said), count(found));
                damages.add("control-total-differs", Severity::Warning, message, None, None);
            }
        }
        let found: u64 =
            self.tables.iter().filter(|(name, _)| !UNCOUNTED.contains(&name.as_str())).map(|(_, number)| number).sum();
        let said = descriptor.get(TOTAL).map(|text| text.trim().parse::<u64>());
        let Some(Ok(said)) = said else {
            let message = match said {
                None => format!("the descriptor has no {TOTAL}, by which missing rows would show"),
                Some(_) => format!("the {TOTAL} of the descriptor is no number, so that missing rows would not show"),
            };
            damages.add("control-total-missing", Severity::Info, message, None, None);
            return false;
        };
        let short = found < said;
        if found != said {
            let severity = if short { Severity::Error } else { Severity::Warning };
            let message = format!(
                "the descriptor says that {} rows were exported ({TOTAL}), and the tables hold {}",
                count(said),
                count(found)
            );
            let remedy = short.then_some("rows are missing; make the backup again");
            damages.add("control-total-differs", severity, message, None, remedy);
        }
        short
    }

    /// How many there are of an entity, by the exporter's name for it; `None` where nobody knows what it counts.
    fn of(&self, entity: &str) -> Option<u64> {
        let table = |name: &str| self.tables.get(&name.to_lowercase()).copied().unwrap_or_default();
        Some(match entity {
            "Page" | "Page draft" | "BlogPost" | "BlogPost draft" | "Comment" | "Attachment" => {
                self.content.get(entity).copied().unwrap_or_default()
            }
            "Label" => table("label"),
            "PageTemplate" => table("pagetemplates"),
            "TemplateAttachment" => table("templateattachments"),
            "Task" => table(TASKS),
            name if name.starts_with("AO_") => table(name),
            _ => return None,
        })
    }
}

/// The exporter's name for a sort of content: older versions count as their content, drafts of pages and blog posts apart.
fn entity(word: &str, draft: bool) -> Option<&'static str> {
    let sorts = ["PAGE", "BLOGPOST", "COMMENT", "ATTACHMENT"];
    Some(match (*sorts.iter().find(|sort| sort.eq_ignore_ascii_case(word))?, draft) {
        ("PAGE", false) => "Page",
        ("PAGE", true) => "Page draft",
        ("BLOGPOST", false) => "BlogPost",
        ("BLOGPOST", true) => "BlogPost draft",
        ("COMMENT", _) => "Comment",
        ("ATTACHMENT", _) => "Attachment",
        _ => return None,
    })
}
