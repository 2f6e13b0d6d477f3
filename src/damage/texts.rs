//! Turns what was chosen into the bytes that stand in place of others.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Read as _};

use super::DamageError;
use super::contents::{Contents, name};
use super::pick::{Op, Victim};
use super::rewrite::{Plan, Segment, range};
use super::spans::{attribute, child, children, id, inside};

const ENTITIES: &str = "entities.xml";

/// Works out what to write.
pub(super) fn plan(contents: &Contents, victim: &Victim) -> Result<Plan, DamageError> {
    let mut plan = Plan { drop: victim.drop.clone(), ..Plan::default() };
    let mut wanted: BTreeSet<usize> = victim.edits.keys().copied().collect();
    wanted.extend(victim.edits.values().flatten().filter_map(|op| match op {
        Op::CopyProperty { from, .. } => Some(*from),
        _ => None,
    }));
    let written = written(contents, &wanted)?;
    let mut changes: BTreeMap<u64, (u64, Vec<u8>)> = BTreeMap::new();
    for index in &victim.remove {
        if let Some(raw) = contents.raw(*index) {
            changes.insert(raw.offset, (raw.end, Vec::new()));
        }
    }
    for (index, ops) in &victim.edits {
        let (Some(raw), Some(text)) = (contents.raw(*index), written.get(index)) else { continue };
        let edited = ops.iter().fold(text.clone(), |text, op| apply(&text, op, &written).unwrap_or(text));
        changes.insert(raw.offset, (raw.end, edited.into_bytes()));
    }
    if !changes.is_empty() {
        plan.content.insert(ENTITIES.to_owned(), segments(changes));
    }
    for (entry, at) in &victim.bytes {
        let segments = match at {
            Some(at) => vec![Segment::Copy(0, *at), flipped(contents, entry, *at)?, Segment::Copy(at + 1, u64::MAX)],
            None => Vec::new(),
        };
        plan.content.insert(entry.clone(), segments);
    }
    Ok(plan)
}

fn segments(changes: BTreeMap<u64, (u64, Vec<u8>)>) -> Vec<Segment> {
    let mut segments = Vec::new();
    let mut at = 0;
    for (begin, (end, bytes)) in changes {
        segments.push(Segment::Copy(at, begin));
        segments.push(Segment::New(bytes));
        at = end;
    }
    segments.push(Segment::Copy(at, u64::MAX));
    segments
}

fn flipped(contents: &Contents, entry: &str, at: u64) -> Result<Segment, DamageError> {
    let mut byte = Vec::new();
    let package = contents.package();
    range(package, entry, at, at + 1)?
        .read_to_end(&mut byte)
        .map_err(|source| DamageError::Io { path: package.path().to_owned(), source })?;
    Ok(Segment::New(byte.into_iter().map(|byte| byte ^ 0x01).collect()))
}

/// The texts of some objects as they stand in the package, read in one go: objects are numbered in the order in which they stand.
fn written(contents: &Contents, wanted: &BTreeSet<usize>) -> Result<BTreeMap<usize, String>, DamageError> {
    let package = contents.package();
    let mut texts = BTreeMap::new();
    if wanted.is_empty() {
        return Ok(texts);
    }
    let io = |source| DamageError::Io { path: package.path().to_owned(), source };
    let (mut reader, mut at) = (range(package, ENTITIES, 0, u64::MAX)?, 0);
    for index in wanted {
        let Some(raw) = contents.raw(*index) else { continue };
        io::copy(&mut reader.by_ref().take(raw.offset.saturating_sub(at)), &mut io::sink()).map_err(io)?;
        let mut text = String::new();
        reader.by_ref().take(raw.end.saturating_sub(raw.offset)).read_to_string(&mut text).map_err(io)?;
        texts.insert(*index, text);
        at = raw.end;
    }
    Ok(texts)
}

/// The text after one operation; `None` where it finds nothing to change.
fn apply(text: &str, op: &Op, written: &BTreeMap<usize, String>) -> Option<String> {
    let property = |name: &str| child(text, "property", name);
    let replaced =
        |at: std::ops::Range<usize>, by: &str| Some(format!("{}{by}{}", text.get(..at.start)?, text.get(at.end..)?));
    match op {
        Op::SetText { name, text } => {
            replaced(property(name)?.whole, &format!("<property name=\"{name}\">{}</property>", cdata(text)))
        }
        Op::SetReference { name, id: new } => replaced(id(text, property(name)?.inner)?.1, new),
        Op::CopyProperty { name, from } => {
            let other = written.get(from)?;
            replaced(property(name)?.whole, other.get(child(other, "property", name)?.whole)?)
        }
        Op::Lengthen { name } => {
            let property = property(name)?;
            let full = bare(text.get(property.inner.clone())?)?;
            let at = full.find("</ac:parameter>")?;
            replaced(property.inner, &cdata(&format!("{}x{}", full.get(..at)?, full.get(at..)?)))
        }
        Op::Unmark { name } => {
            const END: &str = "</ac:inline-comment-marker>";
            let property = property(name)?;
            let full = bare(text.get(property.inner.clone())?)?;
            let begin = full.find("<ac:inline-comment-marker")?;
            let inside = begin + full.get(begin..)?.find('>')? + 1;
            let end = inside + full.get(inside..)?.find(END)?;
            let parts = [full.get(..begin)?, full.get(inside..end)?, full.get(end + END.len()..)?];
            replaced(property.inner, &cdata(&parts.concat()))
        }
        Op::Halve { name } => {
            let property = property(name)?;
            let full = bare(text.get(property.inner.clone())?)?;
            let half = (0..=full.len() / 2).rev().find(|at| full.is_char_boundary(*at))?;
            replaced(property.inner, &cdata(full.get(..half)?))
        }
        Op::DropCollection { name } => replaced(child(text, "collection", name)?.whole, ""),
        Op::AddChild { id } => {
            let at =
                child(text, "collection", "children").or_else(|| child(text, "collection", "childrens"))?.inner.end;
            let member = format!(
                "<element class=\"Page\" package=\"com.atlassian.confluence.pages\"><id name=\"id\">{id}</id>\n</element>\n"
            );
            replaced(at..at, &member)
        }
        Op::DropMembers { collection, members } => {
            let collections = children(text, inside(text)?).into_iter().filter(|child| {
                child.tag == "collection" && collection.is_none_or(|name| child.name.as_deref() == Some(name))
            });
            let mut out = text.to_owned();
            let elements: Vec<_> = collections.flat_map(|collection| children(text, collection.inner)).collect();
            for element in elements.into_iter().rev() {
                let class = attribute(text.get(element.whole.clone())?, "class");
                let target = id(text, element.inner).zip(class);
                if target.is_some_and(|((id, _), class)| members.contains(&name(&class, &id))) {
                    out.replace_range(element.whole, "");
                }
            }
            Some(out)
        }
    }
}

/// A text without its CDATA section, or without entities.
fn bare(inner: &str) -> Option<String> {
    match inner.strip_prefix("<![CDATA[").and_then(|rest| rest.strip_suffix("]]>")) {
        Some(text) => Some(text.to_owned()),
        None => quick_xml::escape::unescape(inner).ok().map(|text| text.into_owned()),
    }
}

fn cdata(text: &str) -> String {
    format!("<![CDATA[{}]]>", text.replace("]]>", "]] >"))
}
