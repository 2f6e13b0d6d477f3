use std::io::{self, BufRead as _};

use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

use super::filter::{Filter, Texts};
use super::screen::SUBSTITUTE;
use super::{Illegal, Limits, ObjectError};

/// Most attributes of an element; Confluence writes three. The parser compares each with all before it.
const ATTRIBUTES: usize = 32;

/// A start tag.
#[derive(Debug)]
pub(super) struct Tag {
    pub name: String,
    pub attributes: Vec<(String, String)>,
    /// Where its `<` stands.
    pub offset: u64,
    /// `<name/>`: no end tag follows.
    pub empty: bool,
}

impl Tag {
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
    }
}

/// What comes next.
#[derive(Debug)]
pub(super) enum Token {
    Start(Tag),
    End,
    Text(String),
    Eof,
}

/// The XML of entities.xml, token by token: text with its entities resolved, line ends as LF, comments and instructions left out.
pub(super) struct Xml<R> {
    reader: Reader<Filter<R>>,
    buffer: Vec<u8>,
    limits: Limits,
    /// Bytes that were taken past the parser.
    skipped: u64,
    /// Whether the parser stands behind a tag, and so has looked at nothing that comes next.
    at_rest: bool,
    pub depth: usize,
    /// Attributes that can't be read, of the tag that came last.
    pub bad_tag: Option<String>,
}

impl<R: Texts> Xml<R> {
    pub fn new(reader: R, limits: &Limits) -> Self {
        let mut reader = Reader::from_reader(Filter::new(reader));
        reader.config_mut().check_comments = false;
        let limits = limits.clone();
        Self { reader, buffer: Vec::new(), limits, skipped: 0, at_rest: false, depth: 0, bad_tag: None }
    }

    /// Bytes taken so far.
    pub fn position(&self) -> u64 {
        self.reader.buffer_position() + self.skipped
    }

    pub fn illegal(&self) -> &Illegal {
        self.reader.get_ref().illegal()
    }

    /// Lets what comes next have the full length of an object.
    pub fn allow_object(&mut self) {
        let filter = self.reader.get_mut();
        filter.limit = filter.offset().saturating_add(self.limits.object_bytes);
    }

    /// The bytes that come next, for somebody who takes them past the parser and tells by [`Self::skip`] how many; `None` where the parser
    /// stands in the middle of something.
    pub fn ahead(&mut self) -> Option<&mut Filter<R>> {
        self.at_rest.then(|| self.reader.get_mut())
    }

    /// Takes bytes past the parser: whole elements, and white space before them.
    pub fn skip(&mut self, bytes: usize) {
        self.reader.get_mut().consume(bytes);
        self.skipped += bytes as u64;
    }

    /// The last bytes that were skipped, so many.
    pub fn skipped(&self, bytes: usize) -> &str {
        self.reader.get_ref().taken(bytes)
    }

    /// Takes byte order marks at the beginning past the parser, which would take them without counting.
    fn begin(&mut self) {
        const MARK: char = '\u{feff}';
        loop {
            let filter = self.reader.get_mut();
            filter.read_ahead(MARK.len_utf8());
            if !filter.ready().starts_with(MARK) {
                return;
            }
            self.skip(MARK.len_utf8());
        }
    }

    /// The next token.
    pub fn next(&mut self) -> Result<Token, ObjectError> {
        if self.position() == 0 {
            self.begin();
        }
        loop {
            self.buffer.clear();
            let offset = self.position();
            let event = match self.reader.read_event_into(&mut self.buffer) {
                Ok(event) => event,
                Err(error) => return Err(self.broken(error)),
            };
            self.at_rest = matches!(event, Event::Start(_) | Event::Empty(_) | Event::End(_));
            let token = match event {
                Event::Start(tag) => {
                    let (tag, bad) = start(&tag, offset, false);
                    self.bad_tag = bad;
                    self.depth += 1;
                    Token::Start(tag)
                }
                Event::Empty(tag) => {
                    let (tag, bad) = start(&tag, offset, true);
                    self.bad_tag = bad;
                    Token::Start(tag)
                }
                Event::End(_) => {
                    self.depth = self.depth.saturating_sub(1);
                    Token::End
                }
                Event::Text(text) => Token::Text(clean(text.xml10_content().into_owned())),
                Event::CData(text) => Token::Text(clean(text.xml10_content().into_owned())),
                Event::GeneralRef(name) => match resolve(&name) {
                    Ok(Resolved::Char(c)) => Token::Text(c.to_string()),
                    Ok(Resolved::Forbidden(code)) => {
                        self.reader.get_mut().note(offset, code);
                        Token::Text('\u{fffd}'.to_string())
                    }
                    Err(problem) => return Err(ObjectError::Malformed { offset, problem }),
                },
                Event::Decl(decl) => {
                    if let Some(Ok(encoding)) = decl.encoding()
                        && !encoding.eq_ignore_ascii_case("utf-8")
                    {
                        let problem =
                            "it declares an encoding other than UTF-8, which Confluence never writes".to_owned();
                        return Err(ObjectError::Malformed { offset, problem });
                    }
                    continue;
                }
                Event::DocType(_) => return Err(ObjectError::Doctype { offset }),
                Event::Comment(_) | Event::PI(_) => continue,
                Event::Eof => Token::Eof,
            };
            if self.depth > self.limits.depth {
                return Err(ObjectError::TooDeep { offset, limit: self.limits.depth });
            }
            return Ok(token);
        }
    }

