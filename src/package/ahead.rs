//! Reads on a thread of its own, some blocks ahead of whoever takes them: unpacking goes on while the blocks before are looked at.
//!
//! A bounded number of blocks goes round in a circle. What the reader says arrives in its place behind the bytes before it; a thread that
//! ended without a word is an error and never an end. Dropping the taker ends the thread.

use std::io::{self, BufRead, Read};
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::thread::JoinHandle;

use super::BLOCK;

/// Blocks that wait to be taken, at most.
const WAITING: usize = 8;

enum Message {
    /// A block, and how many of its bytes were read.
    Block(Vec<u8>, usize),
    Failed(io::Error),
    End,
}

/// See [`read_ahead`].
#[derive(Debug)]
pub struct Ahead {
    full: Option<Receiver<Message>>,
    empty: Sender<Vec<u8>>,
    block: Vec<u8>,
    at: usize,
    to: usize,
    ended: bool,
    thread: Option<JoinHandle<()>>,
}

/// Gives the bytes of a reader which reads on by itself while they are used.
///
/// # Errors
/// The machine gives no thread.
pub fn read_ahead<R: Read + Send + 'static>(reader: R) -> io::Result<Ahead> {
    let (to, full) = sync_channel(WAITING);
    let (empty, back) = channel();
    let thread = std::thread::Builder::new().name("read-ahead".to_owned()).spawn(move || work(reader, &to, &back))?;
    Ok(Ahead { full: Some(full), empty, block: Vec::new(), at: 0, to: 0, ended: false, thread: Some(thread) })
}

/// Ends when all is read, when reading fails, or when nobody takes the blocks any more.
fn work(mut reader: impl Read, to: &SyncSender<Message>, back: &Receiver<Vec<u8>>) {
    loop {
        let mut block = back.try_recv().unwrap_or_else(|_| vec![0; BLOCK]);
        let (read, end) = fill(&mut reader, &mut block);
        if read > 0 && to.send(Message::Block(block, read)).is_err() {
            return;
        }
        if let Some(end) = end {
            // Nobody there any more is no harm.
            let _ = to.send(end);
            return;
        }
    }
}

/// Fills a block; gives how many bytes came, and what came instead of more.
fn fill(reader: &mut impl Read, block: &mut [u8]) -> (usize, Option<Message>) {
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

impl BufRead for Ahead {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.at == self.to && !self.ended {
            match self.full.as_ref().and_then(|full| full.recv().ok()) {
                Some(Message::Block(block, read)) => {
                    let used = std::mem::replace(&mut self.block, block);
                    (self.at, self.to) = (0, read);
                    if !used.is_empty() {
                        // The thread may have ended already.
                        let _ = self.empty.send(used);
                    }
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
        }
        Ok(self.block.get(self.at..self.to).unwrap_or_default())
    }

    fn consume(&mut self, number: usize) {
        self.at = self.at.saturating_add(number).min(self.to);
    }
}

impl Read for Ahead {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        let number = self.fill_buf()?.read(to)?;
        self.consume(number);
        Ok(number)
    }
}

impl Drop for Ahead {
    fn drop(&mut self) {
        // The thread meets a closed channel with its next block, and ends.
        self.full = None;
        if let Some(thread) = self.thread.take() {
            // It has nothing to say that wasn't said as a missing end.
            let _ = thread.join();
        }
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
