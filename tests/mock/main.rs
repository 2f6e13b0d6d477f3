//! Contract tests of the mock Confluence. They are written from docs/confluence.md, not from the mock's code: each names its fact there,
//! and how sure it is.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "helpers of tests fail by panicking, and clippy.toml spares test functions alone"
)]

#[path = "../common/mod.rs"]
mod common;

mod access;
mod backup;
mod browse;
mod browser;
mod chromium;
mod circle;
mod cloud;
mod content;
mod hostile;
mod lasting;
mod login;
mod package;
mod program;
mod public_client;
mod replaced;
mod restore;
mod rig;
mod search;
mod setup;
mod shapes;
mod troubles;
mod visitor;
mod walk;
