//! Capturing manifests from a live Confluence, by the mocks of both editions.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests assert")]

mod cloud;
#[path = "../common/mod.rs"]
mod common;
mod flux;
#[allow(dead_code, reason = "made for the tests of the mock, too")]
#[path = "../mock/package.rs"]
mod package;
mod program;
mod proxy;
mod resume;
mod rig;
mod since;
