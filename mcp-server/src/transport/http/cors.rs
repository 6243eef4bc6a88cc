//! CORS: preflight responses, and the headers that let a page read a response (Fetch, section 3.2).
//! The [allow list](super::origin) has checked the origin before.

use axum::{body::Body, response::Response};
use http::{HeaderValue, StatusCode, header};

use super::headers;

const MAX_AGE: HeaderValue = HeaderValue::from_static("600");

/// Returns the response to a preflight request, which needs no token. `methods` are the methods
/// that the resource supports.
pub(super) fn preflight(origin: Option<&HeaderValue>, methods: &'static str) -> Response {
    let mut response = options(methods);
    if let Some(origin) = origin {
        let headers = response.headers_mut();
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
        headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static(methods));
        headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, headers::ALLOWED);
        headers.insert(header::ACCESS_CONTROL_MAX_AGE, MAX_AGE);
        headers.insert(header::VARY, HeaderValue::from_static("origin"));
    }
    response
}

/// Returns the response to a preflight request for a resource that pages of any origin may read.
pub(super) fn public_preflight(methods: &'static str) -> Response {
    let mut response = options(methods);
    allow_any_origin(&mut response);
    let headers = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static(methods));
    headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static("*"));
    response
}

/// Returns an empty response that lists the methods of the resource.
fn options(methods: &'static str) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    response.headers_mut().insert(header::ALLOW, HeaderValue::from_static(methods));
    response
}

/// Lets pages of the origin read the response. Without an origin, no page sent the request.
pub(super) fn allow(response: &mut Response, origin: Option<HeaderValue>) {
    if let Some(origin) = origin {
        let headers = response.headers_mut();
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, headers::EXPOSED);
        headers.insert(header::VARY, HeaderValue::from_static("origin"));
    }
}

/// Lets pages of any origin read the response.
pub(super) fn allow_any_origin(response: &mut Response) {
    response.headers_mut().insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
}
