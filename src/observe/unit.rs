//! One piece of a reading that is done as a whole or not at all: what hangs on one page or blog post. It can be kept in a journal and put in its place later.

use std::cell::RefCell;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::model::Kind;
use crate::reading::Found;

tokio::task_local! {
    /// What the unit that is being read has found so far. So the many places that find something need not know whether a unit is being gathered, and a
    /// unit that breaks off leaves nothing behind.
    static UNIT: RefCell<Unit>;
}

/// What was found.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Unit {
    /// Items.
    pub(super) found: Vec<Found>,
    /// Kinds that could not be shown, and why.
    pub(super) not_read: Vec<(Kind, String)>,
    /// What else could not be shown.
    pub(super) blind_spots: Vec<String>,
    /// Ids of content that were taken in, to be forgotten where it breaks off.
    #[serde(skip)]
    pub(super) ids: Vec<u64>,
    /// What was taken over from an older manifest.
    pub(super) carried: BTreeMap<Kind, u64>,
}

/// Does the work, and gives what it found beside what it gives itself.
pub(super) async fn gathering<T>(work: impl Future<Output = T>) -> (T, Unit) {
    UNIT.scope(RefCell::default(), async {
        let done = work.await;
        (done, UNIT.with(RefCell::take))
    })
    .await
}

/// Adds to the unit that is being read; false where none is.
pub(super) fn add(change: impl FnOnce(&mut Unit)) -> bool {
    UNIT.try_with(|unit| change(&mut unit.borrow_mut())).is_ok()
}
