//! The storage of one object, used again for the next.
//!
//! Names and values are spans, either of a text that belongs to somebody else (the window of the scanner) or of an arena for what had to be
//! changed on the way. Once the vectors are as long as the longest object, no object costs an allocation.
//!
//! Must not know XML or CSV: it holds what a reader of either found.

use std::ops::Range;

use super::{Object, Raw, RawObject};

/// Marks a span of the arena; no text in memory is as long as this.
const OWN: usize = 1 << (usize::BITS - 1);

/// A piece of the arena or of the lent text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Span {
    from: usize,
    length: usize,
}

impl Span {
    /// A piece of the lent text.
    pub fn lent(from: usize, to: usize) -> Self {
        Self { from, length: to.saturating_sub(from) }
    }

    /// A piece of this piece.
    pub fn part(self, from: usize, to: usize) -> Self {
        Self { from: self.from + from, length: to.saturating_sub(from) }
    }

    pub fn len(self) -> usize {
        self.length
    }

    pub fn is_empty(self) -> bool {
        self.length == 0
    }
}

/// A value as it is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kept {
    Null,
    Text(Span),
    Reference { class: Span, id: Span },
    Enum(Span),
    Parts { from: usize, to: usize },
}

/// A collection: its name, and where its members stand.
#[derive(Debug, Clone, Copy)]
pub(super) struct Group {
    pub name: Span,
    pub from: usize,
    pub to: usize,
}

/// A text that an [`ObjectBuffer`] keeps for all its objects, such as the name of a property.
#[derive(Debug, Clone, Copy)]
pub struct Name(Span);

/// Reused storage of one object, filled by whoever reads it: [`Self::begin`], then its id, properties and collections in the order in which
/// they are written, then [`Self::end`]; [`Self::object`] lends it out.
///
/// What is the same in many objects is kept once ([`Self::name`]), and values can stay where they are read ([`Self::lend_text`]).
#[derive(Debug, Clone, Default)]
pub struct ObjectBuffer {
    arena: String,
    /// How much of the arena stays: names.
    names: usize,
    pub(super) class: Span,
    pub(super) package: Span,
    pub(super) id: Option<Span>,
    pub(super) offset: u64,
    pub(super) end: u64,
    pub(super) properties: Vec<(Span, Kept)>,
    pub(super) collections: Vec<Group>,
    pub(super) members: Vec<Kept>,
    pub(super) parts: Vec<(Span, Kept)>,
}

impl ObjectBuffer {
    /// Keeps a text for all objects that are begun from now on.
    pub fn name(&mut self, text: &str) -> Name {
        self.clear(0);
        let name = self.keep(text);
        self.names = self.arena.len();
        Name(name)
    }

    /// Forgets the last object and begins one of this simple class name and Java package (which may be empty), at this offset.
    pub fn begin(&mut self, class: &str, package: &str, offset: u64) {
        self.clear(offset);
        self.class = self.keep(class);
        self.package = self.keep(package);
    }

    /// Sets the id; the parts of a composite one as `name=value,name=value`.
    pub fn set_id(&mut self, id: &str) {
        self.id = Some(self.keep(id));
    }

    /// Sets the id, which stands here in the text that [`Self::object`] is given.
    pub fn lend_id(&mut self, id: Range<usize>) {
        self.id = Some(Span::lent(id.start, id.end));
    }

    /// Adds a property: text, a number, a date, a truth value, which stands here in the text that [`Self::object`] is given.
    pub fn lend_text(&mut self, name: Name, text: Range<usize>) {
        self.properties.push((name.0, Kept::Text(Span::lent(text.start, text.end))));
    }

    /// Adds a property that is the name of an enum constant, which stands here in the text that [`Self::object`] is given.
    pub fn lend_enum(&mut self, name: Name, constant: Range<usize>) {
        self.properties.push((name.0, Kept::Enum(Span::lent(constant.start, constant.end))));
    }

    /// Adds a property that refers to another object, whose id stands here in the text that [`Self::object`] is given; without a class, to one
    /// of this object's own.
    pub fn lend_reference(&mut self, name: Name, class: Option<Name>, id: Range<usize>) {
        let class = class.map_or(self.class, |class| class.0);
        self.properties.push((name.0, Kept::Reference { class, id: Span::lent(id.start, id.end) }));
    }

    /// Adds a property of any kind.
    pub fn push(&mut self, name: &str, value: &Raw) {
        let (name, value) = (self.keep(name), self.keep_value(value));
        self.properties.push((name, value));
    }

    /// Begins a collection; the members that are added now are its own.
    pub fn begin_collection(&mut self, name: &str) {
        let name = self.keep(name);
        self.group(name);
    }

    /// Adds a member of any kind to the collection that was begun last.
    pub fn push_member(&mut self, value: &Raw) {
        let value = self.keep_value(value);
        self.member(value);
    }

    /// Says where the object ends.
    pub fn end(&mut self, end: u64) {
        self.end = end;
    }

    /// Puts a whole object in the place of the last one.
    pub fn take(&mut self, raw: &RawObject) {
        self.begin(&raw.class, &raw.package, raw.offset);
        if let Some(id) = &raw.id {
            self.set_id(id);
        }
        for (name, value) in &raw.properties {
            self.push(name, value);
        }
        for (name, members) in &raw.collections {
            self.begin_collection(name);
            for member in members {
                self.push_member(member);
            }
        }
        self.end(raw.end);
    }

    /// The object, whose lent pieces stand in this text.
    pub fn object<'a>(&'a self, lent: &'a str) -> Object<'a> {
        Object::over(self, lent)
    }

