//! Turns blocks of bytes into pieces of text that hold no character which XML 1.0 forbids.
//!
//! Each byte is looked at once, whole blocks at a time: is it UTF-8, and does it hold control characters? A block where all is well is copied as
//! it is; only the others are taken apart. A character that lies across the border of two blocks waits for its rest.

use memchr::{memchr_iter, memchr2};

/// Stands in for each byte that no parser may see. Characters below space never occur in XML, so it can't be taken for content; what is
/// text gets U+FFFD for it. The replacement has the length of what it replaces, so that offsets stay those of the entry.
pub(super) const SUBSTITUTE: u8 = 1;

/// The characters that XML 1.0 forbids and that were met: real packages hold them in titles and file names (docs/confluence.md, C9).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Illegal {
    /// How many there were.
    pub number: u64,
    /// The first hundred: offset in the entry's content, and code point (of bytes that are no UTF-8, the byte).
    pub places: Vec<(u64, u32)>,
}

impl Illegal {
    pub(super) fn note(&mut self, offset: u64, code: u32) {
        self.number += 1;
        // What stands in references is noted when it is read, everything else some blocks ahead of that: the places are kept in order.
        let at = self.places.partition_point(|(own, _)| *own <= offset);
        if at < 100 {
            self.places.insert(at, (offset, code));
            self.places.truncate(100);
        }
    }
}

/// Text without forbidden characters, as it is handed on.
#[derive(Debug, Default)]
pub(super) struct Piece {
    pub text: String,
    /// Whether anything in it isn't plain: a carriage return, or what took the place of a forbidden character.
    pub odd: bool,
    /// What was replaced.
    pub illegal: Vec<(u64, u32)>,
}

impl Piece {
    pub fn clear(&mut self) {
        self.text.clear();
        self.odd = false;
        self.illegal.clear();
    }

    /// Moves what stands behind the last such mark to a piece that is empty; where there is none, nothing.
    pub fn split_behind(&mut self, mark: &str, later: &mut Self) {
        if let Some(at) = memchr::memmem::rfind(self.text.as_bytes(), mark.as_bytes())
            && let Some((_, behind)) = self.text.split_at_checked(at + mark.len())
        {
            later.text.push_str(behind);
            later.odd = self.odd;
            self.text.truncate(at + mark.len());
        }
    }
}

/// Makes pieces of blocks.
#[derive(Debug, Default)]
pub(super) struct Screen {
    /// Bytes of the content that stand in the pieces so far.
    at: u64,
    /// The beginning of a character whose rest isn't there yet.
    rest: Vec<u8>,
}

impl Screen {
    /// Adds a block to a piece.
    pub fn take(&mut self, mut block: &[u8], to: &mut Piece) {
        while let (false, Some((first, behind))) = (self.rest.is_empty(), block.split_first()) {
            self.rest.push(*first);
            block = behind;
            let whole = whole(&self.rest);
            if whole > 0 {
                let mut bridge = std::mem::take(&mut self.rest);
                self.rest = bridge.split_off(whole);
                self.screen(&bridge, to);
            }
        }
        let (now, later) = block.split_at_checked(whole(block)).unwrap_or((block, &[]));
        self.screen(now, to);
        self.rest.extend_from_slice(later);
    }

    /// Nothing follows: a character that isn't whole never will be.
    pub fn end(&mut self, to: &mut Piece) {
        let rest = std::mem::take(&mut self.rest);
        self.screen(&rest, to);
    }

    fn screen(&mut self, bytes: &[u8], to: &mut Piece) {
        let marks = Marks::of(bytes);
        match simdutf8::basic::from_utf8(bytes) {
            Ok(text) if !marks.forbidden(bytes) => to.text.push_str(text),
            _ => {
                let mut bytes = bytes.to_vec();
                self.replace(&mut bytes, &mut to.illegal);
                // Every byte that is no UTF-8 was replaced.
                to.text.push_str(&String::from_utf8_lossy(&bytes));
                to.odd = true;
            }
        }
        to.odd |= marks.carriage_return;
        self.at = self.at.saturating_add(bytes.len() as u64);
    }

    fn replace(&self, all: &mut [u8], illegal: &mut Vec<(u64, u32)>) {
        let mut at = 0;
        while let Some(bytes) = all.get(at..).filter(|bytes| !bytes.is_empty()) {
            let (valid, bad) = match std::str::from_utf8(bytes) {
                Ok(_) => (bytes.len(), 0),
                Err(error) => (error.valid_up_to(), error.error_len().unwrap_or(bytes.len() - error.valid_up_to())),
            };
            controls(self.at + at as u64, all.get_mut(at..at + valid).unwrap_or_default(), illegal);
            at += valid;
            if bad > 0 {
                at += invalid(self.at + at as u64, all.get_mut(at..).unwrap_or_default(), bad, illegal);
            }
        }
    }
}

