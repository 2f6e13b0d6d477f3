//! Reads the CSV form of a Cloud export (docs/confluence.md, C21): each row becomes the object that the XML form has for it, and goes the
//! same way, so that one mapping serves both.
//!
//! Must not know what becomes of an object.

mod bodies;
mod columns;
mod plan;
#[cfg(test)]
mod tests;
mod totals;

use super::ArchiveError;
use super::damage::Damages;
use super::load::{self, ENTITIES};
use super::work::Work;
use crate::model::{Place, Severity};
use crate::package::{AheadTexts, EntryError, Limits, PackageError, RowError, Rows, Table, rows_ahead};
pub(super) use bodies::bodies;
use columns::{COUNTS, TABLES, TASKS, Without, spec};
use plan::Plan;
use totals::Totals;

/// Rows between two looks at whether the drill was stopped.
const TICK: u64 = 2_000;

/// Reads all tables; false where one of them broke off, or isn't there.
pub(super) fn load(work: &mut Work<'_>, damages: &mut Damages) -> Result<bool, ArchiveError> {
    let mut tables: Vec<Table<'_>> = work.package.tables().collect();
    let rank =
        |name: &str| TABLES.iter().position(|spec| spec.table.eq_ignore_ascii_case(name)).unwrap_or(TABLES.len());
    tables.sort_by_key(|table| (rank(table.name), table.name.to_lowercase()));
    let (mut reader, mut whole) = (Reader::default(), true);
    for pair in tables.windows(2) {
        if let [one, two] = pair
            && one.name.eq_ignore_ascii_case(two.name)
        {
            let message = format!(
                "{} is the same table; both are read, and of rows with one id the later counts",
                one.entry.raw_name()
            );
            damages.add("table-twice", Severity::Error, message, place(two, None), None);
        }
    }
    for table in &tables {
        whole &= reader.read(work, table, damages)?;
    }
    whole &= missing(&tables, damages);
    whole &= reader.open_ends(damages);
    work.short = reader.totals.judge(&work.descriptor, damages);
    Ok(whole)
}

/// Reads the table of tasks that stands beside an entities.xml; false where it broke off.
pub(super) fn load_beside(work: &mut Work<'_>, damages: &mut Damages) -> Result<bool, ArchiveError> {
    for table in work.package.tables().filter(|table| !table.name.eq_ignore_ascii_case(TASKS)) {
        let message = "a table beside entities.xml that is not known here; nothing of it is compared";
        damages.add("table-not-read", Severity::Info, message, place(&table, None), None);
    }
    let Some(table) = work.package.tables().find(|table| table.name.eq_ignore_ascii_case(TASKS)) else {
        if work.descriptor.get("inlineTasksFileIncluded") == Some("true") {
            let message =
                format!("the descriptor says that it holds the table of tasks, {TASKS}.csv, and it is missing");
            damages.add("table-missing", Severity::Warning, message, None, None);
        }
        return Ok(true);
    };
    damages.source(0, ENTITIES);
    Reader { base: work.object_bytes, ..Reader::default() }.read(work, &table, damages)
}

