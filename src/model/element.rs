//! The elements of a key: what it hangs on, and its own words. By counting segments, so that a page with the title "attachment" confuses nobody.

use super::Key;

/// One element of a key: `comment` with author, time and digest, `version` with its number, ….
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Element<'k> {
    /// `page`, `comment`, `version`, ….
    pub word: &'k str,
    /// The segments behind it.
    pub arguments: Vec<&'k str>,
    /// Length of the key up to and with this element.
    pub end: usize,
}

/// How many segments follow an element's word.
fn arity(word: &str) -> usize {
    match word {
        "blog-post" | "comment" | "restriction" | "permission" => 3,
        "page" | "template" | "watch" => 2,
        _ => 1,
    }
}

/// The elements of a key, outermost first. Counters of equal keys (`#2`) and `trashed` belong to the element before them.
pub fn elements(key: &Key) -> Vec<Element<'_>> {
    let mut elements: Vec<Element<'_>> = Vec::new();
    let mut segments = key.segments().iter().map(String::as_str).enumerate().peekable();
    while let Some((at, word)) = segments.next() {
        let mut element = Element { word, arguments: Vec::new(), end: at + 1 };
        let count = arity(word);
        while let Some((at, segment)) = segments.next_if(|(_, next)| {
            element.arguments.len() < count
                || is_counter(next)
                || (matches!(word, "page" | "blog-post") && *next == "trashed")
        }) {
            element.arguments.push(segment);
            element.end = at + 1;
        }
        elements.push(element);
    }
    elements
}

fn is_counter(segment: &str) -> bool {
    segment
        .strip_prefix('#')
        .is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()))
}
