//! `Stream`: the events of one response, buffered so that a client can reconnect and resume.
//!
//! A writer never waits. Events collect in a bounded buffer, from which the connected reader takes
//! them. A reader that falls behind loses the oldest notifications, but never the response and
//! never a question that a handler waits for.

mod budget;

use std::{
    collections::VecDeque,
    fmt,
    sync::Arc,
    task::{Context, Poll, Waker},
    time::Duration,
};

use bytes::Bytes;
use parking_lot::Mutex;
use tokio::time::Instant;

pub(super) use budget::{Evict, Share};

use budget::Buffered;

use crate::context::{Outgoing, Sink};

/// An event as the transport sends it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Event {
    /// The id after which a client resumes, or `None` on a stream that cannot be resumed.
    pub(crate) id: Option<EventId>,
    /// A message, or `None` for the priming event, which carries an id only.
    pub(crate) data: Option<Bytes>,
    /// The time that a client should wait before it reconnects.
    pub(crate) retry: Option<Duration>,
    /// Writes an empty `data` field if there is no data.
    pub(crate) primes: bool,
}

impl Event {
    /// Returns an event of a stream that cannot be resumed.
    pub(crate) fn message(data: Bytes) -> Self {
        Self { id: None, data: Some(data), retry: None, primes: false }
    }
}

/// Identifies an event within its session, as `stream-sequence`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct EventId {
    pub(crate) stream: u64,
    pub(crate) sequence: u64,
}

impl EventId {
    /// Parses the value of `Last-Event-ID`. Only the exact spelling that the server sent is valid.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (stream, sequence) = text.split_once('-')?;
        let id = Self { stream: stream.parse().ok()?, sequence: sequence.parse().ok()? };
        (id.to_string() == text).then_some(id)
    }
}

impl fmt::Display for EventId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}-{}", self.stream, self.sequence)
    }
}

/// Bounds of the buffer of a stream.
#[derive(Clone, Copy, Debug)]
pub(super) struct Capacity {
    /// Maximum number of events.
    pub(super) events: usize,
    /// Maximum size of their messages.
    pub(super) bytes: usize,
}

/// Options of the events that a stream sends to its client.
#[derive(Clone, Copy, Debug)]
pub(super) struct StreamOptions {
    /// Gives ids to events, and keeps them for a client that reconnects.
    pub(super) resumable: bool,
    /// Sends an empty `data` field in the priming event. Clients before 2025-11-25 would take it
    /// for a message.
    pub(super) primes: bool,
    /// The time that a client should wait before it reconnects.
    pub(super) retry: Duration,
}

/// The event stream of one call, of one batch, or of a session. One connection reads it at a time.
pub(super) struct Stream {
    number: u64,
    options: StreamOptions,
    capacity: Capacity,
    /// The share of the session in the bytes that all sessions buffer.
    share: Option<Arc<Share>>,
    state: Mutex<State>,
}

struct State {
    /// Messages with their sequence numbers, oldest first.
    messages: VecDeque<(u64, Outgoing)>,
    buffered: Buffered,
    /// A client can resume after this event and every later one. Rises when [`Stream::evict`]
    /// removes a message, but not when notifications are dropped.
    resumable_from: u64,
    /// Sequence number of the first response, once it is written.
    first_response: u64,
    /// Sequence number of the next message. The priming event has 0.
    next: u64,
    /// Sequence number of the latest message that a connection has taken.
    last_read: u64,
    /// Time of the end, after which no message is written.
    ended_at: Option<Instant>,
    /// Number of readers so far. A reader with a lower number was replaced.
    readers: u64,
    waker: Option<Waker>,
    /// Number of the reader that ends after the buffered events.
    released: u64,
}

impl Stream {
    pub(super) fn new(number: u64, options: StreamOptions, capacity: Capacity, share: Option<Arc<Share>>) -> Arc<Self> {
        let state = State {
            messages: VecDeque::new(),
            buffered: Buffered::new(share.clone()),
            resumable_from: 0,
            first_response: u64::MAX,
            next: 1,
            last_read: 0,
            ended_at: None,
            readers: 0,
            waker: None,
            released: 0,
        };
        Arc::new(Self { number, options, capacity, share, state: Mutex::new(state) })
    }

