//! Reads again the texts that differ between archive and restored copy, for what the report shows: only where `privacy` is `full`, never of
//! restricted content, bounded in number, size and time.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use similar::{ChangeTag, TextDiff};

use super::log::Broken;
use super::stages::{Compared, Ran, Read};
use crate::archive;
use crate::clock::Context;
use crate::model::{Discrepancy, Field, Finding, Hop, Kind, Privacy, body_digest};
use crate::plan::Plan;
use crate::reading::{Observation, ReadError};
use crate::storage::lines;
use crate::target::Instance;

/// Most texts that are quoted in one drill.
const TEXTS_MAX: usize = 20;
/// Most bytes of a text that are compared; longer ones are not quoted.
const BYTES_MAX: usize = 256 << 10;
/// Most lines of one quotation.
const LINES_MAX: usize = 40;
/// How long one comparison may take; it gets coarser, not wrong, when the time is over.
const TIME_MAX: Duration = Duration::from_secs(2);

/// Lines of differences by content id of the archive: `-` stands in the archive, `+` in the restored copy.
pub(super) type Quoted = BTreeMap<u64, Vec<String>>;

/// Quotes the bodies that the restore changed.
pub(super) async fn quote(
    plan: &Plan,
    compared: &Compared,
    observed: &Observation,
    (instance, (backup, _)): (&Instance, Read<'_>),
    _: &Context,
) -> Result<Quoted, Broken> {
    let mut quoted = Quoted::new();
    if plan.privacy != Privacy::Full {
        return Ok(quoted);
    }
    let wanted = compared
        .iter()
        .filter_map(|(_, ran)| match ran {
            Ran::Outcome(outcome) => Some(outcome),
            Ran::Not(_) | Ran::Impossible(_) => None,
        })
        .flat_map(|outcome| &outcome.findings)
        .filter_map(|finding| ids(finding, observed).transpose())
        .take(TEXTS_MAX)
        .collect::<Result<Vec<(u64, u64)>, _>>()
        .map_err(Broken::rig)?;
    let ids: BTreeSet<u64> = wanted.iter().map(|(archive, _)| *archive).collect();
    let texts = tokio::task::block_in_place(|| archive::bodies(backup, &ids, BYTES_MAX + 1))
        .map_err(|error| Broken::new(error.fault(), error))?;
    for (id, copy) in wanted {
        let content = instance.client().content(&copy.to_string(), "body.storage").await;
        let restored = content.map_err(|error| Broken::new(error.fault(), error))?;
        let restored =
            restored.body.and_then(|body| body.storage).and_then(|storage| storage.value).flatten().unwrap_or_default();
        if let Some(text) = texts.get(&id).filter(|text| text.len() <= BYTES_MAX && restored.len() <= BYTES_MAX) {
            quoted.insert(id, difference(text, &restored));
        }
    }
    Ok(quoted)
}

/// The ids on both sides of a body that the restore changed; none for anything else.
fn ids(finding: &Finding, observed: &Observation) -> Result<Option<(u64, u64)>, ReadError> {
    let changed =
        matches!(finding.discrepancy, Discrepancy::Differs { field: Field::Body, .. }) && finding.hop == Hop::Restore;
    let subject = &finding.subject;
    let (Some(kind), Some(key), Some(id)) = (subject.kind, subject.key.as_ref(), subject.id) else { return Ok(None) };
    if !changed || subject.restricted || !matches!(kind, Kind::Page | Kind::BlogPost | Kind::Comment) {
        return Ok(None);
    }
    let copy = observed.reading.get(kind, key)?;
    Ok(copy.and_then(|copy| Some((id, copy.id?))))
}

/// The lines that differ, with one line around them, cut at [`LINES_MAX`] with an announcement. Texts that both have a normal form are shown in it, so
/// that nothing shows that isn't told as a difference; others as they are.
fn difference(archive: &str, copy: &str) -> Vec<String> {
    if body_digest(archive) == body_digest(copy) {
        return Vec::new();
    }
    let formed = lines(archive).zip(lines(copy)).filter(|(archive, copy)| archive != copy);
    let (archive, copy) = formed
        .map_or_else(|| (archive.to_owned(), copy.to_owned()), |(archive, copy)| (archive.join("\n"), copy.join("\n")));
    let (archive, copy) = (archive.as_str(), copy.as_str());
    let diff = TextDiff::configure().timeout(TIME_MAX).diff_lines(archive, copy);
    let mut lines = Vec::new();
    for group in diff.grouped_ops(1) {
        for change in group.iter().flat_map(|op| diff.iter_changes(op)) {
            let mark = match change.tag() {
                ChangeTag::Delete => '-',
                ChangeTag::Insert => '+',
                ChangeTag::Equal => ' ',
            };
            let text: String = change.value().trim_end_matches('\n').chars().take(400).collect();
            lines.push(format!("{mark} {text}"));
        }
    }
    if lines.len() > LINES_MAX {
        let left = lines.len() - LINES_MAX;
        lines.truncate(LINES_MAX);
        lines.push(format!("… {left} more lines differ"));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_differs_is_quoted_and_a_cut_is_announced() {
        assert_eq!(difference("a\nb\nc", "a\nx\nc"), ["  a", "- b", "+ x", "  c"]);
        assert!(difference("<![CDATA[a]] >", "<![CDATA[a]]>").is_empty());
        let one = "<table><tr><td>db1</td></tr><tr><td class=\"a\" id=\"b\">db2&nbsp;&uuml;</td></tr></table>";
        let other = "<table><tr><td>db1</td></tr><tr><td id=\"b\" class=\"a\">db3&nbsp;\u{fc}</td></tr></table>";
        let cell = |mark, name| format!("{mark} <td class=\"a\" id=\"b\">{name}\u{a0}\u{fc}</td>");
        assert_eq!(difference(one, other), ["  <tr>", &cell('-', "db2"), &cell('+', "db3"), "  </tr>"]);
        assert_eq!(difference("<p>a & b", "<p>a & c"), ["- <p>a & b", "+ <p>a & c"]);
        let long = difference(&"a\n".repeat(100), &"b\n".repeat(100));
        assert_eq!(long.len(), LINES_MAX + 1);
        assert_eq!(long.last().map(String::as_str), Some("… 160 more lines differ"));
    }
}
