//! Capturing manifests from a live Confluence, by the mocks of both editions.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests assert")]

mod cloud;
#[path = "../common/mod.rs"]
mod common;
mod rig;
