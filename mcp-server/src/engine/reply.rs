//! `Reply`: what the engine returns to a transport, and every rejection as a reply.

use std::{
    future::poll_fn,
    sync::Arc,
    task::{Context as Task, Poll},
    time::Duration,
};

use bytes::Bytes;
use tokio::time::Instant;

use super::{
    admission::AdmissionError,
    changes::Subscription,
    classify,
    inbound::{Inbound, InvalidHeader},
    response::{error_bytes, null_id_error},
    stream::{Event, Reader},
};
use crate::{
    auth::ScopeSet,
    context::Context,
    protocol::{ErrorCode, ErrorObject, RequestId, envelope::addressee::Addressee, revision::since::Feature},
    quota::QuotaExceeded,
};

/// The reply to one message.
pub(crate) enum Reply {
    /// One message.
    Message(MessageReply),
    /// Messages, and the response at their end.
    Stream(EventStream),
    /// The message was accepted, and has no response.
    Accepted,
    /// Nothing more will be sent for the request.
    Nothing,
    /// The caller needs a token with more access. `message` is the JSON-RPC response.
    Unauthorized { rejection: AccessRejection, message: Bytes },
}

/// One message with its status.
pub(crate) struct MessageReply {
    pub(crate) status: Status,
    pub(crate) body: Bytes,
    /// The session that the message opens.
    pub(crate) session: Option<Arc<str>>,
}

/// Status of a message, for transports that have one of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    /// The message is the response.
    Ok,
    /// The request is malformed.
    BadRequest,
    /// The method does not exist.
    UnknownMethod,
    /// The session does not exist.
    UnknownSession,
    /// A limit is reached. The client should retry after that time.
    Unavailable(Duration),
    /// The server failed.
    ServerError,
}

/// Access that the caller lacks.
#[derive(Debug)]
pub(crate) enum AccessRejection {
    /// The token of the caller lacks these scopes.
    InsufficientScope(ScopeSet),
    /// The caller must authenticate, with these scopes.
    LoginRequired(ScopeSet),
}

impl Reply {
    /// Returns a response.
    pub(crate) fn response(body: Bytes) -> Self {
        Self::message(Status::Ok, body)
    }

    /// Returns a message with a status.
    pub(crate) fn message(status: Status, body: Bytes) -> Self {
        Self::Message(MessageReply { status, body, session: None })
    }

    /// Returns an error response.
    pub(super) fn error(id: &RequestId, error: &ErrorObject) -> Self {
        Self::response(error_bytes(Some(id), error))
    }

    /// Returns the error response to a malformed message.
    pub(super) fn bad_request(id: Option<&RequestId>, error: &ErrorObject) -> Self {
        Self::message(Status::BadRequest, error_bytes(id, error))
    }

    /// Returns the single message of the reply, if it is one.
    pub(crate) fn into_message(self) -> Option<Bytes> {
        match self {
            Self::Message(MessageReply { body, .. }) | Self::Unauthorized { message: body, .. } => Some(body),
            Self::Accepted | Self::Nothing | Self::Stream(_) => None,
        }
    }
}

/// A request that is rejected for its session, its stream or the limits of the server.
#[derive(Debug)]
pub(crate) enum Rejection {
    /// A header is invalid.
    InvalidHeader(InvalidHeader),
    /// The server does not support the version of the header.
    UnsupportedVersion(Box<str>),
    /// The header `Mcp-Session-Id` is missing.
    MissingSessionId,
    /// The session does not exist, has ended, or belongs to another caller.
    UnknownSession,
    /// `Last-Event-ID` names no event that is kept.
    UnknownEvent,
    /// The stream of `Last-Event-ID` has ended, and nothing follows the event. An empty stream
    /// would make the client reconnect forever.
    StreamOver,
    /// A request with the same id is in flight.
    DuplicateId,
    /// The client has too many requests in flight.
    ClientLimit,
    /// The caller has reached its share of the calls in flight.
    ShareLimit,
    /// The limit of calls in flight is reached.
    ServerLimit,
    /// The limit of open sessions is reached, for all callers or for this one.
    SessionLimit(QuotaExceeded),
    /// The limit of open subscriptions is reached, for all callers or for this one.
    SubscriptionLimit(QuotaExceeded),
}

