//! What a person sees while a drill runs: progress bars on a terminal, plain lines elsewhere. All of it goes to stderr.

use std::io::IsTerminal as _;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use indicatif::{HumanBytes, ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::event::{Event, Events, Stage, Unit};
use crate::model::count;

/// How long a log may stand still before it says how far a stage is.
const SILENCE: Duration = Duration::from_secs(30);

/// How to talk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Manner {
    /// Not at all.
    Silent,
    /// One line a stage.
    Lines,
    /// A bar that moves, and one line a stage.
    Bars,
}

impl Manner {
    /// Bars on a terminal that is no CI log; lines elsewhere.
    pub fn fitting(quiet: bool) -> Self {
        match (quiet, std::io::stderr().is_terminal() && std::env::var_os("CI").is_none()) {
            (true, _) => Self::Silent,
            (false, true) => Self::Bars,
            (false, false) => Self::Lines,
        }
    }
}

/// A listener that talks to the person at the terminal.
pub fn listener(manner: Manner) -> Events {
    if manner == Manner::Silent {
        return Events::none();
    }
    let target = if manner == Manner::Bars { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
    let bar = ProgressBar::with_draw_target(None, target);
    let talk = Mutex::new(Talk { bar, manner, told: Instant::now() });
    Events::to(move |event| {
        if let Ok(mut talk) = talk.lock() {
            talk.hear(event);
        }
    })
}

struct Talk {
    bar: ProgressBar,
    manner: Manner,
    /// When the last line was written.
    told: Instant,
}

impl Talk {
    fn hear(&mut self, event: &Event) {
        match event {
            Event::DrillBegan { scenario, drill } => self.line(&format!("drill {scenario} ({drill})")),
            Event::StageBegan { stage } => self.begin(*stage),
            Event::Progress { stage, done, of, unit } => self.progress(*stage, *done, *of, *unit),
            Event::Said { text, .. } => self.line(&format!("  {:<10} {text}", "")),
            Event::StageEnded { stage, millis, said } => {
                let (mark, text) = match said {
                    Ok(text) => ("", text),
                    Err(text) => ("failed to ", text),
                };
                let seconds = Duration::from_millis(*millis).as_secs_f64();
                self.line(&format!("  {:<10} {mark}{text} ({seconds:.1} s)", stage.name()));
                self.bar.reset();
            }
            Event::DrillEnded { .. } => self.bar.finish_and_clear(),
        }
    }

    fn line(&mut self, text: &str) {
        self.told = Instant::now();
        if self.manner == Manner::Bars {
            self.bar.suspend(|| eprintln!("{text}"));
        } else {
            eprintln!("{text}");
        }
    }

    fn begin(&self, stage: Stage) {
        self.bar.reset();
        self.bar.unset_length();
        self.bar.set_message(stage.name());
        self.bar.set_style(style("  {msg:<10} {spinner} {elapsed}"));
        self.bar.enable_steady_tick(Duration::from_millis(120));
    }

    fn progress(&mut self, stage: Stage, done: u64, of: Option<u64>, unit: Unit) {
        if self.manner == Manner::Lines {
            if self.told.elapsed() >= SILENCE {
                self.line(&so_far(stage, done, of, unit));
            }
            return;
        }
        let template = match (unit, of) {
            (Unit::Bytes, Some(_)) => "  {msg:<10} {bar:30} {bytes}/{total_bytes}, {bytes_per_sec}, {eta} left",
            (Unit::Bytes, None) => "  {msg:<10} {spinner} {bytes}, {bytes_per_sec}",
            (_, Some(_)) => "  {msg:<10} {bar:30} {human_pos}/{human_len}, {per_sec}, {eta} left",
            (_, None) => "  {msg:<10} {spinner} {human_pos}, {per_sec}",
        };
        if self.bar.length() != of {
            self.bar.set_style(style(template));
            match of {
                Some(of) => self.bar.set_length(of),
                None => self.bar.unset_length(),
            }
        }
        self.bar.set_position(done);
    }
}

/// A line of a log that says how far a stage is.
fn so_far(stage: Stage, done: u64, of: Option<u64>, unit: Unit) -> String {
    let (done, of, unit) = match unit {
        Unit::Bytes => (HumanBytes(done).to_string(), of.map(|of| HumanBytes(of).to_string()), ""),
        Unit::Objects => (count(done), of.map(count), " objects"),
        Unit::Items => (count(done), of.map(count), " items"),
        Unit::Questions => (count(done), of.map(count), " questions"),
    };
    match of {
        Some(of) => format!("  {:<10} {done} of about {of}{unit}", stage.name()),
        None => format!("  {:<10} {done}{unit} so far", stage.name()),
    }
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_spinner())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_says_how_much_of_about_how_much() {
        let line = so_far(Stage::Expect, 1_200, Some(4_000), Unit::Items);
        assert_eq!(line, "  expect     1,200 of about 4,000 items");
        assert_eq!(so_far(Stage::Expect, 1_200, None, Unit::Items), "  expect     1,200 items so far");
        assert_eq!(
            so_far(Stage::Inspect, 1 << 20, Some(2 << 20), Unit::Bytes),
            "  inspect    1.00 MiB of about 2.00 MiB"
        );
    }
}
