//! Storage format as HTML for people.
//!
//! The HTML is built anew from the parsed tree: elements and attributes are written from lists of what is allowed, all values are escaped,
//! and nothing of the source is passed through. Macros aren't run; they stand there with their names and parameters.

use std::fmt::Write as _;

use super::tree::{Element, Node, is_space, parse};

mod links;

/// Most bytes of a text that are shown.
const MOST: usize = 2 << 20;

/// Elements that are written as they are, without attributes.
const PLAIN: [&str; 34] = [
    "p",
    "ul",
    "ol",
    "tbody",
    "thead",
    "tfoot",
    "tr",
    "strong",
    "b",
    "em",
    "i",
    "u",
    "s",
    "del",
    "ins",
    "sub",
    "sup",
    "code",
    "pre",
    "blockquote",
    "dl",
    "dt",
    "dd",
    "small",
    "cite",
    "q",
    "kbd",
    "samp",
    "var",
    "abbr",
    "li",
    "caption",
    "mark",
    "div",
];

/// Elements that may not stand within a paragraph.
const BLOCK: [&str; 20] = [
    "p",
    "ul",
    "ol",
    "li",
    "table",
    "pre",
    "blockquote",
    "dl",
    "div",
    "hr",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "ac:structured-macro",
    "ac:macro",
    "ac:task-list",
    "ac:layout",
];

/// What of Confluence's own elements may.
const INLINE: [&str; 7] = [
    "ac:image",
    "ac:link",
    "ac:link-body",
    "ac:plain-text-link-body",
    "ac:emoticon",
    "ac:inline-comment-marker",
    "ac:placeholder",
];

/// Content that holds the attached picture of this name, on the page of this space and title or else where the text stands. `None` where it
/// isn't shown: it is no picture, or its bytes are missing or others.
pub type FindPicture<'a> = dyn Fn(Option<(&str, &str)>, &str) -> Option<u64> + 'a;

/// Where a text stands, for the links out of it.
pub struct Place<'a> {
    /// Context path of the server.
    pub context: &'a str,
    /// Key of its space.
    pub space: &'a str,
    /// Content that holds its attachments.
    pub holder: u64,
    /// Level of the heading above it.
    pub level: u8,
    /// Name of the user with this key.
    pub user: &'a dyn Fn(&str) -> Option<String>,
    /// Where attached pictures are.
    pub picture: &'a FindPicture<'a>,
}

/// Renders a text in storage format.
pub fn render(source: &str, place: &Place<'_>) -> String {
    let (source, cut) = shorten(source);
    let parsed = parse(source);
    let mut out = Out::new(place);
    out.nodes(&parsed.root.children);
    if let Some(rest) = parsed.rest {
        out.html.push_str("<p class=\"note\">From here on the text is no XML; it stands as it is written:</p><pre>");
        out.text(&rest);
        out.html.push_str("</pre>");
    }
    note_cut(&mut out, cut);
    out.html
}

/// Renders wiki markup or plain text: as it is written.
pub fn verbatim(source: &str, place: &Place<'_>) -> String {
    let (source, cut) = shorten(source);
    let mut out = Out::new(place);
    out.html.push_str("<pre class=\"wiki\">");
    out.text(source);
    out.html.push_str("</pre>");
    note_cut(&mut out, cut);
    out.html
}

fn shorten(source: &str) -> (&str, usize) {
    let end = (0..=source.len().min(MOST)).rev().find(|at| source.is_char_boundary(*at)).unwrap_or_default();
    let shown = source.get(..end).unwrap_or_default();
    (shown, source.len() - shown.len())
}

fn note_cut(out: &mut Out<'_>, cut: usize) {
    if cut > 0 {
        let _ = write!(out.html, "<p class=\"note\">The text is longer: {cut} more bytes are not shown here.</p>");
    }
}

struct Out<'a> {
    html: String,
    place: &'a Place<'a>,
    /// Level of the heading that came last, so that none is left out.
    level: u8,
    in_link: bool,
    /// Line breaks in a row so far.
    breaks: u8,
    /// Pictures so far.
    pictures: usize,
}

impl<'a> Out<'a> {
    fn new(place: &'a Place<'a>) -> Self {
        Self { html: String::new(), place, level: place.level, in_link: false, breaks: 0, pictures: 0 }
    }
}

