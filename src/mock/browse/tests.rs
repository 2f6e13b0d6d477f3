//! The renderer against hostile texts. What it gives is taken apart by a scanner of its own: every `<` of it must begin a tag of the list.

use proptest::prelude::*;

use super::storage::{Place, render, verbatim};

const TAGS: &str = " a b blockquote br caption cite code dd del div dl dt em h2 h3 h4 h5 h6 hr i img ins kbd li mark ol p pre q s samp small span strong \
                    sub sup table tbody td tfoot th thead tr u ul var abbr ";

fn shown(source: &str) -> String {
    // Pictures are there by one name alone.
    let picture = |page: Option<(&str, &str)>, name: &str| {
        let holder = page.map_or(10, |(space, title)| if (space, title) == ("OPS", "Other") { 12 } else { 13 });
        (name.contains("shown")).then_some(holder)
    };
    let place = Place { context: "", space: "OPS", holder: 10, level: 1, user: &|_| None, picture: &picture };
    let html = render(source, &place);
    sound(&html, source);
    html
}

/// Every tag and attribute is allowed, tags are balanced, and links lead to harmless places.
fn sound(html: &str, source: &str) {
    let mut open: Vec<&str> = Vec::new();
    for part in html.split('<').skip(1) {
        let (tag, after) = part.split_once('>').unwrap_or_else(|| panic!("{source:?} gives {html}"));
        assert!(!after.contains('>'), "{source:?} gives {html}");
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(name), "{source:?} gives {html}");
            continue;
        }
        let (name, attributes) = tag.split_once(' ').unwrap_or((tag, ""));
        assert!(TAGS.contains(&format!(" {name} ")), "{name}: {source:?} gives {html}");
        let mut rest = attributes;
        while let Some((attribute, value)) = rest.split_once("=\"") {
            let (value, behind) = value.split_once('"').unwrap();
            let allowed = match name {
                "img" => ["src", "alt", "loading", "width"].as_slice(),
                _ => &["href", "rel", "class", "colspan", "rowspan", "scope", "role", "aria-label", "tabindex"],
            };
            assert!(allowed.contains(&attribute), "{attribute}: {source:?} gives {html}");
            assert!(attribute != "src" || value.starts_with("/download/attachments/1"), "{value}: {source:?}");
            if attribute == "href" {
                let outside =
                    ["http://", "https://", "mailto:"].iter().any(|scheme| value.to_lowercase().starts_with(scheme));
                assert!(outside || (value.starts_with('/') && !value.starts_with("//")), "{value}: {source:?}");
                assert_eq!(outside, behind.contains("noopener"), "{source:?}");
            }
            rest = behind.trim_start();
        }
        assert_eq!(rest, "", "{source:?} gives {html}");
        if !["br", "hr", "img"].contains(&name) {
            open.push(name);
        }
    }
    assert!(open.is_empty(), "{open:?} stay open: {source:?} gives {html}");
}

#[test]
fn a_text_reads_as_it_was_written() {
    let html = shown(
        "<h1>A</h1><h4>B</h4><p>x&nbsp;<strong>y</strong> &auml; &#228; &lt;b&gt;</p><table><tbody><tr><th>k</th><td colspan=\"2\">v</td></tr></tbody></table>\
         <ac:structured-macro ac:name=\"code\"><ac:parameter ac:name=\"language\">rust</ac:parameter><ac:plain-text-body><![CDATA[if a < b && c {}]]></ac:plain-text-body></ac:structured-macro>\
         <ac:link><ri:page ri:content-title=\"A & B\" /></ac:link><ac:image><ri:attachment ri:filename=\"a b.png\"/></ac:image>\
         <ac:task-list><ac:task><ac:task-id>1</ac:task-id><ac:task-status>complete</ac:task-status><ac:task-body>sweep</ac:task-body></ac:task></ac:task-list>",
    );
    for part in [
        "<h2>A</h2><h3>B</h3>",
        "x&nbsp;<strong>y</strong> &auml; ä &lt;b&gt;",
        "<th scope=\"row\">k</th><td colspan=\"2\">v</td>",
        "Macro code",
        "<code>language</code> = rust",
        "<pre>if a &lt; b &amp;&amp; c {}</pre>",
        "<a href=\"/display/OPS/A%20%26%20B\">A &amp; B</a>",
        "<a href=\"/download/attachments/10/a%20b.png\">Image: a b.png</a>",
        "<li>Done: sweep</li>",
    ] {
        assert!(html.contains(part), "{part} is not in {html}");
    }
}

