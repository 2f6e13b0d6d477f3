use std::io::{self, BufRead, Read};

/// Bytes read at a time.
const BLOCK: usize = 256 << 10;

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
        if self.places.len() < 100 {
            self.places.push((offset, code));
        }
    }
}

/// Reads bytes and replaces what XML 1.0 forbids: control characters, U+FFFE, U+FFFF, surrogates, and bytes that are no UTF-8.
pub(super) struct Filter<R> {
    inner: R,
    block: Vec<u8>,
    /// The part of the block that is filtered and not yet taken.
    ready: std::ops::Range<usize>,
    /// Bytes behind the ready part: the beginning of a character whose rest isn't read yet.
    rest: usize,
    /// Where the ready part begins in the content.
    offset: u64,
    /// The content may not be read beyond this offset.
    pub limit: u64,
    pub illegal: Illegal,
    /// The error of the reader, kept since the parser can't carry it whole.
    pub error: Option<io::Error>,
}

impl<R: Read> Filter<R> {
    pub fn new(inner: R) -> Self {
        Self {
            inner,
            block: Vec::new(),
            ready: 0..0,
            rest: 0,
            offset: 0,
            limit: u64::MAX,
            illegal: Illegal::default(),
            error: None,
        }
    }

    fn fill(&mut self) -> io::Result<()> {
        let keep = self.rest;
        let from = self.ready.end;
        self.block.copy_within(from..from + keep, 0);
        self.block.resize(BLOCK, 0);
        let mut end = keep;
        let mut ended = false;
        while end < 4 && !ended {
            let room = self.block.get_mut(end..).unwrap_or_default();
            match self.inner.read(room) {
                Ok(0) => ended = true,
                Ok(number) => end += number,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    let kind = error.kind();
                    self.error.get_or_insert(error);
                    return Err(io::Error::new(kind, "the entry can't be read on"));
                }
            }
        }
        let filtered = self.screen(end, ended);
        self.ready = 0..filtered;
        self.rest = end - filtered;
        Ok(())
    }

    /// Screens the first bytes of the block; gives how many are fit. Those behind them begin a character that isn't whole yet.
    fn screen(&mut self, end: usize, ended: bool) -> usize {
        let mut at = 0;
        while let Some(bytes) = self.block.get(at..end).filter(|bytes| !bytes.is_empty()) {
            let (valid, bad) = match std::str::from_utf8(bytes) {
                Ok(_) => (bytes.len(), 0),
                Err(error) => match error.error_len() {
                    Some(length) => (error.valid_up_to(), length),
                    None if ended => (error.valid_up_to(), bytes.len() - error.valid_up_to()),
                    None => {
                        let whole = at + error.valid_up_to();
                        self.controls(at, whole);
                        return whole;
                    }
                },
            };
            self.controls(at, at + valid);
            at += valid;
            // A surrogate shows only when its three bytes are there.
            if bad > 0 && !ended && end - at < 3 && self.block.get(at) == Some(&0xed) {
                return at;
            }
            at += self.replace_invalid(at, end.min(at + bad.max(usize::from(bad > 0) * 3)), bad);
        }
        end
    }

    /// Replaces bytes that are no UTF-8: a surrogate as one character, anything else byte by byte. Gives how many bytes it took.
    fn replace_invalid(&mut self, at: usize, end: usize, bad: usize) -> usize {
        let base = self.offset + at as u64;
        match self.block.get_mut(at..end) {
            Some([a @ 0xed, b @ 0xa0..=0xbf, c @ 0x80..=0xbf]) => {
                let code = 0xd000 | (u32::from(*b & 0x3f) << 6) | u32::from(*c & 0x3f);
                [*a, *b, *c] = [0xef, 0xbf, 0xbd];
                self.illegal.note(base, code);
                3
            }
            Some(bytes) => {
                for (index, byte) in bytes.iter_mut().take(bad).enumerate() {
                    self.illegal.note(base + index as u64, u32::from(*byte));
                    *byte = SUBSTITUTE;
                }
                bad
            }
            None => bad,
        }
    }

    /// Replaces forbidden characters in a part that is UTF-8.
    fn controls(&mut self, from: usize, to: usize) {
        let base = self.offset + from as u64;
        let Some(bytes) = self.block.get_mut(from..to) else { return };
        let mut at = 0;
        while let Some(found) = bytes.get(at..).and_then(|rest| rest.iter().position(|byte| is_suspect(*byte))) {
            at += found;
            match bytes.get_mut(at..) {
                Some([0xef, 0xbf, last @ (0xbe | 0xbf), ..]) => {
                    self.illegal.note(base + at as u64, 0xff00 | u32::from(0xc0 | (*last & 0x3f)));
                    *last = 0xbd;
                }
                Some([byte, ..]) if *byte < 0x20 => {
                    self.illegal.note(base + at as u64, u32::from(*byte));
                    *byte = SUBSTITUTE;
                }
                _ => {}
            }
            at += 1;
        }
    }
}

