//! `rehearse` restores a Confluence backup somewhere disposable, compares what came back with what the source says should be there, and
//! files the proof. ARCHITECTURE.md has the figure, the layers and the invariants.

pub mod check;
pub mod clock;
pub mod event;
pub mod evidence;
pub mod model;
pub mod reading;
pub mod report;
