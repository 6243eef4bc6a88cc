//! Requests in flight that their client can name: no two with one id, no more than there may be, each to be withdrawn.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use bytes::Bytes;
use tokio::sync::Notify;

use super::{MessageOutcome, Reply, error_bytes, legacy::SessionRefused, listening::Listener, malformed};
use crate::{
    context::Context,
    protocol::{ErrorCode, ErrorObject, RequestId, envelope::params::Params},
};

/// After how long a client should try again when too much of it was in flight.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// The requests in flight of one session, or of one pipe.
#[derive(Default)]
pub(crate) struct InFlight {
    state: Mutex<State>,
    /// The last one has ended, after they were closed.
    emptied: Notify,
}

#[derive(Default)]
struct State {
    requests: HashMap<RequestId, InFlightRequest>,
    closed: bool,
}

/// What is in flight.
#[derive(Clone)]
pub(crate) enum InFlightRequest {
    /// A call, until its answer.
    Call(Context),
    /// A subscription on a pipe. Elsewhere a client ends it by going away.
    Subscription(Arc<Listener>),
}

/// Why a request cannot join them.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum NoPlace {
    /// One with that id is in flight.
    SameId,
    /// As many as there may be are in flight.
    Full,
    /// No more are taken.
    Closed,
    /// The server works on as much as it can, whoever asked for it.
    Busy,
}

impl InFlight {
    /// Gives a request its place, up to `most`.
    pub(crate) fn enter(
        self: &Arc<Self>,
        id: &RequestId,
        request: InFlightRequest,
        most: usize,
    ) -> Result<Entered, NoPlace> {
        let mut state = self.lock();
        if state.closed {
            return Err(NoPlace::Closed);
        }
        if state.requests.contains_key(id) {
            return Err(NoPlace::SameId);
        }
        if state.requests.len() >= most {
            return Err(NoPlace::Full);
        }
        state.requests.insert(id.clone(), request);
        Ok(Entered { among: self.clone(), id: id.clone() })
    }

    /// Withdraws the request that a cancellation names. One that names nothing of the kind is ignored, as the specification asks, and
    /// so is one that is malformed.
    pub(crate) fn cancel(&self, params: &Params<'_>) {
        let (Some(id), Ok(reason)) = (params.request_id.json(), params.reason.text("reason")) else { return };
        let text = Bytes::copy_from_slice(id.as_bytes());
        let Ok(id) = RequestId::parse(&text, std::str::from_utf8(&text).unwrap_or_default()) else { return };
        let request = self.lock().requests.get(&id).cloned();
        if let Some(request) = request {
            tracing::debug!(%id, reason = reason.as_deref().unwrap_or_default(), "a request was withdrawn");
            request.withdraw();
        }
    }

    /// Withdraws all of them, and takes no more.
    pub(crate) fn close(&self) {
        let requests: Vec<InFlightRequest> = {
            let mut state = self.lock();
            state.closed = true;
            state.requests.values().cloned().collect()
        };
        for request in requests {
            request.withdraw();
        }
    }

    /// Waits until all have ended. They must have been closed.
    pub(crate) async fn emptied(&self) {
        let emptied = self.emptied.notified();
        tokio::pin!(emptied);
        // Registered before it is looked, so that no end falls between.
        emptied.as_mut().enable();
        if !self.is_empty() {
            emptied.await;
        }
    }

    /// Ends the subscriptions among them in words.
    pub(crate) fn end_subscriptions(&self) {
        for request in self.lock().requests.values() {
            if let InFlightRequest::Subscription(listener) = request {
                listener.end();
            }
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.lock().requests.is_empty()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl InFlightRequest {
    /// Nothing more is said of it.
    fn withdraw(&self) {
        match self {
            Self::Call(call) => call.retract(),
            Self::Subscription(listener) => listener.withdraw(),
        }
    }
}

impl NoPlace {
    /// The answer to the request.
    pub(crate) fn reply(self, id: &RequestId) -> Reply {
        match self {
            Self::Closed => SessionRefused::UnknownSession.reply(Some(id)),
            Self::SameId => {
                malformed(Some(id), &ErrorObject::invalid_request(format!("a request with the id {id} is in flight")))
            }
            Self::Full => no_room(id, "too many requests of this client are in flight"),
            Self::Busy => {
                tracing::warn!("there is no room for another call");
                no_room(id, "the server works on as many calls as it can, try again later")
            }
        }
    }
}

fn no_room(id: &RequestId, text: &'static str) -> Reply {
    let error = ErrorObject::new(ErrorCode::UNAVAILABLE, text);
    Reply::with(MessageOutcome::NoRoom(RETRY_AFTER), error_bytes(Some(id), &error))
}

/// A request's place among those in flight, given up when this is dropped.
pub(crate) struct Entered {
    among: Arc<InFlight>,
    id: RequestId,
}

impl Drop for Entered {
    fn drop(&mut self) {
        let mut state = self.among.lock();
        state.requests.remove(&self.id);
        if state.closed && state.requests.is_empty() {
            self.among.emptied.notify_waiters();
        }
    }
}
