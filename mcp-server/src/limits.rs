//! `Limits`: bounds on the memory and time that clients can make a server use.

use std::time::Duration;

/// Upper bounds on the memory and time that clients can consume.
///
/// Every limit has a default that is safe for a server on the internet. Sizes are in bytes.
///
/// Durations of more than a century count as a century, so `Duration::MAX` means "never". A
/// duration of zero is an error that [`build`](crate::McpModule::build) reports, unless the setter
/// says what zero means. A size or number of zero with which the server could serve nothing, such
/// as `max_body_bytes(0)`, is an error too. For other limits, zero switches off what they bound.
///
/// ```
/// use std::time::Duration;
/// use mcp_server::{Limits, McpOptions};
///
/// let limits = Limits::default().call_timeout(Some(Duration::from_secs(60))).max_sessions(10_000);
/// let options = McpOptions::new("notes", "1.0.0").limits(limits);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    pub(crate) max_body_bytes: usize,
    pub(crate) body_timeout: Duration,
    pub(crate) max_incoming_bytes: usize,
    pub(crate) max_discarded_bytes: usize,
    pub(crate) max_json_depth: usize,
    pub(crate) call_timeout: Option<Duration>,
    pub(crate) cancellation_grace: Duration,
    pub(crate) slow_poll_warning: Option<Duration>,
    pub(crate) question_timeout: Duration,
    pub(crate) max_question_rounds: u32,
    pub(crate) request_state_lifetime: Duration,
    pub(crate) max_request_state_bytes: usize,
    pub(crate) max_tasks: usize,
    pub(crate) max_tasks_per_principal: usize,
    pub(crate) task_lifetime: Duration,
    pub(crate) max_task_result_bytes: usize,
    pub(crate) max_sessions: usize,
    pub(crate) max_sessions_per_principal: usize,
    pub(crate) session_idle_timeout: Duration,
    pub(crate) session_unconfirmed_timeout: Duration,
    pub(crate) max_client_info_bytes: usize,
    pub(crate) max_calls: usize,
    pub(crate) max_call_bytes: usize,
    pub(crate) max_calls_per_session: usize,
    pub(crate) max_calls_on_stdio: usize,
    pub(crate) max_batch_messages: usize,
    pub(crate) max_ended_streams_per_session: usize,
    pub(crate) ended_stream_lifetime: Duration,
    pub(crate) max_stream_events: usize,
    pub(crate) max_stream_bytes: usize,
    pub(crate) max_buffered_bytes: usize,
    pub(crate) progress_interval: Duration,
    pub(crate) max_subscription_streams: usize,
    pub(crate) max_subscription_streams_per_principal: usize,
    pub(crate) max_subscriptions: usize,
    pub(crate) max_subscribed_bytes: usize,
    pub(crate) send_timeout: Duration,
    pub(crate) header_timeout: Duration,
    pub(crate) idle_timeout: Duration,
    pub(crate) max_connections: usize,
    pub(crate) anonymous_shares_by_address: bool,
    pub(crate) drain_timeout: Duration,
    pub(crate) max_logged_refusals: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_body_bytes: 4 * 1024 * 1024,
            body_timeout: Duration::from_secs(30),
            max_incoming_bytes: 256 * 1024 * 1024,
            max_discarded_bytes: 16 * 1024 * 1024,
            max_json_depth: 64,
            call_timeout: Some(Duration::from_mins(10)),
            cancellation_grace: Duration::from_secs(5),
            slow_poll_warning: Some(Duration::from_millis(100)),
            question_timeout: Duration::from_mins(5),
            max_question_rounds: 16,
            request_state_lifetime: Duration::from_mins(30),
            max_request_state_bytes: 64 * 1024,
            max_tasks: 10_000,
            max_tasks_per_principal: 1_000,
            task_lifetime: Duration::from_hours(1),
            max_task_result_bytes: 1024 * 1024,
            max_sessions: 50_000,
            max_sessions_per_principal: 1_000,
            session_idle_timeout: Duration::from_mins(30),
            session_unconfirmed_timeout: Duration::from_mins(1),
            max_client_info_bytes: 8 * 1024,
            max_calls: 20_000,
            max_call_bytes: 256 * 1024 * 1024,
            max_calls_per_session: 256,
            max_calls_on_stdio: 4_096,
            max_batch_messages: 64,
            max_ended_streams_per_session: 16,
            ended_stream_lifetime: Duration::from_mins(5),
            max_stream_events: 256,
            max_stream_bytes: 1024 * 1024,
            max_buffered_bytes: 256 * 1024 * 1024,
            progress_interval: Duration::from_millis(50),
            max_subscription_streams: 20_000,
            max_subscription_streams_per_principal: 1_000,
            max_subscriptions: 128,
            max_subscribed_bytes: 64 * 1024,
            send_timeout: Duration::from_mins(1),
            header_timeout: Duration::from_secs(30),
            idle_timeout: Duration::from_secs(75),
            max_connections: 20_000,
            anonymous_shares_by_address: false,
            drain_timeout: Duration::from_secs(25),
            max_logged_refusals: 10,
        }
    }
}

