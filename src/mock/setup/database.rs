//! The data base that a mock was told of. It keeps nothing there, but it looks whether a PostgreSQL answers, as Confluence does.

use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// How long PostgreSQL may take to answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// Version 3.0 of PostgreSQL's protocol.
const PROTOCOL: i32 = 3 << 16;

/// A data base of PostgreSQL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Database {
    address: String,
    name: String,
    user: String,
}

impl Database {
    /// What a JDBC address and a user name mean.
    ///
    /// # Errors
    /// It is no address of a PostgreSQL; the address isn't told back, since it can hold a password.
    pub fn new(url: &str, user: &str) -> Result<Self, String> {
        let rest = url.trim().strip_prefix("jdbc:postgresql://");
        let (host, path) =
            rest.and_then(|rest| rest.split_once('/')).ok_or("It must read jdbc:postgresql://HOST/NAME.")?;
        let name = path.split_once('?').map_or(path, |(name, _)| name);
        if host.is_empty() || name.is_empty() || user.contains('\0') || name.contains('\0') {
            return Err("It must name a host and a data base.".to_owned());
        }
        let has_port = host.rsplit_once(':').is_some_and(|(_, port)| port.parse::<u16>().is_ok());
        let address = if has_port { host.to_owned() } else { format!("{host}:5432") };
        Ok(Self { address, name: name.to_owned(), user: user.to_owned() })
    }

    /// Whether a PostgreSQL answers there and would ask this user in. The password isn't tried.
    pub async fn answers(&self) -> bool {
        tokio::time::timeout(PATIENCE, self.ask()).await.is_ok_and(|answer| answer.is_ok_and(|kind| kind == b'R'))
    }

    /// The kind of the first message: `R` asks for the password or says that none is needed, `E` is an error.
    async fn ask(&self) -> std::io::Result<u8> {
        let mut stream = TcpStream::connect(&self.address).await?;
        let mut body = PROTOCOL.to_be_bytes().to_vec();
        for text in ["user", &self.user, "database", &self.name, ""] {
            body.extend_from_slice(text.as_bytes());
            body.push(0);
        }
        let length = u32::try_from(body.len() + 4).map_err(std::io::Error::other)?;
        stream.write_all(&length.to_be_bytes()).await?;
        stream.write_all(&body).await?;
        stream.read_u8().await
    }
}
