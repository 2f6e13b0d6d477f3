//! The health check of the container: one GET of `/status` over plain TCP.

use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

/// Most bytes of the answer that are read.
const MOST: u64 = 16 << 10;

/// How long the check may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// Whether a mock (or a Confluence) at this `http://` URL, with or without a context path, says that it is RUNNING. The word decides, not
/// the status code (docs/confluence.md, R3).
pub async fn health(url: &str) -> bool {
    tokio::time::timeout(PATIENCE, ask(url))
        .await
        .is_ok_and(|answer| answer.is_some_and(|text| text.contains("\"RUNNING\"")))
}

async fn ask(url: &str) -> Option<String> {
    let rest = url.strip_prefix("http://")?;
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    let address = if host.contains(':') { host.to_owned() } else { format!("{host}:80") };
    let mut stream = tokio::net::TcpStream::connect(&address).await.ok()?;
    let path = path.trim_matches('/');
    let path = if path.is_empty() { "/status".to_owned() } else { format!("/{path}/status") };
    let request = format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.ok()?;
    let mut answer = Vec::new();
    stream.take(MOST).read_to_end(&mut answer).await.ok()?;
    Some(String::from_utf8_lossy(&answer).into_owned())
}
