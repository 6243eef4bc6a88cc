//! One stream of events to a client, with what is needed to go on after the connection is lost.
//!
//! Whoever writes never waits: events collect in a bounded buffer, and whoever reads takes them from there. A reader that does not
//! keep up loses the oldest notifications, never the answer, nor a question that waits for one.

use std::{
    collections::VecDeque,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, Waker},
    time::Duration,
};

use bytes::Bytes;
use tokio::time::Instant;

use super::budget::{Held, Share};
use crate::context::{Outgoing, Sink};

/// An event as it is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Event {
    /// By which the client asks for what came after it; `None` on streams that cannot be resumed.
    pub(crate) id: Option<EventId>,
    /// A message; `None` for the event that only tells the id.
    pub(crate) data: Option<Bytes>,
    /// How long the client should wait before it comes back.
    pub(crate) retry: Option<Duration>,
    /// Whether the event must have a `data` field even though it has no data.
    pub(crate) primes: bool,
}

impl Event {
    /// A message on a stream that cannot be resumed.
    pub(crate) fn message(data: Bytes) -> Self {
        Self { id: None, data: Some(data), retry: None, primes: false }
    }
}

/// Names an event of a session: which stream it was on, and where there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct EventId {
    pub(crate) stream: u64,
    pub(crate) sequence: u64,
}

impl EventId {
    /// The id that a client repeats in `Last-Event-ID`, in no other spelling than the one it was given.
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

/// What a stream may hold.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Capacity {
    /// Notifications that are kept.
    pub(crate) events: usize,
    /// Bytes of them that are kept.
    pub(crate) bytes: usize,
}

/// How a stream speaks to its client.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Manner {
    /// Events have ids, and stay for a client that comes back.
    pub(crate) resumable: bool,
    /// The first event has an empty `data` field, which clients before 2025-11-25 take for a message.
    pub(crate) primes: bool,
    /// How long a client should wait before it comes back.
    pub(crate) retry: Duration,
}

/// A stream. Written by the call it belongs to, read by one connection at a time.
pub(crate) struct Stream {
    number: u64,
    manner: Manner,
    capacity: Capacity,
    /// What the session holds that the stream belongs to, if any.
    share: Option<Arc<Share>>,
    state: Mutex<State>,
}

struct State {
    /// Messages with their sequence numbers, oldest first.
    messages: VecDeque<(u64, Outgoing)>,
    /// Bytes in `messages`, and whether a client is there to read them.
    held: Held,
    /// The sequence number up to which everything was given up, since the session held too much.
    lost: u64,
    /// The sequence number that the answers begin with, once they are written.
    answers: u64,
    /// The sequence number of the next message. 0 is that of the priming event.
    next: u64,
    /// The sequence number of the latest message that a connection has taken.
    read: u64,
    /// The answer has been written, or the stream was ended: nothing more comes.
    ended: bool,
    ended_at: Option<Instant>,
    /// Counts readers, so that an older one knows that it has been replaced.
    reader: u64,
    waker: Option<Waker>,
    /// The reader that ends when it has everything so far.
    leaving: u64,
}

impl Stream {
    pub(crate) fn new(number: u64, manner: Manner, capacity: Capacity, share: Option<Arc<Share>>) -> Arc<Self> {
        let state = State {
            messages: VecDeque::new(),
            held: Held::nothing_of(share.clone()),
            lost: 0,
            answers: u64::MAX,
            next: 1,
            read: 0,
            ended: false,
            ended_at: None,
            reader: 0,
            waker: None,
            leaving: 0,
        };
        Arc::new(Self { number, manner, capacity, share, state: Mutex::new(state) })
    }

    pub(crate) fn number(&self) -> u64 {
        self.number
    }

    /// Writes the answer, or those to a batch, and ends the stream.
    pub(crate) fn finish(&self, answers: impl IntoIterator<Item = Bytes>) {
        let mut state = self.lock();
        if !state.ended {
            state.answers = state.next;
            answers.into_iter().for_each(|answer| state.add(answer.into()));
        }
        state.end();
        drop(state);
        self.settle();
    }

