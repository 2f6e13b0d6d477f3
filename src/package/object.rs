use super::buffer::{Group, Kept, Span};
use super::{ObjectBuffer, Raw, RawObject};

/// One object, borrowed from whoever reads it. What its methods mean is what those of [`RawObject`] mean.
#[derive(Debug, Clone, Copy)]
pub struct Object<'a> {
    buffer: &'a ObjectBuffer,
    lent: &'a str,
}

/// The value of a property, or one member of a collection, borrowed. See [`Raw`].
#[derive(Debug, Clone, Copy)]
pub enum Value<'a> {
    /// An empty element; the same as a missing property.
    Null,
    /// Text, a number, a date, a truth value.
    Text(&'a str),
    /// Another object.
    Reference {
        /// Simple name of its class, as the reference spells it.
        class: &'a str,
        /// Its id.
        id: &'a str,
    },
    /// The name of an enum constant.
    Enum(&'a str),
    /// A value of several parts.
    Parts(Parts<'a>),
}

/// The named parts of a value: a component, or an entry of a map.
#[derive(Debug, Clone, Copy)]
pub struct Parts<'a> {
    object: Object<'a>,
    parts: &'a [(Span, Kept)],
}

/// The members of a collection.
#[derive(Debug, Clone)]
pub struct Values<'a> {
    object: Object<'a>,
    members: std::slice::Iter<'a, Kept>,
}

impl<'a> Object<'a> {
    pub(super) fn over(buffer: &'a ObjectBuffer, lent: &'a str) -> Self {
        Self { buffer, lent }
    }

