//! The JSON of Confluence Data Center 9.2, and of 8.5 where the settings say so, made from rows of the store. Key sets and value types are
//! those of recorded answers (docs/confluence.md, R8).
//!
//! Knows no HTTP and no package.

mod attachment;
mod content;
mod found;
mod links;
mod property;
mod restriction;
mod space;
mod template;
mod user;
mod version;

pub use content::{children, content, outermost, title};
pub use found::found;
pub use links::links;
pub use property::{
    Owner, of_content as properties_of_content, of_space as properties_of_space, property, value as property_value,
};
pub use restriction::{by_operation, of_operation};
pub use space::{outermost_space, space, space_link};
pub use template::template;
pub use user::{account, group, known, unknown, user};
pub use version::{history, labels, version};

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::access::{Caller, Rights};
use super::answer::Refusal;
use super::settings::{Dialect, Settings};
use super::spill::Span;
use super::store::Site;
use super::troubles::Troubles;

/// What every shape needs.
#[derive(Clone, Copy)]
pub struct View<'a> {
    /// What the caller sees of the site.
    pub site: &'a Site,
    pub caller: &'a Caller,
    pub settings: &'a Settings,
    pub troubles: &'a Troubles,
    /// The configured base URL with the context path.
    pub base: &'a str,
    /// The context path.
    pub context: &'a str,
}

impl<'a> View<'a> {
    /// What the caller may do.
    pub fn rights(&self) -> Rights<'a> {
        Rights::of(self.caller, self.site)
    }

    /// Whether answers are as before 9.x (docs/confluence.md, R8).
    pub fn is_older(&self) -> bool {
        match self.settings.dialect {
            Dialect::DataCenter85 => true,
            Dialect::DataCenter | Dialect::Cloud => false,
        }
    }

    /// The name under which the caller logged in; none for anonymous ones.
    pub fn caller_name(&self) -> Option<&'a str> {
        match self.caller {
            Caller::Administrator => Some(&self.settings.admin.0),
            Caller::Recovery => self.settings.recovery().map(|(name, _)| name.as_str()),
            Caller::User(name) => Some(self.site.accounts.get(name).map_or(name, |account| &account.name)),
            Caller::Anonymous => None,
        }
    }

    /// Reads a text; an absent one reads as empty.
    pub fn text(&self, span: Option<Span>) -> Result<Cow<'a, str>, Refusal> {
        let Some(span) = span else { return Ok(Cow::Borrowed("")) };
        if let Some(text) = self.site.text_ahead(span) {
            return Ok(Cow::Borrowed(text));
        }
        let spill = self.site.files.texts.get(span.file).ok_or_else(|| Refusal::broken(&"a text has no file"))?;
        spill.get(span).map(Cow::Owned).map_err(|error| Refusal::broken(&format!("failed to read a text: {error}")))
    }
}

/// A wall clock's digits as REST prints them. The mock's zone is UTC, and a restore keeps the digits (docs/confluence.md, C7).
pub fn instant(digits: &str) -> Option<String> {
    let mut text = crate::model::wall_clock(digits)?;
    text.replace_range(10..11, "T");
    text.push('Z');
    Some(text)
}

/// Percent-encodes all but the unreserved characters.
pub fn encode(text: &str) -> String {
    use std::fmt::Write as _;
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

/// The coded id of a short link: base 64 of the id's bytes, lowest first, without trailing zeros; it may end in `-` or `_`, and then a
/// slash follows (docs/confluence.md, R19).
fn short_link(id: u64) -> String {
    let bytes = id.to_le_bytes();
    let length = bytes.iter().rposition(|byte| *byte != 0).map_or(1, |last| last + 1);
    let coded = STANDARD.encode(bytes.get(..length).unwrap_or_default());
    let mut out = "/x/".to_owned();
    out.extend(coded.trim_end_matches('=').trim_end_matches('A').chars().map(|letter| match letter {
        '/' => '-',
        '+' => '_',
        letter => letter,
    }));
    if out.ends_with(['-', '_']) {
        out.push('/');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_link_is_the_coded_id() {
        // From a recorded answer: content 388386405 has /x/ZU4mFw, 119239646 has /x/3nMbBw.
        assert_eq!(short_link(119_239_646), "/x/3nMbBw");
        assert_eq!(short_link(148_348_821), "/x/lZ-XC");
    }

    #[test]
    fn times_keep_their_digits() {
        assert_eq!(instant("2012-03-07 17:16:48.158").as_deref(), Some("2012-03-07T17:16:48.158Z"));
        assert_eq!(instant("soon"), None);
    }
}
