//! A text in normal form as lines, so that a difference shows by paragraph, cell and parameter.

use super::form;

/// Elements of HTML that stand in a line of their own.
const BLOCKS: [&str; 32] = [
    "blockquote",
    "br",
    "caption",
    "col",
    "colgroup",
    "dd",
    "div",
    "dl",
    "dt",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "li",
    "ol",
    "p",
    "pre",
    "section",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "tr",
    "ul",
    "details",
    "summary",
    "time",
];

/// Elements of Confluence that stand within a line.
const WITHIN: [&str; 8] = [
    "ac:emoticon",
    "ac:image",
    "ac:inline-comment-marker",
    "ac:link",
    "ac:link-body",
    "ac:placeholder",
    "ac:plain-text-link-body",
    "ac:caption",
];

/// The lines of a text's normal form; `None` where the text isn't well-formed. Two texts of different form can have the same lines, where only a line end stands between elements.
pub fn lines(text: &str) -> Option<Vec<String>> {
    let (form, _) = form(text)?;
    let (mut broken, mut rest) = (String::with_capacity(form.len() + form.len() / 8), form.as_str());
    while let Some(at) = rest.find('<') {
        let (text, tag) = rest.split_at_checked(at)?;
        broken.push_str(text);
        let length = length(tag);
        let (tag, behind) = tag.split_at_checked(length)?;
        let (ends, own) = tag.strip_prefix("</").map_or((tag.ends_with("/>"), tag.get(1..)), |name| (true, Some(name)));
        let name = own?.split([' ', '/', '>', '\n', '\t']).next()?;
        let block = BLOCKS.contains(&name) || (name.starts_with("ac:") && !WITHIN.contains(&name));
        if block && !tag.starts_with("</") {
            line_end(&mut broken);
        }
        broken.push_str(tag);
        if block && ends && !behind.starts_with('\n') {
            line_end(&mut broken);
        }
        rest = behind;
    }
    broken.push_str(rest);
    Some(broken.lines().map(str::to_owned).collect())
}

/// The length of what begins with `<`. A form is well-formed, so that the end is there; values of attributes hold no `>` in it.
fn length(tag: &str) -> usize {
    let (begin, end) = if tag.starts_with("<![CDATA[") {
        (9, "]]>")
    } else if tag.starts_with("<!--") {
        (4, "-->")
    } else if tag.starts_with("<?") {
        (2, "?>")
    } else {
        (1, ">")
    };
    let inner = tag.get(begin..).unwrap_or_default();
    inner.find(end).map_or(tag.len(), |at| begin + at + end.len())
}

fn line_end(text: &mut String) {
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
}
