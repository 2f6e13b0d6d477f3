//! Finds the parts of one object at the speed of a search for single bytes.
//!
//! An entities.xml that Confluence wrote is XML of a narrow kind: a flat list of objects, seven kinds of elements, attributes in one order and
//! between double quotes, no comments, and text that is bare or one CDATA section. The scanner knows this narrow kind and nothing else. What
//! it knows, it must understand exactly as the event parser does (`events.rs`); at the first byte that it doesn't know, it says
//! [`Stop::Unknown`], nothing was taken, and the event parser reads this one object, or tells what is wrong with it. So the scanner never
//! decides that something is damaged, and can't be wrong about damage; it can only be slow.
//!
//! **The text.** It works on a window of text which the filter has screened: the text is UTF-8, and each character that XML forbids was replaced by a
//! byte that stands for "replaced" (`screen.rs`). The object must lie in the window whole; where the window ends before the object does, it says
//! [`Stop::More`] and is called again from the beginning of the object with twice the text.
//!
//! **What comes out.** Names and values go to an [`ObjectBuffer`] as spans of the window. Nothing is copied, with these exceptions, which go to the
//! arena of the buffer: text with entities in it, text of several pieces, a carriage return (line ends become LF), a replaced character (it becomes
//! U+FFFD), and the id of several parts. The last two occur only in blocks that the filter marks as odd, so that other text isn't searched for them.
//!
//! **What it knows.** White space may stand between elements, and nowhere else outside of values.
//!
//! ```text
//! object      <object class=".." package=".."> (id | composite-id | property | component | collection)* </object>
//! id          <id name="..">text</id>
//! composite   <composite-id> (<property name=".." type="..">text</property>)* </composite-id>
//! property    <property name=".."/>                                          null
//!             <property name="..">text</property>                            text
//!             <property name=".." class=".." package="..">id</property>      reference
//!             <property name=".." enum-class=".." package="..">text</property>
//! component   <component name=".."> (<property name=".." type="..">text</property>)+ </component>
//! collection  <collection name=".." class=".."> element* </collection>       class may be missing
//! element     <element class=".." package="..">id</element>
//!             <element enum-class=".." package="..">text</element>
//!             <element name=".." type="..">text</element>                    entry of a map
//! text        one of: bare text, one CDATA section, several of these, with the five entities of XML and character references
//! ```
//!
//! An attribute's value may hold anything but `<`, `>`, `&` and control characters, and must not be long. A name twice, an id twice, an empty
//! reference: all of these are known, and mean what they mean to the event parser.
//!
//! **What it must not do.** Know what a class means; read; judge. Bounds are the caller's, except that parts are counted here.

use std::sync::LazyLock;

use memchr::memmem::Finder;
use memchr::{memchr, memchr2};

use super::ObjectBuffer;
use super::buffer::{Kept, Span};
use super::screen::{SUBSTITUTE, clean_into};
use super::xml::{Resolved, resolve};

/// How deep the elements that it knows are nested, with the root.
pub(super) const DEPTH: usize = 5;

/// Longest value of an attribute; Confluence's own are under 200.
const ATTRIBUTE: usize = 1_024;

/// Longest reference to a character or entity.
const REFERENCE: usize = 12;

/// Most parts of a component that are understood; the event parser leaves out those behind a thousand.
const PARTS: usize = 1_000;

/// Why there is no object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stop {
    /// The text ends before the object does.
    More,
    /// Something that only the event parser knows.
    Unknown,
}

type Step<T> = Result<T, Stop>;

/// Reads the object at the beginning of a text that stands at this offset of the content; gives where in the text it ends.
pub(super) fn object(text: &str, offset: u64, odd: bool, parts: usize, to: &mut ObjectBuffer) -> Step<usize> {
    let mut scan = Scan { text, bytes: text.as_bytes(), at: 0, odd, dotted: false, room: parts, to };
    scan.white()?;
    scan.to.clear(offset + scan.at as u64);
    scan.object()?;
    scan.to.end(offset + scan.at as u64);
    Ok(scan.at)
}

