use std::collections::BTreeMap;

use super::{Entry, Limits, PackageError, end::End, entry::Source};
use crate::model::{Damage, Place, Severity, Subject, count};

/// Most refused entries that are told one by one; the rest are only counted.
const TOLD: u64 = 100;
/// What to do about most of what is refused.
const AGAIN: &str = "the entry is not read; make the backup again, and don't restore this one";

/// An entry as the directory lists it, before its name was looked at.
pub(super) struct Listed {
    pub raw_name: String,
    pub bytes: u64,
    pub packed: u64,
    pub offset: u64,
    pub source: Source,
}

/// Takes in what a directory lists, refuses what no package may hold, and normalises the names of the rest.
pub(super) struct Sieve<'a> {
    pub limits: &'a Limits,
    entries: Vec<Entry>,
    damage: Vec<Damage>,
    refused: BTreeMap<&'static str, u64>,
    listed: u64,
    /// Where the directory of the zip begins: no entry reaches further.
    directory: u64,
}

impl<'a> Sieve<'a> {
    pub fn new(limits: &'a Limits) -> Self {
        Self {
            limits,
            entries: Vec::new(),
            damage: Vec::new(),
            refused: BTreeMap::new(),
            listed: 0,
            directory: u64::MAX,
        }
    }

    /// Takes in what the end of a zip's directory shows.
    pub fn end(&mut self, end: &End) {
        self.directory = end.directory;
        // As many as it says, or as there is room for: a record has at least 46 bytes.
        let room = end.at.saturating_sub(end.directory) / 46;
        self.entries.reserve(usize::try_from(end.entries.min(room).min(self.limits.entries)).unwrap_or_default());
        if let Some(other) = end.other {
            let message = format!(
                "another directory ends at byte {other}; which of the two is taken differs from reader to reader"
            );
            self.tell(
                "second-directory",
                Severity::Error,
                message,
                Place { entry: String::new(), offset: Some(other) },
                AGAIN,
            );
        }
        if end.behind > 0 {
            let message =
                format!("{} bytes stand behind the end of the zip, which no Confluence writes", count(end.behind));
            let at = end.at + super::end::RECORD as u64;
            let remedy = "compare its length and checksum with those of the file where it was made";
            self.tell(
                "bytes-behind",
                Severity::Warning,
                message,
                Place { entry: String::new(), offset: Some(at) },
                remedy,
            );
        }
    }

    fn tell(&mut self, what: &str, severity: Severity, message: impl Into<String>, place: Place, remedy: &str) {
        self.damage.push(Damage {
            what: what.to_owned(),
            severity,
            subject: Subject::default(),
            message: message.into(),
            place: Some(place),
            remedy: Some(remedy.to_owned()),
        });
    }

    /// Counts an entry against the limit.
    pub fn count(&mut self) -> Result<(), PackageError> {
        self.listed += 1;
        if self.listed > self.limits.entries {
            return Err(PackageError::TooManyEntries { limit: self.limits.entries });
        }
        Ok(())
    }

    /// Notes that an entry is refused.
    pub fn refuse(&mut self, what: &'static str, name: &str, offset: u64, message: impl Into<String>) {
        let number = self.refused.entry(what).or_default();
        *number += 1;
        if *number <= TOLD {
            let remedy = match what {
                "encrypted" => "decrypt it, and give the folder or a zip without a password",
                "unknown-method" => {
                    "unpack it with the program that packed it, and give the folder or a zip packed by deflate"
                }
                _ => AGAIN,
            };
            let place = Place { entry: name.chars().take(300).collect(), offset: Some(offset) };
            self.tell(what, Severity::Error, message, place, remedy);
        }
    }

    /// Takes in a file.
    pub fn file(&mut self, listed: Listed) {
        let limits = self.limits;
        let (raw, offset) = (listed.raw_name.as_str(), listed.offset);
        if raw.len() > limits.name_bytes {
            return self.refuse("name-too-long", raw, offset, format!("its name has {} bytes", raw.len()));
        }
        let name = match normalised(raw) {
            Ok(name) => name,
            Err(message) => return self.refuse("name-escapes", raw, offset, message),
        };
        let bomb = listed.bytes > limits.ratio_from && listed.bytes / listed.packed.max(1) > limits.ratio;
        if bomb || listed.bytes > limits.entry_bytes {
            let message = format!("{} bytes claim to be {} unpacked", count(listed.packed), count(listed.bytes));
            return self.refuse("bomb", raw, offset, message);
        }
        self.entries.push(Entry {
            spelt: (name != listed.raw_name).then(|| listed.raw_name.into()),
            name,
            bytes: listed.bytes,
            packed: listed.packed,
            offset: listed.offset,
            source: listed.source,
        });
    }

