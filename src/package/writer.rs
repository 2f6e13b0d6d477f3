use std::fs::File;
use std::io::{self, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use rawzip::{CompressionMethod, ZipArchiveWriter};

use super::PackageError;

/// Writes a package as a zip. The same entries in the same order give the same bytes on every machine: no times, no owners.
pub struct PackageWriter {
    path: PathBuf,
    level: flate2::Compression,
    zip: ZipArchiveWriter<BufWriter<File>>,
}

impl std::fmt::Debug for PackageWriter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PackageWriter").field("path", &self.path).finish_non_exhaustive()
    }
}

impl PackageWriter {
    /// Begins a zip at this path; a file that is there is replaced.
    ///
    /// # Errors
    /// What the system says.
    pub fn create(path: &Path) -> Result<Self, PackageError> {
        let file = File::create(path).map_err(|source| PackageError::io(path, source))?;
        let zip = ZipArchiveWriter::new(BufWriter::with_capacity(1 << 20, file));
        Ok(Self { path: path.to_owned(), level: flate2::Compression::default(), zip })
    }

    /// Deflates at this level from here on: 1 is fastest, 9 packs best; without this it is 6, Java's and so Confluence's.
    pub fn level(mut self, level: u8) -> Self {
        self.level = flate2::Compression::new(u32::from(level.clamp(1, 9)));
        self
    }

    /// Writes one entry, as Confluence does: sizes and checksum behind the data. Gives its length in bytes.
    ///
    /// # Errors
    /// What the reader or the system says.
    pub fn entry(&mut self, name: &str, deflate: bool, content: &mut dyn Read) -> Result<u64, PackageError> {
        self.made(name, deflate, |to| io::copy(content, to))
    }

    /// Writes one entry whose content is made while it is packed, so that it is never held whole. Gives what making it gives.
    ///
    /// # Errors
    /// What the maker or the system says.
    pub fn made<T>(
        &mut self,
        name: &str,
        deflate: bool,
        make: impl FnOnce(&mut dyn Write) -> io::Result<T>,
    ) -> Result<T, PackageError> {
        let path = self.path.clone();
        self.write(name, deflate, make).map_err(|source| PackageError::io(&path, source))
    }

    /// Writes a folder as an entry of its own, which Confluence doesn't do and other packers do.
    ///
    /// # Errors
    /// What the system says.
    pub fn folder(&mut self, name: &str) -> Result<(), PackageError> {
        let path = self.path.clone();
        let written = self.zip.new_dir(name).create();
        written.map(drop).map_err(|error| PackageError::io(&path, io::Error::other(error)))
    }

    fn write<T>(
        &mut self,
        name: &str,
        deflate: bool,
        make: impl FnOnce(&mut dyn Write) -> io::Result<T>,
    ) -> io::Result<T> {
        let method = if deflate { CompressionMethod::DEFLATE } else { CompressionMethod::STORE };
        let (mut entry, config) =
            self.zip.new_file(name).compression_method(method).start().map_err(io::Error::other)?;
        let (made, descriptor) = if deflate {
            let packer = flate2::write::DeflateEncoder::new(&mut entry, self.level);
            let mut to = config.wrap(packer);
            let made = make(&mut to)?;
            let (packer, descriptor) = to.finish().map_err(io::Error::other)?;
            packer.finish()?;
            (made, descriptor)
        } else {
            let mut to = config.wrap(&mut entry);
            let made = make(&mut to)?;
            (made, to.finish().map_err(io::Error::other)?.1)
        };
        entry.finish(descriptor).map_err(io::Error::other)?;
        Ok(made)
    }

    /// Writes the directory and closes the file.
    ///
    /// # Errors
    /// What the system says.
    pub fn finish(self) -> Result<(), PackageError> {
        let path = self.path;
        let close = || -> io::Result<()> { self.zip.finish().map_err(io::Error::other)?.flush() };
        close().map_err(|source| PackageError::io(&path, source))
    }
}
