//! Keys as bytes that sort as keys do, segment by segment, so that a sorted run of bytes is a sorted run of keys.
//!
//! Each byte of a segment is raised by two; no byte of UTF-8 is so high that this overflows. That leaves 1 for the end of a segment and 0 for the
//! end of the key: both below every byte of text, so that a key stands before those below it, and `["a", "z"]` before `["ab"]`. The bytes
//! of a front of a key are the front of its bytes.

use crate::model::Key;

/// Behind the last segment.
const END: u8 = 0;
/// Behind each segment.
const NEXT: u8 = 1;
/// How far the bytes of text are raised.
const RAISED: u8 = 2;

/// Appends a key.
pub(super) fn put(key: &Key, onto: &mut Vec<u8>) {
    key.segments().iter().for_each(|text| segment(text, onto));
    onto.push(END);
}

/// Appends one segment.
pub(super) fn segment(text: &str, onto: &mut Vec<u8>) {
    onto.extend(text.bytes().map(|byte| byte.wrapping_add(RAISED)));
    onto.push(NEXT);
}

/// Makes the bytes of a key those of a key below it, whose last segment this is.
pub(super) fn below(text: &str, key: &mut Vec<u8>) {
    key.pop_if(|end| *end == END);
    segment(text, key);
    key.push(END);
}

/// Where the bytes of a key end, of bytes that begin with one.
pub(super) fn end(bytes: &[u8]) -> usize {
    bytes.iter().position(|byte| *byte == END).map_or(bytes.len(), |end| end + 1)
}

/// The key at the beginning of these bytes; `None` where there is none.
pub(super) fn take(bytes: &[u8]) -> Option<Key> {
    let (end, segments) = bytes.get(..end(bytes))?.split_last()?;
    let text = |segment: &[u8]| {
        let (next, text) = segment.split_last()?;
        let text = text.iter().map(|byte| byte.wrapping_sub(RAISED)).collect();
        String::from_utf8(text).ok().filter(|_| *next == NEXT)
    };
    let segments: Option<Vec<_>> = segments.split_inclusive(|byte| *byte == NEXT).map(text).collect();
    segments.filter(|_| *end == END).map(Key::new)
}

/// The bytes of every front of a key, the key itself included, with the number of segments: shortest first.
pub(super) fn fronts(key: &Key) -> impl Iterator<Item = (usize, Vec<u8>)> {
    let mut bytes = vec![END];
    key.segments().iter().enumerate().map(move |(at, text)| {
        below(text, &mut bytes);
        (at + 1, bytes.clone())
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn bytes(key: &Key) -> Vec<u8> {
        let mut bytes = Vec::new();
        put(key, &mut bytes);
        bytes
    }

    fn keys() -> impl Strategy<Value = Key> {
        let text = prop_oneof![
            proptest::string::string_regex("[\u{0}\u{1}\u{2}ab#]{0,3}").unwrap(),
            any::<String>(),
            Just("\u{10ffff}".to_owned()),
        ];
        proptest::collection::vec(text, 0..4).prop_map(Key::new)
    }

    proptest! {
        #[test]
        fn bytes_sort_as_keys_do_and_give_the_key_back(one in keys(), other in keys(), behind in any::<Vec<u8>>()) {
            prop_assert_eq!(bytes(&one).cmp(&bytes(&other)), one.cmp(&other));
            let mut all = bytes(&one);
            prop_assert_eq!(end(&all), all.len());
            all.extend(behind);
            prop_assert_eq!(take(&all), Some(one.clone()));
            for (length, front) in fronts(&one) {
                prop_assert_eq!(front, bytes(&Key::new(one.segments()[..length].iter().cloned())));
            }
        }

        #[test]
        fn bytes_that_are_no_key_are_refused_or_read_and_never_panic(all in any::<Vec<u8>>()) {
            if let Some(key) = take(&all) {
                prop_assert_eq!(&bytes(&key)[..], &all[..end(&all)]);
            }
        }
    }
}
