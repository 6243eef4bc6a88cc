//! The session era, 2024-11-05 to 2025-11-25: a handshake opens a session, and requests refer to it.

mod lifecycle;
mod session;
mod sessions;
mod sweeper;

use std::sync::{Arc, atomic::Ordering};

use bytes::Bytes;

pub(crate) use session::{Entered, Session};
pub(crate) use sessions::{SessionLimits, Sessions};
pub(crate) use sweeper::Sweeper;

use super::{
    Accepts, Claims, Engine, EventId, EventStream, Inbound, Kind, Manner, Message, MessageOutcome, OnDisconnect,
    Params, Places, Progress, Reply, Request, ResponseMode, Running, Surroundings, Writer, classify, error_bytes,
    malformed, running, unknown_method,
};
use crate::{
    auth::Principal,
    context::Client,
    dispatch::{self, Aimed, Operation},
    protocol::{ErrorCode, ErrorObject, LoggingLevel, Method, ProtocolVersion, RequestId, since::Feature},
};
use session::NoPlace;

/// Answers a message of the session era. `version` is what its header names.
pub(super) async fn accept(
    engine: &Arc<Engine>,
    inbound: Inbound,
    body: &Bytes,
    message: Message<'_>,
    version: Option<ProtocolVersion>,
) -> Reply {
    let Message { kind, params } = message;
    if let Kind::Request { id, method } = &kind
        && Method::parse(method, ProtocolVersion::LATEST_SESSION) == Some(Method::Initialize)
    {
        return lifecycle::initialize(engine, id, &params, inbound.principal.as_ref());
    }
    if engine.settings.stateless {
        let version = version.unwrap_or(ProtocolVersion::WITHOUT_HEADER);
        return without_session(engine, inbound, body, &kind, &params, version).await;
    }
    let session = match find(engine, &inbound.claims, inbound.principal.as_ref()) {
        Ok(session) => session,
        Err(refusal) => return refusal.reply(kind_id(&kind)),
    };
    session.seen(engine.now());
    match &kind {
        Kind::Request { id, method } => {
            let request = Request { id, version: session.version, params: &params, body };
            in_session(engine, &session, &request, method, inbound).await
        }
        Kind::Notification { method } => {
            if Method::parse(method, session.version) == Some(Method::Cancelled) {
                cancel(&session, &params);
            }
            Reply::Accepted
        }
        // Nothing has been asked of the client, so there is nothing that its answer could belong to.
        Kind::Response { .. } => Reply::Accepted,
    }
}

/// A request that refers to a session which is not there for this caller.
pub(crate) enum StreamRefused {
    /// The server does not speak the version that is named.
    UnsupportedVersion(Box<str>),
    /// No session is named.
    NoSessionId,
    /// There is no such session, for this caller.
    UnknownSession,
    /// The event is of a stream that is no longer kept, or is none.
    UnknownEvent,
    /// Nothing follows the event, and nothing will. A stream without events would only make the client come back for ever.
    Over,
}

impl StreamRefused {
    /// The answer to it.
    pub(crate) fn reply(self, id: Option<&RequestId>) -> Reply {
        let (outcome, error) = match self {
            Self::UnsupportedVersion(version) => (MessageOutcome::Malformed, classify::unsupported(&version)),
            Self::NoSessionId => {
                let text = "the header Mcp-Session-Id is missing: begin with `initialize`";
                (MessageOutcome::Malformed, ErrorObject::invalid_request(text))
            }
            Self::UnknownSession => {
                let text = "there is no such session, or it has ended: begin again with `initialize`";
                (MessageOutcome::UnknownSession, ErrorObject::new(ErrorCode(404), text))
            }
            Self::UnknownEvent => {
                let text = "the header Last-Event-ID names no event of a stream that is kept";
                (MessageOutcome::Malformed, ErrorObject::invalid_request(text))
            }
            Self::Over => return Reply::Nothing,
        };
        Reply::with(outcome, error_bytes(id, &error))
    }
}

/// The session a caller refers to. One of another principal is as good as none.
fn find(engine: &Engine, claims: &Claims, principal: Option<&Principal>) -> Result<Arc<Session>, StreamRefused> {
    if let Some(version) = claims.version.as_deref()
        && ProtocolVersion::parse(version).is_none()
    {
        return Err(StreamRefused::UnsupportedVersion(version.into()));
    }
    let id = claims.session.as_deref().ok_or(StreamRefused::NoSessionId)?;
    let session = engine.sessions.get(id).ok_or(StreamRefused::UnknownSession)?;
    if !session.belongs_to(principal) {
        tracing::warn!("a session was used with the token of another principal, and refused");
        return Err(StreamRefused::UnknownSession);
    }
    Ok(session)
}

