//! Which addresses of a text become links.

/// An address that is safe to follow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Address {
    /// On another server, or mail.
    Outside(String),
    /// A path of this server, without the context.
    Inside(String),
}

/// Schemes that lead outside. Whatever else a browser knows (`javascript:`, `data:`, `vbscript:`, …) is no link.
const SCHEMES: [&str; 3] = ["http://", "https://", "mailto:"];

/// The address that an attribute holds, if it becomes a link. Browsers leave out control characters and spaces in front of a scheme and
/// take a backslash for a slash; an address with such isn't followed at all.
pub fn address(text: &str) -> Option<Address> {
    let text = text.trim_matches(' ');
    if text.chars().any(|letter| letter.is_control() || letter.is_whitespace() || letter == '\\') {
        return None;
    }
    let lower = text.get(..8).or(text.get(..7)).unwrap_or_default().to_ascii_lowercase();
    if SCHEMES.iter().any(|scheme| lower.starts_with(scheme)) {
        return Some(Address::Outside(text.to_owned()));
    }
    (text.starts_with('/') && !text.starts_with("//")).then(|| Address::Inside(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_harmless_schemes_are_links() {
        assert_eq!(address("HTTPS://a.example/x?y"), Some(Address::Outside("HTTPS://a.example/x?y".into())));
        assert_eq!(address("mailto:a@b.example"), Some(Address::Outside("mailto:a@b.example".into())));
        assert_eq!(address("/display/A"), Some(Address::Inside("/display/A".into())));
        let tricks = [
            "javascript:alert(1)",
            "JaVaScRiPt:alert(1)",
            "java\tscript:alert(1)",
            "\u{1}javascript:alert(1)",
            " javascript:x",
            "data:text/html,x",
            "vbscript:x",
            "//evil.example",
            "/\\evil.example",
            "\\\\evil",
            "#x",
            "x:y",
            "file:///etc/passwd",
            "",
        ];
        for trick in tricks {
            assert_eq!(address(trick), None, "{trick:?}");
        }
    }
}
