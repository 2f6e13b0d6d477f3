use std::fmt;
use std::sync::Arc;

use codespan_reporting::diagnostic::{Diagnostic, Label};
use codespan_reporting::files::SimpleFile;
use codespan_reporting::term;

use super::Span;

/// Longest line, in characters, of which an excerpt is shown.
const LINE_MAX: usize = 240;

/// Something that is wrong, and the line of a settings file that it is about: a mistake in the file, or a check that failed.
#[derive(Debug, Clone)]
pub struct Complaint {
    /// The first word: `error`, or a verdict such as `failed`.
    pub word: &'static str,
    /// What is wrong: a lower-case fragment.
    pub message: String,
    /// The file as the user named it.
    pub file: String,
    /// Its text, without anything that may be a secret.
    pub source: Arc<str>,
    /// Where; `None` where it is about the file as a whole.
    pub span: Option<Span>,
    /// What stands under the caret.
    pub label: String,
    /// Lines of detail, each printed behind `=`.
    pub notes: Vec<String>,
    /// What to do about it, printed behind `hint:`.
    pub help: Option<String>,
}

impl Complaint {
    /// A mistake in a file.
    pub fn error(file: &str, source: &Arc<str>, span: Option<Span>, message: impl Into<String>) -> Self {
        Self {
            word: "error",
            message: message.into(),
            file: file.to_owned(),
            source: Arc::clone(source),
            span,
            label: String::new(),
            notes: Vec::new(),
            help: None,
        }
    }

    /// With these words under the caret.
    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    /// With this remedy.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// Everything that is wrong with some files; never empty.
#[derive(Debug, Clone)]
pub struct Complaints(pub Vec<Complaint>);

impl fmt::Display for Complaints {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, complaint) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            f.write_str(&render(complaint, false))?;
        }
        Ok(())
    }
}

impl std::error::Error for Complaints {}

/// The complaint as people read it, with a line break at its end: the message, `file:line:column`, the line with a caret, the notes, the hint.
/// Colour only adds to what the words say.
pub fn render(complaint: &Complaint, colour: bool) -> String {
    let source = printable(&complaint.source);
    let file = SimpleFile::new(complaint.file.as_str(), source.as_str());
    let mut notes = complaint.notes.clone();
    let mut diagnostic = Diagnostic::error().with_message(&complaint.message);
    match complaint.span.map(|span| (span, bytes(&source, span))) {
        Some((_, Some(range))) => {
            diagnostic = diagnostic.with_label(Label::primary((), range).with_message(&complaint.label));
        }
        Some((span, None)) => notes.insert(0, format!("{}:{}:{}", complaint.file, span.line, span.column)),
        None => notes.insert(0, complaint.file.clone()),
    }
    diagnostic = diagnostic.with_notes(notes);
    let config = term::Config::default();
    let mut text = String::new();
    // Writing into a string can't fail, and the range was made from this very text; should it fail all the same, the message is enough.
    if colour {
        let mut buffer = term::termcolor::Buffer::ansi();
        if term::emit_to_write_style(&mut buffer, &config, &file, &diagnostic).is_ok() {
            text = String::from_utf8_lossy(buffer.as_slice()).into_owned();
        }
    } else if term::emit_to_string(&mut text, &config, &file, &diagnostic).is_err() {
        text.clear();
    }
    if text.is_empty() {
        text = format!("error: {}\n", complaint.message);
    }
    let mut text = text.replacen("error", complaint.word, 1).trim_end().to_owned() + "\n";
    text = text.lines().map(|line| line.trim_end().to_owned() + "\n").collect();
    if let Some(help) = &complaint.help {
        text.push_str(&format!("hint: {help}\n"));
    }
    text
}

/// The text with everything replaced that a terminal would obey; character for character, so that places keep their meaning.
fn printable(source: &str) -> String {
    let obeyed = |c: char| {
        (c.is_control() && !matches!(c, '\n' | '\r' | '\t'))
            || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    source.chars().map(|c| if obeyed(c) { char::REPLACEMENT_CHARACTER } else { c }).collect()
}

/// The bytes that a place covers, within its line; `None` where the text has no such line, or one that is too long to show.
fn bytes(source: &str, span: Span) -> Option<std::ops::Range<usize>> {
    let index = usize::try_from(span.line).ok()?.checked_sub(1)?;
    let (mut start, mut line) = (0, "");
    for (number, text) in source.split_inclusive('\n').chain(std::iter::once("")).enumerate() {
        line = text;
        if number == index {
            break;
        }
        start += text.len();
    }
    let line = line.trim_end_matches(['\n', '\r']);
    if line.chars().count() > LINE_MAX {
        return None;
    }
    let at = |characters: usize| line.char_indices().nth(characters).map_or(line.len(), |(at, _)| at);
    let column = (span.column as usize).saturating_sub(1);
    Some(start + at(column)..start + at(column + (span.length as usize).max(1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn complaint(source: &str, span: Span) -> Complaint {
        Complaint::error("a.yaml", &Arc::from(source), Some(span), "it is wrong").label("here")
    }

    #[test]
    fn a_complaint_reads_as_the_design_shows() {
        let mut complaint =
            complaint("rehearse: 1\nchecks:\n  - all\n", Span { line: 3, column: 5, length: 3 }).help("do better");
        complaint.word = "failed";
        complaint.notes.push("missing  OPS".to_owned());
        let expected = "failed: it is wrong\n  ┌─ a.yaml:3:5\n  │\n3 │   - all\n  │     ^^^ here\n  │\n  = missing  OPS\nhint: do better\n";
        assert_eq!(render(&complaint, false), expected);
        assert!(render(&complaint, true).contains('\u{1b}'));
    }

    #[test]
    fn any_place_in_any_text_can_be_shown() {
        for source in ["", "\n", "ä", "ä\r\nö\r\n", "\u{1b}[31mred", "x".repeat(1_000).as_str()] {
            for line in [0, 1, 2, 9, u32::MAX] {
                for column in [0, 1, 2, 900, u32::MAX] {
                    let text = render(&complaint(source, Span { line, column, length: 5 }), false);
                    assert!(text.starts_with("error: it is wrong\n") && !text.contains('\u{1b}'), "{text}");
                }
            }
        }
    }
}
