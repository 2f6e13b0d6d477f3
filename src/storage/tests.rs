//! The properties that a false green would break: the form of a form is the same, no text is lost, and whatever is changed changes the form.

use proptest::prelude::*;

use super::{By, Digester, form, lines};
use crate::model::body_sum;

fn of(text: &str) -> String {
    form(text).unwrap_or_else(|| panic!("not well-formed: {text:?}")).0
}

#[test]
fn a_text_that_is_in_form_stays_as_it_is() {
    for text in [
        "",
        " a\n",
        "<p>a &amp; b &lt; c\u{a0}d \"e\"</p>",
        "<br/>",
        "<ac:plain-text-body><![CDATA[a]]></ac:plain-text-body>",
        "<p><![CDATA[a]]></p>",
        "<!-- a --><?b c?>",
        "<p title=\"a &gt; b\">&unknown; &#0;</p>",
    ] {
        assert_eq!(of(text), text);
    }
}

#[test]
fn what_is_not_well_formed_has_no_form() {
    for text in [
        "<p>",
        "</p>",
        "<p></q>",
        "<p><b></p></b>",
        "a & b",
        "a &; b",
        "&#; ",
        "&#x; ",
        "&#1a;",
        "<p a>",
        "<p a=b/>",
        "<p a=\"1\"b=\"2\"/>",
        "<p a=\"1\" a=\"2\"/>",
        "<p a=\"<\"/>",
        "<p a=\"",
        "<p",
        "<",
        "< p/>",
        "<1/>",
        "<!DOCTYPE p><p/>",
        "<!-- a",
        "<![CDATA[ a",
        "<?a",
    ] {
        assert_eq!(form(text), None, "{text:?}");
        assert_eq!(Digester::default().digest(text).normal, None);
    }
}

#[test]
fn references_stand_beside_the_form_in_the_order_of_the_text() {
    let text =
        "<ri:user ri:userkey=\"8a\"/><ri:content-entity ri:content-id='7'/><ri:user ri:account-id=\"5b&#58;1\"/>";
    let (form, references) = form(text).unwrap();
    assert_eq!(form, "<ri:user ri:userkey=\"\"/><ri:content-entity ri:content-id=\"\"/><ri:user ri:account-id=\"\"/>");
    let found: Vec<_> = references.iter().map(|one| (one.by, one.value.as_str())).collect();
    assert_eq!(found, [(By::UserKey, "8a"), (By::Content, "7"), (By::Account, "5b:1")]);
}

#[test]
fn a_text_in_form_is_digested_once_and_alike() {
    let mut digester = Digester::default();
    for text in ["<p>a</p>", "<p>&uuml;]] ></p>\r\n", "x & y"] {
        let digested = digester.digest(text);
        assert_eq!((digested.sum, digested.bytes), body_sum(text), "{text:?}");
        let form = form(text).map(|(form, _)| body_sum(&form).0);
        assert_eq!(digested.normal.map(|normal| normal.sum), form);
    }
}

#[test]
fn lines_break_where_a_reader_sees_a_new_one() {
    let text = "<h1>T</h1><table><tr><td>a <b>c</b></td></tr></table><ac:structured-macro ac:name=\"code\">\
        <ac:parameter ac:name=\"x\">1</ac:parameter><ac:plain-text-body><![CDATA[<p>\n</p>]]></ac:plain-text-body>\
        </ac:structured-macro>";
    let expected = [
        "<h1>T</h1>",
        "<table>",
        "<tr>",
        "<td>a <b>c</b></td>",
        "</tr>",
        "</table>",
        "<ac:structured-macro ac:name=\"code\">",
        "<ac:parameter ac:name=\"x\">1</ac:parameter>",
        "<ac:plain-text-body><![CDATA[<p>",
        "</p>]]></ac:plain-text-body>",
        "</ac:structured-macro>",
    ];
    assert_eq!(lines(text).unwrap(), expected);
}

/// A piece of a text: an element, a text, code, a comment.
#[derive(Debug, Clone, PartialEq)]
enum Node {
    Text(String),
    Code(String),
    Comment(String),
    Element(&'static str, Vec<(&'static str, String)>, Vec<Node>),
}

fn words() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "a",
        "b",
        " ",
        "\n",
        "&",
        "<",
        ">",
        "\"",
        "'",
        "]]>",
        "]]",
        "\u{a0}",
        "ü",
        "\u{1f600}",
        "nbsp",
        ";",
        "#",
        "=",
        "\t",
        "\r",
        "--x",
    ]);
    proptest::collection::vec(piece, 1..6).prop_map(|pieces| pieces.concat())
}

