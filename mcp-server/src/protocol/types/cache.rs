//! Time to live and scope of cached results (2026-07-28, caching).

use std::time::Duration;

/// Callers that may receive a cached result (`cacheScope`, 2026-07-28).
///
/// Specification: `cacheScope` (2026-07-28, caching).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum CacheScope {
    /// Any caller may receive the cached result. Caches between client and server may store it.
    Public,
    /// Only the caller that received the result may reuse it.
    #[default]
    Private,
}

impl CacheScope {
    /// Returns the value in messages: `public` or `private`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Private => "private",
        }
    }
}

/// Cache settings of an item or a result. Unset members fall back to those of the item, then of the
/// server.
///
/// Specification: 2026-07-28, caching. Clients of older revisions do not receive them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct CacheHint {
    /// Time to live (`ttlMs`).
    pub ttl: Option<Duration>,
    /// Callers that may receive the cached result (`cacheScope`).
    pub scope: Option<CacheScope>,
}

impl CacheHint {
    /// Fills unset members from `other`.
    pub(crate) fn or(self, other: Self) -> Self {
        Self { ttl: self.ttl.or(other.ttl), scope: self.scope.or(other.scope) }
    }
}
