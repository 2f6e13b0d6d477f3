//! What a list of jobs is asked for (docs/confluence.md, R1).

use jiff::Timestamp;

use crate::mock::answer::{Ask, Refusal};

/// Filters by word, and the words that they know.
const WORDS: [(&str, &[&str]); 3] = [
    ("jobScope", &["SITE", "SPACE"]),
    ("jobOperation", &["BACKUP", "RESTORE"]),
    ("jobStates", &["QUEUED", "PROCESSING", "FINISHED", "FAILED", "CANCELLING", "CANCELLED"]),
];

/// Between which moments a job was made.
pub struct Window {
    from: Option<Timestamp>,
    to: Option<Timestamp>,
}

impl Window {
    /// Whether a moment lies within, by the milliseconds that answers show.
    pub fn holds(&self, at: Timestamp) -> bool {
        let at = at.as_millisecond();
        self.from.is_none_or(|from| from.as_millisecond() <= at) && self.to.is_none_or(|to| at <= to.as_millisecond())
    }
}

/// Refuses filters that can't be understood, and gives the moments between which jobs are wanted.
pub fn window(ask: &Ask) -> Result<Window, Refusal> {
    for (name, known) in WORDS {
        if let Some(word) = ask.list(name).into_iter().find(|word| !known.contains(word)) {
            return Err(Refusal::bad_request(format!("Invalid {name}: {word}")));
        }
    }
    Ok(Window { from: moment(ask, "fromDate")?, to: moment(ask, "toDate")? })
}

/// A time as the reference writes it, `yyyy-MM-ddTHH:mm:ss.SSSZ`, whose last letter stands for a zone such as `Z` or `+0000`.
fn moment(ask: &Ask, name: &str) -> Result<Option<Timestamp>, Refusal> {
    let read = |text: &str| {
        // An unescaped plus comes as a space.
        let text = text.replace(' ', "+");
        let zoned = || Timestamp::strptime("%Y-%m-%dT%H:%M:%S%.f%z", &text).ok();
        text.parse().ok().or_else(zoned).ok_or_else(|| Refusal::bad_request(format!("Invalid {name}: {text}")))
    };
    ask.get(name).map(read).transpose()
}
