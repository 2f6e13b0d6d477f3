//! How text that a person wrote becomes settings: a tree with positions, a strict reader over it, and the values that every settings file shares.
//!
//! Settings types derive `Deserialize` and `JsonSchema`; [`read`] fills them and gives every mistake of a file at once, each with its line, column
//! and what to write instead. Must not know what a scenario is; the only
//! file that is opened here is one that holds a secret.

mod access;
mod complaint;
mod day;
mod duration;
mod family;
mod mask;
mod node;
mod portion;
mod read;
mod reader;
mod refusal;
mod secret;
mod size;
mod span;
mod words;
mod zone;

pub use complaint::{Complaint, Complaints, render};
pub use day::Day;
pub use duration::Duration;
pub use family::{Bare, Nothing, or_bare};
pub(crate) use family::{family, schema as family_schema, subschema};
pub use portion::Portion;
pub use read::{Rules, SOURCE_MAX, read};
pub use secret::{SecretError, SecretRef, random_secret};
pub use size::Size;
pub use span::{Span, Spanned};
pub use words::WordOr;
pub use zone::Zone;
