//! `McpOptions` and `StreamableHttp`: the options of a module.

use std::{fmt, sync::Arc, time::Duration};

use crate::{
    auth::{Authorization, Principal},
    context::ItemKind,
    engine::{Caching, Refusal, RefusalHook, ResponseMode},
    limits::{Clamped as _, Limits},
    pipeline::UnknownArguments,
    protocol::{Icon, Implementation},
    random::Randomness,
    seal::SealingKeys,
    store::{ChangeBus, DynSpentStates, DynTaskStore, InMemoryChangeBus, InMemoryTaskStore, SpentStates, TaskStore},
    time::Clock,
};

/// Name, version and behaviour of a server.
///
/// ```
/// use mcp_server::{Limits, McpOptions, StreamableHttp};
///
/// let options = McpOptions::new("notes", "1.0.0")
///     .instructions("Search before you write.")
///     .streamable_http(StreamableHttp::default().allowed_hosts(["mcp.example.com"]))
///     .limits(Limits::default().max_sessions(1_000));
/// ```
#[must_use]
pub struct McpOptions {
    pub(super) implementation: Implementation,
    pub(super) instructions: Option<String>,
    pub(super) streamable_http: StreamableHttp,
    pub(super) authorization: Option<Authorization>,
    pub(super) local_principal: Option<Principal>,
    pub(super) limits: Limits,
    pub(super) caching: Caching,
    pub(super) page_size: usize,
    pub(super) sealing_keys: Option<SealingKeys>,
    pub(super) requires_request_state: bool,
    pub(super) unknown_arguments: UnknownArguments,
    pub(super) reads_json_texts: bool,
    pub(super) spent_states: Option<Arc<dyn DynSpentStates>>,
    pub(super) change_bus: Arc<dyn ChangeBus>,
    pub(super) offers: Vec<ItemKind>,
    pub(super) task_store: Arc<dyn DynTaskStore>,
    pub(super) task_poll_interval: Duration,
    pub(super) on_refusal: Option<RefusalHook>,
    pub(super) clock: Clock,
    pub(super) random: Randomness,
}

impl McpOptions {
    /// Creates the options of a server with this name and version. An annotated function with
    /// `server = "…"` is an item of the server with that name only.
    pub fn new(name: impl Into<String>, version: impl Into<String>) -> Self {
        Self {
            implementation: Implementation::new(name, version),
            instructions: None,
            streamable_http: StreamableHttp::default(),
            authorization: None,
            local_principal: None,
            limits: Limits::default(),
            caching: Caching::default(),
            page_size: 1_000,
            sealing_keys: None,
            requires_request_state: false,
            unknown_arguments: UnknownArguments::default(),
            reads_json_texts: false,
            spent_states: None,
            change_bus: Arc::new(InMemoryChangeBus::default()),
            offers: Vec::new(),
            task_store: Arc::new(InMemoryTaskStore::default()),
            task_poll_interval: Duration::from_secs(1),
            on_refusal: None,
            clock: Clock::system(),
            random: Randomness::system(),
        }
    }

    /// Sets the name that user interfaces show. Default: the name of the server.
    pub fn title(mut self, title: impl Into<String>) -> Self {
        self.implementation.title = Some(title.into());
        self
    }

    /// Sets a description of the server, for user interfaces. Default: none.
    pub fn description(mut self, description: impl Into<String>) -> Self {
        self.implementation.description = Some(description.into());
        self
    }

    /// Sets the URL of a web page about the server. Default: none.
    pub fn website_url(mut self, url: impl Into<String>) -> Self {
        self.implementation.website_url = Some(url.into());
        self
    }

    /// Adds an icon for user interfaces.
    pub fn icon(mut self, icon: Icon) -> Self {
        self.implementation.icons.push(icon);
        self
    }

    /// Sets instructions for the language model of the client. Default: none.
    pub fn instructions(mut self, instructions: impl Into<String>) -> Self {
        self.instructions = Some(instructions.into());
        self
    }