    /// Writes a message that says all that an earlier one of the same words did, read or not: only the latest stays.
    pub(crate) fn push_latest(&self, message: Bytes) {
        self.lock().take_back(&message);
        self.push(message.into());
    }

    /// Ends the stream without an answer.
    pub(crate) fn end(&self) {
        self.lock().end();
    }

    /// Whether a connection reads the stream at this moment.
    pub(crate) fn is_connected(&self) -> bool {
        !self.lock().held.client_is_away()
    }

    /// Whether nothing more will be written.
    pub(crate) fn has_ended(&self) -> bool {
        self.lock().ended
    }

    /// Whether that event has been written, and nothing that follows it was given up for want of room. 0 is the priming event, which
    /// every stream begins with.
    pub(crate) fn has(&self, sequence: u64) -> bool {
        let state = self.lock();
        (state.lost..state.next).contains(&sequence)
    }

    /// Whether a client that has seen that event has nothing to come back for: it has the answer, or the call was withdrawn.
    pub(crate) fn is_over_after(&self, sequence: u64) -> bool {
        let state = self.lock();
        state.ended && state.next <= sequence.saturating_add(1)
    }

    /// Whether it is at least so long ago that the stream has ended.
    pub(crate) fn has_ended_for(&self, time: Duration) -> bool {
        self.lock().ended_at.is_some_and(|ended_at| ended_at.elapsed() >= time)
    }

    /// A reader of everything after that event; the one before it, if any, ends. Without an event, of all that nobody has read.
    pub(crate) fn read(self: &Arc<Self>, after: Option<u64>) -> Reader {
        let mut state = self.lock();
        let position = after.unwrap_or(state.read.max(state.lost));
        state.reader += 1;
        if state.held.client_is_away() {
            state.held.client_came();
        }
        if let Some(waker) = state.waker.take() {
            waker.wake();
        }
        Reader { stream: self.clone(), turn: state.reader, position, begun: after.is_some() }
    }

    /// Gives up the oldest notifications, as long as the session holds too much and nobody reads the stream. The answer stays.
    pub(crate) fn give_up_notifications(&self) {
        let mut state = self.lock();
        let answers = state.answers;
        while state.held.is_too_much() && state.give_way(answers) {}
    }

    /// Gives up the oldest messages, answers too, as long as the session holds too much and nobody reads the stream. Whoever has not seen
    /// them cannot go on.
    pub(crate) fn give_up(&self) {
        let mut state = self.lock();
        while state.held.is_too_much() && state.messages.front().is_some_and(|(_, message)| message.may_give_way()) {
            state.lost = state.remove(0).unwrap_or(state.lost);
        }
    }

