//! `McpOptions` and `StreamableHttp`: what a module is told about itself.

use std::{fmt, sync::Arc, time::Duration};

use crate::{
    auth::Authorization,
    context::ItemKind,
    engine::{Caching, ResponseMode},
    limits::{Clamped as _, Limits},
    protocol::{Icon, Implementation},
    random,
    seal::SealingKeys,
    store::{ChangeBus, LocalChangeBus, SpentStates, TaskStore, TasksInMemory},
};

/// Name, version and behaviour of a server.
#[must_use]
pub struct McpOptions {
    pub(super) implementation: Implementation,
    pub(super) instructions: Option<String>,
    pub(super) streamable_http: StreamableHttp,
    pub(super) authorization: Option<Authorization>,
    pub(super) limits: Limits,
    pub(super) caching: Caching,
    pub(super) page_size: usize,
    pub(super) sealing_keys: Option<SealingKeys>,
    pub(super) spent_states: Option<Arc<dyn SpentStates>>,
    pub(super) change_bus: Arc<dyn ChangeBus>,
    pub(super) offers: Vec<ItemKind>,
    pub(super) task_store: Arc<dyn TaskStore>,
    pub(super) task_poll_interval: Duration,
}

impl McpOptions {
    /// A server of that name and version. The name is also what items bind to with `server = "…"`.
    pub fn new(name: impl Into<String>, version: impl Into<String>) -> Self {
        Self {
            implementation: Implementation::new(name, version),
            instructions: None,
            streamable_http: StreamableHttp::default(),
            authorization: None,
            limits: Limits::default(),
            caching: Caching::default(),
            page_size: 1_000,
            sealing_keys: None,
            spent_states: None,
            change_bus: Arc::new(LocalChangeBus::default()),
            offers: Vec::new(),
            task_store: Arc::new(TasksInMemory::default()),
            task_poll_interval: Duration::from_secs(1),
        }
    }

    /// Name for humans.
    pub fn title(mut self, title: impl Into<String>) -> Self {
        self.implementation.title = Some(title.into());
        self
    }

    /// What the server does, in a sentence.
    pub fn description(mut self, description: impl Into<String>) -> Self {
        self.implementation.description = Some(description.into());
        self
    }

    /// Where to read more.
    pub fn website_url(mut self, url: impl Into<String>) -> Self {
        self.implementation.website_url = Some(url.into());
        self
    }

    /// A picture for a user interface. May be called again to add one.
    pub fn icon(mut self, icon: Icon) -> Self {
        self.implementation.icons.push(icon);
        self
    }

    /// How a language model should use the server.
    pub fn instructions(mut self, instructions: impl Into<String>) -> Self {
        self.instructions = Some(instructions.into());
        self
    }

    /// How the server speaks HTTP.
    pub fn streamable_http(mut self, streamable_http: StreamableHttp) -> Self {
        self.streamable_http = streamable_http;
        self
    }

    /// Lets in only callers with a valid token of an external authorization server.
    pub fn authorization(mut self, authorization: Authorization) -> Self {
        self.authorization = Some(authorization);
        self
    }

    /// How much of everything there may be.
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// For how long clients of 2026-07-28 may keep lists, and what resources hold, before they ask again. Default: see [`Caching`].
    pub fn caching(mut self, caching: Caching) -> Self {
        self.caching = caching;
        self
    }

    /// The most items on one page of a list; clients follow `nextCursor` to the next one. Default 1,000: not every client follows,
    /// so that a list of any usual size is one page, and yet no answer grows without bound.
    pub fn page_size(mut self, items: usize) -> Self {
        self.page_size = items;
        self
    }

    /// How the news that something changed gets to all replicas of this server. Default: a [`LocalChangeBus`], for one process.
    pub fn change_bus(mut self, bus: Arc<dyn ChangeBus>) -> Self {
        self.change_bus = bus;
        self
    }

    /// Kinds of items that the server offers even while it has none, since they will come at run time ([`Registry`](crate::Registry)).
    /// Clients learn of a kind when they connect, and do not ask again. Default: the kinds of which there are some.
    pub fn offers(mut self, kinds: impl IntoIterator<Item = ItemKind>) -> Self {
        self.offers.extend(kinds);
        self
    }

    /// Keys for what the server gives to clients and wants back unchanged: states of requests that wait for input, and cursors.
    /// Replicas of one server share them. Default: one random key for each process.
    pub fn sealing_keys(mut self, keys: SealingKeys) -> Self {
        self.sealing_keys = Some(keys);
        self
    }

    /// Lets each `requestState` of 2026-07-28 be used once only, and remembers here which have been. Default: a state may be used
    /// again until it expires, in which [steps](crate::Context::step) that were taken are not taken again.
    pub fn spent_states(mut self, store: impl SpentStates) -> Self {
        self.spent_states = Some(Arc::new(store));
        self
    }

