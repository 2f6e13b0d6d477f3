use std::fmt::Write as _;

use crate::model::Descriptor;

/// Most bytes of a descriptor that are looked at. Real ones have under 2 kB.
const MOST: usize = 1 << 20;

/// Reads exportDescriptor.properties (docs/confluence.md, C4): Java's properties form, with its comments, continued lines, escapes and
/// three separators.
///
/// Java reads it as ISO 8859-1; text that is UTF-8 is taken as such. Of a key that stands twice, the last one wins, as in Java.
pub fn read_descriptor(text: &[u8]) -> Descriptor {
    let text = text.get(..MOST).unwrap_or(text);
    let text = match std::str::from_utf8(text) {
        Ok(text) => text.trim_start_matches('\u{feff}').to_owned(),
        Err(_) => text.iter().map(|byte| char::from(*byte)).collect(),
    };
    let mut descriptor = Descriptor::default();
    let text = text.replace("\r\n", "\n");
    let mut lines = text.split(['\n', '\r']);
    while let Some(line) = lines.next() {
        let start = line.trim_start_matches([' ', '\t', '\x0c']);
        if start.is_empty() || start.starts_with(['#', '!']) {
            continue;
        }
        let mut logical = start.to_owned();
        while is_continued(&logical) {
            logical.pop();
            let Some(next) = lines.next() else { break };
            logical.push_str(next.trim_start_matches([' ', '\t', '\x0c']));
        }
        let (key, value) = split(&logical);
        descriptor.properties.insert(unescape(key), unescape(value));
    }
    descriptor
}

/// Writes the same form, as Java's `Properties.store` does, with this comment in front.
pub fn write_descriptor(descriptor: &Descriptor, comment: &str) -> Vec<u8> {
    let mut out = format!("#{comment}\n");
    for (key, value) in &descriptor.properties {
        let _ = writeln!(out, "{}={}", escape(key, true), escape(value, false));
    }
    out.into_bytes()
}

fn is_continued(line: &str) -> bool {
    line.bytes().rev().take_while(|byte| *byte == b'\\').count() % 2 == 1
}

fn split(line: &str) -> (&str, &str) {
    let white = [' ', '\t', '\x0c'];
    let mut escaped = false;
    let end = line.char_indices().find(|(_, c)| {
        let hit = !escaped && (matches!(c, '=' | ':') || white.contains(c));
        escaped = *c == '\\' && !escaped;
        hit
    });
    let Some((at, _)) = end else { return (line, "") };
    let (key, rest) = line.split_at(at);
    let rest = rest.trim_start_matches(white);
    let rest = rest.strip_prefix(['=', ':']).unwrap_or(rest);
    (key, rest.trim_start_matches(white))
}

fn unescape(text: &str) -> String {
    let mut units: Vec<u16> = Vec::with_capacity(text.len());
    let mut rest = text.chars();
    let mut pair = [0; 2];
    while let Some(c) = rest.next() {
        let plain = if c == '\\' {
            match rest.next() {
                Some('n') => '\n',
                Some('t') => '\t',
                Some('r') => '\r',
                Some('f') => '\x0c',
                Some('u') => {
                    let hex: String = rest.as_str().chars().take(4).collect();
                    if let (4, Ok(unit)) = (hex.len(), u16::from_str_radix(&hex, 16)) {
                        units.push(unit);
                        rest.nth(3);
                        continue;
                    }
                    'u'
                }
                Some(other) => other,
                None => break,
            }
        } else {
            c
        };
        units.extend_from_slice(plain.encode_utf16(&mut pair));
    }
    String::from_utf16_lossy(&units)
}

fn escape(text: &str, is_key: bool) -> String {
    let mut out = String::with_capacity(text.len());
    for (index, c) in text.char_indices() {
        match c {
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\\' | '=' | ':' | '#' | '!' => {
                out.push('\\');
                out.push(c);
            }
            ' ' if is_key || index == 0 => out.push_str("\\ "),
            ' '..='~' => out.push(c),
            other => {
                let mut units = [0; 2];
                for unit in other.encode_utf16(&mut units) {
                    let _ = write!(out, "\\u{unit:04X}");
                }
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_that_java_writes_or_reads() {
        let text = b"#Wed Aug 14 17:06:22 ICT 2013\r\n! also\r\n\r\nspaceKey=~clemens\r\nspaced key \\\r\n   one, \\\r\n\ttwo\r\n  a\\ b : c\\=d\nzone=Europe\\u002FBerlin \\uD83D\\uDE00\nempty\nback\\\\\nlast=1\nlast=2";
        let read = read_descriptor(text);
        let got: Vec<_> = read.properties.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
        let want = [
            ("a b", "c=d"),
            ("back\\", ""),
            ("empty", ""),
            ("last", "2"),
            ("spaceKey", "~clemens"),
            ("spaced", "key one, two"),
            ("zone", "Europe/Berlin \u{1f600}"),
        ];
        assert_eq!(got, want);
    }

    #[test]
    fn what_is_written_is_read_back() {
        let mut descriptor = Descriptor::default();
        for (key, value) in [("a b:c", " x=y\n"), ("ü", "\u{1f600}\\")] {
            descriptor.properties.insert(key.to_owned(), value.to_owned());
        }
        assert_eq!(read_descriptor(&write_descriptor(&descriptor, "now")), descriptor);
    }

    #[test]
    fn an_empty_line_ends_a_continued_one() {
        let read = read_descriptor(b"a=1\\\n\nb=2\\\r\n\r\nc=3");
        assert_eq!(["a", "b", "c"].map(|key| read.get(key)), [Some("1"), Some("2"), Some("3")]);
    }

    #[test]
    fn latin_1_is_read_too() {
        assert_eq!(read_descriptor(b"name=caf\xe9").get("name"), Some("caf\u{e9}"));
    }
}
