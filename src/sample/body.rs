//! Texts in storage format, as an editor would have left them.

use std::fmt::Write as _;

use super::words;
use crate::model::Lot;

/// What a text refers to.
#[derive(Debug, Default)]
pub(super) struct Refers<'a> {
    /// Titles of pages of the same space.
    pub pages: Vec<String>,
    /// Key of a user.
    pub user: Option<&'a str>,
    /// File name of an attachment of the same page.
    pub file: Option<String>,
    /// Markers of inline comments.
    pub markers: Vec<String>,
}

/// The text of a page or blog post. `number` is the version: each has its own wording.
pub(super) fn page(lot: &mut Lot, refers: &Refers<'_>, number: u64) -> String {
    let mut out = String::with_capacity(2_048);
    let _ = write!(out, "<p>{}</p>", escape(&words::sentence(lot)));
    for marker in &refers.markers {
        let (before, marked) = (escape(&words::sentence(lot)), escape(&words::phrase(lot)));
        let _ = write!(
            out,
            "<p>{before} <ac:inline-comment-marker ac:ref=\"{marker}\">{marked}</ac:inline-comment-marker>.</p>"
        );
    }
    for title in &refers.pages {
        let (title, said) = (escape(title), words::phrase(lot));
        let _ = write!(
            out,
            "<p>See also <ac:link><ri:page ri:content-title=\"{title}\" /><ac:plain-text-link-body><![CDATA[{said}]]>\
             </ac:plain-text-link-body></ac:link>&nbsp;&ndash; {}</p>",
            escape(&words::sentence(lot))
        );
    }
    for section in 0..1 + lot.below(4) {
        match lot.below(7) {
            0 => code(&mut out, lot, number),
            1 => table(&mut out, lot),
            2 => list(&mut out, lot),
            3 => panel(&mut out, lot),
            4 => tasks(&mut out, lot, refers.user),
            _ => {
                let _ = write!(out, "<h2>{}. {}</h2>", section + 1, escape(&words::phrase(lot)));
                let _ = write!(out, "<p>{}<br />\n{}</p>", escape(&words::sentence(lot)), quoted(lot));
            }
        }
    }
    if let Some(file) = &refers.file {
        let _ = write!(
            out,
            "<p><ac:image ac:width=\"400\"><ri:attachment ri:filename=\"{}\" /></ac:image></p>",
            escape(file)
        );
    }
    let _ = write!(out, "<p><em>Revision {number}</em></p>");
    out
}

/// Adds sections until the text is so many bytes longer.
pub(super) fn lengthen(text: &mut String, lot: &mut Lot, extra: usize) {
    let goal = text.len() + extra;
    while text.len() < goal {
        match lot.below(6) {
            0 => code(text, lot, 1),
            1 => table(text, lot),
            2 => list(text, lot),
            _ => {
                let _ = write!(text, "<h3>{}</h3><p>", escape(&words::phrase(lot)));
                for _ in 0..2 + lot.below(4) {
                    words::prose(lot, text);
                }
                text.push_str("</p>");
            }
        }
    }
}

/// The text of a comment.
pub(super) fn comment(lot: &mut Lot) -> String {
    match lot.below(5) {
        0 => format!("<p>{}</p><p>{} 🎉</p>", escape(&words::sentence(lot)), quoted(lot)),
        1 => format!("<p>{} &rarr; <strong>{}</strong></p>", quoted(lot), escape(&words::phrase(lot))),
        _ => format!("<p>{}</p>", escape(&words::sentence(lot))),
    }
}

/// The text of a template.
pub(super) fn template(lot: &mut Lot) -> String {
    let mut out = String::from("<at:declarations><at:string at:name=\"system\" /></at:declarations>");
    let _ = write!(out, "<h1>Incident on <at:var at:name=\"system\" /></h1><p>{}</p>", escape(&words::sentence(lot)));
    code(&mut out, lot, 1);
    out
}

/// A marker as Confluence makes them: a UUID of random bits.
pub(super) fn uuid(lot: &mut Lot) -> String {
    let (high, low) = (lot.draw(), lot.draw());
    format!(
        "{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}",
        high >> 32,
        (high >> 16) & 0xffff,
        high & 0xfff,
        ((low >> 48) & 0x3fff) | 0x8000,
        low & 0xffff_ffff_ffff
    )
}

fn quoted(lot: &mut Lot) -> String {
    format!("&ldquo;{}&rdquo;", escape(&words::sentence(lot)))
}

fn code(out: &mut String, lot: &mut Lot, number: u64) {
    let host = lot.below(200);
    let _ = write!(
        out,
        "<ac:structured-macro ac:name=\"code\" ac:schema-version=\"1\" ac:macro-id=\"{}\"><ac:parameter ac:name=\"language\">bash\
         </ac:parameter><ac:plain-text-body><![CDATA[#!/bin/sh\n# revision {number}\nif [[ -n \"$1\" && $(hostname) != \"node{host:03}\" ]]; then\n\
         \techo \"a < b & c\" > /tmp/probe\nfi]]></ac:plain-text-body></ac:structured-macro>",
        uuid(lot)
    );
}

fn table(out: &mut String, lot: &mut Lot) {
    out.push_str("<table class=\"wrapped\"><tbody><tr><th>Step</th><th>Größe</th><th colspan=\"1\">Who</th></tr>\n");
    for step in 1..=2 + lot.below(4) {
        let _ = write!(
            out,
            "<tr><td>{step}</td><td>{}&nbsp;GiB</td><td colspan=\"1\">{}</td></tr>",
            lot.below(900),
            escape(&words::phrase(lot))
        );
    }
    out.push_str("</tbody></table>");
}

fn list(out: &mut String, lot: &mut Lot) {
    out.push_str("<ol>");
    for _ in 0..2 + lot.below(4) {
        let _ = write!(out, "<li>{}</li>", escape(&words::phrase(lot)));
    }
    out.push_str("</ol>\n");
}

fn panel(out: &mut String, lot: &mut Lot) {
    let name = lot.pick(&["info", "warning", "note", "tip"]).copied().unwrap_or("info");
    let _ = write!(
        out,
        "<ac:structured-macro ac:name=\"{name}\" ac:schema-version=\"1\" ac:macro-id=\"{}\"><ac:rich-text-body><p>{} מתי לשחזר? 重要。</p>\
         </ac:rich-text-body></ac:structured-macro>",
        uuid(lot),
        escape(&words::sentence(lot))
    );
}

fn tasks(out: &mut String, lot: &mut Lot, user: Option<&str>) {
    let who = user.map(|key| format!("<ac:link><ri:user ri:userkey=\"{key}\" /></ac:link> ")).unwrap_or_default();
    let _ = write!(
        out,
        "<ac:task-list>\n<ac:task>\n<ac:task-id>{}</ac:task-id>\n<ac:task-status>incomplete</ac:task-status>\n<ac:task-body>{who}{}\
         </ac:task-body>\n</ac:task>\n</ac:task-list>",
        1 + lot.below(99),
        escape(&words::phrase(lot))
    );
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
