//! `rehearse manifest`: writes down what should be in a backup, from a live Confluence or from the backup itself.

use std::path::{Path, PathBuf};

use clap::{ArgGroup, Args};
use tokio_util::sync::CancellationToken;

use super::live::LiveArgs;
use super::progress::{Manner, listener};
use super::{EXIT_FAILED, EXIT_INCONCLUSIVE, EXIT_INTERRUPTED, EXIT_PASSED, EXIT_USAGE, talk};
use crate::clock::Context;
use crate::expect::ExpectError;
use crate::model::{Digest, Fault, Kind, Scope, count};
use crate::reading::{FileError, Manifest, read_manifest};
use crate::{archive, expect, source};

/// Captures a manifest: every item with its fields and digests, one JSON line each.
#[derive(Debug, Args)]
#[command(
    group = ArgGroup::new("from").required(true).args(["from_backup", "from_confluence", "from_manifest"]),
    after_help = "Examples:\n  rehearse manifest --from-backup export.zip -o export.zip.manifest.jsonl\n  \
        CONFLUENCE_TOKEN=… rehearse manifest --from-confluence https://wiki.example.com --space OPS -o ops.jsonl\n  \
        rehearse manifest --from-manifest ops.jsonl --bind export.zip -o export.zip.manifest.jsonl"
)]
pub struct ManifestArgs {
    /// Reads the backup itself; proves less than a manifest from the source.
    #[arg(long, value_name = "BACKUP")]
    from_backup: Option<PathBuf>,
    /// Reads a live Confluence Data Center over REST, by its base URL.
    #[arg(long, value_name = "URL")]
    from_confluence: Option<String>,
    /// Takes a manifest that was captured before, to bind it.
    #[arg(long, value_name = "FILE", requires = "bind")]
    from_manifest: Option<PathBuf>,
    #[command(flatten)]
    live: LiveArgs,
    /// Binds the manifest to this backup, by its SHA-256. A manifest from a backup is bound to it anyway.
    #[arg(long, value_name = "BACKUP")]
    bind: Option<PathBuf>,
    /// Where to write it. An existing file is not overwritten.
    #[arg(short, long, value_name = "FILE")]
    out: PathBuf,
    /// No progress.
    #[arg(short, long)]
    quiet: bool,
}

/// Captures, binds and writes.
pub async fn run(args: ManifestArgs, cancel: CancellationToken) -> u8 {
    if args.out.exists() {
        talk::say(&format!("error: {} is there already; name a new file", args.out.display()));
        return EXIT_USAGE;
    }
    if args.live.is_used() && args.from_confluence.is_none() {
        talk::say("error: --space and --user are for --from-confluence");
        return EXIT_USAGE;
    }
    let ctx = Context::new(listener(Manner::fitting(args.quiet)), cancel);
    match capture(&args, &ctx).await {
        Ok(manifest) => match expect::write(&manifest, &args.out) {
            Ok(_) => {
                say(&manifest, &args.out);
                EXIT_PASSED
            }
            Err(ExpectError::Write { cause, .. }) if cause.is_of_the_disk() => {
                refuse(&format!("failed to write {}: {cause}", args.out.display()), EXIT_INCONCLUSIVE)
            }
            Err(error) => refuse(&format!("failed to write {}: {error}", args.out.display()), EXIT_USAGE),
        },
        Err((_, _)) if ctx.cancel.is_cancelled() => refuse("interrupted; nothing was written", EXIT_INTERRUPTED),
        Err((message, exit)) => refuse(&message, exit),
    }
}

fn refuse(message: &str, exit: u8) -> u8 {
    talk::say(&format!("error: {message}"));
    exit
}

async fn capture(args: &ManifestArgs, ctx: &Context) -> Result<Manifest, (String, u8)> {
    let bound = match &args.bind {
        Some(path) => Some(digest(path.clone(), ctx).await?),
        None => None,
    };
    let manifest = if let Some(path) = &args.from_backup {
        from_backup(path.clone(), ctx).await?
    } else if let Some(path) = &args.from_manifest {
        let file =
            std::fs::File::open(path).map_err(|error| usage(format!("failed to open {}: {error}", path.display())))?;
        let read = read_manifest(std::io::BufReader::new(file));
        let exit = |error: &FileError| if error.is_of_the_disk() { EXIT_INCONCLUSIVE } else { EXIT_USAGE };
        read.map_err(|error| (format!("the manifest {} is refused: {error}", path.display()), exit(&error)))?.0
    } else {
        from_confluence(args, ctx).await?
    };
    Ok(match bound {
        Some(digest) => expect::bind(manifest, &digest),
        None => manifest,
    })
}

fn usage(message: String) -> (String, u8) {
    (message, EXIT_USAGE)
}

async fn digest(path: PathBuf, ctx: &Context) -> Result<Digest, (String, u8)> {
    let ctx = ctx.clone();
    let backup = tokio::task::spawn_blocking(move || source::acquire(&path, &ctx)).await;
    backup
        .map_err(|error| usage(error.to_string()))?
        .map(|backup| backup.digest)
        .map_err(|error| usage(format!("failed to {error}")))
}

async fn from_backup(path: PathBuf, ctx: &Context) -> Result<Manifest, (String, u8)> {
    let ctx = ctx.clone();
    let work = move || {
        let backup = source::acquire(&path, &ctx).map_err(|error| usage(format!("failed to {error}")))?;
        let inventory =
            archive::read(&backup, &ctx).map_err(|error| (format!("failed to {error}"), exit_code(error.fault())))?;
        if !inventory.whole {
            let message = "the backup could not be read to its end, so that its manifest would promise too little; `rehearse run` says what is wrong with it";
            return Err((message.to_owned(), EXIT_FAILED));
        }
        Ok(Manifest::from_backup(&inventory, &backup.digest))
    };
    tokio::task::spawn_blocking(work).await.map_err(|error| usage(error.to_string()))?
}

async fn from_confluence(args: &ManifestArgs, ctx: &Context) -> Result<Manifest, (String, u8)> {
    let base = args.from_confluence.as_deref().unwrap_or_default();
    let client = args.live.client(base, ctx).map_err(usage)?;
    let rig = |error: &dyn std::fmt::Display| (format!("failed to {error}"), EXIT_INCONCLUSIVE);
    let scope = if args.live.spaces.is_empty() { Scope::Site } else { Scope::Spaces(args.live.spaces.clone()) };
    expect::capture(&client, &scope, ctx).await.map_err(|error| rig(&error))
}

fn say(manifest: &Manifest, path: &Path) {
    let items: Vec<String> = Kind::ALL
        .into_iter()
        .map(|kind| (kind, manifest.reading.number(kind)))
        .filter(|(_, number)| *number > 0)
        .map(|(kind, number)| format!("{} {}", count(number), kind.noun(number)))
        .collect();
    let bound = match &manifest.bound_to {
        Some(digest) => format!("bound to the backup with {digest}"),
        None => "not bound to a backup; bind it with --bind".to_owned(),
    };
    talk::say(&format!("{}: {}; {bound}", path.display(), items.join(", ")));
}

/// The exit code of a command that broke by this fault.
const fn exit_code(fault: Fault) -> u8 {
    match fault {
        Fault::Backup => EXIT_FAILED,
        Fault::Rig => EXIT_INCONCLUSIVE,
        Fault::Scenario => EXIT_USAGE,
    }
}
