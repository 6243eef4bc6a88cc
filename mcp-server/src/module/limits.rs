//! `Limits`: how much of everything there may be.

use std::time::Duration;

/// Bounds on what clients can make a server spend. Every one has a default that is safe for a server on the internet.
///
/// A time of more than a century is a century: `Duration::MAX` is never. A time of zero is a mistake that
/// [`build`](super::McpModule::build) reports, where it does not say here what it means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    pub(crate) body: usize,
    pub(crate) body_time: Duration,
    pub(crate) depth: usize,
    pub(crate) call_time: Option<Duration>,
    pub(crate) cancellation_grace: Duration,
    pub(crate) answer_time: Duration,
    pub(crate) rounds: u32,
    pub(crate) state_lifetime: Duration,
    pub(crate) state_bytes: usize,
    pub(crate) tasks: usize,
    pub(crate) tasks_per_principal: usize,
    pub(crate) task_lifetime: Duration,
    pub(crate) task_result: usize,
    pub(crate) sessions: usize,
    pub(crate) sessions_per_principal: usize,
    pub(crate) session_idle: Duration,
    pub(crate) session_unconfirmed: Duration,
    pub(crate) calls: usize,
    pub(crate) call_bytes: usize,
    pub(crate) calls_per_session: usize,
    pub(crate) calls_on_stdio: usize,
    pub(crate) batch: usize,
    pub(crate) kept_streams: usize,
    pub(crate) kept_time: Duration,
    pub(crate) stream_events: usize,
    pub(crate) stream_bytes: usize,
    pub(crate) kept_bytes: usize,
    pub(crate) progress_interval: Duration,
    pub(crate) listeners: usize,
    pub(crate) listeners_per_principal: usize,
    pub(crate) subscriptions: usize,
    pub(crate) unread_time: Duration,
    pub(crate) header_time: Duration,
    pub(crate) connections: usize,
    pub(crate) drain: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body: 4 * 1024 * 1024,
            body_time: Duration::from_secs(30),
            depth: 64,
            call_time: Some(Duration::from_mins(10)),
            cancellation_grace: Duration::from_secs(5),
            answer_time: Duration::from_mins(5),
            rounds: 16,
            state_lifetime: Duration::from_mins(30),
            state_bytes: 64 * 1024,
            tasks: 10_000,
            tasks_per_principal: 1_000,
            task_lifetime: Duration::from_hours(1),
            task_result: 1024 * 1024,
            sessions: 50_000,
            sessions_per_principal: 1_000,
            session_idle: Duration::from_mins(30),
            session_unconfirmed: Duration::from_mins(1),
            calls: 20_000,
            call_bytes: 256 * 1024 * 1024,
            calls_per_session: 256,
            calls_on_stdio: 4_096,
            batch: 64,
            kept_streams: 16,
            kept_time: Duration::from_mins(5),
            stream_events: 256,
            stream_bytes: 1024 * 1024,
            kept_bytes: 256 * 1024 * 1024,
            progress_interval: Duration::from_millis(50),
            listeners: 20_000,
            listeners_per_principal: 1_000,
            subscriptions: 128,
            unread_time: Duration::from_mins(1),
            header_time: Duration::from_secs(30),
            connections: 20_000,
            drain: Duration::from_secs(25),
        }
    }
}

/// Whoever says more means never. Clocks can be asked for it, and clients can read it.
const CENTURY: Duration = Duration::from_hours(100 * 365 * 24);

/// What a limit may be set to.
pub(super) trait Bounded {
    /// The same, and not beyond what the rest of the program can work with.
    fn bounded(self) -> Self;
}

impl Bounded for Duration {
    fn bounded(self) -> Self {
        self.min(CENTURY)
    }
}

impl Bounded for Option<Duration> {
    fn bounded(self) -> Self {
        self.map(Duration::bounded)
    }
}

impl Bounded for usize {
    fn bounded(self) -> Self {
        self
    }
}

impl Bounded for u32 {
    fn bounded(self) -> Self {
        self
    }
}

