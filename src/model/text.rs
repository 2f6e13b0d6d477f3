use std::borrow::Cow;

use memchr::memchr2_iter;
use serde::{Deserialize, Serialize};
use sha2::Digest as _;

/// The name and number of the rules by which [`body_digest`] works. Digests of other rules are not compared.
pub const BODY_DIGEST_RULES: &str = "strict/1";

/// A SHA-256 digest, printed as `sha256:` and 64 hex digits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(transparent)]
pub struct Digest(String);

impl Digest {
    /// The digest of some bytes.
    pub fn of(bytes: impl AsRef<[u8]>) -> Self {
        let mut hasher = Hasher::default();
        hasher.update(bytes.as_ref());
        hasher.finish()
    }

    /// A digest in its printed form; `None` for any other text.
    pub fn parse(text: &str) -> Option<Self> {
        let hex = text.strip_prefix("sha256:")?;
        let fits = hex.len() == 64 && hex.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        fits.then(|| Self(text.to_owned()))
    }

    /// The printed form.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The hex digits alone, for tools such as `sha256sum`.
    pub fn hex(&self) -> &str {
        self.0.trim_start_matches("sha256:")
    }
}

impl From<[u8; 32]> for Digest {
    fn from(sum: [u8; 32]) -> Self {
        let digit = |half: u8| char::from_digit(u32::from(half), 16).unwrap_or_default();
        let hex = sum.into_iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]);
        Self("sha256:".chars().chain(hex).collect())
    }
}

impl std::fmt::Display for Digest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// Digests bytes as they stream by.
#[derive(Default, Clone)]
pub struct Hasher(sha2::Sha256);

impl Hasher {
    /// Takes in the next bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// The digest of all bytes taken in.
    pub fn finish(self) -> Digest {
        Digest::from(self.sum())
    }

    /// The same as bare bytes.
    pub fn sum(self) -> [u8; 32] {
        self.0.finalize().into()
    }
}

impl std::io::Write for Hasher {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// The strict digest of a text and its length in bytes: line ends as LF, and `]] >`, which Confluence's XML writers put in place of
/// `]]>`, turned back (docs/confluence.md, C8). Nothing else is touched. The same function serves every side, so the repair can't show as a difference.
pub fn body_digest(text: &str) -> (Digest, u64) {
    let (sum, bytes) = body_sum(text);
    (Digest::from(sum), bytes)
}

/// The same with the digest as bare bytes.
pub fn body_sum(text: &str) -> ([u8; 32], u64) {
    let (mut hasher, mut length) = (Hasher::default(), 0);
    repair(text, |piece| {
        hasher.update(piece.as_bytes());
        length += piece.len();
    });
    (hasher.sum(), length as u64)
}

/// The text that [`body_digest`] digests.
pub fn repaired(text: &str) -> Cow<'_, str> {
    let mut whole = Cow::Borrowed("");
    // A text that needs no repair is one piece.
    repair(text, |piece| if whole.is_empty() { whole = Cow::Borrowed(piece) } else { whole.to_mut().push_str(piece) });
    whole
}

/// Gives the repaired text piece by piece. Brackets are frequent and hardly ever in need of repair: what lies between two repairs comes in one go.
fn repair<'t>(text: &'t str, mut each: impl FnMut(&'t str)) {
    let mut from = 0;
    for at in memchr2_iter(b'\r', b']', text.as_bytes()) {
        let tail = text.as_bytes().get(at..).unwrap_or_default();
        let (repaired, skip) = if tail.starts_with(b"\r\n") {
            ("\n", 2)
        } else if tail.starts_with(b"\r") {
            ("\n", 1)
        } else if tail.starts_with(b"]] >") {
            ("]]>", 4)
        } else {
            continue;
        };
        each(text.get(from..at).unwrap_or_default());
        each(repaired);
        from = at + skip;
    }
    each(text.get(from..).unwrap_or_default());
}

/// The digits of a wall clock in the one form that readings hold, `2012-03-07 17:16:48.158`, from what packages
/// (`2012-03-07 17:16:48.158`) and REST (`2012-03-07T17:16:48.158+01:00`, `…+0100`, `…Z`, fraction optional) print.
/// The zone is dropped: a restore keeps the digits, not the instant (docs/confluence.md, C7). `None` for anything else.
pub fn wall_clock(text: &str) -> Option<String> {
    let (date, time) = (text.get(..10)?, text.get(11..19)?);
    let shape = |text: &str, pattern: &str| {
        text.len() == pattern.len()
            && text.bytes().zip(pattern.bytes()).all(|(c, p)| if p == b'0' { c.is_ascii_digit() } else { c == p })
    };
    if !shape(date, "0000-00-00") || !shape(time, "00:00:00") || !matches!(text.as_bytes().get(10), Some(b' ' | b'T')) {
        return None;
    }
    let mut out = String::with_capacity("0000-00-00T00:00:00.000Z".len());
    for part in [date, " ", time, "."] {
        out.push_str(part);
    }
    let rest = text.get(19..)?.strip_prefix('.').unwrap_or_default();
    let fraction = rest.chars().take_while(char::is_ascii_digit).chain(std::iter::repeat('0'));
    out.extend(fraction.take(3));
    Some(out)
}

/// A number with thousands separators: `4,812`.
pub fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_damaged_cdata_end_has_the_digest_of_the_genuine_one() {
        assert_eq!(body_digest("<![CDATA[x]] >\r\ny"), body_digest("<![CDATA[x]]>\ny"));
        assert_ne!(body_digest("]] x"), body_digest("]]x"));
        assert_eq!(body_digest("]]]] >").1, 5);
        assert_eq!(body_digest("]] >]] >\r\r\n]]"), body_digest("]]>]]>\n\n]]"));
        assert_eq!(body_digest("a]b]] >").0, Digest::of("a]b]]>"));
        assert_eq!(body_digest("plain").0, Digest::of("plain"));
        for text in ["", "plain", "]] >", "\r", "a\r\n]] >b]]\r", "]]]] >>"] {
            assert_eq!(body_digest(text).0, Digest::of(repaired(text).as_bytes()), "{text:?}");
        }
    }

    #[test]
    fn times_of_packages_and_rest_have_one_form() {
        for text in ["2012-03-07 17:16:48.158", "2012-03-07T17:16:48.158+01:00", "2012-03-07T17:16:48.158Z"] {
            assert_eq!(wall_clock(text).as_deref(), Some("2012-03-07 17:16:48.158"));
        }
        assert_eq!(wall_clock("2024-05-31 10:03:18.7").as_deref(), Some("2024-05-31 10:03:18.700"));
        assert_eq!(wall_clock("2024-05-31T10:03:18Z").as_deref(), Some("2024-05-31 10:03:18.000"));
        assert_eq!(wall_clock("yesterday"), None);
    }

    #[test]
    fn counts_have_separators() {
        assert_eq!([count(0), count(999), count(1_000), count(1_234_567)], ["0", "999", "1,000", "1,234,567"]);
    }
}
