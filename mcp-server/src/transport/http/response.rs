//! HTTP responses: their status codes, headers and JSON-RPC bodies.

use std::borrow::Cow;

use axum::{body::Body, response::Response};
use bytes::Bytes;
use http::{HeaderValue, StatusCode, header};
use serde_json::json;

use super::{
    body::BodyError,
    headers::SESSION_ID,
    origin::OriginRejection,
    sse::{self, SseBody},
};
use crate::{
    auth::AuthRejection,
    engine::{Accepts, MessageReply, Reply, Status, error_bytes},
    protocol::{ErrorCode, ErrorObject},
    quota::QuotaExceeded,
};

const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// Returns the response to a GET or DELETE request that the engine rejects.
pub(super) fn reply(reply: Reply) -> Response {
    match reply {
        Reply::Message(reply) => message(reply, Accepts { json: true, stream: false }),
        Reply::Accepted | Reply::Stream(_) => accepted(),
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

pub(super) fn origin_rejection(rejection: &OriginRejection) -> Response {
    match rejection {
        OriginRejection::Invalid(text) => error(StatusCode::BAD_REQUEST, &ErrorObject::invalid_request(*text)),
        OriginRejection::Forbidden(text) => {
            error(StatusCode::FORBIDDEN, &ErrorObject::new(ErrorCode::FORBIDDEN, *text))
        }
    }
}

pub(super) fn unsupported_media_type() -> Response {
    let text = "unsupported Content-Type: expected `application/json`";
    error(StatusCode::UNSUPPORTED_MEDIA_TYPE, &ErrorObject::invalid_request(text))
}

/// Rejects a compressed body (RFC 9110, section 15.5.16).
pub(super) fn unsupported_encoding() -> Response {
    let text = "unsupported Content-Encoding: send the body without compression";
    let mut response = error(StatusCode::UNSUPPORTED_MEDIA_TYPE, &ErrorObject::invalid_request(text));
    response.headers_mut().insert(header::ACCEPT_ENCODING, HeaderValue::from_static("identity"));
    response
}

pub(super) fn not_acceptable(offered: &str) -> Response {
    let text = format!("unsupported Accept header: expected {offered}");
    error(StatusCode::NOT_ACCEPTABLE, &ErrorObject::invalid_request(text))
}

pub(super) fn not_found(text: impl Into<Cow<'static, str>>) -> Response {
    error(StatusCode::NOT_FOUND, &ErrorObject::invalid_request(text))
}

/// Rejects a method that the resource does not support. `methods` are those that it supports.
pub(super) fn method_not_allowed(methods: &'static str) -> Response {
    let text = format!("unsupported method: expected {methods}");
    let mut response = error(StatusCode::METHOD_NOT_ALLOWED, &ErrorObject::invalid_request(text));
    response.headers_mut().insert(header::ALLOW, HeaderValue::from_static(methods));
    response
}

pub(super) fn body_error(body_error: &BodyError, max_bytes: usize) -> Response {
    let (status, text) = match body_error {
        BodyError::TooLarge => {
            (StatusCode::PAYLOAD_TOO_LARGE, format!("body too large: expected at most {max_bytes} bytes"))
        }
        BodyError::Busy(exceeded) => {
            let text = match exceeded {
                QuotaExceeded::Quota => "too many incomplete request bodies: try again later",
                QuotaExceeded::Share => {
                    "this caller has reached its share of the incomplete request bodies: wait for some to be complete"
                }
            };
            return unavailable(text);
        }
        BodyError::TimedOut => {
            (StatusCode::REQUEST_TIMEOUT, "incomplete body: expected all of it before the timeout".to_owned())
        }
        BodyError::Incomplete => (StatusCode::BAD_REQUEST, "incomplete body: the connection failed".to_owned()),
    };
    let mut response = error(status, &ErrorObject::invalid_request(text));
    if *body_error != BodyError::TooLarge {
        // The rest of the body may never arrive.
        response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    response
}

/// Rejects a request of a caller that has reached its share of the connections.
pub(super) fn connection_share() -> Response {
    tracing::warn!("rejected a request: its caller has reached its share of the connections");
    let mut response = unavailable("this caller has reached its share of the connections: wait for a request to end");
    response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    response
}

fn unavailable(text: &'static str) -> Response {
    let mut response = error(StatusCode::SERVICE_UNAVAILABLE, &ErrorObject::new(ErrorCode::UNAVAILABLE, text));
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
    response
}

/// Returns the challenge for a caller without a sufficient token. `message` is the JSON-RPC
/// response to the request, if it has been read.
pub(super) fn auth_rejection(rejection: AuthRejection, message: Option<Bytes>) -> Response {
    let body = message.unwrap_or_else(|| {
        let code = match rejection.status {
            StatusCode::UNAUTHORIZED => ErrorCode::UNAUTHORIZED,
            StatusCode::FORBIDDEN => ErrorCode::FORBIDDEN,
            StatusCode::SERVICE_UNAVAILABLE => ErrorCode::UNAVAILABLE,
            StatusCode::BAD_REQUEST => ErrorCode::INVALID_REQUEST,
            _ => ErrorCode::INTERNAL_ERROR,
        };
        let data = json!({"error": rejection.error, "error_description": rejection.description});
        error_bytes(None, &ErrorObject::new(code, rejection.description.clone()).data(data))
    });
    let mut response = json(rejection.status, body);
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
