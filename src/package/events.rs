use super::filter::Texts;
use super::scan::{self, Stop};
use super::xml::{Tag, Token, Xml};
use super::{Illegal, Limits, ObjectBuffer, ObjectError, Raw, RawObject};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Before,
    Inside,
    Behind,
    Ended,
}

/// The objects of an entities.xml by way of an event parser, which knows all of XML.
pub(super) struct Events<R> {
    xml: Xml<R>,
    parts: usize,
    object_bytes: u64,
    depth: usize,
    state: State,
    closed: bool,
    datetime: Option<String>,
}

impl<R: Texts> Events<R> {
    pub fn new(reader: R, limits: &Limits) -> Self {
        Self {
            xml: Xml::new(reader, limits),
            parts: limits.object_parts,
            object_bytes: limits.object_bytes,
            depth: limits.depth,
            state: State::Before,
            closed: false,
            datetime: None,
        }
    }

    pub fn illegal(&self) -> &Illegal {
        self.xml.illegal()
    }

    pub fn datetime(&self) -> Option<&str> {
        self.datetime.as_deref()
    }

    pub fn position(&self) -> u64 {
        self.xml.position()
    }

    /// The next object by way of the scanner, which is put into the buffer, and how many bytes were taken for it; `None` where the scanner
    /// doesn't know what comes, and nothing was taken.
    pub fn scanned(&mut self, buffer: &mut ObjectBuffer) -> Option<usize> {
        if self.state != State::Inside || self.depth < scan::DEPTH {
            return None;
        }
        let (position, parts) = (self.xml.position(), self.parts);
        let ahead = self.xml.ahead()?;
        loop {
            let ready = ahead.ready().len();
            match scan::object(ahead.ready(), position, ahead.is_odd(), parts, buffer) {
                Ok(taken) if taken as u64 > self.object_bytes => return None,
                Ok(taken) => {
                    self.xml.skip(taken);
                    return Some(taken);
                }
                Err(Stop::Unknown) => return None,
                Err(Stop::More) if ready as u64 > self.object_bytes => return None,
                // Twice as much each time, so that a long object isn't looked at again for each block of it.
                Err(Stop::More) => ahead.read_ahead((2 * ready).max(1)),
            }
            if ahead.ready().len() == ready {
                return None;
            }
        }
    }

    /// The bytes of the scanned object.
    pub fn taken(&self, length: usize) -> &str {
        self.xml.skipped(length)
    }

    /// Whether the root's end tag was met.
    pub fn is_complete(&self) -> bool {
        self.closed
    }

    fn step(&mut self) -> Result<Option<RawObject>, ObjectError> {
        self.xml.allow_object();
        loop {
            let offset = self.xml.position();
            match (self.xml.next()?, self.state) {
                (Token::Start(tag), State::Before) if tag.name == "hibernate-generic" => {
                    self.datetime = tag.attribute("datetime").map(str::to_owned);
                    self.closed = tag.empty;
                    self.state = if tag.empty { State::Behind } else { State::Inside };
                    self.xml.allow_object();
                }
                (Token::Start(tag), State::Before) => {
                    let name: String = tag.name.chars().take(40).collect();
                    let problem = format!("its root is <{name}> where Confluence writes <hibernate-generic>");
                    return Err(ObjectError::Malformed { offset, problem });
                }
                (Token::Start(tag), State::Inside) => return self.object(tag).map(Some),
                (Token::End, State::Inside) => {
                    self.state = State::Behind;
                    self.closed = true;
                }
                (Token::Eof, State::Behind) => {
                    self.state = State::Ended;
                    return Ok(None);
                }
                (Token::Eof, _) => return Err(ObjectError::CutOff { offset: self.xml.position() }),
                (Token::Text(text), _) if text.trim_start_matches('\u{feff}').trim().is_empty() => {}
                (Token::Text(_), State::Inside) => {
                    return Err(ObjectError::Bad {
                        offset,
                        class: None,
                        problem: "it is text outside of objects".to_owned(),
                    });
                }
                _ => {
                    let problem = "something stands outside of the root element".to_owned();
                    return Err(ObjectError::Malformed { offset, problem });
                }
            }
        }
    }

