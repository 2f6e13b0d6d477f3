//! How the program speaks: data on stdout, talk on stderr, colour only where somebody looks.

use std::io::{IsTerminal as _, Write as _};

use crate::settings::{Complaints, render};

/// Whether stderr shows colour: a terminal that knows colour, and nobody who asked for none.
pub fn colour() -> bool {
    let set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
    std::io::stderr().is_terminal() && !set("NO_COLOR") && !dumb
}

/// Columns of the terminal; 100 where there is none.
pub fn width() -> usize {
    terminal_size::terminal_size_of(std::io::stderr()).map_or(100, |(width, _)| usize::from(width.0))
}

/// Prints data. A reader that went away, such as `head`, is no failing; what else goes wrong is given back as exit code 3.
pub fn data(text: &str) -> u8 {
    let mut stdout = std::io::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            say(&format!("error: stdout can't be written: {error}"));
            3
        }
        _ => 0,
    }
}

/// Says a line to the person at the terminal.
pub fn say(line: &str) {
    // Nobody can be told that nobody can be told anything.
    let _ = writeln!(std::io::stderr().lock(), "{line}");
}

/// Tells everything that is wrong, with an empty line between two complaints.
pub fn complain(complaints: &Complaints) {
    let colour = colour();
    let texts: Vec<String> = complaints.0.iter().map(|complaint| render(complaint, colour)).collect();
    say(texts.join("\n").trim_end());
}
