//! For how long, and for whom, clients of 2026-07-28 may keep what they asked for, as a module says it.

use std::time::Duration;

use super::Engine;
use crate::{
    context::ItemKind,
    protocol::CacheScope,
    registry::{Callers, Listing},
};

/// For how long clients of 2026-07-28 may keep what they asked for before they ask again (`ttlMs`; specification: caching).
///
/// `cacheScope` is found out: a list that is the same for everyone who can ask for it is `public`, any other is `private`, and so
/// is what a resource holds unless it says otherwise (`#[resource(cache_scope = "public")]`).
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
    /// The same time for `server/discover` and the four lists. What resources hold is stale at once.
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

    /// `server/discover`. Default 60 s.
    pub const fn discover(mut self, time: Duration) -> Self {
        self.discover = time;
        self
    }

    /// `tools/list`. Default 60 s.
    pub const fn tools(mut self, time: Duration) -> Self {
        self.tools = time;
        self
    }

    /// `prompts/list`. Default 60 s.
    pub const fn prompts(mut self, time: Duration) -> Self {
        self.prompts = time;
        self
    }

    /// `resources/list`. Default 60 s.
    pub const fn resources(mut self, time: Duration) -> Self {
        self.resources = time;
        self
    }

    /// `resources/templates/list`. Default 60 s.
    pub const fn resource_templates(mut self, time: Duration) -> Self {
        self.resource_templates = time;
        self
    }

    /// `resources/read`, where neither the resource (`#[resource(ttl = …)]`) nor its result says it. Default 0: stale at once.
    pub const fn reading(mut self, time: Duration) -> Self {
        self.reading = time;
        self
    }

    /// Nothing is for caches that serve others, whatever it is.
    pub const fn private(mut self) -> Self {
        self.private = true;
        self
    }

    fn list(self, kind: ItemKind) -> Duration {
        match kind {
            ItemKind::Tool => self.tools,
            ItemKind::Prompt => self.prompts,
            ItemKind::Resource => self.resources,
            ItemKind::ResourceTemplate => self.resource_templates,
        }
    }

    /// How what a resource holds may be kept when nobody says it.
    pub(super) fn unsaid(self) -> (Duration, bool) {
        (self.reading, !self.private)
    }
}

/// How a result may be kept.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lifetime {
    pub(super) ttl: Duration,
    pub(super) scope: CacheScope,
}

impl Engine {
    /// How a list may be kept.
    pub(super) fn lifetime(&self, listing: &Listing) -> Lifetime {
        let is_same_for_all = !listing.varies();
        Lifetime { ttl: self.settings.caching.list(listing.kind()), scope: self.scope(is_same_for_all) }
    }

    /// How the answer to `server/discover` may be kept.
    pub(super) fn discovery_lifetime(&self) -> Lifetime {
        Lifetime { ttl: self.settings.caching.discover, scope: self.scope(true) }
    }

    fn scope(&self, is_same_for_all: bool) -> CacheScope {
        // Where only known callers are let in, a shared cache would hand the answer to those who were not.
        let is_open = self.settings.callers != Some(Callers::Known);
        if is_same_for_all && is_open && !self.settings.caching.private {
            CacheScope::Public
        } else {
            CacheScope::Private
        }
    }
}
