//! The CSV form against the XML form of the same export: equal items, with all fields and digests.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

#[path = "common/csv.rs"]
mod convert;

mod common;

use rehearsal::archive;
use rehearsal::model::{Item, Kind, Severity};
use rehearsal::reading::Inventory;
use rehearsal::sample::{Sample, Writer, write};

fn items(inventory: &Inventory, kind: Kind) -> Vec<Item> {
    inventory.reading.items(kind).map(Result::unwrap).collect()
}

#[test]
fn both_forms_of_an_export_hold_the_same_items() {
    let folder = tempfile::tempdir().unwrap();
    let (xml, csv) = (folder.path().join("xml.zip"), folder.path().join("csv.zip"));
    let sample = Sample { writer: Writer::DataCenter83, attachment_bytes: 300, ..Sample::sized(60, 11) };
    write(&sample, &xml).unwrap();
    let rows = convert::convert(&xml, &csv);
    let read = |path| archive::read(&common::backup(path), &common::context()).unwrap();
    let (one, two) = (read(&xml), read(&csv));
    assert!(one.whole && two.whole);
    assert_eq!(two.writer, "Cloud CSV writer");
    let worse: Vec<_> = two.damage.iter().filter(|damage| damage.severity > Severity::Info).collect();
    assert!(worse.is_empty(), "{worse:#?}");
    assert_eq!(two.ledger.total().lexed, one.ledger.total().lexed);
    assert!(rows > 500 && one.reading.number(Kind::Page) > 50, "{rows}");
    for kind in Kind::ALL {
        let (one, two) = (items(&one, kind), items(&two, kind));
        assert_eq!(one.len(), two.len(), "{kind:?}");
        for (one, two) in one.iter().zip(&two) {
            assert_eq!(one, two, "{kind:?}");
        }
    }
}
