//! Takes a key apart into what it hangs on and its own words. By counting segments, so that a page with the title "attachment" confuses nobody.

use crate::model::Key;

/// One element of a key: `comment` with author, time and digest, `version` with its number, ….
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Element<'k> {
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
pub(super) fn elements(key: &Key) -> Vec<Element<'_>> {
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

/// The key of what an item is on; none, where it is on nothing.
pub(super) fn above(key: &Key) -> Option<Key> {
    let elements = elements(key);
    let end = elements.iter().rev().nth(1)?.end;
    Some(Key::new(key.segments().iter().take(end).cloned()))
}

fn is_counter(segment: &str) -> bool {
    segment
        .strip_prefix('#')
        .is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Whether the key is that of an older version of an attachment.
pub fn is_attachment_version(key: &Key) -> bool {
    let elements = elements(key);
    let mut last = elements.iter().rev();
    last.next().is_some_and(|element| element.word == "version")
        && last.next().is_some_and(|element| element.word == "attachment")
}

/// An element in words, as a title shows it.
pub(super) fn words(element: &Element<'_>) -> String {
    let argument = |at: usize| element.arguments.get(at).copied().unwrap_or_default();
    match element.word {
        "comment" => {
            let author = if argument(0).is_empty() { "anonymous" } else { argument(0) };
            format!("comment by {author}, {}", argument(1))
        }
        "version" => format!("version {}", argument(0).trim_start_matches('0')),
        "label" => format!("label {}", argument(0)),
        "restriction" | "permission" => {
            format!("{} for {} {}", argument(0), argument(1), argument(2)).trim_end().to_owned()
        }
        "member" => format!("member {}", argument(0)),
        "watch" | "like" => format!("{} by {}", element.word, argument(0)),
        "property" => format!("property {}", argument(0)),
        "task" => format!("task {}", argument(0).trim_start_matches('0')),
        "page" | "template" => argument(1).to_owned(),
        "blog-post" => argument(2).to_owned(),
        _ => argument(0).to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_that_look_like_words_of_keys_confuse_nobody() {
        assert!(!is_attachment_version(&Key::new(["page", "S", "attachment", "version", "000001"])));
        assert!(is_attachment_version(&Key::new([
            "page",
            "S",
            "version",
            "attachment",
            "version",
            "version",
            "000001"
        ])));
        assert!(is_attachment_version(&Key::new([
            "page",
            "S",
            "T",
            "trashed",
            "#2",
            "attachment",
            "a",
            "version",
            "1"
        ])));
        assert!(!is_attachment_version(&Key::new(["page", "S", "T", "version", "000001"])));
    }

    #[test]
    fn elements_read_as_words() {
        let key =
            Key::new(["page", "S", "T", "comment", "", "2012-03-07 17:16:48.158", "sha256:1", "version", "000003"]);
        let all: Vec<_> = elements(&key).iter().map(words).collect();
        assert_eq!(all, ["T", "comment by anonymous, 2012-03-07 17:16:48.158", "version 3"]);
        let key = Key::new(["space", "S", "permission", "VIEWSPACE", "anonymous", ""]);
        assert_eq!(words(elements(&key).last().unwrap()), "VIEWSPACE for anonymous");
    }
}
