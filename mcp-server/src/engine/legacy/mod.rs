//! The session era, 2024-11-05 to 2025-11-25: a handshake opens a session, and requests refer to it.

mod lifecycle;
mod session;
mod sessions;
mod subscribe;
mod sweeper;

use std::sync::{Arc, atomic::Ordering};

use bytes::Bytes;

pub(crate) use session::Session;
pub(crate) use sessions::{SHARDS, SessionLimits, Sessions};
pub(crate) use sweeper::Sweeper;

use super::{
    Claims, Engine, EventId, EventStream, Inbound, Kind, Message, MessageOutcome, Params, Places, Reply, Request,
    Running, Surroundings, UnreadableHeader,
    begun::{Begun, Home, Step},
    classify, error_bytes,
    in_flight::InFlightRequest,
    modern::{self, Peer},
    running, unknown_method,
};
use crate::{
    auth::Principal,
    context::{Asking, Client, LogThreshold},
    dispatch::{self, Aimed, Operation},
    protocol::{ErrorCode, ErrorObject, LoggingLevel, Method, ProtocolVersion, RequestId},
};

/// Answers a message of the session era. `version` is what its header names.
pub(super) fn accept(
    engine: &Arc<Engine>,
    inbound: Inbound,
    body: &Bytes,
    message: Message<'_>,
    version: Option<ProtocolVersion>,
) -> Step {
    let Message { kind, params } = message;
    if let Kind::Request { id, method } = &kind
        && Method::parse(method, ProtocolVersion::LATEST_SESSION) == Some(Method::Initialize)
    {
        return lifecycle::initialize(engine, id, &params, &inbound).into();
    }
    let session = match &inbound.pipe {
        Some(pipe) => match pipe.session() {
            Some(session) => session.clone(),
            None => return pipe.before_session(engine, &kind, &params).into(),
        },
        None if engine.settings.stateless => {
            let version = version.unwrap_or(ProtocolVersion::WITHOUT_HEADER);
            return without_session(engine, inbound, body, &kind, &params, version);
        }
        None => match find(engine, &inbound.claims, inbound.principal.as_ref()) {
            Ok(session) => session,
            Err(refusal) => return refusal.reply(kind.request_id()).into(),
        },
    };
    session.seen(engine.now());
    match &kind {
        Kind::Request { id, method } => {
            let request = Request { id, version: session.version, params: &params, body };
            in_session(engine, &session, &request, method, inbound)
        }
        Kind::Notification { method } => {
            if Method::parse(method, session.version) == Some(Method::Cancelled) {
                session.calls.cancel(&params);
            }
            Reply::Accepted.into()
        }
        Kind::Response { id, answer } => {
            let copy = |text: &str| Bytes::copy_from_slice(text.as_bytes());
            if let Some(id) = id {
                session.questions.answer(id, answer.map(copy).map_err(copy));
            } else {
                tracing::warn!("the client could not read a message of the server");
            }
            Reply::Accepted.into()
        }
    }
}

