//! Words and numbers as both the table and the lists show them.

use indicatif::HumanBytes;

use crate::model::{Damage, Kind, Place, Scope, Subject, count};
use crate::report::one_line;

/// A kind by its word, in the singular or the plural.
pub fn kind(text: &str) -> Result<Kind, String> {
    let plural = |kind: &Kind| kind.noun(2).replace(' ', "-");
    let found = Kind::ALL.into_iter().find(|kind| kind.name() == text || plural(kind) == text);
    let all: Vec<String> = Kind::ALL.iter().map(plural).collect();
    found.ok_or_else(|| format!("kinds are {}", all.join(", ")))
}

/// A number of bytes as people read it.
pub fn bytes(number: u64) -> String {
    HumanBytes(number).to_string()
}

/// What the export claims to hold.
pub fn scope(scope: &Scope) -> String {
    match scope {
        Scope::Site => "export of a site".to_owned(),
        Scope::Spaces(keys) if keys.len() == 1 => "export of a space".to_owned(),
        Scope::Spaces(keys) => format!("export of {} spaces", count(keys.len() as u64)),
        Scope::Unknown => "an export that doesn't say of what".to_owned(),
    }
}

/// Where it is, in one line.
pub fn place(place: &Place) -> String {
    match place.offset {
        Some(offset) => format!("{}, byte {offset}", one_line(&place.entry)),
        None => one_line(&place.entry).into_owned(),
    }
}

/// What damage is about, in one line; `None` where it is about the archive.
pub fn subject(damage: &Damage) -> Option<String> {
    let Subject { kind, id, space, title, .. } = &damage.subject;
    let mut words = Vec::new();
    if let Some(kind) = kind {
        words.push(kind.noun(1).to_owned());
    }
    let path: Vec<&str> = space.iter().chain(title).map(String::as_str).collect();
    if !path.is_empty() {
        words.push(one_line(&path.join(" / ")).into_owned());
    }
    if let Some(id) = id {
        words.push(format!("(id {id})"));
    }
    (!words.is_empty()).then(|| words.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_is_known_by_both_of_its_words() {
        for each in Kind::ALL {
            assert_eq!(kind(each.name()), Ok(each));
            assert_eq!(kind(&each.noun(2).replace(' ', "-")), Ok(each));
        }
        assert!(kind("wikis").unwrap_err().contains("blog-posts"));
    }
}