    /// Sets the options of streamable HTTP. Default: see [`StreamableHttp`].
    pub fn streamable_http(mut self, streamable_http: StreamableHttp) -> Self {
        self.streamable_http = streamable_http;
        self
    }

    /// Requires a valid token of an external authorization server. Default: no authorization.
    pub fn authorization(mut self, authorization: Authorization) -> Self {
        self.authorization = Some(authorization);
        self
    }

    /// Sets upper bounds on the memory and time that clients can consume. Default: see [`Limits`].
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Sets how long clients of 2026-07-28 may cache results. Default: see [`Caching`].
    pub fn caching(mut self, caching: Caching) -> Self {
        self.caching = caching;
        self
    }

    /// Sets the maximum number of items on one page of a list. Default 1,000.
    ///
    /// Clients follow `nextCursor` to the next page. Not every client does, so the default keeps
    /// lists of a usual size on one page.
    pub fn page_size(mut self, items: usize) -> Self {
        self.page_size = items;
        self
    }

    /// Sets the bus that carries changes to all replicas. Pass an `Arc` to share a bus between
    /// modules. Default: an [`InMemoryChangeBus`], for one process.
    pub fn change_bus(mut self, bus: impl ChangeBus) -> Self {
        self.change_bus = Arc::new(bus);
        self
    }

    /// Declares these kinds of items to clients, even while the module has none. Needed for items
    /// that a [`Registry`](crate::Registry) adds at run time. Default: the kinds in the module.
    ///
    /// The server declares the kinds as capabilities when a client connects. Clients do not request
    /// lists of other kinds, even if such items are added later.
    pub fn offers(mut self, kinds: impl IntoIterator<Item = ItemKind>) -> Self {
        self.offers.extend(kinds);
        self
    }

    /// Sets the keys that encrypt list cursors and `requestState`s (2026-07-28). Replicas need the
    /// same keys. Default: a random key for each process.
    pub fn sealing_keys(mut self, keys: SealingKeys) -> Self {
        self.sealing_keys = Some(keys);
        self
    }

    /// Sets the principal of clients on stdio, a transport without tokens. Requires an
    /// authorization. Default: clients on stdio are anonymous.
    ///
    /// With it, the same module can serve a desktop client over stdio and remote clients over HTTP.
    /// The client has the scopes and roles of this principal, whose expiry is ignored.
    ///
    /// ```no_run
    /// # use mcp_server::{Authorization, McpModule, McpOptions, Principal};
    /// # async fn serve(authorization: Authorization) -> Result<(), Box<dyn std::error::Error>> {
    /// let owner = Principal::builder("local", "owner").scopes(["notes:read", "notes:write"]).build();
    /// let options = McpOptions::new("notes", "1.0.0").authorization(authorization).local_principal(owner);
    /// let server = McpModule::for_root(options).build().await?;
    /// if std::env::args().any(|argument| argument == "--stdio") {
    ///     server.serve_stdio().await?;
    /// } else {
    ///     server.serve("0.0.0.0:3030").await?;
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn local_principal(mut self, principal: Principal) -> Self {
        self.local_principal = Some(principal);
        self
    }

    /// Sets whether answers count only in a request with the `requestState` of their question
    /// (2026-07-28). Default `false`: a client may send the answer to the first question of a call
    /// with the call itself, unless the question is a confirmation or a page to open.
    pub fn require_request_state(mut self, require: bool) -> Self {
        self.requires_request_state = require;
        self
    }

    /// Sets what happens to arguments that a tool or prompt does not declare. Default
    /// [`UnknownArguments::Ignore`].
    ///
    /// A type with `#[serde(deny_unknown_fields)]` and a schema with `additionalProperties: false`
    /// reject them in any case. A flattened map and a schema of additional properties accept any
    /// name, so that no argument is unknown. Names that only serde knows, such as those of
    /// `#[serde(alias)]`, are unknown.
    pub fn unknown_arguments(mut self, treatment: UnknownArguments) -> Self {
        self.unknown_arguments = treatment;
        self
    }

