//! HTTP responses: their status codes, headers and JSON-RPC bodies.

use axum::{body::Body, response::Response};
use bytes::Bytes;
use http::{HeaderValue, StatusCode, header};

use super::{
    headers::SESSION_ID,
    sse::{self, SseBody},
};
use crate::{
    auth::AuthRejection,
    engine::{Accepts, MessageReply, Reply, Status, error_bytes},
    protocol::ErrorObject,
};

const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// Returns the response to a GET or DELETE request that the engine rejects.
pub(super) fn reply(reply: Reply) -> Response {
    match reply {
        Reply::Message(reply) => message(reply, Accepts { json: true, stream: false }),
        Reply::Accepted | Reply::Dropped(_) | Reply::Stream(_) => accepted(),
        // 204 tells an `EventSource` not to reconnect (HTML, server-sent events, section 9.2.3).
        Reply::Nothing => no_content(),
        Reply::Unauthorized { message, .. } => json(StatusCode::OK, message),
    }
}

/// Returns one message in a form that the client accepts. Errors (any status except 200) are always
/// JSON.
pub(super) fn message(reply: MessageReply, accepts: Accepts) -> Response {
    let status = match reply.status {
        Status::Ok => StatusCode::OK,
        Status::BadRequest => StatusCode::BAD_REQUEST,
        Status::UnknownMethod | Status::UnknownSession => StatusCode::NOT_FOUND,
        Status::Unavailable(_) => StatusCode::SERVICE_UNAVAILABLE,
        Status::ServerError => StatusCode::INTERNAL_SERVER_ERROR,
    };
    let mut response = if status == StatusCode::OK { single(reply.body, accepts) } else { json(status, reply.body) };
    if let Status::Unavailable(wait) = reply.status {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(wait.as_secs()));
    }
    // The engine rejects session ids that are not visible ASCII.
    if let Some(value) = reply.session.and_then(|session| HeaderValue::from_str(&session).ok()) {
        response.headers_mut().insert(SESSION_ID, value);
    }
    response
}

/// Returns a message with status 200: as JSON, or as one event if the client accepts only streams.
pub(super) fn single(body: Bytes, accepts: Accepts) -> Response {
    if accepts.json { json(StatusCode::OK, body) } else { event_stream(Body::from(sse::one_event(body))) }
}

/// Returns a stream of events.
pub(super) fn stream(events: SseBody) -> Response {
    event_stream(Body::new(events))
}

fn event_stream(events: Body) -> Response {
    let mut response = Response::new(events);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    // Keeps nginx from buffering events.
    headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
    response
}

pub(super) fn accepted() -> Response {
    empty(StatusCode::ACCEPTED)
}

pub(super) fn no_content() -> Response {
    empty(StatusCode::NO_CONTENT)
}

pub(super) fn json(status: StatusCode, body: Bytes) -> Response {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, JSON);
    response
}

pub(super) fn error(status: StatusCode, error: &ErrorObject) -> Response {
    json(status, error_bytes(None, error))
}

/// Returns the challenge for a caller without a sufficient token. `message` is the JSON-RPC
/// response to the request.
pub(super) fn challenge(rejection: AuthRejection, message: Bytes) -> Response {
    let mut response = json(rejection.status, message);
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Some(challenge) = rejection.www_authenticate {
        headers.insert(header::WWW_AUTHENTICATE, challenge);
    }
    if let Some(wait) = rejection.retry_after {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(wait.as_secs().max(1)));
    }
    response
}

fn empty(status: StatusCode) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response
}
