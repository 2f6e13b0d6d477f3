//! `rehearse inspect`: what a backup holds, whether it is whole, and which documented failures a restore of it would meet.
//!
//! Must not judge anything: that is the archive's business. What it shows is content, to whoever holds the backup anyway; passwords and
//! tokens are never read into anything that is shown.

mod extract;
mod json;
mod list;
pub(super) mod look;
mod table;
mod words;

use std::path::{Path, PathBuf};

use clap::Args;
use tokio_util::sync::CancellationToken;

use super::progress::{Manner, listener};
use super::{EXIT_FAILED, EXIT_INCONCLUSIVE, EXIT_INTERRUPTED, EXIT_PASSED, EXIT_USAGE, talk};
use crate::archive::preflight::{Version, Weight};
use crate::archive::{self, ArchiveError, Survey};
use crate::clock::Context;
use crate::event::{Event, Stage};
use crate::model::{Fault, Kind};

pub use json::schema;

/// Says what a backup holds, whether it is whole, and which documented failures a restore of it would meet.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  rehearse inspect backups/export.zip
  rehearse inspect --for 9.2 backups/export.zip         with the rules of the version to restore into
  rehearse inspect --json backups/export.zip            everything, for scripts
  rehearse inspect --list pages backups/export.zip      one line a page; kinds in the plural or the singular
  rehearse inspect --extract 98311 backups/export.zip   the text of a page, or an attachment's bytes

Exit codes:
  0    it is whole
  1    it is damaged, or no restore can take it
  2    the command line is wrong, or the path leads to no backup
  3    this machine could not read it
  130  interrupted")]
pub struct InspectArgs {
    /// The zip that Confluence wrote, or the folder into which it was unpacked
    #[arg(value_name = "BACKUP")]
    backup: PathBuf,
    /// Version of the Confluence to restore into, such as 9.2
    #[arg(long = "for", value_name = "VERSION")]
    target: Option<Version>,
    /// Print JSON on stdout; with --list, one line an item, as in manifests
    #[arg(long)]
    json: bool,
    /// List the items of a kind: pages, blog-posts, comments, attachments, users, …
    #[arg(long, value_name = "KIND", value_parser = words::kind, conflicts_with = "extract")]
    list: Option<Kind>,
    /// Take one text or one attachment out of the backup, by its id
    #[arg(long, value_name = "ID", conflicts_with_all = ["json", "target"])]
    extract: Option<u64>,
    /// Where to write what is taken out; `-` is stdout. Without it, a text goes to stdout, an attachment into a file of its name. No
    /// existing file is overwritten
    #[arg(short, long, value_name = "FILE", requires = "extract")]
    out: Option<PathBuf>,
    /// No progress
    #[arg(short, long)]
    quiet: bool,
}

/// What became of the reading.
enum Looked {
    Survey(Box<Survey>),
    /// The backup's own failing: nothing of it can be read.
    Unreadable(ArchiveError),
}

/// Reads and shows.
pub async fn run(args: InspectArgs, cancel: CancellationToken) -> u8 {
    if let Err(problem) = look::at(&args.backup) {
        return refuse(&problem.message, problem.exit);
    }
    let manner = Manner::fitting(args.quiet);
    // Without a terminal there is nothing to say before the answer.
    let events = listener(if manner == Manner::Bars { manner } else { Manner::Silent });
    let ctx = Context::new(events, cancel);
    ctx.events.send(&Event::StageBegan { stage: Stage::Inspect });
    let work = tokio::task::spawn_blocking(move || match (args.list, args.extract) {
        (Some(kind), _) => list::run(&args.backup, kind, args.json, &ctx),
        (None, Some(id)) => extract::run(&args.backup, id, args.out.as_deref(), &ctx),
        (None, None) => survey(&args.backup, args.json, args.target.as_ref(), &ctx),
    });
    work.await.unwrap_or_else(|error| refuse(&format!("the reader broke down: {error}"), EXIT_INCONCLUSIVE))
}

fn survey(path: &Path, json: bool, target: Option<&Version>, ctx: &Context) -> u8 {
    let looked = match archive::survey(path, ctx) {
        Ok(survey) => Looked::Survey(Box::new(survey)),
        Err(error) if error.fault() == Fault::Backup => Looked::Unreadable(error),
        Err(error) => return broke(&error, ctx),
    };
    clear(ctx);
    let (text, exit) = match &looked {
        Looked::Survey(survey) => {
            let predictions = survey.predictions(target);
            let refused = predictions.iter().any(|prediction| prediction.weight == Weight::Refuses);
            let exit = if survey.is_whole() && !refused { EXIT_PASSED } else { EXIT_FAILED };
            (if json { json::of(path, survey, &predictions) } else { Ok(table::of(path, survey, &predictions)) }, exit)
        }
        Looked::Unreadable(error) => {
            (if json { json::unreadable(path, error) } else { Ok(table::unreadable(path, error)) }, EXIT_FAILED)
        }
    };
    match text.map(|text| talk::data(&text)) {
        Ok(EXIT_PASSED) => exit,
        Ok(other) => other,
        Err(error) => refuse(&format!("the report can't be written as JSON: {error}"), EXIT_INCONCLUSIVE),
    }
}

/// Takes the progress bar away, so that the answer stands alone.
fn clear(ctx: &Context) {
    ctx.events.send(&Event::DrillEnded { verdict: crate::model::Verdict::Passed });
}

/// Says why the archive could not be read, and gives the exit code.
fn broke(error: &ArchiveError, ctx: &Context) -> u8 {
    clear(ctx);
    match error.fault() {
        _ if ctx.cancel.is_cancelled() => refuse("interrupted", EXIT_INTERRUPTED),
        Fault::Backup => refuse(&format!("failed to {error}"), EXIT_FAILED),
        Fault::Rig => refuse(&format!("failed to {error}"), EXIT_INCONCLUSIVE),
        Fault::Scenario => refuse(&format!("failed to {error}"), EXIT_USAGE),
    }
}

fn refuse(message: &str, exit: u8) -> u8 {
    talk::say(&format!("error: {}", crate::report::one_line(message)));
    exit
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reading_that_is_stopped_ends_with_130() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("export.zip");
        crate::sample::write(&crate::sample::Sample::sized(5, 1), &path).unwrap();
        let ctx = Context::new(crate::event::Events::none(), CancellationToken::new());
        ctx.cancel.cancel();
        assert_eq!(survey(&path, false, None, &ctx), EXIT_INTERRUPTED);
        assert_eq!(list::run(&path, Kind::Page, false, &ctx), EXIT_INTERRUPTED);
    }
}
