//! `ConnectionState`: the state that a connection shares with its requests and with the table.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering},
};

use futures_util::task::AtomicWaker;

/// The state of one connection. The task of the connection decides whether it is busy. Other tasks
/// read this, and send signals.
#[derive(Debug)]
pub(in crate::transport::http) struct ConnectionState {
    /// Requests whose heads are complete.
    heads: AtomicU64,
    /// Responses that hyper has taken as a whole.
    responses: AtomicU64,
    /// Request bodies that have been read or given up.
    bodies: AtomicU64,
    /// The latest request has passed the authentication.
    admitted: AtomicBool,
    /// A write is pending, because the client does not read.
    stalled: AtomicBool,
    /// Time at which the connection began to wait, or [`BUSY`].
    waiting_since: AtomicU64,
    /// The index of waiting connections lacks this one, because it was busy.
    parked: AtomicBool,
    signals: AtomicU8,
    waker: AtomicWaker,
}

/// Value of [`ConnectionState::waiting_since`] for a busy connection.
const BUSY: u64 = u64::MAX;

/// A message to the task of a connection.
#[derive(Clone, Copy, Debug)]
pub(super) enum Signal {
    /// The server shuts down: the connection ends after its request.
    ShutDown = 1,
    /// The connection makes room for another one, unless it is busy.
    Evict = 2,
}

impl ConnectionState {
    /// Returns the state of a connection that waits since `now`.
    pub(super) fn new(now: u64) -> Arc<Self> {
        Arc::new(Self {
            heads: AtomicU64::new(0),
            responses: AtomicU64::new(0),
            bodies: AtomicU64::new(0),
            admitted: AtomicBool::new(false),
            stalled: AtomicBool::new(false),
            waiting_since: AtomicU64::new(now),
            parked: AtomicBool::new(false),
            signals: AtomicU8::new(0),
            waker: AtomicWaker::new(),
        })
    }

    /// Begins a request, whose head is complete. Until its parts are dropped, received bytes are
    /// not a head.
    pub(super) fn begin(self: &Arc<Self>) -> (ResponsePart, BodyPart) {
        self.admitted.store(false, Ordering::Relaxed);
        self.heads.fetch_add(1, Ordering::SeqCst);
        self.waiting_since.store(BUSY, Ordering::Release);
        (ResponsePart(self.clone()), BodyPart(self.clone()))
    }

    /// Notes that the latest request has passed the authentication. From now on the connection is
    /// busy until the body of the request has ended, and the client has received the response.
    pub(in crate::transport::http) fn admit(&self) {
        self.admitted.store(true, Ordering::Relaxed);
    }

    /// Notes that a write is pending, or no longer.
    pub(super) fn set_stalled(&self, stalled: bool) {
        self.stalled.store(stalled, Ordering::Relaxed);
    }

    /// Returns the number of requests whose heads are complete.
    pub(super) fn heads(&self) -> u64 {
        self.heads.load(Ordering::SeqCst)
    }

    /// Returns `true` while a part of a request is open.
    pub(super) fn is_in_request(&self) -> bool {
        self.is_responding() || self.has_open_body()
    }

    fn is_responding(&self) -> bool {
        self.responses.load(Ordering::SeqCst) != self.heads()
    }

    fn has_open_body(&self) -> bool {
        self.bodies.load(Ordering::SeqCst) != self.heads()
    }

    /// Decides whether the connection is busy. Called by its task after each poll. Returns `true`
    /// if the connection waits.
    pub(super) fn settle(&self, now: impl FnOnce() -> u64) -> bool {
        let holds_on = || self.has_open_body() || self.stalled.load(Ordering::Relaxed);
        if self.is_responding() || self.admitted.load(Ordering::Relaxed) && holds_on() {
            if self.waiting_since().is_some() {
                self.waiting_since.store(BUSY, Ordering::SeqCst);
            }
            return false;
        }
        if self.waiting_since().is_none() {
            // Sequentially consistent, as are the accesses of `park`: the connection sees that it
            // is parked, or `park` sees that it waits.
            self.waiting_since.store(now().min(BUSY - 1), Ordering::SeqCst);
        }
        true
    }

