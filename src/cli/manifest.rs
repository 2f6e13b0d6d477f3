//! `rehearse manifest`: writes down what should be in a backup, from a live Confluence or from the backup itself.

use std::path::{Path, PathBuf};

use clap::{ArgGroup, Args, ValueEnum};
use tokio_util::sync::CancellationToken;

use super::live::LiveArgs;
use super::progress::{Manner, listener};
use super::{EXIT_FAILED, EXIT_INCONCLUSIVE, EXIT_INTERRUPTED, EXIT_PASSED, EXIT_USAGE, talk};
use crate::clock::Context;
use crate::event::{Event, Stage};
use crate::expect::{Capture, ExpectError, Resume};
use crate::model::{AttachmentDepth, Digest, Fault, Kind, Scope, Sight, count};
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
    /// Reads a live Confluence over REST, by its base URL: Data Center, or Cloud (`https://SITE.atlassian.net/wiki`).
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
    /// How far attachments are read: `hash` downloads and digests them all, `size` takes the length that their records give, `none` neither. A drill by a
    /// manifest without digests compares no bytes, and says so.
    #[arg(long, value_name = "HOW")]
    attachments: Option<AttachmentsWord>,
    /// An older manifest of the same source, captured in the same way: texts, bytes and older versions of what still has its version are taken from it. Labels,
    /// restrictions, permissions and parents are always read.
    #[arg(long, value_name = "MANIFEST")]
    since: Option<PathBuf>,
    /// Begins anew, where a capture to this file was begun before. Otherwise that one is gone on with.
    #[arg(long)]
    fresh: bool,
    /// Where to write it. An existing file is not overwritten.
    #[arg(short, long, value_name = "FILE")]
    out: PathBuf,
    /// No progress.
    #[arg(short, long)]
    quiet: bool,
}

/// How far attachments are read, by its word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum AttachmentsWord {
    /// Digests of all bytes.
    Hash,
    /// Lengths of their records.
    Size,
    /// Names and versions alone.
    None,
}

/// Captures, binds and writes.
pub async fn run(args: ManifestArgs, cancel: CancellationToken) -> u8 {
    if args.out.exists() {
        talk::say(&format!("error: {} is there already; name a new file", args.out.display()));
        return EXIT_USAGE;
    }
    let of_captures = args.attachments.is_some() || args.since.is_some() || args.fresh;
    if (args.live.is_used() || of_captures) && args.from_confluence.is_none() {
        talk::say("error: --space, --user, --edition, --attachments, --since and --fresh are for --from-confluence");
        return EXIT_USAGE;
    }
    let ctx = Context::new(listener(Manner::fitting(args.quiet)), cancel);
    match capture(&args, &ctx).await {
        Ok(manifest) => match expect::write(&manifest, &args.out) {
            Ok(_) => {
                say(&manifest, &args.out);
                done(&args)
            }
            Err(ExpectError::Write { cause, .. }) if cause.is_of_the_disk() => {
                refuse(&format!("failed to write {}: {cause}", args.out.display()), EXIT_INCONCLUSIVE)
            }
            Err(error) => refuse(&format!("failed to write {}: {error}", args.out.display()), EXIT_USAGE),
        },
        Err((_, _)) if ctx.cancel.is_cancelled() => refuse(
            &format!("interrupted; {}", left(&args).as_deref().unwrap_or("nothing was written")),
            EXIT_INTERRUPTED,
        ),
        Err((message, EXIT_INCONCLUSIVE)) => {
            let left = left(&args).map(|left| format!("\n{left}")).unwrap_or_default();
            refuse(&(message + &left), EXIT_INCONCLUSIVE)
        }
        Err((message, exit)) => refuse(&message, exit),
    }
}

/// Where a capture keeps what it has read until it is whole.
fn partial(out: &Path) -> PathBuf {
    let mut name = out.file_name().unwrap_or_default().to_owned();
    name.push(".partial");
    out.with_file_name(name)
}

/// What is to be said of a capture that broke off, where it left something.
fn left(args: &ManifestArgs) -> Option<String> {
    let folder = partial(&args.out);
    (args.from_confluence.is_some() && folder.exists()).then(|| {
        format!(
            "what was read is kept in {}: the same command goes on from there, --fresh begins anew",
            folder.display()
        )
    })
}

/// Removes what a capture kept until its manifest was written.
fn done(args: &ManifestArgs) -> u8 {
    let folder = partial(&args.out);
    if args.from_confluence.is_some()
        && let Err(error) = resume(args).remove()
    {
        talk::say(&format!("warning: {} can't be removed: {error}", folder.display()));
    }
    EXIT_PASSED
}

fn resume(args: &ManifestArgs) -> Resume {
    Resume { folder: partial(&args.out), fresh: args.fresh }
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
        opened(path)?.0
    } else {
        from_confluence(args, ctx).await?
    };
    Ok(match bound {
        Some(digest) => expect::bind(manifest, &digest),
        None => manifest,
    })
}

fn opened(path: &Path) -> Result<(Manifest, Digest), (String, u8)> {
    let file =
        std::fs::File::open(path).map_err(|error| usage(format!("failed to open {}: {error}", path.display())))?;
    let read = read_manifest(std::io::BufReader::new(file));
    let exit = |error: &FileError| if error.is_of_the_disk() { EXIT_INCONCLUSIVE } else { EXIT_USAGE };
    read.map_err(|error| (format!("the manifest {} is refused: {error}", path.display()), exit(&error)))
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
    let scope = if args.live.spaces.is_empty() { Scope::Site } else { Scope::Spaces(args.live.spaces.clone()) };
    let attachments = match args.attachments {
        None | Some(AttachmentsWord::Hash) => AttachmentDepth::Hash,
        Some(AttachmentsWord::Size) => AttachmentDepth::Size,
        Some(AttachmentsWord::None) => AttachmentDepth::None,
    };
    let refused = |error: ExpectError| {
        let exit = if error.is_of_the_command() { EXIT_USAGE } else { EXIT_INCONCLUSIVE };
        (format!("failed to {error}"), exit)
    };
    let since = match &args.since {
        Some(path) => {
            let (older, digest) = opened(path)?;
            Some(expect::since(&older, &digest, &client, &scope, attachments).map_err(refused)?)
        }
        None => None,
    };
    let how = Capture { attachments, journal: Some(resume(args)), since };
    let (stage, began) = (Stage::Expect, ctx.clock.elapsed());
    ctx.events.send(&Event::StageBegan { stage });
    let captured = expect::capture_as(&client, &scope, &how, ctx).await;
    let millis = u64::try_from((ctx.clock.elapsed() - began).as_millis()).unwrap_or(u64::MAX);
    let said = captured.as_ref().map(told).map_err(|_| "capture the manifest".to_owned());
    ctx.events.send(&Event::StageEnded { stage, millis, said });
    captured.map_err(refused)
}

/// What a capture says of itself, in a line.
fn told(manifest: &Manifest) -> String {
    let Some(record) = &manifest.reading.header.capture else { return "captured".to_owned() };
    let sees = match record.sees_restricted.answer {
        Sight::Proven => "sees restricted content",
        Sight::Denied => "does not see content restricted to others",
        Sight::Unknown => "may not see content restricted to others",
    };
    let moved = match record.in_flux.total {
        0 => "nothing changed meanwhile".to_owned(),
        total => format!("{} changed meanwhile", count(total)),
    };
    format!("captured; the account {sees}; {moved}")
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
