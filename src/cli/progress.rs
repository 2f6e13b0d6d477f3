//! What a person sees while a drill runs: progress bars on a terminal, plain lines elsewhere. All of it goes to stderr.

use std::io::IsTerminal as _;
use std::sync::Mutex;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::event::{Event, Events, Stage, Unit};

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
    let talk = Mutex::new(Talk { bar, manner });
    Events::to(move |event| {
        if let Ok(mut talk) = talk.lock() {
            talk.hear(event);
        }
    })
}

struct Talk {
    bar: ProgressBar,
    manner: Manner,
}

impl Talk {
    fn hear(&mut self, event: &Event) {
        match event {
            Event::DrillBegan { scenario, drill } => self.line(&format!("drill {scenario} ({drill})")),
            Event::StageBegan { stage } => self.begin(*stage),
            Event::Progress { done, of, unit, .. } => self.progress(*done, *of, *unit),
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

    fn line(&self, text: &str) {
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

    fn progress(&self, done: u64, of: Option<u64>, unit: Unit) {
        if self.manner != Manner::Bars {
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

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_spinner())
}