/// Time after which a client should retry when too many of its requests, or of all requests, are in
/// flight.
const RETRY_CALL: Duration = Duration::from_secs(1);

/// Time after which a client should retry to open a session or a subscription.
const RETRY_OPEN: Duration = Duration::from_secs(30);

impl Rejection {
    /// Returns the reply to the request with that id.
    pub(crate) fn reply(self, id: Option<&RequestId>) -> Reply {
        let unavailable = |text| ErrorObject::new(ErrorCode::UNAVAILABLE, text);
        let (status, error) = match self {
            Self::InvalidHeader(header) => (Status::BadRequest, header.error()),
            Self::UnsupportedVersion(version) => (Status::BadRequest, classify::unsupported(&version)),
            Self::MissingSessionId => {
                let text = "missing header Mcp-Session-Id: begin with `initialize`";
                (Status::BadRequest, ErrorObject::invalid_request(text))
            }
            Self::UnknownSession => {
                let text = "unknown or expired session: begin again with `initialize`";
                (Status::UnknownSession, ErrorObject::new(ErrorCode::SESSION_NOT_FOUND, text))
            }
            Self::UnknownEvent => {
                let text = "invalid header Last-Event-ID: expected the id of an event of a stream that is kept";
                (Status::BadRequest, ErrorObject::invalid_request(text))
            }
            Self::StreamOver => return Reply::Nothing,
            Self::DuplicateId => {
                let id = id.map(ToString::to_string).unwrap_or_default();
                let text = format!("duplicate id {id}: a request with this id is in flight");
                (Status::BadRequest, ErrorObject::invalid_request(text))
            }
            Self::ClientLimit => {
                (Status::Unavailable(RETRY_CALL), unavailable("too many requests of this client are in flight"))
            }
            Self::ShareLimit => {
                tracing::warn!("rejected a call: its caller has reached its share of the calls in flight");
                let text = "this caller has reached its share of the calls in flight: wait for some of them to end";
                (Status::Unavailable(RETRY_CALL), unavailable(text))
            }
            Self::ServerLimit => {
                tracing::warn!("rejected a call: the limit of calls in flight is reached");
                (Status::Unavailable(RETRY_CALL), unavailable("too many calls are in flight: try again later"))
            }
            Self::SessionLimit(exceeded) => (
                Status::Unavailable(RETRY_OPEN),
                unavailable(match exceeded {
                    QuotaExceeded::Quota => "too many sessions are open: try again later",
                    QuotaExceeded::Share => "this caller has reached its share of the sessions: end some of them",
                }),
            ),
            Self::SubscriptionLimit(exceeded) => (
                Status::Unavailable(RETRY_OPEN),
                unavailable(match exceeded {
                    QuotaExceeded::Quota => "too many subscriptions are open: try again later",
                    QuotaExceeded::Share => "this caller has reached its share of the subscriptions: end some of them",
                }),
            ),
        };
        Reply::message(status, error_bytes(id, &error))
    }
}

impl From<AdmissionError> for Rejection {
    fn from(error: AdmissionError) -> Self {
        match error {
            AdmissionError::DuplicateId => Self::DuplicateId,
            AdmissionError::ClientLimit => Self::ClientLimit,
            AdmissionError::Closed => Self::UnknownSession,
            AdmissionError::ShareLimit => Self::ShareLimit,
            AdmissionError::ServerLimit => Self::ServerLimit,
        }
    }
}

/// Returns the reply to a message that is rejected before its method is known.
pub(super) fn reject(inbound: &Inbound, addressee: &Addressee, error: &ErrorObject) -> Reply {
    match (addressee, &inbound.stdio) {
        (_, Some(connection)) => connection.reject(addressee, error),
        (Addressee::Request(id), None) => Reply::bad_request(Some(id), error),
        (_, None) => Reply::bad_request(None, error),
    }
}

