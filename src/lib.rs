//! `rehearse` restores a Confluence backup somewhere disposable, compares what came back with what the source says should be there, and
//! files the proof. ARCHITECTURE.md has the figure, the layers and the invariants.

pub mod archive;
pub mod check;
pub mod cli;
pub mod clock;
pub mod confluence;
pub mod damage;
pub mod drill;
pub mod event;
pub mod evidence;
pub mod expect;
pub mod lab;
pub mod mock;
pub mod model;
pub mod observe;
pub mod package;
pub mod plan;
pub mod probe;
pub mod prove;
pub mod reading;
pub mod report;
pub mod runs;
pub mod sample;
pub mod scenario;
pub mod settings;
pub mod source;
pub mod storage;
pub mod target;
