//! JSON as it is written: lists of content are made as bytes, without a tree of values in between, which costs several times as much.
//!
//! Members of an object stand in the order of their names, as [`serde_json::Map`] has them, so that it doesn't show by whom an answer was made.

use axum::body::Body;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::{Number, Value};

use super::answer::Answer;

/// A value, or the beginning of one.
#[derive(Debug, Default)]
pub struct Json(Vec<u8>);

impl From<Value> for Json {
    fn from(value: Value) -> Self {
        let mut json = Self::default();
        json.value(&value);
        json
    }
}

impl IntoResponse for Json {
    fn into_response(self) -> Response {
        let kind = HeaderValue::from_static("application/json");
        ([(header::CONTENT_TYPE, kind)], Body::from(self.0)).into_response()
    }
}

impl Json {
    /// What was written.
    #[cfg(test)]
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// Makes room for so many bytes more.
    pub fn reserve(&mut self, bytes: usize) {
        self.0.reserve(bytes);
    }

    /// Begins an object, which ends when it is dropped.
    pub fn object(&mut self) -> Object<'_> {
        self.0.push(b'{');
        Object { to: self, last: None }
    }

    /// Begins an array, which ends when it is dropped.
    pub fn array(&mut self) -> Array<'_> {
        self.0.push(b'[');
        Array { to: self, length: 0 }
    }

    /// A string.
    pub fn text(&mut self, text: &str) {
        self.joined(&[text]);
    }

    /// A string of several parts.
    pub fn joined(&mut self, parts: &[&str]) {
        self.0.push(b'"');
        for part in parts {
            escape(&mut self.0, part.as_bytes());
        }
        self.0.push(b'"');
    }

    /// A whole number.
    pub fn number(&mut self, number: impl Into<Number>) {
        self.serialized(&number.into());
    }

    /// True or false.
    pub fn flag(&mut self, flag: bool) {
        self.0.extend_from_slice(if flag { b"true" } else { b"false" });
    }

    /// Null.
    pub fn null(&mut self) {
        self.0.extend_from_slice(b"null");
    }

    /// A tree of values.
    pub fn value(&mut self, value: &Value) {
        self.serialized(value);
    }

    fn serialized(&mut self, value: &impl Serialize) {
        // Neither a vector nor what is written here has anything that could fail.
        let _ = serde_json::to_writer(&mut self.0, value);
    }
}

/// An object that is being written.
#[derive(Debug)]
pub struct Object<'a> {
    to: &'a mut Json,
    /// The name of the last member.
    last: Option<&'static str>,
}

impl Drop for Object<'_> {
    fn drop(&mut self) {
        self.to.0.push(b'}');
    }
}

impl Object<'_> {
    /// Begins a member behind those whose names come before its own; the value is to be written next.
    pub fn member(&mut self, name: &'static str) -> &mut Json {
        debug_assert!(self.last.is_none_or(|last| last < name), "{name} is out of order");
        let comma: &[u8] = if self.last.replace(name).is_some() { b",\"" } else { b"\"" };
        self.to.0.extend_from_slice(comma);
        self.to.0.extend_from_slice(name.as_bytes());
        self.to.0.extend_from_slice(b"\":");
        self.to
    }

    /// The same where the name is not one of the program's own. Nothing but such members may come behind.
    pub fn free_member(&mut self, name: &str) -> &mut Json {
        if self.last.replace("\u{10ffff}").is_some() {
            self.to.0.push(b',');
        }
        self.to.text(name);
        self.to.0.push(b':');
        self.to
    }

    /// A string.
    pub fn text(&mut self, name: &'static str, text: &str) {
        self.member(name).text(text);
    }

    /// A string, or null.
    pub fn optional(&mut self, name: &'static str, text: Option<&str>) {
        match text {
            Some(text) => self.text(name, text),
            None => self.member(name).null(),
        }
    }

    /// A string of several parts.
    pub fn joined(&mut self, name: &'static str, parts: &[&str]) {
        self.member(name).joined(parts);
    }

    /// A whole number.
    pub fn number(&mut self, name: &'static str, number: impl Into<Number>) {
        self.member(name).number(number);
    }

    /// True or false.
    pub fn flag(&mut self, name: &'static str, flag: bool) {
        self.member(name).flag(flag);
    }

    /// An object.
    pub fn object(&mut self, name: &'static str) -> Object<'_> {
        self.member(name).object()
    }
}

