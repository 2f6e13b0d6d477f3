use std::borrow::Cow;
use std::io::{self, Write};

use super::classes::{enum_of, package_of};
use super::{Raw, RawObject};

/// Whose habits a writer follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Habit {
    /// Server and Data Center up to 8.2: a declaration in front, null as an empty element, strings in CDATA.
    Legacy,
    /// Data Center since 8.3: no declaration, null left out, short strings bare.
    Modern,
}

/// Writes an entities.xml object by object. It damages `]]>` to `]] >` as Confluence does.
#[derive(Debug)]
pub struct ObjectWriter<W: Write> {
    to: W,
    habit: Habit,
    /// The object that is being written.
    line: String,
}

impl<W: Write> ObjectWriter<W> {
    /// Begins the file; `datetime` such as `2026-11-23 12:00:00`.
    ///
    /// # Errors
    /// What the writer says.
    pub fn begin(mut to: W, habit: Habit, datetime: &str) -> io::Result<Self> {
        if habit == Habit::Legacy {
            to.write_all(b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n")?;
        }
        writeln!(to, "<hibernate-generic datetime=\"{}\">", attribute(datetime))?;
        Ok(Self { to, habit, line: String::new() })
    }

    /// Writes an object. Its offsets are not looked at; an empty package is filled in for classes that are known.
    ///
    /// # Errors
    /// What the writer says.
    pub fn object(&mut self, object: &RawObject) -> io::Result<()> {
        self.line.clear();
        let package = if object.package.is_empty() { package_of(&object.class) } else { &object.package };
        self.put(&["<object class=\"", &attribute(&object.class), "\" package=\"", &attribute(package), "\">\n"]);
        match object.id.as_deref() {
            Some(id) if id.contains('=') => {
                self.put(&["<composite-id>\n"]);
                for part in id.split(',') {
                    let (name, value) = part.split_once('=').unwrap_or((part, ""));
                    let kind = if name == "entityId" { "long" } else { "string" };
                    self.put(&["<property name=\"", &attribute(name), "\" type=\"", kind, "\">"]);
                    self.scalar(value);
                    self.put(&["</property>\n"]);
                }
                self.put(&["</composite-id>\n"]);
            }
            Some(id) => {
                self.id(if object.class == "ConfluenceUserImpl" { "key" } else { "id" }, id);
                self.put(&["\n"]);
            }
            None => {}
        }
        for (name, value) in &object.properties {
            self.value("property", Some(name), &object.class, name, value);
        }
        for (name, members) in &object.collections {
            self.put(&["<collection name=\"", &attribute(name), "\" class=\"java.util.Collection\">\n"]);
            for member in members {
                self.value("element", None, &object.class, name, member);
            }
            self.put(&["</collection>\n"]);
        }
        self.put(&["</object>\n"]);
        self.to.write_all(self.line.as_bytes())
    }

    /// Closes the file and gives the writer back.
    ///
    /// # Errors
    /// What the writer says.
    pub fn finish(mut self) -> io::Result<W> {
        self.to.write_all(b"</hibernate-generic>\n")?;
        self.to.flush()?;
        Ok(self.to)
    }

    fn put(&mut self, parts: &[&str]) {
        parts.iter().for_each(|part| self.line.push_str(part));
    }

    fn value(&mut self, tag: &str, name: Option<&str>, owner: &str, property: &str, value: &Raw) {
        if self.habit == Habit::Modern && *value == Raw::Null {
            return;
        }
        self.put(&["<", tag]);
        if let Some(name) = name {
            self.put(&[" name=\"", &attribute(name), "\""]);
        }
        match value {
            Raw::Null => return self.put(&["/>\n"]),
            Raw::Text(text) => {
                self.put(&[">"]);
                self.scalar(text);
            }
            Raw::Reference { class, id } => {
                self.put(&[" class=\"", &attribute(class), "\" package=\"", package_of(class), "\">"]);
                self.id(if class == "ConfluenceUserImpl" { "key" } else { "id" }, id);
                self.put(&["\n"]);
            }
            Raw::Enum(constant) => {
                let class = enum_of(owner, property);
                let constant = attribute(constant);
                self.put(&[" enum-class=\"", class, "\" package=\"", package_of(class), "\">", &constant]);
            }
            Raw::Parts(parts) => {
                self.put(&[">\n"]);
                for (name, value) in parts {
                    self.value("property", Some(name), owner, name, value);
                }
            }
        }
        self.put(&["</", tag, ">\n"]);
    }

    fn id(&mut self, name: &str, id: &str) {
        self.put(&["<id name=\"", name, "\">"]);
        if id.bytes().all(|byte| byte.is_ascii_digit()) || self.habit == Habit::Modern {
            self.put(&[&attribute(id)]);
        } else {
            self.put(&["<![CDATA[", id, "]]>"]);
        }
        self.put(&["</id>"]);
    }

    fn scalar(&mut self, text: &str) {
        let text = without_forbidden(text);
        let short = text.len() < 200 && !text.contains(['<', '&', '>', '\n', '\t']) && text.trim() == text;
        if (self.habit == Habit::Modern && short) || is_bare(&text) {
            return self.put(&[&text]);
        }
        self.put(&["<![CDATA["]);
        // The pieces between the ends of sections, of which most texts have none.
        for (number, piece) in text.split("]]>").enumerate() {
            self.put(&[if number == 0 { "" } else { "]] >" }, piece]);
        }
        self.put(&["]]>"]);
    }
}

/// Numbers, truth values and times stand without CDATA.
fn is_bare(text: &str) -> bool {
    let time = |text: &str| crate::model::wall_clock(text).as_deref() == Some(text);
    !text.is_empty()
        && (text.bytes().all(|byte| byte.is_ascii_digit()) || matches!(text, "true" | "false") || time(text))
}

/// The text without the characters that XML forbids. Nearly all have none, and are not copied.
fn without_forbidden(text: &str) -> Cow<'_, str> {
    let allowed = |c: char| c >= ' ' && !matches!(c, '\u{fffe}' | '\u{ffff}') || matches!(c, '\n' | '\t');
    // Both noncharacters begin with this byte.
    if text.bytes().all(|byte| byte >= b' ' && byte != 0xef || matches!(byte, b'\n' | b'\t')) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.chars().filter(|c| allowed(*c)).collect())
}

