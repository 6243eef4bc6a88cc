//! One stream of events to a client, with what is needed to go on after the connection is lost.
//!
//! Whoever writes never waits: events collect in a bounded buffer, and whoever reads takes them from there. A reader that does not
//! keep up loses the oldest notifications, never the answer.

use std::{
    collections::VecDeque,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, Waker},
    time::Duration,
};

use bytes::Bytes;
use tokio::time::Instant;

use super::budget::{Budget, Held};
use crate::context::Sink;

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

/// Names an event of a session: which stream it was on, and where there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct EventId {
    pub(crate) stream: u64,
    pub(crate) sequence: u64,
}

impl EventId {
    /// The id that a client repeats in `Last-Event-ID`.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (stream, sequence) = text.split_once('-')?;
        Some(Self { stream: stream.parse().ok()?, sequence: sequence.parse().ok()? })
    }
}

impl fmt::Display for EventId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}-{}", self.stream, self.sequence)
    }
}

/// What a stream may hold.
#[derive(Clone, Debug)]
pub(crate) struct Capacity {
    /// Notifications that are kept.
    pub(crate) events: usize,
    /// Bytes of them that are kept.
    pub(crate) bytes: usize,
    /// What all streams may hold together. When that is spent, a stream that nobody reads holds nothing.
    pub(crate) budget: Budget,
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
    state: Mutex<State>,
}

struct State {
    /// Messages with their sequence numbers, oldest first.
    messages: VecDeque<(u64, Bytes)>,
    /// Bytes in `messages`.
    held: Held,
    /// Messages were given up since there was no room for them.
    forgotten: bool,
    /// The sequence number of the next message. 0 is that of the priming event.
    next: u64,
    /// The answer has been written, or the stream was ended: nothing more comes.
    ended: bool,
    ended_at: Option<Instant>,
    /// Counts readers, so that an older one knows that it has been replaced.
    reader: u64,
    waker: Option<Waker>,
    connected: bool,
}

impl Stream {
    pub(crate) fn new(number: u64, manner: Manner, capacity: Capacity) -> Arc<Self> {
        let state = State {
            messages: VecDeque::new(),
            held: Held::nothing_of(capacity.budget.clone()),
            forgotten: false,
            next: 1,
            ended: false,
            ended_at: None,
            reader: 0,
            waker: None,
            connected: false,
        };
        Arc::new(Self { number, manner, capacity, state: Mutex::new(state) })
    }

    pub(crate) fn number(&self) -> u64 {
        self.number
    }

    /// Writes the last message, and ends the stream.
    pub(crate) fn finish(&self, answer: Bytes) {
        let mut state = self.lock();
        if !state.ended {
            state.add(answer);
        }
        state.end();
        state.forget_if_too_much();
    }

    /// Ends the stream without an answer.
    pub(crate) fn end(&self) {
        self.lock().end();
    }

    /// Whether a connection reads the stream at this moment.
    pub(crate) fn is_connected(&self) -> bool {
        self.lock().connected
    }

    /// Whether nothing more will be written.
    pub(crate) fn has_ended(&self) -> bool {
        self.lock().ended
    }

