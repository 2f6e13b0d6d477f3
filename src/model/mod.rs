//! The nouns of a drill, as section "words" of ARCHITECTURE.md gives them.
//!
//! Data and rules that follow from data alone. Nothing here knows a file format, a network or a clock.

mod backup;
mod finding;
mod item;
mod key;
mod kind;
mod ledger;
mod lot;
mod needs;
mod text;
mod verdict;

pub use backup::{Backup, Form, Scope};
pub use finding::{Code, Damage, Discrepancy, Finding, Hop, Outcome, Place, Severity, Subject, Tally, Uncompared};
pub use item::{Aside, Field, Item, Presence, Value};
pub use key::{Identity, Key};
pub use kind::Kind;
pub use ledger::{Account, Descriptor, Ledger};
pub use lot::Lot;
pub use needs::Needs;
pub use text::{BODY_DIGEST_RULES, Digest, Hasher, body_digest, count, wall_clock};
pub use verdict::{Assurance, Fault, Verdict};
