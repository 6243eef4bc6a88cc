//! `Settings`: the options of a module, as the engine needs them.

use std::{sync::Arc, time::Duration};

use super::{
    caching::Caching,
    refusals::Refusals,
    stream::{Capacity, StreamOptions},
};
use crate::{
    auth::{Principal, ScopeFailure},
    limits::Limits,
    protocol::{Implementation, ProtocolVersion, revision::since::Feature},
    random::Randomness,
    registry::Callers,
    seal::SealingKeys,
    store::{ChangeBus, DynSpentStates, DynTaskStore},
    time::Clock,
};

/// The form of responses over streamable HTTP, in both eras.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum ResponseMode {
    /// One JSON body for a quick call without notifications, and an event stream for any other. The
    /// default.
    ///
    /// The response becomes an event stream once the handler sends a notification, or takes longer
    /// than [`StreamableHttp::stream_after`](crate::StreamableHttp::stream_after). In a session,
    /// the result of a slow call survives the loss of its connection.
    #[default]
    Adaptive,
    /// Always one JSON body. Notifications of a call are dropped.
    Json,
    /// Always an event stream.
    Stream,
}

/// The settings of one engine.
pub(crate) struct Settings {
    pub(crate) implementation: Implementation,
    pub(crate) instructions: Option<String>,
    pub(crate) mode: ResponseMode,
    /// Serves session-era requests without sessions.
    pub(crate) without_sessions: bool,
    pub(crate) stream_after: Duration,
    /// The `retry` field of event streams.
    pub(crate) retry: Duration,
    pub(crate) caching: Caching,
    pub(crate) limits: Arc<Limits>,
    pub(crate) clock: Clock,
    pub(crate) random: Randomness,
    pub(crate) change_bus: Arc<dyn ChangeBus>,
    pub(crate) session_id: Arc<dyn Fn() -> String + Send + Sync>,
    /// Callers that the module admits, or `None` without authorization.
    pub(crate) callers: Option<Callers>,
    /// The principal of the clients on stdio.
    pub(crate) local_principal: Option<Principal>,
    pub(crate) scope_failure: ScopeFailure,
    /// Ends the stream of a call when its token is no longer accepted.
    pub(crate) ends_calls_at_expiry: bool,
    /// Keys for cursors and request states.
    pub(crate) keys: SealingKeys,
    /// Ignores answers without a request state.
    pub(crate) requires_request_state: bool,
    pub(crate) spent_states: Option<Arc<dyn DynSpentStates>>,
    pub(crate) task_store: Arc<dyn DynTaskStore>,
    pub(crate) task_poll_interval: Duration,
    pub(crate) refusals: Arc<Refusals>,
}

impl Settings {
    /// Returns the limits of the buffer of one stream.
    pub(super) fn stream_capacity(&self) -> Capacity {
        Capacity { events: self.limits.max_stream_events, bytes: self.limits.max_stream_bytes }
    }

    /// Returns the options of streams that belong to a session of that version.
    pub(super) fn session_stream(&self, version: ProtocolVersion) -> StreamOptions {
        StreamOptions { resumable: true, primes: version.knows(Feature::PrimingEvent), retry: self.retry }
    }

    /// Returns the options of streams that end with their connection.
    pub(super) fn connection_stream(&self) -> StreamOptions {
        StreamOptions { resumable: false, primes: false, retry: self.retry }
    }

    /// Returns `true` if the module admits callers with a valid token only.
    pub(super) fn requires_token(&self) -> bool {
        self.callers == Some(Callers::Known)
    }
}

#[cfg(test)]
impl Settings {
    /// Returns the default settings of a module.
    pub(super) fn for_tests(implementation: Implementation) -> Self {
        Self {
            implementation,
            instructions: None,
            mode: ResponseMode::default(),
            without_sessions: false,
            stream_after: Duration::from_millis(250),
            retry: Duration::from_secs(1),
            caching: Caching::default(),
            limits: Arc::default(),
            clock: Clock::system(),
            random: Randomness::system(),
            change_bus: Arc::new(crate::store::InMemoryChangeBus::default()),
            session_id: Arc::new(String::new),
            callers: None,
            local_principal: None,
            scope_failure: ScopeFailure::default(),
            ends_calls_at_expiry: false,
            keys: SealingKeys::new([7; 32]),
            requires_request_state: false,
            spent_states: None,
            task_store: Arc::new(crate::store::InMemoryTaskStore::default()),
            task_poll_interval: Duration::from_secs(1),
            refusals: Refusals::new(None, 0, Clock::system()),
        }
    }
}