    /// Sets whether values that clients send as the text of JSON are read: `"[1, 2]"` for an array,
    /// `"5"` for a number, or all arguments as one text. Default `false`: such calls are rejected,
    /// and the error tells the language model to send the value itself.
    ///
    /// A text is read only where the input schema accepts no string, at any depth, and is then
    /// validated like any other value. `"null"`, texts with white space around the value, and texts
    /// inside such a text are not read.
    pub fn json_text_arguments(mut self, read: bool) -> Self {
        self.reads_json_texts = read;
        self
    }

    /// Sets a store with which each `requestState` is accepted only once (2026-07-28). Default:
    /// none; a state is accepted until it expires, and [steps](crate::Context::step) that it
    /// contains are not repeated.
    pub fn spent_states(mut self, store: impl SpentStates) -> Self {
        self.spent_states = Some(Arc::new(store));
        self
    }

    /// Sets the store of [tasks](crate::docs::tasks). Pass an `Arc` to share a store between
    /// modules. Default: an [`InMemoryTaskStore`], which replicas do not share and restarts lose.
    pub fn task_store(mut self, store: impl TaskStore) -> Self {
        self.task_store = Arc::new(store);
        self
    }

    /// Sets the interval at which clients should poll a [task](crate::docs::tasks)
    /// (`pollIntervalMs`). Must not be zero. Default 1 s.
    pub fn task_poll_interval(mut self, interval: Duration) -> Self {
        self.task_poll_interval = interval.clamped();
        self
    }