    pub(super) fn clear(&mut self, offset: u64) {
        self.arena.truncate(self.names);
        self.properties.clear();
        self.collections.clear();
        self.members.clear();
        self.parts.clear();
        (self.class, self.package, self.id) = (Span::default(), Span::default(), None);
        (self.offset, self.end) = (offset, offset);
    }

    pub(super) fn group(&mut self, name: Span) {
        let at = self.members.len();
        self.collections.push(Group { name, from: at, to: at });
    }

    pub(super) fn member(&mut self, value: Kept) {
        self.members.push(value);
        if let Some(last) = self.collections.last_mut() {
            last.to = self.members.len();
        }
    }

    /// Copies a text into the arena.
    pub(super) fn keep(&mut self, text: &str) -> Span {
        self.keep_with(|arena| arena.push_str(text))
    }

    /// Keeps what is added to the arena.
    pub(super) fn keep_with(&mut self, add: impl FnOnce(&mut String)) -> Span {
        let from = self.arena.len();
        add(&mut self.arena);
        Span { from: from | OWN, length: self.arena.len() - from }
    }

    fn keep_value(&mut self, value: &Raw) -> Kept {
        match value {
            Raw::Null => Kept::Null,
            Raw::Text(text) => Kept::Text(self.keep(text)),
            Raw::Reference { class, id } => Kept::Reference { class: self.keep(class), id: self.keep(id) },
            Raw::Enum(constant) => Kept::Enum(self.keep(constant)),
            Raw::Parts(parts) => {
                // Parts of parts come to stand in front, so that these stand together.
                let kept: Vec<_> =
                    parts.iter().map(|(name, value)| (self.keep(name), self.keep_value(value))).collect();
                let from = self.parts.len();
                self.parts.extend(kept);
                Kept::Parts { from, to: self.parts.len() }
            }
        }
    }

    pub(super) fn resolve<'a>(&'a self, lent: &'a str, span: Span) -> &'a str {
        let (text, from) =
            if span.from & OWN == 0 { (lent, span.from) } else { (self.arena.as_str(), span.from ^ OWN) };
        text.get(from..from + span.length).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_comes_out_as_it_went_in_and_leaves_nothing_behind() {
        let text = |text: &str| Raw::Text(text.to_owned());
        let inner = Raw::Parts(vec![("b".to_owned(), text("1")), ("c".to_owned(), Raw::Null)]);
        let reference = Raw::Reference { class: "Page".to_owned(), id: "7".to_owned() };
        let raw = RawObject {
            class: "InternalUser".to_owned(),
            package: "com.example".to_owned(),
            id: Some("5".to_owned()),
            offset: 10,
            end: 90,
            properties: vec![
                ("name".to_owned(), Raw::Null),
                ("name".to_owned(), text("ü")),
                ("size".to_owned(), text("12")),
                ("page".to_owned(), reference.clone()),
                ("kind".to_owned(), Raw::Enum("GROUP".to_owned())),
                ("parts".to_owned(), inner.clone()),
            ],
            collections: vec![
                ("none".to_owned(), Vec::new()),
                (
                    "pages".to_owned(),
                    vec![reference.clone(), Raw::Parts(vec![("a".to_owned(), inner), ("z".to_owned(), text(""))])],
                ),
            ],
        };
        let mut buffer = ObjectBuffer::default();
        buffer.take(&raw);
        let object = buffer.object("");
        assert_eq!(object.to_raw(), raw);
        assert_eq!((object.full_class(), object.number_id()), (raw.full_class(), raw.number_id()));
        for name in ["name", "size", "page", "kind", "parts", "missing"] {
            assert_eq!(object.text(name), raw.text(name), "{name}");
            assert_eq!(object.filled(name), raw.filled(name), "{name}");
            assert_eq!(object.number(name), raw.number(name), "{name}");
            assert_eq!(object.reference(name), raw.reference(name), "{name}");
            assert_eq!(object.property(name).map(|value| value.to_raw()).as_ref(), raw.property(name), "{name}");
        }
        let pages: Vec<Raw> = object.collection("pages").map(|value| value.to_raw()).collect();
        assert_eq!(pages, raw.collection("pages"));
        assert!(object.has_collection("none") && !object.has_collection("some"));
        buffer.begin("Page", "", 91);
        buffer.end(95);
        assert_eq!(
            buffer.object("").to_raw(),
            RawObject { class: "Page".to_owned(), offset: 91, end: 95, ..RawObject::default() }
        );
    }

    #[test]
    fn names_stay_from_object_to_object_and_values_stay_where_they_are() {
        let mut buffer = ObjectBuffer::default();
        let (title, above, space) = (buffer.name("title"), buffer.name("parent"), buffer.name("Space"));
        for (row, offset) in [("7ä12", 3), ("8ö34", 9)] {
            buffer.begin("Page", "p", offset);
            buffer.lend_id(0..1);
            buffer.lend_text(title, 1..3);
            buffer.lend_enum(title, 3..4);
            buffer.lend_reference(above, Some(space), 3..4);
            buffer.lend_reference(above, None, 4..5);
            let object = buffer.object(row);
            let whose = object.references().map(|(_, name, class, id)| (name, class, id)).collect::<Vec<_>>();
            assert_eq!(whose, [("parent", "Space", &row[3..4]), ("parent", "Page", &row[4..5])]);
            assert_eq!((object.class(), object.id(), object.offset()), ("Page", Some(&row[..1]), offset));
            let texts: Vec<_> = object.properties().take(2).map(|(name, value)| (name, value.to_raw())).collect();
            let text = |from: usize, to: usize| row[from..to].to_owned();
            assert_eq!(texts, [("title", Raw::Text(text(1, 3))), ("title", Raw::Enum(text(3, 4)))]);
        }
    }
}
