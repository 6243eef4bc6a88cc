//! What a call says to its client before it answers.
//!
//! A call that says nothing is answered with one JSON body. The first message wakes whoever drives the call, which then opens a
//! stream and attaches it here; from then on messages go straight there.

use std::{
    collections::VecDeque,
    fmt, mem,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::Waker,
};

use bytes::Bytes;

use super::{Awaited, Outgoing};

/// Where messages go once there is a stream. It takes what it is given without waiting: a slow client never delays the call.
pub(crate) trait Sink: Send + Sync {
    fn push(&self, message: Outgoing);

    /// Drops the unread messages of a cancelled call, unless a client can reconnect for them.
    fn cancel(&self) {}

    /// Ends the current connection once it has read what was pushed. The client reconnects for more.
    fn release_connection(&self) {}
}

/// Messages that wait for a stream; the oldest notifications give way, as they do on a stream.
const MOST_WAITING: usize = 1024;

/// Messages of one call. Written by the handler, read by the engine that drives it.
pub(crate) struct Outbox(Mutex<State>);

enum State {
    /// No stream yet: messages wait, and whoever drives the call is to be woken by the first one.
    Waiting { messages: VecDeque<Outgoing>, driver: Option<Waker>, lets_go: bool },
    /// Messages go to the stream.
    Attached(Arc<dyn Sink>),
    /// Nobody listens: the client takes no streams, or the call has been answered or withdrawn.
    Closed,
}

impl Outbox {
    /// An outbox that collects messages for a stream to come.
    pub(crate) fn open() -> Self {
        Self(Mutex::new(State::Waiting { messages: VecDeque::new(), driver: None, lets_go: false }))
    }

    /// An outbox for a client that cannot be told anything but the answer.
    pub(crate) fn closed() -> Self {
        Self(Mutex::new(State::Closed))
    }

    /// Whether a message would reach anybody.
    pub(crate) fn is_open(&self) -> bool {
        !matches!(*self.lock(), State::Closed)
    }

    /// Sends a notification.
    pub(crate) fn send(&self, message: Bytes) {
        self.pass_on(message.into());
    }

    /// Sends a request. It is kept for the client as long as what this returns is.
    pub(crate) fn ask(&self, message: Bytes) -> Arc<Awaited> {
        let (message, awaited) = Outgoing::request(message);
        self.pass_on(message);
        awaited
    }

    fn pass_on(&self, message: Outgoing) {
        let (sink, waker) = match &mut *self.lock() {
            State::Waiting { messages, driver, .. } => {
                // Nobody can open the stream before the handler waits for something.
                if messages.len() >= MOST_WAITING
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

    /// Opens a stream if there is none, and lets its connection go.
    pub(crate) fn let_go(&self) {
        let (sink, waker) = match &mut *self.lock() {
            State::Waiting { driver, lets_go, .. } => {
                *lets_go = true;
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

    /// Whether something waits for a stream. If not, `driver` is woken when the first one comes.
    pub(crate) fn has_messages(&self, driver: Option<&Waker>) -> bool {
        match &mut *self.lock() {
            State::Waiting { messages, driver: place, lets_go } => {
                let waits = *lets_go || !messages.is_empty();
                if let Some(driver) = driver
                    && !waits
                    && !place.as_ref().is_some_and(|known| known.will_wake(driver))
                {
                    *place = Some(driver.clone());
                }
                waits
            }
            State::Attached(_) | State::Closed => false,
        }
    }

    /// Sends what waits, and everything to come, to `sink`.
    pub(crate) fn attach(&self, sink: Arc<dyn Sink>) {
        let mut state = self.lock();
        if let State::Waiting { messages, lets_go, .. } = &mut *state {
            // Under the lock, so that a message sent at this moment cannot overtake those that waited.
            for message in mem::take(messages) {
                sink.push(message);
            }
            if *lets_go {
                sink.release_connection();
            }
            *state = State::Attached(sink);
        }
    }

    /// Nothing more leaves: an answer is the last thing a client hears of a call.
    pub(crate) fn close(&self) {
        *self.lock() = State::Closed;
    }

    /// Drops all further messages, and those that are unread.
    pub(crate) fn cancel(&self) {
        let state = mem::replace(&mut *self.lock(), State::Closed);
        if let State::Attached(sink) = state {
            sink.cancel();
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Outbox {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match *self.lock() {
            State::Waiting { .. } => "Outbox::Waiting",
            State::Attached(_) => "Outbox::Attached",
            State::Closed => "Outbox::Closed",
        })
    }
}
