//! `rehearse compare`: holds any two of backup, manifest and live Confluence against each other.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use tokio_util::sync::CancellationToken;

use super::progress::{Manner, listener};
use super::{EXIT_INCONCLUSIVE, EXIT_INTERRUPTED, EXIT_PASSED, EXIT_USAGE, live, talk};
use crate::check;
use crate::clock::Context;
use crate::drill::comparison::{Asked, Side, compare};
use crate::evidence::write_file;
use crate::model::{FindingRecord, Identity, Privacy};
use crate::report;
use crate::settings::Zone;

/// Compares two of backup, manifest and live Confluence: what the first one has is expected of the second.
///
/// Nothing is restored. Backups are also examined for damage.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  rehearse compare last-week.zip today.zip
  rehearse compare ops.jsonl export.zip --findings findings.jsonl
  CONFLUENCE_TOKEN=… rehearse compare export.zip https://wiki.example.com

Exit codes: 0 the same, 1 something is missing, more or different, 2 the command line is wrong, 3 less was compared than exists, 130 interrupted.")]
pub struct CompareArgs {
    /// What says how it should be: a backup (zip or folder), a manifest file, or the base URL of a live Confluence.
    expected: String,
    /// What is judged by it, likewise.
    actual: String,
    /// Only this check; may be repeated. Without it, all (`rehearse explain` lists them).
    #[arg(long = "check", value_name = "NAME")]
    checks: Vec<String>,
    /// How items are recognised as the same. Without it, by id where both sides are whole sites, else by key.
    #[arg(long, value_name = "HOW")]
    matched_by: Option<MatchedBy>,
    /// The second side is of a newer Confluence: texts that it rewrote are let pass where the old text is in the history.
    #[arg(long)]
    across_versions: bool,
    /// The time zone of a backup's dates, such as Europe/Berlin; without it that which the backup names, or which the dates show.
    #[arg(long, value_name = "ZONE")]
    zone: Option<Zone>,
    #[command(flatten)]
    live: live::LiveArgs,
    /// What is shown of content.
    #[arg(long, value_name = "WHAT", default_value = "titles")]
    privacy: Shown,
    /// Writes all findings to this file, one JSON object a line.
    #[arg(long, value_name = "FILE")]
    findings: Option<PathBuf>,
    /// Prints the comparison as JSON on stdout.
    #[arg(long)]
    json: bool,
    /// No progress.
    #[arg(short, long)]
    quiet: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum MatchedBy {
    /// By content id.
    Id,
    /// By space, title, author and date.
    Key,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Shown {
    /// Titles and texts.
    Full,
    /// Titles alone.
    Titles,
    /// Ids and digests.
    Digests,
}

/// Compares, and says what came of it.
pub async fn run(args: CompareArgs, cancel: CancellationToken) -> u8 {
    let ctx = Context::new(listener(Manner::fitting(args.quiet)), cancel);
    let asked = match asked(&args, &ctx) {
        Ok(asked) => asked,
        Err(message) => {
            talk::say(&format!("error: {message}"));
            return EXIT_USAGE;
        }
    };
    let (comparison, findings) = compare(&asked, &ctx).await;
    let filed = args.findings.as_deref().is_none_or(|path| file(&findings, path));
    talk::say(&format!("\n{}", report::terminal::comparison(&comparison, talk::colour())));
    let printed = !args.json
        || match serde_json::to_string_pretty(&comparison) {
            Ok(text) => talk::data(&(text + "\n")) == EXIT_PASSED,
            Err(error) => {
                talk::say(&format!("error: the comparison can't be printed as JSON: {error}"));
                false
            }
        };
    match comparison.record.verdict.exit_code() {
        _ if ctx.cancel.is_cancelled() => EXIT_INTERRUPTED,
        EXIT_PASSED if !(printed && filed) => EXIT_INCONCLUSIVE,
        code => code,
    }
}

/// Writes all findings; false where that failed, which is said.
fn file(findings: &[FindingRecord], path: &Path) -> bool {
    let written = report::evidence::findings(findings).map_err(|error| error.to_string());
    let written = written.and_then(|lines| write_file(path, &lines).map_err(|error| error.to_string()));
    if let Err(error) = &written {
        talk::say(&format!("error: failed to {error}"));
    }
    written.is_ok()
}

fn asked(args: &CompareArgs, ctx: &Context) -> Result<Asked, String> {
    if let Some(asking) = args.checks.iter().find(|name| check::ASKING.contains(&name.as_str())) {
        return Err(format!("the check {asking} asks a restored copy, and a comparison has none; drills run it"));
    }
    if let Some(unknown) = args.checks.iter().find(|name| !check::ALL.contains(&name.as_str())) {
        return Err(format!("there is no check {unknown}; the checks are {}", check::ALL.join(", ")));
    }
    let all = || check::ALL.iter().map(|name| (*name).to_owned()).collect();
    let (expected, actual) = (side(&args.expected, args, ctx)?, side(&args.actual, args, ctx)?);
    if args.live.is_used() && ![&expected, &actual].iter().any(|side| matches!(side, Side::Confluence { .. })) {
        return Err("--space and --user are for a live Confluence, and neither side is the URL of one".to_owned());
    }
    Ok(Asked {
        name: format!("{} with {}", args.expected, args.actual),
        expected,
        actual,
        identity: args.matched_by.map(|by| match by {
            MatchedBy::Id => Identity::Id,
            MatchedBy::Key => Identity::Natural,
        }),
        across_versions: args.across_versions,
        zone: args.zone.clone(),
        checks: if args.checks.is_empty() { all() } else { args.checks.clone() },
        privacy: match args.privacy {
            Shown::Full => Privacy::Full,
            Shown::Titles => Privacy::Titles,
            Shown::Digests => Privacy::Digests,
        },
    })
}

/// What an argument names: an address, or a file by how it begins.
fn side(argument: &str, args: &CompareArgs, ctx: &Context) -> Result<Side, String> {
    if argument.starts_with("http://") || argument.starts_with("https://") {
        let client = Box::new(args.live.client(argument, ctx)?);
        return Ok(Side::Confluence { client, spaces: args.live.spaces.clone() });
    }
    let path = PathBuf::from(argument);
    if path.is_dir() {
        return Ok(Side::Backup(path));
    }
    let mut first = [0_u8; 1];
    let read = std::fs::File::open(&path).and_then(|mut file| std::io::Read::read(&mut file, &mut first));
    match read {
        // A manifest is JSON, and no zip begins so.
        Ok(1..) if first == *b"{" => Ok(Side::Manifest(path)),
        Ok(_) => Ok(Side::Backup(path)),
        Err(error) => Err(format!("failed to read {argument}: {error}")),
    }
}
