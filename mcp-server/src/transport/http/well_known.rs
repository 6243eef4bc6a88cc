//! `/.well-known/oauth-protected-resource`: where clients learn which authorization server to ask (RFC 9728).

use std::sync::Arc;

use axum::{
    body::Body,
    extract::{Request, State},
    response::Response,
};
use http::{HeaderValue, Method, StatusCode, header};

use super::{endpoint::Endpoint, response};

const ALLOWED: HeaderValue = HeaderValue::from_static("GET, HEAD, OPTIONS");

/// Serves the metadata. It is public, and readable by pages of any origin.
pub(super) async fn protected_resource(State(endpoint): State<Arc<Endpoint>>, request: Request) -> Response {
    let Some(authenticator) = &endpoint.authenticator else {
        return response::method_not_allowed(false);
    };
    let mut response = match *request.method() {
        // The body of an answer to HEAD is dropped by the server, its length is not.
        Method::GET | Method::HEAD => response::json(StatusCode::OK, authenticator.metadata().document()),
        Method::OPTIONS => preflight(),
        _ => {
            let mut response = response::method_not_allowed(false);
            response.headers_mut().insert(header::ALLOW, ALLOWED);
            response
        }
    };
    let headers = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=300"));
    response
}

fn preflight() -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    let headers = response.headers_mut();
    headers.insert(header::ALLOW, ALLOWED);
    headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, ALLOWED);
    headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static("*"));
    response
}
