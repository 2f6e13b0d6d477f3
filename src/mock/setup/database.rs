//! The data base that a mock was told of. It keeps nothing there, but it logs in, as Confluence does before anything else.

use std::time::Duration;

use secrecy::{ExposeSecret as _, SecretString};
use tokio_postgres::{Config, NoTls};

/// How long PostgreSQL may take to let the user in and to answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// A data base of PostgreSQL.
#[derive(Debug, Clone)]
pub struct Database {
    host: String,
    port: u16,
    name: String,
    user: String,
    password: SecretString,
}

impl Database {
    /// What a JDBC address, a user name and its password mean.
    ///
    /// # Errors
    /// It is no address of a PostgreSQL; the address isn't told back, since it can hold a password.
    pub fn new(url: &str, user: &str, password: SecretString) -> Result<Self, String> {
        let rest = url.trim().strip_prefix("jdbc:postgresql://");
        let (host, path) =
            rest.and_then(|rest| rest.split_once('/')).ok_or("It must read jdbc:postgresql://HOST/NAME.")?;
        let name = path.split_once('?').map_or(path, |(name, _)| name);
        if host.is_empty() || name.is_empty() || user.contains('\0') || name.contains('\0') {
            return Err("It must name a host and a data base.".to_owned());
        }
        let with_port = host.rsplit_once(':').and_then(|(host, port)| Some((host, port.parse().ok()?)));
        let (host, port) = with_port.unwrap_or((host, 5432));
        Ok(Self { host: host.to_owned(), port, name: name.to_owned(), user: user.to_owned(), password })
    }

    /// Whether it lets the user in, with this password, to a data base that keeps all of Unicode, as Confluence wants it.
    pub async fn answers(&self) -> bool {
        tokio::time::timeout(PATIENCE, self.encoding()).await.is_ok_and(|encoding| encoding.as_deref() == Some("UTF8"))
    }

    /// How the data base encodes text; `None` where nobody is let in.
    async fn encoding(&self) -> Option<String> {
        let mut config = Config::new();
        config.host(&self.host).port(self.port).dbname(&self.name).user(&self.user);
        config.password(self.password.expose_secret()).connect_timeout(PATIENCE);
        let (client, connection) = config.connect(NoTls).await.ok()?;
        let asked = async {
            let row = client.query_one("SHOW server_encoding", &[]).await.ok();
            row.and_then(|row| row.try_get(0).ok())
        };
        tokio::select! {
            encoding = asked => encoding,
            _ = connection => None,
        }
    }
}
