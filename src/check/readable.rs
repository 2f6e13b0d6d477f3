//! Whether the two sides of a comparison were read at all.

use crate::model::{Kind, count};
use crate::reading::{Alignment, Coverage, Names, Reading, Side};

/// Why a kind can't be compared, if it can't: a side was not read, or the matching lost items of it.
pub(super) fn unreadable(alignment: &Alignment<'_>, kind: Kind) -> Option<String> {
    let noun = kind.noun(2);
    let Names { claim, copy } = alignment.names;
    let Some(observation) = alignment.observation() else {
        return Some(format!("there is no {copy} whose {noun} could be examined"));
    };
    let manifest = &alignment.manifest().reading;
    for (side, reading) in [(copy, &observation.reading), (claim, manifest)] {
        match reading.header.coverage.get(&kind) {
            Some(Coverage::Read) => {}
            Some(Coverage::NotRead(reason)) => return Some(format!("the {side} doesn't show {noun}: {reason}")),
            None => return Some(format!("the {noun} of the {side} were not read")),
        }
    }
    Side::ALL.into_iter().find_map(|side| unmatched(alignment, side, kind))
}

/// The rows must hold all that the reading's own count says: a matching that loses items is no comparison.
fn unmatched(alignment: &Alignment<'_>, side: Side, kind: Kind) -> Option<String> {
    let (name, reading): (_, &Reading) = match side {
        Side::Manifest => (alignment.names.claim, &alignment.manifest().reading),
        Side::Inventory => ("archive", &alignment.inventory().reading),
        Side::Observation => (alignment.names.copy, &alignment.observation()?.reading),
    };
    let (aligned, all) = (alignment.number(side, kind), reading.number(kind));
    (aligned != all).then(|| {
        let (aligned, of, noun) = (count(aligned), count(all), kind.noun(all));
        format!("{aligned} of {of} {noun} of the {name} could be matched, since several have one id")
    })
}
