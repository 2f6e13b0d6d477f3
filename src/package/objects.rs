use std::io::{self, BufReader, Read};

use super::ahead::{AheadTexts, screen_ahead};
use super::events::Events;
use super::filter::{Screened, Texts};
use super::{BLOCK, Illegal, Limits, Object, ObjectBuffer, ObjectError, RawObject};

/// Reads the objects of an entities.xml one after the other, in constant memory.
///
/// A character that XML forbids becomes U+FFFD and is noted in [`Objects::illegal`]; an object that makes no sense is an error behind which
/// reading goes on; anything worse is the last item. The content is read to its very end, so that the checks of an [`super::EntryReader`] run.
///
/// [`Objects::next_object`] lends each object, which costs no memory of its own; as an iterator it gives them away.
pub fn objects<R: Read>(reader: R, limits: &Limits) -> Objects<Screened<BufReader<R>>> {
    Objects::new(Screened::new(BufReader::with_capacity(BLOCK, reader)), limits, true)
}

/// As [`objects`], with the reading, and so the unpacking, on a thread of its own.
///
/// # Errors
/// The machine gives no thread.
pub fn objects_ahead<R: Read + Send + 'static>(reader: R, limits: &Limits) -> io::Result<Objects<AheadTexts>> {
    Ok(Objects::new(screen_ahead(reader, "</object>")?, limits, true))
}

/// As [`objects`], every object by way of the event parser: what the quicker way is held against.
pub fn objects_by_events<R: Read>(reader: R, limits: &Limits) -> Objects<Screened<BufReader<R>>> {
    Objects::new(Screened::new(BufReader::with_capacity(BLOCK, reader)), limits, false)
}

/// See [`objects`].
pub struct Objects<R> {
    events: Events<R>,
    buffer: ObjectBuffer,
    /// Whether the scanner is asked first.
    scan: bool,
}

impl<R> std::fmt::Debug for Objects<R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Objects").finish_non_exhaustive()
    }
}

impl<R: Texts> Objects<R> {
    pub(super) fn new(reader: R, limits: &Limits, scan: bool) -> Self {
        Self { events: Events::new(reader, limits), buffer: ObjectBuffer::default(), scan }
    }

    /// The characters that XML forbids, so far.
    pub fn illegal(&self) -> &Illegal {
        self.events.illegal()
    }

    /// When the file was written, as its root says: opaque text. Known once the first object was read.
    pub fn datetime(&self) -> Option<&str> {
        self.events.datetime()
    }

    /// Bytes of the content taken so far.
    pub fn position(&self) -> u64 {
        self.events.position()
    }

    /// Whether the root element was read to its end tag, so that no object is missing.
    pub fn is_complete(&self) -> bool {
        self.events.is_complete()
    }

    /// The next object, lent until the one behind it is asked for; `None` at the end.
    pub fn next_object(&mut self) -> Option<Result<Object<'_>, ObjectError>> {
        if let Some(length) = self.scan.then(|| self.events.scanned(&mut self.buffer)).flatten() {
            return Some(Ok(Object::over(&self.buffer, self.events.taken(length))));
        }
        Some(match self.events.next()? {
            Ok(raw) => {
                self.buffer.take(&raw);
                Ok(self.buffer.object(""))
            }
            Err(error) => Err(error),
        })
    }
}

impl<R: Texts> Iterator for Objects<R> {
    type Item = Result<RawObject, ObjectError>;

    fn next(&mut self) -> Option<Self::Item> {
        Some(self.next_object()?.map(|object| object.to_raw()))
    }
}