    fn has_more(&mut self) -> bool {
        self.reader.get_mut().fill_buf().is_ok_and(|bytes| !bytes.is_empty())
    }

    fn broken(&mut self, error: quick_xml::Error) -> ObjectError {
        let (offset, position) = (self.reader.error_position() + self.skipped, self.position());
        match error {
            quick_xml::Error::Io(error) if error.kind() == io::ErrorKind::OutOfMemory => {
                ObjectError::TooLong { offset: position, limit: self.limits.object_bytes }
            }
            quick_xml::Error::Io(error) => {
                let source = self
                    .reader
                    .get_mut()
                    .error
                    .take()
                    .unwrap_or_else(|| io::Error::new(error.kind(), error.to_string()));
                ObjectError::Read { offset: position, source }
            }
            // Also what it says of `<!` at the very end.
            quick_xml::Error::Syntax(quick_xml::errors::SyntaxError::InvalidBangMarkup) if self.has_more() => {
                ObjectError::Malformed { offset, problem: "markup that XML doesn't know".to_owned() }
            }
            // The parser meets the end of the input inside of markup.
            quick_xml::Error::Syntax(_) => ObjectError::CutOff { offset: position },
            other => ObjectError::Malformed { offset, problem: plain(&other).to_owned() },
        }
    }
}

/// What is wrong, in words of ours: the parser's quote what it met, and that may be the text of a page or a password.
fn plain(error: &quick_xml::Error) -> &'static str {
    use quick_xml::errors::IllFormedError as Form;
    match error {
        quick_xml::Error::IllFormed(Form::MismatchedEndTag { .. }) => {
            "an end tag closes another element than the open one"
        }
        quick_xml::Error::IllFormed(Form::UnmatchedEndTag(_)) => "an end tag closes nothing",
        quick_xml::Error::IllFormed(Form::MissingEndTag(_)) => "an element isn't closed",
        quick_xml::Error::IllFormed(Form::UnclosedReference) => "an entity doesn't end in a semicolon",
        quick_xml::Error::IllFormed(_) => "it isn't well-formed",
        quick_xml::Error::InvalidAttr(_) => "an attribute isn't well-formed",
        quick_xml::Error::Encoding(_) => "it isn't UTF-8",
        quick_xml::Error::Escape(_) => "an entity that XML doesn't know",
        _ => "it isn't XML",
    }
}

fn start(tag: &BytesStart<'_>, offset: u64, empty: bool) -> (Tag, Option<String>) {
    let mut attributes = Vec::new();
    let mut bad = None;
    for (index, attribute) in tag.attributes().enumerate() {
        if index == ATTRIBUTES {
            bad = Some("it has more attributes than any real element".to_owned());
            break;
        }
        match attribute {
            // The parser lets it pass; XML and Confluence don't.
            Ok(attribute) if attribute.value.contains('<') => bad = Some("a `<` stands in an attribute".to_owned()),
            Ok(attribute) => {
                let value = attribute.normalized_value(XmlVersion::Implicit1_0);
                match value {
                    Ok(value) => attributes.push((attribute.key.as_ref().to_owned(), clean(value.into_owned()))),
                    // The parser's words would quote the value.
                    Err(_) => bad = Some("an attribute of it holds what XML doesn't know".to_owned()),
                }
            }
            Err(_) => bad = Some("an attribute of it isn't well-formed".to_owned()),
        }
    }
    (Tag { name: tag.name().as_ref().to_owned(), attributes, offset, empty }, bad)
}

fn clean(text: String) -> String {
    if text.as_bytes().contains(&SUBSTITUTE) { text.replace(char::from(SUBSTITUTE), "\u{fffd}") } else { text }
}

/// What a reference to a character or an entity stands for.
pub(super) enum Resolved {
    Char(char),
    Forbidden(u32),
}

pub(super) fn resolve(name: &str) -> Result<Resolved, String> {
    let named = match name {
        "lt" => '<',
        "gt" => '>',
        "amp" => '&',
        "apos" => '\'',
        "quot" => '"',
        _ => {
            let digits = name.strip_prefix('#').ok_or_else(|| "an entity that XML doesn't know".to_owned())?;
            let code = match digits.strip_prefix('x') {
                Some(hex) => u32::from_str_radix(hex, 16),
                None => digits.parse(),
            };
            let code = code.map_err(|_| "a character reference that is no number".to_owned())?;
            let allowed = code >= 0x20 || matches!(code, 0x9 | 0xa | 0xd);
            return Ok(match char::from_u32(code) {
                Some(c) if allowed && !matches!(code, 0xfffe | 0xffff) => Resolved::Char(c),
                _ => Resolved::Forbidden(code),
            });
        }
    };
    Ok(Resolved::Char(named))
}
