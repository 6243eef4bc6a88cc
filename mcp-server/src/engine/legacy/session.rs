//! One session: a small record, with no task and no buffer until a stream is open.

use std::{
    collections::VecDeque,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, Weak,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;

use super::subscribe::Subscriptions;
use crate::{
    auth::{Principal, PrincipalBinding},
    context::{Client, LogLevel, Outgoing, Questions, Sink},
    engine::{
        budget::{Budget, Holder, Share},
        in_flight::InFlight,
        stream::{Capacity, Manner, Stream},
    },
    protocol::{LoggingLevel, ProtocolVersion},
};

/// What is known of a client between its requests.
pub(crate) struct Session {
    pub(crate) id: Arc<str>,
    pub(crate) version: ProtocolVersion,
    pub(crate) client: Client,
    /// Who opened it; nobody else may use it.
    pub(crate) owner: Option<PrincipalBinding>,
    /// Milliseconds on the engine's clock. Written by every request, read by the sweeper.
    last_seen: AtomicU64,
    /// The client has sent something after `initialize`.
    confirmed: AtomicBool,
    /// Shared with the calls in flight, which follow it.
    pub(crate) log_level: Arc<LogLevel>,
    pub(super) subscriptions: Subscriptions,
    ended: AtomicBool,
    pub(crate) calls: Arc<InFlight>,
    streams: Mutex<Streams>,
    /// What the streams hold for the client while it is away.
    share: Arc<Share>,
    /// What the client is asked.
    pub(crate) questions: Arc<Questions>,
}

#[derive(Default)]
struct Streams {
    /// Given to the next stream. 0 is the one that a GET opens.
    next: u64,
    /// The stream that a GET opens, for what belongs to no call.
    standalone: Option<Arc<Stream>>,
    /// Streams of calls, oldest first, ended ones for a while longer.
    of_calls: VecDeque<Arc<Stream>>,
}

/// What a session is opened with.
pub(crate) struct Opening {
    pub(crate) id: Arc<str>,
    pub(crate) version: ProtocolVersion,
    pub(crate) client: Client,
    pub(crate) owner: Option<PrincipalBinding>,
    /// Its own, or those of the pipe that it is opened on.
    pub(crate) calls: Arc<InFlight>,
    /// Of all sessions.
    pub(crate) budget: Budget,
}

impl Session {
    pub(crate) fn new(opening: Opening, answer_time: Duration, now: u64) -> Arc<Self> {
        let Opening { id, version, client, owner, calls, budget } = opening;
        Arc::new_cyclic(|session: &Weak<Self>| Self {
            id,
            version,
            client,
            owner,
            last_seen: AtomicU64::new(now),
            confirmed: AtomicBool::new(false),
            log_level: Arc::new(LogLevel::new(LoggingLevel::Info)),
            subscriptions: Subscriptions::default(),
            ended: AtomicBool::new(false),
            calls,
            streams: Mutex::default(),
            share: Share::nothing_of(budget, session.clone()),
            questions: Questions::new(answer_time, session.clone()),
        })
    }

    /// Whether it is this caller's.
    pub(crate) fn belongs_to(&self, principal: Option<&Principal>) -> bool {
        match (&self.owner, principal) {
            (None, None) => true,
            (Some(owner), Some(principal)) => principal.is_bound_to(owner),
            _ => false,
        }
    }

    /// Whether it has ended, and its calls have been withdrawn.
    pub(crate) fn has_ended(&self) -> bool {
        self.ended.load(Ordering::Relaxed)
    }

    /// Notes that the client is there.
    pub(crate) fn seen(&self, now: u64) {
        self.last_seen.store(now, Ordering::Relaxed);
        if !self.confirmed.load(Ordering::Relaxed) {
            self.confirmed.store(true, Ordering::Relaxed);
        }
    }

    /// Milliseconds since the client was last there; 0 as long as it waits for something, or listens.
    pub(crate) fn idle(&self, now: u64) -> u64 {
        if self.is_busy() {
            self.last_seen.store(now, Ordering::Relaxed);
        }
        now.saturating_sub(self.last_seen.load(Ordering::Relaxed))
    }

    /// Whether the client has come back after `initialize`.
    pub(crate) fn is_confirmed(&self) -> bool {
        self.confirmed.load(Ordering::Relaxed)
    }

    /// Opens a stream for a call. Of the ended ones, no more than `kept` stay.
    pub(crate) fn open_stream(&self, manner: Manner, capacity: Capacity, kept: usize) -> Arc<Stream> {
        let mut streams = lock(&self.streams);
        streams.next += 1;
        let stream = Stream::new(streams.next, manner, capacity, Some(self.share.clone()));
        let mut ended = streams.of_calls.iter().filter(|stream| stream.has_ended()).count();
        streams.of_calls.retain(|stream| {
            let goes = ended > kept && stream.has_ended();
            ended -= usize::from(goes);
            !goes
        });
        streams.of_calls.push_back(stream.clone());
        stream
    }

    /// The stream of that number, if it is still kept.
    pub(crate) fn stream(&self, number: u64) -> Option<Arc<Stream>> {
        let streams = lock(&self.streams);
        match number {
            0 => streams.standalone.clone(),
            number => streams.of_calls.iter().find(|stream| stream.number() == number).cloned(),
        }
    }

    /// The stream that belongs to no call. `None` when the session has ended.
    pub(crate) fn standalone(&self, manner: Manner, capacity: Capacity) -> Option<Arc<Stream>> {
        let mut streams = lock(&self.streams);
        if self.ended.load(Ordering::Relaxed) {
            return None;
        }
        let new = || Stream::new(0, manner, capacity, Some(self.share.clone()));
        let stream = streams.standalone.get_or_insert_with(new);
        if stream.has_ended() {
            *stream = new();
        }
        Some(stream.clone())
    }

    /// Says something on the stream that belongs to no call, if there has been one. Of messages that are alike, the latest stays for a
    /// client that is away.
    pub(crate) fn tell(&self, messages: &[Bytes]) {
        let standalone = lock(&self.streams).standalone.clone();
        if let Some(standalone) = standalone {
            for message in messages {
                standalone.push_latest(message.clone());
            }
        }
    }

    /// Forgets the streams that ended at least so long ago and are read by nobody.
    pub(crate) fn forget_ended_streams(&self, kept: Duration) {
        lock(&self.streams).of_calls.retain(|stream| !stream.has_ended_for(kept) || stream.is_connected());
    }

    /// Gives up what is more than an even part of what all sessions may hold, if that is spent.
    pub(crate) fn settle(&self) {
        self.share.settle();
    }

    /// Ends what a GET holds open, and asks nothing any more, so that the server can shut down.
    pub(crate) fn silence(&self) {
        self.questions.end();
        self.end_standalone();
    }

    fn end_standalone(&self) {
        if let Some(stream) = lock(&self.streams).standalone.take() {
            stream.end();
        }
    }

    /// Ends the session: its calls are withdrawn, its streams end.
    pub(crate) fn end(&self) {
        self.ended.store(true, Ordering::Relaxed);
        self.unsubscribe_all();
        self.calls.close();
        self.end_standalone();
        for stream in lock(&self.streams).of_calls.drain(..) {
            stream.end();
        }
    }

    fn is_busy(&self) -> bool {
        if !self.calls.is_empty() {
            return true;
        }
        let streams = lock(&self.streams);
        streams.standalone.iter().chain(&streams.of_calls).any(|stream| stream.is_connected())
    }
}

/// What hurts least goes first: notifications of calls, then those of no call, then the answers that are the oldest. A stream whose call
/// is still running is never given up: its answer is to come.
impl Holder for Session {
    fn make_room(&self) {
        let streams = lock(&self.streams);
        streams.of_calls.iter().for_each(|stream| stream.give_up_notifications());
        let ended = streams.of_calls.iter().filter(|stream| stream.has_ended());
        streams.standalone.iter().chain(ended).for_each(|stream| stream.give_up());
    }
}

/// Messages that belong to no call. Nobody gets them as long as no client has opened a stream for them.
impl Sink for Session {
    fn push(&self, message: Outgoing) {
        let standalone = lock(&self.streams).standalone.clone();
        if let Some(standalone) = standalone {
            standalone.push(message);
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
