use serde::{Deserialize, Serialize};

use super::Digest;

/// How much of the content reports may show. Restricted content shows its id only, whichever is chosen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Privacy {
    /// Titles, names and texts.
    Full,
    /// Titles and names; no text of pages.
    #[default]
    Titles,
    /// Short digests in place of titles and names.
    Digests,
}

impl Privacy {
    /// The word in scenarios.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Titles => "titles",
            Self::Digests => "digests",
        }
    }

    /// A title or name as it may be shown.
    pub fn name(self, text: &str) -> String {
        match self {
            Self::Full | Self::Titles => shortened(text, 300),
            Self::Digests => short_digest(text),
        }
    }

    /// Running text (a description, a note) as it may be shown.
    pub fn text(self, text: &str) -> String {
        match self {
            Self::Full => format!("\"{}\"", shortened(text, 2_000)),
            Self::Titles | Self::Digests => short_digest(text),
        }
    }
}

/// The first twelve hex digits of the SHA-256, enough to tell two texts apart: `#9f86d081884c`.
fn short_digest(text: &str) -> String {
    format!("#{}", Digest::of(text).hex().chars().take(12).collect::<String>())
}

/// At most so many characters, and how many were left out.
fn shortened(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        None => text.to_owned(),
        Some((at, _)) => {
            let (head, tail) = text.split_at(at);
            format!("{head}… ({} more characters)", super::count(tail.chars().count() as u64))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_degree_shows_less_than_the_one_before() {
        assert_eq!(Privacy::Titles.name("Plan"), "Plan");
        assert_eq!(Privacy::Full.text("Plan"), "\"Plan\"");
        assert_eq!(Privacy::Titles.text("Plan"), Privacy::Digests.name("Plan"));
        assert!(!Privacy::Digests.name("Plan").contains("Plan"));
    }

    #[test]
    fn huge_titles_are_cut_and_say_so() {
        assert!(Privacy::Titles.name(&"ä".repeat(10_000)).ends_with("(9,700 more characters)"));
    }
}
