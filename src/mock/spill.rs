//! The spill file: texts of pages, comments and templates, one behind the other, each found by offset and length.

use std::fs::File;
use std::io::{BufWriter, Write as _};

use super::store::Pooled;

/// Where a text lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Span {
    /// Index into the site's list of spill files.
    pub file: usize,
    pub offset: u64,
    pub length: u64,
}

/// Takes in texts.
#[derive(Debug)]
pub struct SpillWriter {
    to: BufWriter<File>,
    place: Pooled,
    file: usize,
    offset: u64,
}

impl SpillWriter {
    /// Begins a file; `file` is the index under which the spans know it.
    pub fn create(place: Pooled, file: usize) -> std::io::Result<Self> {
        let to = File::options().read(true).write(true).create_new(true).open(place.path())?;
        Ok(Self { to: BufWriter::with_capacity(1 << 18, to), place, file, offset: 0 })
    }

    /// Takes in one text.
    pub fn put(&mut self, text: &str) -> std::io::Result<Span> {
        let span = Span { file: self.file, offset: self.offset, length: text.len() as u64 };
        self.to.write_all(text.as_bytes())?;
        self.offset += span.length;
        Ok(span)
    }

    /// Ends the file and opens it for reading.
    pub fn finish(self) -> std::io::Result<Spill> {
        let file = self.to.into_inner().map_err(std::io::IntoInnerError::into_error)?;
        Ok(Spill { file, place: self.place })
    }
}

/// A finished spill file.
#[derive(Debug)]
pub struct Spill {
    file: File,
    place: Pooled,
}

impl Spill {
    /// Opens a file that was finished before.
    pub fn open(place: Pooled) -> std::io::Result<Self> {
        Ok(Self { file: File::open(place.path())?, place })
    }

    /// Where it lies.
    pub fn file(&self) -> &Pooled {
        &self.place
    }

    /// Reads what lies from one place up to another.
    pub fn stretch(&self, from: u64, until: u64) -> std::io::Result<Vec<u8>> {
        let mut bytes = vec![0; usize::try_from(until.saturating_sub(from)).map_err(std::io::Error::other)?];
        read_at(&self.file, &mut bytes, from)?;
        Ok(bytes)
    }

    /// Reads one text.
    pub fn get(&self, span: Span) -> std::io::Result<String> {
        let length = usize::try_from(span.length).map_err(std::io::Error::other)?;
        let mut bytes = vec![0; length];
        read_at(&self.file, &mut bytes, span.offset)?;
        String::from_utf8(bytes).map_err(std::io::Error::other)
    }
}

#[cfg(unix)]
fn read_at(file: &File, bytes: &mut [u8], offset: u64) -> std::io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, bytes, offset)
}

#[cfg(not(unix))]
fn read_at(file: &File, bytes: &mut [u8], offset: u64) -> std::io::Result<()> {
    use std::io::{Read as _, Seek as _};
    let mut file = file.try_clone()?;
    file.seek(std::io::SeekFrom::Start(offset))?;
    file.read_exact(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_come_back_as_they_were() {
        let folder = tempfile::tempdir().unwrap();
        let pool = crate::mock::store::Pool::new(folder.path().to_owned());
        let mut writer = SpillWriter::create(pool.place("texts"), 0).unwrap();
        let spans = [writer.put("eins").unwrap(), writer.put("").unwrap(), writer.put("zwei\n\u{2028}").unwrap()];
        let spill = writer.finish().unwrap();
        let texts: Vec<String> = spans.iter().map(|span| spill.get(*span).unwrap()).collect();
        assert_eq!(texts, ["eins", "", "zwei\n\u{2028}"]);
        drop(spill);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
