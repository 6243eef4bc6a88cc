//! What the engine answers, in words that are not those of a transport.

use std::{
    future::poll_fn,
    sync::Arc,
    task::{Context as Task, Poll},
    time::Duration,
};

use bytes::Bytes;
use tokio::time::Instant;

use super::{
    answer::Refused,
    listening::Listening,
    stream::{Event, Reader},
};
use crate::{context::Context, protocol::RequestId};

/// The answer to one message.
pub(crate) enum Reply {
    /// One message.
    Message(MessageReply),
    /// Messages, and at their end the answer.
    Stream(EventStream),
    /// Taken, and nothing to say.
    Accepted,
    /// Nothing more comes of what was asked for.
    Nothing,
    /// The caller must bring another token. The message is for clients that look at the body only.
    Refused { refused: Refused, message: Bytes },
}

/// One message, with how it went.
pub(crate) struct MessageReply {
    pub(crate) outcome: MessageOutcome,
    pub(crate) body: Bytes,
    /// The session that the message opens.
    pub(crate) session: Option<Arc<str>>,
}

/// How it went, as far as a transport can say so beside the message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MessageOutcome {
    /// The message is the answer.
    Answered,
    /// The request was malformed.
    Malformed,
    /// The method does not exist.
    UnknownMethod,
    /// The session does not exist.
    UnknownSession,
    /// There is no room, for at least that long.
    NoRoom(Duration),
    /// Something broke.
    Broken,
}

impl Reply {
    pub(crate) fn answered(body: Bytes) -> Self {
        Self::with(MessageOutcome::Answered, body)
    }

    pub(crate) fn with(outcome: MessageOutcome, body: Bytes) -> Self {
        Self::Message(MessageReply { outcome, body, session: None })
    }
}

/// A stream of events to one client.
pub(crate) struct EventStream {
    source: Source,
    /// The calls that are withdrawn when the client goes away before the end.
    bound: Option<Bound>,
    /// When it ends whatever comes: with the token of who listens.
    ends_at: Option<Instant>,
}

/// Where events come from.
enum Source {
    /// What a call says, or what is said to a session.
    Stream(Reader),
    /// Changes that a client of the stateless era opted in to.
    Changes(Box<Listening>),
    /// The end.
    Over,
}

struct Bound {
    calls: Vec<Context>,
    ended: bool,
}

impl EventStream {
    /// A stream whose call goes on without its client.
    pub(crate) fn detached(reader: Reader) -> Self {
        Self { source: Source::Stream(reader), bound: None, ends_at: None }
    }

    /// A stream whose calls end with the connection.
    pub(crate) fn bound(reader: Reader, calls: Vec<Context>) -> Self {
        Self { source: Source::Stream(reader), bound: Some(Bound { calls, ended: false }), ends_at: None }
    }

    /// A stream of changes.
    pub(crate) fn of_changes(listening: Listening, ends_at: Option<Instant>) -> Self {
        Self { source: Source::Changes(Box::new(listening)), bound: None, ends_at }
    }

    /// A stream without events.
    pub(crate) fn over() -> Self {
        Self { source: Source::Over, bound: None, ends_at: None }
    }

    /// The same, and no longer than until then.
    pub(crate) fn until(self, ends_at: Option<Instant>) -> Self {
        Self { ends_at, ..self }
    }

    /// When it ends whatever comes.
    pub(crate) fn ends_at(&self) -> Option<Instant> {
        self.ends_at
    }

    /// Ends it, in words where there are some.
    pub(crate) fn end(&mut self) {
        self.ends_at = None;
        match &self.source {
            Source::Changes(listening) => listening.end(),
            Source::Stream(_) | Source::Over => self.source = Source::Over,
        }
    }

    /// Whether its client has withdrawn what it belongs to, so that not even the event which was taken last is to be sent.
    pub(crate) fn is_withdrawn(&self) -> bool {
        match &self.source {
            Source::Stream(reader) => reader.is_replaced(),
            Source::Changes(listening) => listening.is_withdrawn(),
            Source::Over => false,
        }
    }

    /// The next event; `None` at the end.
    pub(crate) async fn next(&mut self) -> Option<Event> {
        poll_fn(|task| self.poll_next(task)).await
    }

    pub(crate) fn poll_next(&mut self, task: &mut Task<'_>) -> Poll<Option<Event>> {
        let event = match &mut self.source {
            Source::Stream(reader) => reader.poll_next(task),
            Source::Changes(listening) => listening.poll_next(task).map(|message| message.map(Event::message)),
            Source::Over => Poll::Ready(None),
        };
        if let (Poll::Ready(None), Some(bound)) = (&event, &mut self.bound) {
            bound.ended = true;
        }
        event
    }
}

impl Drop for Bound {
    fn drop(&mut self) {
        // A task goes on without the connection that it came by.
        if !self.ended {
            self.calls.iter().filter(|call| call.0.asking.task().is_none()).for_each(Context::withdraw);
        }
    }
}

/// The id of a request whose answer is an error, if it has one.
pub(crate) type MaybeId<'a> = Option<&'a RequestId>;
