//! Bringing a text into normal form and digesting it, against digesting it alone and against walking it with quick-xml. Times are of one text of
//! 5 KB; the least of many runs counts, since what a busy machine adds is never negative.
#![allow(missing_docs, clippy::unwrap_used, reason = "a bench")]

use std::hint::black_box;
use std::time::{Duration, Instant};

use rehearsal::model::body_sum;
use rehearsal::storage::Digester;

/// As people's texts are: paragraphs, entities, a table, a list, macros with their ids, code, links and mentions.
fn text() -> String {
    let piece = "<h2>Fail over &ndash; step by step</h2><p>Call <ac:link><ri:user ri:userkey=\"4028da9600000001\" /></ac:link> first,&nbsp;then read \
        <ac:link><ri:page ri:space-key=\"OPS\" ri:content-title=\"On call\" /><ac:plain-text-link-body><![CDATA[the list]]></ac:plain-text-link-body></ac:link>. \
        Nobody restarts the old primary before it is fenced, whatever the monitoring says about it.</p>\
        <table class=\"wrapped\"><colgroup><col /><col /></colgroup><tbody><tr><th>Host</th><th>Role</th></tr>\
        <tr><td>db1</td><td>primary &amp; witness</td></tr><tr><td>db2</td><td>standby</td></tr></tbody></table>\
        <ac:structured-macro ac:name=\"code\" ac:schema-version=\"1\" ac:macro-id=\"877363cc-743c-46b1-8870-12962fd002ca\">\
        <ac:parameter ac:name=\"language\">bash</ac:parameter><ac:plain-text-body><![CDATA[pg_ctl promote -D \"$PGDATA\"\n\
        if [[ $? > 0 ]]; then echo failed; fi]]></ac:plain-text-body></ac:structured-macro><ul><li>One</li><li>Two</li></ul>";
    piece.repeat(5_000 / piece.len() + 1)
}

fn least(mut work: impl FnMut()) -> Duration {
    let one = |_| {
        let began = Instant::now();
        for _ in 0..10 {
            work();
        }
        began.elapsed() / 10
    };
    (0..1_500).map(one).min().unwrap()
}

fn main() {
    let text = text();
    let mut digester = Digester::default();
    let hashed = least(|| _ = black_box(body_sum(black_box(&text))));
    let both = least(|| _ = black_box(digester.digest(black_box(&text))));
    let walked = least(|| {
        let mut reader = quick_xml::Reader::from_str(black_box(&text));
        let mut events = 0_u64;
        while !matches!(reader.read_event().unwrap(), quick_xml::events::Event::Eof) {
            events += 1;
        }
        black_box(events);
    });
    assert!(digester.digest(&text).normal.is_some_and(|normal| !normal.references.is_empty()));
    let micros = |time: Duration| time.as_secs_f64() * 1e6 * 5_000.0 / text.len() as f64;
    println!("a text of 5 KB (measured with {} bytes)", text.len());
    println!("strict digest alone             {:6.1} µs", micros(hashed));
    println!("walked by quick-xml, no digest  {:6.1} µs", micros(walked));
    println!("strict digest and normal form   {:6.1} µs", micros(both));
}
