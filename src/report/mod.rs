//! Reports: pure functions from the record of a drill to text or bytes.
//!
//! Must not know how the drill was run, nor where the bytes go; holds no opinion on what passed. What a record holds of content went through
//! `privacy` before; here it is only kept from breaking the form that it is written into.

mod cover;
pub mod evidence;
pub mod junit;
mod polish;
pub mod proof;
mod story;
pub mod terminal;
mod visible;

pub use visible::{one_line, visible};

use crate::model::Fault;

/// Why a report could not be made.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    /// The JUnit writer refused.
    #[error("the JUnit writer refused: {0}")]
    Junit(String),
    /// What was written can't be read back.
    #[error("the report that was written is not well-formed XML, at byte {at}: {problem}")]
    NotWellFormed {
        /// Where, from the beginning.
        at: u64,
        /// What the reader says.
        problem: String,
    },
    /// It doesn't get small enough for those who read it.
    #[error("the report has {bytes} bytes even when its texts are cut, and readers take {most}")]
    TooLarge {
        /// How many it has.
        bytes: usize,
        /// How many it may have.
        most: usize,
    },
    /// The record can't be written as JSON.
    #[error("the record can't be written as JSON: {0}")]
    Json(#[from] serde_json::Error),
}

impl RenderError {
    /// A report that can't be made is the rig's failing.
    pub const fn fault(&self) -> Fault {
        Fault::Rig
    }
}
