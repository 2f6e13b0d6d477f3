//! What the elements of a key say.

use crate::model::{Element, Key, elements};

/// The key of what an item is on; none, where it is on nothing.
pub(super) fn above(key: &Key) -> Option<Key> {
    let elements = elements(key);
    let end = elements.iter().rev().nth(1)?.end;
    Some(Key::new(key.segments().iter().take(end).cloned()))
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