impl Out<'_> {
    fn text(&mut self, text: &str) {
        if !text.chars().all(is_space) {
            self.breaks = 0;
        }
        for letter in text.chars() {
            match letter {
                '&' => self.html.push_str("&amp;"),
                '<' => self.html.push_str("&lt;"),
                '>' => self.html.push_str("&gt;"),
                '"' => self.html.push_str("&quot;"),
                '\'' => self.html.push_str("&#39;"),
                // Letters that turn the direction of what follows would hide where a link leads.
                '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => self.html.push('\u{fffd}'),
                letter if letter.is_control() && !matches!(letter, '\n' | '\t' | '\r') => self.html.push('\u{fffd}'),
                letter => self.html.push(letter),
            }
        }
    }

    fn nodes(&mut self, nodes: &[Node]) {
        for node in nodes {
            match node {
                Node::Text(text) => self.text(text),
                Node::Reference(name) => {
                    let _ = write!(self.html, "&{name};");
                }
                Node::Element(element) => self.element(element),
            }
        }
    }

    fn wrapped(&mut self, open: &str, element: &Element, close: &str) {
        self.html.push_str(open);
        self.nodes(&element.children);
        self.html.push_str(close);
    }

    fn element(&mut self, element: &Element) {
        let name = element.name.as_str();
        match name {
            "br" => self.line_break(),
            "p" | "div" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" if element.is_blank() => {}
            "hr" => self.html.push_str("<hr>"),
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => self.heading(element),
            "p" if holds_block(element) => self.wrapped("<div class=\"paragraph\">", element, "</div>"),
            "table" => self.wrapped(
                "<div class=\"wide\" role=\"region\" aria-label=\"Table\" tabindex=\"0\"><table>",
                element,
                "</table></div>",
            ),
            "tr" => self.row(element),
            "a" => self.anchor(element),
            "img" => self.image_of_html(element),
            "time" => {
                self.text(element.attribute("datetime").unwrap_or_default());
                self.nodes(&element.children);
            }
            "ac:structured-macro" | "ac:macro" => self.macro_box(element),
            "ac:plain-text-body" => self.wrapped("<pre>", element, "</pre>"),
            "ac:rich-text-body" | "ac:layout" | "ac:layout-section" | "ac:layout-cell" => {
                self.wrapped("<div>", element, "</div>");
            }
            "ac:parameter" | "ac:default-parameter" => self.parameter(element),
            "ac:link" => self.link(element),
            "ac:image" => self.image(element),
            "ac:emoticon" => self.emoticon(element),
            "ac:task-list" => self.wrapped("<ul class=\"tasks\">", element, "</ul>"),
            "ac:task" => self.task(element),
            "ac:inline-comment-marker" => self.wrapped("<mark>", element, "</mark>"),
            "ac:placeholder" => self.wrapped("<em>", element, "</em>"),
            _ if name.starts_with("ri:") => self.resource(element),
            _ if PLAIN.contains(&name) => {
                let _ = write!(self.html, "<{name}>");
                self.nodes(&element.children);
                let _ = write!(self.html, "</{name}>");
            }
            // What isn't known shows as its text.
            _ => self.nodes(&element.children),
        }
    }

    /// One empty line at most.
    fn line_break(&mut self) {
        if self.breaks < 2 {
            self.breaks += 1;
            self.html.push_str("<br>");
        }
    }

    /// One level below the heading that it belongs to, and never more than one.
    fn heading(&mut self, element: &Element) {
        let own = element.name.as_bytes().get(1).map_or(1, |digit| digit.saturating_sub(b'0'));
        let level = own.saturating_add(self.place.level).min(self.level.saturating_add(1)).min(6);
        self.level = level;
        let _ = write!(self.html, "<h{level}>");
        self.nodes(&element.children);
        let _ = write!(self.html, "</h{level}>");
    }

    fn row(&mut self, row: &Element) {
        let all = row.elements().all(|cell| cell.name == "th");
        self.html.push_str("<tr>");
        for node in &row.children {
            match node {
                Node::Element(cell) if cell.name == "th" || cell.name == "td" => self.cell(cell, all),
                node => self.nodes(std::slice::from_ref(node)),
            }
        }
        self.html.push_str("</tr>");
    }

    fn cell(&mut self, cell: &Element, heads: bool) {
        let name = if cell.name == "th" { "th" } else { "td" };
        let _ = write!(self.html, "<{name}");
        for span in ["colspan", "rowspan"] {
            if let Some(number) = cell.attribute(span).and_then(|text| text.parse::<u16>().ok()) {
                let _ = write!(self.html, " {span}=\"{}\"", number.clamp(1, 1_000));
            }
        }
        if name == "th" {
            let _ = write!(self.html, " scope=\"{}\"", if heads { "col" } else { "row" });
        }
        self.html.push('>');
        self.nodes(&cell.children);
        let _ = write!(self.html, "</{name}>");
    }

    fn macro_box(&mut self, element: &Element) {
        self.html.push_str("<div class=\"macro\"><p class=\"macro-name\">Macro ");
        self.text(element.attribute("ac:name").unwrap_or("without a name"));
        self.html.push_str("</p>");
        self.nodes(&element.children);
        self.html.push_str("</div>");
    }

    fn parameter(&mut self, element: &Element) {
        self.html.push_str("<div class=\"parameter\"><code>");
        self.text(element.attribute("ac:name").unwrap_or("default"));
        self.html.push_str("</code> = ");
        self.nodes(&element.children);
        self.html.push_str("</div>");
    }

    fn emoticon(&mut self, element: &Element) {
        match element.attribute("ac:emoji-fallback") {
            Some(text) => self.text(text),
            None => {
                let name = format!("({})", element.attribute("ac:name").unwrap_or("emoticon"));
                self.text(&name);
            }
        }
    }

    fn task(&mut self, element: &Element) {
        let done = element.child("ac:task-status").is_some_and(|status| status.text().trim() == "complete");
        self.html.push_str(if done { "<li>Done: " } else { "<li>To do: " });
        for child in element
            .elements()
            .filter(|child| !matches!(child.name.as_str(), "ac:task-id" | "ac:task-uuid" | "ac:task-status"))
        {
            self.nodes(&child.children);
        }
        self.html.push_str("</li>");
    }
}

fn holds_block(element: &Element) -> bool {
    let is_block = |name: &str| BLOCK.contains(&name) || (name.starts_with("ac:") && !INLINE.contains(&name));
    element.elements().any(|child| is_block(&child.name) || holds_block(child))
}
