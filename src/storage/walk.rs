//! The walk over one text: from tags, texts and entities to the same in the one form in which they are compared.
//!
//! It is a reader of XML made for one purpose: it goes over the text once, copies what is in form already as it stands, and gives up on whatever isn't
//! well-formed, so that nothing is guessed.

use memchr::{memchr, memchr2, memmem};

use super::entities::entity;
use super::{By, Reference};

/// Whether Confluence takes the text of this element as it is, be it written in CDATA or not (docs/confluence.md, C30).
fn is_plain(name: &str) -> bool {
    matches!(name, "ac:plain-text-body" | "ac:plain-text-link-body")
}

/// What becomes of an attribute.
enum Attribute {
    Kept,
    /// It gets other values without any edit (docs/confluence.md, C31).
    LeftOut,
    /// The same, where it has this value.
    LeftOutAs(&'static str),
    /// It refers to something (docs/confluence.md, C32).
    Refers(By),
}

impl Attribute {
    fn of(name: &str) -> Self {
        match name {
            "ac:macro-id" | "ac:local-id" | "local-id" | "ri:version-at-save" => Self::LeftOut,
            "ac:schema-version" => Self::LeftOutAs("1"),
            "ri:userkey" => Self::Refers(By::UserKey),
            "ri:account-id" => Self::Refers(By::Account),
            "ri:content-id" => Self::Refers(By::Content),
            _ => Self::Kept,
        }
    }
}

/// An element that is open.
struct Open<'t> {
    name: &'t str,
    /// Where the form stands behind its start tag.
    behind: usize,
}

/// See the module.
pub(super) struct Walk<'t, 'f> {
    text: &'t str,
    at: usize,
    form: &'f mut String,
    references: Vec<Reference>,
    open: Vec<Open<'t>>,
    attributes: Vec<(&'t str, &'t str)>,
    /// Whether what is read is the text of a plain element.
    plain: bool,
    /// That text, as far as it was read.
    run: String,
}

impl<'t, 'f> Walk<'t, 'f> {
    /// Ready to walk over a text whose line ends and CDATA ends are repaired.
    pub fn new(text: &'t str, form: &'f mut String) -> Self {
        let (references, open, attributes) = (Vec::new(), Vec::new(), Vec::new());
        form.reserve(text.len());
        Self { text, at: 0, form, references, open, attributes, plain: false, run: String::new() }
    }

    /// Walks to the end; `None` where the text isn't well-formed.
    pub fn run(mut self) -> Option<Vec<Reference>> {
        while self.at < self.text.len() {
            let rest = self.rest();
            let end = memchr(b'<', rest.as_bytes()).unwrap_or(rest.len());
            let (text, tag) = rest.split_at_checked(end)?;
            self.at += end;
            if !text.is_empty() {
                self.text(text)?;
            }
            if !tag.is_empty() {
                self.tag(tag)?;
            }
        }
        self.open.is_empty().then_some(self.references)
    }

    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// Text between tags.
    fn text(&mut self, mut text: &'t str) -> Option<()> {
        if self.plain {
            while let Some((head, tail)) = split(text, memchr(b'&', text.as_bytes())) {
                self.run.push_str(head);
                let (written, found, rest) = reference(tail)?;
                match found {
                    Some(character) => self.run.push(character),
                    None => {
                        self.flush();
                        self.form.push_str(written);
                    }
                }
                text = rest;
            }
            self.run.push_str(text);
            return Some(());
        }
        while let Some((head, tail)) = split(text, memchr2(b'&', b'>', text.as_bytes())) {
            self.form.push_str(head);
            text = match tail.strip_prefix('>') {
                Some(rest) => {
                    self.form.push_str("&gt;");
                    rest
                }
                None => {
                    let (written, found, rest) = reference(tail)?;
                    match found {
                        Some('<') => self.form.push_str("&lt;"),
                        Some('>') => self.form.push_str("&gt;"),
                        Some('&') => self.form.push_str("&amp;"),
                        Some('\r') => self.form.push_str("&#13;"),
                        Some(character) => self.form.push(character),
                        None => self.form.push_str(written),
                    }
                    rest
                }
            };
        }
        self.form.push_str(text);
        Some(())
    }

