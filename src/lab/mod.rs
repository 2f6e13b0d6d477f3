//! Containers and folders that belong to one drill: written to a ledger before they are created, labelled, and removed when the drill
//! ends; what a killed drill leaves is swept.
//!
//! Must not know what runs in a container, nor how to tell that it is ready.

#[cfg(feature = "containers")]
mod container;
#[cfg(feature = "containers")]
mod engine;
mod error;
mod found;
#[cfg(feature = "containers")]
mod image;
mod ledger;
mod remove;
mod sweep;

#[cfg(feature = "containers")]
pub use container::{Asked, Condition, Container, start};
#[cfg(feature = "containers")]
pub use engine::Engine;
pub use error::LabError;
#[cfg(feature = "containers")]
pub use image::{Image, ensure_mock_image, existing_image, remove_old_mock_images};
pub use ledger::{Ledger, Object, WorkFolder, state_folder};
pub use remove::{Cleared, clear};
pub use sweep::{SweepSettings, Swept, sweep};

#[cfg(feature = "containers")]
/// Names the drill to which a container, a volume or a network belongs.
pub const LABEL_DRILL: &str = "rehearse.drill";
#[cfg(feature = "containers")]
/// Says when it was created, as `2026-11-23T12:45:01Z`.
pub const LABEL_CREATED: &str = "rehearse.created";
/// Says that an image holds a mock Confluence.
pub const LABEL_MOCK: &str = "rehearse.mock";
#[cfg(feature = "containers")]
/// The SHA-256 of the executable in an image that `rehearse` built itself.
pub const LABEL_EXECUTABLE: &str = "rehearse.executable";
