//! `Session`: the state of a client between its requests. A small record, without a task, and
//! without a buffer until a stream is open.

mod order;
mod resource_subscriptions;
mod table;

use std::{
    collections::VecDeque,
    sync::{
        Arc, OnceLock, Weak,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use parking_lot::Mutex;

pub(super) use resource_subscriptions::ResourceSubscriptions;
pub(super) use table::{SHARDS, SessionError, SessionTable};

use super::{
    admission::InFlight,
    changes::Subscriber,
    stream::{Capacity, Evict, Share, Stream, StreamOptions},
};
use crate::{
    auth::{Principal, PrincipalBinding},
    context::{Client, LogLevel, Outgoing, Questions, Sink},
    protocol::{LoggingLevel, ProtocolVersion, types::subscription},
    quota::Accounts,
};

/// A session of one client.
pub(crate) struct Session {
    pub(super) id: Arc<str>,
    pub(super) version: ProtocolVersion,
    pub(super) client: Client,
    /// The principal that opened the session. No other caller may use it.
    owner: Option<Box<PrincipalBinding>>,
    /// Milliseconds on the clock of the engine. Written by every request, and by the sweeper while
    /// the session is busy.
    last_seen: AtomicU64,
    /// The value of `last_seen` by which the table has ordered the session.
    place: AtomicU64,
    /// The session lives as long as its stdio connection, and is not taken back.
    on_stdio: bool,
    /// Set once the client has sent anything after `initialize`.
    confirmed: AtomicBool,
    ended: AtomicBool,
    /// Shared with the calls in flight, so that they see changes of the level.
    pub(super) log_level: Arc<LogLevel>,
    pub(super) in_flight: Arc<InFlight>,
    pub(super) questions: Arc<Questions>,
    streams: Mutex<Streams>,
    /// Accounts that the bytes buffered for a disconnected client are charged to.
    accounts: Arc<Accounts>,
    /// The share of this session in the buffered bytes. Created with the first stream.
    share: OnceLock<Arc<Share>>,
    /// Created with the first subscription or standalone stream.
    subscriptions: OnceLock<Arc<ResourceSubscriptions>>,
}

#[derive(Default)]
struct Streams {
    /// Number of the latest stream. 0 is the standalone stream.
    latest: u64,
    /// The stream that a GET request opens, for messages that belong to no call.
    standalone: Option<Arc<Stream>>,
    /// Streams of calls, oldest first. Ended streams stay for a while.
    of_calls: VecDeque<Arc<Stream>>,
}

/// Parameters of a new session.
pub(super) struct NewSession {
    pub(super) id: Arc<str>,
    pub(super) version: ProtocolVersion,
    pub(super) client: Client,
    pub(super) owner: Option<PrincipalBinding>,
    /// The requests of the session, or of the stdio connection on which it is opened.
    pub(super) in_flight: Arc<InFlight>,
    pub(super) on_stdio: bool,
    /// Accounts of the principal that opens the session.
    pub(super) accounts: Arc<Accounts>,
    pub(super) question_timeout: Duration,
    /// Milliseconds on the clock of the engine.
    pub(super) now: u64,
}

impl Session {
    pub(super) fn new(new: NewSession) -> Arc<Self> {
        let NewSession { id, version, client, owner, in_flight, on_stdio, accounts, question_timeout, now } = new;
        Arc::new_cyclic(|session: &Weak<Self>| Self {
            id,
            version,
            client,
            owner: owner.map(Box::new),
            last_seen: AtomicU64::new(now),
            place: AtomicU64::new(now),
            on_stdio,
            confirmed: AtomicBool::new(false),
            ended: AtomicBool::new(false),
            log_level: Arc::new(LogLevel::new(LoggingLevel::Info)),
            in_flight,
            questions: Questions::new(question_timeout, session.clone()),
            streams: Mutex::default(),
            accounts,
            share: OnceLock::new(),
            subscriptions: OnceLock::new(),
        })
    }

    /// Returns `true` if this caller may use the session.
    pub(super) fn belongs_to(&self, principal: Option<&Principal>) -> bool {
        match (&self.owner, principal) {
            (None, None) => true,
            (Some(owner), Some(principal)) => principal.is_bound_to(owner),
            _ => false,
        }
    }

    /// Returns `true` if the session has ended and its calls were cancelled.
    pub(super) fn has_ended(&self) -> bool {
        self.ended.load(Ordering::Relaxed)
    }

    /// Records a request of the client.
    pub(super) fn touch(&self, now: u64) {
        self.last_seen.store(now, Ordering::Relaxed);
        if !self.confirmed.load(Ordering::Relaxed) {
            self.confirmed.store(true, Ordering::Relaxed);
        }
    }

    /// Records that the session is in use, if a call is in flight or a stream is connected.
    pub(super) fn touch_if_busy(&self, now: u64) {
        if self.is_busy() {
            self.last_seen.store(now, Ordering::Relaxed);
        }
    }

    /// Returns the milliseconds since the session was last in use.
    pub(super) fn idle(&self, now: u64) -> u64 {
        now.saturating_sub(self.last_seen())
    }

    /// Returns the time of the last use.
    fn last_seen(&self) -> u64 {
        self.last_seen.load(Ordering::Relaxed)
    }

    /// Returns `true` if the client has sent anything after `initialize`.
    pub(super) fn is_confirmed(&self) -> bool {
        self.confirmed.load(Ordering::Relaxed)
    }

    /// Returns the subscriptions of the session, which are created on first use.
    pub(super) fn subscriptions(&self) -> &Arc<ResourceSubscriptions> {
        let subscriptions = self.subscriptions.get_or_init(Arc::default);
        // Checked after the creation, so that a concurrent end cannot miss them.
        if self.has_ended() {
            subscriptions.close();
        }
        subscriptions
    }

    /// Opens the stream of a call. Of the ended streams, at most `max_ended` are kept.
    pub(super) fn open_stream(
        self: &Arc<Self>,
        options: StreamOptions,
        capacity: Capacity,
        max_ended: usize,
    ) -> Arc<Stream> {
        let mut streams = self.streams.lock();
        streams.latest += 1;
        let stream = Stream::new(streams.latest, options, capacity, Some(self.share()));
        let ended = streams.of_calls.iter().filter(|stream| stream.has_ended()).count();
        for _ in max_ended..ended {
            // Most often the oldest stream, since most calls end soon.
            let oldest = streams.of_calls.iter().position(|stream| stream.has_ended());
            oldest.and_then(|oldest| streams.of_calls.remove(oldest));
        }
        streams.of_calls.push_back(stream.clone());
        stream
    }

    /// Returns the stream of that number. Returns `None` if it was evicted or never existed.
    pub(super) fn stream(&self, number: u64) -> Option<Arc<Stream>> {
        let streams = self.streams.lock();
        match number {
            0 => streams.standalone.clone(),
            number => streams.of_calls.iter().find(|stream| stream.number() == number).cloned(),
        }
    }

    /// Returns the stream for messages that belong to no call, which is created on first use.
    /// Returns `None` after the end of the session.
    pub(super) fn standalone_stream(
        self: &Arc<Self>,
        options: StreamOptions,
        capacity: Capacity,
    ) -> Option<Arc<Stream>> {
        let mut streams = self.streams.lock();
        if self.has_ended() {
            return None;
        }
        let new = || Stream::new(0, options, capacity, Some(self.share()));
        let stream = streams.standalone.get_or_insert_with(new);
        if stream.has_ended() {
            *stream = new();
        }
        Some(stream.clone())
    }

    /// Sends notifications on the standalone stream, if it was ever opened. Of equal messages, only
    /// the latest is kept for a client that is disconnected.
    pub(super) fn notify(&self, messages: &[Bytes]) {
        let standalone = self.streams.lock().standalone.clone();
        if let Some(standalone) = standalone {
            for message in messages {
                standalone.push_latest(message.clone());
            }
        }
    }

    /// Drops the disconnected streams that ended at least `lifetime` ago.
    pub(super) fn drop_ended_streams(&self, lifetime: Duration) {
        self.streams.lock().of_calls.retain(|stream| !stream.has_ended_for(lifetime) || stream.is_connected());
    }

    /// Evicts events that exceed the share of the session.
    pub(super) fn enforce_share(&self) {
        if let Some(share) = self.share.get() {
            share.enforce();
        }
    }

    /// Ends the standalone stream and all questions, so that the server can shut down. Calls go on.
    pub(super) fn begin_shutdown(&self) {
        self.questions.end();
        self.end_standalone_stream();
    }

    /// Ends the session: cancels its calls, and ends its streams.
    pub(super) fn end(&self) {
        self.ended.store(true, Ordering::SeqCst);
        if let Some(subscriptions) = self.subscriptions.get() {
            subscriptions.close();
        }
        self.in_flight.close();
        self.end_standalone_stream();
        for stream in self.streams.lock().of_calls.drain(..) {
            stream.end();
        }
    }

    fn end_standalone_stream(&self) {
        if let Some(stream) = self.streams.lock().standalone.take() {
            stream.end();
        }
    }

    fn is_busy(&self) -> bool {
        if !self.in_flight.is_empty() {
            return true;
        }
        let streams = self.streams.lock();
        streams.standalone.iter().chain(&streams.of_calls).any(|stream| stream.is_connected())
    }

    fn share(self: &Arc<Self>) -> Arc<Share> {
        let session: Weak<Self> = Arc::downgrade(self);
        self.share.get_or_init(|| Arc::new(Share::new(self.accounts.clone(), session))).clone()
    }
}

/// Evicts the least important events first: notifications of calls, then those of the standalone
/// stream, then the oldest responses. The stream of a running call loses notifications only, so
/// that its client can still resume it for the response.
impl Evict for Session {
    fn evict(&self) {
        let streams = self.streams.lock();
        streams.of_calls.iter().for_each(|stream| stream.evict_notifications());
        let ended = streams.of_calls.iter().filter(|stream| stream.has_ended());
        streams.standalone.iter().chain(ended).for_each(|stream| stream.evict());
    }
}

/// Sends messages that belong to no call. They are dropped until the client opens the standalone
/// stream.
impl Sink for Session {
    fn push(&self, message: Outgoing) {
        let standalone = self.streams.lock().standalone.clone();
        if let Some(standalone) = standalone {
            standalone.push(message);
        }
    }
}

impl Subscriber for Session {
    fn resource_updated(&self, uri: &Arc<str>, may_read: &dyn Fn(Option<&Principal>) -> bool, _now: u64) {
        let principal = self.subscriptions.get().and_then(|subscriptions| subscriptions.principal());
        if may_read(principal.as_ref()) {
            self.notify(&[subscription::resource_updated(uri, None)]);
        }
    }
}

#[cfg(test)]
mod tests;
