//! Loads the keys of one issuer: finds out where they are, then fetches them.

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use crate::auth::{
    discovery::{self, DiscoveryError},
    fetch::{FetchError, Fetcher},
    jwk::KeySet,
};

/// Where the keys of one issuer come from.
#[derive(Debug)]
pub(crate) struct KeySource {
    issuer: Arc<str>,
    /// The place of the keys as the operator told it.
    told: Option<String>,
    /// The place of the keys as the issuer's metadata told it. Written and read by the one refresh that runs at a time.
    discovered: Mutex<Option<String>>,
    fetcher: Fetcher,
}

impl KeySource {
    pub(crate) fn new(issuer: Arc<str>, told: Option<String>, timeout: Duration) -> Self {
        Self { issuer, told, discovered: Mutex::new(None), fetcher: Fetcher::new(timeout) }
    }

    pub(crate) fn issuer(&self) -> &str {
        &self.issuer
    }

    /// The keys, and for how long their server lets them be kept.
    pub(crate) async fn load(&self) -> Result<(KeySet, Option<Duration>), LoadError> {
        let place = match self.told.clone().or_else(|| self.remembered()) {
            Some(place) => place,
            None => self.discover().await?,
        };
        let loaded = match self.fetcher.get(&place).await {
            Ok(document) => {
                KeySet::read(&document.body).map(|keys| (keys, document.max_age)).ok_or(LoadError::NoUsableKey(place))
            }
            Err(error) => Err(LoadError::Fetch(place, error)),
        };
        if loaded.is_err() {
            // The server may have moved its keys; the next load asks it again.
            self.remember(None);
        }
        loaded
    }

    async fn discover(&self) -> Result<String, LoadError> {
        let mut failure = LoadError::NotFound;
        for address in discovery::addresses(&self.issuer) {
            match self.fetcher.get(&address).await {
                Ok(document) => match discovery::read(&self.issuer, &document.body) {
                    Ok(place) => {
                        self.remember(Some(place.clone()));
                        return Ok(place);
                    }
                    // Worth more in the log than a form that is simply not served.
                    Err(error) => failure = LoadError::Discovery(address, error),
                },
                Err(FetchError::Status(_) | FetchError::TooLarge) => {}
                // All forms are on the same host: what does not answer now will not answer the next question either.
                Err(error) => return Err(LoadError::Fetch(address, error)),
            }
        }
        Err(failure)
    }

    fn remembered(&self) -> Option<String> {
        self.discovered.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn remember(&self, place: Option<String>) {
        *self.discovered.lock().unwrap_or_else(PoisonError::into_inner) = place;
    }
}

/// Why there are no keys. For the log.
#[derive(Debug)]
pub(crate) enum LoadError {
    NotFound,
    Discovery(String, DiscoveryError),
    Fetch(String, FetchError),
    NoUsableKey(String),
    TooSlow,
}

impl fmt::Display for LoadError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotFound => formatter.write_str(
                "no metadata was found in any of the well-known places; check the issuer, or name its keys with `jwks_uri`",
            ),
            Self::Discovery(address, error) => write!(formatter, "{address} is of no use: {error}"),
            Self::Fetch(address, error) => write!(formatter, "{address} cannot be fetched: {error}"),
            Self::NoUsableKey(address) => write!(formatter, "{address} has no key that could verify a token"),
            Self::TooSlow => formatter.write_str("it took too long"),
        }
    }
}
