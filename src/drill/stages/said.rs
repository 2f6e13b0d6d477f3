//! What a stage says when it ended well: one line, without content.

use super::{Claimed, Compared, Ran};
use crate::drill::probes::Probed;
use crate::drill::quote::Quoted;
use crate::model::{Backup, Kind, Severity, TearDown, count};
use crate::reading::{Claim, Inventory, Observation, Reading};
use crate::target::{Instance, Restored};

pub(in crate::drill) fn backup(backup: &Backup) -> String {
    format!("{} bytes, {}", count(backup.bytes), backup.digest)
}

pub(in crate::drill) fn inventory(inventory: &Inventory) -> String {
    let objects = inventory.ledger.total();
    let damage = inventory.damage.iter().filter(|damage| damage.severity == Severity::Error).count();
    let damage = match damage {
        0 => String::new(),
        1 => "; 1 sort of damage".to_owned(),
        more => format!("; {more} sorts of damage"),
    };
    format!("{}: {} objects, {}{damage}", inventory.writer, count(objects.lexed), held(&inventory.reading))
}

pub(in crate::drill) fn held(reading: &Reading) -> String {
    let parts: Vec<String> = [Kind::Space, Kind::Page, Kind::BlogPost, Kind::Comment, Kind::Attachment]
        .into_iter()
        .map(|kind| (kind, reading.number(kind)))
        .filter(|(_, number)| *number > 0)
        .map(|(kind, number)| format!("{} {}", count(number), kind.noun(number)))
        .collect();
    if parts.is_empty() { "no content".to_owned() } else { parts.join(", ") }
}

pub(in crate::drill) fn expected(claimed: &Claimed) -> String {
    let obtained = &claimed.obtained;
    let claim = match obtained.manifest.claim {
        Claim::Source => "manifest from the source",
        Claim::Backup => "manifest from the backup itself, which proves less",
    };
    let bound = if obtained.bound { "bound to this backup" } else { "not bound to this backup" };
    let clock = obtained.clock.as_ref().map(|clock| format!("; {clock}")).unwrap_or_default();
    let drawn = claimed.drawing.as_ref().map(|drawing| {
        let drawn = &drawing.drawn;
        format!("; a sample of {} of their {} files was drawn", count(drawn.number), count(drawn.population))
    });
    format!("{claim}, {bound}: {}{clock}{}", held(&obtained.manifest.reading), drawn.unwrap_or_default())
}

pub(in crate::drill) fn instance(instance: &Instance) -> String {
    format!("{} is up", instance.product())
}

pub(in crate::drill) fn restored(restored: &Restored) -> String {
    let warnings: String = restored.warnings.iter().map(|warning| format!("; {warning}")).collect();
    format!("the job finished{warnings}")
}

pub(in crate::drill) fn observed(observation: &Observation) -> String {
    format!("read back {}", held(&observation.reading))
}

pub(in crate::drill) fn probed(probed: &Probed<'_>) -> String {
    match probed.answers().map(|answers| answers.all.len() as u64) {
        None | Some(0) => "there was nothing to ask".to_owned(),
        Some(1) => "asked 1 question".to_owned(),
        Some(more) => format!("asked {} questions", count(more)),
    }
}

pub(in crate::drill) fn compared(compared: &Compared) -> String {
    let ran = compared.iter().filter_map(|(_, ran)| match ran {
        Ran::Outcome(outcome) => Some(outcome),
        Ran::Not(_) | Ran::Impossible(_) => None,
    });
    let (mut checks, mut examined, mut errors) = (0_u64, 0_u64, 0_u64);
    for outcome in ran {
        checks += 1;
        examined += outcome.tally.examined;
        errors += outcome.errors();
    }
    format!("{} checks examined {} things and found {} errors", count(checks), count(examined), count(errors))
}

pub(in crate::drill) fn quoted(quoted: &Quoted) -> String {
    match quoted.len() {
        0 => "no text is shown".to_owned(),
        1 => "1 text is shown".to_owned(),
        more => format!("{more} texts are shown"),
    }
}

pub(in crate::drill) fn gone(gone: &TearDown) -> String {
    if gone.removed.is_empty() {
        "nothing was left to remove".to_owned()
    } else {
        format!("removed {}", gone.removed.join(", "))
    }
}
