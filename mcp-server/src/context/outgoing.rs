//! A message on its way to the client, and whether it may give way to others where room is short.

use std::sync::{Arc, Weak};

use bytes::Bytes;

/// A message on its way.
#[derive(Clone, Debug)]
pub(crate) struct Outgoing {
    message: Bytes,
    /// Of a request: dead as soon as nobody waits for the response any more.
    awaited: Option<Weak<Awaited>>,
}

/// Held by who waits for the response to a request: the request must not be lost meanwhile.
#[derive(Debug)]
pub(crate) struct Awaited;

impl Outgoing {
    /// A request to the client. It stays until what comes with it is dropped, so that there are never more of them than handlers wait
    /// for.
    pub(crate) fn request(message: Bytes) -> (Self, Arc<Awaited>) {
        let awaited = Arc::new(Awaited);
        (Self { message, awaited: Some(Arc::downgrade(&awaited)) }, awaited)
    }

    pub(crate) fn message(&self) -> &Bytes {
        &self.message
    }

    /// Whether it may be given up when there is no room: whoever misses a notification misses just that, but a request that never
    /// arrives holds up its call.
    pub(crate) fn may_be_evicted(&self) -> bool {
        self.awaited.as_ref().is_none_or(|awaited| awaited.strong_count() == 0)
    }
}

impl From<Bytes> for Outgoing {
    /// A notification, or an answer.
    fn from(message: Bytes) -> Self {
        Self { message, awaited: None }
    }
}
