//! The normal form of storage format: two texts have one form where a reader of XML would tell no difference, beyond what changes without any edit
//! (docs/confluence.md, C30 to C33).
//!
//! The form is storage format itself, parsed and written again: entities resolved, attributes in order, empty elements closed in one way. So nothing is
//! lost on the way to it that isn't named here, and the form of a form is the same. What a text refers to by a number of its own instance is taken out, and stands beside
//! the form in a list.
//!
//! Must not know where a text comes from, nor who is behind a key or an id.

mod entities;
mod lines;
#[cfg(test)]
mod tests;
mod walk;

use serde::{Deserialize, Serialize};

use crate::model::{Hasher, repaired};
pub use lines::lines;
use walk::Walk;

/// The name and number of the rules of the form. Digests by other rules are not compared.
pub const NORMAL_RULES: &str = "normal/1";

/// By what a text refers to something (docs/confluence.md, C32).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum By {
    /// The key of a user, which belongs to one instance.
    UserKey,
    /// The account id of a user of Cloud.
    Account,
    /// The id of content, which belongs to one instance.
    Content,
}

/// A reference that was taken out of the form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reference {
    /// By what it refers.
    pub by: By,
    /// Key or id, as the text has it.
    pub value: String,
}

/// A text in normal form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Normal {
    /// SHA-256 of the form.
    pub sum: [u8; 32],
    /// What was taken out of it, in the order of the text.
    pub references: Vec<Reference>,
}

/// What is kept of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Digested {
    /// The strict digest, as [`crate::model::body_sum`] gives it.
    pub sum: [u8; 32],
    /// Length of the text in bytes, repaired.
    pub bytes: u64,
    /// The normal form; `None` where the text isn't well-formed.
    pub normal: Option<Normal>,
}

/// Digests texts one after the other, in memory that it keeps.
#[derive(Debug, Default)]
pub struct Digester {
    form: String,
}

impl Digester {
    /// Strict digest and normal form of a text in storage format.
    pub fn digest(&mut self, text: &str) -> Digested {
        let text = repaired(text);
        let sum = sum(&text);
        self.form.clear();
        let references = Walk::new(&text, &mut self.form).run();
        let normal = references.map(|references| {
            // Most texts have that form already, and need no second digest.
            let sum = if self.form == *text { sum } else { self::sum(&self.form) };
            Normal { sum, references }
        });
        Digested { sum, bytes: text.len() as u64, normal }
    }
}

/// The normal form of a text, and what was taken out of it; `None` where the text isn't well-formed.
pub fn form(text: &str) -> Option<(String, Vec<Reference>)> {
    let mut form = String::new();
    let references = Walk::new(&repaired(text), &mut form).run()?;
    Some((form, references))
}

fn sum(text: &str) -> [u8; 32] {
    let mut hasher = Hasher::default();
    hasher.update(text.as_bytes());
    hasher.sum()
}