impl super::StdioConnection {
    /// Returns the reply to a line that is rejected before its method is known. Every id is
    /// answered: revisions before 2025-11-25 have no error without an id, so an id that cannot be
    /// read is answered under `null` there. Their clients receive nothing for a line without an id.
    pub(crate) fn reject(&self, addressee: &Addressee, error: &ErrorObject) -> Reply {
        let has_error_without_id =
            || self.session().is_none_or(|session| session.version.knows(Feature::ErrorWithoutId));
        match addressee {
            Addressee::Request(id) => Reply::bad_request(Some(id), error),
            Addressee::InvalidId | Addressee::Sender if has_error_without_id() => Reply::bad_request(None, error),
            Addressee::InvalidId => Reply::message(Status::BadRequest, null_id_error(error)),
            Addressee::Unanswered | Addressee::Question(_) | Addressee::Sender => {
                if let (Addressee::Question(id), Some(session)) = (addressee, self.session()) {
                    session.questions.fail(id, error);
                }
                tracing::warn!(error = %error.message, "ignored a malformed message without an id to answer");
                Reply::Accepted
            }
        }
    }
}

/// The events of one response, or of one subscription, on their way to a client.
pub(crate) struct EventStream {
    source: Source,
    /// Calls that are cancelled when the client disconnects before the end.
    calls: Option<BoundCalls>,
    /// Time at which the stream ends: the expiry of the token of its reader.
    ends_at: Option<Instant>,
}

enum Source {
    /// A call, a batch, or the standalone stream of a session.
    Stream(Reader),
    /// A subscription of the stateless era.
    Subscription(Box<Subscription>),
    Empty,
}

/// Calls that live as long as the connection that reads their stream.
struct BoundCalls {
    calls: Vec<Context>,
    ended: bool,
}

impl EventStream {
    /// Returns a stream whose calls survive the connection.
    pub(super) fn detached(reader: Reader) -> Self {
        Self { source: Source::Stream(reader), calls: None, ends_at: None }
    }

    /// Returns a stream whose calls end with the connection.
    pub(super) fn bound(reader: Reader, calls: Vec<Context>) -> Self {
        let calls = BoundCalls { calls, ended: false };
        Self { source: Source::Stream(reader), calls: Some(calls), ends_at: None }
    }

    /// Returns the stream of a subscription.
    pub(super) fn of_subscription(subscription: Subscription, ends_at: Option<Instant>) -> Self {
        Self { source: Source::Subscription(Box::new(subscription)), calls: None, ends_at }
    }

    /// Returns a stream without events.
    pub(super) fn empty() -> Self {
        Self { source: Source::Empty, calls: None, ends_at: None }
    }

    /// Sets the time at which the stream ends.
    pub(super) fn until(self, ends_at: Option<Instant>) -> Self {
        Self { ends_at, ..self }
    }

    /// Returns the time at which the stream must end.
    pub(crate) fn ends_at(&self) -> Option<Instant> {
        self.ends_at
    }

    /// Ends the stream, a subscription with its response.
    pub(crate) fn end(&mut self) {
        self.ends_at = None;
        match &self.source {
            Source::Subscription(subscription) => subscription.end(),
            Source::Stream(_) | Source::Empty => self.source = Source::Empty,
        }
    }

    /// Returns `true` if the client cancelled the request of the stream. The event that was polled
    /// last must not be sent either.
    pub(crate) fn is_cancelled(&self) -> bool {
        match &self.source {
            Source::Stream(reader) => reader.is_replaced(),
            Source::Subscription(subscription) => subscription.is_cancelled(),
            Source::Empty => false,
        }
    }

    /// Waits for the next event. Returns `None` at the end.
    pub(crate) async fn next(&mut self) -> Option<Event> {
        poll_fn(|task| self.poll_next(task)).await
    }

    pub(crate) fn poll_next(&mut self, task: &mut Task<'_>) -> Poll<Option<Event>> {
        let event = match &mut self.source {
            Source::Stream(reader) => reader.poll_next(task),
            Source::Subscription(subscription) => {
                subscription.poll_next(task).map(|message| message.map(Event::message))
            }
            Source::Empty => Poll::Ready(None),
        };
        if let (Poll::Ready(None), Some(calls)) = (&event, &mut self.calls) {
            calls.ended = true;
        }
        event
    }
}

impl Drop for BoundCalls {
    fn drop(&mut self) {
        if !self.ended {
            // A call that became a task continues without the connection.
            self.calls.iter().filter(|call| call.0.channel.task().is_none()).for_each(Context::cancel);
        }
    }
}
