//! Calls in flight that their client can name: no two with one id, no more than there may be, each to be withdrawn.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use bytes::Bytes;

use super::{MessageOutcome, Reply, error_bytes, legacy::StreamRefused, malformed};
use crate::{
    context::Context,
    protocol::{ErrorCode, ErrorObject, RequestId, message::Params},
};

/// After how long a client should try again when too much of it was in flight.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// The calls in flight of one session, or of one pipe.
#[derive(Default)]
pub(crate) struct InFlight(Mutex<State>);

#[derive(Default)]
struct State {
    calls: HashMap<RequestId, Context>,
    closed: bool,
}

/// Why a call cannot join them.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum NoPlace {
    /// A call with that id is in flight.
    SameId,
    /// As many calls as there may be are in flight.
    Full,
    /// No more calls are taken.
    Closed,
}

impl InFlight {
    /// Gives a call its place, up to `most`.
    pub(crate) fn enter(self: &Arc<Self>, call: &Context, most: usize) -> Result<Entered, NoPlace> {
        let mut state = self.lock();
        if state.closed {
            return Err(NoPlace::Closed);
        }
        if state.calls.contains_key(call.request_id()) {
            return Err(NoPlace::SameId);
        }
        if state.calls.len() >= most {
            return Err(NoPlace::Full);
        }
        state.calls.insert(call.request_id().clone(), call.clone());
        Ok(Entered { calls: self.clone(), id: call.request_id().clone() })
    }

    /// Withdraws the call that a cancellation names. One that names nothing of the kind is ignored, as the specification asks.
    pub(crate) fn cancel(&self, params: &Params<'_>) {
        let Some(raw) = params.request_id else { return };
        let text = Bytes::copy_from_slice(raw.get().as_bytes());
        let Ok(id) = RequestId::parse(&text, std::str::from_utf8(&text).unwrap_or_default()) else { return };
        let call = self.lock().calls.get(&id).cloned();
        if let Some(call) = call {
            tracing::debug!(%id, reason = params.reason.as_deref().unwrap_or_default(), "a call was withdrawn");
            call.withdraw();
        }
    }

    /// Withdraws all calls, and takes no more.
    pub(crate) fn close(&self) {
        let calls: Vec<Context> = {
            let mut state = self.lock();
            state.closed = true;
            state.calls.values().cloned().collect()
        };
        for call in calls {
            call.withdraw();
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.lock().calls.is_empty()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl NoPlace {
    /// The answer to the call.
    pub(crate) fn reply(self, id: &RequestId) -> Reply {
        match self {
            Self::Closed => StreamRefused::UnknownSession.reply(Some(id)),
            Self::SameId => {
                malformed(Some(id), &ErrorObject::invalid_request(format!("a request with the id {id} is in flight")))
            }
            Self::Full => {
                let error = ErrorObject::new(ErrorCode::UNAVAILABLE, "too many requests of this client are in flight");
                Reply::with(MessageOutcome::NoRoom(RETRY_AFTER), error_bytes(Some(id), &error))
            }
        }
    }
}

/// A call's place among those in flight, given up when this is dropped.
pub(crate) struct Entered {
    calls: Arc<InFlight>,
    id: RequestId,
}

impl Drop for Entered {
    fn drop(&mut self) {
        self.calls.lock().calls.remove(&self.id);
    }
}
