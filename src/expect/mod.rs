//! Obtains the manifest of a drill: from the backup itself, from a file, or captured from a live Confluence; and writes one. Has a live
//! Confluence backed up between two captures.
//!
//! A manifest that can't be trusted is refused, never repaired. Must not know what a check will make of it.

mod backup;
mod capture;
mod clock;
mod error;
mod flux;
mod obtain;
mod write;

pub use crate::observe::{Base, Capture, Resume};
pub use backup::{BackupError, Made, Order, back_up};
pub use capture::{bind, capture, capture_as, since};
pub use clock::{Clocked, clocked, named_zone};
pub use error::ExpectError;
pub use flux::{Flux, FluxError, bracketed};
pub use obtain::{Obtained, Wanted, beside, obtain};
pub use write::write;
