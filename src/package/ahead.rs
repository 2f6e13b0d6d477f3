//! Reads on a thread of its own, some blocks ahead of whoever takes them: unpacking goes on while the blocks before are looked at.
//!
//! A bounded number of blocks goes round in a circle. What the reader says arrives in its place behind the bytes before it; a thread that
//! ended without a word is an error and never an end. Dropping the taker ends the thread.

use std::io::{self, BufRead, Read};
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::thread::JoinHandle;

use super::BLOCK;
use super::filter::Texts;
use super::screen::{Piece, Screen};
use super::window::Window;

/// Blocks that wait to be taken, at most.
const WAITING: usize = 8;

enum Message<B> {
    Block(B),
    Failed(io::Error),
    End,
}

/// A thread that fills blocks, and where they arrive.
#[derive(Debug)]
struct Belt<B> {
    full: Option<Receiver<Message<B>>>,
    empty: Sender<B>,
    ended: bool,
    thread: Option<JoinHandle<()>>,
}

impl<B: Default + Send + 'static> Belt<B> {
    /// `fill` is given a block that may have been used before; it says whether anything stands in it now, and what comes instead of more.
    fn start(fill: impl FnMut(&mut B) -> (bool, Option<Message<B>>) + Send + 'static) -> io::Result<Self> {
        let (to, full) = sync_channel(WAITING);
        let (empty, back) = channel();
        let thread = std::thread::Builder::new().name("read-ahead".to_owned()).spawn(move || work(fill, &to, &back))?;
        Ok(Self { full: Some(full), empty, ended: false, thread: Some(thread) })
    }

    /// The next block, for one that isn't needed any more; `None` at the end and behind an error.
    fn next(&mut self, used: &mut B) -> io::Result<bool> {
        if self.ended {
            return Ok(false);
        }
        match self.full.as_ref().and_then(|full| full.recv().ok()) {
            Some(Message::Block(block)) => {
                // The thread may have ended already.
                let _ = self.empty.send(std::mem::replace(used, block));
                return Ok(true);
            }
            Some(Message::End) => self.ended = true,
            Some(Message::Failed(error)) => {
                self.ended = true;
                return Err(error);
            }
            None => {
                self.ended = true;
                return Err(io::Error::other("the thread that reads ended in the middle"));
            }
        }
        Ok(false)
    }
}

/// Ends when all is read, when reading fails, or when nobody takes the blocks any more.
fn work<B: Default>(
    mut fill: impl FnMut(&mut B) -> (bool, Option<Message<B>>),
    to: &SyncSender<Message<B>>,
    back: &Receiver<B>,
) {
    loop {
        let mut block = back.try_recv().unwrap_or_default();
        let (any, end) = fill(&mut block);
        if any && to.send(Message::Block(block)).is_err() {
            return;
        }
        if let Some(end) = end {
            // Nobody there any more is no harm.
            let _ = to.send(end);
            return;
        }
    }
}

impl<B> Drop for Belt<B> {
    fn drop(&mut self) {
        // The thread meets a closed channel with its next block, and ends.
        self.full = None;
        if let Some(thread) = self.thread.take() {
            // It has nothing to say that wasn't said as a missing end.
            let _ = thread.join();
        }
    }
}

/// Fills a block; gives how many bytes came, and what came instead of more.
fn fill<B>(reader: &mut impl Read, block: &mut Vec<u8>) -> (usize, Option<Message<B>>) {
    block.resize(BLOCK, 0);
    let mut read = 0;
    while let Some(room) = block.get_mut(read..).filter(|room| !room.is_empty()) {
        match reader.read(room) {
            Ok(0) => return (read, Some(Message::End)),
            Ok(number) => read += number,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return (read, Some(Message::Failed(error))),
        }
    }
    (read, None)
}

/// A block, and how many of its bytes were read.
#[derive(Debug, Default)]
struct Bytes {
    block: Vec<u8>,
    read: usize,
}

/// See [`read_ahead`].
#[derive(Debug)]
pub struct Ahead {
    belt: Belt<Bytes>,
    bytes: Bytes,
    at: usize,
}

/// Gives the bytes of a reader which reads on by itself while they are used.
///
/// # Errors
/// The machine gives no thread.
pub fn read_ahead<R: Read + Send + 'static>(mut reader: R) -> io::Result<Ahead> {
    let belt = Belt::start(move |bytes: &mut Bytes| {
        let (read, end) = fill(&mut reader, &mut bytes.block);
        bytes.read = read;
        (read > 0, end)
    })?;
    Ok(Ahead { belt, bytes: Bytes::default(), at: 0 })
}

