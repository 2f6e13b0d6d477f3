use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Deserialize, Deserializer, Visitor};
use serde::{Serialize, Serializer};

/// The units, largest first, with their bytes. `GB` is refused: some mean 10^9 by it and some 2^30.
const UNITS: [(&str, u64); 5] = [("TiB", 1 << 40), ("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10), ("B", 1)];

/// A number of bytes as settings write it: a whole number and a binary unit, `512MiB`, `6GiB`. At least one byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Size(u64);

impl Size {
    /// The number of bytes.
    pub const fn bytes(self) -> u64 {
        self.0
    }
}

impl std::str::FromStr for Size {
    type Err = String;

    /// The first line of an error is the message, the second what to write.
    fn from_str(text: &str) -> Result<Self, String> {
        let refused = || format!("`{text:.40}` is not a size\nwrite a number and KiB, MiB, GiB or TiB, such as 6GiB");
        let split = text.find(|c: char| !c.is_ascii_digit()).ok_or_else(refused)?;
        let (digits, unit) = text.split_at_checked(split).ok_or_else(refused)?;
        let (_, factor) = UNITS.iter().find(|(name, _)| *name == unit).ok_or_else(refused)?;
        let number: u64 = digits.parse().map_err(|_| refused())?;
        match number.checked_mul(*factor) {
            Some(bytes @ 1..) => Ok(Self(bytes)),
            _ => Err(refused()),
        }
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = UNITS.iter().find(|(_, factor)| self.0.is_multiple_of(*factor));
        let (name, factor) = unit.copied().unwrap_or(("B", 1));
        write!(f, "{}{name}", self.0 / factor)
    }
}

impl Serialize for Size {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Size {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;
        impl Visitor<'_> for Text {
            type Value = Size;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a size with its unit, such as 512MiB or 6GiB")
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Size, E> {
                text.parse().map_err(E::custom)
            }
        }
        deserializer.deserialize_str(Text)
    }
}

impl JsonSchema for Size {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Size".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A whole number and a binary unit: `512MiB`, `6GiB`.",
            "type": "string",
            "pattern": "^0*[1-9][0-9]*([KMGT]i)?B$",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_is_a_number_and_a_binary_unit() {
        assert_eq!("6GiB".parse::<Size>().map(Size::bytes), Ok(6 << 30));
        assert_eq!("1536MiB".parse::<Size>().map(|size| size.to_string()), Ok("1536MiB".to_owned()));
        assert_eq!("2048MiB".parse::<Size>().map(|size| size.to_string()), Ok("2GiB".to_owned()));
        for wrong in ["", "6", "GiB", "6GB", "6 GiB", "0GiB", "-1B", "99999999999TiB", "6é"] {
            assert!(wrong.parse::<Size>().is_err(), "{wrong}");
        }
    }
}