/// The text as it stands in an attribute. Nearly all need no change, and are not copied.
fn attribute(text: &str) -> Cow<'_, str> {
    if !text.bytes().any(|byte| byte < b' ' || matches!(byte, b'&' | b'<' | b'>' | b'"')) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars().filter(|c| *c >= ' ') {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            other => out.push(other),
        }
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_xml_forbids_is_left_out_and_the_rest_is_escaped_or_fenced() {
        let text = |text: &str| Raw::Text(text.to_owned());
        let object = RawObject {
            class: "A<\"&>\u{1}B".to_owned(),
            id: Some("a=1,b=\u{fffe}ü".to_owned()),
            properties: vec![
                ("short".to_owned(), text("plain ü")),
                ("long".to_owned(), text("a]]>b]]>\u{ffff}c\r\n")),
                ("time".to_owned(), text("2026-11-23 12:00:00")),
                ("gone".to_owned(), Raw::Null),
            ],
            ..RawObject::default()
        };
        let mut writer = ObjectWriter::begin(Vec::new(), Habit::Modern, "").unwrap();
        writer.object(&object).unwrap();
        let written = String::from_utf8(writer.finish().unwrap()).unwrap();
        let expected = "<hibernate-generic datetime=\"\">\n\
            <object class=\"A&lt;&quot;&amp;&gt;B\" package=\"com.atlassian.confluence\">\n\
            <composite-id>\n<property name=\"a\" type=\"string\">1</property>\n\
            <property name=\"b\" type=\"string\">ü</property>\n</composite-id>\n\
            <property name=\"short\">plain ü</property>\n\
            <property name=\"long\"><![CDATA[a]] >b]] >c\n]]></property>\n\
            <property name=\"time\">2026-11-23 12:00:00</property>\n</object>\n</hibernate-generic>\n";
        assert_eq!(written, expected);
    }
}
