//! Obtains the manifest of a drill: from the backup itself, from a file, or captured from a live Confluence; and writes one.
//!
//! A manifest that can't be trusted is refused, never repaired. Must not know what a check will make of it.

mod capture;
mod error;
mod obtain;
mod write;

pub use crate::observe::{Base, Capture, Resume};
pub use capture::{bind, capture, capture_as, since};
pub use error::ExpectError;
pub use obtain::{Obtained, Wanted, beside, obtain};
pub use write::write;
