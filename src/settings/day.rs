use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Deserialize, Deserializer, Visitor};
use serde::{Serialize, Serializer};

/// A day of the calendar as settings write it: `2027-03-31`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Day(jiff::civil::Date);

impl std::str::FromStr for Day {
    type Err = String;

    /// The first line of an error is the message, the second what to write.
    fn from_str(text: &str) -> Result<Self, String> {
        let refused = || format!("`{text:.40}` is not a day\nwrite year, month and day, such as 2027-03-31");
        let date: jiff::civil::Date = text.parse().map_err(|_| refused())?;
        // The one spelling: reports compare days as texts.
        if date.to_string() == text && text.len() == 10 { Ok(Self(date)) } else { Err(refused()) }
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Serialize for Day {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;
        impl Visitor<'_> for Text {
            type Value = Day;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a day, such as 2027-03-31")
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Day, E> {
                text.parse().map_err(E::custom)
            }
        }
        deserializer.deserialize_str(Text)
    }
}

impl JsonSchema for Day {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Day".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "Year, month and day: `2027-03-31`.",
            "type": "string",
            "pattern": "^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_has_one_spelling() {
        assert_eq!("2027-03-31".parse::<Day>().map(|day| day.to_string()), Ok("2027-03-31".to_owned()));
        for wrong in
            ["", "2027-02-30", "2027-3-31", "20270331", "31.03.2027", "2027-03-31T00:00", "-2027-03-31", "tomorrow"]
        {
            assert!(wrong.parse::<Day>().is_err(), "{wrong}");
        }
    }
}
