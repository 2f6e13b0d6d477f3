//! A run: sorted rows in blocks of a file, and what finds and proves each block.

use std::fs::File;
use std::os::unix::fs::FileExt as _;

use flate2::Crc;

use super::SpillError;

/// Bytes that are written at once.
const CHUNK: usize = 256 << 10;

/// A row within some bytes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Frame<'a> {
    pub key: &'a [u8],
    pub row: &'a [u8],
    /// Where the next row begins.
    pub end: usize,
}

/// Appends a row: length of the key, length of the row, key, row.
pub(super) fn put(to: &mut Vec<u8>, key: &[u8], row: &[u8]) {
    length(to, key.len());
    length(to, row.len());
    to.extend_from_slice(key);
    to.extend_from_slice(row);
}

fn length(to: &mut Vec<u8>, mut number: usize) {
    while number >= 0x80 {
        to.push(number.to_le_bytes()[0] | 0x80);
        number >>= 7;
    }
    to.push(number.to_le_bytes()[0]);
}

/// The row that begins at this byte; `None` at the end, and where there is no row.
pub(super) fn frame(bytes: &[u8], at: usize) -> Option<Frame<'_>> {
    let (key, at) = number(bytes, at)?;
    let (row, at) = number(bytes, at)?;
    let middle = at.checked_add(key)?;
    let end = middle.checked_add(row)?;
    Some(Frame { key: bytes.get(at..middle)?, row: bytes.get(middle..end)?, end })
}

fn number(bytes: &[u8], mut at: usize) -> Option<(usize, usize)> {
    let (mut number, mut shift) = (0_usize, 0);
    loop {
        let byte = *bytes.get(at)?;
        at += 1;
        number |= usize::from(byte & 0x7f).checked_shl(shift)?;
        if byte & 0x80 == 0 {
            return Some((number, at));
        }
        shift += 7;
    }
}

#[derive(Debug)]
struct Block {
    offset: u64,
    length: u32,
    checksum: u32,
    /// Where its first key ends among all first keys.
    key_end: u32,
}

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Run {
    blocks: Vec<Block>,
    /// The first key of each block, one after the other.
    keys: Vec<u8>,
    last: Vec<u8>,
    pub rows: u64,
}

impl Run {
    pub fn last_key(&self) -> &[u8] {
        &self.last
    }

    pub fn blocks(&self) -> usize {
        self.blocks.len()
    }

    fn first_key(&self, block: usize) -> &[u8] {
        let end = |block: usize| self.blocks.get(block).map_or(0, |block| block.key_end as usize);
        let begin = block.checked_sub(1).map_or(0, end);
        self.keys.get(begin..end(block)).unwrap_or_default()
    }

    /// The last block whose first key isn't behind this one: where the last row of the key is, if there is one.
    pub fn block_of(&self, key: &[u8]) -> Option<usize> {
        let (mut low, mut high) = (0, self.blocks.len());
        while low < high {
            let middle = low.midpoint(high);
            if self.first_key(middle) <= key { low = middle + 1 } else { high = middle }
        }
        low.checked_sub(1)
    }

    /// The block in which the first row of this key is, or the first row behind it: or the one before.
    pub fn block_before(&self, key: &[u8]) -> usize {
        let (mut low, mut high) = (0, self.blocks.len());
        while low < high {
            let middle = low.midpoint(high);
            if self.first_key(middle) < key { low = middle + 1 } else { high = middle }
        }
        low.saturating_sub(1)
    }

    /// Reads a block, and holds it against its checksum.
    pub fn read(&self, file: &File, block: usize, into: &mut Vec<u8>) -> Result<(), SpillError> {
        let block = self.blocks.get(block).ok_or(SpillError::Damaged)?;
        into.resize(block.length as usize, 0);
        file.read_exact_at(into, block.offset).map_err(SpillError::Read)?;
        if checksum(into) == block.checksum { Ok(()) } else { Err(SpillError::Damaged) }
    }
}

fn checksum(bytes: &[u8]) -> u32 {
    let mut crc = Crc::new();
    crc.update(bytes);
    crc.sum()
}

/// Writes a run, row by row in key order.
#[derive(Debug)]
pub(super) struct RunWriter<'a> {
    file: &'a File,
    /// Bytes after which a block is closed.
    block: usize,
    run: Run,
    /// Where in the file the buffer belongs.
    offset: u64,
    buffer: Vec<u8>,
    /// Where in the buffer the open block begins.
    begun: usize,
}

impl<'a> RunWriter<'a> {
    /// A new run from this byte of the file on, or the continuation of one.
    pub fn new(file: &'a File, offset: u64, block: usize, continued: Option<Run>) -> Self {
        let run = continued.unwrap_or_default();
        Self { file, block, run, offset, buffer: Vec::with_capacity(CHUNK + 2 * block), begun: 0 }
    }

    pub fn push(&mut self, key: &[u8], row: &[u8]) -> Result<(), SpillError> {
        if self.buffer.len() == self.begun {
            self.run.keys.extend_from_slice(key);
        }
        put(&mut self.buffer, key, row);
        self.run.rows += 1;
        if self.buffer.len() - self.begun >= self.block {
            self.close()?;
        }
        self.run.last.clear();
        self.run.last.extend_from_slice(key);
        Ok(())
    }

    fn close(&mut self) -> Result<(), SpillError> {
        let bytes = self.buffer.get(self.begun..).unwrap_or_default();
        let too_long = |_| SpillError::Write(std::io::ErrorKind::FileTooLarge.into());
        self.run.blocks.push(Block {
            offset: self.offset + self.begun as u64,
            length: u32::try_from(bytes.len()).map_err(too_long)?,
            checksum: checksum(bytes),
            key_end: u32::try_from(self.run.keys.len()).map_err(too_long)?,
        });
        self.begun = self.buffer.len();
        if self.begun >= CHUNK { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> Result<(), SpillError> {
        self.file.write_all_at(&self.buffer, self.offset).map_err(SpillError::Write)?;
        self.offset += self.buffer.len() as u64;
        self.buffer.clear();
        self.begun = 0;
        Ok(())
    }

    /// The run, and where it ends in the file.
    pub fn finish(mut self) -> Result<(Run, u64), SpillError> {
        if self.buffer.len() > self.begun {
            self.close()?;
        }
        self.flush()?;
        Ok((self.run, self.offset))
    }
}
