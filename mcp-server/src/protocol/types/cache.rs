//! For how long, and for whom, a client may keep a result (2026-07-28, caching).

use std::time::Duration;

/// Who may be served a result that was kept (specification: `cacheScope`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum CacheScope {
    /// Anyone: caches between client and server may keep it.
    Public,
    /// The caller who got it.
    #[default]
    Private,
}

impl CacheScope {
    /// The word on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Private => "private",
        }
    }
}

/// What an item or a result says about being kept; what it leaves open, others decide.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct CacheHint {
    /// For how long (`ttlMs`).
    pub ttl: Option<Duration>,
    /// For whom.
    pub scope: Option<CacheScope>,
}

impl CacheHint {
    /// This, and where it leaves something open, `other`.
    pub(crate) fn or(self, other: Self) -> Self {
        Self { ttl: self.ttl.or(other.ttl), scope: self.scope.or(other.scope) }
    }
}
