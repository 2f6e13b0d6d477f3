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
        Ok(Self { to, habit })
    }

    /// Writes an object. Its offsets are not looked at; an empty package is filled in for classes that are known.
    ///
    /// # Errors
    /// What the writer says.
    pub fn object(&mut self, object: &RawObject) -> io::Result<()> {
        let package = if object.package.is_empty() { package_of(&object.class) } else { &object.package };
        writeln!(self.to, "<object class=\"{}\" package=\"{}\">", attribute(&object.class), attribute(package))?;
        match object.id.as_deref() {
            Some(id) if id.contains('=') => {
                writeln!(self.to, "<composite-id>")?;
                for part in id.split(',') {
                    let (name, value) = part.split_once('=').unwrap_or((part, ""));
                    let kind = if name == "entityId" { "long" } else { "string" };
                    write!(self.to, "<property name=\"{}\" type=\"{kind}\">", attribute(name))?;
                    self.scalar(value)?;
                    writeln!(self.to, "</property>")?;
                }
                writeln!(self.to, "</composite-id>")?;
            }
            Some(id) => {
                self.id(if object.class == "ConfluenceUserImpl" { "key" } else { "id" }, id)?;
                writeln!(self.to)?;
            }
            None => {}
        }
        for (name, value) in &object.properties {
            self.value("property", Some(name), &object.class, name, value)?;
        }
        for (name, members) in &object.collections {
            writeln!(self.to, "<collection name=\"{}\" class=\"java.util.Collection\">", attribute(name))?;
            for member in members {
                self.value("element", None, &object.class, name, member)?;
            }
            writeln!(self.to, "</collection>")?;
        }
        writeln!(self.to, "</object>")
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

    fn value(&mut self, tag: &str, name: Option<&str>, owner: &str, property: &str, value: &Raw) -> io::Result<()> {
        if self.habit == Habit::Modern && *value == Raw::Null {
            return Ok(());
        }
        write!(self.to, "<{tag}")?;
        if let Some(name) = name {
            write!(self.to, " name=\"{}\"", attribute(name))?;
        }
        match value {
            Raw::Null => return writeln!(self.to, "/>"),
            Raw::Text(text) => {
                write!(self.to, ">")?;
                self.scalar(text)?;
            }
            Raw::Reference { class, id } => {
                write!(self.to, " class=\"{}\" package=\"{}\">", attribute(class), package_of(class))?;
                self.id(if class == "ConfluenceUserImpl" { "key" } else { "id" }, id)?;
                writeln!(self.to)?;
            }
            Raw::Enum(constant) => {
                let class = enum_of(owner, property);
                write!(self.to, " enum-class=\"{class}\" package=\"{}\">{}", package_of(class), attribute(constant))?;
            }
            Raw::Parts(parts) => {
                writeln!(self.to, ">")?;
                for (name, value) in parts {
                    self.value("property", Some(name), owner, name, value)?;
                }
            }
        }
        writeln!(self.to, "</{tag}>")
    }

    fn id(&mut self, name: &str, id: &str) -> io::Result<()> {
        write!(self.to, "<id name=\"{name}\">")?;
        if id.bytes().all(|byte| byte.is_ascii_digit()) || self.habit == Habit::Modern {
            write!(self.to, "{}", attribute(id))?;
        } else {
            write!(self.to, "<![CDATA[{id}]]>")?;
        }
        write!(self.to, "</id>")
    }

    fn scalar(&mut self, text: &str) -> io::Result<()> {
        let text: String = text
            .chars()
            .filter(|c| *c >= ' ' && !matches!(c, '\u{fffe}' | '\u{ffff}') || matches!(c, '\n' | '\t'))
            .collect();
        let short = text.len() < 200 && !text.contains(['<', '&', '>', '\n', '\t']) && text.trim() == text;
        if is_bare(&text) || (self.habit == Habit::Modern && short) {
            return self.to.write_all(text.as_bytes());
        }
        write!(self.to, "<![CDATA[{}]]>", text.replace("]]>", "]] >"))
    }
}

/// Numbers, truth values and times stand without CDATA.
fn is_bare(text: &str) -> bool {
    let time = |text: &str| crate::model::wall_clock(text).as_deref() == Some(text);
    !text.is_empty()
        && (text.bytes().all(|byte| byte.is_ascii_digit()) || matches!(text, "true" | "false") || time(text))
}

fn attribute(text: &str) -> String {
    text.chars()
        .filter(|c| *c >= ' ')
        .map(|c| match c {
            '&' => "&amp;".to_owned(),
            '<' => "&lt;".to_owned(),
            '>' => "&gt;".to_owned(),
            '"' => "&quot;".to_owned(),
            other => other.to_string(),
        })
        .collect()
}