    /// Simple name of its class.
    pub fn class(&self) -> &'a str {
        self.string(self.buffer.class)
    }

    /// The Java package of its class; may be empty.
    pub fn package(&self) -> &'a str {
        self.string(self.buffer.package)
    }

    /// Package and class.
    pub fn full_class(&self) -> String {
        let (package, class) = (self.package(), self.class());
        if package.is_empty() { class.to_owned() } else { format!("{package}.{class}") }
    }

    /// Its id; the parts of a composite one as `name=value,name=value`.
    pub fn id(&self) -> Option<&'a str> {
        self.buffer.id.map(|id| self.string(id))
    }

    /// The id as a number.
    pub fn number_id(&self) -> Option<u64> {
        self.id()?.parse().ok()
    }

    /// Where it begins, in bytes of the entry's content.
    pub fn offset(&self) -> u64 {
        self.buffer.offset
    }

    /// Where it ends.
    pub fn end(&self) -> u64 {
        self.buffer.end
    }

    /// A property as text; `None` where it is missing or null, `Some("")` where it is empty.
    pub fn text(&self, name: &str) -> Option<&'a str> {
        match self.property(name)? {
            Value::Text(text) | Value::Enum(text) => Some(text),
            Value::Null | Value::Reference { .. } | Value::Parts(_) => None,
        }
    }

    /// A property as text, where that isn't empty.
    pub fn filled(&self, name: &str) -> Option<&'a str> {
        self.text(name).filter(|text| !text.is_empty())
    }

    /// A property as a whole number.
    pub fn number(&self, name: &str) -> Option<i64> {
        self.text(name)?.trim().parse().ok()
    }

    /// A property that refers to another object: class and id.
    pub fn reference(&self, name: &str) -> Option<(&'a str, &'a str)> {
        self.property(name)?.as_reference()
    }

    /// A property of this name; of several, the first that says something.
    pub fn property(&self, name: &str) -> Option<Value<'a>> {
        let mut null = None;
        for (own, value) in &self.buffer.properties {
            // Most names differ in length, which is told without looking at them.
            if own.len() == name.len() && self.string(*own) == name {
                if *value != Kept::Null {
                    return Some(self.value(*value));
                }
                null = Some(Value::Null);
            }
        }
        null
    }

    /// Its properties in the order in which they are written.
    pub fn properties(&self) -> impl Iterator<Item = (&'a str, Value<'a>)> + use<'a> {
        let object = *self;
        self.buffer.properties.iter().map(move |(name, value)| (object.string(*name), object.value(*value)))
    }

    /// All its references to other objects: those of its properties (false) and those in its collections (true), each with the name of the property
    /// or collection, and class and id of the other object.
    pub fn references(&self) -> impl Iterator<Item = (bool, &'a str, &'a str, &'a str)> + use<'a> {
        let (object, buffer) = (*self, self.buffer);
        let owned = buffer.properties.iter().filter_map(move |(name, value)| object.referred(false, *name, *value));
        let listed = buffer.collections.iter().flat_map(move |group| {
            let members = buffer.members.get(group.from..group.to).unwrap_or_default();
            members.iter().filter_map(move |value| object.referred(true, group.name, *value))
        });
        owned.chain(listed)
    }

    fn referred(&self, listed: bool, name: Span, value: Kept) -> Option<(bool, &'a str, &'a str, &'a str)> {
        let Kept::Reference { class, id } = value else { return None };
        Some((listed, self.string(name), self.string(class), self.string(id)))
    }

    /// The members of a collection; none where it is missing. Of several of this name, the first.
    pub fn collection(&self, name: &str) -> Values<'a> {
        self.group(name)
            .map_or_else(|| self.values(&Group { name: Span::default(), from: 0, to: 0 }), |group| self.values(group))
    }

    /// Whether there is a collection of this name, be it an empty one.
    pub fn has_collection(&self, name: &str) -> bool {
        self.group(name).is_some()
    }

    /// Its collections in the order in which they are written.
    pub fn collections(&self) -> impl Iterator<Item = (&'a str, Values<'a>)> + use<'a> {
        let object = *self;
        self.buffer.collections.iter().map(move |group| (object.string(group.name), object.values(group)))
    }

    /// The same with storage of its own.
    pub fn to_raw(&self) -> RawObject {
        RawObject {
            class: self.class().to_owned(),
            package: self.package().to_owned(),
            id: self.id().map(str::to_owned),
            offset: self.offset(),
            end: self.end(),
            properties: self.properties().map(|(name, value)| (name.to_owned(), value.to_raw())).collect(),
            collections: self
                .collections()
                .map(|(name, members)| (name.to_owned(), members.map(|member| member.to_raw()).collect()))
                .collect(),
        }
    }

    fn group(&self, name: &str) -> Option<&'a Group> {
        let is = |group: &&Group| group.name.len() == name.len() && self.string(group.name) == name;
        self.buffer.collections.iter().find(is)
    }

    fn values(&self, group: &Group) -> Values<'a> {
        let members = self.buffer.members.get(group.from..group.to).unwrap_or_default();
        Values { object: *self, members: members.iter() }
    }

    fn string(&self, span: Span) -> &'a str {
        self.buffer.resolve(self.lent, span)
    }

    fn value(&self, kept: Kept) -> Value<'a> {
        match kept {
            Kept::Null => Value::Null,
            Kept::Text(text) => Value::Text(self.string(text)),
            Kept::Reference { class, id } => Value::Reference { class: self.string(class), id: self.string(id) },
            Kept::Enum(constant) => Value::Enum(self.string(constant)),
            Kept::Parts { from, to } => {
                Value::Parts(Parts { object: *self, parts: self.buffer.parts.get(from..to).unwrap_or_default() })
            }
        }
    }
}

impl<'a> Value<'a> {
    /// Class and id, where it is a reference.
    pub fn as_reference(&self) -> Option<(&'a str, &'a str)> {
        match self {
            Self::Reference { class, id } => Some((class, id)),
            _ => None,
        }
    }

    /// The same with storage of its own.
    pub fn to_raw(&self) -> Raw {
        match self {
            Self::Null => Raw::Null,
            Self::Text(text) => Raw::Text((*text).to_owned()),
            Self::Reference { class, id } => Raw::Reference { class: (*class).to_owned(), id: (*id).to_owned() },
            Self::Enum(constant) => Raw::Enum((*constant).to_owned()),
            Self::Parts(parts) => {
                Raw::Parts(parts.iter().map(|(name, value)| (name.to_owned(), value.to_raw())).collect())
            }
        }
    }
}

impl<'a> Parts<'a> {
    /// Name and value of each, in the order in which they are written.
    pub fn iter(&self) -> impl Iterator<Item = (&'a str, Value<'a>)> + use<'a> {
        let object = self.object;
        self.parts.iter().map(move |(name, value)| (object.string(*name), object.value(*value)))
    }
}

impl<'a> Iterator for Values<'a> {
    type Item = Value<'a>;

    fn next(&mut self) -> Option<Self::Item> {
        self.members.next().map(|member| self.object.value(*member))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.members.size_hint()
    }
}