    /// Whatever begins with `<`.
    fn tag(&mut self, tag: &'t str) -> Option<()> {
        match tag.as_bytes().get(1)? {
            b'/' => self.end(tag),
            b'!' if tag.starts_with("<![CDATA[") => {
                let whole = through(tag, "<![CDATA[", "]]>")?;
                if self.plain {
                    self.run.push_str(whole.get(9..whole.len() - 3)?);
                } else {
                    self.form.push_str(whole);
                }
                self.at += whole.len();
                Some(())
            }
            b'!' => self.as_it_is(through(tag, "<!--", "-->")?),
            b'?' => self.as_it_is(through(tag, "<?", "?>")?),
            _ => self.start(tag),
        }
    }

    fn as_it_is(&mut self, whole: &str) -> Option<()> {
        self.flush();
        self.form.push_str(whole);
        self.at += whole.len();
        Some(())
    }

    fn end(&mut self, tag: &'t str) -> Option<()> {
        self.flush();
        let length = memchr(b'>', tag.as_bytes())?;
        let name = tag.get(2..length)?.trim_end_matches(is_space);
        let open = self.open.pop().filter(|open| open.name == name)?;
        if open.behind == self.form.len() {
            self.form.pop();
            self.form.push_str("/>");
        } else {
            self.form.push_str(tag.get(..2 + name.len())?);
            self.form.push('>');
        }
        self.at += length + 1;
        self.plain = self.open.last().is_some_and(|open| is_plain(open.name));
        Some(())
    }

    fn start(&mut self, tag: &'t str) -> Option<()> {
        self.flush();
        let (name, mut rest) = name(tag.get(1..)?)?;
        if let Some(behind) = rest.strip_prefix('>') {
            // Most tags have no attribute, and are in form.
            self.at = self.text.len() - behind.len();
            self.form.push_str(tag.get(..name.len() + 2)?);
            self.open.push(Open { name, behind: self.form.len() });
            self.plain = is_plain(name);
            return Some(());
        }
        self.attributes.clear();
        let closed = loop {
            let next = rest.trim_start_matches(is_space);
            if let Some(behind) = next.strip_prefix('>') {
                rest = behind;
                break false;
            }
            if let Some(behind) = next.strip_prefix("/>") {
                rest = behind;
                break true;
            }
            // An attribute stands apart from what is before it.
            if next.len() == rest.len() {
                return None;
            }
            let (attribute, behind) = self::name(next)?;
            let behind = behind.trim_start_matches(is_space).strip_prefix('=')?.trim_start_matches(is_space);
            let quote = *behind.as_bytes().first().filter(|quote| matches!(quote, b'"' | b'\''))?;
            let behind = behind.get(1..)?;
            let value = behind.get(..memchr(quote, behind.as_bytes())?)?;
            rest = behind.get(value.len() + 1..)?;
            self.attributes.push((attribute, value));
        };
        self.at = self.text.len() - rest.len();
        self.attributes.sort_unstable();
        if self.attributes.windows(2).any(|pair| matches!(pair, [one, other] if one.0 == other.0)) {
            return None;
        }
        self.form.push_str(tag.get(..=name.len())?);
        for at in 0..self.attributes.len() {
            let (attribute, value) = *self.attributes.get(at)?;
            self.attribute(attribute, value)?;
        }
        if closed {
            self.form.push_str("/>");
            return Some(());
        }
        self.form.push('>');
        self.open.push(Open { name, behind: self.form.len() });
        self.plain = is_plain(name);
        Some(())
    }

    fn attribute(&mut self, name: &str, value: &str) -> Option<()> {
        let before = self.form.len();
        self.form.push(' ');
        self.form.push_str(name);
        self.form.push_str("=\"");
        let own = self.form.len();
        escaped(value, self.form)?;
        let left_out = match Attribute::of(name) {
            Attribute::Kept => false,
            Attribute::LeftOut => true,
            Attribute::LeftOutAs(value) => self.form.get(own..) == Some(value),
            Attribute::Refers(by) => {
                let value = self.form.get(own..)?.to_owned();
                self.references.push(Reference { by, value });
                self.form.truncate(own);
                false
            }
        };
        if left_out {
            self.form.truncate(before);
        } else {
            self.form.push('"');
        }
        Some(())
    }

