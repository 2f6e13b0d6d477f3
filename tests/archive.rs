//! The archive reader on real packages: against the counts of an independent reader, and item by item against the dump of another.

mod common;

use std::collections::BTreeMap;

use rehearsal::archive;
use rehearsal::model::{Kind, Severity};
use rehearsal::reading::Inventory;
use serde_json::Value;

fn expected() -> Option<(std::path::PathBuf, Vec<Value>)> {
    let corpus = common::corpus()?;
    let text = std::fs::read_to_string(corpus.join("expected.json")).unwrap();
    Some((corpus, serde_json::from_str(&text).unwrap()))
}

fn read(path: &std::path::Path) -> Inventory {
    archive::read(&common::backup(path), &common::context()).unwrap()
}

fn say(inventory: &Inventory) -> String {
    let mut out = String::new();
    for kind in Kind::ALL {
        if inventory.reading.number(kind) > 0 {
            out += &format!(" {kind} {}", inventory.reading.number(kind));
        }
    }
    out + &format!(" | asides {:?}", inventory.reading.asides().unwrap())
}

#[test]
fn show() {
    let Some((corpus, expected)) = expected() else { return };
    for want in expected {
        let name = want["package"].as_str().unwrap();
        match archive::read(&common::backup(&common::package(&corpus, name)), &common::context()) {
            Ok(inventory) => {
                println!("== {name}: {} whole {} {}", inventory.writer, inventory.whole, say(&inventory));
                println!("   ledger {:?}", inventory.ledger.total());
                for damage in &inventory.damage {
                    println!("   {:?} {} {} {:?}", damage.severity, damage.what, damage.message, damage.subject.title);
                }
            }
            Err(error) => println!("== {name}: {error}"),
        }
    }
}
