//! What browsers ask before and after they let a page use the server (Fetch, section 3.2). Only pages of allowed origins get here.

use axum::{body::Body, response::Response};
use http::{HeaderValue, StatusCode, header};

use super::headers;

const ALLOWED_METHODS: HeaderValue = HeaderValue::from_static("GET, POST, DELETE, OPTIONS");
const MAX_AGE: HeaderValue = HeaderValue::from_static("600");

/// The answer to a preflight, which carries no token and needs none.
pub(super) fn preflight(origin: Option<&HeaderValue>) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    let headers = response.headers_mut();
    headers.insert(header::ALLOW, ALLOWED_METHODS);
    if let Some(origin) = origin {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
        headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, ALLOWED_METHODS);
        headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, headers::ALLOWED);
        headers.insert(header::ACCESS_CONTROL_MAX_AGE, MAX_AGE);
        headers.insert(header::VARY, HeaderValue::from_static("origin"));
    }
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
