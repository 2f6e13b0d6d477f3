//! Contract tests of the mock Confluence. They are written from the facts, not from the mock's code: each names its fact and how sure it
//! is: D documented by the vendor, L run live by a third party, C third-party code, K general knowledge, S seen in a recorded answer.
//!
//! Facts "R" are those on restore and REST, "F" those on the backup format, "S" those on REST shapes.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "helpers of tests fail by panicking, and clippy.toml spares test functions alone"
)]

mod content;
mod package;
mod restore;
mod rig;
mod shapes;
mod troubles;
