//! Whether the times of a live source and of a backup of it are digits of one wall clock, and what to do where they aren't.
//!
//! A backup holds digits without a zone, those of the server that made it; a server shows its own, and Cloud those of UTC (docs/confluence.md, C7). Which it is
//! is looked up in the dates of content that both sides hold, never taken on trust, and always said.

use std::collections::HashMap;

use jiff::tz::TimeZone;

use crate::model::{Descriptor, Field, Item, Kind, count};
use crate::reading::{ReadError, Reading, on_the_clock_of, rezoned};
use crate::settings::Zone;

/// Most dates that are looked at.
const DATES: usize = 5_000;
/// Fewest dates by which a zone is found that nobody named.
const FEWEST: usize = 10;
/// Dates of the kinds that keep their ids from source to backup.
const KINDS: [Kind; 4] = [Kind::Page, Kind::BlogPost, Kind::Comment, Kind::Attachment];

/// The clock on which the sides can be compared.
#[derive(Debug)]
pub struct Clocked {
    /// The live side, its times on the backup's clock.
    pub reading: Reading,
    /// What was found, in words; nothing where there was nothing to look at.
    pub said: Option<String>,
}

/// Puts what a live Confluence shows on the clock of a backup. `named` is the zone of the backup's digits, where the scenario or the backup names it,
/// and who does.
///
/// # Errors
/// A disk that doesn't give back what was read.
pub fn clocked(live: &Reading, backup: &Reading, named: Option<(TimeZone, &str)>) -> Result<Clocked, ReadError> {
    let dates = dates(live, backup)?;
    let as_it_is = || Clocked { reading: live.clone(), said: None };
    if dates.is_empty() {
        return Ok(as_it_is());
    }
    let agreeing = |zone: &TimeZone| {
        let agrees = |(shown, held): &&(String, String)| {
            on_the_clock_of(shown, &TimeZone::UTC, zone).as_ref().is_some_and(|there| there == held)
        };
        dates.iter().filter(agrees).count()
    };
    let same = dates.iter().filter(|(shown, held)| shown == held).count();
    let say = |number: usize, how: &str| {
        format!(
            "{} of {} dates of the source agree with the backup's {how}",
            count(number as u64),
            count(dates.len() as u64)
        )
    };
    // An edit that changed a date is no question of the clock.
    if same * 2 > dates.len() {
        return Ok(Clocked { said: Some(say(same, "on one clock")), ..as_it_is() });
    }
    let found = match named {
        Some((zone, who)) => Some((zone, format!("named by {who}"))),
        None if dates.len() >= FEWEST => unnamed(&dates).map(|zone| (zone, "found by the dates alone".to_owned())),
        None => None,
    };
    let Some((zone, who)) = found.filter(|(zone, _)| agreeing(zone) * 2 > dates.len()) else {
        return Ok(Clocked { said: Some(say(same, "on one clock, and no zone explains the others")), ..as_it_is() });
    };
    let name = zone.iana_name().unwrap_or("a zone without a name").to_owned();
    let said = say(agreeing(&zone), &format!("when UTC is read on the clock of {name}, {who}"));
    Ok(Clocked { reading: rezoned(live, &TimeZone::UTC, &zone)?, said: Some(said) })
}

/// The zone of a backup's digits: by whoever drills it, else by its descriptor.
pub fn named_zone<'a>(given: Option<&Zone>, descriptor: &Descriptor) -> Option<(TimeZone, &'a str)> {
    let own = || descriptor.get("timezoneId").and_then(|name| TimeZone::get(name).ok());
    match given {
        Some(zone) => Some((zone.get().clone(), "whoever asked")),
        None => Some((own()?, "the backup")),
    }
}

