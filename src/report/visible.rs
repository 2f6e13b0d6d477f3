//! Makes characters visible that would break a report, or deceive whoever reads it.

use std::borrow::Cow;
use std::fmt::Write as _;

/// The text with every character made visible that XML 1.0 forbids, that a terminal obeys, or that turns the direction of writing around:
/// control characters as their pictures (`␛`), others by number (`\u{202e}`). Line feeds and tabs stay.
pub fn visible(text: &str) -> Cow<'_, str> {
    replaced(text, |c| !matches!(c, '\n' | '\t') && is_harmful(c))
}

/// The same, and line feeds and tabs made visible too: what stands in one line stays in one line.
pub fn one_line(text: &str) -> Cow<'_, str> {
    replaced(text, is_harmful)
}

/// The longest text that goes into one line, in bytes.
const BRIEF_MAX: usize = 2 << 10;

/// One line of bounded length: an error text may quote a server, and a server may say anything.
pub(super) fn brief(text: &str) -> Cow<'_, str> {
    if text.len() <= BRIEF_MAX {
        return one_line(text);
    }
    let (head, tail) = split(text, BRIEF_MAX);
    Cow::Owned(format!("{}… ({} more bytes)", one_line(head), crate::model::count(tail.len() as u64)))
}

/// Splits at so many bytes, or before the character that stands there.
fn split(text: &str, most: usize) -> (&str, &str) {
    let end = (0..=most.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or_default();
    text.split_at(end)
}

fn is_harmful(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
        // The last two of each plane are no characters; XML 1.0 forbids those of the first.
        || (u32::from(c) & 0xfffe) == 0xfffe
}

fn replaced(text: &str, harmful: impl Fn(char) -> bool) -> Cow<'_, str> {
    if !text.chars().any(&harmful) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match u32::from(c) {
            _ if !harmful(c) => out.push(c),
            // The pictures of the control characters stand in the same order as these.
            code @ 0..=0x1f => out.extend(char::from_u32(0x2400 + code)),
            0x7f => out.push('\u{2421}'),
            code => {
                let _ = write!(out, "\\u{{{code:04x}}}");
            }
        }
    }
    Cow::Owned(out)
}

/// At most so many bytes, and how many were left out; for text that may be huge.
pub(super) fn cut(text: &str, most: usize) -> Cow<'_, str> {
    if text.len() <= most {
        return Cow::Borrowed(text);
    }
    let (head, tail) = split(text, most);
    Cow::Owned(format!("{head}\n… cut here: {} more bytes, see the record", crate::model::count(tail.len() as u64)))
}

/// At most so many characters, for lines of a given width.
pub(super) fn fit(text: &str, width: usize) -> String {
    match text.char_indices().nth(width) {
        None => text.to_owned(),
        Some(_) => text.chars().take(width.saturating_sub(1)).chain(['…']).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_breaks_or_deceives_is_made_visible() {
        assert_eq!(visible("a\u{1b}[31m\0\n\t\r\u{fffe}\u{202e}b"), "a␛[31m␀\n\t␍\\u{fffe}\\u{202e}b");
        assert_eq!(one_line("a\nb\tc\u{85}\u{2028}"), "a␊b␉c\\u{0085}\\u{2028}");
        assert!(matches!(visible("Straße 東京 שלום 🎉"), Cow::Borrowed(_)));
    }

    #[test]
    fn cuts_never_split_a_character_and_are_announced() {
        assert_eq!(cut("äää", 3), "ä\n… cut here: 4 more bytes, see the record");
        assert_eq!(cut("ab", 2), "ab");
        assert!(brief(&"ä\n".repeat(10_000)).ends_with("ä␊ä… (27,952 more bytes)"));
        assert_eq!(brief("a\nb"), "a␊b");
        assert_eq!(fit("abcdef", 4), "abc…");
    }
}