struct Scan<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    odd: bool,
    /// Whether there is a dot in the attribute that was read last.
    dotted: bool,
    room: usize,
    to: &'a mut ObjectBuffer,
}

impl<'a> Scan<'a> {
    fn object(&mut self) -> Step<()> {
        self.expect(b"<object class=\"")?;
        self.to.class = self.attribute()?;
        self.expect(b" package=\"")?;
        self.to.package = self.attribute()?;
        self.expect(b">")?;
        if self.to.class.is_empty() {
            return Err(Stop::Unknown);
        }
        loop {
            self.white()?;
            if self.is(b"</object>")? {
                return Ok(());
            }
            self.room = self.room.checked_sub(1).ok_or(Stop::Unknown)?;
            if self.is(b"<property name=\"")? {
                let name = self.attribute()?;
                let value = self.property()?;
                self.to.properties.push((name, value));
            } else if self.is(b"<collection name=\"")? {
                self.collection()?;
            } else if self.is(b"<id name=\"")? {
                let id = self.id()?;
                self.to.id = Some(id);
            } else if self.is(b"<composite-id>")? {
                self.composite()?;
            } else if self.is(b"<component name=\"")? {
                self.component()?;
            } else {
                return Err(Stop::Unknown);
            }
        }
    }

    /// Behind the name of a property.
    fn property(&mut self) -> Step<Kept> {
        if self.is(b">")? {
            return self.text(b"</property>").map(Kept::Text);
        }
        if self.is(b"/>")? {
            return Ok(Kept::Null);
        }
        self.value(b"</property>")
    }

    /// A reference or an enum constant, from the space before its first attribute to its end tag.
    fn value<const N: usize>(&mut self, end: &[u8; N]) -> Step<Kept> {
        let is_reference = self.is(b" class=\"")?;
        if !is_reference {
            self.expect(b" enum-class=\"")?;
        }
        let class = self.attribute()?;
        let class = if self.dotted { self.simple(class) } else { class };
        if self.is(b" package=\"")? {
            self.attribute()?;
        }
        if self.is(b"/>")? {
            return Ok(Kept::Null);
        }
        self.expect(b">")?;
        if !is_reference {
            let constant = self.text(end)?;
            let constant = self.trimmed(constant);
            return Ok(if constant.is_empty() { Kept::Null } else { Kept::Enum(constant) });
        }
        self.white()?;
        if self.is(end)? {
            return Ok(Kept::Null);
        }
        self.expect(b"<id name=\"")?;
        let id = self.id()?;
        self.white()?;
        self.expect(end)?;
        Ok(if id.is_empty() { Kept::Null } else { Kept::Reference { class, id } })
    }

    /// Behind the opening quote of an id's name.
    fn id(&mut self) -> Step<Span> {
        self.attribute()?;
        self.expect(b">")?;
        let id = self.text(b"</id>")?;
        Ok(self.trimmed(id))
    }

    fn composite(&mut self) -> Step<()> {
        let mut id = String::new();
        loop {
            self.white()?;
            if self.is(b"</composite-id>")? {
                self.to.set_id(&id);
                return Ok(());
            }
            let (name, value) = self.part()?;
            if !id.is_empty() {
                id.push(',');
            }
            let (name, value) = (self.resolve(name), value.map_or("", |value| self.resolve(value)));
            id.extend([name, "=", value.trim()]);
        }
    }

    fn component(&mut self) -> Step<()> {
        let name = self.attribute()?;
        self.expect(b">")?;
        let from = self.to.parts.len();
        loop {
            self.white()?;
            if self.is(b"</component>")? {
                break;
            }
            let (name, value) = self.part()?;
            self.to.parts.push((name, value.map_or(Kept::Null, Kept::Text)));
        }
        let to = self.to.parts.len();
        if to == from || to - from > PARTS {
            return Err(Stop::Unknown);
        }
        self.to.properties.push((name, Kept::Parts { from, to }));
        Ok(())
    }

