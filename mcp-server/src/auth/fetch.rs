//! The only HTTP client of the crate: fetches small documents from servers that the operator names.

use std::{error::Error, fmt, sync::OnceLock, time::Duration};

use http::{HeaderMap, StatusCode, header::CACHE_CONTROL};
use reqwest::{Client, redirect::Policy};

use crate::escape::chain;

/// Limit for the size of a document, in bytes.
const MAX_BODY: usize = 256 * 1024;

/// A client that fetches documents.
#[derive(Debug)]
pub(crate) struct Fetcher {
    /// Created at the first fetch, because that reads the certificates of the system. `None` if it
    /// failed.
    client: OnceLock<Option<Client>>,
    timeout: Duration,
}

/// A fetched document.
pub(crate) struct Document {
    pub(crate) body: Vec<u8>,
    /// The lifetime that its server allows.
    pub(crate) max_age: Option<Duration>,
}

impl Fetcher {
    /// Creates a client whose `timeout` applies to each request, body included.
    pub(crate) fn new(timeout: Duration) -> Self {
        Self { client: OnceLock::new(), timeout }
    }

    /// Fetches the document at `url`, which must have status 200 and at most [`MAX_BODY`] bytes.
    ///
    /// The content type is ignored, because servers differ in it; parsing the document decides.
    pub(crate) async fn get(&self, url: &str) -> Result<Document, FetchError> {
        let client = self.client.get_or_init(|| client(self.timeout)).as_ref().ok_or(FetchError::NoClient)?;
        let mut response = client.get(url).header("accept", "application/json").send().await.map_err(transport)?;
        if response.status() != StatusCode::OK {
            return Err(FetchError::Status(response.status()));
        }
        let max_age = max_age(response.headers());
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(transport)? {
            if body.len() + chunk.len() > MAX_BODY {
                return Err(FetchError::TooLarge);
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Document { body, max_age })
    }
}

/// Creates the client.
///
/// It follows no redirects, because the address of a document is what makes it trustworthy. It
/// ignores proxies of the environment. It does not decompress, even if another crate enables that:
/// a small body could expand past the size limit.
fn client(timeout: Duration) -> Option<Client> {
    let client = Client::builder()
        .redirect(Policy::none())
        .no_proxy()
        .no_gzip()
        .no_brotli()
        .no_zstd()
        .no_deflate()
        .referer(false)
        .timeout(timeout)
        .user_agent(concat!("mcp-server/", env!("CARGO_PKG_VERSION")))
        .build();
    client.inspect_err(|error| tracing::error!(error = chain(error), "the HTTP client cannot be created")).ok()
}

/// Returns `max-age` of the response (RFC 9111, section 5.2.2.1), and zero for `no-cache` and
/// `no-store`. The strictest directive counts, in any order.
fn max_age(headers: &HeaderMap) -> Option<Duration> {
    let values = headers.get_all(CACHE_CONTROL).iter().filter_map(|value| value.to_str().ok());
    let directives = values.flat_map(|value| value.split(',')).map(str::trim);
    let lifetimes = directives.filter_map(|directive| match directive.split_once('=') {
        Some((name, seconds)) if name.eq_ignore_ascii_case("max-age") => {
            seconds.trim_matches('"').parse().ok().map(Duration::from_secs)
        }
        None if ["no-cache", "no-store"].iter().any(|name| directive.eq_ignore_ascii_case(name)) => {
            Some(Duration::ZERO)
        }
        _ => None,
    });
    lifetimes.min()
}

/// A reason why a document could not be fetched. For the log.
#[derive(Debug)]
pub(crate) enum FetchError {
    NoClient,
    Transport(reqwest::Error),
    Status(StatusCode),
    TooLarge,
}

fn transport(error: reqwest::Error) -> FetchError {
    FetchError::Transport(error.without_url())
}

impl fmt::Display for FetchError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoClient => formatter.write_str("no HTTP client"),
            Self::Transport(error) if error.is_timeout() => formatter.write_str("timeout"),
            Self::Transport(error) => {
                write!(formatter, "{error}")?;
                let mut source = error.source();
                while let Some(error) = source {
                    write!(formatter, ": {error}")?;
                    source = error.source();
                }
                Ok(())
            }
            Self::Status(status) => write!(formatter, "status {status}, expected 200"),
            Self::TooLarge => write!(formatter, "larger than {MAX_BODY} bytes"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn max_age_is_read_from_cache_control() {
        for (value, expected) in [
            ("max-age=600", Some(600)),
            ("public, Max-Age=\"600\", must-revalidate", Some(600)),
            ("no-cache", Some(0)),
            ("no-store, max-age=5", Some(0)),
            ("max-age=5, no-store", Some(0)),
            ("max-age=600, max-age=5", Some(5)),
            ("public", None),
            ("max-age=soon", None),
            ("max-age=-1", None),
            ("s-maxage=600", None),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(CACHE_CONTROL, value.parse().unwrap());
            assert_eq!(max_age(&headers), expected.map(Duration::from_secs), "{value}");
        }
        assert_eq!(max_age(&HeaderMap::new()), None);
    }
}
