use std::collections::{BTreeMap, BTreeSet};

use super::{Check, Exhibits, check};
use crate::model::{
    Code, Damage, Discrepancy, Finding, Hop, Key, Kind, Needs, Outcome, Severity, Subject, Tally, count,
};
use crate::reading::{Alignment, Inventory, ReadError};

check! {
    /// The archive is intact, was read to its end, and is consistent within itself.
    ///
    /// Compares nothing with a source: it looks at the archive alone. Every entry's checksum, the form of the XML, references between objects,
    /// the recorded and the real length of attachments. Every object is accounted for: made an item, left out by name, or damaged.
    ///
    /// Can't see: what the export left out without a trace. That takes a manifest of the source, and the other checks.
    ///
    /// A failure means that the file was damaged after it was made, or that Confluence wrote it so. Each finding names the entry and the byte.
    Integrity = "integrity"
}

impl Check for Integrity {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn needs(&self) -> Needs {
        Needs::default()
    }

    fn examine(&self, exhibits: &Exhibits<'_>) -> Result<Outcome, ReadError> {
        let alignment = &exhibits.alignment;
        let inventory = alignment.inventory();
        let by_id = damaged(inventory)?;
        let told = inventory.damage.iter().map(|damage| told(damage, alignment, &by_id));
        let mut findings = told.collect::<Result<Vec<_>, _>>()?;
        findings.extend(unaccounted(inventory));
        let explained = findings.iter().any(|finding| finding.severity == Severity::Error);
        if !explained && is_empty(inventory) {
            let message = "the archive holds no space, page or blog post".to_owned();
            findings.push(finding(
                "empty",
                message,
                Some("make sure that the export was not cut short and chose the right spaces"),
            ));
        }
        findings.sort_by(|a, b| (std::cmp::Reverse(a.severity), a).cmp(&(std::cmp::Reverse(b.severity), b)));
        let (ledger, objects) = (&inventory.ledger, inventory.ledger.total());
        let unread = (!inventory.whole && !findings.iter().any(|finding| finding.severity == Severity::Error))
            .then(|| "the archive was not read to its end".to_owned());
        let tally = Tally { examined: objects.lexed + ledger.entries, of: objects.lexed + ledger.entries_of };
        Ok(Outcome { findings, tally, unread, ..Outcome::default() })
    }
}

/// The rule of the ledger: no object may vanish on the way from the package to the items.
fn unaccounted(inventory: &Inventory) -> Option<Finding> {
    let wrong: Vec<_> = inventory
        .ledger
        .classes
        .iter()
        .filter(|(_, account)| account.lexed != account.mapped + account.ignored + account.damaged)
        .map(|(class, account)| {
            let known = account.mapped + account.ignored + account.damaged;
            format!("{class}: {} read, {} accounted for", count(account.lexed), count(known))
        })
        .collect();
    let first = wrong.iter().take(5).cloned().collect::<Vec<_>>().join("; ");
    let message = format!("objects of {} classes are not all accounted for ({first})", wrong.len());
    (!wrong.is_empty()).then(|| {
        finding("unaccounted", message, Some("this is a mistake of rehearse: report it with the names of the classes"))
    })
}

fn is_empty(inventory: &Inventory) -> bool {
    let held: u64 = [Kind::Space, Kind::Page, Kind::BlogPost].iter().map(|kind| inventory.reading.number(*kind)).sum();
    held == 0 || inventory.ledger.total().lexed == 0
}

fn finding(what: &str, message: String, remedy: Option<&str>) -> Finding {
    Finding {
        code: Code { check: Integrity::NAME.to_owned(), what: what.to_owned() },
        severity: Severity::Error,
        subject: Subject::default(),
        discrepancy: Discrepancy::Other { message },
        hop: Hop::Export,
        place: None,
        remedy: remedy.map(str::to_owned),
    }
}

fn told(damage: &Damage, alignment: &Alignment<'_>, by_id: &BTreeMap<u64, Key>) -> Result<Finding, ReadError> {
    let mut subject = damage.subject.clone();
    let named = subject.key.as_ref().or_else(|| subject.id.and_then(|id| by_id.get(&id)));
    let hidden = match named {
        Some(key) => alignment.restricted(key)?,
        // Nobody knows what it is: where there are restrictions at all, its title may be one that they hide.
        None => alignment.inventory().reading.number(Kind::Restriction) > 0 && !subject.title.is_empty(),
    };
    subject.restricted |= hidden;
    Ok(Finding {
        severity: damage.severity,
        subject,
        place: damage.place.clone(),
        remedy: damage.remedy.clone(),
        ..finding(&damage.what, damage.message.clone(), None)
    })
}

/// The keys of the content that is damaged and of which the reader knew no more than the id.
fn damaged(inventory: &Inventory) -> Result<BTreeMap<u64, Key>, ReadError> {
    let nameless = inventory.damage.iter().filter(|damage| damage.subject.key.is_none());
    let ids: BTreeSet<u64> = nameless.filter_map(|damage| damage.subject.id).collect();
    let mut keys = BTreeMap::new();
    for kind in Kind::ALL.into_iter().filter(|kind| kind.is_content() && !ids.is_empty()) {
        for item in inventory.reading.items(kind) {
            let item = item?;
            if let Some(id) = item.id.filter(|id| ids.contains(id)) {
                keys.insert(id, item.key);
            }
        }
    }
    Ok(keys)
}