/// Reads to the end and gives how many bytes there were, and the characters among them that XML forbids.
///
/// # Errors
/// What the reader says.
pub fn screen<R: Read>(reader: R) -> io::Result<(u64, Illegal)> {
    let mut filter = Filter::new(reader);
    match io::copy(&mut filter, &mut io::sink()) {
        Ok(bytes) => Ok((bytes, filter.illegal)),
        Err(error) => Err(filter.error.take().unwrap_or(error)),
    }
}

fn is_suspect(byte: u8) -> bool {
    (byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r')) || byte == 0xef
}

impl<R: Read> BufRead for Filter<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.ready.is_empty() {
            if self.offset > self.limit {
                return Err(io::Error::new(io::ErrorKind::OutOfMemory, "an object is too long"));
            }
            self.fill()?;
        }
        Ok(self.block.get(self.ready.clone()).unwrap_or_default())
    }

    fn consume(&mut self, number: usize) {
        let number = number.min(self.ready.len());
        self.ready.start += number;
        self.offset += number as u64;
    }
}

impl<R: Read> Read for Filter<R> {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        let number = self.fill_buf()?.read(to)?;
        self.consume(number);
        Ok(number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives one byte at a time, so that every character meets a block's end.
    struct Drip<'a>(&'a [u8]);

    impl Read for Drip<'_> {
        fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
            let Some((first, rest)) = self.0.split_first() else { return Ok(0) };
            to[0] = *first;
            self.0 = rest;
            Ok(1)
        }
    }

    fn filtered(bytes: &[u8]) -> (Vec<u8>, Illegal) {
        let mut whole = Filter::new(bytes);
        let mut out = Vec::new();
        whole.read_to_end(&mut out).unwrap();
        let mut drip = Filter::new(Drip(bytes));
        let mut again = Vec::new();
        drip.read_to_end(&mut again).unwrap();
        assert_eq!((&out, &whole.illegal), (&again, &drip.illegal), "blocks must not matter");
        assert_eq!(out.len(), bytes.len(), "offsets must stay");
        (out, whole.illegal)
    }

    #[test]
    fn clean_text_passes_untouched() {
        let text = "ä \u{fffd} \u{ff01} \u{10ffff}\r\n\t€".as_bytes();
        assert_eq!(filtered(text), (text.to_vec(), Illegal::default()));
    }

    #[test]
    fn forbidden_characters_are_replaced_and_told() {
        let (out, illegal) = filtered(b"a\x02b\xef\xbf\xbfc\xef\xbf\xbed\xed\xa0\x80e\xffg\xc3");
        assert_eq!(out, b"a\x01b\xef\xbf\xbdc\xef\xbf\xbdd\xef\xbf\xbde\x01g\x01");
        assert_eq!(illegal.places, [(1, 2), (3, 0xffff), (7, 0xfffe), (11, 0xd800), (15, 0xff), (17, 0xc3)]);
        assert_eq!(illegal.number, 6);
    }
}