#[test]
fn an_attached_picture_is_shown_and_leads_to_its_file() {
    let html = shown(
        "<ac:image ac:alt=\"a &quot;b&quot;\" ac:width=\"9999\"><ri:attachment ri:filename=\"shown 1.png\"/></ac:image>\
         <ac:link><ri:page ri:content-title=\"Home\"/><ac:link-body><ac:image><ri:attachment ri:filename=\"shown.png\"><ri:page ri:content-title=\"Other\"/></ri:attachment></ac:image></ac:link-body></ac:link>",
    );
    let own = "<a href=\"/download/attachments/10/shown%201.png\"><img src=\"/download/attachments/10/shown%201.png\" alt=\"a &quot;b&quot;\" \
               loading=\"lazy\" width=\"2000\"></a>";
    let other = "<a href=\"/display/OPS/Home\"><img src=\"/download/attachments/12/shown.png\" alt=\"shown.png\" loading=\"lazy\"></a>";
    assert_eq!(html, format!("{own}{other}"));
    let many = "<ac:image><ri:attachment ri:filename=\"shown.png\"/></ac:image>".repeat(600);
    assert_eq!(shown(&many).matches("<img").count(), 500);
}

#[test]
fn gaps_are_left_out_and_what_shows_is_not() {
    let html = shown(
        "<p>a</p><p>&nbsp;</p><p><span><br/></span></p><h2> </h2><div><p>\u{200b}</p></div><p>b<br/><br/>&nbsp;<br/><br/>c</p><h3>C</h3><p><hr/></p>\
         <table><tbody><tr><td><p> </p></td></tr></tbody></table>",
    );
    let table = "<div class=\"wide\" role=\"region\" aria-label=\"Table\" tabindex=\"0\"><table><tbody><tr><td></td></tr></tbody></table></div>";
    assert_eq!(html, format!("<p>a</p><p>b<br><br>&nbsp;c</p><h2>C</h2><div class=\"paragraph\"><hr></div>{table}"));
}

#[test]
fn an_address_that_is_its_own_label_is_told_once() {
    let html = shown(
        "<a href=\"https://a.example/\">https://a.example/</a><a href=\"https://b.example/\">https://a.example/</a>",
    );
    assert!(!html.contains("(https://a.example/)") && html.contains("(https://b.example/)"), "{html}");
}

