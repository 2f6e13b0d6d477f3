//! "A name, or a name with settings": the one grammar of checks, targets and reports.

use std::fmt;
use std::marker::PhantomData;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Serialize;
use serde::de::{Deserialize, Deserializer, Visitor};
use serde_json::Value;

/// The name by which the reader knows that settings may be left out.
pub(super) const OR_BARE: &str = "$rehearse::OrBare";

/// Settings of a member of a family.
pub trait Bare: Sized {
    /// What the name alone, without settings, means; `None` where settings must stand behind it.
    fn bare() -> Option<Self>;
}

impl Bare for std::path::PathBuf {
    fn bare() -> Option<Self> {
        None
    }
}

/// No settings at all.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "settings, of which there are none here")]
pub struct Nothing {}

impl Bare for Nothing {
    fn bare() -> Option<Self> {
        Some(Self {})
    }
}

/// Reads settings that may be left out: `name` and `name:` mean the same.
///
/// # Errors
/// Settings that are refused, or that are missing and can't be.
pub fn or_bare<'de, D: Deserializer<'de>, T: Bare + Deserialize<'de>>(deserializer: D) -> Result<T, D::Error> {
    deserializer.deserialize_newtype_struct(OR_BARE, OrBare(PhantomData))
}

/// Visitor of [`or_bare`].
pub struct OrBare<T>(PhantomData<T>);

impl<'de, T: Bare + Deserialize<'de>> Visitor<'de> for OrBare<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("settings")
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<T, E> {
        T::bare().ok_or_else(|| E::custom("settings are missing"))
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<T, D::Error> {
        T::deserialize(deserializer)
    }
}

/// One member of a family as its schema needs it: name, documentation, whether the name alone is enough, schema of the settings.
pub type Described = (&'static str, &'static str, bool, Schema);

/// The schema of a family: one of the names that may stand alone, or a mapping with one name.
pub fn schema(members: Vec<Described>) -> Schema {
    let mut forms = Vec::new();
    let bare: Vec<&str> = members.iter().filter(|(_, _, bare, _)| *bare).map(|(name, ..)| *name).collect();
    if !bare.is_empty() {
        forms.push(serde_json::json!({ "type": "string", "enum": bare }));
    }
    for (name, documentation, bare, settings) in members {
        let settings = Value::from(settings);
        let settings = if bare { serde_json::json!({ "anyOf": [settings, { "enum": [null] }] }) } else { settings };
        let mut form = serde_json::json!({ "type": "object", "additionalProperties": false, "required": [name] });
        if let Some(form) = form.as_object_mut() {
            form.insert("description".to_owned(), Value::from(documentation.trim()));
            form.insert("properties".to_owned(), Value::Object([(name.to_owned(), settings)].into_iter().collect()));
        }
        forms.push(form);
    }
    json_schema!({ "anyOf": forms })
}

/// Helps [`family!`] to find the schema of a type by the generator at hand.
pub fn subschema<T: JsonSchema>(generator: &mut SchemaGenerator) -> Schema {
    generator.subschema_for::<T>()
}

/// Declares a family: an enumeration whose members are written as a name, or as a name with settings.
///
/// `family! { /// What it is. pub enum Target as "target" { /// What it does. "mock" => Mock(Mock), } }`
/// The settings' type must be [`Bare`](crate::settings::Bare). Adding a member is one line.
macro_rules! family {
    (
        $(#[$outer:meta])*
        pub enum $family:ident as $noun:literal {
            $( $(#[doc = $doc:literal])* $name:literal => $variant:ident($settings:ty), )*
        }
    ) => {
        $(#[$outer])*
        #[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize, serde::Serialize)]
        #[serde(rename = $noun)]
        pub enum $family {
            $(
                $(#[doc = $doc])*
                #[serde(rename = $name, deserialize_with = "crate::settings::or_bare")]
                $variant($settings),
            )*
        }

        impl $family {
            /// Every name, in the order in which people read them.
            pub const NAMES: &'static [&'static str] = &[$($name),*];

            /// The name in scenarios and reports.
            pub const fn name(&self) -> &'static str {
                match self { $( Self::$variant(_) => $name, )* }
            }

            /// What the member of this name is and does.
            pub fn documentation(name: &str) -> Option<&'static str> {
                match name {
                    $( $name => Some(concat!($($doc, "\n"),*)), )*
                    _ => None,
                }
            }
        }

        impl schemars::JsonSchema for $family {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($family).into()
            }

            fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
                use crate::settings::Bare as _;
                $crate::settings::family_schema(vec![$((
                    $name,
                    concat!($($doc, "\n"),*),
                    <$settings>::bare().is_some(),
                    $crate::settings::subschema::<$settings>(generator),
                )),*])
            }
        }
    };
}

pub(crate) use family;