    /// A property of a component or of an id: name and text, which is missing where the element is an empty tag.
    fn part(&mut self) -> Step<(Span, Option<Span>)> {
        self.expect(b"<property name=\"")?;
        let name = self.attribute()?;
        if self.is(b" type=\"")? {
            self.attribute()?;
        }
        if self.is(b"/>")? {
            return Ok((name, None));
        }
        self.expect(b">")?;
        Ok((name, Some(self.text(b"</property>")?)))
    }

    /// Behind the opening quote of a collection's name.
    fn collection(&mut self) -> Step<()> {
        let name = self.attribute()?;
        self.to.group(name);
        if self.is(b" class=\"")? {
            self.attribute()?;
        }
        if self.is(b"/>")? {
            return Ok(());
        }
        self.expect(b">")?;
        loop {
            self.white()?;
            if self.is(b"</collection>")? {
                return Ok(());
            }
            self.room = self.room.checked_sub(1).ok_or(Stop::Unknown)?;
            self.expect(b"<element")?;
            let member = if self.is(b" name=\"")? { self.map_entry()? } else { self.value(b"</element>")? };
            self.to.member(member);
        }
    }

    fn map_entry(&mut self) -> Step<Kept> {
        let name = self.attribute()?;
        if self.is(b" type=\"")? {
            self.attribute()?;
        }
        let value = if self.is(b"/>")? {
            Kept::Null
        } else {
            self.expect(b">")?;
            Kept::Text(self.text(b"</element>")?)
        };
        let from = self.to.parts.len();
        self.to.parts.push((name, value));
        Ok(Kept::Parts { from, to: from + 1 })
    }

    /// A text and the end tag behind it.
    fn text<const N: usize>(&mut self, end: &[u8; N]) -> Step<Span> {
        let begin = self.at;
        let (from, to) = if self.is(b"<![CDATA[")? { self.cdata()? } else { self.bare()? };
        // Only a bare text can end in anything but the end tag of its element.
        if self.is(end)? {
            return Ok(self.plain(from, to));
        }
        self.at = begin;
        self.pieces(end)
    }

    /// Where a CDATA section begins and ends, from behind its opening.
    fn cdata(&mut self) -> Step<(usize, usize)> {
        let from = self.at;
        let length = end_of_cdata(self.rest()).ok_or(Stop::More)?;
        self.at = from + length + 3;
        Ok((from, from + length))
    }

    fn bare(&mut self) -> Step<(usize, usize)> {
        let from = self.at;
        self.at = from + memchr2(b'<', b'&', self.rest()).ok_or(Stop::More)?;
        Ok((from, self.at))
    }

    /// A text of several pieces. Each is cleaned by itself, as the event parser does it.
    fn pieces<const N: usize>(&mut self, end: &[u8; N]) -> Step<Span> {
        let mut whole = String::new();
        loop {
            if self.is(end)? {
                return Ok(self.to.keep(&whole));
            }
            if self.is(b"&")? {
                let length = memchr(b';', self.bytes.get(self.at..self.at + REFERENCE).ok_or(Stop::More)?);
                let length = length.ok_or(Stop::Unknown)?;
                match resolve(self.text.get(self.at..self.at + length).unwrap_or_default()) {
                    Ok(Resolved::Char(c)) => whole.push(c),
                    _ => return Err(Stop::Unknown),
                }
                self.at += length + 1;
                continue;
            }
            let (from, to) = if self.is(b"<![CDATA[")? {
                self.cdata()?
            } else if self.bytes.get(self.at) == Some(&b'<') {
                return Err(Stop::Unknown);
            } else {
                self.bare()?
            };
            clean_into(&mut whole, self.text.get(from..to).unwrap_or_default());
        }
    }

