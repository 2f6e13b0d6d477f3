//! Digests texts on a thread of its own, while the next ones are looked for.
//!
//! Texts are copied into batches, which costs little beside SHA-256, so nothing of the archive is held. Results come back in the order in which
//! the texts went in. An archive with few texts starts no thread; a text longer than a batch is digested where it is met.

use std::collections::VecDeque;
use std::io;
use std::sync::mpsc::{Receiver, SyncSender, channel, sync_channel};
use std::thread::JoinHandle;

use crate::storage::{Digested, Digester};

/// Bytes of text in a batch.
const BATCH: usize = 256 << 10;
/// Texts in a batch.
const TEXTS: usize = 4_096;
/// Batches on their way.
const MOVING: usize = 4;

#[derive(Debug)]
struct Batch<T> {
    text: String,
    /// What waits, where its text ends, and its digest once that is known.
    waiting: Vec<(T, usize, Option<Digested>)>,
}

impl<T> Default for Batch<T> {
    fn default() -> Self {
        Self { text: String::new(), waiting: Vec::new() }
    }
}

impl<T> Batch<T> {
    fn digest(&mut self, digester: &mut Digester) {
        let mut from = 0;
        for (_, to, sum) in &mut self.waiting {
            if sum.is_none() {
                *sum = Some(digester.digest(self.text.get(from..*to).unwrap_or_default()));
            }
            from = *to;
        }
        self.text.clear();
    }
}

#[derive(Debug)]
struct Worker<T> {
    to: Option<SyncSender<Batch<T>>>,
    done: Receiver<Batch<T>>,
    thread: Option<JoinHandle<()>>,
    moving: usize,
}

impl<T: Send + 'static> Worker<T> {
    fn start() -> io::Result<Self> {
        let (to, todo) = sync_channel::<Batch<T>>(MOVING);
        let (back, done) = channel();
        let work = move || {
            let mut digester = Digester::default();
            for mut batch in todo {
                batch.digest(&mut digester);
                if back.send(batch).is_err() {
                    return;
                }
            }
        };
        let thread = std::thread::Builder::new().name("digest".to_owned()).spawn(work)?;
        Ok(Self { to: Some(to), done, thread: Some(thread), moving: 0 })
    }

    fn send(&mut self, batch: Batch<T>) -> io::Result<()> {
        self.moving += 1;
        self.to.as_ref().and_then(|to| to.send(batch).ok()).ok_or_else(died)
    }

    fn wait(&mut self) -> io::Result<Batch<T>> {
        self.moving -= 1;
        self.done.recv().map_err(|_| died())
    }
}

impl<T> Drop for Worker<T> {
    fn drop(&mut self) {
        self.to = None;
        if let Some(thread) = self.thread.take() {
            // What it didn't finish shows as a result that is missing.
            let _ = thread.join();
        }
    }
}

fn died() -> io::Error {
    io::Error::other("the thread that digests texts ended in the middle")
}

/// What waits for the digests of texts; see the module.
#[derive(Debug)]
pub(super) struct Lane<T> {
    filling: Batch<T>,
    worker: Option<Worker<T>>,
    ready: VecDeque<(T, Digested)>,
    spare: Vec<Batch<T>>,
}

impl<T> Default for Lane<T> {
    fn default() -> Self {
        Self { filling: Batch::default(), worker: None, ready: VecDeque::new(), spare: Vec::new() }
    }
}

impl<T: Send + 'static> Lane<T> {
    /// Takes in a text, and what waits for its digest.
    ///
    /// # Errors
    /// The machine gives no thread, or the thread died.
    pub fn push(&mut self, text: &str, waiting: T) -> io::Result<()> {
        let long = text.len() > BATCH;
        if !long {
            self.filling.text.push_str(text);
        }
        self.filling.waiting.push((waiting, self.filling.text.len(), long.then(|| Digester::default().digest(text))));
        if self.filling.text.len() < BATCH && self.filling.waiting.len() < TEXTS {
            return Ok(());
        }
        let mut worker = self.worker.take().map_or_else(Worker::start, Ok)?;
        while worker.moving >= MOVING {
            self.take_back(worker.wait()?);
        }
        let next = self.spare.pop().unwrap_or_default();
        worker.send(std::mem::replace(&mut self.filling, next))?;
        self.worker = Some(worker);
        Ok(())
    }

    /// The next digest that is done. Doesn't wait.
    pub fn ready(&mut self) -> Option<(T, Digested)> {
        if self.ready.is_empty()
            && let Some(worker) = self.worker.as_mut().filter(|worker| worker.moving > 0)
            && let Ok(batch) = worker.done.try_recv()
        {
            worker.moving -= 1;
            self.take_back(batch);
        }
        self.ready.pop_front()
    }

    /// Waits for all that is left.
    ///
    /// # Errors
    /// The thread died.
    pub fn finish(mut self) -> io::Result<impl Iterator<Item = (T, Digested)> + use<T>> {
        if let Some(mut worker) = self.worker.take() {
            while worker.moving > 0 {
                self.take_back(worker.wait()?);
            }
        }
        let mut last = std::mem::take(&mut self.filling);
        last.digest(&mut Digester::default());
        self.take_back(last);
        Ok(self.ready.into_iter())
    }

    fn take_back(&mut self, mut batch: Batch<T>) {
        self.ready.extend(batch.waiting.drain(..).filter_map(|(waiting, _, sum)| Some((waiting, sum?))));
        self.spare.push(batch);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_come_back_in_order_and_none_is_lost() {
        for number in [0_usize, 1, 50, 3_000, 20_000] {
            let text = |at: usize| match at % 1_000 {
                7 => "ä]] >\r\n".repeat(60_000),
                rest => "x".repeat(rest),
            };
            let (mut lane, mut back) = (Lane::default(), Vec::new());
            for at in 0..number {
                lane.push(&text(at), at).unwrap();
                back.extend(lane.ready());
            }
            back.extend(lane.finish().unwrap());
            assert_eq!(back.len(), number);
            for (at, (waiting, sum)) in back.into_iter().enumerate() {
                assert_eq!(waiting, at);
                assert!(at % 97 > 0 || sum == Digester::default().digest(&text(at)), "{at}");
            }
        }
    }

    #[test]
    fn dropping_a_lane_ends_its_thread() {
        let held = std::sync::Arc::new(());
        let mut lane = Lane::default();
        for _ in 0..5 {
            lane.push(&"x".repeat(200_000), held.clone()).unwrap();
        }
        assert!(lane.worker.is_some());
        drop(lane);
        assert_eq!(std::sync::Arc::strong_count(&held), 1);
    }
}
