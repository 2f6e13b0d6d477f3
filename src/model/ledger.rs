use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// How the objects of a package were accounted for: lexed = mapped + ignored + damaged.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Ledger {
    /// Objects by class (simple name; with its package where that is unknown).
    pub classes: BTreeMap<String, Account>,
    /// Entries of the archive that were read to their end and checked.
    pub entries: u64,
    /// Entries of the archive in all.
    pub entries_of: u64,
    /// Bytes of objects read, unpacked.
    pub bytes: u64,
}

/// How the objects of one class were accounted for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// Objects found.
    pub lexed: u64,
    /// Made an item, or a part of one.
    pub mapped: u64,
    /// Of a class or state that no item is made of.
    pub ignored: u64,
    /// Could not be understood, or placed.
    pub damaged: u64,
}

impl Ledger {
    /// All classes together.
    pub fn total(&self) -> Account {
        self.classes.values().fold(Account::default(), |sum, one| Account {
            lexed: sum.lexed + one.lexed,
            mapped: sum.mapped + one.mapped,
            ignored: sum.ignored + one.ignored,
            damaged: sum.damaged + one.damaged,
        })
    }
}

/// What the archive says of itself.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Descriptor {
    /// Every key and value of exportDescriptor.properties, sorted.
    pub properties: BTreeMap<String, String>,
}

impl Descriptor {
    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.properties.get(key).map(String::as_str)
    }

    /// Whether the export was asked to hold attachments.
    pub fn with_attachments(&self) -> Option<bool> {
        self.get("backupAttachments").map(|value| value == "true")
    }
}
