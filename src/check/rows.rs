//! The rows that a check compares, and what each amounts to before any field is looked at.

use std::cmp::Ordering;

use super::compare::Rules;
use crate::model::Aside;
use crate::reading::{Alignment, ReadError, Regrouping, Row, Shown};

/// What a row amounts to.
#[derive(Debug, Clone, Copy)]
pub(super) enum State<'a> {
    /// Outside the comparison.
    Aside(Aside),
    /// Neither claimed nor restored.
    ArchiveOnly,
    /// Claimed, and not in the copy.
    Missing(&'a Shown),
    /// In the copy, and not claimed.
    Unexpected(&'a Shown),
    /// On both sides: expected and actual.
    Both(&'a Shown, &'a Shown),
}

/// What a row amounts to. What the source claims as live is never set aside, whatever became of it in the archive.
pub(super) fn state(row: &Row) -> State<'_> {
    let copy = row.observation.as_ref();
    if let Some(expected) = &row.manifest {
        return match (expected.aside, copy) {
            // In which form it was backed up nobody knows; that it was is certain.
            (Some(Aside::InFlux), None) => State::Missing(expected),
            (Some(aside), _) => State::Aside(aside),
            (None, Some(actual)) if actual.aside.is_none() => State::Both(expected, actual),
            (None, _) => State::Missing(expected),
        };
    }
    match (copy.filter(|actual| actual.aside.is_none()), row.aside()) {
        // What nobody claimed and the copy shows as live was brought back, whatever the archive calls it.
        (Some(actual), _) => State::Unexpected(actual),
        (None, Some(aside)) => State::Aside(aside),
        (None, None) => State::ArchiveOnly,
    }
}

/// The rows of a check's part of a kind, twins put together: of those that one side lacks and that are the same but for what may differ, the first
/// that is missing goes with the first that is unexpected, and so on.
pub(super) fn each_row(
    alignment: &Alignment<'_>,
    rules: &Rules,
    mut each: impl FnMut(&Row) -> Result<(), ReadError>,
) -> Result<(), ReadError> {
    let (mut missing, mut unexpected) = (Regrouping::default(), Regrouping::default());
    for row in alignment.rows(rules.kind) {
        let row = row?;
        if !row.any().is_some_and(|item| (rules.part)(item)) {
            continue;
        }
        match (rules.twin, state(&row)) {
            (Some(twin), State::Missing(item)) => missing.push(&twin(&item.key), &row),
            (Some(twin), State::Unexpected(item)) => unexpected.push(&twin(&item.key), &row),
            _ => each(&row)?,
        }
    }
    let (missing, unexpected) = (missing.finish()?, unexpected.finish()?);
    let (mut missing, mut unexpected) = (missing.rows().peekable(), unexpected.rows().peekable());
    loop {
        let order = match (missing.peek(), unexpected.peek()) {
            (None, None) => return Ok(()),
            (Some(Ok((one, _))), Some(Ok((other, _)))) => one.cmp(other),
            (Some(_), _) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
        };
        let claimed = if order.is_le() { missing.next().transpose()? } else { None };
        let shown = if order.is_ge() { unexpected.next().transpose()? } else { None };
        let row = match (claimed, shown) {
            (Some((_, claimed)), shown) => {
                let (inventory, observation) = shown.map_or((None, None), |(_, row)| (row.inventory, row.observation));
                Row { inventory: claimed.inventory.or(inventory), observation, ..claimed }
            }
            (None, Some((_, shown))) => shown,
            (None, None) => return Ok(()),
        };
        each(&row)?;
    }
}
