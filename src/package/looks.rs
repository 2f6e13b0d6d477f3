//! What a file is that should be a backup and isn't: people hand over what a download, a mail filter or a backup tool made of it.

/// Bytes of the beginning that are looked at.
pub(super) const HEAD: u64 = 4_096;

/// First bytes, and what they say.
const MAGICS: [(&[u8], &str); 16] = [
    (b"\x1f\x8b", "its first bytes are those of gzip; unpack it first"),
    (b"7z\xbc\xaf\x27\x1c", "it is a 7z archive; Confluence writes zip"),
    (b"Rar!\x1a\x07", "it is a RAR archive; Confluence writes zip"),
    (b"BZh", "its first bytes are those of bzip2; unpack it first"),
    (b"\xfd7zXZ\0", "its first bytes are those of xz; unpack it first"),
    (b"\x28\xb5\x2f\xfd", "its first bytes are those of zstd; unpack it first"),
    (b"-----BEGIN PGP", "it is encrypted with PGP; decrypt it first"),
    (b"age-encryption.org/", "it is encrypted with age; decrypt it first"),
    (b"Salted__", "it is encrypted with OpenSSL; decrypt it first"),
    (b"PGDMP", "it is a dump of a PostgreSQL database, not an export of Confluence"),
    (b"%PDF-", "it is a PDF, perhaps an export for reading; a backup is the XML export"),
    (b"MZ", "it is a Windows program, perhaps an archive that unpacks itself; run it, and give the folder"),
    (b"#!", "it is a script"),
    (b"\x7fELF", "it is a Linux program"),
    (b"HTTP/1.", "it begins with the headers of an HTTP answer; save only what comes behind them"),
    (b"SQLite format 3\0", "it is an SQLite database, not an export of Confluence"),
];

/// What a file is, by its first bytes.
pub(super) fn looks_like(head: &[u8]) -> &'static str {
    if let Some((_, what)) = MAGICS.iter().find(|(magic, _)| head.starts_with(magic)) {
        return what;
    }
    let text = String::from_utf8_lossy(head).to_lowercase();
    let text = text.trim_start_matches('\u{feff}').trim_start();
    if head.get(257..262) == Some(b"ustar") {
        "it is a tar archive; unpack it, and give the folder or the zip inside"
    } else if text.starts_with("<!doctype html") || text.starts_with("<html") {
        "it is a web page, perhaps the login page that a download met"
    } else if text.starts_with("<?xml") && text.contains("<error>") && text.contains("<code>") {
        "it is the error of a store, which a download met"
    } else if text.starts_with("<?xml") || text.starts_with("<hibernate-generic") {
        "it is XML, perhaps the entities.xml alone; give the zip, or the folder that holds all of it"
    } else if text.starts_with('{') || text.starts_with('[') {
        "it is JSON, perhaps the error that a download met"
    } else if text.starts_with("-- ") && (text.contains("dump") || text.contains("create table")) {
        "it is a dump of a database, not an export of Confluence"
    } else if head.iter().all(|byte| *byte == 0) {
        "it begins with zeros, as a file does whose bytes were never written"
    } else if head.iter().all(|byte| byte.is_ascii_graphic() || byte.is_ascii_whitespace()) {
        "it is text"
    } else if is_noise(head) {
        "its bytes look drawn by lot, as those of an encrypted file do; decrypt it first"
    } else {
        "its first bytes are of no form that is known here"
    }
}

/// Whether bytes are as even as random ones: in 8 bits each carries nearly 8.
fn is_noise(head: &[u8]) -> bool {
    if head.len() < 512 {
        return false;
    }
    let mut counts = [0_u32; 256];
    for byte in head {
        if let Some(slot) = counts.get_mut(usize::from(*byte)) {
            *slot += 1;
        }
    }
    let of = head.len() as f64;
    let shares = counts.iter().filter(|number| **number > 0).map(|number| f64::from(*number) / of);
    let bits: f64 = shares.map(|share| -share * share.log2()).sum();
    bits > 7.4
}