/// Whether all tables are there without which there is no export.
fn missing(tables: &[Table<'_>], damages: &mut Damages) -> bool {
    let mut whole = true;
    for spec in &TABLES {
        let severity = match spec.without {
            Without::Broken => Severity::Error,
            Without::Doubtful => Severity::Warning,
            Without::Fine => continue,
        };
        if !tables.iter().any(|table| table.name.eq_ignore_ascii_case(spec.table)) {
            let message = format!("the table {}.csv is missing, which exports hold even where it is empty", spec.table);
            damages.add("table-missing", severity, message, None, Some("make the backup again"));
            whole &= severity < Severity::Error;
        }
    }
    whole
}

fn place(table: &Table<'_>, offset: Option<u64>) -> Option<Place> {
    Some(Place { entry: table.entry.raw_name().to_owned(), offset })
}

/// The name under which the rows of a table are counted that are no objects.
fn account(table: &str) -> String {
    format!("{table}.csv")
}

/// What is carried from table to table.
#[derive(Debug, Default)]
struct Reader {
    /// Where the table begins in the line of all tables: offsets of objects count from the first of them.
    base: u64,
    totals: Totals,
    /// Tables with their lengths, and whether the last row has no line end.
    ends: Vec<(Place, bool)>,
}

impl Reader {
    /// Reads one table; false where it broke off.
    fn read(&mut self, work: &mut Work<'_>, table: &Table<'_>, damages: &mut Damages) -> Result<bool, ArchiveError> {
        damages.source(self.base, table.entry.raw_name());
        work.loaded.insert(table.entry.name.clone());
        work.bytes = work.bytes.saturating_add(table.entry.bytes);
        let Some(reader) = load::opened(work.package.read_table(table.entry), damages)? else { return Ok(false) };
        let io = |source| PackageError::Io { path: work.package.path().to_owned(), source };
        let mut rows = rows_ahead(reader, &Limits::default()).map_err(io)?;
        let end = self.rows(work, table, &mut rows, damages)?;
        self.totals.end(table.name);
        damages.illegal_in_table(table.entry.raw_name(), rows.illegal());
        work.object_bytes = work.object_bytes.saturating_add(rows.position());
        work.entries += u64::from(end.sound);
        self.base = self.base.saturating_add(rows.position()).saturating_add(1);
        self.ends.extend(place(table, Some(rows.position())).map(|place| (place, rows.has_open_end())));
        Ok(end.whole)
    }

    fn rows(
        &mut self,
        work: &mut Work<'_>,
        table: &Table<'_>,
        rows: &mut Rows<AheadTexts>,
        damages: &mut Damages,
    ) -> Result<End, ArchiveError> {
        let mut end = End { whole: true, sound: true };
        let mut plan: Option<Plan> = None;
        let mut number = 0_u64;
        while let Some(row) = rows.next_row() {
            let row = match row {
                Ok(row) => row,
                Err(error) => {
                    end.broke(&error);
                    self.bad(work, table, error, damages)?;
                    if plan.is_none() {
                        return Ok(End { whole: false, sound: false });
                    }
                    continue;
                }
            };
            let Some(plan) = &mut plan else {
                let new = Plan::of(spec(table.name), &row, |message| {
                    damages.add("bad-header", Severity::Error, message, place(table, Some(0)), None);
                });
                self.totals.begin(table.name, &new);
                plan = Some(new);
                continue;
            };
            number += 1;
            self.totals.row(&row);
            if number == 1 && !plan.lacking.is_empty() {
                let message = format!("its header lacks columns that are needed: {}", plan.lacking.join(", "));
                damages.add("column-missing", Severity::Error, message, place(table, Some(0)), None);
                end.whole = false;
            }
            if plan.width != row.len() {
                lost(work, plan.account(table.name));
                damages.bad_row(&account(table.name), self.base + row.offset());
            } else if !plan.is_of_objects() {
                other(work, table, damages, self.base + row.offset());
            } else if let Some(object) = plan.object(&row, self.base) {
                load::take(work, object, damages);
            } else {
                lost(work, plan.account(table.name));
                damages.bad_row(&account(table.name), self.base + row.offset());
            }
            if number.is_multiple_of(TICK) {
                work.tick(row.end())?;
            }
        }
        if plan.is_none() && end.whole {
            let message = "it is empty, where every table begins with the names of its columns";
            damages.add("bad-header", Severity::Error, message, place(table, Some(0)), None);
            end.whole = false;
        }
        Ok(end)
    }

    /// A row that can't be read, or a table that can't be read on.
    fn bad(
        &mut self,
        work: &mut Work<'_>,
        table: &Table<'_>,
        error: RowError,
        damages: &mut Damages,
    ) -> Result<(), ArchiveError> {
        let what = match &error {
            RowError::Read { source, .. } if EntryError::within(source).is_none() => {
                let RowError::Read { source, .. } = error else { return Ok(()) };
                return Err(PackageError::Io { path: work.package.path().to_owned(), source }.into());
            }
            RowError::Read { .. } => {
                error.entry().into_iter().for_each(|error| damages.entry(error, &[]));
                return Ok(());
            }
            RowError::Unclosed { .. } => "cut-off",
            RowError::Stray { .. } | RowError::TooWide { .. } | RowError::TooLong { .. } => "malformed-csv",
        };
        lost(work, account(table.name));
        let remedy = Some("not all rows are read; make the backup again");
        damages.add(what, Severity::Error, error.to_string(), place(table, Some(error.offset())), remedy);
        Ok(())
    }

    /// Tables whose last row has no line end. Where all tables are such, that is the writer's habit; else it is the trace of a cut.
    fn open_ends(&self, damages: &mut Damages) -> bool {
        let open = self.ends.iter().filter(|(_, open)| *open).count();
        if open == 0 || open == self.ends.len() {
            return true;
        }
        for (place, _) in self.ends.iter().filter(|(_, open)| *open) {
            let message = "it is cut off: its last row has no line end, which the other tables have";
            damages.add("cut-off", Severity::Error, message, Some(place.clone()), Some("make the backup again"));
        }
        false
    }
}

/// How the reading of a table ended.
#[derive(Debug, Clone, Copy)]
struct End {
    /// No row is missing.
    whole: bool,
    /// It was read to its last byte.
    sound: bool,
}

impl End {
    /// Behind a quote in the wrong place nobody knows how many rows were taken for one.
    fn broke(&mut self, error: &RowError) {
        self.whole &= matches!(error, RowError::TooWide { .. });
        self.sound &= !error.is_fatal() || matches!(error, RowError::Unclosed { .. });
    }
}

/// Counts a row of which no object can be made.
fn lost(work: &mut Work<'_>, account: String) {
    work.accounts.of(&account).lexed += 1;
    work.accounts.damaged(&account);
}

/// Counts a row of a table that holds no objects that are read.
fn other(work: &mut Work<'_>, table: &Table<'_>, damages: &mut Damages, offset: u64) {
    let account = account(table.name);
    work.accounts.of(&account).lexed += 1;
    if table.name.eq_ignore_ascii_case(COUNTS) {
        work.accounts.mapped(&account);
        return;
    }
    work.accounts.ignored(&account);
    if super::classes::ignored_table(table.name).is_none() {
        damages.unknown_class(&account, offset);
    }
}
