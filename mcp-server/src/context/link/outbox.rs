//! `Outbox`: the messages that a call sends before its response.
//!
//! A call that sends nothing is answered with one JSON body. The first message wakes the driver of
//! the call, which opens a stream and attaches it here. From then on messages go straight to the
//! stream.

use std::{
    collections::VecDeque,
    fmt, mem,
    sync::{Arc, Weak},
    task::Waker,
};

use bytes::Bytes;
use parking_lot::Mutex;

/// A message on its way to the client.
#[derive(Clone, Debug)]
pub(crate) struct Outgoing {
    message: Bytes,
    /// Handle of a request. It dangles once no handler waits for the response.
    awaited: Option<Weak<Awaited>>,
}

/// Held by the handler that waits for the response to a request.
#[derive(Debug)]
pub(crate) struct Awaited;

impl Outgoing {
    /// Returns a request to the client. It is not evicted while the returned guard exists, so there
    /// are never more such requests than handlers that wait.
    pub(crate) fn request(message: Bytes) -> (Self, Arc<Awaited>) {
        let awaited = Arc::new(Awaited);
        (Self { message, awaited: Some(Arc::downgrade(&awaited)) }, awaited)
    }

    pub(crate) fn message(&self) -> &Bytes {
        &self.message
    }

    /// Returns `true` if the message may be evicted for want of room. A lost notification harms
    /// only itself, but a lost request would block its call.
    pub(crate) fn may_be_evicted(&self) -> bool {
        self.awaited.as_ref().is_none_or(|awaited| awaited.strong_count() == 0)
    }
}

impl From<Bytes> for Outgoing {
    /// Converts a notification or a response.
    fn from(message: Bytes) -> Self {
        Self { message, awaited: None }
    }
}

/// The destination of messages. It accepts them without waiting: a slow client never delays a call.
pub(crate) trait Sink: Send + Sync {
    fn push(&self, message: Outgoing);

    /// Drops the unread messages of a cancelled call, unless a client can reconnect for them.
    fn cancel(&self) {}

    /// Ends the current connection once it has read what was pushed. The client reconnects for
    /// more.
    fn release_connection(&self) {}
}

/// Maximum number of messages that wait for a stream. The oldest notifications are evicted first.
const MAX_WAITING: usize = 1024;

/// The messages of one call. Written by the handler, read by the driver.
pub(crate) struct Outbox(Mutex<State>);

enum State {
    /// There is no stream yet. The first message wakes the driver.
    Waiting { messages: VecDeque<Outgoing>, driver: Option<Waker>, releases_connection: bool },
    /// Messages go to the stream.
    Attached(Arc<dyn Sink>),
    /// Messages are dropped: the client accepts no streams, or the call was answered or cancelled.
    Closed,
}

impl Outbox {
    /// Returns an outbox that collects messages for a stream.
    pub(crate) fn open() -> Self {
        Self(Mutex::new(State::Waiting { messages: VecDeque::new(), driver: None, releases_connection: false }))
    }

    /// Returns an outbox that drops messages, for a client that accepts only the response.
    pub(crate) fn closed() -> Self {
        Self(Mutex::new(State::Closed))
    }

    /// Returns `true` if a message would reach the client.
    pub(crate) fn is_open(&self) -> bool {
        !matches!(*self.0.lock(), State::Closed)
    }

    /// Sends a notification.
    pub(crate) fn send(&self, message: Bytes) {
        self.push(message.into());
    }

    /// Sends a request, which is kept for the client as long as the returned guard exists.
    pub(crate) fn request(&self, message: Bytes) -> Arc<Awaited> {
        let (message, awaited) = Outgoing::request(message);
        self.push(message);
        awaited
    }

    fn push(&self, message: Outgoing) {
        let (sink, waker) = match &mut *self.0.lock() {
            State::Waiting { messages, driver, .. } => {
                // The driver cannot open the stream before the handler waits for something.
                if messages.len() >= MAX_WAITING
                    && let Some(oldest) = messages.iter().position(Outgoing::may_be_evicted)
                {
                    messages.remove(oldest);
                }
                messages.push_back(message.clone());
                (None, driver.take())
            }
            State::Attached(sink) => (Some(sink.clone()), None),
            State::Closed => (None, None),
        };
        if let Some(sink) = sink {
            sink.push(message);
        }
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    /// Opens a stream unless one is open, and ends its connection.
    pub(crate) fn release_connection(&self) {
        let (sink, waker) = match &mut *self.0.lock() {
            State::Waiting { driver, releases_connection, .. } => {
                *releases_connection = true;
                (None, driver.take())
            }
            State::Attached(sink) => (Some(sink.clone()), None),
            State::Closed => (None, None),
        };
        if let Some(sink) = sink {
            sink.release_connection();
        }
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    /// Returns `true` if anything waits for a stream. Otherwise the first message will wake
    /// `driver`.
    pub(crate) fn has_messages(&self, driver: Option<&Waker>) -> bool {
        match &mut *self.0.lock() {
            State::Waiting { messages, driver: registered, releases_connection } => {
                let waits = *releases_connection || !messages.is_empty();
                if let Some(driver) = driver
                    && !waits
                    && !registered.as_ref().is_some_and(|registered| registered.will_wake(driver))
                {
                    *registered = Some(driver.clone());
                }
                waits
            }
            State::Attached(_) | State::Closed => false,
        }
    }

    /// Sends waiting and future messages to `sink`.
    pub(crate) fn attach(&self, sink: Arc<dyn Sink>) {
        let mut state = self.0.lock();
        if let State::Waiting { messages, releases_connection, .. } = &mut *state {
            // Under the lock, so that a concurrent message cannot overtake those that waited.
            for message in mem::take(messages) {
                sink.push(message);
            }
            if *releases_connection {
                sink.release_connection();
            }
            *state = State::Attached(sink);
        }
    }

    /// Drops all further messages: the response is the last message of a call.
    pub(crate) fn close(&self) {
        *self.0.lock() = State::Closed;
    }

    /// Drops all further messages, and those that are unread.
    pub(crate) fn cancel(&self) {
        let state = mem::replace(&mut *self.0.lock(), State::Closed);
        if let State::Attached(sink) = state {
            sink.cancel();
        }
    }
}

impl fmt::Debug for Outbox {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match *self.0.lock() {
            State::Waiting { .. } => "Outbox::Waiting",
            State::Attached(_) => "Outbox::Attached",
            State::Closed => "Outbox::Closed",
        })
    }
}
