//! Turns blocks of bytes into a window of text that holds no character which XML 1.0 forbids.
//!
//! Each byte is looked at once, whole blocks at a time: is it UTF-8, and does it hold control characters? A block where all is well is copied as
//! it is; only the others are taken apart. A character that lies across the border of two blocks waits for its rest.

use memchr::{memchr_iter, memchr2};

/// Stands in for each byte that no parser may see. Characters below space never occur in XML, so it can't be taken for content; what is
/// text gets U+FFFD for it. The replacement has the length of what it replaces, so that offsets stay those of the entry.
pub(super) const SUBSTITUTE: u8 = 1;

/// A window that grew beyond this for a long object is made small again behind it.
const ROOM: usize = 4 << 20;

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

/// The window, and what is known of it.
#[derive(Debug, Default)]
pub(super) struct Screen {
    window: String,
    /// Where the window begins in the content.
    base: u64,
    /// The beginning of a character whose rest isn't there yet.
    rest: Vec<u8>,
    /// Everything that isn't plain stands before this place of the window.
    odd: usize,
    pub illegal: Illegal,
}

impl Screen {
    pub fn window(&self) -> &str {
        &self.window
    }

    /// Where a place of the window lies in the content.
    pub fn offset(&self, at: usize) -> u64 {
        self.base.saturating_add(at as u64)
    }

    /// Whether something that isn't plain may stand behind this place.
    pub fn is_odd_from(&self, at: usize) -> bool {
        at < self.odd
    }

    /// Drops the first bytes of the window, as far as they are whole characters; gives how many went.
    pub fn forget(&mut self, bytes: usize) -> usize {
        let bytes = (0..=bytes).rev().find(|at| self.window.is_char_boundary(*at)).unwrap_or_default();
        self.base = self.offset(bytes);
        self.window.drain(..bytes);
        self.odd = self.odd.saturating_sub(bytes);
        if self.window.capacity() > ROOM && self.window.len() < ROOM / 4 {
            self.window.shrink_to(ROOM / 2);
        }
        bytes
    }

    /// Takes in a block.
    pub fn take(&mut self, mut block: &[u8]) {
        while let (false, Some((first, behind))) = (self.rest.is_empty(), block.split_first()) {
            self.rest.push(*first);
            block = behind;
            let whole = whole(&self.rest);
            if whole > 0 {
                let mut bridge = std::mem::take(&mut self.rest);
                self.rest = bridge.split_off(whole);
                self.screen(&bridge);
            }
        }
        let (now, later) = block.split_at_checked(whole(block)).unwrap_or((block, &[]));
        self.screen(now);
        self.rest.extend_from_slice(later);
    }

    /// Nothing follows: a character that isn't whole never will be.
    pub fn end(&mut self) {
        let rest = std::mem::take(&mut self.rest);
        self.screen(&rest);
    }

    fn screen(&mut self, bytes: &[u8]) {
        let marks = Marks::of(bytes);
        match simdutf8::basic::from_utf8(bytes) {
            Ok(text) if !marks.forbidden(bytes) => self.window.push_str(text),
            _ => {
                let mut bytes = bytes.to_vec();
                self.replace(&mut bytes);
                // Every byte that is no UTF-8 was replaced.
                self.window.push_str(&String::from_utf8_lossy(&bytes));
                self.odd = self.window.len();
            }
        }
        if marks.carriage_return {
            self.odd = self.window.len();
        }
    }

    fn replace(&mut self, all: &mut [u8]) {
        let mut at = 0;
        while let Some(bytes) = all.get(at..).filter(|bytes| !bytes.is_empty()) {
            let (valid, bad) = match std::str::from_utf8(bytes) {
                Ok(_) => (bytes.len(), 0),
                Err(error) => (error.valid_up_to(), error.error_len().unwrap_or(bytes.len() - error.valid_up_to())),
            };
            let base = self.offset(self.window.len() + at);
            self.controls(base, all.get_mut(at..at + valid).unwrap_or_default());
            at += valid;
            if bad > 0 {
                let base = self.offset(self.window.len() + at);
                at += self.invalid(base, all.get_mut(at..).unwrap_or_default(), bad);
            }
        }
    }

    /// Replaces bytes that are no UTF-8: a surrogate as one character, anything else byte by byte. Gives how many bytes it took.
    fn invalid(&mut self, base: u64, bytes: &mut [u8], bad: usize) -> usize {
        if let [a @ 0xed, b @ 0xa0..=0xbf, c @ 0x80..=0xbf, ..] = bytes {
            let code = 0xd000 | (u32::from(*b & 0x3f) << 6) | u32::from(*c & 0x3f);
            [*a, *b, *c] = [0xef, 0xbf, 0xbd];
            self.illegal.note(base, code);
            return 3;
        }
        for (index, byte) in bytes.iter_mut().take(bad).enumerate() {
            self.illegal.note(base + index as u64, u32::from(*byte));
            *byte = SUBSTITUTE;
        }
        bad
    }

    /// Replaces forbidden characters in a part that is UTF-8.
    fn controls(&mut self, base: u64, bytes: &mut [u8]) {
        for at in 0..bytes.len() {
            match bytes.get_mut(at..) {
                Some([0xef, 0xbf, last @ (0xbe | 0xbf), ..]) => {
                    self.illegal.note(base + at as u64, 0xff00 | u32::from(0xc0 | (*last & 0x3f)));
                    *last = 0xbd;
                }
                Some([byte, ..]) if is_control(*byte) => {
                    self.illegal.note(base + at as u64, u32::from(*byte));
                    *byte = SUBSTITUTE;
                }
                _ => {}
            }
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