/// An array that is being written.
#[derive(Debug)]
pub struct Array<'a> {
    to: &'a mut Json,
    length: usize,
}

impl Drop for Array<'_> {
    fn drop(&mut self) {
        self.to.0.push(b']');
    }
}

impl Array<'_> {
    /// Takes in one item; where it can't be made, nothing of it stays.
    pub fn item(&mut self, fill: impl FnOnce(&mut Json) -> Answer<()>) -> Answer<()> {
        let before = self.to.0.len();
        if self.length > 0 {
            self.to.0.push(b',');
        }
        let made = fill(self.to);
        match made {
            Ok(()) => self.length += 1,
            Err(_) => self.to.0.truncate(before),
        }
        made
    }

    /// Ends it; gives the number of its items.
    pub fn end(self) -> usize {
        self.length
    }
}

fn escape(to: &mut Vec<u8>, text: &[u8]) {
    let mut rest = text;
    loop {
        let (plain, more) = rest.split_at(plain(rest));
        to.extend_from_slice(plain);
        let Some((byte, behind)) = more.split_first() else { return };
        escaped(to, *byte);
        rest = behind;
    }
}

/// How many bytes stand as they are before one that doesn't.
fn plain(text: &[u8]) -> usize {
    let is_plain = |byte: &u8| *byte >= b' ' && *byte != b'"' && *byte != b'\\';
    // Whole chunks are looked at without a branch for each byte.
    let (chunks, _) = text.as_chunks::<16>();
    let clean =
        chunks.iter().take_while(|chunk| chunk.iter().fold(true, |all, byte| all & is_plain(byte))).count() * 16;
    clean + text.get(clean..).unwrap_or_default().iter().take_while(|byte| is_plain(byte)).count()
}

fn escaped(to: &mut Vec<u8>, byte: u8) {
    let letter = match byte {
        b'"' | b'\\' => byte,
        b'\n' => b'n',
        b'\r' => b'r',
        b'\t' => b't',
        0x08 => b'b',
        0x0c => b'f',
        _ => {
            let digit = |value: u8| if value < 10 { b'0' + value } else { b'a' + value - 10 };
            to.extend_from_slice(&[b'\\', b'u', b'0', b'0', digit(byte >> 4), digit(byte & 15)]);
            return;
        }
    };
    to.extend_from_slice(&[b'\\', letter]);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::mock::answer::Refusal;

    #[test]
    fn objects_and_arrays_are_written_as_their_values() {
        let mut to = Json::default();
        let mut object = to.object();
        object.optional("a", None);
        object.flag("b", false);
        object.joined("c", &["x\"", "\u{e4}"]);
        let mut array = object.member("d").array();
        for number in [1_u64, 2, 3, 4] {
            let made = array.item(|to| {
                to.number(number);
                if number % 2 == 0 { Err(Refusal::not_found("even")) } else { Ok(()) }
            });
            assert_eq!(made.is_ok(), number % 2 == 1);
        }
        assert_eq!(array.end(), 2);
        object.object("e").number("f", -1_i64);
        object.member("g").array();
        drop(object);
        let known = json!({ "a": null, "b": false, "c": "x\"\u{e4}", "d": [1, 3], "e": { "f": -1 }, "g": [] });
        assert_eq!(to.bytes(), known.to_string().as_bytes());
    }

    proptest! {
        #[test]
        fn strings_are_written_as_elsewhere(text in "([a-z \"\\\\]|\\PC|[\\x00-\\x7f]){0,60}") {
            let mut to = Json::default();
            to.text(&text);
            let known = serde_json::to_vec(&text).unwrap();
            prop_assert_eq!(to.bytes(), known.as_slice());
        }
    }
}
