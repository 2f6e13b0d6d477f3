use std::io::{self, BufRead, Read};

use super::Illegal;
use super::screen::{Piece, Screen};
use super::window::Window;

/// Where a [`Filter`] gets its text.
pub trait Texts {
    /// Adds what comes next to the window, free of what XML forbids; false at the end.
    ///
    /// # Errors
    /// What a reader says; behind that nothing comes.
    fn more(&mut self, window: &mut Window) -> io::Result<bool>;
}

/// Screens the blocks of a reader where they are used.
#[derive(Debug)]
pub struct Screened<R> {
    reader: R,
    screen: Screen,
    piece: Piece,
}

impl<R: BufRead> Screened<R> {
    pub(super) fn new(reader: R) -> Self {
        Self { reader, screen: Screen::default(), piece: Piece::default() }
    }
}

impl<R: BufRead> Texts for Screened<R> {
    fn more(&mut self, window: &mut Window) -> io::Result<bool> {
        self.piece.clear();
        loop {
            let number = match self.reader.fill_buf() {
                Ok(block) => {
                    self.screen.take(block, &mut self.piece);
                    block.len()
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            self.reader.consume(number);
            if number == 0 {
                self.screen.end(&mut self.piece);
            }
            if number == 0 || !self.piece.text.is_empty() {
                window.push(&mut self.piece);
                return Ok(number > 0);
            }
        }
    }
}

/// Lends text with what XML 1.0 forbids replaced: control characters, U+FFFE, U+FFFF, surrogates, and bytes that are no UTF-8. It stands in a
/// window that can be looked at further ahead than it is taken.
pub(super) struct Filter<S> {
    source: S,
    window: Window,
    /// What lies before it in the window is taken.
    at: usize,
    ended: bool,
    failed: Option<io::ErrorKind>,
    /// The content may not be taken beyond this offset.
    pub limit: u64,
    /// The error of the reader, kept since the parser can't carry it whole.
    pub error: Option<io::Error>,
}

impl<S: Texts> Filter<S> {
    pub fn new(source: S) -> Self {
        let window = Window::default();
        Self { source, window, at: 0, ended: false, failed: None, limit: u64::MAX, error: None }
    }

    /// What was read and isn't taken yet.
    pub fn ready(&self) -> &str {
        self.window.text().get(self.at..).unwrap_or_default()
    }

    /// The last bytes that were taken, so many. They stay until more is read.
    pub fn taken(&self, length: usize) -> &str {
        self.window.text().get(self.at.saturating_sub(length)..self.at).unwrap_or_default()
    }

    /// Where the bytes that are ready begin in the content.
    pub fn offset(&self) -> u64 {
        self.window.offset(self.at)
    }

    /// Whether something that isn't plain may stand in the next bytes: a carriage return, or what took the place of a forbidden character.
    pub fn is_odd(&self) -> bool {
        self.window.is_odd_from(self.at)
    }

    pub fn illegal(&self) -> &Illegal {
        &self.window.illegal
    }

    /// Notes a forbidden character that was written as a reference.
    pub fn note(&mut self, offset: u64, code: u32) {
        self.window.illegal.note(offset, code);
    }

    /// Reads on until so many bytes are ready, or until no more come: an error is told when somebody takes what stands before it.
    pub fn read_ahead(&mut self, bytes: usize) {
        while self.ready().len() < bytes && matches!(self.more(), Ok(true)) {}
    }

    /// Takes in the next block; false at the end.
    fn more(&mut self) -> io::Result<bool> {
        if let Some(kind) = self.failed {
            return Err(io::Error::new(kind, "the entry can't be read on"));
        }
        if self.ended {
            return Ok(false);
        }
        self.at -= self.window.forget(self.at);
        let before = self.window.text().len();
        match self.source.more(&mut self.window) {
            Ok(more) => self.ended = !more,
            Err(error) => {
                self.failed = Some(error.kind());
                self.error.get_or_insert(error);
                return self.more();
            }
        }
        Ok(self.window.text().len() > before)
    }
}

/// Reads to the end and gives how many bytes there were, and the characters among them that XML forbids.
///
/// # Errors
/// What the reader says.
pub fn screen<R: Read>(reader: R) -> io::Result<(u64, Illegal)> {
    let mut filter = Filter::new(Screened::new(io::BufReader::with_capacity(super::BLOCK, reader)));
    let mut bytes = 0_u64;
    loop {
        let number = match filter.fill_buf() {
            Ok([]) => return Ok((bytes, filter.window.illegal)),
            Ok(ready) => ready.len(),
            Err(error) => return Err(filter.error.take().unwrap_or(error)),
        };
        filter.consume(number);
        bytes = bytes.saturating_add(number as u64);
    }
}

impl<S: Texts> BufRead for Filter<S> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.at == self.window.text().len() {
            self.more()?;
        }
        let ready = self.window.text().as_bytes().get(self.at..).unwrap_or_default();
        let room = self.limit.saturating_sub(self.offset());
        if room == 0 && !ready.is_empty() {
            return Err(io::Error::new(io::ErrorKind::OutOfMemory, "an object is too long"));
        }
        Ok(ready.get(..usize::try_from(room).unwrap_or(usize::MAX)).unwrap_or(ready))
    }

