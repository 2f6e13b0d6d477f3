use std::sync::Arc;

use serde::de::DeserializeOwned;

use super::mask::{Masked, harmless, mask_all};
use super::node::{Content, Malformed, Node, parse};
use super::reader::{Reader, State};
use super::refusal::Refusal;
use super::{Complaint, Complaints, Span};

/// Longest settings file, in bytes: 1 MiB.
pub const SOURCE_MAX: usize = 1 << 20;
/// Most mistakes that one file is told of at once.
const COMPLAINTS_MAX: usize = 20;

/// What a kind of settings file is.
#[derive(Debug, Clone, Copy)]
pub struct Rules {
    /// The word for such a file: `scenario`.
    pub noun: &'static str,
    /// The key that holds its format number, and stands in every such file.
    pub format_key: &'static str,
    /// The newest format number that is understood.
    pub format: u64,
    /// Words of later versions, which are answered as such.
    pub later: &'static [&'static str],
}

/// Reads a settings file. `file` is its name as the user gave it, for messages.
///
/// # Errors
/// Every mistake of the file, in the order in which they stand there.
pub fn read<T: DeserializeOwned>(file: &str, source: &Arc<str>, rules: &Rules) -> Result<T, Complaints> {
    let refuse = |complaint: Complaint| Err(Complaints(vec![complaint]));
    if source.len() > SOURCE_MAX {
        let message = format!("the file is longer than 1 MiB, which no {} is", rules.noun);
        return refuse(Complaint::error(file, &Arc::from(""), None, message));
    }
    let text = source.strip_prefix('\u{feff}').unwrap_or(source);
    let root = match parse(text) {
        Ok(root) => root,
        Err(malformed) => return refuse(syntax(file, text, malformed)),
    };
    let state = State { later: rules.later, ..State::default() };
    if let Some(refusal) = format_refusal(&root, rules) {
        mask_all(&root, rules.format_key, &state);
        return Err(complaints(file, text, &root, &state, vec![refusal]));
    }
    let value = fill(&root, &state);
    let refusals = state.refusals.take();
    match value {
        Some(value) if refusals.is_empty() => Ok(value),
        _ => Err(complaints(file, text, &root, &state, refusals)),
    }
}

/// Reads the tree; what is refused is left out, and the rest is read again.
fn fill<T: DeserializeOwned>(root: &Node, state: &State) -> Option<T> {
    loop {
        let refusal = match T::deserialize(Reader { node: root, state }) {
            Ok(value) => return Some(value),
            Err(refusal) => refusal,
        };
        let (id, _) = refusal.at.unwrap_or((root.id, root.span));
        let follows = find(root, id).is_some_and(|node| follows(&refusal, node, state));
        let fresh = state.pruned.borrow_mut().insert(id);
        if !follows {
            state.refusals.borrow_mut().push(refusal.at(id, root.span));
        }
        if id == root.id || !fresh || state.refusals.borrow().len() >= COMPLAINTS_MAX {
            return None;
        }
    }
}

/// Whether a refusal only says that something is not there which was left out before.
fn follows(refusal: &Refusal, node: &Node, state: &State) -> bool {
    let pruned = state.pruned.borrow();
    match &node.content {
        Content::List(items) => items.iter().any(|item| pruned.contains(&item.id)),
        Content::Mapping(entries) => {
            let mut left_out = entries.iter().filter(|(_, value)| pruned.contains(&value.id));
            match refusal.missing {
                Some(missing) => left_out.any(|(key, _)| {
                    state.later.contains(&key.value.as_str()) || super::refusal::alike(&key.value, missing)
                }),
                None => left_out.next().is_some(),
            }
        }
        _ => false,
    }
}

fn find(node: &Node, id: u32) -> Option<&Node> {
    if node.id == id {
        return Some(node);
    }
    match &node.content {
        Content::List(items) => items.iter().find_map(|item| find(item, id)),
        Content::Mapping(entries) => entries.iter().find_map(|(_, value)| find(value, id)),
        _ => None,
    }
}

/// The format number is read before anything else: a newer file may look quite different.
fn format_refusal(root: &Node, rules: &Rules) -> Option<Refusal> {
    let Rules { noun, format_key, format, .. } = rules;
    let refusal = |message: String, label: &str, help: String, span: Span| {
        let mut refusal = Refusal::new(message, label);
        refusal.help = Some(help);
        Some(refusal.at(root.id, span))
    };
    let first = format!("begin with `{format_key}: {format}`");
    let entries = match &root.content {
        Content::Null => {
            return refusal(format!("the {noun} is empty"), "nothing stands here", first, root.span);
        }
        Content::Mapping(entries) => entries,
        other => {
            let message = format!("expected a {noun}, found {}", other.kind());
            return refusal(message, "expected keys and values", first, root.span);
        }
    };
    let Some((key, value)) = entries.iter().find(|(key, _)| key.value == *format_key) else {
        let message = format!("the key `{format_key}` is missing: the number of the {noun}'s format");
        return refusal(message, &format!("expected `{format_key}: {format}` before this"), first, root.span);
    };
    match value.content {
        Content::Whole(number) if (1..=*format).contains(&number) => None,
        Content::Whole(number) if number > *format => {
            let message = format!("the {noun} has format {number}, and this program reads formats up to {format}");
            refusal(message, "written for a newer rehearse", "use a newer rehearse".to_owned(), value.span)
        }
        _ => refusal("the format is not a number that exists".to_owned(), "expected 1", first, key.span),
    }
}

fn complaints(file: &str, text: &str, root: &Node, state: &State, mut refusals: Vec<Refusal>) -> Complaints {
    refusals.sort_by_key(|refusal| refusal.at.map(|(_, span)| span));
    let masked = Masked::new(text, root, state);
    let complaint = |refusal: Refusal| {
        let span = refusal.at.map(|(_, span)| masked.place(span));
        let mut complaint = Complaint::error(file, &masked.text, span, refusal.message).label(refusal.label);
        complaint.help = refusal.help;
        complaint
    };
    Complaints(refusals.into_iter().map(complaint).collect())
}

/// A text that is no YAML. Nobody knows yet which of its words are secrets, so only lines that look harmless are shown.
fn syntax(file: &str, text: &str, malformed: Malformed) -> Complaint {
    let tabbed = text.lines().enumerate().find(|(_, line)| {
        let indent = line.len() - line.trim_start().len();
        line.get(..indent).is_some_and(|indent| indent.contains('\t'))
    });
    let (span, message, label) = match tabbed {
        Some((index, line)) => {
            let column = line.chars().position(|c| c == '\t').unwrap_or_default() + 1;
            let number = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
            let span = Span { line: number(index + 1), column: number(column), length: 1 };
            (span, "a tab indents this line".to_owned(), "YAML is indented with spaces")
        }
        None => (malformed.span, malformed.message, "the reading stopped here"),
    };
    let shown: String = text.split_inclusive('\n').map(harmless).collect();
    let shown = Arc::from(shown);
    Complaint::error(file, &shown, Some(span), message).label(label)
}

#[cfg(test)]
mod tests;
