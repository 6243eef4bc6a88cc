//! `Caching`: the lifetime and scope with which clients of 2026-07-28 may cache results.

use std::time::Duration;

use crate::{context::ItemKind, protocol::CacheScope};

/// Cache settings of a server: how long clients of 2026-07-28 may reuse results, and whether shared
/// caches may store them (2026-07-28, caching).
///
/// The server derives `cacheScope`: a list that is the same for every caller is `public`, any other
/// list is `private`. The contents of a resource are `private`, unless the resource is declared
/// with `#[resource(cache_scope = "public")]`.
///
/// ```
/// use std::time::Duration;
/// use mcp_server::{Caching, McpOptions};
///
/// let options = McpOptions::new("notes", "1.0.0")
///     .caching(Caching::default().tools(Duration::from_mins(10)).reading(Duration::from_secs(5)));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub struct Caching {
    discover: Duration,
    tools: Duration,
    prompts: Duration,
    resources: Duration,
    resource_templates: Duration,
    reading: Duration,
    private: bool,
}

impl Default for Caching {
    fn default() -> Self {
        Self { reading: Duration::ZERO, private: false, ..Self::lists(Duration::from_mins(1)) }
    }
}

impl Caching {
    /// Creates settings with which clients may cache `server/discover` and the four lists for
    /// `time`, and `resources/read` not at all.
    pub const fn lists(time: Duration) -> Self {
        Self {
            discover: time,
            tools: time,
            prompts: time,
            resources: time,
            resource_templates: time,
            reading: Duration::ZERO,
            private: false,
        }
    }

    /// Sets the time for which clients may cache the response to `server/discover`. Default 60 s.
    pub const fn discover(mut self, time: Duration) -> Self {
        self.discover = time;
        self
    }

    /// Sets the time for which clients may cache the response to `tools/list`. Default 60 s.
    pub const fn tools(mut self, time: Duration) -> Self {
        self.tools = time;
        self
    }

    /// Sets the time for which clients may cache the response to `prompts/list`. Default 60 s.
    pub const fn prompts(mut self, time: Duration) -> Self {
        self.prompts = time;
        self
    }

    /// Sets the time for which clients may cache the response to `resources/list`. Default 60 s.
    pub const fn resources(mut self, time: Duration) -> Self {
        self.resources = time;
        self
    }

    /// Sets the time for which clients may cache the response to `resources/templates/list`.
    /// Default 60 s.
    pub const fn resource_templates(mut self, time: Duration) -> Self {
        self.resource_templates = time;
        self
    }

    /// Sets the time for which clients may cache the response to `resources/read`. The time of a
    /// resource (`#[resource(ttl = …)]`) or of its result takes precedence. Default 0: not cached.
    pub const fn reading(mut self, time: Duration) -> Self {
        self.reading = time;
        self
    }

    /// Makes every result `private`, so that no shared cache stores it.
    pub const fn private(mut self) -> Self {
        self.private = true;
        self
    }

    /// Returns the lifetime of a list. `is_shared` is `true` if every caller sees the same list.
    pub(super) fn list(self, kind: ItemKind, is_shared: bool) -> Lifetime {
        let ttl = match kind {
            ItemKind::Tool => self.tools,
            ItemKind::Prompt => self.prompts,
            ItemKind::Resource => self.resources,
            ItemKind::ResourceTemplate => self.resource_templates,
        };
        Lifetime { ttl, scope: self.scope(is_shared) }
    }

    /// Returns the lifetime of the result of `server/discover`.
    pub(super) fn discovery(self, is_shared: bool) -> Lifetime {
        Lifetime { ttl: self.discover, scope: self.scope(is_shared) }
    }

    /// Returns the lifetime of the contents of a resource that declares these values.
    pub(super) fn resource(self, ttl: Option<Duration>, scope: Option<CacheScope>) -> Lifetime {
        Lifetime { ttl: ttl.unwrap_or(self.reading), scope: scope.filter(|_| !self.private).unwrap_or_default() }
    }

    fn scope(self, is_shared: bool) -> CacheScope {
        if is_shared && !self.private { CacheScope::Public } else { CacheScope::Private }
    }
}

/// The time and the scope in which a result may be cached.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lifetime {
    pub(super) ttl: Duration,
    pub(super) scope: CacheScope,
}
