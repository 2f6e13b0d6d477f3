//! What several test binaries need.

#![allow(dead_code, reason = "each test binary uses a part of it")]

use std::path::{Path, PathBuf};

#[cfg(feature = "containers")]
pub mod docker;
pub mod postgres;
pub mod python;

/// Whether this part of the tests must run: named in `REHEARSE_MUST_RUN`, a list with commas.
pub fn must_run(part: &str) -> bool {
    std::env::var("REHEARSE_MUST_RUN").is_ok_and(|parts| parts.split(',').any(|own| own.trim() == part))
}

/// Says that a part of the tests didn't run; fails where it must.
pub fn not_run(part: &str, why: &str) {
    assert!(!must_run(part), "{part} must run (REHEARSE_MUST_RUN) and did not: {why}");
    eprintln!("{part} not run: {why}");
}

/// The folder of real packages, which are no part of the project: `REHEARSE_CORPUS`, or `shared/corpus` in a folder above the checkout.
pub fn corpus() -> Option<PathBuf> {
    let named = std::env::var_os("REHEARSE_CORPUS").map(PathBuf::from);
    let beside = || {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        here.ancestors().skip(1).map(|above| above.join("shared/corpus")).find(|path| path.is_dir())
    };
    match named.or_else(beside) {
        Some(path) if path.join("expected.json").is_file() => Some(path),
        other => {
            not_run("corpus", &format!("corpus not found: {other:?}; name it in REHEARSE_CORPUS"));
            None
        }
    }
}

/// A package of the corpus or a fragment, by the name that expected.json uses.
pub fn package(corpus: &Path, name: &str) -> PathBuf {
    let whole = corpus.join("packages").join(name);
    if whole.exists() { whole } else { corpus.join("fragments").join(name) }
}

/// A backup in hand; its digest isn't looked at by readers.
pub fn backup(path: &Path) -> rehearsal::model::Backup {
    rehearsal::model::Backup {
        path: path.to_owned(),
        form: if path.is_dir() { rehearsal::model::Form::Folder } else { rehearsal::model::Form::Zip },
        bytes: 0,
        digest: rehearsal::model::Digest::of(""),
        origin: path.file_name().unwrap_or_default().to_string_lossy().into_owned(),
        modified: None,
    }
}

/// A context that nobody listens to.
pub fn context() -> rehearsal::clock::Context {
    rehearsal::clock::Context::new(rehearsal::event::Events::none(), tokio_util::sync::CancellationToken::new())
}
