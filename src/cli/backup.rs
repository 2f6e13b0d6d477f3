//! `rehearse backup`: has a live Confluence backed up, and lays beside the file what the source says should be in it.

use std::path::PathBuf;

use clap::Args;
use tokio_util::sync::CancellationToken;

use super::live::LiveArgs;
use super::progress::{Manner, listener};
use super::{EXIT_FAILED, EXIT_INCONCLUSIVE, EXIT_INTERRUPTED, EXIT_PASSED, EXIT_USAGE, talk};
use crate::clock::Context;
use crate::expect::{self, Made, Order};
use crate::model::{Fault, Kind, Scope, count};
use crate::settings::Duration;

/// Has a live Confluence Data Center (8.3 and later) backed up, and binds a manifest of the source to the file.
///
/// The source is read before and after its backup job, so that what changed meanwhile is known: it is named, expected, and not compared.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  CONFLUENCE_TOKEN=… rehearse backup https://wiki.example.com --space OPS -o backups/ops.zip
  CONFLUENCE_PASSWORD=… rehearse backup https://wiki.example.com --user admin -o backups/site.zip

Exit codes: 0 backup and manifest are there, 1 the source could not make the backup, 2 the command line is wrong,
3 the source could not be read, or too much changed meanwhile, 130 interrupted.")]
pub struct BackupArgs {
    /// The base URL of the live Confluence.
    url: String,
    #[command(flatten)]
    live: LiveArgs,
    /// Where the backup goes; the manifest goes beside it. An existing file is not overwritten.
    #[arg(short, long, value_name = "FILE")]
    out: PathBuf,
    /// Leaves the attachments of a site out.
    #[arg(long, conflicts_with = "spaces")]
    without_attachments: bool,
    /// How long the backup job may take, such as 90m.
    #[arg(long, value_name = "SPAN", default_value = "12h")]
    patience: Duration,
    /// How many hundredths of all items may change at the source while the backup runs.
    #[arg(long, value_name = "PERCENT", default_value_t = 5, value_parser = clap::value_parser!(u8).range(0..=100))]
    flux_limit: u8,
    /// No progress.
    #[arg(short, long)]
    quiet: bool,
}

/// Backs up, and says what came of it.
pub async fn run(args: BackupArgs, cancel: CancellationToken) -> u8 {
    let manifest = expect::beside(&args.out);
    if let Some(there) = [&args.out, &manifest].into_iter().find(|path| path.exists()) {
        return refuse(&format!("{} is there already; name a new file", there.display()), EXIT_USAGE);
    }
    let ctx = Context::new(listener(Manner::fitting(args.quiet)), cancel);
    let client = match args.live.client(&args.url, &ctx) {
        Ok(client) => client,
        Err(message) => return refuse(&message, EXIT_USAGE),
    };
    let spaces = args.live.spaces.clone();
    let order = Order {
        scope: if spaces.is_empty() { Scope::Site } else { Scope::Spaces(spaces) },
        with_attachments: !args.without_attachments,
        to: args.out,
        patience: args.patience.to_std(),
        flux_limit: args.flux_limit,
    };
    match expect::back_up(&client, &order, &ctx).await {
        Ok(made) => {
            say(&made, &order);
            EXIT_PASSED
        }
        Err(_) if ctx.cancel.is_cancelled() => {
            refuse("interrupted; a backup job that was asked for goes on at the source", EXIT_INTERRUPTED)
        }
        Err(error) => {
            let code = if error.fault() == Fault::Backup { EXIT_FAILED } else { EXIT_INCONCLUSIVE };
            refuse(&format!("failed to {error}"), code)
        }
    }
}

fn refuse(message: &str, exit: u8) -> u8 {
    talk::say(&format!("error: {message}"));
    exit
}

fn say(made: &Made, order: &Order) {
    talk::say(&format!("{}: {} bytes, {}, of job {}", order.to.display(), count(made.bytes), made.digest, made.job));
    let reading = &made.manifest.reading;
    let items: Vec<String> = Kind::ALL
        .into_iter()
        .map(|kind| (kind, reading.number(kind)))
        .filter(|(_, number)| *number > 0)
        .map(|(kind, number)| format!("{} {}", count(number), kind.noun(number)))
        .collect();
    talk::say(&format!("{}: {}; bound to it", made.manifest_path.display(), items.join(", ")));
    for spot in &reading.header.blind_spots {
        talk::say(&format!("note: {spot}"));
    }
    for moved in &made.flux.named {
        let kind = moved.kind.map_or("item", |kind| kind.noun(1));
        talk::say(&format!("  {kind} {}", moved.id.map_or_else(|| "without an id".to_owned(), |id| id.to_string())));
    }
    let told = made.flux.named.len() as u64;
    if made.flux.total() > told && told > 0 {
        talk::say(&format!("  and {} more", count(made.flux.total() - told)));
    }
}
