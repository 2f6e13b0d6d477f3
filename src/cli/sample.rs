//! `rehearse sample`: a realistic package that nobody wrote.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{EXIT_PASSED, EXIT_USAGE, talk};
use crate::model::{Kind, count};
use crate::sample::{Sample, SampleScope, Writer, write};

/// Makes a realistic Confluence export from a seed, the same bytes on every machine.
#[derive(Debug, Args)]
#[command(after_help = "Example: rehearse sample --out demo.zip --pages 200 --seed 7")]
pub struct SampleArgs {
    /// Where to write the zip. An existing file is not overwritten.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// How many live pages it has; everything else is scaled to it, and pages in the trash come on top.
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pages: u32,
    /// Where all draws come from.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Export of spaces, or of the whole site with its users.
    #[arg(long, value_enum, default_value = "space")]
    scope: ScopeWord,
    /// Which of Confluence's writers is imitated: the one up to 8.2, or the one since 8.3.
    #[arg(long, value_enum, default_value = "server")]
    writer: WriterWord,
    /// How many spaces.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=1_000))]
    spaces: u32,
    /// Mean length of an attachment in bytes.
    #[arg(long, default_value_t = 6_000, value_name = "BYTES")]
    attachment_bytes: u64,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum ScopeWord {
    Space,
    Site,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum WriterWord {
    Server,
    DataCenter,
}

/// Makes the sample and says what it holds.
pub fn run(args: &SampleArgs) -> u8 {
    if args.out.exists() {
        talk::say(&format!("error: {} is there already; name a new file", args.out.display()));
        return EXIT_USAGE;
    }
    let sample = Sample {
        scope: match args.scope {
            ScopeWord::Space => SampleScope::Space,
            ScopeWord::Site => SampleScope::Site,
        },
        writer: match args.writer {
            WriterWord::Server => Writer::Server,
            WriterWord::DataCenter => Writer::DataCenter83,
        },
        spaces: args.spaces,
        attachment_bytes: args.attachment_bytes,
        ..Sample::sized(args.pages, args.seed)
    };
    match write(&sample, &args.out) {
        Ok(made) => {
            let items: Vec<String> = Kind::ALL
                .into_iter()
                .filter_map(|kind| made.items.get(&kind).map(|number| (kind, *number)))
                .map(|(kind, number)| format!("{} {}", count(number), kind.noun(number)))
                .collect();
            talk::say(&format!("{}: {} objects; {}", args.out.display(), count(made.objects), items.join(", ")));
            EXIT_PASSED
        }
        Err(error) => {
            talk::say(&format!("error: failed to {error}"));
            EXIT_USAGE
        }
    }
}