    /// Keeps [tasks](crate::docs::tasks). Default: [`TasksInMemory`], from which replicas and restarts learn nothing.
    pub fn task_store(mut self, store: impl TaskStore) -> Self {
        self.task_store = Arc::new(store);
        self
    }

    /// How long clients should wait between two looks at a [task](crate::docs::tasks) (`pollIntervalMs`); more than nothing, and no
    /// more than a century. Default 1 s.
    pub fn task_poll_interval(mut self, time: Duration) -> Self {
        self.task_poll_interval = time.clamped();
        self
    }
}

impl fmt::Debug for McpOptions {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("McpOptions")
            .field("implementation", &self.implementation)
            .field("streamable_http", &self.streamable_http)
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}

/// How a server speaks streamable HTTP.
#[derive(Clone)]
#[must_use]
pub struct StreamableHttp {
    pub(super) path: String,
    pub(super) stateless: bool,
    pub(super) mode: ResponseMode,
    pub(super) stream_after: Duration,
    pub(super) keep_alive: Duration,
    pub(super) retry: Duration,
    pub(super) session_id: Arc<dyn Fn() -> String + Send + Sync>,
    pub(super) allowed_hosts: Vec<String>,
    pub(super) allowed_origins: Vec<String>,
}

impl Default for StreamableHttp {
    fn default() -> Self {
        Self {
            path: "/mcp".to_owned(),
            stateless: false,
            mode: ResponseMode::Adaptive,
            stream_after: Duration::from_millis(250),
            keep_alive: Duration::from_secs(15),
            retry: Duration::from_secs(1),
            // Without randomness it is empty, and no session is opened under an empty id.
            session_id: Arc::new(|| random::id().unwrap_or_default()),
            allowed_hosts: Vec::new(),
            allowed_origins: Vec::new(),
        }
    }
}

impl StreamableHttp {
    /// The path of the endpoint. Default `/mcp`.
    pub fn path(mut self, path: impl Into<String>) -> Self {
        self.path = path.into();
        self
    }

    /// Whether clients of 2024-11-05 to 2025-11-25 are served without sessions, each request for itself. Then nothing is kept
    /// between requests, GET and DELETE are 405, and streams cannot be resumed. Clients of 2026-07-28 never have sessions.
    /// Default `false`.
    pub fn stateless_mode(mut self, stateless: bool) -> Self {
        self.stateless = stateless;
        self
    }

    /// `true` is [`ResponseMode::Json`], `false` the default [`ResponseMode::Adaptive`].
    pub fn enable_json_response(self, enable: bool) -> Self {
        self.response_mode(if enable { ResponseMode::Json } else { ResponseMode::Adaptive })
    }

    /// Whether answers are JSON bodies or streams.
    pub fn response_mode(mut self, mode: ResponseMode) -> Self {
        self.mode = mode;
        self
    }

    /// How long a call may take before its answer becomes a stream, in [`ResponseMode::Adaptive`]; zero for as soon as it waits for
    /// anything, `Duration::MAX` for only when it has something to say. Default 250 ms.
    pub fn stream_after(mut self, wait: Duration) -> Self {
        self.stream_after = wait.clamped();
        self
    }

    /// How long a stream may be silent before a comment keeps its connection alive; more than nothing, and `Duration::MAX` for no
    /// comments. Default 15 s.
    pub fn keep_alive(mut self, interval: Duration) -> Self {
        self.keep_alive = interval.clamped();
        self
    }

    /// How long a client should wait before it comes back to an interrupted stream (`retry`); zero for at once, and no more than a
    /// century. Default 1 s.
    pub fn retry(mut self, wait: Duration) -> Self {
        self.retry = wait.clamped();
        self
    }

    /// Makes the ids of sessions: visible ASCII that nobody can guess. Default: 128 random bits in hexadecimal.
    pub fn session_id_generator(mut self, generator: impl Fn() -> String + Send + Sync + 'static) -> Self {
        self.session_id = Arc::new(generator);
        self
    }

    /// Hosts that the server answers for beside the loopback names, without a port or with one; `*` for any. The host of
    /// [`Authorization::resource`] is among them. Default: none.
    pub fn allowed_hosts(mut self, hosts: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.allowed_hosts = hosts.into_iter().map(Into::into).collect();
        self
    }

    /// Origins (`https://app.example.com`) whose pages may use the server beside pages that it serves itself; `*` for any. On a
    /// loopback host, pages from there are allowed too. Default: none.
    pub fn allowed_origins(mut self, origins: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.allowed_origins = origins.into_iter().map(Into::into).collect();
        self
    }
}

impl fmt::Debug for StreamableHttp {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("StreamableHttp")
            .field("path", &self.path)
            .field("stateless", &self.stateless)
            .field("mode", &self.mode)
            .field("allowed_hosts", &self.allowed_hosts)
            .field("allowed_origins", &self.allowed_origins)
            .finish_non_exhaustive()
    }
}
