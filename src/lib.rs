//! `rehearse` restores a Confluence backup somewhere disposable, compares what came back with what the source says should be there, and
//! files the proof. ARCHITECTURE.md has the figure, the layers and the invariants.

pub mod archive;
pub mod check;
pub mod clock;
pub mod damage;
pub mod event;
pub mod model;
pub mod package;
pub mod reading;
pub mod sample;
