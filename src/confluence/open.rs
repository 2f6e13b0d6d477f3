//! Whether pages open, as a browser would open them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::header::LOCATION;

use super::{Client, ClientError};

/// How often a short link may be led on.
const REDIRECTS_MAX: usize = 5;

impl Client {
    /// Whether the short link of a page leads to something that opens. It is followed on this host alone, whatever address the server believes to have.
    ///
    /// # Errors
    /// As any request; 404 is an answer. A link that leads to a log-in is none.
    pub async fn short_link_opens(&self, id: u64) -> Result<bool, ClientError> {
        let code = short_code(id);
        // A code that ends so is no end of an address.
        let end: &[&str] = if code.ends_with(['-', '_']) { &[""] } else { &[] };
        let mut call = self.get(self.url(["x", code.as_str()].into_iter().chain(end.iter().copied()), &[])?);
        for _ in 0..REDIRECTS_MAX {
            let at = self.at(&call, 1);
            let (status, location) = self.led_to(&call, &at).await?;
            let redirected = |to: String| ClientError::Redirected { at: at.clone(), to };
            match (status, location) {
                (200..=299, _) => return Ok(true),
                (404 | 410, _) => return Ok(false),
                (300..=399, Some(to)) => {
                    let to = call.url.join(&to).map_err(|_| redirected("an address that is none".to_owned()))?;
                    if to.path().contains("login") {
                        return Err(redirected("a log-in".to_owned()));
                    }
                    call.url.set_path(to.path());
                    call.url.set_query(to.query());
                }
                (status, _) => {
                    return Err(ClientError::Refused { at, status, message: "no page".to_owned() });
                }
            }
        }
        Err(ClientError::Redirected { at: self.at(&call, 1), to: "one address after the other".to_owned() })
    }

    /// Status of an answer, and where it leads.
    async fn led_to(
        &self,
        call: &super::transport::Call,
        at: &super::At,
    ) -> Result<(u16, Option<String>), ClientError> {
        let _permit = self.permit(at).await?;
        let response = self.timed(at, self.build(call).send()).await?;
        let location = response.headers().get(LOCATION).and_then(|to| to.to_str().ok()).map(str::to_owned);
        Ok((response.status().as_u16(), location))
    }
}

/// The coded id of a short link: base 64 of the id's bytes, lowest first, without trailing zeros (docs/confluence.md, R19).
fn short_code(id: u64) -> String {
    let bytes = id.to_le_bytes();
    let length = bytes.iter().rposition(|byte| *byte != 0).map_or(1, |last| last + 1);
    let coded = STANDARD.encode(bytes.get(..length).unwrap_or_default());
    coded.trim_end_matches('=').trim_end_matches('A').replace('/', "-").replace('+', "_")
}

#[cfg(test)]
mod tests {
    use super::short_code;

    #[test]
    fn a_short_link_is_the_coded_id() {
        // As recorded answers of Confluence have them.
        assert_eq!((short_code(119_239_646).as_str(), short_code(148_348_821).as_str()), ("3nMbBw", "lZ-XC"));
    }
}