    /// Returns the time at which the connection began to wait, or `None` if it is busy.
    pub(super) fn waiting_since(&self) -> Option<u64> {
        Some(self.waiting_since.load(Ordering::SeqCst)).filter(|since| *since != BUSY)
    }

    /// Marks a busy connection as absent from the index. Returns `false` if it waits by now.
    pub(super) fn park(&self) -> bool {
        self.parked.store(true, Ordering::SeqCst);
        let is_busy = self.waiting_since().is_none();
        if !is_busy {
            self.unpark();
        }
        is_busy
    }

    pub(super) fn unpark(&self) {
        self.parked.store(false, Ordering::SeqCst);
    }

    pub(super) fn is_parked(&self) -> bool {
        self.parked.load(Ordering::SeqCst)
    }

    /// Sends a signal to the task of the connection.
    pub(super) fn send(&self, signal: Signal) {
        self.signals.fetch_or(signal as u8, Ordering::Release);
        self.waker.wake();
    }

    /// Returns `true` if the signal was sent.
    pub(super) fn received(&self, signal: Signal) -> bool {
        self.signals.load(Ordering::Acquire) & signal as u8 != 0
    }

    /// Discards a signal.
    pub(super) fn clear(&self, signal: Signal) {
        self.signals.fetch_and(!(signal as u8), Ordering::Relaxed);
    }

    /// Wakes this task at the next signal.
    pub(super) fn wake(&self, task: &std::task::Context<'_>) {
        self.waker.register(task.waker());
    }
}

/// The part of a request that ends with its response.
#[derive(Debug)]
pub(super) struct ResponsePart(Arc<ConnectionState>);

impl ResponsePart {
    /// Returns the connection of the request.
    pub(super) fn connection(&self) -> &ConnectionState {
        &self.0
    }
}

impl Drop for ResponsePart {
    fn drop(&mut self) {
        self.0.responses.fetch_add(1, Ordering::SeqCst);
    }
}

/// The part of a request that ends with its body.
#[derive(Debug)]
pub(super) struct BodyPart(Arc<ConnectionState>);

impl Drop for BodyPart {
    fn drop(&mut self) {
        // Sequentially consistent, as is the end of the response: the later of both is seen by the
        // task of the connection.
        self.0.bodies.fetch_add(1, Ordering::SeqCst);
        // After the response, another task discards the rest of the body.
        if !self.0.is_responding() {
            self.0.waker.wake();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn request_is_busy_until_response_and_admitted_upload_end() {
        for (admitted, stalled) in [(false, false), (false, true), (true, false), (true, true)] {
            let connection = ConnectionState::new(1);
            assert!(connection.settle(|| 2));
            assert_eq!(connection.waiting_since(), Some(1), "it waits since it was opened");
            let (response, body) = connection.begin();
            if admitted {
                connection.admit();
            }
            assert!(!connection.settle(|| 3));
            assert_eq!(connection.waiting_since(), None);
            connection.set_stalled(stalled);
            drop(response);
            assert_eq!(connection.settle(|| 4), !admitted, "the rest of the body arrives");
            drop(body);
            assert_eq!(connection.settle(|| 5), !(admitted && stalled), "the client does not read");
            connection.set_stalled(false);
            assert!(connection.settle(|| 6));
            let since = if !admitted {
                4
            } else if stalled {
                6
            } else {
                5
            };
            assert_eq!(connection.waiting_since(), Some(since));
            assert!(!connection.is_in_request());
        }
    }

    #[test]
    fn only_busy_connections_are_parked() {
        let connection = ConnectionState::new(1);
        assert!(!connection.park() && !connection.is_parked());
        let parts = connection.begin();
        assert!(connection.park() && connection.is_parked());
        drop(parts);
        assert!(connection.is_parked());
    }

    #[test]
    fn signals_are_independent() {
        let connection = ConnectionState::new(1);
        connection.send(Signal::Evict);
        assert!(connection.received(Signal::Evict) && !connection.received(Signal::ShutDown));
        connection.send(Signal::ShutDown);
        connection.clear(Signal::Evict);
        assert!(!connection.received(Signal::Evict) && connection.received(Signal::ShutDown));
    }
}