impl Engine {
    /// Opens the stream that belongs to no call, or goes on with one that was interrupted.
    pub(crate) fn listen(
        &self,
        claims: &Claims,
        principal: Option<&Principal>,
        last_event: Option<&str>,
    ) -> Result<EventStream, StreamRefused> {
        let session = find(self, claims, principal)?;
        session.seen(self.now());
        let last_event = last_event.map(|text| EventId::parse(text).ok_or(StreamRefused::UnknownEvent)).transpose()?;
        let reader = if let Some(event) = last_event {
            let stream = session.stream(event.stream).filter(|stream| stream.has(event.sequence));
            let stream = stream.ok_or(StreamRefused::UnknownEvent)?;
            if stream.is_over_after(event.sequence) {
                return Err(StreamRefused::Over);
            }
            stream.read(Some(event.sequence))
        } else {
            let standalone = session.standalone(self.manner(session.version), self.capacity());
            let standalone = standalone.ok_or(StreamRefused::UnknownSession)?;
            if self.closing.load(Ordering::SeqCst) {
                standalone.end();
            }
            standalone.read(None)
        };
        Ok(EventStream::detached(reader))
    }

    /// Ends a session at its client's wish.
    pub(crate) fn end_session(&self, claims: &Claims, principal: Option<&Principal>) -> Result<(), StreamRefused> {
        find(self, claims, principal).map(|session| self.sessions.remove(&session))
    }

    fn manner(&self, version: ProtocolVersion) -> Manner {
        Manner { resumable: true, primes: version.knows(Feature::PrimingEvent), retry: self.settings.retry }
    }
}

async fn in_session(
    engine: &Arc<Engine>,
    session: &Arc<Session>,
    request: &Request<'_>,
    method: &str,
    inbound: Inbound,
) -> Reply {
    let Some(known) = Method::parse(method, request.version) else {
        return unknown_method(request.version, request.id, method);
    };
    match known {
        Method::Ping => Reply::answered(engine.answers.members(request.version, request.id, "", None)),
        Method::LoggingSetLevel => set_level(engine, session, request),
        _ => match dispatch::aim(&engine.snapshot, known, request.params, request.body) {
            Err(unknown) => engine.unknown(request, unknown, method, inbound.principal.as_ref()),
            Ok(Operation::List(listing)) => {
                let answer = engine.list(request, listing, inbound.principal.as_ref());
                if streams_everything(engine, inbound.accepts) {
                    on_a_stream(engine, session, answer)
                } else {
                    Reply::answered(answer)
                }
            }
            Ok(Operation::Call(aimed)) => call(engine, session, request, aimed, inbound).await,
        },
    }
}

async fn call(
    engine: &Arc<Engine>,
    session: &Arc<Session>,
    request: &Request<'_>,
    aimed: Aimed,
    inbound: Inbound,
) -> Reply {
    let pipeline = aimed.registered.pipeline.clone();
    let listens = inbound.accepts.stream && engine.settings.mode != ResponseMode::Json;
    let around = Surroundings {
        client: session.client.clone(),
        log_level: Some(session.log_level()),
        headers: inbound.headers,
        principal: inbound.principal,
        listens,
    };
    let context = engine.context(request, aimed, around);
    let entered = match session.enter(&context, engine.settings.calls_per_session) {
        Ok(entered) => entered,
        Err(NoPlace::Ended) => return StreamRefused::UnknownSession.reply(Some(request.id)),
        Err(NoPlace::SameId) => {
            let error = ErrorObject::invalid_request(format!("a request with the id {} is in flight", request.id));
            return malformed(Some(request.id), &error);
        }
        Err(NoPlace::Full) => {
            let error = ErrorObject::new(ErrorCode::UNAVAILABLE, "too many requests of this session are in flight");
            let outcome = MessageOutcome::NoRoom(std::time::Duration::from_secs(1));
            return Reply::with(outcome, error_bytes(Some(request.id), &error));
        }
    };
    let answer = match running::begin(&pipeline, context.clone()) {
        Ok(answer) => answer,
        Err(error) => return engine.ended(request.version, &context, Err(error)),
    };
    let places = Places { _counted: engine.calls.enter(), _entered: Some(entered) };
    let running = Running::new(context.clone(), answer, engine.patience(listens), OnDisconnect::Continue, places);
    match running.in_place().await {
        // A client that did not withdraw the call itself must not wait for its answer.
        Progress::Withdrawn if session.has_ended() => StreamRefused::UnknownSession.reply(Some(request.id)),
        Progress::Withdrawn => Reply::Accepted,
        Progress::Done(ended) => match engine.ended(request.version, &context, ended) {
            Reply::Message(reply) if streams_everything(engine, inbound.accepts) => {
                on_a_stream(engine, session, reply.body)
            }
            reply => reply,
        },
        Progress::Streaming(running) => on_a_stream_later(engine, session, context, running),
    }
}