    pub(super) fn number(&self) -> u64 {
        self.number
    }

    /// Writes the response, or the responses to a batch, and ends the stream.
    pub(super) fn finish(&self, responses: impl IntoIterator<Item = Bytes>) {
        let mut state = self.state.lock();
        if !state.has_ended() {
            state.first_response = state.next;
            responses.into_iter().for_each(|response| state.add(response.into()));
        }
        state.end();
        drop(state);
        self.enforce_share();
    }

    /// Writes a message, and removes an earlier copy of it, read or not: only the latest is kept.
    pub(super) fn push_latest(&self, message: Bytes) {
        self.state.lock().remove_equal(&message);
        self.push(message.into());
    }

    /// Ends the stream without a response.
    pub(super) fn end(&self) {
        self.state.lock().end();
    }

    /// Returns `true` while a connection reads the stream.
    pub(super) fn is_connected(&self) -> bool {
        self.state.lock().buffered.is_connected()
    }

    /// Returns `true` if nothing more will be written.
    pub(super) fn has_ended(&self) -> bool {
        self.state.lock().has_ended()
    }

    /// Returns `true` if a client can resume after this event: it was written, and
    /// [`evict`](Self::evict) has removed no later message. Every stream begins with the priming
    /// event, 0.
    pub(super) fn has(&self, sequence: u64) -> bool {
        let state = self.state.lock();
        (state.resumable_from..state.next).contains(&sequence)
    }

    /// Returns `true` if the stream has ended and this event, or an earlier one, is its last.
    pub(super) fn is_over_after(&self, sequence: u64) -> bool {
        let state = self.state.lock();
        state.has_ended() && state.next <= sequence.saturating_add(1)
    }

    /// Returns `true` if the stream ended at least that long ago.
    pub(super) fn has_ended_for(&self, time: Duration) -> bool {
        self.state.lock().ended_at.is_some_and(|ended_at| ended_at.elapsed() >= time)
    }

    /// Returns a reader of everything after that event, or of everything unread. It replaces the
    /// current reader, if there is one.
    pub(super) fn read(self: &Arc<Self>, after: Option<u64>) -> Reader {
        let mut state = self.state.lock();
        let position = after.unwrap_or(state.last_read.max(state.resumable_from));
        state.readers += 1;
        state.buffered.connect();
        state.wake();
        Reader { stream: self.clone(), turn: state.readers, position, primed: after.is_some() }
    }

    /// Evicts the oldest notifications until the session is within its share. Keeps the response.
    pub(super) fn evict_notifications(&self) {
        let mut state = self.state.lock();
        let first_response = state.first_response;
        while state.buffered.exceeds_share() && state.evict_before(first_response) {}
    }

    /// Evicts the oldest messages, responses included, until the session is within its share. A
    /// client that has not read them can no longer resume.
    pub(super) fn evict(&self) {
        let mut state = self.state.lock();
        while state.buffered.exceeds_share()
            && state.messages.front().is_some_and(|(_, message)| message.may_be_evicted())
        {
            state.resumable_from = state.remove(0).unwrap_or(state.resumable_from);
        }
    }

    /// Lets the session enforce its share. Called without the lock: this stream may have to evict
    /// too.
    fn enforce_share(&self) {
        if let Some(share) = &self.share {
            share.enforce();
        }
    }
}

impl Sink for Stream {
    fn push(&self, message: Outgoing) {
        let mut state = self.state.lock();
        if state.has_ended() {
            return;
        }
        state.add(message);
        while state.messages.len() > self.capacity.events || state.buffered.bytes() > self.capacity.bytes {
            // The newest message stays, whatever its size: a reader that keeps up loses nothing.
            let newest = state.next - 1;
            if !state.evict_before(newest) {
                break;
            }
        }
        state.wake();
        drop(state);
        self.enforce_share();
    }

    fn cancel(&self) {
        // A client that can resume receives what it missed, even if the call was cancelled.
        if !self.options.resumable {
            let mut state = self.state.lock();
            state.clear();
            // Disconnects the reader, and connects no other.
            state.readers += 1;
            state.end();
            state.disconnect();
        }
    }

