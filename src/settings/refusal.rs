use std::fmt::{self, Display};

use serde::de::{self, Expected, Unexpected};

use super::Span;

/// Why a value was refused, before it has its place in a file. Never holds the refused value where that could be a secret.
#[derive(Debug)]
pub(super) struct Refusal {
    /// A lower-case fragment.
    pub message: String,
    /// What stands under the caret.
    pub label: String,
    /// What to write instead, in full.
    pub help: Option<String>,
    /// The key that a mapping lacks, where that is the mistake.
    pub missing: Option<&'static str>,
    /// The node that is to blame, and where it stands.
    pub at: Option<(u32, Span)>,
}

impl Refusal {
    pub fn new(message: impl Into<String>, label: impl Into<String>) -> Self {
        Self { message: message.into(), label: label.into(), help: None, missing: None, at: None }
    }

    /// The same, at a node, unless a node within it is known to be to blame.
    pub fn at(mut self, node: u32, span: Span) -> Self {
        self.at.get_or_insert((node, span));
        self
    }

    /// A word that is none of the words that may stand there.
    pub fn unknown(what: &str, word: &str, words: &[&str]) -> Self {
        let mut refusal = Self::new(format!("unknown {what} `{}`", shown(word)), "");
        if let Some(near) = nearest(word, words) {
            refusal.label = format!("did you mean `{near}`?");
            return refusal;
        }
        refusal.label = format!("not a {what} that is known here");
        let list: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
        refusal.help = Some(match list.as_slice() {
            [] => format!("no {what} may stand here"),
            [one] => format!("the only {what} here is {one}"),
            [most @ .., last] => format!("the {what}s here are {} and {last}", most.join(", ")),
        });
        refusal
    }
}

/// The word that was probably meant: at most two mistakes, or a third of a long word.
fn nearest<'a>(word: &str, words: &[&'a str]) -> Option<&'a str> {
    let word = word.to_lowercase().replace(['_', ' '], "-");
    let limit = 2.max(word.chars().count() / 3).min(word.chars().count().saturating_sub(1));
    words
        .iter()
        .map(|known| (strsim::damerau_levenshtein(&word, known), *known))
        .filter(|(distance, _)| *distance <= limit)
        .min()
        .map(|(_, known)| known)
}

/// Whether one word was probably meant to be the other.
pub(super) fn alike(word: &str, other: &str) -> bool {
    word == other || nearest(word, &[other]).is_some()
}

/// A word that somebody wrote, short enough for a message.
fn shown(word: &str) -> String {
    let short: String = word.chars().filter(|c| !c.is_control()).take(60).collect();
    if short.len() < word.len() { short + "…" } else { short }
}

/// What derived code expects, in the words of settings files.
fn plain(expected: &dyn Expected) -> String {
    let text = expected.to_string();
    match text.as_str() {
        "a string" => "text".to_owned(),
        "path string" => "a path".to_owned(),
        "a sequence" => "a list".to_owned(),
        "a map" => "settings".to_owned(),
        "u8" | "u16" | "u32" | "u64" | "usize" => "a whole number".to_owned(),
        _ if text.starts_with("struct ") => "settings".to_owned(),
        _ => text,
    }
}

impl Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Refusal {}

impl de::Error for Refusal {
    /// The first line is the message, the second what stands under the caret, the third the help.
    fn custom<T: Display>(text: T) -> Self {
        let text = text.to_string();
        let mut lines = text.lines().map(str::to_owned);
        let (message, label) = (lines.next().unwrap_or_default(), lines.next().unwrap_or_default());
        Self { help: lines.next(), ..Self::new(message, label) }
    }

    fn invalid_type(unexpected: Unexpected<'_>, expected: &dyn Expected) -> Self {
        let found = match unexpected {
            Unexpected::Bool(_) => "true or false",
            Unexpected::Unsigned(_) | Unexpected::Signed(_) | Unexpected::Float(_) => "a number",
            Unexpected::Str(_) | Unexpected::Char(_) => "text",
            Unexpected::Unit | Unexpected::Option => "nothing",
            Unexpected::Seq => "a list",
            Unexpected::Map => "settings",
            _ => "something else",
        };
        let expected = plain(expected);
        let mut refusal = Self::new(format!("expected {expected}, found {found}"), format!("expected {expected}"));
        if expected == "text" && matches!(found, "a number" | "true or false") {
            refusal.help = Some("put it in quotes".to_owned());
        }
        if expected == "a list" && found == "text" {
            refusal.help = Some("put it in brackets: `[…]`".to_owned());
        }
        refusal
    }

    fn invalid_value(_: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::new(format!("expected {expected}"), format!("expected {expected}"))
    }

    fn unknown_variant(word: &str, words: &'static [&'static str]) -> Self {
        Self::unknown("word", word, words)
    }

    fn unknown_field(word: &str, words: &'static [&'static str]) -> Self {
        Self::unknown("key", word, words)
    }

    fn missing_field(field: &'static str) -> Self {
        let mut refusal = Self::new(format!("the key `{field}` is missing"), format!("`{field}` is missing here"));
        refusal.missing = Some(field);
        refusal
    }

    fn duplicate_field(field: &'static str) -> Self {
        Self::new(format!("the key `{field}` stands here twice"), "the second one")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_near_word_is_proposed_and_a_far_one_is_not() {
        let words = ["page-tree", "page-bodies", "labels"];
        assert_eq!(nearest("page-tre", &words), Some("page-tree"));
        assert_eq!(nearest("Page_Bodies", &words), Some("page-bodies"));
        assert_eq!(nearest("lables", &words), Some("labels"));
        assert_eq!(nearest("x", &words), None);
        assert_eq!(nearest("", &words), None);
        assert_eq!(nearest("attachments", &words), None);
    }
}