    fn consume(&mut self, number: usize) {
        self.at = self.at.saturating_add(number).min(self.window.text().len());
    }
}

impl<S: Texts> Read for Filter<S> {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        let number = self.fill_buf()?.read(to)?;
        self.consume(number);
        Ok(number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filtered_by(size: usize, bytes: &[u8]) -> (Vec<u8>, Illegal) {
        let mut filter = Filter::new(Screened::new(io::BufReader::with_capacity(size, bytes)));
        let mut out = Vec::new();
        filter.read_to_end(&mut out).unwrap();
        (out, filter.window.illegal)
    }

    fn filtered(bytes: &[u8]) -> (Vec<u8>, Illegal) {
        let (out, illegal) = filtered_by(1 << 10, bytes);
        assert!(std::str::from_utf8(&out).is_ok());
        for size in 1..6 {
            // Every character meets a block's end.
            assert_eq!(
                (&out, &illegal),
                (&filtered_by(size, bytes).0, &filtered_by(size, bytes).1),
                "blocks of {size}"
            );
        }
        assert_eq!(out.len(), bytes.len(), "offsets must stay");
        assert_eq!(screen(bytes).unwrap(), (bytes.len() as u64, illegal.clone()));
        (out, illegal)
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

    #[test]
    fn bytes_that_begin_a_character_and_end_it_otherwise_are_told_one_by_one() {
        for bytes in
            [b"\xe2\x82a\xc3\xe2\xc3\xa4".as_slice(), b"\xed\xa0a\xf0\x9f\x98", b"\xc0\x80\xf5\x80\xf4\x90\x80\x80z"]
        {
            let (_, illegal) = filtered(bytes);
            assert!(illegal.number > 1, "{illegal:?}");
        }
    }

    #[test]
    fn nothing_is_taken_beyond_the_limit() {
        let mut filter = Filter::new(Screened::new(io::BufReader::with_capacity(4, b"0123456789".as_slice())));
        filter.limit = 6;
        filter.read_ahead(9);
        assert!(filter.ready().len() >= 9);
        filter.read_ahead(11);
        assert_eq!(filter.ready(), "0123456789");
        let mut out = Vec::new();
        assert_eq!(filter.read_to_end(&mut out).unwrap_err().kind(), io::ErrorKind::OutOfMemory);
        assert_eq!(out, b"012345");
        filter.limit = 10;
        filter.read_to_end(&mut out).unwrap();
        assert_eq!((out.as_slice(), filter.taken(3)), (b"0123456789".as_slice(), "789"));
    }
}
