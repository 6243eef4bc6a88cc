//! `Rejection`: a response that rejects an HTTP request, with its grounds for the log.
//!
//! Every function here makes both, so no rejection of the transport can leave the log out.

use std::borrow::Cow;

use axum::response::Response;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use serde_json::json;

use super::{body::BodyError, origin::OriginRejection, response};
use crate::{
    auth::{AuthRejection, Principal},
    engine::{InvalidHeader, error_bytes},
    escape::escaped_bytes,
    protocol::{ErrorCode, ErrorObject},
    refusal::{Grounds, RefusalKind},
};

/// A rejected request. Boxed in results, since most requests are accepted.
pub(super) struct Rejection {
    pub(super) response: Response,
    pub(super) grounds: Grounds,
    pub(super) principal: Option<Principal>,
}

impl Rejection {
    fn new(kind: RefusalKind, status: StatusCode, error: &ErrorObject) -> Box<Self> {
        let (response, grounds) = (response::error(status, error), Grounds::of_error(kind, error));
        Box::new(Self { response, grounds, principal: None })
    }

    /// Sets the principal of the request.
    #[must_use]
    pub(super) fn of(mut self: Box<Self>, principal: Option<&Principal>) -> Box<Self> {
        self.principal = principal.cloned();
        self
    }

    fn because(mut self: Box<Self>, add: impl FnOnce(Grounds) -> Grounds) -> Box<Self> {
        self.grounds = add(self.grounds);
        self
    }

    /// Adds the values of a header that was rejected.
    fn seen_in(self: Box<Self>, headers: &HeaderMap, name: &HeaderName) -> Box<Self> {
        let values: Vec<&[u8]> = headers.get_all(name).iter().map(HeaderValue::as_bytes).collect();
        if values.is_empty() {
            return self;
        }
        let values = values.join(&b", "[..]);
        self.because(|grounds| Grounds { seen: Some(escaped_bytes(&values)), ..grounds })
    }

    fn header(mut self: Box<Self>, name: HeaderName, value: impl Into<HeaderValue>) -> Box<Self> {
        self.response.headers_mut().insert(name, value.into());
        self
    }
}

pub(super) fn origin(rejection: &OriginRejection, allowed: &str, request: &http::request::Parts) -> Box<Rejection> {
    let (kind, status, error) = match rejection {
        OriginRejection::InvalidHost(text) => {
            (RefusalKind::Host, StatusCode::BAD_REQUEST, ErrorObject::invalid_request(*text))
        }
        OriginRejection::ForbiddenHost(text) => {
            (RefusalKind::Host, StatusCode::FORBIDDEN, ErrorObject::new(ErrorCode::FORBIDDEN, *text))
        }
        OriginRejection::ForbiddenOrigin(text) => {
            (RefusalKind::Origin, StatusCode::FORBIDDEN, ErrorObject::new(ErrorCode::FORBIDDEN, *text))
        }
    };
    let rejection = Rejection::new(kind, status, &error).because(|grounds| grounds.expected(allowed));
    if kind == RefusalKind::Origin {
        return rejection.seen_in(&request.headers, &header::ORIGIN);
    }
    match request.uri.authority() {
        Some(authority) => rejection.because(|grounds| grounds.seen(authority)),
        None => rejection.seen_in(&request.headers, &header::HOST),
    }
}

pub(super) fn unsupported_media_type(headers: &HeaderMap) -> Box<Rejection> {
    let text = "unsupported Content-Type: expected `application/json`";
    invalid(RefusalKind::ContentType, StatusCode::UNSUPPORTED_MEDIA_TYPE, text)
        .because(|grounds| grounds.expected("application/json"))
        .seen_in(headers, &header::CONTENT_TYPE)
}

/// Rejects a compressed body (RFC 9110, section 15.5.16).
pub(super) fn unsupported_encoding(headers: &HeaderMap) -> Box<Rejection> {
    let text = "unsupported Content-Encoding: send the body without compression";
    invalid(RefusalKind::ContentEncoding, StatusCode::UNSUPPORTED_MEDIA_TYPE, text)
        .header(header::ACCEPT_ENCODING, HeaderValue::from_static("identity"))
        .because(|grounds| grounds.expected("identity"))
        .seen_in(headers, &header::CONTENT_ENCODING)
}

pub(super) fn not_acceptable(offered: &str, headers: &HeaderMap) -> Box<Rejection> {
    let text = format!("unsupported Accept header: expected {offered}");
    invalid(RefusalKind::Accept, StatusCode::NOT_ACCEPTABLE, text)
        .because(|grounds| grounds.expected(offered))
        .seen_in(headers, &header::ACCEPT)
}