/// What both sides say of when the same content was made.
fn dates(live: &Reading, backup: &Reading) -> Result<Vec<(String, String)>, ReadError> {
    let dated = |item: &Item| Some((item.kind, item.id?, item.text(Field::Created)?.to_owned()));
    let mut shown = HashMap::new();
    for item in KINDS.into_iter().flat_map(|kind| live.items(kind)) {
        if let Some((kind, id, created)) = dated(&item?) {
            shown.insert((kind, id), created);
        }
        if shown.len() >= DATES {
            break;
        }
    }
    let mut dates = Vec::new();
    for item in KINDS.into_iter().flat_map(|kind| backup.items(kind)) {
        if let Some((kind, id, held)) = dated(&item?)
            && let Some(shown) = shown.remove(&(kind, id))
        {
            dates.push((shown, held));
        }
    }
    Ok(dates)
}

/// The first zone of the data base that explains every date.
fn unnamed(dates: &[(String, String)]) -> Option<TimeZone> {
    let explains = |zone: &TimeZone| {
        let mut each = dates.iter();
        each.all(|(shown, held)| on_the_clock_of(shown, &TimeZone::UTC, zone).as_ref() == Some(held))
    };
    jiff::tz::db().available().filter_map(|name| jiff::tz::db().get(name.as_str()).ok()).find(explains)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::model::{Key, Scope, Value};
    use crate::reading::Header;

    /// Pages that were made at these times.
    fn reading(times: &[String]) -> Reading {
        let header = Header {
            origin: String::new(),
            began: String::new(),
            ended: String::new(),
            product: None,
            scope: Scope::Site,
            coverage: BTreeMap::new(),
            blind_spots: Vec::new(),
            texts: String::new(),
            normal: None,
            capture: None,
        };
        let items = times.iter().zip(1..).map(|(time, id): (_, u64)| Item {
            kind: Kind::Page,
            key: Key::new(["page".to_owned(), "OPS".to_owned(), format!("{id:03}")]),
            id: Some(id),
            aside: None,
            fields: BTreeMap::from([(Field::Created, Some(Value::from(time.as_str())))]),
        });
        Reading::new(header, items).unwrap()
    }

    fn months(hours: impl Fn(u32) -> u32) -> Vec<String> {
        (1..=12).map(|month| format!("2026-{month:02}-11 {:02}:30:00.000", hours(month))).collect()
    }

    /// What a server in Berlin wrote, and what UTC calls it.
    fn berlin() -> [Reading; 2] {
        [reading(&months(|month| if (4..=10).contains(&month) { 10 } else { 11 })), reading(&months(|_| 12))]
    }

    fn zone(name: &str) -> Option<(TimeZone, &'static str)> {
        Some((TimeZone::get(name).unwrap(), "the backup"))
    }

    #[test]
    fn one_clock_is_left_alone_whatever_the_backup_names() {
        let [_, backup] = berlin();
        for named in [None, zone("Europe/Berlin")] {
            let clocked = clocked(&backup, &backup, named).unwrap();
            assert_eq!(clocked.reading, backup);
            assert_eq!(
                clocked.said.as_deref(),
                Some("12 of 12 dates of the source agree with the backup's on one clock")
            );
        }
    }

    #[test]
    fn a_zone_that_is_named_or_found_is_applied_with_its_summer_time() {
        let [live, backup] = berlin();
        for (named, who) in
            [(zone("Europe/Berlin"), "Europe/Berlin, named by the backup"), (None, "found by the dates alone")]
        {
            let clocked = clocked(&live, &backup, named).unwrap();
            assert_eq!(clocked.reading, backup);
            assert!(clocked.said.as_ref().unwrap().contains(who), "{:?}", clocked.said);
        }
    }

    #[test]
    fn what_no_zone_explains_stays_and_is_said() {
        let [live, backup] = berlin();
        let odd = reading(&months(|month| month));
        for (live, named) in [(&odd, None), (&live, zone("Asia/Tokyo"))] {
            let clocked = clocked(live, &backup, named).unwrap();
            assert_eq!(&clocked.reading, live);
            assert!(clocked.said.unwrap().contains("no zone explains"));
        }
        let few: Vec<String> = months(|_| 12).into_iter().take(3).collect();
        let clocked = clocked(&reading(&few), &reading(&months(|_| 13)), None).unwrap();
        assert!(clocked.said.unwrap().contains("0 of 3"), "three dates are no proof of a zone");
    }
}
