use std::path::PathBuf;

use crate::model::Fault;

/// Longest part of a server's own words that an error repeats, in characters.
const MESSAGE_MAX: usize = 500;

/// Which request failed: its method, its path without the query, and how often it was tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct At {
    /// `GET`, `POST` or `PUT`.
    pub method: &'static str,
    /// Path below the base address; the query is left out, since it can hold secrets.
    pub path: String,
    /// How often it was sent.
    pub tries: u32,
}

impl std::fmt::Display for At {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.method, self.path)?;
        if self.tries > 1 { write!(f, " ({} tries)", self.tries) } else { Ok(()) }
    }
}

/// Why Confluence could not be asked, or its answer not be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ClientError {
    /// The client itself can't be made.
    #[error("prepare the connection: {0}")]
    Setup(String),
    /// Somebody said stop.
    #[error("go on with {0}: it was cancelled")]
    Cancelled(At),
    /// No connection, or it broke.
    #[error("reach the server for {at}: {cause}")]
    Connection {
        /// Which request.
        at: At,
        /// What the network says.
        cause: String,
    },
    /// No answer in time.
    #[error("get an answer to {at} within {seconds} s")]
    TimedOut {
        /// Which request.
        at: At,
        /// How long it waited for a sign of life, in seconds.
        seconds: u64,
    },
    /// The server answered with an error.
    #[error("{at}: the server answered {status}: {message}")]
    Refused {
        /// Which request.
        at: At,
        /// HTTP status.
        status: u16,
        /// The server's own words: at most 500 characters, control characters made visible.
        message: String,
    },
    /// The server sent the request elsewhere; Confluence does so where it doesn't accept the credentials.
    #[error("{at}: the server redirects to {to}; it does not accept the credentials, or the base address is wrong")]
    Redirected {
        /// Which request.
        at: At,
        /// The path of the address that it names.
        to: String,
    },
    /// The server asks to wait for longer than anybody would.
    #[error(
        "{at}: the server asks to wait {seconds} s; this account is blocked by its rate limit, which an administrator can lift"
    )]
    Blocked {
        /// Which request.
        at: At,
        /// The wait that it asks for.
        seconds: u64,
    },
    /// The answer is longer than any real one.
    #[error("{at}: the answer has more than {limit} bytes")]
    TooLarge {
        /// Which request.
        at: At,
        /// The limit in bytes.
        limit: usize,
    },
    /// The answer can't be understood.
    #[error("understand the answer to {at}: {problem}")]
    Shape {
        /// Which request.
        at: At,
        /// What is wrong with it.
        problem: String,
    },
    /// A list that goes on without moving forward.
    #[error("read the list {at} to its end: {problem}")]
    Endless {
        /// Which request.
        at: At,
        /// How it shows.
        problem: &'static str,
    },
    /// A local file can't be read.
    #[error("read {}: {cause}", path.display())]
    File {
        /// Which file.
        path: PathBuf,
        /// What the system says.
        cause: String,
    },
}

impl ClientError {
    /// Whose failing it is: always the rig's. A restore that the server refuses is the one case that the caller judges anew.
    pub fn fault(&self) -> Fault {
        Fault::Rig
    }

    /// The HTTP status, where the server answered with an error.
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Refused { status, .. } => Some(*status),
            _ => None,
        }
    }

    /// Whether the server says that there is no such thing, or hides it.
    pub fn is_not_found(&self) -> bool {
        self.status() == Some(404)
    }

    /// Whether the server says that it can't show a thing to this caller or at all (401 apart, which concerns every request).
    pub fn is_not_shown(&self) -> bool {
        matches!(self.status(), Some(400 | 403 | 404 | 405 | 501))
    }

    /// Whether a shorter page might succeed.
    pub(super) fn may_be_too_much(&self) -> bool {
        matches!(self.status(), Some(400 | 500)) || matches!(self, Self::TimedOut { .. } | Self::TooLarge { .. })
    }
}

/// The server's own words in an error answer: the message of its JSON, the title of its page, or the text itself.
pub(super) fn message_of(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body);
    let found = serde_json::from_slice::<serde_json::Value>(body).ok().and_then(|json| {
        let first = json.pointer("/errors/0/title").or_else(|| json.pointer("/data/errors/0/message/key"));
        let named = json.get("message").or_else(|| json.get("errorMessage")).filter(|text| text.as_str() != Some(""));
        named.or(first).and_then(serde_json::Value::as_str).map(str::to_owned)
    });
    let found = found.unwrap_or_else(|| {
        let title = text.split_once("<title>").and_then(|(_, rest)| rest.split_once("</title>"));
        title.map_or_else(|| text.trim().to_owned(), |(title, _)| format!("a page titled {}", title.trim()))
    });
    if found.is_empty() { "no message".to_owned() } else { visible(&found) }
}

/// Bounded, with control characters made visible, so that it can stand in a terminal or a report.
pub(super) fn visible(text: &str) -> String {
    let mut out = String::new();
    for (number, c) in text.chars().enumerate() {
        if number == MESSAGE_MAX {
            out.push('…');
            break;
        }
        let hidden =
            c.is_control() || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        if hidden { out.extend(c.escape_default()) } else { out.push(c) }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_servers_words_are_bounded_and_visible() {
        assert_eq!(message_of(br#"{"statusCode":404,"message":"No space\u001b[31m"}"#), "No space\\u{1b}[31m");
        assert_eq!(message_of(b"<html><head><title>Oops </title></head></html>"), "a page titled Oops");
        assert_eq!(message_of(br#"{"errors":[{"status":404,"title":"Not Found"}]}"#), "Not Found");
        assert_eq!(message_of(b""), "no message");
        assert_eq!(message_of("x".repeat(9_000).as_bytes()).chars().count(), MESSAGE_MAX + 1);
    }
}
