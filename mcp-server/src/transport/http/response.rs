//! Answers as HTTP: every status code, and every body a JSON-RPC message.

use axum::{body::Body, response::Response};
use bytes::Bytes;
use http::{HeaderValue, StatusCode, header};
use serde_json::json;

use super::{
    body::BodyFailure,
    headers::SESSION_ID,
    origin::Foreign,
    sse::{self, SseBody},
};
use crate::{
    auth::AuthRejection,
    engine::{Accepts, MessageReply, Reply, Status, error_bytes},
    protocol::{ErrorCode, ErrorObject},
};

const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// A refusal of the engine: one message, or none.
pub(super) fn reply(reply: Reply) -> Response {
    match reply {
        Reply::Message(reply) => message(reply, Accepts { json: true, stream: false }),
        Reply::Accepted | Reply::Stream(_) => accepted(),
        // Tells a client not to come back (HTML, server-sent events, section 9.2.3).
        Reply::Nothing => no_content(),
        Reply::Unauthorized { message, .. } => json(StatusCode::OK, message),
    }
}

/// One message, in the form that the client takes. Errors that have a status of their own are JSON to everybody.
pub(super) fn message(reply: MessageReply, accepts: Accepts) -> Response {
    let status = match reply.status {
        Status::Ok => StatusCode::OK,
        Status::BadRequest => StatusCode::BAD_REQUEST,
        Status::UnknownMethod | Status::UnknownSession => StatusCode::NOT_FOUND,
        Status::Unavailable(_) => StatusCode::SERVICE_UNAVAILABLE,
        Status::ServerError => StatusCode::INTERNAL_SERVER_ERROR,
    };
    let mut response = if status == StatusCode::OK { answer(reply.body, accepts) } else { json(status, reply.body) };
    if let Status::Unavailable(wait) = reply.status {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(wait.as_secs()));
    }
    // The engine has seen to it that a session id is visible ASCII.
    if let Some(value) = reply.session.and_then(|session| HeaderValue::from_str(&session).ok()) {
        response.headers_mut().insert(SESSION_ID, value);
    }
    response
}

/// An answer that is there: JSON, or one event for a client that takes nothing but streams.
pub(super) fn answer(body: Bytes, accepts: Accepts) -> Response {
    if accepts.json { json(StatusCode::OK, body) } else { event_stream(Body::from(sse::one_event(body))) }
}

/// A stream of events.
pub(super) fn stream(events: SseBody) -> Response {
    event_stream(Body::new(events))
}

fn event_stream(events: Body) -> Response {
    let mut response = Response::new(events);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    // Proxies that collect a response before they pass it on would hold events back.
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

pub(super) fn foreign(foreign: &Foreign) -> Response {
    match foreign {
        Foreign::Unclear(reason) => error(StatusCode::BAD_REQUEST, &ErrorObject::invalid_request(*reason)),
        Foreign::Forbidden(reason) => error(StatusCode::FORBIDDEN, &ErrorObject::new(ErrorCode::FORBIDDEN, *reason)),
    }
}

pub(super) fn unsupported_media_type() -> Response {
    let text = "the body must be `Content-Type: application/json`";
    error(StatusCode::UNSUPPORTED_MEDIA_TYPE, &ErrorObject::invalid_request(text))
}

pub(super) fn not_acceptable(offered: &str) -> Response {
    let text = format!("the answer would be {offered}, which `Accept` does not allow");
    error(StatusCode::NOT_ACCEPTABLE, &ErrorObject::invalid_request(text))
}

pub(super) fn not_found() -> Response {
    error(StatusCode::NOT_FOUND, &ErrorObject::invalid_request("there is nothing at this path"))
}

/// The answer to a method that a resource does not take. `methods` are those that it takes.
pub(super) fn method_not_allowed(methods: &'static str) -> Response {
    let text = format!("this resource takes {methods}");
    let mut response = error(StatusCode::METHOD_NOT_ALLOWED, &ErrorObject::invalid_request(text));
    response.headers_mut().insert(header::ALLOW, HeaderValue::from_static(methods));
    response
}

pub(super) fn body_failure(failure: &BodyFailure, largest: usize) -> Response {
    let (status, text) = match failure {
        BodyFailure::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, format!("the body is larger than {largest} bytes")),
        BodyFailure::TooSlow => (StatusCode::REQUEST_TIMEOUT, "the body took too long to arrive".to_owned()),
        BodyFailure::Broken => (StatusCode::BAD_REQUEST, "the body did not arrive whole".to_owned()),
    };
    let mut response = error(status, &ErrorObject::invalid_request(text));
    // What is left of the body is not worth reading.
    response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    response
}

/// A caller who must bring a token, or another one. `message` answers the request for clients that look at bodies only.
pub(super) fn refusal(refusal: AuthRejection, message: Option<Bytes>) -> Response {
    let body = message.unwrap_or_else(|| {
        let code = match refusal.status {
            StatusCode::UNAUTHORIZED => ErrorCode::UNAUTHORIZED,
            StatusCode::FORBIDDEN => ErrorCode::FORBIDDEN,
            StatusCode::SERVICE_UNAVAILABLE => ErrorCode::UNAVAILABLE,
            StatusCode::BAD_REQUEST => ErrorCode::INVALID_REQUEST,
            _ => ErrorCode::INTERNAL_ERROR,
        };
        let data = json!({"error": refusal.error, "error_description": refusal.description});
        error_bytes(None, &ErrorObject::new(code, refusal.description.clone()).data(data))
    });
    let mut response = json(refusal.status, body);
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Some(challenge) = refusal.www_authenticate {
        headers.insert(header::WWW_AUTHENTICATE, challenge);
    }
    if let Some(wait) = refusal.retry_after {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(wait.as_secs().max(1)));
    }
    response
}

fn empty(status: StatusCode) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response
}
