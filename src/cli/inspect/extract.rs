//! One text or one attachment, out of the package.

use std::io::{Read, Write as _};
use std::path::{Path, PathBuf};

use super::super::{EXIT_FAILED, EXIT_INCONCLUSIVE, EXIT_INTERRUPTED, EXIT_PASSED, EXIT_USAGE, talk};
use super::{broke, clear, refuse};
use crate::archive::{self, Extract, ExtractError};
use crate::clock::Context;
use crate::model::count;
use crate::package::{EntryError, EntryReader};

/// Why bytes did not arrive, and with which exit code.
struct Failed(String, u8);

/// Takes it out.
pub fn run(path: &Path, id: u64, out: Option<&Path>, ctx: &Context) -> u8 {
    let stdout = out == Some(Path::new("-"));
    if let Some(out) = out.filter(|out| !stdout && out.symlink_metadata().is_ok()) {
        return refuse(&format!("{} is there already; name a new file", out.display()), EXIT_USAGE);
    }
    let found = match archive::extract(path, id, ctx) {
        Ok(found) => found,
        Err(ExtractError::Archive(error)) => return broke(&error, ctx),
        Err(error) => {
            clear(ctx);
            let damaged = matches!(error, ExtractError::NoFile { .. } | ExtractError::Nothing { whole: false, .. });
            return refuse(&format!("failed to {error}"), if damaged { EXIT_FAILED } else { EXIT_USAGE });
        }
    };
    clear(ctx);
    let done = match (found, out) {
        (Extract::Text(text), None) => return talk::data(&text),
        (Extract::Text(text), Some(_)) if stdout => return talk::data(&text),
        (Extract::Text(text), Some(out)) => write(&mut text.as_bytes(), out, ctx),
        (Extract::File { reader, .. }, Some(_)) if stdout => print(reader, ctx),
        (Extract::File { mut reader, .. }, Some(out)) => write(&mut reader, out, ctx),
        (Extract::File { name, mut reader }, None) => match file_name(&name) {
            Some(own) => write(&mut reader, &own, ctx),
            None => Err(Failed(
                format!(
                    "the attachment is called {name:?}, which is no safe name for a file here; name one with --out"
                ),
                EXIT_USAGE,
            )),
        },
    };
    match done {
        Ok(()) => EXIT_PASSED,
        Err(Failed(message, exit)) => refuse(&message, exit),
    }
}

/// The name of a file in the current folder, where an attachment's name is fit for one: it must lead nowhere else, on no system, and not
/// be hidden or an option of a command.
fn file_name(name: &str) -> Option<PathBuf> {
    let harmful = |c: char| c.is_control() || matches!(c, '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|');
    let stem = name.split('.').next().unwrap_or_default().to_ascii_uppercase();
    // Devices of Windows, whatever ending they have.
    let device = matches!(stem.as_str(), "CON" | "PRN" | "AUX" | "NUL")
        || (stem.len() == 4 && (stem.starts_with("COM") || stem.starts_with("LPT")));
    let fit = !name.is_empty()
        && name.len() <= 255
        && !name.starts_with(['.', '-', ' '])
        && !name.ends_with(['.', ' '])
        && !name.contains(harmful)
        && crate::report::one_line(name) == name
        && !device;
    fit.then(|| PathBuf::from(name))
}

/// Writes a new file, which appears only when all bytes arrived and their checksum was right.
fn write(from: &mut dyn Read, to: &Path, ctx: &Context) -> Result<(), Failed> {
    let folder = to.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let failed =
        |error: &std::io::Error| Failed(format!("failed to write {}: {error}", to.display()), EXIT_INCONCLUSIVE);
    let mut file = tempfile::Builder::new()
        .prefix(".rehearse-")
        .tempfile_in(folder)
        .map_err(|error| Failed(format!("failed to write into {}: {error}", folder.display()), EXIT_USAGE))?;
    let bytes = copy(from, &mut file, ctx)?;
    file.as_file().sync_all().map_err(|error| failed(&error))?;
    file.persist_noclobber(to).map_err(|error| match error.error.kind() {
        std::io::ErrorKind::AlreadyExists => {
            Failed(format!("{} is there already; name another file with --out", to.display()), EXIT_USAGE)
        }
        _ => failed(&error.error),
    })?;
    talk::say(&format!("{}: {} bytes", to.display(), count(bytes)));
    Ok(())
}

fn print(mut reader: EntryReader, ctx: &Context) -> Result<(), Failed> {
    let mut stdout = std::io::stdout().lock();
    copy(&mut reader, &mut stdout, ctx)?;
    stdout.flush().map_err(|error| Failed(format!("stdout can't be written: {error}"), EXIT_INCONCLUSIVE))
}

fn copy(from: &mut dyn Read, to: &mut dyn std::io::Write, ctx: &Context) -> Result<u64, Failed> {
    let (mut block, mut bytes) = (vec![0; 256 << 10], 0);
    loop {
        if ctx.cancel.is_cancelled() {
            return Err(Failed("interrupted; nothing was written".to_owned(), EXIT_INTERRUPTED));
        }
        let number = match from.read(&mut block) {
            Ok(0) => return Ok(bytes),
            Ok(number) => number,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
            Err(error) => {
                let exit = if EntryError::within(&error).is_some() { EXIT_FAILED } else { EXIT_INCONCLUSIVE };
                return Err(Failed(format!("failed to read the backup: {error}"), exit));
            }
        };
        to.write_all(block.get(..number).unwrap_or_default())
            .map_err(|error| Failed(format!("failed to write: {error}"), EXIT_INCONCLUSIVE))?;
        bytes += number as u64;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_names_become_files() {
        for fit in ["report.pdf", "Übersicht 2026.xlsx", "a", "COMMON.txt"] {
            assert_eq!(file_name(fit), Some(PathBuf::from(fit)));
        }
        let long = "x".repeat(256);
        for unfit in [
            "",
            ".",
            "..",
            "../x",
            "/etc/passwd",
            "a/b",
            "a\\b",
            "C:x",
            ".bashrc",
            "-rf",
            " x",
            "x ",
            "x.",
            "nul",
            "com1.txt",
            "a\0b",
            "a\nb",
            "a\u{202e}fdp.exe",
            &long,
        ] {
            assert_eq!(file_name(unfit), None, "{unfit:?}");
        }
    }
}