pub(super) fn invalid_header(invalid: InvalidHeader, headers: &HeaderMap) -> Box<Rejection> {
    let rejection = Rejection::new(RefusalKind::Header, StatusCode::BAD_REQUEST, &invalid.error());
    match HeaderName::try_from(invalid.header) {
        Ok(name) => rejection.seen_in(headers, &name),
        Err(_) => rejection,
    }
}

/// Rejects a path. `expected` is that of the endpoint.
pub(super) fn unknown_path(expected: Option<&str>, path: &str) -> Box<Rejection> {
    let text = expected.map_or(Cow::from("unknown path"), |path| format!("unknown path: expected `{path}`").into());
    invalid(RefusalKind::Path, StatusCode::NOT_FOUND, text).because(|grounds| match expected {
        Some(expected) => grounds.expected(expected).seen(path),
        None => grounds.seen(path),
    })
}

/// Rejects a method that the resource does not support. `methods` are those that it supports.
pub(super) fn method_not_allowed(methods: &'static str, method: &Method) -> Box<Rejection> {
    let text = format!("unsupported method: expected {methods}");
    invalid(RefusalKind::HttpMethod, StatusCode::METHOD_NOT_ALLOWED, text)
        .header(header::ALLOW, HeaderValue::from_static(methods))
        .because(|grounds| grounds.expected(methods).seen(method))
}

pub(super) fn body(error: &BodyError, max_bytes: usize, headers: &HeaderMap) -> Box<Rejection> {
    let (status, text) = match error {
        BodyError::TooLarge => {
            (StatusCode::PAYLOAD_TOO_LARGE, format!("body too large: expected at most {max_bytes} bytes"))
        }
        BodyError::Busy(exceeded) => {
            let own =
                "this caller has reached its share of the incomplete request bodies: wait for some to be complete";
            let text = exceeded.choose("too many incomplete request bodies: try again later", own);
            let kind = exceeded.choose(RefusalKind::Overload, RefusalKind::Quota);
            return unavailable(kind, text, "max_incoming_bytes");
        }
        BodyError::TimedOut => {
            (StatusCode::REQUEST_TIMEOUT, "incomplete body: expected all of it before the timeout".to_owned())
        }
        BodyError::Incomplete => (StatusCode::BAD_REQUEST, "incomplete body: the connection failed".to_owned()),
    };
    let rejection = invalid(RefusalKind::Body, status, text);
    if *error == BodyError::TooLarge {
        let declared = headers.get(header::CONTENT_LENGTH).map(HeaderValue::as_bytes);
        return rejection.because(|grounds| {
            let grounds = grounds.expected(format_args!("at most {max_bytes} bytes"));
            match declared {
                Some(length) => grounds.seen(String::from_utf8_lossy(length)),
                None => grounds,
            }
        });
    }
    // The rest of the body may never arrive.
    rejection.header(header::CONNECTION, HeaderValue::from_static("close"))
}

/// Rejects a request of a caller that has reached its share of the connections.
pub(super) fn connection_share() -> Box<Rejection> {
    let text = "this caller has reached its share of the connections: wait for a request to end";
    unavailable(RefusalKind::Quota, text, "max_connections")
        .header(header::CONNECTION, HeaderValue::from_static("close"))
}

fn unavailable(kind: RefusalKind, text: &'static str, limit: &str) -> Box<Rejection> {
    let error = ErrorObject::new(ErrorCode::UNAVAILABLE, text);
    Rejection::new(kind, StatusCode::SERVICE_UNAVAILABLE, &error)
        .header(header::RETRY_AFTER, HeaderValue::from_static("1"))
        .because(|grounds| grounds.reason(format_args!("reached the limit {limit}")))
}

/// Rejects a request without sufficient credentials.
pub(super) fn credentials(rejection: AuthRejection) -> Box<Rejection> {
    let code = match rejection.status {
        StatusCode::UNAUTHORIZED => ErrorCode::UNAUTHORIZED,
        StatusCode::FORBIDDEN => ErrorCode::FORBIDDEN,
        StatusCode::SERVICE_UNAVAILABLE => ErrorCode::UNAVAILABLE,
        StatusCode::BAD_REQUEST => ErrorCode::INVALID_REQUEST,
        _ => ErrorCode::INTERNAL_ERROR,
    };
    let data = json!({"error": rejection.error, "error_description": rejection.description});
    let message = error_bytes(None, &ErrorObject::new(code, rejection.description.clone()).data(data));
    let (grounds, principal) = ((*rejection.grounds).clone().code(code), rejection.principal.clone());
    Box::new(Rejection { response: response::challenge(rejection, message), grounds, principal })
}

fn invalid(kind: RefusalKind, status: StatusCode, text: impl Into<Cow<'static, str>>) -> Box<Rejection> {
    Rejection::new(kind, status, &ErrorObject::invalid_request(text))
}