    fn object(&mut self, tag: Tag) -> Result<RawObject, ObjectError> {
        let outer = self.xml.depth - usize::from(!tag.empty);
        let (offset, class) = (tag.offset, tag.attribute("class").map(str::to_owned));
        match self.build(tag) {
            Ok(object) => Ok(object),
            Err(Problem::Fatal(error)) => Err(error),
            Err(Problem::Bad(problem)) => {
                while self.xml.depth > outer {
                    if matches!(self.xml.next()?, Token::Eof) {
                        return Err(ObjectError::CutOff { offset: self.xml.position() });
                    }
                }
                Err(ObjectError::Bad { offset, class, problem })
            }
        }
    }

    fn build(&mut self, tag: Tag) -> Result<RawObject, Problem> {
        self.sound()?;
        if tag.name != "object" {
            return Err(Problem::Bad("it stands where Confluence writes only objects".to_owned()));
        }
        let full = tag
            .attribute("class")
            .filter(|class| !class.is_empty())
            .ok_or_else(|| Problem::bad("it names no class"))?;
        let (package, class) = match (tag.attribute("package"), full.rsplit_once('.')) {
            (None, Some((package, class))) => (package, class),
            (package, _) => (package.unwrap_or_default(), full),
        };
        let mut object = RawObject {
            class: class.to_owned(),
            package: package.to_owned(),
            offset: tag.offset,
            ..RawObject::default()
        };
        let mut room = self.parts;
        if !tag.empty {
            while let Some(child) = self.child()? {
                room = room.checked_sub(1).ok_or_else(|| Problem::bad("it has more parts than any real object"))?;
                match child.name.as_str() {
                    "id" => object.id = Some(self.text(&child)?.trim().to_owned()),
                    "composite-id" => object.id = Some(self.composite(&child)?),
                    "property" | "component" => {
                        let name = named(&child)?;
                        let value = self.value(&child)?;
                        object.properties.push((name, value));
                    }
                    "collection" => {
                        let name = named(&child)?;
                        let members = self.members(&child, &mut room)?;
                        object.collections.push((name, members));
                    }
                    "object" => return Err(Problem::bad("another object stands inside of it")),
                    _ => self.skip(&child)?,
                }
            }
        }
        object.end = self.xml.position();
        Ok(object)
    }

    fn composite(&mut self, tag: &Tag) -> Result<String, Problem> {
        let mut parts = Vec::new();
        while let Some(child) = if tag.empty { None } else { self.child()? } {
            parts.push(format!("{}={}", child.attribute("name").unwrap_or_default(), self.text(&child)?.trim()));
        }
        Ok(parts.join(","))
    }

    fn members(&mut self, tag: &Tag, room: &mut usize) -> Result<Vec<Raw>, Problem> {
        let mut members = Vec::new();
        while let Some(child) = if tag.empty { None } else { self.child()? } {
            *room = room.checked_sub(1).ok_or_else(|| Problem::bad("it has more parts than any real object"))?;
            let value = self.value(&child)?;
            members.push(match child.attribute("name") {
                Some(name) if child.attribute("class").is_none() => Raw::Parts(vec![(name.to_owned(), value)]),
                _ => value,
            });
        }
        Ok(members)
    }