/// Upper bound of every duration. Longer values are clamped, so that deadlines do not overflow.
const CENTURY: Duration = Duration::from_hours(100 * 365 * 24);

/// Values that a setter clamps to what the rest of the crate can work with.
pub(crate) trait Clamped {
    /// Returns the value, or the closest supported one.
    fn clamped(self) -> Self;
}

impl Clamped for Duration {
    fn clamped(self) -> Self {
        self.min(CENTURY)
    }
}

impl Clamped for Option<Duration> {
    fn clamped(self) -> Self {
        self.map(Duration::clamped)
    }
}

impl Clamped for usize {
    fn clamped(self) -> Self {
        self
    }
}

impl Clamped for bool {
    fn clamped(self) -> Self {
        self
    }
}

impl Clamped for u32 {
    fn clamped(self) -> Self {
        self
    }
}

macro_rules! setters {
    ($($(#[$doc:meta])* $name:ident: $type:ty,)*) => {
        $(
            $(#[$doc])*
            #[must_use]
            pub fn $name(mut self, $name: $type) -> Self {
                self.$name = $name.clamped();
                self
            }
        )*
    };
}

impl Limits {
    /// Largest supported value of [`max_json_depth`](Self::max_json_depth): `serde_json` stops at
    /// 128.
    pub(crate) const MAX_JSON_DEPTH: usize = 120;

    /// Returns the durations that must not be zero, with the names of their setters.
    pub(crate) fn nonzero_durations(&self) -> [(&'static str, Duration); 10] {
        [
            ("Limits::body_timeout", self.body_timeout),
            ("Limits::call_timeout", self.call_timeout.unwrap_or(CENTURY)),
            ("Limits::question_timeout", self.question_timeout),
            ("Limits::request_state_lifetime", self.request_state_lifetime),
            ("Limits::task_lifetime", self.task_lifetime),
            ("Limits::session_idle_timeout", self.session_idle_timeout),
            ("Limits::session_unconfirmed_timeout", self.session_unconfirmed_timeout),
            ("Limits::send_timeout", self.send_timeout),
            ("Limits::header_timeout", self.header_timeout),
            ("Limits::idle_timeout", self.idle_timeout),
        ]
    }

    /// Returns the sizes and numbers that must not be zero, with the names of their setters.
    pub(crate) fn nonzero_counts(&self) -> [(&'static str, usize); 10] {
        [
            ("Limits::max_body_bytes", self.max_body_bytes),
            ("Limits::max_incoming_bytes", self.max_incoming_bytes),
            ("Limits::max_task_result_bytes", self.max_task_result_bytes),
            ("Limits::max_sessions", self.max_sessions),
            ("Limits::max_sessions_per_principal", self.max_sessions_per_principal),
            ("Limits::max_calls", self.max_calls),
            ("Limits::max_call_bytes", self.max_call_bytes),
            ("Limits::max_calls_per_session", self.max_calls_per_session),
            ("Limits::max_calls_on_stdio", self.max_calls_on_stdio),
            ("Limits::max_connections", self.max_connections),
        ]
    }

    setters! {
        /// Maximum size of a request body, or of one line on stdio. A larger body is answered with
        /// 413, a longer line with an error. Default 4 MiB.
        max_body_bytes: usize,
        /// Time that a request body may take to arrive. A slower body is answered with 408. Default
        /// 30 s.
        body_timeout: Duration,
        /// Maximum memory of all request bodies that have arrived in part. A further body is
        /// answered with 503 and `Retry-After`. A single larger body is admitted while it is alone.
        /// One principal has an even share, as of [`max_calls`](Self::max_calls). Default 256 MiB.
        max_incoming_bytes: usize,
        /// Maximum size of the rest of a rejected request's body, which is read and discarded for
        /// up to [`body_timeout`](Self::body_timeout), so that the client receives the response.
        /// Beyond it the connection is closed. Default 16 MiB.
        max_discarded_bytes: usize,
        /// Maximum nesting depth of JSON, from 1 to 120. A deeper body is answered with 400 before
        /// it is parsed. Default 64.
        max_json_depth: usize,
        /// Time that a call may take, or `None` for no bound. A longer call is cancelled and
        /// answered with an error. Tasks have [`task_lifetime`](Self::task_lifetime) instead.
        /// Default 10 min.
        call_timeout: Option<Duration>,
        /// Time that a cancelled call may take to clean up before it is dropped. Zero drops it at
        /// once. Default 5 s.
        cancellation_grace: Duration,
        /// Time that a handler may occupy its thread without an `.await`. The log names the
        /// handlers that take longer, once a minute each, since they delay other calls: see
        /// [blocking work](crate::docs::handlers#blocking-work). Guards and interceptors count as
        /// parts of the handler. `None` or zero measures nothing. Default 100 ms.
        slow_poll_warning: Option<Duration>,
        /// Time that a call of a session waits for the client's answer to a
        /// [question](crate::docs::asking). After it, the handler receives an error. Default 5 min.
        question_timeout: Duration,
        /// Maximum number of rounds of one call: requests that end with questions to the client
        /// (2026-07-28). A call that asks more often fails. Default 16.
        max_question_rounds: u32,
        /// Lifetime of a `requestState`: the time that a client of 2026-07-28 has to return an
        /// answer. A later request is rejected with −32602. Default 30 min.
        request_state_lifetime: Duration,
        /// Maximum size of a `requestState` before encryption, in bytes: the answers and results of
        /// steps of one call. A call that exceeds it fails with an internal error. Default 64 KiB.
        max_request_state_bytes: usize,
        /// Maximum number of [tasks](crate::docs::tasks) that have not expired. Beyond it a call is
        /// answered when it is done, and a call that must become a task is rejected. One principal
        /// has an even share, as of [`max_calls`](Self::max_calls). Default 10,000.
        max_tasks: usize,
        /// Maximum number of unexpired tasks of one principal, whichever clients it uses. Beyond
        /// it, calls of the principal are treated as beyond [`max_tasks`](Self::max_tasks). Default
        /// 1,000.
        max_tasks_per_principal: usize,
        /// Lifetime of a task from its creation (`ttlMs`). It covers the work and the time to fetch
        /// the result; work that is not done by then is cancelled. Default 1 h.
        task_lifetime: Duration,
        /// Maximum size of the result of a task. A task with a larger result fails. Default 1 MiB.
        max_task_result_bytes: usize,
        /// Maximum number of open sessions. Beyond it, a new session ends the longest idle session
        /// of the principal with the most sessions, if that principal has more than an even share.
        /// Otherwise the `initialize` request is answered with 503 and `Retry-After`. Default
        /// 50,000.
        max_sessions: usize,
        /// Maximum number of open sessions of one principal. Beyond it, a new session ends its
        /// longest idle one. If all of them have a call in flight or an open stream, the
        /// `initialize` request is answered with 503 and `Retry-After`. Default 1,000.
        max_sessions_per_principal: usize,
        /// Time after which a session without requests, calls in flight and open streams expires.
        /// Default 30 min.
        session_idle_timeout: Duration,
        /// Time after which a session expires if its client sends nothing after `initialize`.
        /// Default 60 s.
        session_unconfirmed_timeout: Duration,
        /// Maximum size of what a client says about itself, in bytes of JSON: `clientInfo` with its
        /// icons, and the capabilities. A session keeps both as long as it lives, and a call of
        /// 2026-07-28 until it ends. Longer ones are rejected with −32602. Default 8 KiB.
        max_client_info_bytes: usize,
        /// Maximum number of calls in flight, tasks included, over all clients. Further calls are
        /// answered with 503. One principal has an even share: its calls are also answered with 503
        /// once it has more calls in flight than are still free. Default 20,000.
        max_calls: usize,
        /// Maximum size of what all calls in flight keep of their requests: arguments and headers.
        /// A call holds them until it ends, with or without a connection. Further calls are
        /// answered with 503. One principal has an even share, as of
        /// [`max_calls`](Self::max_calls). Default 256 MiB.
        max_call_bytes: usize,
        /// Maximum number of calls in flight of one session. Further calls are answered with 503.
        /// Default 256.
        max_calls_per_session: usize,
        /// Maximum number of calls and subscriptions in flight on one stdio connection
        /// ([`McpServer::serve_stdio`](crate::McpServer::serve_stdio)). Further requests are
        /// answered with error code 503. Default 4,096.
        max_calls_on_stdio: usize,
        /// Maximum number of messages in a batch, which only 2025-03-26 supports. A larger batch is
        /// answered with 400. Default 64.
        max_batch_messages: usize,
        /// Maximum number of ended streams that a session keeps for a client that reconnects.
        /// Beyond it, the oldest are evicted. Default 16.
        max_ended_streams_per_session: usize,
        /// Time that an ended stream is kept for a client that reconnects. Zero keeps none. Default
        /// 5 min.
        ended_stream_lifetime: Duration,
        /// Maximum number of notifications that a stream buffers for a client that is slow or
        /// disconnected. The oldest notifications are evicted first. Default 256.
        max_stream_events: usize,
        /// Maximum size of the notifications that a stream buffers for a client that is slow or
        /// disconnected. The oldest notifications are evicted first. Default 1 MiB.
        max_stream_bytes: usize,
        /// Maximum number of bytes that the streams of all sessions buffer for disconnected
        /// clients, responses included. Default 256 MiB.
        ///
        /// Once it is exceeded, each session that holds more than an even share evicts events of
        /// its own: notifications first, then its oldest responses. Principals have even shares of
        /// this limit, and the sessions of a principal have even shares of its share; those that
        /// hold nothing do not count. A session within its share loses nothing. A client that
        /// resumes after an evicted event is answered with 400.
        max_buffered_bytes: usize,
        /// Minimum interval between two progress notifications of a call, on average; bursts of 16
        /// are allowed. Of the reports that come too soon, the latest is sent once the interval has
        /// passed, or before the response. Zero sends every report. Default 50 ms.
        progress_interval: Duration,
        /// Maximum number of open `subscriptions/listen` requests (2026-07-28). Further requests
        /// are answered with 503 and `Retry-After`. One principal has an even share, as of
        /// [`max_calls`](Self::max_calls). Default 20,000.
        max_subscription_streams: usize,
        /// Maximum number of open `subscriptions/listen` requests of one principal. Its further
        /// requests are answered with 503 and `Retry-After`. Default 1,000.
        max_subscription_streams_per_principal: usize,
        /// Maximum number of resources that one session subscribes to, or of resources and tasks
        /// that one `subscriptions/listen` names. A request beyond it is answered with an error.
        /// Default 128.
        max_subscriptions: usize,
        /// Maximum size of the URIs that one session subscribes to, or of the names that one
        /// `subscriptions/listen` has, in bytes. A request beyond it is answered with an error.
        /// Default 64 KiB.
        max_subscribed_bytes: usize,
        /// Time that an HTTP client may leave sent data unread. Then its subscription ends and,
        /// under [`McpServer::serve`](crate::McpServer::serve), the connection is closed. Default
        /// 60 s.
        send_timeout: Duration,
        /// Time that the request line and the headers may take to arrive, from their first byte,
        /// under [`McpServer::serve`](crate::McpServer::serve). A slower connection is closed.
        /// Default 30 s.
        header_timeout: Duration,
        /// Time for which a connection stays open between requests, under
        /// [`McpServer::serve`](crate::McpServer::serve). It must exceed the time for which a load
        /// balancer keeps connections, which is 60 s for most: otherwise the balancer may send a
        /// request on a connection that is being closed, and answer with 502. Default 75 s.
        idle_timeout: Duration,
        /// Maximum number of connections, under [`McpServer::serve`](crate::McpServer::serve).
        /// Default 20,000.
        ///
        /// A further connection takes the place of the one that has waited longest for the head of
        /// a request, which is closed. Connections with a request in flight stay open. If all have
        /// one, further connections wait to be accepted.
        ///
        /// With authorization, each caller has an even share of the connections with a request in
        /// flight. Its further requests are answered with 503, `Retry-After` and
        /// `Connection: close`.
        max_connections: usize,
        /// Charges anonymous callers by the address of their client, instead of all together: calls
        /// in flight, their bytes, sessions, subscriptions and connections. Default `false`.
        ///
        /// Each IPv4 address, and each IPv6 network of 64 bits, then has an even share. Do not use
        /// it behind a proxy, whose address all clients have. In an application of your own it
        /// needs the extension `ConnectInfo<SocketAddr>` of axum.
        anonymous_shares_by_address: bool,
        /// Time that a shutdown waits for calls in flight. Zero does not wait. Default 25 s.
        drain_timeout: Duration,
        /// Maximum number of [refusals](crate::docs::deployment#refusals-in-the-log) of one kind
        /// that are logged per second. The others are counted, and their number is logged. Zero
        /// logs none. Default 10.
        max_logged_refusals: u32,
    }
}
