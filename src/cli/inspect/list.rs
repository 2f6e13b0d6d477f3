//! The items of one kind, one a line.

use std::io::{BufWriter, Write};
use std::path::Path;

use super::super::{EXIT_FAILED, EXIT_INCONCLUSIVE, EXIT_PASSED, talk};
use super::{broke, clear, refuse};
use crate::archive;
use crate::clock::Context;
use crate::model::{Field, Item, Kind, Severity};
use crate::reading::Coverage;
use crate::report::one_line;

/// What the columns hold. The key begins with the space, then come titles or names.
const HEAD: &str = "id\tkind\tstate\tbytes\tcreated\tedited\tby\tkey\ttitle\n";

/// Lists the items.
pub fn run(path: &Path, kind: Kind, json: bool, ctx: &Context) -> u8 {
    let inventory = match archive::inventory(path, ctx) {
        Ok(inventory) => inventory,
        Err(error) => return broke(&error, ctx),
    };
    clear(ctx);
    let mut out = BufWriter::new(std::io::stdout().lock());
    let mut write = || -> std::io::Result<()> {
        if !json {
            out.write_all(HEAD.as_bytes())?;
        }
        for item in inventory.reading.items(kind) {
            let item = item.map_err(std::io::Error::other)?;
            let line = if json { serde_json::to_string(&item)? + "\n" } else { row(&item) };
            out.write_all(line.as_bytes())?;
        }
        out.flush()
    };
    match write() {
        // A reader that went away, such as `head`, is no failing.
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            return refuse(&format!("failed to list: {error}"), EXIT_INCONCLUSIVE);
        }
        _ => {}
    }
    if let Some(Coverage::NotRead(reason)) = inventory.reading.header.coverage.get(&kind) {
        talk::say(&format!("note: no {} were read: {reason}", kind.noun(2)));
    }
    let errors = inventory.damage.iter().filter(|damage| damage.severity == Severity::Error).count();
    if errors == 0 && inventory.whole {
        return EXIT_PASSED;
    }
    talk::say(
        "warning: the backup is damaged, so that the list may lack something; without --list, this command says what is wrong",
    );
    EXIT_FAILED
}

fn row(item: &Item) -> String {
    let text = |field| item.text(field).unwrap_or_default();
    let bytes = item.number(Field::BodyBytes).or_else(|| item.number(Field::Bytes));
    let state = match (item.text(Field::Status), item.aside) {
        (Some(status), _) => status,
        (None, Some(_)) if item.kind == Kind::Draft => "draft",
        _ => "",
    };
    let id = item.id.map(|id| id.to_string()).unwrap_or_default();
    let bytes = bytes.map(|bytes| bytes.to_string()).unwrap_or_default();
    let by = item.text(Field::Editor).or(item.text(Field::Author)).unwrap_or_default();
    let segments = item.key.segments();
    // The first part is the kind again, or the kind of what holds it.
    let key = segments.get(1..).unwrap_or_default().join(" / ");
    let columns =
        [&id, item.kind.name(), state, &bytes, text(Field::Created), text(Field::Edited), by, &key, text(Field::Title)];
    let columns: Vec<_> = columns.iter().map(|column| one_line(column)).collect();
    columns.join("\t") + "\n"
}