fn nodes() -> impl Strategy<Value = Vec<Node>> {
    let leaf =
        prop_oneof![words().prop_map(Node::Text), words().prop_map(Node::Code), "[a-c ]{0,4}".prop_map(Node::Comment),];
    let name = prop::sample::select(vec!["p", "td", "ac:structured-macro", "ac:parameter", "ri:page"]);
    let attribute = prop::sample::select(vec!["ac:name", "ri:content-title", "class", "ac:schema-version"]);
    let tree = leaf.prop_recursive(3, 12, 4, move |inner| {
        let attributes = proptest::collection::btree_map(attribute.clone(), words(), 0..3);
        (name.clone(), attributes, proptest::collection::vec(inner, 0..4))
            .prop_map(|(name, attributes, inner)| Node::Element(name, attributes.into_iter().collect(), inner))
    });
    proptest::collection::vec(tree, 0..5).prop_map(joined)
}

/// Without two texts side by side, which no reader could tell from one.
fn joined(nodes: Vec<Node>) -> Vec<Node> {
    let mut all: Vec<Node> = Vec::new();
    for node in nodes {
        match (all.last_mut(), node) {
            (Some(Node::Text(text)), Node::Text(more)) => text.push_str(&more),
            (_, Node::Element(name, attributes, inner)) => all.push(Node::Element(name, attributes, joined(inner))),
            (_, node) => all.push(node),
        }
    }
    all
}

/// How a writer puts things that can be put in several ways.
#[derive(Debug, Clone, Copy)]
struct Style {
    named: bool,
    numbers: bool,
    backwards: bool,
    single: bool,
    cdata: bool,
    wide: bool,
    volatile: u8,
}

fn styles() -> impl Strategy<Value = Style> {
    (any::<[bool; 6]>(), 0_u8..4).prop_map(|([named, numbers, backwards, single, cdata, wide], volatile)| Style {
        named,
        numbers,
        backwards,
        single,
        cdata,
        wide,
        volatile,
    })
}

impl Style {
    fn text(self, text: &str, value: bool) -> String {
        let mut out = String::new();
        for character in text.chars() {
            match character {
                '&' if self.numbers => out.push_str("&#38;"),
                '&' => out.push_str("&amp;"),
                '<' if self.numbers => out.push_str("&#x3C;"),
                '<' => out.push_str("&lt;"),
                '"' => out.push_str("&quot;"),
                '\'' => out.push_str("&apos;"),
                // Bare, it may end what looks like CDATA to the repair of line ends and CDATA ends.
                '>' => out.push_str("&gt;"),
                '\r' => out.push_str("&#13;"),
                '\n' | '\t' if value => out.push_str(&format!("&#{};", u32::from(character))),
                '\u{a0}' if self.named => out.push_str("&nbsp;"),
                'ü' if self.named => out.push_str("&uuml;"),
                'ü' | '\u{1f600}' if self.numbers => out.push_str(&format!("&#{};", u32::from(character))),
                other => out.push(other),
            }
        }
        out
    }

    fn write(self, nodes: &[Node]) -> String {
        nodes.iter().map(|node| self.node(node)).collect()
    }

    fn node(self, node: &Node) -> String {
        match node {
            Node::Text(text) => self.text(text, false),
            Node::Comment(text) => format!("<!--{text}-->"),
            // CDATA can't hold a carriage return.
            Node::Code(text) if self.cdata && !text.contains('\r') => {
                let text = text.replace("]]>", "]]]]><![CDATA[>");
                format!("<ac:plain-text-body><![CDATA[{text}]]></ac:plain-text-body>")
            }
            Node::Code(text) => format!("<ac:plain-text-body>{}</ac:plain-text-body>", self.text(text, false)),
            Node::Element(name, attributes, inner) => {
                let mut written: Vec<String> =
                    attributes.iter().map(|(name, value)| self.attribute(name, &self.text(value, true))).collect();
                if self.volatile > 0 {
                    written.push(self.attribute("ac:macro-id", &format!("id-{}", self.volatile)));
                    written.push(self.attribute("ri:version-at-save", "4"));
                }
                if self.backwards {
                    written.reverse();
                }
                let (inner, written) = (self.write(inner), written.join(if self.wide { "\n " } else { " " }));
                let space = if written.is_empty() { "" } else { " " };
                match (inner.is_empty(), self.wide) {
                    (true, false) => format!("<{name}{space}{written}/>"),
                    (_, true) => format!("<{name}{space}{written} >{inner}</{name} >"),
                    _ => format!("<{name}{space}{written}>{inner}</{name}>"),
                }
            }
        }
    }

    fn attribute(self, name: &str, value: &str) -> String {
        if self.single { format!("{name} = '{value}'") } else { format!("{name}=\"{value}\"") }
    }
}

