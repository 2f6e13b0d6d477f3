//! Scans on a thread of its own, some objects ahead of whoever takes them.
//!
//! Objects come in batches, each with the text that its objects lie in, and with what was known when it was made. Nothing waits between the
//! thread and the taker, so that there are two batches at most: of long objects each holds one.

use std::io::{self, Read};

use super::ahead::{AheadTexts, Belt, Message};
use super::objects::Objects;
use super::{Illegal, Limits, Object, ObjectBuffer, ObjectError};

/// Bytes of text behind which a batch is handed over.
const TEXT: usize = 512 << 10;
/// Objects likewise.
const OBJECTS: usize = 1_024;

/// An object, where its text begins and ends in that of the batch, and how far the content was read behind it.
#[derive(Debug, Default)]
struct Scanned {
    object: ObjectBuffer,
    from: usize,
    to: usize,
    position: u64,
}

/// What is known of the content so far.
#[derive(Debug, Clone, Default)]
struct Known {
    illegal: Illegal,
    datetime: Option<String>,
    position: u64,
    complete: bool,
}

#[derive(Debug, Default)]
struct Batch {
    text: String,
    /// Kept to be filled again: those behind `length` are of an earlier batch.
    objects: Vec<Scanned>,
    length: usize,
    /// What comes behind the objects.
    error: Option<ObjectError>,
    known: Known,
}

impl Batch {
    /// Gives true at the end.
    fn fill(&mut self, from: &mut Objects<AheadTexts>) -> bool {
        self.objects.iter_mut().take(self.length).for_each(|scanned| scanned.object.shrink());
        self.text.clear();
        self.text.shrink_to(2 * TEXT);
        self.length = 0;
        let mut end = false;
        while self.error.is_none() && !end && self.length < OBJECTS && self.text.len() < TEXT {
            if self.length == self.objects.len() {
                self.objects.push(Scanned::default());
            }
            let Some(slot) = self.objects.get_mut(self.length) else { break };
            slot.from = self.text.len();
            match from.next_into(&mut slot.object) {
                Some(Ok(lent)) => {
                    self.text.push_str(lent);
                    (slot.to, slot.position) = (self.text.len(), Objects::position(from));
                    self.length += 1;
                }
                Some(Err(error)) => self.error = Some(error),
                None => end = true,
            }
        }
        let known = &mut self.known;
        if known.illegal.number != from.illegal().number {
            known.illegal.clone_from(from.illegal());
        }
        if known.datetime.is_none() {
            known.datetime = from.datetime().map(str::to_owned);
        }
        (known.position, known.complete) = (Objects::position(from), from.is_complete());
        end
    }
}

/// As [`super::objects`], with the unpacking on a thread of its own and the scanning on another.
///
/// # Errors
/// The machine gives no thread.
pub fn objects_ahead<R: Read + Send + 'static>(reader: R, limits: &Limits) -> io::Result<ObjectsAhead> {
    let mut objects = super::objects::on_own_thread(reader, limits)?;
    let belt = Belt::start("scan", 0, move |batch: &mut Batch| {
        let end = batch.fill(&mut objects);
        // What is known at the end is handed over too.
        (true, end.then_some(Message::End))
    })?;
    Ok(ObjectsAhead { belt, batch: Batch::default(), next: 0, position: 0 })
}

/// See [`objects_ahead`].
#[derive(Debug)]
pub struct ObjectsAhead {
    belt: Belt<Batch>,
    batch: Batch,
    /// The object of the batch that comes next.
    next: usize,
    position: u64,
}

impl ObjectsAhead {
    /// See [`Objects::illegal`]; may know of characters behind the object that was given last.
    pub fn illegal(&self) -> &Illegal {
        &self.batch.known.illegal
    }

    /// See [`Objects::datetime`].
    pub fn datetime(&self) -> Option<&str> {
        self.batch.known.datetime.as_deref()
    }

    /// See [`Objects::position`].
    pub fn position(&self) -> u64 {
        self.position
    }

    /// See [`Objects::is_complete`]; told behind the last object.
    pub fn is_complete(&self) -> bool {
        self.next == self.batch.length && self.batch.known.complete
    }

    /// See [`Objects::next_object`].
    pub fn next_object(&mut self) -> Option<Result<Object<'_>, ObjectError>> {
        while self.next == self.batch.length {
            self.position = self.batch.known.position;
            if let Some(error) = self.batch.error.take() {
                return Some(Err(error));
            }
            match self.belt.next(&mut self.batch) {
                Ok(true) => self.next = 0,
                Ok(false) => return None,
                Err(source) => return Some(Err(ObjectError::Read { offset: self.position, source })),
            }
        }
        let scanned = self.batch.objects.get(self.next)?;
        self.next += 1;
        self.position = scanned.position;
        let lent = self.batch.text.get(scanned.from..scanned.to).unwrap_or_default();
        Some(Ok(Object::over(&scanned.object, lent)))
    }
}
