use std::io;

use rawzip::ReaderAt as _;

use super::directory::File;
use super::end::number;
use super::entry::Source;
use super::{Entry, EntryError, EntryProblem};

/// Where the packed bytes of an entry begin: behind its local header.
///
/// The header's own figures are not used, since they are zero in what Confluence writes. But where it contradicts the directory, readers that go
/// by the headers see another package than those that go by the directory, and nobody knows which of the two Confluence would restore.
pub(super) fn begin(zip: &File, entry: &Entry) -> io::Result<u64> {
    let wrong = |problem| io::Error::from(EntryError::new(entry, problem));
    let mut header = [0_u8; 30];
    match zip.read_exact_at(&mut header, entry.offset) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Err(wrong(EntryProblem::Header)),
        other => other?,
    }
    let field = |from, width| number(&header, from, width).unwrap_or_default();
    if !header.starts_with(b"PK\x03\x04") {
        return Err(wrong(EntryProblem::Header));
    }
    let (flags, name, extra) = (field(6, 2), field(26, 2), field(28, 2));
    let mut local = vec![0; name as usize];
    match zip.read_exact_at(&mut local, entry.offset + 30) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Err(wrong(EntryProblem::Header)),
        other => other?,
    }
    if String::from_utf8_lossy(&local) != entry.raw_name() {
        return Err(wrong(EntryProblem::Disagree("name")));
    }
    let Source::Packed { deflated, .. } = entry.source else { return Err(wrong(EntryProblem::Header)) };
    if field(8, 2) != u64::from(deflated) * 8 || flags & 1 == 1 {
        return Err(wrong(EntryProblem::Disagree("method")));
    }
    let packed = field(18, 4);
    if flags & 8 == 0 && packed != u64::from(u32::MAX) && packed != entry.packed {
        return Err(wrong(EntryProblem::Disagree("length")));
    }
    Ok(entry.offset.saturating_add(30 + name + extra))
}
