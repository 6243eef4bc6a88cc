//! What browsers ask before and after they let a page use the server (Fetch, section 3.2). Only pages of allowed origins get here.

use axum::{body::Body, response::Response};
use http::{HeaderValue, StatusCode, header};

use super::headers;

const MAX_AGE: HeaderValue = HeaderValue::from_static("600");

/// The answer to a preflight, which carries no token and needs none. `methods` are those that the resource takes.
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

/// The same for what pages of any origin may read.
pub(super) fn public_preflight(methods: &'static str) -> Response {
    let mut response = options(methods);
    allow_everybody(&mut response);
    let headers = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static(methods));
    headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static("*"));
    response
}

/// Which methods there are.
fn options(methods: &'static str) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    response.headers_mut().insert(header::ALLOW, HeaderValue::from_static(methods));
    response
}

/// Lets a page of that origin read the answer.
pub(super) fn allow(response: &mut Response, origin: Option<HeaderValue>) {
    if let Some(origin) = origin {
        let headers = response.headers_mut();
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, headers::EXPOSED);
        headers.insert(header::VARY, HeaderValue::from_static("origin"));
    }
}

/// Lets pages of any origin read the answer.
pub(super) fn allow_everybody(response: &mut Response) {
    response.headers_mut().insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
}