    /// Writes down the text of a plain element that was read so far, as CDATA.
    fn flush(&mut self) {
        if self.run.is_empty() {
            return;
        }
        // A damaged end of CDATA may also be made of entities.
        let run =
            if self.run.contains("]] >") { self.run.replace("]] >", "]]>") } else { std::mem::take(&mut self.run) };
        for (number, piece) in run.split('\r').enumerate() {
            if number > 0 {
                self.form.push_str("&#13;");
            }
            if piece.is_empty() {
                continue;
            }
            self.form.push_str("<![CDATA[");
            for (number, piece) in piece.split("]]>").enumerate() {
                if number > 0 {
                    self.form.push_str("]]]]><![CDATA[>");
                }
                self.form.push_str(piece);
            }
            self.form.push_str("]]>");
        }
        self.run.clear();
    }
}

fn split(text: &str, at: Option<usize>) -> Option<(&str, &str)> {
    text.split_at_checked(at?)
}

/// What begins with these words, up to and with the next of those.
fn through<'t>(text: &'t str, begin: &str, end: &str) -> Option<&'t str> {
    let inner = text.strip_prefix(begin)?;
    let length = memmem::find(inner.as_bytes(), end.as_bytes())?;
    text.get(..begin.len() + length + end.len())
}

const fn is_space(character: char) -> bool {
    matches!(character, ' ' | '\n' | '\t' | '\r')
}

/// The name at the front, and what stands behind it.
fn name(text: &str) -> Option<(&str, &str)> {
    let length = text.bytes().position(|byte| !OF_A_NAME.get(usize::from(byte)).is_some_and(|own| *own));
    let first = *text.as_bytes().first()?;
    let begins = first.is_ascii_alphabetic() || matches!(first, b'_' | b':') || first >= 0x80;
    if begins { text.split_at_checked(length.unwrap_or(text.len())) } else { None }
}

/// Which bytes names are made of.
static OF_A_NAME: [bool; 256] = {
    let mut own = [false; 256];
    let mut byte = 0_u8;
    loop {
        let known = byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b':' | b'.') || byte >= 0x80;
        if let Some((place, _)) = own.split_at_mut(byte as usize).1.split_first_mut() {
            *place = known;
        }
        if byte == u8::MAX {
            break own;
        }
        byte += 1;
    }
};

/// What begins with `&`: as it is written, its character where that is known, and what stands behind it.
fn reference(text: &str) -> Option<(&str, Option<char>, &str)> {
    let end = text.as_bytes().iter().take(40).position(|byte| *byte == b';')?;
    let (written, rest) = text.split_at_checked(end + 1)?;
    let name = written.get(1..end)?;
    let found = match name.strip_prefix('#') {
        Some(number) => {
            let (digits, radix) = number.strip_prefix('x').map_or((number, 10), |digits| (digits, 16));
            if digits.is_empty() || !digits.bytes().all(|digit| char::from(digit).is_digit(radix)) {
                return None;
            }
            u32::from_str_radix(digits, radix).ok().and_then(char::from_u32).filter(|found| is_allowed(*found))
        }
        None => {
            if !name.starts_with(|first: char| first.is_ascii_alphabetic())
                || !name.bytes().all(|byte| byte.is_ascii_alphanumeric())
            {
                return None;
            }
            entity(name)
        }
    };
    Some((written, found, rest))
}

/// Whether XML has this character. What it forbids stays as it is written.
const fn is_allowed(character: char) -> bool {
    !matches!(character, '\0'..='\x08' | '\x0b' | '\x0c' | '\x0e'..='\x1f' | '\u{fffe}' | '\u{ffff}')
}

/// Appends the value of an attribute in its one form. White space that is written by number stays so, since XML takes it in another way.
fn escaped(mut value: &str, onto: &mut String) -> Option<()> {
    let special = |byte: u8| matches!(byte, b'&' | b'>' | b'"' | b'<');
    while let Some((head, tail)) = split(value, value.bytes().position(special)) {
        onto.push_str(head);
        let (written, found, rest) = match tail.as_bytes().first()? {
            b'&' => reference(tail)?,
            b'>' => ("", Some('>'), tail.get(1..)?),
            b'"' => ("", Some('"'), tail.get(1..)?),
            _ => return None,
        };
        match found {
            Some('"') => onto.push_str("&quot;"),
            Some('<') => onto.push_str("&lt;"),
            Some('>') => onto.push_str("&gt;"),
            Some('&') => onto.push_str("&amp;"),
            Some('\n') => onto.push_str("&#10;"),
            Some('\t') => onto.push_str("&#9;"),
            Some('\r') => onto.push_str("&#13;"),
            Some(character) => onto.push(character),
            None => onto.push_str(written),
        }
        value = rest;
    }
    onto.push_str(value);
    Some(())
}