macro_rules! setters {
    ($($(#[$doc:meta])* $name:ident: $type:ty,)*) => {
        $(
            $(#[$doc])*
            #[must_use]
            pub fn $name(mut self, $name: $type) -> Self {
                self.$name = $name.bounded();
                self
            }
        )*
    };
}

impl Limits {
    /// Times in which nothing could ever happen, if they were zero.
    pub(super) fn times(&self) -> [(&'static str, Duration); 9] {
        [
            ("Limits::body_time", self.body_time),
            ("Limits::call_time", self.call_time.unwrap_or(CENTURY)),
            ("Limits::answer_time", self.answer_time),
            ("Limits::state_lifetime", self.state_lifetime),
            ("Limits::task_lifetime", self.task_lifetime),
            ("Limits::session_idle", self.session_idle),
            ("Limits::session_unconfirmed", self.session_unconfirmed),
            ("Limits::unread_time", self.unread_time),
            ("Limits::header_time", self.header_time),
        ]
    }

    setters! {
        /// Bytes of one request's body, or of one line on stdio; more are 413, or an error. Default 4 MiB.
        body: usize,
        /// How long a body may take to arrive; longer is 408. Default 30 s.
        body_time: Duration,
        /// How deep JSON may nest, at most 120; deeper is 400 before anything is read. Default 64.
        depth: usize,
        /// How long a call may take, `None` for as long as it likes; a task has [`task_lifetime`](Self::task_lifetime) instead. Default
        /// 10 min.
        call_time: Option<Duration>,
        /// How long a withdrawn call may go on before it is dropped; zero drops it at once. Default 5 s.
        cancellation_grace: Duration,
        /// How long a call of a session waits for its client when it [asks](crate::docs::asking) something. Default 5 min.
        answer_time: Duration,
        /// How often one call may ask its client in 2026-07-28, where each time is a request of its own. Default 16.
        rounds: u32,
        /// How long a client of 2026-07-28 may take to bring an answer: the lifetime of a `requestState`. Default 30 min.
        state_lifetime: Duration,
        /// Bytes of a `requestState` before it is sealed: answers, and results of steps. Default 64 KiB.
        state_bytes: usize,
        /// [Tasks](crate::docs::tasks) that have not expired. Without room a call is answered when it is done, and one that must be a
        /// task is refused. Default 10,000.
        tasks: usize,
        /// Those of one principal. Default 1,000.
        tasks_per_principal: usize,
        /// How long a task lives from its creation (`ttlMs`), the work and the time to fetch its result: what is not done by then is
        /// withdrawn. Default 1 h.
        task_lifetime: Duration,
        /// Bytes of the result of a task; one that is larger is lost, and its task has failed. Default 1 MiB.
        task_result: usize,
        /// Sessions at a time; newcomers get 503 with `Retry-After`, and nobody is put out for them. Default 50,000.
        sessions: usize,
        /// Sessions of one principal at a time. Default 1,000.
        sessions_per_principal: usize,
        /// After how long without a request, a call in flight or an open stream a session ends. Default 30 min.
        session_idle: Duration,
        /// After how long a session ends whose client sends nothing after `initialize`. Default 60 s.
        session_unconfirmed: Duration,
        /// Calls in flight, tasks included, of all clients; more are 503. Default 20,000.
        calls: usize,
        /// Bytes of the requests of all calls in flight, which they hold for as long as they take, with or without their connections;
        /// more are 503. Default 256 MiB.
        call_bytes: usize,
        /// Calls in flight of one session; more are 503. Default 256.
        calls_per_session: usize,
        /// Calls and subscriptions in flight under [`McpServer::serve_stdio`](super::McpServer::serve_stdio), where the one client is
        /// the program that started the server; more are refused. Default 4,096.
        calls_on_stdio: usize,
        /// Messages of one batch, which 2025-03-26 allows and no other revision; more are 400. Default 64.
        batch: usize,
        /// Streams of a session that stay for a client that comes back after they ended. Default 16.
        kept_streams: usize,
        /// How long they stay; zero keeps none. Default 5 min.
        kept_time: Duration,
        /// Notifications a stream holds for a client that is slow or away; the oldest give way. Default 256.
        stream_events: usize,
        /// Bytes of them. Default 1 MiB.
        stream_bytes: usize,
        /// Bytes that the streams of all sessions together hold for clients that are away, answers included. What a client is connected
        /// to does not count. When that is spent, a session that holds more than an even part (this, divided by the sessions that hold
        /// anything) gives up as much of its own: notifications first, then the oldest answers, and a client that comes back for those
        /// gets 400. A session that holds no more than its part loses nothing, so that `kept_bytes / sessions` is kept for everybody.
        /// More may be held for the moments until the sessions with more than their part have given it up. Default 256 MiB.
        kept_bytes: usize,
        /// The time between two progress reports of a call, in the long run; 16 may follow each other closer. Of reports that come too
        /// soon, the latest is sent when its time comes, at the latest before the answer. Zero sends all. Default 50 ms.
        progress_interval: Duration,
        /// Clients of 2026-07-28 that listen for changes (`subscriptions/listen`) at a time; more get 503 with `Retry-After`. Default
        /// 20,000.
        listeners: usize,
        /// Of one principal. Default 1,000.
        listeners_per_principal: usize,
        /// Resources that one session may subscribe to, or resources and tasks that one `subscriptions/listen` may name. Default 128.
        subscriptions: usize,
        /// How long a client over HTTP may leave unread what it is sent. A subscription ends then, and under
        /// [`McpServer::serve`](super::McpServer::serve) the connection, whatever was on it. Default 60 s.
        unread_time: Duration,
        /// How long the head of a request may take to arrive, under [`McpServer::serve`](super::McpServer::serve). Default 30 s.
        header_time: Duration,
        /// Connections at a time, under [`McpServer::serve`](super::McpServer::serve); more wait to be accepted. Default 20,000.
        connections: usize,
        /// How long a shutdown waits for calls in flight; zero does not wait. Default 25 s.
        drain: Duration,
    }
}