    /// The files in order of their names, the damage, and the folder around everything.
    pub fn finish(mut self) -> (Vec<Entry>, Vec<Damage>, Option<String>) {
        self.overlapping();
        self.dense();
        let mut entries = std::mem::take(&mut self.entries);
        let top = top_folder(&entries);
        if let Some(top) = &top {
            entries.iter_mut().for_each(|entry| take_from(entry, top));
            let message = "a folder lies around everything, and Confluence refuses such a package";
            let place = Place { entry: format!("{top}/"), offset: None };
            self.tell("top-folder", Severity::Warning, message, place, "pack it again from inside that folder");
        }
        entries.sort_unstable_by(|a, b| a.name.cmp(&b.name).then(a.offset.cmp(&b.offset)));
        let mut before: Option<(String, u64)> = None;
        entries.retain(|entry| match &before {
            Some((name, offset)) if *name == entry.name => {
                let message = format!("a second entry of this name; the first stands at byte {offset}");
                self.refuse("duplicate-name", entry.raw_name(), entry.offset, message);
                false
            }
            _ => {
                before = Some((entry.name.clone(), entry.offset));
                true
            }
        });
        for (what, number) in &self.refused {
            if *number > TOLD {
                self.damage.push(Damage {
                    what: (*what).to_owned(),
                    severity: Severity::Error,
                    subject: Subject::default(),
                    message: format!("{} more of this sort", count(number - TOLD)),
                    place: None,
                    remedy: None,
                });
            }
        }
        (entries, self.damage, top)
    }

    /// Refuses entries that share packed bytes with another one: the way in which small zips unpack to much.
    fn overlapping(&mut self) {
        let mut entries = std::mem::take(&mut self.entries);
        entries.sort_unstable_by_key(|entry| entry.offset);
        let mut end = 0;
        entries.retain(|entry| {
            // A local header has at least 30 bytes.
            let stop = entry.offset.saturating_add(30).saturating_add(entry.packed);
            let problem = if !entry.source.is_packed() {
                None
            } else if stop > self.directory {
                Some("its bytes would reach beyond where the directory begins".to_owned())
            } else {
                (entry.offset < end).then(|| format!("it shares bytes with another entry, which ends at byte {end}"))
            };
            match problem {
                Some(message) => self.refuse("overlap", entry.raw_name(), entry.offset, message),
                None => {
                    end = end.max(stop);
                    return true;
                }
            }
            false
        });
        self.entries = entries;
    }

    /// Refuses the dense entries where all together claim to be too much: many small bombs are one large.
    fn dense(&mut self) {
        let sum = |of: fn(&Entry) -> u64| self.entries.iter().map(|entry| u128::from(of(entry))).sum::<u128>();
        let (packed, bytes) = (sum(|entry| entry.packed), sum(|entry| entry.bytes));
        let (ratio, from) = (u128::from(self.limits.ratio), u128::from(self.limits.ratio_from));
        if bytes <= from.max(ratio * packed) {
            return;
        }
        let mut entries = std::mem::take(&mut self.entries);
        entries.retain(|entry| {
            let dense = entry.bytes / entry.packed.max(1) > self.limits.ratio;
            if dense {
                let message = format!(
                    "{} bytes claim to be {} unpacked, in a package of {packed} that claims to be {bytes}",
                    count(entry.packed),
                    count(entry.bytes)
                );
                self.refuse("bomb", entry.raw_name(), entry.offset, message);
            }
            !dense
        });
        self.entries = entries;
    }
}

/// The name without `./` and empty parts; refused where it leads out of the package.
fn normalised(raw: &str) -> Result<String, &'static str> {
    if raw.contains('\\') {
        return Err("its name holds a backslash");
    }
    if raw.starts_with('/') || raw.chars().nth(1) == Some(':') {
        return Err("its name is absolute");
    }
    if raw.contains('\0') {
        return Err("its name holds a NUL");
    }
    let parts: Vec<&str> = raw.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
    if parts.contains(&"..") {
        return Err("its name leads out of the package");
    }
    if parts.is_empty() { Err("its name is empty") } else { Ok(parts.join("/")) }
}

/// Takes the folder around everything from the name of an entry.
fn take_from(entry: &mut Entry, top: &str) {
    if let Some(rest) = entry.name.strip_prefix(top).and_then(|rest| rest.strip_prefix('/')) {
        let rest = rest.to_owned();
        let whole = std::mem::replace(&mut entry.name, rest);
        entry.spelt.get_or_insert(whole.into());
    }
}

/// The one folder that everything lies in, if it holds what a package has at its top.
fn top_folder(entries: &[Entry]) -> Option<String> {
    let mine = |entry: &&Entry| !entry.name.starts_with("__MACOSX/") && entry.name != ".DS_Store";
    let first = entries.iter().find(mine)?;
    let (top, _) = first.name.split_once('/')?;
    let below = |entry: &Entry| entry.name.strip_prefix(top).and_then(|rest| rest.strip_prefix('/')).map(str::to_owned);
    if !entries.iter().filter(mine).all(|entry| below(entry).is_some()) {
        return None;
    }
    let heads = ["entities.xml", "exportDescriptor.properties", "exportDescriptor.properties.gz"];
    let found = entries.iter().filter_map(below).any(|name| heads.contains(&name.as_str()));
    found.then(|| top.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_normalised_or_refused() {
        assert_eq!(normalised("./attachments//1/./2/3").as_deref(), Ok("attachments/1/2/3"));
        for bad in ["../x", "a/../../x", "/etc/passwd", "a\\b", "C:x", "", "./", "a\0b"] {
            assert!(normalised(bad).is_err(), "{bad:?}");
        }
        assert_eq!(normalised("a..b/..c").as_deref(), Ok("a..b/..c"));
    }
}