    /// The value of a property or the member of a collection, to its end tag.
    fn value(&mut self, tag: &Tag) -> Result<Raw, Problem> {
        if tag.empty {
            return Ok(Raw::Null);
        }
        let (mut text, mut id, mut parts) = (String::new(), None, Vec::new());
        loop {
            match self.token()? {
                Token::Text(more) if text.is_empty() => text = more,
                Token::Text(more) => text.push_str(&more),
                Token::Start(child) if child.name == "id" => id = Some(self.text(&child)?.trim().to_owned()),
                Token::Start(child) if child.name == "composite-id" => id = Some(self.composite(&child)?),
                Token::Start(child)
                    if matches!(child.name.as_str(), "property" | "component") && parts.len() < 1_000 =>
                {
                    let name = named(&child)?;
                    // Parts have no parts of their own in anything that Confluence writes.
                    let value = if child.empty { Raw::Null } else { Raw::Text(self.text(&child)?) };
                    parts.push((name, value));
                }
                Token::Start(child) => self.skip(&child)?,
                Token::End => break,
                Token::Eof => return Err(self.cut_off()),
            }
        }
        let class = tag.attribute("class").map(|class| class.rsplit_once('.').map_or(class, |(_, simple)| simple));
        Ok(match (id, class) {
            (Some(id), _) if id.is_empty() => Raw::Null,
            (Some(id), class) => Raw::Reference { class: class.unwrap_or_default().to_owned(), id },
            (None, _) if !parts.is_empty() => Raw::Parts(parts),
            (None, Some(_)) if text.trim().is_empty() => Raw::Null,
            (None, _) if tag.attribute("enum-class").is_some() => match text.trim() {
                "" => Raw::Null,
                name => Raw::Enum(name.to_owned()),
            },
            (None, _) => Raw::Text(text),
        })
    }

    /// The text of an element, to its end tag.
    fn text(&mut self, tag: &Tag) -> Result<String, Problem> {
        let mut text = String::new();
        if tag.empty {
            return Ok(text);
        }
        loop {
            match self.token()? {
                Token::Text(more) => text.push_str(&more),
                Token::Start(child) => self.skip(&child)?,
                Token::End => return Ok(text),
                Token::Eof => return Err(self.cut_off()),
            }
        }
    }

    /// The next element inside, or `None` behind the end tag. White space between elements is passed over; so is other text, which
    /// Confluence never writes there.
    fn child(&mut self) -> Result<Option<Tag>, Problem> {
        loop {
            match self.token()? {
                Token::Start(tag) => return Ok(Some(tag)),
                Token::End => return Ok(None),
                Token::Text(_) => {}
                Token::Eof => return Err(self.cut_off()),
            }
        }
    }

    fn skip(&mut self, tag: &Tag) -> Result<(), Problem> {
        let outer = self.xml.depth - usize::from(!tag.empty);
        while self.xml.depth > outer {
            if matches!(self.token()?, Token::Eof) {
                return Err(self.cut_off());
            }
        }
        Ok(())
    }

    fn token(&mut self) -> Result<Token, Problem> {
        let token = self.xml.next().map_err(Problem::Fatal)?;
        self.sound()?;
        Ok(token)
    }

    fn sound(&mut self) -> Result<(), Problem> {
        self.xml.bad_tag.take().map_or(Ok(()), |problem| Err(Problem::Bad(problem)))
    }

    fn cut_off(&self) -> Problem {
        Problem::Fatal(ObjectError::CutOff { offset: self.xml.position() })
    }
}

impl<R: Texts> Iterator for Events<R> {
    type Item = Result<RawObject, ObjectError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.state == State::Ended {
            return None;
        }
        let result = self.step().transpose();
        if matches!(&result, Some(Err(error)) if error.is_fatal()) {
            self.state = State::Ended;
        }
        result
    }
}

enum Problem {
    Fatal(ObjectError),
    Bad(String),
}

impl Problem {
    fn bad(problem: &str) -> Self {
        Self::Bad(problem.to_owned())
    }
}

fn named(tag: &Tag) -> Result<String, Problem> {
    tag.attribute("name").map(str::to_owned).ok_or_else(|| Problem::Bad(format!("a {} of it has no name", tag.name)))
}
