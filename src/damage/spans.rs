//! Where things stand in the text of one object, so that an edit can leave the rest byte for byte.

use std::ops::Range;

/// An element below the one that was looked into.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Child {
    /// Its tag.
    pub tag: String,
    /// Its attribute `name`.
    pub name: Option<String>,
    /// From its `<` to behind its last `>`.
    pub whole: Range<usize>,
    /// What stands between its tags; empty for an element of one tag.
    pub inner: Range<usize>,
}

/// The elements that stand directly in `text` between `within.start` and `within.end`. The text was read by the lexer before, so that it is well
/// formed; where it isn't, the elements up to there are given.
pub(super) fn children(text: &str, within: Range<usize>) -> Vec<Child> {
    let mut found: Vec<Child> = Vec::new();
    let mut open: Option<Child> = None;
    let (mut at, mut depth) = (within.start, 0_u32);
    while let Some(next) = text.get(at..within.end).and_then(|rest| rest.find('<')) {
        let begin = at + next;
        let Some(end) = markup_end(text, begin, within.end) else { break };
        let markup = text.get(begin..end).unwrap_or_default();
        at = end;
        if markup.starts_with("<!") || markup.starts_with("<?") {
            continue;
        }
        if markup.starts_with("</") {
            depth = depth.saturating_sub(1);
            if let (0, Some(mut child)) = (depth, open.take_if(|_| depth == 0)) {
                child.whole.end = end;
                child.inner.end = begin;
                found.push(child);
            }
            continue;
        }
        let empty = markup.ends_with("/>");
        if depth == 0 {
            let child = Child { tag: tag(markup), name: attribute(markup, "name"), whole: begin..end, inner: end..end };
            if empty {
                found.push(child);
            } else {
                open = Some(child);
            }
        }
        depth += u32::from(!empty);
    }
    found
}

/// The child of this tag and name of the object whose text this is.
pub(super) fn child(text: &str, tag: &str, name: &str) -> Option<Child> {
    children(text, inside(text)?).into_iter().find(|child| child.tag == tag && child.name.as_deref() == Some(name))
}

/// What stands between the first and the last tag of the text of one element.
pub(super) fn inside(text: &str) -> Option<Range<usize>> {
    let begin = markup_end(text, text.find('<')?, text.len())?;
    Some(begin..text.rfind("</")?)
}

/// Where the markup that begins here ends: behind its `>`.
fn markup_end(text: &str, begin: usize, limit: usize) -> Option<usize> {
    let rest = text.get(begin..limit)?;
    for (start, close) in [("<![CDATA[", "]]>"), ("<!--", "-->"), ("<?", "?>")] {
        if rest.starts_with(start) {
            return rest.find(close).map(|at| begin + at + close.len());
        }
    }
    let mut quote = None;
    for (at, byte) in rest.bytes().enumerate() {
        match (quote, byte) {
            (None, b'>') => return Some(begin + at + 1),
            (None, b'"' | b'\'') => quote = Some(byte),
            (Some(open), byte) if open == byte => quote = None,
            _ => {}
        }
    }
    None
}

fn tag(markup: &str) -> String {
    markup.trim_start_matches('<').chars().take_while(|c| !c.is_whitespace() && !matches!(c, '/' | '>')).collect()
}

/// The value of an attribute. Names in packages hold no character that would have to be escaped.
pub(super) fn attribute(markup: &str, name: &str) -> Option<String> {
    let begin = markup.find(&format!(" {name}="))? + name.len() + 2;
    let rest = markup.get(begin..)?;
    let quote = rest.chars().next()?;
    rest.get(1..)?.split(quote).next().map(str::to_owned)
}

/// The id in a reference: the text of its element `id`, with or without CDATA, and where that text stands.
pub(super) fn id(text: &str, within: Range<usize>) -> Option<(String, Range<usize>)> {
    let id = children(text, within).into_iter().find(|child| child.tag == "id")?;
    let written = text.get(id.inner.clone())?;
    let bare = written.trim().trim_start_matches("<![CDATA[").trim_end_matches("]]>");
    Some((bare.to_owned(), id.inner))
}

#[cfg(test)]
mod tests {
    use super::*;

    const OBJECT: &str = "<object class=\"Page\" package=\"p\">\n<id name=\"id\">7</id>\n<property name=\"title\"><![CDATA[a </property> <b]]></property>\n\
        <property name=\"parent\"/><collection name=\"children\" class=\"x\"><element class=\"Page\" package=\"p\"><id name=\"id\">8</id>\n</element>\n\
        </collection>\n</object>";

    #[test]
    fn elements_are_found_around_cdata() {
        let all = children(OBJECT, inside(OBJECT).unwrap());
        let names: Vec<_> = all.iter().map(|child| (child.tag.as_str(), child.name.as_deref().unwrap())).collect();
        assert_eq!(names, [("id", "id"), ("property", "title"), ("property", "parent"), ("collection", "children")]);
        let title = child(OBJECT, "property", "title").unwrap();
        assert_eq!(&OBJECT[title.inner], "<![CDATA[a </property> <b]]>");
        assert!(child(OBJECT, "property", "parent").unwrap().inner.is_empty());
    }

    #[test]
    fn the_id_of_a_reference_is_found() {
        let children_of = child(OBJECT, "collection", "children").unwrap();
        let element = children(OBJECT, children_of.inner).remove(0);
        let (found, at) = id(OBJECT, element.inner).unwrap();
        assert_eq!((found.as_str(), &OBJECT[at]), ("8", "8"));
    }
}
