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
    refusals::Refusals,
    response::{error_bytes, null_id_error},
    stream::{Event, Reader},
};
use crate::{
    auth::{Principal, ScopeSet},
    context::Context,
    protocol::{ErrorCode, ErrorObject, RequestId, envelope::addressee::Addressee, revision::since::Feature},
    quota::QuotaExceeded,
    refusal::{Grounds, RefusalKind},
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
    Unauthorized { rejection: AccessRejection, message: Bytes, grounds: Option<Box<Grounds>> },
    /// The message is rejected, and its sender expects no response.
    Dropped(Option<Box<Grounds>>),
}

/// One message with its status.
pub(crate) struct MessageReply {
    pub(crate) status: Status,
    pub(crate) body: Bytes,
    /// The session that the message opens.
    pub(crate) session: Option<Arc<str>>,
    /// The grounds of a rejection, for the log. `None` once they are reported.
    pub(super) grounds: Option<Box<Grounds>>,
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
        Self::Message(MessageReply { status, body, session: None, grounds: None })
    }

    /// Returns a rejection. The code of the error decides its kind.
    pub(super) fn rejected(status: Status, id: Option<&RequestId>, error: &ErrorObject) -> Self {
        Self::rejected_as(RefusalKind::of_code(error.code), status, id, error)
    }

    /// Returns a rejection of that kind.
    pub(super) fn rejected_as(kind: RefusalKind, status: Status, id: Option<&RequestId>, error: &ErrorObject) -> Self {
        let grounds = Some(Box::new(Grounds::of_error(kind, error)));
        Self::Message(MessageReply { status, body: error_bytes(id, error), session: None, grounds })
    }

    /// Returns a rejection with status 200, whose error only JSON-RPC knows of.
    pub(super) fn error(id: &RequestId, error: &ErrorObject) -> Self {
        Self::rejected(Status::Ok, Some(id), error)
    }

    /// Returns the rejection of a malformed message.
    pub(super) fn bad_request(id: Option<&RequestId>, error: &ErrorObject) -> Self {
        Self::rejected(Status::BadRequest, id, error)
    }

    /// Returns the rejection of a message whose sender expects no response.
    fn dropped(error: &ErrorObject) -> Self {
        Self::Dropped(Some(Box::new(Grounds::of_error(RefusalKind::of_code(error.code), error))))
    }

    /// Returns the response to a request that failed without being rejected. The caller logs the
    /// reason.
    pub(super) fn failed(status: Status, id: &RequestId, error: &ErrorObject) -> Self {
        Self::message(status, error_bytes(Some(id), error))
    }

    /// Returns a request for a token. `scopes` are those that the caller needs.
    pub(super) fn login_required(id: &RequestId, scopes: ScopeSet) -> Self {
        let error = ErrorObject::new(ErrorCode::UNAUTHORIZED, "authorization required");
        let grounds = Grounds::of_error(RefusalKind::Login, &error);
        let rejection = AccessRejection::LoginRequired(scopes);
        Self::Unauthorized { rejection, message: error_bytes(Some(id), &error), grounds: Some(Box::new(grounds)) }
    }

    /// Adds values to the grounds of a rejection.
    #[must_use]
    pub(crate) fn because(mut self, add: impl FnOnce(Grounds) -> Grounds) -> Self {
        if let Some(grounds) = self.grounds_mut() {
            *grounds = grounds.take().map(|grounds| Box::new(add(*grounds)));
        }
        self
    }

    /// Returns the grounds of a rejection once, to report them.
    pub(crate) fn take_grounds(&mut self) -> Option<Box<Grounds>> {
        self.grounds_mut()?.take()
    }

    /// Reports a rejection once. `status` is that of the HTTP response, if it has one.
    pub(super) fn report(&mut self, refusals: &Arc<Refusals>, status: Option<u16>, principal: Option<&Principal>) {
        if let Some(grounds) = self.take_grounds() {
            refusals.report(&grounds, status, principal);
        }
    }

    fn grounds_mut(&mut self) -> Option<&mut Option<Box<Grounds>>> {
        match self {
            Self::Message(MessageReply { grounds, .. })
            | Self::Unauthorized { grounds, .. }
            | Self::Dropped(grounds) => Some(grounds),
            Self::Stream(_) | Self::Accepted | Self::Nothing => None,
        }
    }

    /// Returns the single message of the reply, if it is one.
    pub(crate) fn into_message(self) -> Option<Bytes> {
        match self {
            Self::Message(MessageReply { body, .. }) | Self::Unauthorized { message: body, .. } => Some(body),
            Self::Accepted | Self::Nothing | Self::Stream(_) | Self::Dropped(_) => None,
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
    /// The session does not exist or has ended.
    UnknownSession(Option<Box<str>>),
    /// The session belongs to another caller, and looks like an unknown one.
    ForeignSession(Box<str>),
    /// `Last-Event-ID` names no event that is kept.
    UnknownEvent(Box<str>),
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

/// Time after which a client should retry a call.
const RETRY_CALL: Duration = Duration::from_secs(1);

/// Time after which a client should retry to open a session or a subscription.
const RETRY_OPEN: Duration = Duration::from_secs(30);

impl Rejection {
    /// Returns the check that rejects the request, and the limits that may be reached.
    fn kind(&self) -> (RefusalKind, Option<&'static str>) {
        match self {
            Self::InvalidHeader(_) => (RefusalKind::Header, None),
            Self::UnsupportedVersion(_) => (RefusalKind::Version, None),
            Self::MissingSessionId | Self::UnknownSession(_) => (RefusalKind::Session, None),
            Self::ForeignSession(_) => (RefusalKind::SessionOwner, None),
            Self::UnknownEvent(_) | Self::StreamOver => (RefusalKind::Event, None),
            Self::DuplicateId => (RefusalKind::Message, None),
            Self::ClientLimit => (RefusalKind::Quota, Some("max_calls_per_session, max_calls_on_stdio")),
            Self::ServerLimit => (RefusalKind::Overload, Some("max_calls, max_call_bytes")),
            Self::ShareLimit => (RefusalKind::Quota, Some("max_calls, max_call_bytes")),
            Self::SessionLimit(exceeded) => {
                let limits = "max_sessions, max_sessions_per_principal";
                (exceeded.choose(RefusalKind::Overload, RefusalKind::Quota), Some(limits))
            }
            Self::SubscriptionLimit(exceeded) => {
                let limits = "max_subscription_streams, max_subscription_streams_per_principal";
                (exceeded.choose(RefusalKind::Overload, RefusalKind::Quota), Some(limits))
            }
        }
    }

    /// Returns the value that is rejected. The id of a session is a secret, and therefore cut.
    fn seen(&self) -> Option<String> {
        match self {
            Self::UnknownSession(id) => id.as_deref().map(cut),
            Self::ForeignSession(id) => Some(cut(id)),
            Self::UnknownEvent(id) => Some(id.to_string()),
            _ => None,
        }
    }

    /// Returns the reply to the request with that id.
    pub(crate) fn reply(self, id: Option<&RequestId>) -> Reply {
        let ((kind, limits), seen) = (self.kind(), self.seen());
        let unavailable = |text| ErrorObject::new(ErrorCode::UNAVAILABLE, text);
        let (status, error) = match self {
            Self::InvalidHeader(header) => (Status::BadRequest, header.error()),
            Self::UnsupportedVersion(version) => (Status::BadRequest, classify::unsupported(&version)),
            Self::MissingSessionId => {
                let text = "missing header Mcp-Session-Id: begin with `initialize`";
                (Status::BadRequest, ErrorObject::invalid_request(text))
            }
            Self::UnknownSession(_) | Self::ForeignSession(_) => {
                let text = "unknown or expired session: begin again with `initialize`";
                (Status::UnknownSession, ErrorObject::new(ErrorCode::SESSION_NOT_FOUND, text))
            }
            Self::UnknownEvent(_) => {
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
                let text = "this caller has reached its share of the calls in flight: wait for some of them to end";
                (Status::Unavailable(RETRY_CALL), unavailable(text))
            }
            Self::ServerLimit => {
                (Status::Unavailable(RETRY_CALL), unavailable("too many calls are in flight: try again later"))
            }
            Self::SessionLimit(exceeded) => {
                let own = "this caller has reached its share of the sessions: end some of them";
                let text = exceeded.choose("too many sessions are open: try again later", own);
                (Status::Unavailable(RETRY_OPEN), unavailable(text))
            }
            Self::SubscriptionLimit(exceeded) => {
                let own = "this caller has reached its share of the subscriptions: end some of them";
                let text = exceeded.choose("too many subscriptions are open: try again later", own);
                (Status::Unavailable(RETRY_OPEN), unavailable(text))
            }
        };
        Reply::rejected_as(kind, status, id, &error).because(|grounds| match (limits, seen) {
            (Some(limits), _) => grounds.reason(format_args!("reached one of the limits {limits}")),
            (None, Some(seen)) => grounds.seen(seen),
            (None, None) => grounds,
        })
    }
}

/// Returns the beginning of a session id, which is enough to recognize the session in a log.
fn cut(id: &str) -> String {
    format!("{}…", id.chars().take(8).collect::<String>())
}

impl From<AdmissionError> for Rejection {
    fn from(error: AdmissionError) -> Self {
        match error {
            AdmissionError::DuplicateId => Self::DuplicateId,
            AdmissionError::ClientLimit => Self::ClientLimit,
            AdmissionError::Closed => Self::UnknownSession(None),
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
            Addressee::InvalidId => match Reply::bad_request(None, error) {
                Reply::Message(reply) => Reply::Message(MessageReply { body: null_id_error(error), ..reply }),
                reply => reply,
            },
            Addressee::Unanswered | Addressee::Question(_) | Addressee::Sender => {
                if let (Addressee::Question(id), Some(session)) = (addressee, self.session()) {
                    session.questions.fail(id, error);
                }
                Reply::dropped(error)
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