/// Replaces bytes that are no UTF-8: a surrogate as one character, anything else byte by byte. Gives how many bytes it took.
fn invalid(base: u64, bytes: &mut [u8], bad: usize, illegal: &mut Vec<(u64, u32)>) -> usize {
    if let [a @ 0xed, b @ 0xa0..=0xbf, c @ 0x80..=0xbf, ..] = bytes {
        let code = 0xd000 | (u32::from(*b & 0x3f) << 6) | u32::from(*c & 0x3f);
        [*a, *b, *c] = [0xef, 0xbf, 0xbd];
        illegal.push((base, code));
        return 3;
    }
    for (index, byte) in bytes.iter_mut().take(bad).enumerate() {
        illegal.push((base + index as u64, u32::from(*byte)));
        *byte = SUBSTITUTE;
    }
    bad
}

/// Replaces forbidden characters in a part that is UTF-8.
fn controls(base: u64, bytes: &mut [u8], illegal: &mut Vec<(u64, u32)>) {
    for at in 0..bytes.len() {
        match bytes.get_mut(at..) {
            Some([0xef, 0xbf, last @ (0xbe | 0xbf), ..]) => {
                illegal.push((base + at as u64, 0xff00 | u32::from(0xc0 | (*last & 0x3f))));
                *last = 0xbd;
            }
            Some([byte, ..]) if is_control(*byte) => {
                illegal.push((base + at as u64, u32::from(*byte)));
                *byte = SUBSTITUTE;
            }
            _ => {}
        }
    }
}

/// What a first look at a block finds.
struct Marks {
    control: bool,
    carriage_return: bool,
    /// A byte that begins U+F000 to U+FFFF.
    high: bool,
}

impl Marks {
    fn of(bytes: &[u8]) -> Self {
        // In most blocks nothing stands out. Lane by lane and without a branch, so that the compiler takes many bytes at a time.
        let (lanes, rest) = bytes.as_chunks::<32>();
        let mut any = [0_u8; 32];
        let stands_out = |byte: u8| u8::from(is_control(byte) | (byte == b'\r') | (byte == 0xef));
        for lane in lanes {
            any.iter_mut().zip(lane).for_each(|(any, byte)| *any |= stands_out(*byte));
        }
        if any == [0; 32] && rest.iter().all(|byte| stands_out(*byte) == 0) {
            return Self { control: false, carriage_return: false, high: false };
        }
        let (mut control, mut carriage_return, mut high) = (0_u8, 0_u8, 0_u8);
        for byte in bytes {
            control |= u8::from(is_control(*byte));
            carriage_return |= u8::from(*byte == b'\r');
            high |= u8::from(*byte == 0xef);
        }
        Self { control: control != 0, carriage_return: carriage_return != 0, high: high != 0 }
    }

    fn forbidden(&self, bytes: &[u8]) -> bool {
        let last_two = |at| matches!(bytes.get(at..), Some([0xef, 0xbf, 0xbe | 0xbf, ..]));
        self.control || (self.high && memchr_iter(0xef, bytes).any(last_two))
    }
}

fn is_control(byte: u8) -> bool {
    (byte < 0x20) & (byte != b'\t') & (byte != b'\n') & (byte != b'\r')
}

/// How many of the bytes are no beginning of a character that isn't whole.
fn whole(bytes: &[u8]) -> usize {
    for (index, byte) in bytes.iter().rev().take(3).enumerate() {
        let length = match byte {
            0x80..=0xbf => continue,
            0xc2..=0xdf => 2,
            0xe0..=0xef => 3,
            0xf0..=0xf4 => 4,
            _ => 1,
        };
        return if length > index + 1 { bytes.len() - index - 1 } else { bytes.len() };
    }
    bytes.len()
}

/// What a reader of the XML makes of a text: line ends as LF, and U+FFFD for each forbidden character. Adds it to `to`.
pub(super) fn clean_into(to: &mut String, text: &str) {
    let mut rest = text;
    while let Some(at) = memchr2(b'\r', SUBSTITUTE, rest.as_bytes()) {
        let (head, tail) = rest.split_at_checked(at).unwrap_or((rest, ""));
        to.push_str(head);
        let skip = if tail.starts_with("\r\n") { 2 } else { 1 };
        to.push(if tail.starts_with('\r') { '\n' } else { '\u{fffd}' });
        rest = tail.get(skip..).unwrap_or_default();
    }
    to.push_str(rest);
}
