use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Deserialize, Deserializer, Visitor};
use serde::{Serialize, Serializer};

/// A time zone with its summer time, by its name in the IANA data base: `Europe/Berlin`. The data base comes with the program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Zone(jiff::tz::TimeZone);

impl Zone {
    /// The zone itself.
    pub fn get(&self) -> &jiff::tz::TimeZone {
        &self.0
    }
}

impl std::str::FromStr for Zone {
    type Err = String;

    /// The first line of an error is the message, the second what to write.
    fn from_str(name: &str) -> Result<Self, String> {
        jiff::tz::TimeZone::get(name).map(Self).map_err(|_| {
            format!(
                "`{name:.60}` is not a time zone\nwrite its name in the IANA data base, such as Europe/Berlin or UTC"
            )
        })
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.iana_name().unwrap_or("UTC"))
    }
}

impl Serialize for Zone {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Zone {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Name;
        impl Visitor<'_> for Name {
            type Value = Zone;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a time zone such as Europe/Berlin")
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Zone, E> {
                text.parse().map_err(E::custom)
            }
        }
        deserializer.deserialize_str(Name)
    }
}

impl JsonSchema for Zone {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Zone".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A time zone by its name in the IANA data base: `Europe/Berlin`.",
            "type": "string",
            "pattern": "^[A-Za-z][A-Za-z0-9_+/-]*$",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zone_is_known_by_its_name() {
        for name in ["Europe/Berlin", "UTC", "America/Argentina/Buenos_Aires"] {
            assert_eq!(name.parse::<Zone>().unwrap().to_string(), name);
        }
        for wrong in ["", "Berlin", "+01:00", "Europe/berlín", "../etc/passwd"] {
            assert!(wrong.parse::<Zone>().is_err(), "{wrong}");
        }
    }
}
