//! The one HTTP client of this room: it reads small documents from operators' servers and nothing else.

use std::{fmt, sync::OnceLock, time::Duration};

use http::{HeaderMap, header::CACHE_CONTROL};
use reqwest::{Client, redirect::Policy};

/// A larger document is not read to its end.
const MAX_BODY: usize = 256 * 1024;

/// Fetches documents.
#[derive(Debug)]
pub(crate) struct Fetcher {
    /// Made at the first fetch, because making it reads the certificates of the system. `None` if that failed.
    client: OnceLock<Option<Client>>,
    timeout: Duration,
}

/// A fetched document.
pub(crate) struct Document {
    pub(crate) body: Vec<u8>,
    /// For how long its server lets it be kept.
    pub(crate) max_age: Option<Duration>,
}

impl Fetcher {
    pub(crate) fn new(timeout: Duration) -> Self {
        Self { client: OnceLock::new(), timeout }
    }

    /// Gets the document at `url`: status 200, at most [`MAX_BODY`] bytes, all within the timeout. The content type is not
    /// looked at; servers differ, and what the document is shows when it is read.
    pub(crate) async fn get(&self, url: &str) -> Result<Document, FetchError> {
        let client = self.client.get_or_init(|| client(self.timeout)).as_ref().ok_or(FetchError::Client)?;
        let mut response = client.get(url).header("accept", "application/json").send().await.map_err(unreachable)?;
        if response.status() != reqwest::StatusCode::OK {
            return Err(FetchError::Status(response.status().as_u16()));
        }
        let max_age = max_age(response.headers());
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(unreachable)? {
            if body.len() + chunk.len() > MAX_BODY {
                return Err(FetchError::TooLarge);
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Document { body, max_age })
    }
}

/// No redirects: a document counts because of the place it is at. No proxies from the environment. No decompression, also where
/// another crate has switched it on: a small body that becomes a large one would pass the limit.
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
    client.inspect_err(|error| tracing::error!(%error, "the HTTP client cannot be made")).ok()
}

/// `max-age` of the response (RFC 9111 §5.2.2); zero where it must not be kept.
fn max_age(headers: &HeaderMap) -> Option<Duration> {
    let values = headers.get_all(CACHE_CONTROL).iter().filter_map(|value| value.to_str().ok());
    let mut directives = values.flat_map(|value| value.split(',')).map(str::trim);
    directives.find_map(|directive| match directive.split_once('=') {
        Some((name, seconds)) if name.eq_ignore_ascii_case("max-age") => {
            seconds.trim_matches('"').parse().ok().map(Duration::from_secs)
        }
        None if ["no-cache", "no-store"].iter().any(|name| directive.eq_ignore_ascii_case(name)) => {
            Some(Duration::ZERO)
        }
        _ => None,
    })
}

/// Why a document could not be had. For the log.
#[derive(Debug)]
pub(crate) enum FetchError {
    Client,
    Unreachable(reqwest::Error),
    Status(u16),
    TooLarge,
}

fn unreachable(error: reqwest::Error) -> FetchError {
    FetchError::Unreachable(error.without_url())
}

impl fmt::Display for FetchError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Client => formatter.write_str("there is no HTTP client"),
            Self::Unreachable(error) if error.is_timeout() => formatter.write_str("it took too long"),
            Self::Unreachable(error) => {
                write!(formatter, "{error}")?;
                let mut source = std::error::Error::source(error);
                while let Some(error) = source {
                    write!(formatter, ": {error}")?;
                    source = error.source();
                }
                Ok(())
            }
            Self::Status(status) => write!(formatter, "the answer was {status}"),
            Self::TooLarge => write!(formatter, "it is larger than {MAX_BODY} bytes"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_server_says_how_long_to_keep_a_document() {
        for (value, expected) in [
            ("max-age=600", Some(600)),
            ("public, Max-Age=\"600\", must-revalidate", Some(600)),
            ("no-cache", Some(0)),
            ("no-store, max-age=5", Some(0)),
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
