//! Searches, and the index that they ask.

use reqwest::Method;
use serde::Deserialize;

use super::answers::List;
use super::answers::content::Content;
use super::{Client, ClientError};

/// Where the index is rebuilt: as it is documented since 10.2, and as it was before (docs/confluence.md, R36).
const INDEX: [&[&str]; 2] = [&["rest", "api", "index", "reindex"], &["rest", "prototype", "1", "index", "reindex"]];

/// How much a search found, and what of it was listed.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Search {
    /// How much there is.
    pub total: u64,
    /// The first of it.
    pub listed: Vec<Content>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Results {
    #[serde(flatten)]
    list: List<Content>,
    #[serde(default)]
    total_size: Option<u64>,
}

#[derive(Deserialize)]
struct Progress {
    finished: bool,
}

impl Client {
    /// How much content a search finds; where the server doesn't say, it is listed to its end.
    ///
    /// # Errors
    /// As any request; 400 where the server doesn't understand the query.
    pub async fn found(&self, query: &str) -> Result<Search, ClientError> {
        let url = self.url(["rest", "api", "content", "search"], &[("cql", query), ("limit", "50")])?;
        let Results { list, total_size } = self.ask(&self.get(url)).await?;
        match total_size {
            Some(total) => Ok(Search { total, listed: list.results }),
            None => {
                let listed = self.search(query).await?;
                Ok(Search { total: listed.len() as u64, listed })
            }
        }
    }

    /// Whether the index is whole, so far as the server knows; `None` where it doesn't say.
    ///
    /// # Errors
    /// As any request.
    pub async fn index_is_ready(&self) -> Result<Option<bool>, ClientError> {
        self.index(Method::GET).await
    }

    /// Begins to rebuild the index; `None` where the server has no such resource for this account.
    ///
    /// # Errors
    /// As any request.
    pub async fn rebuild_index(&self) -> Result<Option<bool>, ClientError> {
        self.index(Method::POST).await
    }

    async fn index(&self, method: Method) -> Result<Option<bool>, ClientError> {
        for path in INDEX {
            let mut call = self.get(self.url(path.iter().copied(), &[])?);
            if method != Method::GET {
                (call.method, call.retry) = (method.clone(), false);
            }
            match self.ask::<Progress>(&call).await {
                Ok(progress) => return Ok(Some(progress.finished)),
                Err(error) if error.is_not_shown() => {}
                Err(error) => return Err(error),
            }
        }
        Ok(None)
    }
}
