//! Texts that are read ahead: those of a page of results, neighbours in one go.

use std::sync::Arc;

use super::spill::{Span, Spill};

/// Bytes between two texts that are rather read than skipped.
const GAP: u64 = 16 << 10;

/// Bytes that are read ahead for one answer. What lies beyond is read text by text.
const MOST: u64 = 4 << 20;

/// Texts in memory.
#[derive(Debug, Default)]
pub struct Ahead(Vec<Stretch>);

/// Neighbouring texts of a file.
#[derive(Debug)]
struct Stretch {
    file: usize,
    from: u64,
    bytes: Vec<u8>,
}

impl Ahead {
    /// Reads these texts. What can't be read is left out: whoever asks for it reads it alone, and meets the failure.
    pub fn read(files: &[Arc<Spill>], mut spans: Vec<Span>) -> Self {
        spans.sort_unstable_by_key(|span| (span.file, span.offset));
        let (mut stretches, mut left) = (Vec::new(), MOST);
        let mut spans = spans.into_iter().peekable();
        while let Some(first) = spans.next() {
            let mut until = first.offset.saturating_add(first.length);
            let near = |span: &Span, until: u64| {
                let end = span.offset.saturating_add(span.length);
                span.file == first.file
                    && span.offset <= until.saturating_add(GAP)
                    && end.saturating_sub(first.offset) <= left
            };
            while let Some(span) = spans.next_if(|span| near(span, until)) {
                until = until.max(span.offset.saturating_add(span.length));
            }
            let length = until.saturating_sub(first.offset);
            if length > left {
                continue;
            }
            left -= length;
            let read = files.get(first.file).and_then(|file| file.stretch(first.offset, until).ok());
            stretches.extend(read.map(|bytes| Stretch { file: first.file, from: first.offset, bytes }));
        }
        Self(stretches)
    }

    /// One of the texts, if it is here.
    pub fn get(&self, span: Span) -> Option<&str> {
        let at = self.0.partition_point(|stretch| (stretch.file, stretch.from) <= (span.file, span.offset));
        let stretch = self.0.get(at.checked_sub(1)?).filter(|stretch| stretch.file == span.file)?;
        let from = usize::try_from(span.offset.checked_sub(stretch.from)?).ok()?;
        let until = from.checked_add(usize::try_from(span.length).ok()?)?;
        simdutf8::basic::from_utf8(stretch.bytes.get(from..until)?).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mock::spill::SpillWriter;
    use crate::mock::store::Pool;

    #[test]
    fn texts_are_those_of_the_files_wherever_they_lie() {
        let folder = tempfile::tempdir().unwrap();
        let pool = Pool::new(folder.path().to_owned());
        let (mut spans, mut files) = (Vec::new(), Vec::new());
        for file in 0..2 {
            let mut writer = SpillWriter::create(pool.place("texts"), file).unwrap();
            for length in [3, 0, 5_000, 40_000, 7] {
                spans.push(writer.put(&"\u{e4}".repeat(length)).unwrap());
            }
            files.push(Arc::new(writer.finish().unwrap()));
        }
        let wanted: Vec<Span> = spans.iter().rev().copied().filter(|span| span.length != 80_000).collect();
        let ahead = Ahead::read(&files, wanted.clone());
        for span in wanted {
            assert_eq!(ahead.get(span).unwrap(), files[span.file].get(span).unwrap());
        }
        let unread = spans.iter().find(|span| span.length == 80_000).unwrap();
        assert_eq!(ahead.get(*unread), None);
        assert_eq!(ahead.get(Span { file: 2, offset: 0, length: 1 }), None);
    }

    #[test]
    fn what_is_too_much_is_left_to_be_read_alone() {
        let folder = tempfile::tempdir().unwrap();
        let mut writer = SpillWriter::create(Pool::new(folder.path().to_owned()).place("texts"), 0).unwrap();
        let small = writer.put("small").unwrap();
        let gap = writer.put(&"-".repeat(20_000)).unwrap();
        let large = writer.put(&"x".repeat(5 << 20)).unwrap();
        let files = [Arc::new(writer.finish().unwrap())];
        let ahead = Ahead::read(&files, vec![large, small]);
        assert_eq!(ahead.get(small), Some("small"));
        assert_eq!((ahead.get(gap), ahead.get(large)), (None, None));
        assert_eq!(Ahead::read(&files, vec![small, gap, large]).get(gap).map(str::len), Some(20_000));
    }
}