    /// The span of a text that needs no change, or else the changed one.
    fn plain(&mut self, from: usize, to: usize) -> Span {
        if self.odd {
            let text = self.text.get(from..to).unwrap_or_default();
            if memchr2(b'\r', SUBSTITUTE, text.as_bytes()).is_some() {
                return self.to.keep_with(|arena| clean_into(arena, text));
            }
        }
        Span::lent(from, to)
    }

    /// The value of an attribute, from behind the opening quote to behind the closing one.
    fn attribute(&mut self) -> Step<Span> {
        let from = self.at;
        let rest = self.rest();
        let near = rest.get(..ATTRIBUTE).unwrap_or(rest);
        let short = if near.len() < ATTRIBUTE { Stop::More } else { Stop::Unknown };
        let mut seen = 0;
        let length = near.iter().position(|byte| {
            let kind = KINDS.get(usize::from(*byte)).copied().unwrap_or(END);
            seen |= kind;
            kind & END != 0
        });
        let length = length.ok_or(short)?;
        if near.get(length) != Some(&b'"') {
            return Err(Stop::Unknown);
        }
        self.dotted = seen & DOT != 0;
        self.at = from + length + 1;
        Ok(Span::lent(from, from + length))
    }

    /// A class without its package.
    fn simple(&self, class: Span) -> Span {
        self.resolve(class).rfind('.').map_or(class, |dot| class.part(dot + 1, class.len()))
    }

    fn trimmed(&self, span: Span) -> Span {
        let text = self.resolve(span);
        if let [b'!'..=b'~', .., b'!'..=b'~'] | [b'!'..=b'~'] = text.as_bytes() {
            return span;
        }
        let front = text.len() - text.trim_start().len();
        span.part(front, front + text.trim().len())
    }

    fn resolve(&self, span: Span) -> &str {
        self.to.resolve(self.text, span)
    }

    fn white(&mut self) -> Step<()> {
        loop {
            match self.bytes.get(self.at) {
                Some(b' ' | b'\n' | b'\r' | b'\t') => self.at += 1,
                Some(_) => return Ok(()),
                None => return Err(Stop::More),
            }
        }
    }

    fn rest(&self) -> &'a [u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }

    /// Steps over these bytes, if they come next.
    ///
    /// With the length known when it is compiled, comparing takes an instruction or two.
    fn is<const N: usize>(&mut self, literal: &[u8; N]) -> Step<bool> {
        let rest = self.rest();
        match rest.first_chunk::<N>() {
            Some(begin) if begin == literal => {
                self.at += N;
                Ok(true)
            }
            Some(_) => Ok(false),
            None if literal.starts_with(rest) => Err(Stop::More),
            None => Ok(false),
        }
    }

    fn expect<const N: usize>(&mut self, literal: &[u8; N]) -> Step<()> {
        if self.is(literal)? { Ok(()) } else { Err(Stop::Unknown) }
    }
}

/// What a byte is in the value of an attribute: one that can't stand there, or a dot, or neither.
#[allow(clippy::indexing_slicing, reason = "done by the compiler, which would refuse it")]
const KINDS: [u8; 256] = {
    let mut kinds = [0; 256];
    let mut control = 0;
    while control < 0x20 {
        kinds[control] = END;
        control += 1;
    }
    (kinds[b'"' as usize], kinds[b'&' as usize], kinds[b'<' as usize], kinds[b'>' as usize]) = (END, END, END, END);
    kinds[b'.' as usize] = DOT;
    kinds
};
const END: u8 = 1;
const DOT: u8 = 2;

/// Made once: that takes as long as a short search.
static CDATA_END: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b"]]>"));

/// Where `]]>` stands.
fn end_of_cdata(bytes: &[u8]) -> Option<usize> {
    // Short texts, such as most titles, are over before a search is set up.
    if let Some(at) = bytes.get(..64).and_then(|near| near.windows(3).position(|three| three == b"]]>")) {
        return Some(at);
    }
    CDATA_END.find(bytes)
}
