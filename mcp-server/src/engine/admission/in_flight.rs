//! `InFlight`: the requests in flight of one client, by id.

use std::sync::Arc;

use bytes::Bytes;
use parking_lot::Mutex;
use tokio::sync::Notify;

use super::AdmissionError;
use crate::{
    escape::Escaped,
    protocol::{RequestId, envelope::params::Params},
};

/// The requests in flight of one session, or of one stdio connection.
#[derive(Default)]
pub(in crate::engine) struct InFlight {
    state: Mutex<State>,
    /// Notified when the last request ends after [`close`](Self::close).
    drained: Notify,
}

#[derive(Default)]
struct State {
    /// Searched linearly: most clients have few requests in flight, and a limit bounds the others.
    requests: Vec<(RequestId, Arc<dyn Cancel>)>,
    closed: bool,
}

impl State {
    fn position(&self, id: &RequestId) -> Option<usize> {
        self.requests.iter().position(|(in_flight, _)| in_flight == id)
    }
}

/// A request that its client can cancel.
pub(in crate::engine) trait Cancel: Send + Sync {
    /// Cancels the request. Its client receives nothing more for it.
    fn cancel(&self);

    /// Ends a subscription with its response. Does nothing for calls.
    fn end_subscription(&self) {}
}

impl InFlight {
    /// Admits a request, unless `max` are in flight or its id is taken.
    pub(in crate::engine) fn acquire(
        self: &Arc<Self>,
        id: &RequestId,
        request: Arc<dyn Cancel>,
        max: usize,
    ) -> Result<InFlightPermit, AdmissionError> {
        let mut state = self.state.lock();
        if state.closed {
            return Err(AdmissionError::Closed);
        }
        if state.position(id).is_some() {
            return Err(AdmissionError::DuplicateId);
        }
        if state.requests.len() >= max {
            return Err(AdmissionError::ClientLimit);
        }
        state.requests.push((id.clone(), request));
        Ok(InFlightPermit { table: self.clone(), id: id.clone() })
    }

    /// Cancels the request that a `notifications/cancelled` names. A notification that is malformed
    /// or names an unknown request is ignored, as the specification requires (2025-11-25,
    /// cancellation).
    pub(in crate::engine) fn cancel(&self, params: &Params<'_>) {
        let (Some(id), Ok(reason)) = (params.request_id.json(), params.reason.text("reason")) else { return };
        let text = Bytes::copy_from_slice(id.as_bytes());
        let Ok(id) = RequestId::parse(&text, std::str::from_utf8(&text).unwrap_or_default()) else { return };
        let request = {
            let state = self.state.lock();
            state.position(&id).map(|position| state.requests[position].1.clone())
        };
        if let Some(request) = request {
            let (shown, reason) = (Escaped::new(&id), Escaped::new(reason.as_deref().unwrap_or_default()));
            tracing::debug!(id = shown.to_string(), reason = reason.to_string(), "the client cancelled a request");
            request.cancel();
        }
    }

    /// Cancels all requests, and admits no more.
    pub(in crate::engine) fn close(&self) {
        let requests: Vec<Arc<dyn Cancel>> = {
            let mut state = self.state.lock();
            state.closed = true;
            state.requests.iter().map(|(_, request)| request.clone()).collect()
        };
        for request in requests {
            request.cancel();
        }
    }

    /// Waits until all requests have ended. Must be called after [`close`](Self::close).
    pub(in crate::engine) async fn drained(&self) {
        let drained = self.drained.notified();
        tokio::pin!(drained);
        // Registered before the table is read, so that no end is missed in between.
        drained.as_mut().enable();
        if !self.is_empty() {
            drained.await;
        }
    }

    /// Ends all subscriptions with their responses. Calls continue.
    pub(in crate::engine) fn end_subscriptions(&self) {
        self.state.lock().requests.iter().for_each(|(_, request)| request.end_subscription());
    }

    pub(in crate::engine) fn is_empty(&self) -> bool {
        self.state.lock().requests.is_empty()
    }
}

/// A request in flight. Dropping it frees the id.
pub(in crate::engine) struct InFlightPermit {
    table: Arc<InFlight>,
    id: RequestId,
}

impl Drop for InFlightPermit {
    fn drop(&mut self) {
        let mut state = self.table.state.lock();
        if let Some(position) = state.position(&self.id) {
            state.requests.swap_remove(position);
        }
        if state.closed && state.requests.is_empty() {
            self.table.drained.notify_waiters();
        }
    }
}
