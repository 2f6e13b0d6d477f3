//! The Confluence Query Language: read into a tree, checked, and held against rows of the store (docs/confluence.md, R23 and R24).
//!
//! Knows the store and the texts, and nothing of HTTP, paging and shapes. Every row in question is looked at;
//! what the index doesn't know yet is left out.

mod filter;
mod lexer;
mod parser;
mod time;
mod words;

#[cfg(test)]
mod tests;

pub use filter::{Filter, Hit, digits, title};
pub use parser::parse;
pub use words::readable;

/// Why a query isn't answered; Confluence says 400.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CqlError {
    /// It isn't of the language, or names a field or an operator that isn't there.
    #[error("Could not parse cql : {0}")]
    Unreadable(String),
    /// A type that nothing has.
    #[error(
        "Unsupported value for type, got : {0}, expected one of : [space, user, page, blogpost, comment, attachment]"
    )]
    Type(String),
}

/// A query as it was read.
#[derive(Debug, Clone, PartialEq)]
pub struct Query {
    /// What must hold.
    pub condition: Condition,
    /// Fields to sort by, first things first, and whether from high to low.
    pub order: Vec<(Field, bool)>,
}

/// What must hold of a row.
#[derive(Debug, Clone, PartialEq)]
pub enum Condition {
    All(Vec<Self>),
    Any(Vec<Self>),
    Not(Box<Self>),
    Clause(Field, Operator, Vec<Operand>),
}

/// What a clause asks about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    Ancestor,
    Container,
    Contributor,
    Created,
    Creator,
    Id,
    Label,
    LastModified,
    Parent,
    Space,
    SpaceTitle,
    SpaceType,
    Text,
    Title,
    Type,
}

impl Field {
    /// The field of this name; names don't tell upper from lower case.
    pub fn named(name: &str) -> Option<Self> {
        Some(match name.to_lowercase().as_str() {
            "ancestor" => Self::Ancestor,
            "container" => Self::Container,
            "contributor" => Self::Contributor,
            "created" => Self::Created,
            "creator" => Self::Creator,
            "id" | "content" | "content.id" => Self::Id,
            "label" => Self::Label,
            "lastmodified" => Self::LastModified,
            "parent" => Self::Parent,
            "space" | "space.key" => Self::Space,
            "space.title" => Self::SpaceTitle,
            "space.type" => Self::SpaceType,
            "text" | "sitesearch" => Self::Text,
            "title" => Self::Title,
            "type" => Self::Type,
            _ => return None,
        })
    }

    /// Which operators go with it: those of texts contain, those of times compare, and everything else is equal or in a list.
    fn takes(self, operator: Operator) -> bool {
        use Operator::{Contains, Is, Lacks, OneOf};
        match self {
            Self::Text => matches!(operator, Contains | Lacks),
            Self::Title | Self::SpaceTitle => {
                matches!(operator, Contains | Lacks | Is | Operator::IsNot | OneOf | Operator::NoneOf)
            }
            Self::Created | Self::LastModified => !matches!(operator, Contains | Lacks | OneOf | Operator::NoneOf),
            _ => matches!(operator, Is | Operator::IsNot | OneOf | Operator::NoneOf),
        }
    }

    /// Whether results can be sorted by it.
    fn sorts(self) -> bool {
        matches!(
            self,
            Self::Created | Self::LastModified | Self::Title | Self::Id | Self::Space | Self::Type | Self::Creator
        )
    }
}

/// How a clause compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    Is,
    IsNot,
    Contains,
    Lacks,
    Before,
    AtMost,
    After,
    AtLeast,
    OneOf,
    NoneOf,
}

/// A value of a clause.
#[derive(Debug, Clone, PartialEq)]
pub enum Operand {
    Text(String),
    /// A function and its arguments.
    Call(String, Vec<String>),
}
