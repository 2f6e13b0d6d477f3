use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Deserialize, Deserializer, Visitor};
use serde::{Serialize, Serializer};

/// Longest time that a setting can ask for: ten years.
const SECONDS_MAX: u64 = 3_653 * 86_400;

/// A time span as settings write it: a whole number and a unit, `90s`, `15m`, `26h`, `1d`. At least one second.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Duration {
    number: u64,
    unit: char,
}

impl Duration {
    /// So many seconds.
    pub const fn seconds(number: u64) -> Self {
        Self { number, unit: 's' }
    }

    /// So many days.
    pub const fn days(number: u64) -> Self {
        Self { number, unit: 'd' }
    }

    /// The same in the standard library's terms.
    pub fn to_std(self) -> std::time::Duration {
        std::time::Duration::from_secs(self.number.saturating_mul(factor(self.unit).unwrap_or(1)))
    }
}

fn factor(unit: char) -> Option<u64> {
    match unit {
        's' => Some(1),
        'm' => Some(60),
        'h' => Some(3_600),
        'd' => Some(86_400),
        _ => None,
    }
}

impl std::str::FromStr for Duration {
    type Err = String;

    /// The first line of an error is the message, the second what to write.
    fn from_str(text: &str) -> Result<Self, String> {
        let refused =
            || format!("`{text:.40}` is not a time span\nwrite a number and s, m, h or d, such as 90s or 26h");
        let unit = text.chars().last().ok_or_else(refused)?;
        let digits = text.strip_suffix(unit).unwrap_or_default();
        let factor = factor(unit).ok_or_else(refused)?;
        if digits.is_empty() || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
            return Err(refused());
        }
        let number: u64 = digits.parse().map_err(|_| refused())?;
        match number.checked_mul(factor) {
            Some(1..=SECONDS_MAX) => Ok(Self { number, unit }),
            _ => Err(format!("`{text:.40}` is out of range\nwrite one second to ten years")),
        }
    }
}

impl fmt::Display for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.number, self.unit)
    }
}

impl Serialize for Duration {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Duration {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;
        impl Visitor<'_> for Text {
            type Value = Duration;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a time span with its unit, such as 90s or 26h")
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Duration, E> {
                text.parse().map_err(E::custom)
            }
        }
        deserializer.deserialize_str(Text)
    }
}

impl JsonSchema for Duration {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Duration".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A whole number and a unit: `90s`, `15m`, `26h`, `1d`.",
            "type": "string",
            "pattern": "^0*[1-9][0-9]*[smhd]$",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_span_is_a_number_and_a_unit() {
        let seconds = |text: &str| text.parse::<Duration>().map(|span| span.to_std().as_secs());
        assert_eq!(seconds("90s"), Ok(90));
        assert_eq!(seconds("15m"), Ok(900));
        assert_eq!(seconds("26h"), Ok(93_600));
        assert_eq!(seconds("1d"), Ok(86_400));
        for wrong in ["", "s", "60", "1.5h", "-1s", "1 h", "1w", "1hé", "é", "0s", "99999999999999999999d", "4000d"] {
            assert!(wrong.parse::<Duration>().is_err(), "{wrong}");
        }
    }
}
