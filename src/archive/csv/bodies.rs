//! Reads texts of the CSV form again.

use std::collections::BTreeSet;

use super::columns::spec;
use super::plan::Plan;
use crate::package::{Limits, Package, PackageError, rows};

/// The bodies of some content, by its id. They are as they were: nothing is put in the place of `]]>` in this form.
pub(in crate::archive) fn bodies(
    package: &Package,
    ids: &BTreeSet<u64>,
    mut take: impl FnMut(u64, &str),
) -> Result<(), PackageError> {
    const TABLE: &str = "bodycontent";
    for table in package.tables().filter(|table| table.name.eq_ignore_ascii_case(TABLE)) {
        let mut rows = rows(package.read_table(table.entry)?, &Limits::default());
        let mut plan = None;
        while let Some(row) = rows.next_row() {
            let Ok(row) = row else { continue };
            let plan: &Plan = match &plan {
                Some(plan) => plan,
                None => {
                    plan = Some(Plan::of(spec(TABLE), &row, |_| {}));
                    continue;
                }
            };
            let Some((owner, body)) = plan.column("contentid").zip(plan.column("body")) else { break };
            if let Some(owner) = row.field(owner).parse().ok().filter(|owner| ids.contains(owner)) {
                take(owner, row.field(body));
            }
        }
    }
    Ok(())
}
