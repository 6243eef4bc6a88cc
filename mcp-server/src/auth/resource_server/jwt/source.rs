//! Loads the keys of one issuer: discovers their address, then fetches them.

use std::{fmt, sync::Arc, time::Duration};

use parking_lot::Mutex;

use crate::auth::{
    discovery::{self, DiscoveryError},
    fetch::{FetchError, Fetcher},
    jwk::KeySet,
};

/// Loads the keys of one issuer.
#[derive(Debug)]
pub(crate) struct KeySource {
    issuer: Arc<str>,
    /// The address of the keys, as configured.
    configured: Option<String>,
    /// The address of the keys, as discovered. Used by one load at a time.
    discovered: Mutex<Option<String>>,
    fetcher: Fetcher,
}

impl KeySource {
    pub(crate) fn new(issuer: Arc<str>, jwks_uri: Option<String>, timeout: Duration) -> Self {
        Self { issuer, configured: jwks_uri, discovered: Mutex::default(), fetcher: Fetcher::new(timeout) }
    }

    pub(crate) fn issuer(&self) -> &str {
        &self.issuer
    }

    /// Loads the keys. Also returns the lifetime that their server allows.
    pub(crate) async fn load(&self) -> Result<(KeySet, Option<Duration>), LoadError> {
        let known = self.configured.clone().or_else(|| self.discovered.lock().clone());
        let address = if let Some(address) = known {
            address
        } else {
            let address = discovery::jwks_uri(&self.issuer, &self.fetcher).await?;
            *self.discovered.lock() = Some(address.clone());
            address
        };
        let loaded = match self.fetcher.get(&address).await {
            Ok(document) => match KeySet::parse(&document.body) {
                Some(keys) if keys.is_empty() => Err(LoadError::NoUsableKey(address)),
                Some(keys) => Ok((keys, document.max_age)),
                None => Err(LoadError::Malformed(address)),
            },
            Err(error) => Err(LoadError::Fetch(address, error)),
        };
        if loaded.is_err() {
            // The keys may have moved, so the next load discovers their address again.
            *self.discovered.lock() = None;
        }
        loaded
    }
}

/// A reason why keys could not be loaded. For the log.
#[derive(Debug)]
pub(crate) enum LoadError {
    Discovery(DiscoveryError),
    Fetch(String, FetchError),
    Malformed(String),
    /// The issuer publishes a key set without a usable key: it has withdrawn its keys.
    NoUsableKey(String),
    Timeout,
}

impl From<DiscoveryError> for LoadError {
    fn from(error: DiscoveryError) -> Self {
        Self::Discovery(error)
    }
}

impl fmt::Display for LoadError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Discovery(error) => error.fmt(formatter),
            Self::Fetch(address, error) => write!(formatter, "cannot fetch {address}: {error}"),
            Self::Malformed(address) => write!(formatter, "malformed key set at {address}"),
            Self::NoUsableKey(address) => write!(formatter, "no usable key at {address}"),
            Self::Timeout => formatter.write_str("timeout"),
        }
    }
}