impl BufRead for Ahead {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.at == self.bytes.read && self.belt.next(&mut self.bytes)? {
            self.at = 0;
        }
        Ok(self.bytes.block.get(self.at..self.bytes.read).unwrap_or_default())
    }

    fn consume(&mut self, number: usize) {
        self.at = self.at.saturating_add(number).min(self.bytes.read);
    }
}

impl Read for Ahead {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        let number = self.fill_buf()?.read(to)?;
        self.consume(number);
        Ok(number)
    }
}

/// Gives the text of a reader, free of what XML forbids: unpacking and screening are done beside whoever uses it.
#[derive(Debug)]
pub struct AheadTexts {
    belt: Belt<Piece>,
    piece: Piece,
}

/// See [`AheadTexts`]. Where it can be, a piece ends behind such a mark, so that what ends with it lies in one piece.
pub(super) fn screen_ahead<R: Read + Send + 'static>(mut reader: R, mark: &'static str) -> io::Result<AheadTexts> {
    let (mut screen, mut block, mut later) = (Screen::default(), Vec::new(), Piece::default());
    let belt = Belt::start(move |piece: &mut Piece| {
        piece.clear();
        std::mem::swap(piece, &mut later);
        let (read, end) = fill(&mut reader, &mut block);
        screen.take(block.get(..read).unwrap_or_default(), piece);
        if matches!(end, Some(Message::End)) {
            screen.end(piece);
        }
        if end.is_none() {
            piece.split_behind(mark, &mut later);
        }
        (!piece.text.is_empty(), end)
    })?;
    Ok(AheadTexts { belt, piece: Piece::default() })
}

impl Texts for AheadTexts {
    fn more(&mut self, window: &mut Window) -> io::Result<bool> {
        let more = self.belt.next(&mut self.piece)?;
        if more {
            window.push(&mut self.piece);
        }
        Ok(more)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives so many bytes, then fails or ends.
    struct Source {
        left: usize,
        fails: bool,
        panics: bool,
        _held: Option<Sender<()>>,
    }

    impl Source {
        fn of(left: usize) -> Self {
            Self { left, fails: false, panics: false, _held: None }
        }
    }

    impl Read for Source {
        fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
            let number = to.len().min(self.left).min(70_001);
            to[..number].iter_mut().enumerate().for_each(|(at, byte)| *byte = ((self.left - at) % 251) as u8);
            self.left -= number;
            assert!(number > 0 || !self.panics, "the source was told to");
            if number == 0 && self.fails { Err(io::Error::other("no more")) } else { Ok(number) }
        }
    }

    #[test]
    fn every_byte_arrives_in_its_place() {
        for length in [0, 1, BLOCK - 1, BLOCK, 3 << 20] {
            let (mut straight, mut ahead) = (Vec::new(), Vec::new());
            Source::of(length).read_to_end(&mut straight).unwrap();
            read_ahead(Source::of(length)).unwrap().read_to_end(&mut ahead).unwrap();
            assert!(straight == ahead, "{length}");
        }
    }

    #[test]
    fn an_error_comes_behind_the_bytes_before_it_and_once() {
        let mut ahead = read_ahead(Source { fails: true, ..Source::of(1 << 20) }).unwrap();
        let mut bytes = Vec::new();
        assert_eq!(ahead.read_to_end(&mut bytes).unwrap_err().to_string(), "no more");
        assert_eq!((bytes.len(), ahead.read(&mut [0; 8]).unwrap()), (1 << 20, 0));
    }

    #[test]
    fn a_thread_that_dies_is_no_end() {
        let mut ahead = read_ahead(Source { panics: true, ..Source::of(5) }).unwrap();
        assert!(ahead.read_to_end(&mut Vec::new()).is_err());
    }

    #[test]
    fn dropping_the_taker_ends_the_thread() {
        let (held, gone) = channel();
        let mut ahead = read_ahead(Source { _held: Some(held), ..Source::of(usize::MAX) }).unwrap();
        ahead.read_exact(&mut [0; 100]).unwrap();
        drop(ahead);
        assert_eq!(gone.try_recv(), Err(std::sync::mpsc::TryRecvError::Disconnected));
    }
}