/// The nodes as the form has them: what it leaves out or evens out on purpose.
fn evened(nodes: &[Node]) -> Vec<Node> {
    let even = |node: &Node| match node {
        Node::Code(text) => Node::Code(text.replace("]] >", "]]>")),
        Node::Element(name, attributes, inner) => {
            let left = |(name, value): &&(&'static str, String)| *name != "ac:schema-version" || value != "1";
            Node::Element(name, attributes.iter().filter(left).cloned().collect(), evened(inner))
        }
        other => other.clone(),
    };
    nodes.iter().map(even).collect()
}

/// All text of a form, read by another parser.
fn text_of(form: &str) -> String {
    let mut reader = quick_xml::Reader::from_str(form);
    let mut out = String::new();
    loop {
        match reader.read_event().unwrap() {
            quick_xml::events::Event::Text(text) => out.push_str(&text),
            quick_xml::events::Event::CData(text) => out.push_str(&text),
            quick_xml::events::Event::GeneralRef(name) => match &*name {
                "amp" => out.push('&'),
                "lt" => out.push('<'),
                "gt" => out.push('>'),
                "#13" => out.push('\r'),
                other => panic!("{other:?}"),
            },
            quick_xml::events::Event::Eof => return out,
            _ => {}
        }
    }
}

fn all_text(nodes: &[Node]) -> String {
    let text = |node: &Node| match node {
        Node::Text(text) | Node::Code(text) => text.clone(),
        Node::Comment(_) => String::new(),
        Node::Element(_, _, inner) => all_text(inner),
    };
    nodes.iter().map(text).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, ..ProptestConfig::default() })]

    #[test]
    fn however_it_is_written_the_form_is_one(nodes in nodes(), one in styles(), other in styles()) {
        prop_assert_eq!(of(&one.write(&nodes)), of(&other.write(&nodes)));
    }

    #[test]
    fn the_form_of_a_form_is_the_same(nodes in nodes(), style in styles()) {
        let form = of(&style.write(&nodes));
        prop_assert_eq!(&of(&form), &form);
    }

    #[test]
    fn no_text_is_lost(nodes in nodes(), style in styles()) {
        let nodes = evened(&nodes);
        prop_assert_eq!(text_of(&of(&style.write(&nodes))), all_text(&nodes));
    }

    #[test]
    fn different_texts_have_different_forms(one in nodes(), other in nodes(), style in styles()) {
        let same = evened(&one) == evened(&other);
        prop_assert_eq!(of(&style.write(&one)) == of(&style.write(&other)), same);
    }

    #[test]
    fn an_edit_anywhere_shows(nodes in nodes(), style in styles(), at in any::<prop::sample::Index>(), edit in 0_u8..5) {
        let mut edited = nodes.clone();
        prop_assume!(change(&mut edited, &mut at.index(size(&nodes).max(1)), edit));
        let edited = joined(edited);
        prop_assert_eq!(of(&style.write(&nodes)) == of(&style.write(&edited)), evened(&nodes) == evened(&edited));
    }

    #[test]
    fn anything_at_all_is_taken_without_a_panic(text in "(<|>|/|&|;|\"|'|=|]]>|]] >|<!\\[CDATA\\[|<!--|-->|<\\?|\\?>|[a-z: \r\n]|ac:plain-text-body|ü|#x?[0-9]){0,40}") {
        let digested = Digester::default().digest(&text);
        prop_assert_eq!((digested.sum, digested.bytes), body_sum(&text));
        if let Some((found, _)) = form(&text) {
            prop_assert_eq!(form(&found).map(|(form, _)| form), Some(found.clone()));
            prop_assert!(lines(&text).is_some());
        }
    }
}

fn size(nodes: &[Node]) -> usize {
    nodes.iter().map(|node| 1 + if let Node::Element(_, _, inner) = node { size(inner) } else { 0 }).sum()
}

/// Changes the node of this number; false where it has nothing of what is to be changed.
fn change(nodes: &mut Vec<Node>, number: &mut usize, edit: u8) -> bool {
    for at in 0..nodes.len() {
        if *number == 0 {
            match (edit, &mut nodes[at]) {
                (0, _) => drop(nodes.remove(at)),
                (1, Node::Text(text) | Node::Code(text)) => text.push('x'),
                (2, Node::Element(_, attributes, _)) if !attributes.is_empty() => attributes[0].1.insert(0, 'x'),
                (3, Node::Element(name, ..)) => *name = "h1",
                (4, _) if at > 0 => nodes.swap(at, at - 1),
                _ => return false,
            }
            return true;
        }
        *number -= 1;
        if let Node::Element(_, _, inner) = &mut nodes[at] {
            let below = size(inner);
            if *number < below {
                return change(inner, number, edit);
            }
            *number -= below;
        }
    }
    false
}
