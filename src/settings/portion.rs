use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Deserialize, Deserializer, Visitor};
use serde::{Serialize, Serializer};

use super::Size;

/// A part of many things as settings write it: a number of them (`2000`), a share (`5%`, `0.5%`), or as many as fit into a size (`50GiB`).
/// Never nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Portion {
    /// So many.
    Number(u64),
    /// So many in ten thousand, at most all.
    Share(u32),
    /// As many as have this size together.
    Size(Size),
}

/// All of them, in ten thousandths.
const WHOLE: u32 = 10_000;

impl std::str::FromStr for Portion {
    type Err = String;

    /// The first line of an error is the message, the second what to write.
    fn from_str(text: &str) -> Result<Self, String> {
        let refused =
            || format!("`{text:.40}` is not a part of something\nwrite a number, a share or a size: 2000, 5% or 50GiB");
        let Some(percent) = text.strip_suffix('%') else {
            return text.parse().map(Self::Size).map_err(|_| refused());
        };
        let (whole, fraction) = percent.split_once('.').unwrap_or((percent, "0"));
        let digits = |text: &str| (1..=3).contains(&text.len()) && text.bytes().all(|digit| digit.is_ascii_digit());
        if !digits(whole) || !digits(fraction) || fraction.len() > 2 {
            return Err(refused());
        }
        let number = |text: &str| text.parse::<u32>().map_err(|_| refused());
        let scale = if fraction.len() == 1 { 10 } else { 1 };
        match number(whole)? * 100 + number(fraction)? * scale {
            share @ 1..=WHOLE => Ok(Self::Share(share)),
            _ => Err(format!("`{text:.40}` is out of range\nwrite more than 0% and at most 100%")),
        }
    }
}

impl fmt::Display for Portion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => write!(f, "{number}"),
            Self::Share(share) if share % 100 == 0 => write!(f, "{}%", share / 100),
            Self::Share(share) if share % 10 == 0 => write!(f, "{}.{}%", share / 100, share / 10 % 10),
            Self::Share(share) => write!(f, "{}.{:02}%", share / 100, share % 100),
            Self::Size(size) => size.fmt(f),
        }
    }
}

impl Serialize for Portion {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Portion {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;
        impl Visitor<'_> for Either {
            type Value = Portion;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number, a share or a size, such as 2000, 5% or 50GiB")
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Portion, E> {
                text.parse().map_err(E::custom)
            }

            fn visit_u64<E: serde::de::Error>(self, number: u64) -> Result<Portion, E> {
                if number == 0 {
                    return Err(E::custom("a part of nothing shows nothing\nwrite 1 or more"));
                }
                Ok(Portion::Number(number))
            }
        }
        deserializer.deserialize_any(Either)
    }
}

impl JsonSchema for Portion {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Portion".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A number (`2000`), a share (`5%`) or a size (`50GiB`).",
            "anyOf": [
                { "type": "integer", "minimum": 1 },
                { "type": "string", "pattern": "^0*[1-9][0-9]*([KMGT]i)?B$" },
                { "type": "string", "pattern": "^(0?[0-9]{1,2}(\\.[0-9]{1,2})?|100(\\.0{1,2})?)%$" },
            ],
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_portion_is_a_number_a_share_or_a_size() {
        let printed = |text: &str| text.parse::<Portion>().map(|portion| portion.to_string());
        for text in ["5%", "0.5%", "0.25%", "100%", "50GiB"] {
            assert_eq!(printed(text), Ok(text.to_owned()));
        }
        assert_eq!("0.5%".parse(), Ok(Portion::Share(50)));
        assert_eq!(printed("5.0%"), Ok("5%".to_owned()));
        for wrong in ["", "%", "0%", "0.0%", "101%", "5 %", "1.234%", "1.%", ".5%", "-1%", "2000", "5GB", "é%"] {
            assert!(wrong.parse::<Portion>().is_err(), "{wrong}");
        }
    }
}
