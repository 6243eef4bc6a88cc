//! The session era, 2024-11-05 to 2025-11-25: `initialize` opens a session, and requests refer to
//! it.

mod get_and_delete;
mod initialize;
mod subscribe;

use std::sync::Arc;

use bytes::Bytes;

use crate::{
    auth::Principal,
    context::{Client, ClientChannel, LogThreshold},
    engine::{
        Engine,
        call::{self, CallerInfo, PendingReply, StreamOwner, unknown_method},
        era::headers,
        inbound::{Claims, Inbound, Request},
        reply::{Rejection, Reply, reject},
        session::Session,
        stdio_connection::StdioConnection,
    },
    protocol::{
        ErrorObject, LoggingLevel, Method, ProtocolVersion,
        envelope::{
            addressee::Addressee,
            malformed::Malformed,
            message::{Kind, Message},
            params::Params,
        },
    },
};

/// Serves a message of the session era. `version` is that of its header.
pub(in crate::engine) fn accept(
    engine: &Arc<Engine>,
    inbound: Inbound,
    body: &Bytes,
    message: &Message<'_>,
    version: Option<ProtocolVersion>,
) -> PendingReply {
    let Message { kind, params } = message;
    if let Err(error) = headers::check_optional(&inbound.claims, kind, params) {
        return Reply::bad_request(kind.request_id(), &error).into();
    }
    if let Kind::Request { id, method } = kind
        && method == Method::Initialize.as_str()
    {
        return initialize::initialize(engine, id, params, &inbound).into();
    }
    let session = match &inbound.stdio {
        Some(connection) => match connection.session() {
            Some(session) => session.clone(),
            None => return before_initialize(engine, connection, kind, params).into(),
        },
        None if engine.settings.without_sessions => {
            let Kind::Request { id, method } = kind else { return Reply::Accepted.into() };
            let version = version.unwrap_or(ProtocolVersion::WITHOUT_HEADER);
            return without_session(engine, inbound, &Request { id, method, version, params, body });
        }
        None => match find_session(engine, &inbound.claims, inbound.principal.as_ref()) {
            Ok(session) => session,
            Err(rejection) => return rejection.reply(kind.request_id()).into(),
        },
    };
    session.touch(engine.now());
    match kind {
        Kind::Request { id, method } => {
            let request = Request { id, method, version: session.version, params, body };
            in_session(engine, &session, &request, inbound)
        }
        Kind::Notification { method } => {
            if Method::parse(method, session.version) == Some(Method::Cancelled) {
                session.in_flight.cancel(params);
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

/// Serves a request of a session.
fn in_session(engine: &Arc<Engine>, session: &Arc<Session>, request: &Request<'_>, inbound: Inbound) -> PendingReply {
    let Some(method) = Method::parse(request.method, request.version) else {
        return unknown_method(request).into();
    };
    let has_resources = || engine.catalog.now().has_resources();
    match method {
        Method::Ping => empty(engine, request).into(),
        Method::LoggingSetLevel => match level(request.params) {
            Ok(level) => {
                session.log_level.set(level);
                empty(engine, request).into()
            }
            Err(error) => Reply::error(request.id, &error).into(),
        },
        Method::ResourcesSubscribe if has_resources() => subscribe::subscribe(engine, session, request, inbound),
        Method::ResourcesUnsubscribe if has_resources() => subscribe::unsubscribe(engine, session, request).into(),
        method => {
            let limits = &engine.settings.limits;
            let (owner, max) = match &inbound.stdio {
                None => (StreamOwner::Session(session.clone()), limits.max_calls_per_session),
                Some(_) => (StreamOwner::Connection, limits.max_calls_on_stdio),
            };
            let caller = CallerInfo {
                client: session.client.clone(),
                log_level: LogThreshold::Session(session.log_level.clone()),
                channel: ClientChannel::Session(session.questions.clone()),
                owner,
                in_flight: Some((session.in_flight.clone(), max)),
            };
            call::serve(engine, request, method, inbound, caller)
        }
    }
}

/// Serves a request of a server without sessions.
fn without_session(engine: &Arc<Engine>, inbound: Inbound, request: &Request<'_>) -> PendingReply {
    match Method::parse(request.method, request.version) {
        None => unknown_method(request).into(),
        Some(Method::Ping) => empty(engine, request).into(),
        // The level is validated and dropped: no session keeps it.
        Some(Method::LoggingSetLevel) => match level(request.params) {
            Ok(_) => empty(engine, request).into(),
            Err(error) => Reply::error(request.id, &error).into(),
        },
        Some(method) => {
            let caller = CallerInfo {
                client: Client::default(),
                log_level: LogThreshold::Fixed(Some(LoggingLevel::Info)),
                channel: ClientChannel::Unavailable("a server without sessions cannot ask clients of this revision"),
                owner: StreamOwner::Connection,
                in_flight: None,
            };
            call::serve(engine, request, method, inbound, caller)
        }
    }
}

/// Returns the session that checked headers refer to. A session of another principal counts as
/// unknown.
pub(in crate::engine) fn find_session(
    engine: &Engine,
    claims: &Claims,
    principal: Option<&Principal>,
) -> Result<Arc<Session>, Rejection> {
    let id = claims.session.as_deref().ok_or(Rejection::MissingSessionId)?;
    let session = engine.sessions.get(id).ok_or_else(|| Rejection::UnknownSession(Some(id.into())))?;
    if !session.belongs_to(principal) {
        return Err(Rejection::ForeignSession(id.into()));
    }
    Ok(session)
}

/// Rejects a malformed message. A response fails the question that it answers, because the client
/// will not send another one.
pub(in crate::engine) fn reject_malformed(engine: &Engine, inbound: &Inbound, malformed: &Malformed) -> Reply {
    let Malformed { addressee, error } = malformed;
    if let Addressee::Question(id) = addressee
        && inbound.stdio.is_none()
        && let Ok(session) = find_session(engine, &inbound.claims, inbound.principal.as_ref())
    {
        session.questions.fail(id, error);
    }
    reject(inbound, addressee, error)
}

/// Serves a stdio message without a revision that arrives before `initialize`.
fn before_initialize(engine: &Engine, connection: &StdioConnection, kind: &Kind<'_>, params: &Params<'_>) -> Reply {
    match kind {
        Kind::Request { id, method } if method == Method::Ping.as_str() => {
            Reply::response(engine.responses.empty(ProtocolVersion::LATEST_SESSION, id))
        }
        Kind::Request { id, .. } => {
            let text = "no session: begin with `initialize`, or name a stateless revision in `_meta`";
            Reply::bad_request(Some(id), &ErrorObject::invalid_request(text))
        }
        Kind::Notification { method } => {
            connection.notified(method, params);
            Reply::Accepted
        }
        Kind::Response { .. } => Reply::Accepted,
    }
}

fn empty(engine: &Engine, request: &Request<'_>) -> Reply {
    Reply::response(engine.responses.empty(request.version, request.id))
}

/// Returns the level that `logging/setLevel` sets.
fn level(params: &Params<'_>) -> Result<LoggingLevel, ErrorObject> {
    let known = || LoggingLevel::ALL.map(LoggingLevel::as_str).join(", ");
    let level = params.level.text("level")?;
    level
        .and_then(|level| level.parse().ok())
        .ok_or_else(|| ErrorObject::invalid_params(format!("invalid `params.level`: expected one of {}", known())))
}
