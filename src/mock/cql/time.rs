//! Times of a query. The mock's zone is UTC, and its rows keep the digits of the server's wall clock (docs/confluence.md, C7), so times
//! are compared as digits.

use jiff::ToSpan as _;
use jiff::civil::{Date, DateTime, Time};

use super::Operand;

/// A stretch of time that a value names: a day where no hour is given, a minute where one is. The end is no part of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Stretch {
    /// First instant.
    pub from: DateTime,
    /// First instant after it.
    pub to: DateTime,
}

/// The time of a value: `yyyy-MM-dd` or `yyyy/MM/dd`, with `HH:mm` or without, or one of the functions.
pub fn stretch(value: &Operand, now: DateTime) -> Option<Stretch> {
    match value {
        Operand::Text(text) => written(text),
        Operand::Call(name, arguments) => {
            let from = called(name, arguments, now)?;
            Some(Stretch { from, to: from.checked_add(1.minute()).ok()? })
        }
    }
}

fn written(text: &str) -> Option<Stretch> {
    let (day, hour) = match text.trim().split_once([' ', 'T']) {
        Some((day, hour)) => (day, Some(hour)),
        None => (text.trim(), None),
    };
    let date: Date = day.replace('/', "-").parse().ok()?;
    match hour {
        None => Some(Stretch { from: date.at(0, 0, 0, 0), to: date.tomorrow().ok()?.at(0, 0, 0, 0) }),
        Some(hour) => {
            let hour: Time = hour.parse().ok()?;
            let from = date.to_datetime(hour);
            Some(Stretch { from, to: from.checked_add(1.minute()).ok()? })
        }
    }
}

fn called(name: &str, arguments: &[String], now: DateTime) -> Option<DateTime> {
    let moved = |from: DateTime| match arguments {
        [] => Some(from),
        [by] => shift(from, by),
        _ => None,
    };
    let midnight = |date: Date| date.at(0, 0, 0, 0);
    let today = now.date();
    let monday = today.checked_sub(i64::from(today.weekday().to_monday_zero_offset()).days()).ok()?;
    match name {
        "now" => moved(now),
        "startofday" => moved(midnight(today)),
        "startofweek" => moved(midnight(monday)),
        "startofmonth" => moved(midnight(today.first_of_month())),
        "startofyear" => moved(midnight(today.first_of_year())),
        "endofday" => moved(midnight(today.tomorrow().ok()?)),
        "endofweek" => moved(midnight(monday.checked_add(1.week()).ok()?)),
        "endofmonth" => moved(midnight(today.last_of_month().tomorrow().ok()?)),
        "endofyear" => moved(midnight(today.last_of_year().tomorrow().ok()?)),
        _ => None,
    }
}

/// A time moved by `-4w` and the like: `y`, `M`, `w`, `d`, `h`, `m`; plus where no sign stands.
fn shift(from: DateTime, by: &str) -> Option<DateTime> {
    let unit = by.chars().last()?;
    let number: i64 = by.strip_suffix(unit)?.parse().ok()?;
    let span = match unit {
        'y' => jiff::Span::new().try_years(number),
        'M' => jiff::Span::new().try_months(number),
        'w' => jiff::Span::new().try_weeks(number),
        'd' => jiff::Span::new().try_days(number),
        'h' => jiff::Span::new().try_hours(number),
        'm' => jiff::Span::new().try_minutes(number),
        _ => return None,
    };
    from.checked_add(span.ok()?).ok()
}