    fn release_connection(&self) {
        // Only a client that has an event id can resume, and only the priming event provides one
        // for certain.
        if self.options.resumable && self.options.primes {
            let mut state = self.state.lock();
            state.released = state.readers;
            state.wake();
        }
    }
}

impl State {
    fn has_ended(&self) -> bool {
        self.ended_at.is_some()
    }

    fn add(&mut self, message: Outgoing) {
        self.buffered.add(message.message().len());
        self.messages.push_back((self.next, message));
        self.next += 1;
    }

    fn remove_equal(&mut self, message: &Bytes) {
        if let Some(index) = self.messages.iter().position(|(_, known)| known.message() == message) {
            self.remove(index);
        }
    }

    /// Evicts the oldest evictable message before that sequence number. Returns `false` if no
    /// message can be evicted.
    fn evict_before(&mut self, before: u64) -> bool {
        let oldest =
            self.messages.iter().position(|(sequence, message)| *sequence < before && message.may_be_evicted());
        oldest.and_then(|index| self.remove(index)).is_some()
    }

    fn clear(&mut self) {
        self.messages.clear();
        self.buffered.remove(self.buffered.bytes());
    }

    fn disconnect(&mut self) {
        self.waker = None;
        self.buffered.disconnect();
    }

    /// Removes a message, and returns its sequence number.
    fn remove(&mut self, index: usize) -> Option<u64> {
        let (sequence, message) = self.messages.remove(index)?;
        self.buffered.remove(message.message().len());
        Some(sequence)
    }

    fn end(&mut self) {
        self.ended_at.get_or_insert_with(Instant::now);
        self.wake();
    }

    fn wake(&mut self) {
        if let Some(waker) = self.waker.take() {
            waker.wake();
        }
    }
}

/// The writer of the response. Dropping it ends the stream: a call may end without a response, when
/// it is cancelled or when a destructor panics.
pub(super) struct Writer(pub(super) Arc<Stream>);

impl Writer {
    pub(super) fn finish(self, responses: impl IntoIterator<Item = Bytes>) {
        self.0.finish(responses);
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.0.end();
    }
}

/// The connection that reads a stream.
pub(super) struct Reader {
    stream: Arc<Stream>,
    /// Number of this reader among those of the stream.
    turn: u64,
    /// Sequence number of the last event that was returned.
    position: u64,
    /// The priming event was returned, or is not needed.
    primed: bool,
}

impl Reader {
    /// Polls for the next event. Returns `None` when the stream has ended, or another connection
    /// reads it now.
    pub(super) fn poll_next(&mut self, context: &mut Context<'_>) -> Poll<Option<Event>> {
        let StreamOptions { resumable, primes, retry } = self.stream.options;
        let mut state = self.stream.state.lock();
        if state.readers != self.turn {
            return Poll::Ready(None);
        }
        if resumable && !self.primed {
            self.primed = true;
            let id = EventId { stream: self.stream.number, sequence: self.position };
            return Poll::Ready(Some(Event { id: Some(id), data: None, retry: Some(retry), primes }));
        }
        let position = self.position;
        let index = state.messages.partition_point(|(sequence, _)| *sequence <= position);
        if let Some((sequence, message)) = state.messages.get(index) {
            let (sequence, message) = (*sequence, message.message().clone());
            self.position = sequence;
            state.last_read = state.last_read.max(sequence);
            if !resumable {
                let read: usize = state.messages.drain(..=index).map(|(_, message)| message.message().len()).sum();
                state.buffered.remove(read);
            }
            let id = resumable.then_some(EventId { stream: self.stream.number, sequence });
            return Poll::Ready(Some(Event { id, data: Some(message), retry: None, primes: false }));
        }
        if state.has_ended() || state.released == self.turn {
            return Poll::Ready(None);
        }
        state.waker = Some(context.waker().clone());
        Poll::Pending
    }

    /// Returns `true` if another reader replaced this one. The last event must not be sent either.
    pub(super) fn is_replaced(&self) -> bool {
        self.stream.state.lock().readers != self.turn
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        let mut state = self.stream.state.lock();
        if state.readers == self.turn {
            state.disconnect();
            drop(state);
            self.stream.enforce_share();
        }
    }
}

#[cfg(test)]
mod tests;