    /// Has the session give up what is too much. Not to be called with the lock, since this stream may be asked as well.
    fn settle(&self) {
        if let Some(share) = &self.share {
            share.settle();
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Sink for Stream {
    fn push(&self, message: Outgoing) {
        let mut state = self.lock();
        if state.ended {
            return;
        }
        state.add(message);
        while state.messages.len() > self.capacity.events || state.held.bytes() > self.capacity.bytes {
            // The newest stays, however large: whoever reads as fast as it is written loses nothing.
            let newest = state.next - 1;
            if !state.give_way(newest) {
                break;
            }
        }
        state.wake();
        drop(state);
        self.settle();
    }

    fn discard(&self) {
        // A client that can come back gets what it missed, whatever became of its call.
        if !self.manner.resumable {
            let mut state = self.lock();
            state.clear();
            // Whoever reads is replaced by nobody.
            state.reader += 1;
            state.end();
            state.leave();
        }
    }

    fn let_go(&self) {
        // Only a client that has the id of an event can come back, and only one that has the priming event has one for certain.
        if self.manner.resumable && self.manner.primes {
            let mut state = self.lock();
            state.leaving = state.reader;
            state.wake();
        }
    }
}

impl State {
    fn add(&mut self, message: Outgoing) {
        self.held.add(message.message().len());
        self.messages.push_back((self.next, message));
        self.next += 1;
    }

    fn take_back(&mut self, message: &Bytes) {
        if let Some(index) = self.messages.iter().position(|(_, known)| known.message() == message) {
            self.remove(index);
        }
    }

    /// Gives up the oldest message before that sequence number that may. `false` when there is none.
    fn give_way(&mut self, before: u64) -> bool {
        let oldest = self.messages.iter().position(|(sequence, message)| *sequence < before && message.may_give_way());
        oldest.and_then(|index| self.remove(index)).is_some()
    }

    fn clear(&mut self) {
        self.messages.clear();
        self.held.give_back(self.held.bytes());
    }

    /// Nobody reads any more.
    fn leave(&mut self) {
        self.waker = None;
        if !self.held.client_is_away() {
            self.held.client_left();
        }
    }

    /// Removes a message, and tells its sequence number.
    fn remove(&mut self, index: usize) -> Option<u64> {
        let (sequence, message) = self.messages.remove(index)?;
        self.held.give_back(message.message().len());
        Some(sequence)
    }

    fn end(&mut self) {
        self.ended = true;
        self.ended_at.get_or_insert_with(Instant::now);
        self.wake();
    }

    fn wake(&mut self) {
        if let Some(waker) = self.waker.take() {
            waker.wake();
        }
    }
}

/// Who writes the answer. A call may be gone without one: withdrawn, or lost in a panic of what it drops.
pub(crate) struct Writer(pub(crate) Arc<Stream>);

impl Writer {
    pub(crate) fn finish(self, answers: impl IntoIterator<Item = Bytes>) {
        self.0.finish(answers);
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.0.end();
    }
}

/// A connection's view of a stream.
pub(crate) struct Reader {
    stream: Arc<Stream>,
    /// Which of the stream's readers this is.
    turn: u64,
    /// The sequence number of the last event that was handed out.
    position: u64,
    /// The priming event has been handed out, or is not due.
    begun: bool,
}

impl Reader {
    /// The next event; `None` when the stream has ended, or another connection reads it now.
    pub(crate) fn poll_next(&mut self, context: &mut Context<'_>) -> Poll<Option<Event>> {
        let Manner { resumable, primes, retry } = self.stream.manner;
        let mut state = self.stream.lock();
        if state.reader != self.turn {
            return Poll::Ready(None);
        }
        if resumable && !self.begun {
            self.begun = true;
            let id = EventId { stream: self.stream.number, sequence: self.position };
            return Poll::Ready(Some(Event { id: Some(id), data: None, retry: Some(retry), primes }));
        }
        let position = self.position;
        let index = state.messages.partition_point(|(sequence, _)| *sequence <= position);
        if let Some((sequence, message)) = state.messages.get(index) {
            let (sequence, message) = (*sequence, message.message().clone());
            self.position = sequence;
            state.read = state.read.max(sequence);
            if !resumable {
                let read: usize = state.messages.drain(..=index).map(|(_, message)| message.message().len()).sum();
                state.held.give_back(read);
            }
            let id = resumable.then_some(EventId { stream: self.stream.number, sequence });
            return Poll::Ready(Some(Event { id, data: Some(message), retry: None, primes: false }));
        }
        if state.ended || state.leaving == self.turn {
            return Poll::Ready(None);
        }
        state.waker = Some(context.waker().clone());
        Poll::Pending
    }
}

impl Reader {
    /// Whether it is the reader of the stream no longer: what it took last is not to be sent, either.
    pub(crate) fn is_replaced(&self) -> bool {
        self.stream.lock().reader != self.turn
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        let mut state = self.stream.lock();
        if state.reader == self.turn {
            state.leave();
            drop(state);
            self.stream.settle();
        }
    }
}

#[cfg(test)]
mod tests;
