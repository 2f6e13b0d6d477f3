//! A Python with packages of other people, in an environment of its own below target/.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, PoisonError};

use super::{must_run, not_run};

/// Tests run side by side, and an environment is made by one of them alone.
static MAKING: Mutex<()> = Mutex::new(());

/// A Python that has this module. Where the foreign parsers must run, the package that brings it is installed at the stated version;
/// elsewhere an environment that was made before is used, and otherwise the test says that it didn't run.
pub fn with(module: &str, requirement: &str) -> Option<PathBuf> {
    let _making = MAKING.lock().unwrap_or_else(PoisonError::into_inner);
    let works = |python: &Path| {
        let tried = Command::new(python).args(["-c", &format!("import {module}")]).output();
        tried.is_ok_and(|output| output.status.success())
    };
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(requirement.replace("==", "-"));
    let inside = folder.join("bin/python3");
    if !works(&inside) && must_run("foreign-parsers") {
        let made = Command::new("python3").args(["-m", "venv"]).arg(&folder).status();
        assert!(made.is_ok_and(|status| status.success()), "no virtual environment for {requirement}");
        let installed = Command::new(&inside).args(["-m", "pip", "install", "--quiet", requirement]).status();
        assert!(installed.is_ok_and(|status| status.success()), "{requirement} can't be installed");
    }
    if works(&inside) {
        return Some(inside);
    }
    not_run("foreign-parsers", &format!("{requirement} is not in {}", folder.display()));
    None
}