#[test]
fn a_hostile_text_runs_nothing() {
    let tricks = [
        "<script>alert(1)</script>",
        "<SCRIPT SRC=//evil.example/x.js></SCRIPT>",
        "<p onclick=\"alert(1)\" style=\"background:url(javascript:x)\">x</p>",
        "<img src=x onerror=alert(1)>",
        "<svg onload=alert(1)><script>alert(1)</script></svg>",
        "<math><mtext></p><img src=x onerror=alert(1)></mtext></math>",
        "<iframe src=\"https://evil.example\"></iframe><object data=x></object><embed src=x><form action=x><input autofocus onfocus=x>",
        "<a href=\"javascript:alert(1)\">x</a><a href=\"java&#9;script:alert(1)\">x</a><a href=\"&#1;javascript:alert(1)\">x</a>",
        "<a href=\"javascript&colon;alert(1)\">x</a><a href=' &#x6A;avascript:alert(1)'>x</a><a href=\"data:text/html,<script>x</script>\">x</a>",
        "<![CDATA[<script>alert(1)</script>]]>",
        "<ac:structured-macro ac:name=\"html\"><ac:plain-text-body><![CDATA[<script>alert(1)</script>]]></ac:plain-text-body></ac:structured-macro>",
        "<ac:structured-macro ac:name=\"&quot;&gt;&lt;script&gt;\" />",
        "<ac:link><ri:url ri:value=\"javascript:alert(1)\"/><ac:link-body>x</ac:link-body></ac:link>",
        "<ac:image ac:alt=\"&quot; onerror=&quot;x\"><ri:url ri:value=\"https://e.example/&quot; onclick=&quot;x\"/></ac:image>",
        "<p><b><i>never closed",
        "</p></div></body></html><p>x",
        "<p <b>>x</p>",
        "<",
        "<!",
        "<!--",
        "<![CDATA[",
        "<?x",
        "&",
        "&#0;&#55296;&#x110000;",
        "<a href=",
        "<!DOCTYPE x [<!ENTITY a \"<script>\">]>&a;",
        "<!--><script>alert(1)</script>-->",
        "<td>x</td></table></div>",
        "\u{202e}x\u{0}",
        "<a href=\"https://a.example\"><a href=\"https://b.example\">x</a></a>",
    ];
    for trick in tricks {
        shown(trick);
    }
    let all = shown(&tricks.concat());
    assert!(all.contains("alert(1)"), "what it says can be read");
}

#[test]
fn deep_nesting_keeps_its_text() {
    for tag in ["div", "b", "ac:layout", "p", "ul"] {
        let source = format!("{}deep{}end", format!("<{tag}>").repeat(10_000), format!("</{tag}>").repeat(10_000));
        let html = shown(&source);
        assert!(html.contains("deep") && html.ends_with("end"), "{tag}");
        shown(&format!("<{tag}>").repeat(10_000));
        shown(&format!("</{tag}>").repeat(10_000));
    }
}

#[test]
fn long_texts_and_broken_ends_are_told() {
    assert!(shown(&"x".repeat(3 << 20)).contains("1048576 more bytes are not shown"));
    let html = shown("<p>fine</p><p");
    assert!(html.contains("fine") && html.contains("no XML") && html.contains("&lt;p"), "{html}");
}

#[test]
fn wiki_markup_stands_as_it_is() {
    let place = Place { context: "", space: "", holder: 0, level: 1, user: &|_| None, picture: &|_, _| None };
    assert_eq!(verbatim("h1. A <b>", &place), "<pre class=\"wiki\">h1. A &lt;b&gt;</pre>");
}

fn one_of(words: &'static str) -> impl Strategy<Value = &'static str> + Clone {
    prop::sample::select(words.split_whitespace().collect::<Vec<_>>())
}

fn piece() -> impl Strategy<Value = String> {
    let names = one_of(
        "p a img script svg table tr td th ul li h1 h6 pre ac:link ac:image ri:page ri:url ri:user ri:attachment ac:structured-macro \
         ac:parameter ac:plain-text-body ac:task ac:task-list style x-y",
    );
    let values = one_of("x javascript:alert(1) https://a.example/ //e \" &quot; '> < &lt;b 7");
    let attributes = one_of("href onclick style src ac:name ri:value ri:content-title ri:filename colspan id");
    let raw = one_of("<![CDATA[ ]]> <!-- --> & &nbsp; < > \" </ /> <? text \0 é");
    prop_oneof![
        (names.clone(), attributes, values, any::<bool>()).prop_map(|(name, attribute, value, empty)| format!(
            "<{name} {attribute}=\"{value}\"{}>",
            if empty { "/" } else { "" }
        )),
        names.prop_map(|name| format!("</{name}>")),
        raw.prop_map(str::to_owned),
        ".{0,8}",
    ]
}

proptest! {
    #[test]
    fn whatever_comes_gives_harmless_html(pieces in prop::collection::vec(piece(), 0..40)) {
        shown(&pieces.concat());
    }
}
