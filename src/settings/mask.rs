//! Excerpts give nothing away: what may be a secret is replaced before a message sees the text.

use std::sync::Arc;

use super::Span;
use super::node::{Content, Node};
use super::reader::{Mask, State};

/// What a masked value shows.
const MASK: &str = "…";

/// Masks all values but the format number: of a file of an unknown format nobody knows which are secrets.
pub(super) fn mask_all(root: &Node, format_key: &str, state: &State) {
    if let Content::Mapping(entries) = &root.content {
        entries
            .iter()
            .filter(|(key, _)| key.value != format_key)
            .for_each(|(_, value)| state.mask(value, Mask::Values));
    }
}

/// The places of everything inside masked nodes; keys right below one whose keys are known to be harmless are left alone.
fn collect_masks(node: &Node, state: &State, inside: Option<Mask>, masks: &mut Vec<Span>) {
    let inside = inside.max(state.masked.borrow().get(&node.id).copied());
    match &node.content {
        Content::List(items) => items.iter().for_each(|item| collect_masks(item, state, inside, masks)),
        Content::Mapping(entries) => {
            for (key, value) in entries {
                masks.extend((inside == Some(Mask::All)).then_some(key.span));
                collect_masks(value, state, inside.map(|_| Mask::All), masks);
            }
        }
        _ if inside.is_some() && node.span.length > 0 => masks.push(node.span),
        _ => {}
    }
}

/// A text in which some places show only that something stood there.
pub(super) struct Masked {
    pub text: Arc<str>,
    masks: Vec<Span>,
}

impl Masked {
    pub fn new(text: &str, root: &Node, state: &State) -> Self {
        let mut masks = Vec::new();
        collect_masks(root, state, None, &mut masks);
        masks.sort();
        masks.dedup();
        let mut shown = String::with_capacity(text.len());
        // A masked value may go over several lines; only its first line can come into an excerpt, but none of the others may be shown either.
        let (mut line, mut column, mut hidden) = (1_u32, 1_u32, 0_u32);
        let mut next = masks.iter().peekable();
        for character in text.chars() {
            while let Some(mask) = next.next_if(|mask| (mask.line, mask.column) <= (line, column)) {
                if (mask.line, mask.column) == (line, column) {
                    hidden = hidden.max(mask.length);
                    shown.push_str(MASK);
                }
            }
            let breaks = character == '\n';
            if hidden == 0 || breaks {
                shown.push(character);
            }
            hidden = hidden.saturating_sub(1);
            (line, column) = if breaks { (line + 1, 1) } else { (line, column + 1) };
        }
        Self { text: Arc::from(shown), masks }
    }

    /// Where a place of the text is in the masked one.
    pub fn place(&self, span: Span) -> Span {
        let before = |mask: &&Span| mask.line == span.line && mask.column < span.column;
        let shift: u32 = self.masks.iter().filter(before).map(|mask| mask.length.saturating_sub(1)).sum();
        let is_mask = self.masks.iter().any(|mask| (mask.line, mask.column) == (span.line, span.column));
        let length = if is_mask { 1 } else { span.length };
        Span { column: span.column.saturating_sub(shift), length, ..span }
    }
}

/// The line, without what stands behind a key that tells of a secret.
pub(super) fn harmless(line: &str) -> String {
    const TELLING: [&str; 8] = ["secret", "password", "passwd", "token", "key", "license", "credential", "login"];
    let lower = line.to_lowercase();
    let Some(colon) = TELLING.iter().filter_map(|word| lower.find(word)).min().and_then(|at| {
        let rest = line.get(at..)?;
        rest.find(':').map(|colon| at + colon + 1)
    }) else {
        return line.to_owned();
    };
    let end = if line.ends_with('\n') { "\n" } else { "" };
    format!("{} {MASK}{end}", line.get(..colon).unwrap_or_default())
}