    /// Sets a function that sees every [`Refusal`]: each request that is answered instead of
    /// served, and the values that decided it. Use it for metrics and alerts. Default: none.
    ///
    /// The function runs before the response is sent, so it must be quick and must not block. The
    /// rate limit of the log does not apply to it. A panic is caught, and the first one is logged.
    /// Errors of handlers and masked errors are not refusals.
    ///
    /// ```
    /// use mcp_server::{McpOptions, RefusalKind};
    ///
    /// # fn alert(_: &str) {}
    /// let options = McpOptions::new("notes", "1.0.0").on_refusal(|refusal| {
    ///     // metrics::counter!("mcp_refusals", "kind" => refusal.kind().as_str()).increment(1);
    ///     if refusal.kind() == RefusalKind::SessionOwner {
    ///         alert(&refusal.to_string()); // one line, with all values
    ///     }
    /// });
    /// ```
    pub fn on_refusal(mut self, hook: impl Fn(&Refusal<'_>) + Send + Sync + 'static) -> Self {
        self.on_refusal = Some(Arc::new(hook));
        self
    }

    /// Sets the clock of the server. Default: the clock of the operating system.
    #[cfg(feature = "testing")]
    pub fn clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    /// Sets the source of randomness of the server. Default: that of the operating system.
    #[cfg(feature = "testing")]
    pub fn randomness(mut self, random: Randomness) -> Self {
        self.random = random;
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

/// Options of the HTTP endpoint: path, sessions, response mode, streams, allowed hosts and origins.
#[derive(Clone)]
#[must_use]
pub struct StreamableHttp {
    pub(super) path: String,
    pub(super) without_sessions: bool,
    pub(super) mode: ResponseMode,
    pub(super) stream_after: Duration,
    pub(super) keep_alive: Duration,
    pub(super) retry: Duration,
    /// `None` for ids from the randomness of the server.
    pub(super) session_id: Option<Arc<dyn Fn() -> String + Send + Sync>>,
    pub(super) allowed_hosts: Vec<String>,
    pub(super) allowed_origins: Vec<String>,
    pub(super) exposes_credentials: bool,
}

impl Default for StreamableHttp {
    fn default() -> Self {
        Self {
            path: "/mcp".to_owned(),
            without_sessions: false,
            mode: ResponseMode::Adaptive,
            stream_after: Duration::from_millis(250),
            keep_alive: Duration::from_secs(15),
            retry: Duration::from_secs(1),
            session_id: None,
            allowed_hosts: Vec::new(),
            allowed_origins: Vec::new(),
            exposes_credentials: false,
        }
    }
}

impl StreamableHttp {
    /// Sets the path of the endpoint, without variables and wildcards. Default `/mcp`.
    pub fn path(mut self, path: impl Into<String>) -> Self {
        self.path = path.into();
        self
    }

    /// Serves clients of 2024-11-05 to 2025-11-25 without sessions. Each request is self-contained.
    /// Clients of 2026-07-28 never have sessions. Default: with sessions.
    ///
    /// Without sessions the server keeps nothing between requests. GET and DELETE are answered with
    /// 405, and streams cannot be resumed.
    pub fn without_sessions(self) -> Self {
        self.stateless_mode(true)
    }

    /// Sets whether clients of 2024-11-05 to 2025-11-25 are served [without
    /// sessions](Self::without_sessions). Default `false`.
    pub fn stateless_mode(mut self, without_sessions: bool) -> Self {
        self.without_sessions = without_sessions;
        self
    }

    /// Sets [`ResponseMode::Json`] for `true`, and the default [`ResponseMode::Adaptive`] for
    /// `false`.
    pub fn enable_json_response(self, enable: bool) -> Self {
        self.response_mode(if enable { ResponseMode::Json } else { ResponseMode::Adaptive })
    }

    /// Sets whether responses are JSON bodies or event streams. Default [`ResponseMode::Adaptive`].
    pub fn response_mode(mut self, mode: ResponseMode) -> Self {
        self.mode = mode;
        self
    }

    /// Sets the time after which the response of a call becomes a stream, in
    /// [`ResponseMode::Adaptive`]. Default 250 ms.
    ///
    /// With zero, the response becomes a stream as soon as the handler waits. With `Duration::MAX`,
    /// it becomes a stream only when the handler sends a message.
    pub fn stream_after(mut self, wait: Duration) -> Self {
        self.stream_after = wait.clamped();
        self
    }

    /// Sets the interval of comments that keep the connection of an idle stream alive. Must not be
    /// zero; `Duration::MAX` sends none. Default 15 s.
    pub fn keep_alive(mut self, interval: Duration) -> Self {
        self.keep_alive = interval.clamped();
        self
    }

    /// Sets the time that a client should wait before it reconnects to an interrupted stream
    /// (`retry`). Zero means at once. Default 1 s.
    pub fn retry(mut self, wait: Duration) -> Self {
        self.retry = wait.clamped();
        self
    }

    /// Sets whether handlers see the headers `Cookie` and `Proxy-Authorization`, which hold
    /// credentials for others than this server. `Authorization` is never among the headers of a
    /// protected server. Default `false`.
    pub fn expose_credentials(mut self, expose: bool) -> Self {
        self.exposes_credentials = expose;
        self
    }

    /// Sets the generator of session ids, which must be unique, unpredictable and visible ASCII.
    /// Default: 128 random bits in hexadecimal.
    pub fn session_id_generator(mut self, generator: impl Fn() -> String + Send + Sync + 'static) -> Self {
        self.session_id = Some(Arc::new(generator));
        self
    }

    /// Sets the hosts that the server accepts in addition to loopback names, with or without a
    /// port; `*` for any. The host of [`Authorization::resource`] is always included. Default:
    /// none.
    pub fn allowed_hosts(mut self, hosts: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.allowed_hosts = hosts.into_iter().map(Into::into).collect();
        self
    }

    /// Sets the origins (`https://app.example.com`) whose pages may use the server in addition to
    /// its own; `*` for any. On a loopback host, pages of loopback origins are allowed too. With
    /// [`allowed_hosts`](Self::allowed_hosts) `*`, no origin counts as its own. Default: none.
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
            .field("without_sessions", &self.without_sessions)
            .field("mode", &self.mode)
            .field("allowed_hosts", &self.allowed_hosts)
            .field("allowed_origins", &self.allowed_origins)
            .finish_non_exhaustive()
    }
}