/// A request that refers to a session which is not there for this caller.
pub(crate) enum SessionRefused {
    /// A header does not say clearly what it should.
    Unreadable(UnreadableHeader),
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

impl SessionRefused {
    /// The answer to it.
    pub(crate) fn reply(self, id: Option<&RequestId>) -> Reply {
        let (outcome, error) = match self {
            Self::Unreadable(unreadable) => (MessageOutcome::Malformed, unreadable.error()),
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
pub(super) fn find(
    engine: &Engine,
    claims: &Claims,
    principal: Option<&Principal>,
) -> Result<Arc<Session>, SessionRefused> {
    if let Some(unreadable) = claims.unreadable {
        return Err(SessionRefused::Unreadable(unreadable));
    }
    if let Some(version) = claims.version.as_deref()
        && ProtocolVersion::parse(version).is_none()
    {
        return Err(SessionRefused::UnsupportedVersion(version.into()));
    }
    let id = claims.session.as_deref().ok_or(SessionRefused::NoSessionId)?;
    let session = engine.sessions.get(id).ok_or(SessionRefused::UnknownSession)?;
    if !session.belongs_to(principal) {
        tracing::warn!("a session was used with the token of another principal, and refused");
        return Err(SessionRefused::UnknownSession);
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
    ) -> Result<EventStream, SessionRefused> {
        let session = find(self, claims, principal)?;
        session.seen(self.now());
        session.heard_by(principal);
        let last_event = last_event.map(|text| EventId::parse(text).ok_or(SessionRefused::UnknownEvent)).transpose()?;
        let reader = if let Some(event) = last_event {
            let stream = session.stream(event.stream).filter(|stream| stream.has(event.sequence));
            let stream = stream.ok_or(SessionRefused::UnknownEvent)?;
            if stream.is_over_after(event.sequence) {
                return Err(SessionRefused::Over);
            }
            stream.read(Some(event.sequence))
        } else {
            let standalone = session.standalone(self.session_manner(session.version), self.capacity());
            let standalone = standalone.ok_or(SessionRefused::UnknownSession)?;
            if self.closing.load(Ordering::SeqCst) {
                standalone.end();
            }
            standalone.read(None)
        };
        Ok(EventStream::detached(reader).until(principal.and_then(Principal::ends_at)))
    }

    /// Ends a session at its client's wish.
    pub(crate) fn end_session(&self, claims: &Claims, principal: Option<&Principal>) -> Result<(), SessionRefused> {
        find(self, claims, principal).map(|session| self.sessions.remove(&session))
    }
}

fn in_session(
    engine: &Arc<Engine>,
    session: &Arc<Session>,
    request: &Request<'_>,
    method: &str,
    inbound: Inbound,
) -> Step {
    let Some(known) = Method::parse(method, request.version) else {
        return unknown_method(request.version, request.id, method).into();
    };
    let has_resources = || engine.catalog.now().has_resources();
    match known {
        Method::Ping => Reply::answered(engine.answers.members(request.version, request.id, "", None)).into(),
        Method::LoggingSetLevel => set_level(engine, session, request).into(),
        Method::ResourcesSubscribe if has_resources() => {
            subscribe::subscribe(engine, session, request, method, inbound)
        }
        Method::ResourcesUnsubscribe if has_resources() => {
            Reply::answered(subscribe::unsubscribe(engine, session, request)).into()
        }
        _ => match dispatch::aim(&engine.catalog.now(), known, request.params, request.body) {
            Err(unknown) => engine.unknown(request, unknown, method, inbound.principal.as_ref()).into(),
            Ok(Operation::List(listing)) => {
                let answer = engine.list(request, listing, inbound.principal.as_ref());
                Home::Session(session.clone()).answer(engine, inbound.accepts, answer).into()
            }
            Ok(Operation::Call(aimed)) => call(engine, session, request, aimed, inbound),
        },
    }
}

fn call(engine: &Arc<Engine>, session: &Arc<Session>, request: &Request<'_>, aimed: Aimed, inbound: Inbound) -> Step {
    let pipeline = aimed.registered.pipeline.clone();
    let accepts = inbound.accepts;
    let listens = engine.hears(&inbound);
    let (home, most) = match &inbound.pipe {
        None => (Home::Session(session.clone()), engine.settings.calls_per_session),
        Some(_) => (Home::Connection, engine.settings.calls_per_pipe),
    };
    let around = Surroundings {
        client: session.client.clone(),
        log_level: LogThreshold::Session(session.log_level.clone()),
        headers: inbound.headers,
        principal: inbound.principal,
        asking: Asking::Session(session.questions.clone()),
        listens,
    };
    let context = engine.context(request, aimed, around);
    let entered = session.calls.enter(request.id, InFlightRequest::Call(context.clone()), most);
    let entered = entered.and_then(|entered| Ok((entered, engine.calls.enter(request.body.len())?)));
    let (entered, counted) = match entered {
        Ok(entered) => entered,
        Err(refusal) => return refusal.reply(request.id).into(),
    };
    let answer = match running::begin(&pipeline, context.clone()) {
        Ok(answer) => answer,
        Err(error) => return engine.ended(request.version, &context, Err(error)).into(),
    };
    let places = Places { counted, _entered: Some(entered) };
    let running = Running::new(context.clone(), answer, engine.patience(listens), home.on_disconnect(), places);
    Step::Call(Begun { running, context, version: request.version, accepts, home })
}

/// A server without sessions serves each request of this era for itself.
fn without_session(
    engine: &Arc<Engine>,
    inbound: Inbound,
    body: &Bytes,
    kind: &Kind<'_>,
    params: &Params<'_>,
    version: ProtocolVersion,
) -> Step {
    let Kind::Request { id, method } = kind else { return Reply::Accepted.into() };
    let request = Request { id, version, params, body };
    match Method::parse(method, version) {
        None => unknown_method(version, id, method).into(),
        Some(Method::Ping) => Reply::answered(engine.answers.members(version, id, "", None)).into(),
        Some(Method::LoggingSetLevel) => match level(params) {
            // There is nothing that could remember it.
            Ok(_) => Reply::answered(engine.answers.members(version, id, "", None)).into(),
            Err(error) => Reply::answered(error_bytes(Some(id), &error)).into(),
        },
        Some(known) => {
            let asking = Asking::Nowhere("a server without sessions cannot ask clients of this revision");
            let peer = Peer { client: Client::default(), log_level: Some(LoggingLevel::Info), asking };
            modern::answer(engine, &request, known, inbound, peer)
        }
    }
}

fn set_level(engine: &Engine, session: &Session, request: &Request<'_>) -> Reply {
    match level(request.params) {
        Ok(level) => {
            session.log_level.set(level);
            Reply::answered(engine.answers.members(request.version, request.id, "", None))
        }
        Err(error) => Reply::answered(error_bytes(Some(request.id), &error)),
    }
}

fn level(params: &Params<'_>) -> Result<LoggingLevel, ErrorObject> {
    let known = || LoggingLevel::ALL.map(LoggingLevel::as_str).join(", ");
    let level = params.level.text("level")?;
    level
        .and_then(|level| level.parse().ok())
        .ok_or_else(|| ErrorObject::invalid_params(format!("`params.level` is one of {}", known())))
}
