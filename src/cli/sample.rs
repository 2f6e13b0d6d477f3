//! `rehearse sample`: a realistic package that nobody wrote.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};

use super::{EXIT_PASSED, EXIT_USAGE, talk};
use crate::clock::Clock;
use crate::model::{Kind, count};
use crate::sample::{MOST_PAGES, Made, Packing, Sample, SampleScope, Writer, write_packed};
use crate::settings::Size;

/// Makes a realistic Confluence export from a seed, the same bytes on every machine.
#[derive(Debug, Args)]
#[command(after_help = "Examples: rehearse sample --out demo.zip --pages 200 --seed 7
          rehearse sample --out large.zip --size 5GiB --level 1 --attachment-bytes 500")]
pub struct SampleArgs {
    /// Where to write the zip. An existing file is not overwritten.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// How many live pages it has; everything else is scaled to it, and pages in the trash come on top.
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=i64::from(MOST_PAGES)))]
    pages: u32,
    /// How long its entities.xml is, about, such as 1GiB; sets the number of pages, and makes texts as long as real ones are.
    #[arg(long, value_name = "SIZE", conflicts_with = "pages")]
    size: Option<Size>,
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
    /// Level of the deflater: 1 is fastest, 6 is what Confluence uses. What is packed stays the same.
    #[arg(long, default_value_t = 6, value_parser = clap::value_parser!(u8).range(1..=9))]
    level: u8,
    /// Store attachments instead of deflating them, as other packers do with what doesn't shrink.
    #[arg(long)]
    store_attachments: bool,
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
    let sample = match args.size {
        Some(size) => sample.of_size(size.bytes()),
        None => sample,
    };
    let packing = Packing { level: args.level, stored_attachments: args.store_attachments };
    let clock = Clock::system();
    match write_packed(&sample, packing, &args.out) {
        Ok(made) => {
            talk::say(&format!("{}: {}", args.out.display(), told(&made, clock.elapsed())));
            EXIT_PASSED
        }
        Err(error) => {
            talk::say(&format!("error: failed to {error}"));
            EXIT_USAGE
        }
    }
}

fn told(made: &Made, took: Duration) -> String {
    let items: Vec<String> = Kind::ALL
        .into_iter()
        .filter_map(|kind| made.items.get(&kind).map(|number| (kind, *number)))
        .map(|(kind, number)| format!("{} {}", count(number), kind.noun(number)))
        .collect();
    let megabytes = made.bytes as f64 / 1e6;
    format!(
        "{} objects; {}; {megabytes:.1} MB of entities.xml, made in {:.1} s ({:.0} MB/s)",
        count(made.objects),
        items.join(", "),
        took.as_secs_f64(),
        megabytes / took.as_secs_f64().max(0.001)
    )
}
