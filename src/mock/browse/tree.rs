//! Storage format as a tree: whatever stands there, well-formed or not.
//!
//! Nothing is refused: what can't be parsed becomes text, and what nests too deeply loses its tags and keeps its text.

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

/// Deepest nesting of elements that is kept; real pages stay under thirty. The renderer descends by recursion.
const DEPTH: usize = 64;

/// Elements of HTML that have no end tag, however they are written.
const VOID: [&str; 4] = ["br", "hr", "img", "col"];

/// Elements that show nothing of their own.
const HOLLOW: [&str; 22] = [
    "br", "p", "div", "span", "font", "strong", "b", "em", "i", "u", "s", "small", "sub", "sup", "code", "tt", "h1",
    "h2", "h3", "h4", "h5", "h6",
];

/// References to letters that show nothing.
const SPACES: [&str; 7] = ["nbsp", "ensp", "emsp", "thinsp", "shy", "zwj", "zwnj"];

/// Whether a letter shows nothing.
pub fn is_space(letter: char) -> bool {
    letter.is_whitespace() || matches!(letter, '\u{ad}' | '\u{200b}'..='\u{200d}' | '\u{feff}')
}

/// A node.
#[derive(Debug, PartialEq, Eq)]
pub enum Node {
    Text(String),
    /// A named character reference that XML doesn't know, such as `nbsp`; ASCII letters and digits alone.
    Reference(String),
    Element(Element),
}

/// An element. Names are in lower case.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Element {
    pub name: String,
    pub attributes: Vec<(String, String)>,
    pub children: Vec<Node>,
}

impl Element {
    /// An attribute that isn't empty.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(own, value)| own == name && !value.is_empty()).map(|(_, value)| value.as_str())
    }

    /// The elements right below.
    pub fn elements(&self) -> impl Iterator<Item = &Element> {
        self.children.iter().filter_map(|node| match node {
            Node::Element(element) => Some(element),
            Node::Text(_) | Node::Reference(_) => None,
        })
    }

    /// The first element of this name right below.
    pub fn child(&self, name: &str) -> Option<&Element> {
        self.elements().find(|element| element.name == name)
    }

    /// All text within.
    pub fn text(&self) -> String {
        let mut out = String::new();
        self.add_text(&mut out);
        out
    }

    /// Whether nothing of it would be seen but a gap: editors leave empty paragraphs and headings behind, dozens in a row.
    pub fn is_blank(&self) -> bool {
        self.children.iter().all(|node| match node {
            Node::Text(text) => text.chars().all(is_space),
            Node::Reference(name) => SPACES.contains(&name.as_str()),
            Node::Element(element) => HOLLOW.contains(&element.name.as_str()) && element.is_blank(),
        })
    }

    fn add_text(&self, out: &mut String) {
        for node in &self.children {
            match node {
                Node::Text(text) => out.push_str(text),
                Node::Reference(name) => {
                    out.push(if name == "nbsp" { ' ' } else { '\u{fffd}' });
                }
                Node::Element(element) => element.add_text(out),
            }
        }
    }
}

/// What was parsed, and from where on it could not be.
#[derive(Debug, Default)]
pub struct Parsed {
    pub root: Element,
    /// The source behind the place where parsing ended.
    pub rest: Option<String>,
}

/// Parses whatever stands there.
pub fn parse(source: &str) -> Parsed {
    let mut reader = Reader::from_str(source);
    let config = reader.config_mut();
    (config.check_end_names, config.check_comments) = (false, false);
    (config.allow_unmatched_ends, config.allow_dangling_amp) = (true, true);
    let mut open = Open::default();
    let rest = loop {
        let before = usize::try_from(reader.buffer_position()).unwrap_or(source.len());
        match reader.read_event() {
            Ok(Event::Start(tag)) => open.start(&tag, false),
            Ok(Event::Empty(tag)) => open.start(&tag, true),
            Ok(Event::End(tag)) => open.end(&name_of(tag.name().as_ref())),
            Ok(Event::Text(text)) => open.text(&text),
            Ok(Event::CData(text)) => open.text(&text),
            Ok(Event::GeneralRef(name)) => open.reference(&name),
            Ok(Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_)) => {}
            Ok(Event::Eof) => break None,
            Err(_) => break source.get(before..).map(str::to_owned),
        }
    };
    Parsed { root: open.finish(), rest: rest.filter(|rest| !rest.is_empty()) }
}

/// The elements that are open, the root first.
#[derive(Default)]
struct Open {
    root: Element,
    within: Vec<Element>,
    /// Elements below the deepest that is kept.
    too_deep: usize,
}

impl Open {
    fn top(&mut self) -> &mut Element {
        self.within.last_mut().unwrap_or(&mut self.root)
    }

    fn start(&mut self, tag: &BytesStart<'_>, empty: bool) {
        let name = name_of(tag.name().as_ref());
        let mut attributes = tag.html_attributes();
        let attributes = attributes.with_checks(false).flatten().map(|attribute| {
            let value = attribute.value.into_owned();
            let value = quick_xml::escape::unescape(&value).map_or(value.clone(), std::borrow::Cow::into_owned);
            (name_of(attribute.key.as_ref()), value)
        });
        let element = Element { attributes: attributes.collect(), children: Vec::new(), name };
        if empty || VOID.contains(&element.name.as_str()) {
            self.top().children.push(Node::Element(element));
        } else if self.within.len() >= DEPTH {
            self.too_deep += 1;
        } else {
            self.within.push(element);
        }
    }

    /// Closes the innermost element of the name and all within it; an end tag of what isn't open closes nothing.
    fn end(&mut self, name: &str) {
        if self.too_deep > 0 {
            self.too_deep -= 1;
            return;
        }
        if let Some(at) = self.within.iter().rposition(|element| element.name == name) {
            while self.within.len() > at {
                self.close();
            }
        }
    }

    fn close(&mut self) {
        if let Some(element) = self.within.pop() {
            self.top().children.push(Node::Element(element));
        }
    }

    fn text(&mut self, text: &str) {
        match self.top().children.last_mut() {
            Some(Node::Text(before)) => before.push_str(text),
            _ => self.top().children.push(Node::Text(text.to_owned())),
        }
    }

    fn reference(&mut self, name: &str) {
        let known = match name {
            "amp" => Some('&'),
            "lt" => Some('<'),
            "gt" => Some('>'),
            "quot" => Some('"'),
            "apos" => Some('\''),
            _ => numeric(name),
        };
        match known {
            Some(letter) => self.text(letter.encode_utf8(&mut [0; 4])),
            None if !name.is_empty() && name.len() <= 32 && name.bytes().all(|byte| byte.is_ascii_alphanumeric()) => {
                self.top().children.push(Node::Reference(name.to_owned()));
            }
            None => self.text(&format!("&{name};")),
        }
    }

    fn finish(mut self) -> Element {
        while !self.within.is_empty() {
            self.close();
        }
        self.root
    }
}

fn numeric(name: &str) -> Option<char> {
    let digits = name.strip_prefix('#')?;
    let number = match digits.strip_prefix(['x', 'X']) {
        Some(digits) => u32::from_str_radix(digits, 16).ok()?,
        None => digits.parse().ok()?,
    };
    char::from_u32(number).filter(|letter| !letter.is_control() || matches!(letter, '\n' | '\t'))
}

fn name_of(name: &str) -> String {
    name.to_ascii_lowercase()
}
