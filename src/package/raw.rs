/// One object of entities.xml, as it is written there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RawObject {
    /// Simple name of its class.
    pub class: String,
    /// The Java package of its class; may be empty.
    pub package: String,
    /// Its id; the parts of a composite one as `name=value,name=value`.
    pub id: Option<String>,
    /// Where `<object` begins, in bytes of the entry's content.
    pub offset: u64,
    /// Where it ends, behind `</object>`.
    pub end: u64,
    /// Its properties in the order in which they are written.
    pub properties: Vec<(String, Raw)>,
    /// Its collections in the order in which they are written.
    pub collections: Vec<(String, Vec<Raw>)>,
}

/// The value of a property, or one member of a collection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Raw {
    /// An empty element. The same as a missing property: the writers differ in which of the two they use.
    Null,
    /// Text, a number, a date, a truth value.
    Text(String),
    /// Another object.
    Reference {
        /// Simple name of its class, as the reference spells it: `ContentEntityObject` occurs for any class of content.
        class: String,
        /// Its id.
        id: String,
    },
    /// The name of an enum constant.
    Enum(String),
    /// A value of several parts: a component, or an entry of a map.
    Parts(Vec<(String, Raw)>),
}

impl RawObject {
    /// A property as text; `None` where it is missing or null, `Some("")` where it is empty.
    pub fn text(&self, name: &str) -> Option<&str> {
        match self.property(name)? {
            Raw::Text(text) | Raw::Enum(text) => Some(text),
            Raw::Null | Raw::Reference { .. } | Raw::Parts(_) => None,
        }
    }

    /// A property as text, where that isn't empty.
    pub fn filled(&self, name: &str) -> Option<&str> {
        self.text(name).filter(|text| !text.is_empty())
    }

    /// A property as a whole number.
    pub fn number(&self, name: &str) -> Option<i64> {
        self.text(name)?.trim().parse().ok()
    }

    /// A property that refers to another object: class and id.
    pub fn reference(&self, name: &str) -> Option<(&str, &str)> {
        match self.property(name)? {
            Raw::Reference { class, id } => Some((class, id)),
            _ => None,
        }
    }

    /// The members of a collection; none where it is missing.
    pub fn collection(&self, name: &str) -> &[Raw] {
        self.collections.iter().find(|(own, _)| own == name).map_or(&[], |(_, members)| members)
    }

    /// Package and class.
    pub fn full_class(&self) -> String {
        if self.package.is_empty() { self.class.clone() } else { format!("{}.{}", self.package, self.class) }
    }

    /// The id as a number.
    pub fn number_id(&self) -> Option<u64> {
        self.id.as_deref()?.parse().ok()
    }

    /// A property of this name; of several, the first that says something.
    pub fn property(&self, name: &str) -> Option<&Raw> {
        let mut own = self.properties.iter().filter(|(own, _)| own == name).map(|(_, value)| value);
        let first = own.next()?;
        if *first == Raw::Null { own.find(|value| **value != Raw::Null).or(Some(first)) } else { Some(first) }
    }
}

impl Raw {
    /// Class and id, where it is a reference.
    pub fn as_reference(&self) -> Option<(&str, &str)> {
        match self {
            Self::Reference { class, id } => Some((class, id)),
            _ => None,
        }
    }
}