    /// Whether that event has been written, and what follows it is still there. 0 is the priming event, which every stream begins
    /// with.
    pub(crate) fn has(&self, sequence: u64) -> bool {
        let state = self.lock();
        sequence < state.next && !state.forgotten
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

    /// A reader of everything after that event; the one before it, if any, ends.
    pub(crate) fn read(self: &Arc<Self>, after: Option<u64>) -> Reader {
        let mut state = self.lock();
        state.reader += 1;
        state.connected = true;
        if let Some(waker) = state.waker.take() {
            waker.wake();
        }
        Reader { stream: self.clone(), turn: state.reader, position: after.unwrap_or(0), begun: after.is_some() }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Sink for Stream {
    fn push(&self, message: Bytes) {
        let mut state = self.lock();
        if state.ended {
            return;
        }
        state.add(message);
        // The newest stays, however large: whoever reads as fast as it is written loses nothing.
        while state.messages.len() > 1
            && (state.messages.len() > self.capacity.events || state.held.bytes() > self.capacity.bytes)
        {
            match state.messages.pop_front() {
                Some((_, oldest)) => state.held.give_back(oldest.len()),
                None => break,
            }
        }
        state.forget_if_too_much();
        state.wake();
    }
}

impl State {
    fn add(&mut self, message: Bytes) {
        self.held.add(message.len());
        self.messages.push_back((self.next, message));
        self.next += 1;
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

    /// Gives up what waits for a client that is away, when all streams together hold too much.
    fn forget_if_too_much(&mut self) {
        if !self.connected && self.held.is_too_much() && !self.messages.is_empty() {
            self.messages.clear();
            self.held.give_back(self.held.bytes());
            self.forgotten = true;
        }
    }
}

/// Who writes the answer. A call may be gone without one: withdrawn, or lost in a panic of what it drops.
pub(crate) struct Writer(pub(crate) Arc<Stream>);

impl Writer {
    pub(crate) fn finish(self, answer: Bytes) {
        self.0.finish(answer);
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
            let id = EventId { stream: self.stream.number, sequence: 0 };
            return Poll::Ready(Some(Event { id: Some(id), data: None, retry: Some(retry), primes }));
        }
        let position = self.position;
        let index = state.messages.partition_point(|(sequence, _)| *sequence <= position);
        if let Some((sequence, message)) = state.messages.get(index) {
            let (sequence, message) = (*sequence, message.clone());
            self.position = sequence;
            if !resumable {
                let read: usize = state.messages.drain(..=index).map(|(_, message)| message.len()).sum();
                state.held.give_back(read);
            }
            let id = resumable.then_some(EventId { stream: self.stream.number, sequence });
            return Poll::Ready(Some(Event { id, data: Some(message), retry: None, primes: false }));
        }
        if state.ended {
            return Poll::Ready(None);
        }
        state.waker = Some(context.waker().clone());
        Poll::Pending
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        let mut state = self.stream.lock();
        if state.reader == self.turn {
            state.connected = false;
            state.waker = None;
            state.forget_if_too_much();
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::future::poll_fn;

    use super::*;

    fn capacity(budget: &Budget) -> Capacity {
        Capacity { events: 3, bytes: 100, budget: budget.clone() }
    }

    fn stream(resumable: bool) -> Arc<Stream> {
        Stream::new(7, Manner { resumable, primes: true, retry: Duration::from_secs(1) }, capacity(&Budget::new(1_000)))
    }

    async fn texts(reader: &mut Reader) -> Vec<String> {
        let mut texts = Vec::new();
        while let Some(event) = poll_fn(|context| reader.poll_next(context)).await {
            let id = event.id.map(|id| id.to_string()).unwrap_or_default();
            texts.push(format!("{id}:{}", String::from_utf8_lossy(&event.data.unwrap_or_default())));
        }
        texts
    }

    #[tokio::test]
    async fn what_a_lost_connection_missed_is_read_by_the_next_one() {
        let stream = stream(true);
        stream.push("a".into());
        let mut reader = stream.read(None);
        for _ in 0..2 {
            poll_fn(|context| reader.poll_next(context)).await;
        }
        drop(reader);
        stream.push("b".into());
        stream.finish("answer".into());
        assert_eq!(texts(&mut stream.read(Some(1))).await, ["7-2:b", "7-3:answer"]);
        assert_eq!(texts(&mut stream.read(Some(0))).await, ["7-1:a", "7-2:b", "7-3:answer"]);
    }

    #[tokio::test]
    async fn the_answer_outlives_a_flood_of_notifications() {
        let stream = stream(true);
        for number in 0..100 {
            stream.push(number.to_string().into());
        }
        stream.finish("answer".into());
        assert_eq!(texts(&mut stream.read(None)).await, ["7-0:", "7-98:97", "7-99:98", "7-100:99", "7-101:answer"]);
    }

    #[tokio::test]
    async fn who_keeps_up_gets_what_is_larger_than_the_buffer() {
        let stream = stream(true);
        let large = "x".repeat(101);
        stream.push(large.clone().into());
        stream.end();
        assert_eq!(texts(&mut stream.read(None)).await, ["7-0:".to_owned(), format!("7-1:{large}")]);
    }

    #[tokio::test]
    async fn nobody_waits_for_a_writer_that_is_gone() {
        let stream = stream(true);
        drop(Writer(stream.clone()));
        assert_eq!(texts(&mut stream.read(None)).await, ["7-0:"]);
    }

    #[tokio::test]
    async fn what_nobody_reads_is_given_up_when_all_streams_hold_too_much() {
        let budget = Budget::new(10);
        let manner = Manner { resumable: true, primes: true, retry: Duration::from_secs(1) };
        let [read, unread] = [1, 2].map(|number| Stream::new(number, manner, capacity(&budget)));
        let mut reader = read.read(None);
        read.finish("an answer of more than ten bytes".into());
        unread.finish("another".into());
        assert!(!unread.has(0), "what is gone cannot be resumed");
        assert_eq!(texts(&mut reader).await.len(), 2, "whoever reads loses nothing");
        drop(reader);
        drop((read, unread));
        let later = Stream::new(3, manner, capacity(&budget));
        later.finish("short".into());
        assert!(later.has(1), "room that was given back is room again");
    }

    #[tokio::test]
    async fn nothing_follows_the_answer() {
        let stream = stream(false);
        stream.finish("answer".into());
        stream.push("late".into());
        stream.finish("again".into());
        assert_eq!(texts(&mut stream.read(None)).await, [":answer"]);
    }

    #[test]
    fn a_stream_is_over_for_who_has_seen_its_last_event() {
        let (withdrawn, answered) = (stream(true), stream(true));
        withdrawn.push("a".into());
        assert!(!withdrawn.is_over_after(1), "more may come");
        withdrawn.end();
        answered.finish("answer".into());
        for stream in [withdrawn, answered] {
            assert!(!stream.is_over_after(0));
            assert!(stream.is_over_after(1));
            assert!(stream.is_over_after(u64::MAX));
        }
    }

    #[tokio::test]
    async fn a_second_reader_takes_over() {
        let stream = stream(true);
        let mut first = stream.read(None);
        let mut second = stream.read(None);
        stream.finish("answer".into());
        assert!(texts(&mut first).await.is_empty());
        drop(first);
        assert!(stream.is_connected());
        assert_eq!(texts(&mut second).await, ["7-0:", "7-1:answer"]);
    }

    #[test]
    fn event_ids_are_read_back() {
        let id = EventId { stream: 3, sequence: 14 };
        assert_eq!(EventId::parse(&id.to_string()), Some(id));
        for text in ["", "3", "3-", "-1", "3-x", "a-b"] {
            assert_eq!(EventId::parse(text), None, "{text}");
        }
    }
}