/// The rest of the call is the session's: it goes on whoever listens, and its answer waits for whoever comes back.
fn on_a_stream_later(engine: &Arc<Engine>, session: &Arc<Session>, context: super::Context, running: Running) -> Reply {
    let stream = session.open_stream(engine.manner(session.version), engine.capacity(), engine.settings.kept_streams);
    context.0.outbox.attach(stream.clone());
    let reader = stream.read(None);
    let (engine, version, writer) = (engine.clone(), session.version, Writer(stream));
    tokio::spawn(async move {
        if let Some(ended) = running.finish().await {
            writer.finish(engine.answers.call(version, context.request_id(), context.target(), ended));
        }
    });
    Reply::Stream(EventStream::detached(reader))
}

/// An answer that is there already, as a stream.
fn on_a_stream(engine: &Engine, session: &Session, answer: Bytes) -> Reply {
    let stream = session.open_stream(engine.manner(session.version), engine.capacity(), engine.settings.kept_streams);
    let reader = stream.read(None);
    stream.finish(answer);
    Reply::Stream(EventStream::detached(reader))
}

fn streams_everything(engine: &Engine, accepts: Accepts) -> bool {
    accepts.stream && (engine.settings.mode == ResponseMode::Stream || !accepts.json)
}

/// A server without sessions serves each request of this era for itself.
async fn without_session(
    engine: &Arc<Engine>,
    inbound: Inbound,
    body: &Bytes,
    kind: &Kind<'_>,
    params: &Params<'_>,
    version: ProtocolVersion,
) -> Reply {
    let Kind::Request { id, method } = kind else { return Reply::Accepted };
    let request = Request { id, version, params, body };
    match Method::parse(method, version) {
        None => unknown_method(version, id, method),
        Some(Method::Ping) => Reply::answered(engine.answers.members(version, id, "", None)),
        Some(Method::LoggingSetLevel) => match level(params) {
            // There is nothing that could remember it.
            Ok(_) => Reply::answered(engine.answers.members(version, id, "", None)),
            Err(error) => Reply::answered(error_bytes(Some(id), &error)),
        },
        Some(known) => {
            super::modern::answer(engine, &request, known, inbound, Client::default(), Some(LoggingLevel::Info)).await
        }
    }
}

fn set_level(engine: &Engine, session: &Session, request: &Request<'_>) -> Reply {
    match level(request.params) {
        Ok(level) => {
            session.set_log_level(level);
            Reply::answered(engine.answers.members(request.version, request.id, "", None))
        }
        Err(error) => Reply::answered(error_bytes(Some(request.id), &error)),
    }
}

fn level(params: &Params<'_>) -> Result<LoggingLevel, ErrorObject> {
    let known = || LoggingLevel::ALL.map(LoggingLevel::as_str).join(", ");
    params
        .level
        .as_deref()
        .and_then(|level| level.parse().ok())
        .ok_or_else(|| ErrorObject::invalid_params(format!("`params.level` is one of {}", known())))
}

/// Withdraws what is in flight. A cancellation that names nothing of the kind is ignored, as the specification asks.
fn cancel(session: &Session, params: &Params<'_>) {
    if let Some(raw) = params.request_id {
        let text = Bytes::copy_from_slice(raw.get().as_bytes());
        if let Ok(id) = RequestId::parse(&text, std::str::from_utf8(&text).unwrap_or_default()) {
            tracing::debug!(%id, reason = params.reason.as_deref().unwrap_or_default(), "a call was withdrawn");
            session.cancel(&id);
        }
    }
}

fn kind_id<'k>(kind: &'k Kind<'_>) -> Option<&'k RequestId> {
    match kind {
        Kind::Request { id, .. } => Some(id),
        Kind::Notification { .. } | Kind::Response { .. } => None,
    }
}
