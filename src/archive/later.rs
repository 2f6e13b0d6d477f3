//! Content that is younger than the export that holds it.

use jiff::civil::DateTime;

use super::damage::{Damages, at_entities};
use super::preflight::Signals;
use crate::model::{Severity, wall_clock};

/// Hours between the earliest and the latest time zone.
const ZONES: i64 = 26;

/// Tells of an edit that is dated later than the export. By less than a day and two hours that is normal: a restore keeps the digits of the
/// clock, and a site that moved to an earlier time zone has edits in its future (docs/confluence.md, C7).
pub(super) fn judge(signals: &Signals, damages: &mut Damages) {
    let export = signals.datetime.as_deref().and_then(wall_clock);
    let newest = signals.newest_edit.as_ref().and_then(|(edit, offset)| Some((wall_clock(edit)?, *offset)));
    let (Some(export), Some((newest, offset))) = (export, newest) else { return };
    if newest <= export {
        return;
    }
    let parsed = |text: &str| text.parse::<DateTime>().ok();
    let hours = parsed(&newest).zip(parsed(&export)).map(|(newest, export)| newest.duration_since(export).as_hours());
    let (severity, why) = if hours.is_some_and(|hours| hours < ZONES) {
        (Severity::Info, "as in a site that moved between time zones")
    } else {
        (Severity::Warning, "a clock was wrong, or the package was put together from several")
    };
    let message = format!("it was made at {export}, and holds an edit of {newest}: {why}");
    damages.add("edited-after-export", severity, message, at_entities(Some(offset)), None);
}
