//! The real program carries out whole drills: what it says, what it files, how it ends, and what it leaves behind.
//!
//! Every drill runs in a folder of its own, with its own state folder and its own folder for temporary files, so that whatever stays behind
//! shows. The packages are made here from a few lines of text, or by `rehearsal::sample`.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "helpers of tests fail by panicking, and clippy.toml spares test functions alone"
)]

#[path = "../common/mod.rs"]
mod common;
#[path = "../mock/package.rs"]
#[allow(dead_code, reason = "its own packages are made for the mock")]
mod package;

mod backups;
mod cases;
mod cover;
mod docker;
mod examples;
mod manifests;
mod misbehaviour;
mod privacy;
mod probes;
mod rig;
mod several;
mod stops;
mod troubles;
mod wiki;
